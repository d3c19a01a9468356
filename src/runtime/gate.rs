//! The one door out. Everything that reads, writes or opens passes here, from keys and from the command line alike. The
//! policy decides; the gate obeys, holds writes to the object they were meant for, keeps what they overwrite, and
//! records them. A write is sent once.

mod kept;

use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use futures::future::{self, BoxFuture, FutureExt};
use futures::stream::{self, BoxStream};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Receiver;

use super::audit::{Audit, Entry};
use crate::app::Place;
use crate::app::policy::Policy;
use crate::model::{
    Delta, End, Error, Id, Input, Query, Reach, Reply, Request, Result, SourceId, Value, Version, What,
};
use crate::source::Source;
use kept::Kept;

/// Writes on their way at the same time; a thousand marked rows are no reason to flood a server.
const AT_ONCE: usize = 8;

#[derive(Clone)]
pub struct Gate(Arc<Door>);

struct Door {
    audit: Audit,
    /// Source, context, user.
    names: Vec<(SourceId, String, String)>,
    kept: Mutex<Kept>,
    room: Semaphore,
}

impl Gate {
    pub fn new(audit: Audit, places: &[Place]) -> Self {
        let names = places.iter().map(|place| (place.id, place.name.to_string(), place.user.to_string())).collect();
        let door = Door { audit, names, kept: Mutex::default(), room: Semaphore::new(AT_ONCE) };
        Self(Arc::new(door))
    }

    pub fn open(
        &self,
        source: &dyn Source,
        policy: &Policy,
        query: &Query,
        since: Option<Version>,
    ) -> BoxStream<'static, Result<Delta>> {
        match policy.query(query) {
            Ok(()) => source.open(query.clone(), since),
            Err(refusal) => refused(refusal),
        }
    }

    pub fn session(
        &self,
        source: &dyn Source,
        policy: &Policy,
        query: &Query,
        input: Receiver<Input>,
    ) -> BoxStream<'static, Result<Delta>> {
        let Query::Session { id, reach, .. } = query else {
            return refused(Error::Unsupported("this is no session".to_owned()));
        };
        let entry = self.0.entry(id, reached(reach), "", false);
        if let Err(refusal) = policy.query(query) {
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

    /// Carries out a request, once.
    pub fn call(
        &self,
        source: Arc<dyn Source>,
        policy: &Policy,
        request: Request,
    ) -> BoxFuture<'static, Result<Reply>> {
        let judged = policy.request(&request);
        let door = self.0.clone();
        if !request.what.writes() {
            return async move { door.read(source.as_ref(), judged, request).await }.boxed();
        }
        async move { door.write(source.as_ref(), judged, request).await }.boxed()
    }

    /// What an object was before it was last written, latest first, as far as memory reaches.
    pub fn prior(&self, id: &Id) -> Option<Arc<Value>> {
        self.0.kept().prior(id)
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

impl Door {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, id: &Id, verb: &'static str, part: &'static str, dry: bool) -> Entry {
        let named = self.names.iter().find(|(at, ..)| *at == id.at);
        let (context, user) = named.map(|(_, context, user)| (context.clone(), user.clone())).unwrap_or_default();
        Entry { act: self.audit.number(), context, user, verb, dry, id: id.clone(), part }
    }

    /// A refusal stands whether or not it could be recorded.
    fn refused(&self, entry: &Entry) {
        let _ = self.audit.note(entry, "refused");
    }

    async fn read(&self, source: &dyn Source, judged: Result<()>, request: Request) -> Result<Reply> {
        judged?;
        let (id, whole) = (request.id.clone(), request.sub.is_empty());
        let reply = source.call(request).await?;
        if whole {
            self.kept().read(&id, &reply.body, super::now());
        }
        Ok(reply)
    }

    async fn write(&self, source: &dyn Source, judged: Result<()>, request: Request) -> Result<Reply> {
        let entry = self.entry(&request.id, request.what.verb(), request.sub, request.dry);
        if let Err(refusal) = judged.and_then(|()| held(&request)) {
            self.refused(&entry);
            return Err(refusal);
        }
        let _room = self.room.acquire().await;
        let prior = if request.dry { None } else { self.before(source, &request).await };
        self.audit.note(&entry, "sent")?;
        let (id, dry) = (request.id.clone(), request.dry);
        let result = source.call(request).await;
        let recorded = self.audit.note(&entry, result.as_ref().map_or_else(Error::word, |_| "done"));
        if !dry {
            self.kept().forget(&id);
        }
        if let (Ok(_), Some(prior)) = (&result, prior) {
            self.kept().keep(&id, prior);
        }
        let mut reply = result.map_err(|error| doubtful(error, dry))?;
        // It is done: to hide that because the second line failed would be a lie.
        reply.warnings.extend(recorded.err().map(|_| "done, but its outcome could not be recorded".to_owned()));
        Ok(reply)
    }

    /// The object as it is before it is written: from a reading a moment ago, or from one GET. Without the right to
    /// read, the write goes out all the same.
    async fn before(&self, source: &dyn Source, request: &Request) -> Option<Arc<Value>> {
        if matches!(request.what, What::Create(_)) {
            return None;
        }
        if let Some(known) = self.kept().fresh(request, super::now()) {
            return Some(known);
        }
        let read = source.call(Request::new(request.id.clone(), What::Get)).await;
        read.ok().map(|reply| Arc::new(reply.body))
    }
}

/// Whole objects are only written over the version that was read.
fn held(request: &Request) -> Result<()> {
    let What::Replace(body) = &request.what else { return Ok(()) };
    match body.pointer("/metadata/resourceVersion").and_then(Value::as_str) {
        Some(version) if !version.is_empty() => Ok(()),
        _ => Err(Error::Invalid(format!(
            "{} was not written: its text says no resourceVersion, so what others changed meanwhile would be lost",
            request.id.name
        ))),
    }
}

/// A connection that broke leaves open whether the write arrived.
fn doubtful(error: Error, dry: bool) -> Error {
    match error {
        Error::Offline(text) if !dry && !text.contains("refused") && !text.contains("busy") => {
            Error::Offline(format!("{text} (it may have been done all the same: look before you try again)"))
        }
        error => error,
    }
}

/// Records how a session ended, whichever way it does.
struct Ending {
    door: Arc<Door>,
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
