//! The one door out. Everything that reads, writes or opens a session passes here, from keys and from the command line
//! alike. The policy decides twice: when something is requested and again when it is sent. The gate obeys, checks that
//! a write goes to the object that was meant, and records the write. A write is sent once.

use std::sync::Arc;

use futures::StreamExt;
use futures::future::{self, BoxFuture, FutureExt};
use futures::stream::{self, BoxStream};
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Semaphore, watch};

use super::audit::{Audit, Entry};
use crate::app::Place;
use crate::app::policy::Policy;
use crate::model::{
    Delta, End, Error, Id, Input, Query, Reach, Reply, Request, Result, SourceId, Value, Version, What,
};
use crate::source::{Permit, Source};

/// The most writes under way at the same time. A thousand marked rows must not flood a server.
const AT_ONCE: usize = 8;
/// The most reads under way at the same time. They do not wait for writes.
const READ_AT_ONCE: usize = 16;

#[derive(Clone)]
pub struct Gate(Arc<Checkpoint>);

struct Checkpoint {
    audit: Audit,
    /// The source, its context and its user, for the audit file.
    names: Vec<(SourceId, String, String)>,
    policy: watch::Sender<Policy>,
    room: Semaphore,
    reading_room: Semaphore,
}

impl Gate {
    /// A new gate refuses writes and sessions until it gets a policy.
    pub fn new(audit: Audit, places: &[Place]) -> Self {
        let names = places.iter().map(|place| (place.id, place.name.to_string(), place.user.to_string())).collect();
        let [room, reading_room] = [AT_ONCE, READ_AT_ONCE].map(Semaphore::new);
        let (policy, _) = watch::channel(Policy::default());
        Self(Arc::new(Checkpoint { audit, names, policy, room, reading_room }))
    }

    /// Sets the policy, also for requests that already wait. True if the policy changed.
    pub fn obey(&self, policy: &Policy) -> bool {
        self.0.policy.send_if_modified(|present| {
            let changes = present != policy;
            if changes {
                present.clone_from(policy);
            }
            changes
        })
    }

    /// Whether writes are refused and sessions take no input for now.
    pub fn is_held(&self) -> bool {
        self.0.policy.borrow().held().is_some()
    }

    pub fn open(
        &self,
        source: &dyn Source,
        query: &Query,
        since: Option<Version>,
    ) -> BoxStream<'static, Result<Delta>> {
        match self.0.judge_query(query) {
            Ok(()) => source.open(query.clone(), since),
            Err(refusal) => refused(refusal),
        }
    }

    pub fn session(
        &self,
        source: &dyn Source,
        query: &Query,
        input: Receiver<Input>,
    ) -> BoxStream<'static, Result<Delta>> {
        let Query::Session { id, reach, .. } = query else {
            return refused(Error::Unsupported("this is not a session".to_owned()));
        };
        let entry = self.0.entry(id, reached(reach), "", false);
        if let Err(refusal) = self.0.judge_query(query) {
            self.0.refused(&entry);
            return refused(refusal);
        }
        if let Err(unrecorded) = self.0.audit.note(&entry, "sent") {
            return refused(unrecorded);
        }
        let ending = Ending { door: self.0.clone(), entry: Some(entry) };
        source
            .session(query.clone(), input)
            .scan(ending, |ending, piece| future::ready(Some(ending.seen(piece))))
            .boxed()
    }

    /// Lets sources ask before each request to what is inside of a cluster.
    pub fn grant(&self, permit: &Permit) {
        let door = self.0.clone();
        permit.grant(move |at, namespace| door.judge_inside(at, namespace));
    }

    /// Records a choice of the user that is no request: the values of a secret are shown, or saved to a file, in clear
    /// text; services inside of a cluster are read. What cannot be recorded is not done.
    pub fn record(&self, id: &Id, deed: &'static str) -> Result<()> {
        self.0.audit.note(&self.0.entry(id, deed, "", false), "done")
    }

    /// Carries out a request, once.
    pub fn call(&self, source: Arc<dyn Source>, request: Request) -> BoxFuture<'static, Result<Reply>> {
        let door = self.0.clone();
        match request.what.writes() {
            false => async move { door.read(source.as_ref(), request).await }.boxed(),
            true => async move { door.write(source.as_ref(), request).await }.boxed(),
        }
    }
}

fn refused(refusal: Error) -> BoxStream<'static, Result<Delta>> {
    stream::once(future::ready(Err(refusal))).boxed()
}

fn reached(reach: &Reach) -> &'static str {
    match reach {
        Reach::Shell => "shell",
        Reach::Attach => "attach",
        Reach::Forward { .. } => "forward",
    }
}

impl Checkpoint {
    fn judge_query(&self, query: &Query) -> Result<()> {
        let policy = self.policy.borrow();
        policy.query(query)
    }

    fn judge(&self, request: &Request) -> Result<()> {
        let policy = self.policy.borrow();
        policy.request(request)
    }

    fn judge_inside(&self, at: SourceId, namespace: Option<&str>) -> Result<()> {
        let policy = self.policy.borrow();
        policy.inside(at, namespace)
    }

    fn entry(&self, id: &Id, verb: &'static str, part: &'static str, dry: bool) -> Entry {
        let named = self.names.iter().find(|(at, ..)| *at == id.at);
        let (context, user) = named.map(|(_, context, user)| (context.clone(), user.clone())).unwrap_or_default();
        Entry { act: self.audit.number(), context, user, verb, dry, id: id.clone(), part }
    }

    /// Records a refusal. The refusal holds even if it cannot be recorded.
    fn refused(&self, entry: &Entry) {
        let _ = self.audit.note(entry, "refused");
    }

    async fn read(&self, source: &dyn Source, request: Request) -> Result<Reply> {
        self.judge(&request)?;
        let _room = self.reading_room.acquire().await;
        self.judge(&request)?;
        source.call(request).await
    }

    async fn write(&self, source: &dyn Source, request: Request) -> Result<Reply> {
        let entry = self.entry(&request.id, request.what.verb(), request.sub, request.dry);
        let judged = || self.judge(&request).and_then(|()| held(&request)).inspect_err(|_| self.refused(&entry));
        judged()?;
        let _room = self.room.acquire().await;
        // The policy may have changed while the request waited.
        judged()?;
        self.audit.note(&entry, "sent")?;
        let dry = request.dry;
        let result = source.call(request).await;
        let recorded = self.audit.note(&entry, result.as_ref().map_or_else(Error::word, |_| "done"));
        let mut reply = result.map_err(|error| doubtful(error, dry))?;
        // The write was done. The reply must say so even if the second line failed.
        reply.warnings.extend(recorded.err().map(|_| "done, but its outcome could not be recorded".to_owned()));
        Ok(reply)
    }
}

/// Checks that a whole object is written only over the version that was read.
fn held(request: &Request) -> Result<()> {
    let What::Replace(body) = &request.what else { return Ok(()) };
    match body.pointer("/metadata/resourceVersion").and_then(Value::as_str) {
        Some(version) if !version.is_empty() => Ok(()),
        _ => Err(Error::Invalid(format!(
            "{} was not saved: its text has no resourceVersion, so changes by others could be lost",
            request.id.name
        ))),
    }
}

/// The error for a write that got no answer: it is unknown whether the write was done.
fn doubtful(error: Error, dry: bool) -> Error {
    match error {
        Error::Lost(text) if !dry => {
            Error::Lost(format!("{text} (it may have worked anyway: check before you try again)"))
        }
        error => error,
    }
}

/// Records how a session ended, in whatever way it ends.
struct Ending {
    door: Arc<Checkpoint>,
    entry: Option<Entry>,
}

impl Ending {
    fn seen(&mut self, piece: Result<Delta>) -> Result<Delta> {
        match &piece {
            Err(error) => self.note(error.word()),
            Ok(Delta::Done(End::Code(code))) => self.note(&format!("ended with {code}")),
            Ok(Delta::Done(End::Closed(_))) => self.note("closed"),
            Ok(_) => {}
        }
        piece
    }

    fn note(&mut self, outcome: &str) {
        if let Some(entry) = self.entry.take() {
            let _ = self.door.audit.note(&entry, outcome);
        }
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.note("left");
    }
}

#[cfg(test)]
mod tests;
