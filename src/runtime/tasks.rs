//! Everything that runs beside the loop: one task for each wanted query, calls, and jobs. Streams that ended are opened
//! again here.

mod backlog;
mod fleet;
pub mod inbox;
mod keeper;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};

use super::gate::Gate;
use super::settings::Wanted;
use super::{clipboard, columns, files, inside, panics, remembered};
use crate::app::columns::Chosen;
use crate::app::policy::Policy;
use crate::app::remembered::{Listing, Remembered};
use crate::app::settings::Settings;
use crate::app::{Clip, Job, Level, Message, Outcome, Store, Ticket};
use crate::model::{Error, Id, Input, Query, Request, Result, SessionId, SourceId, Str, Version};
use crate::source::Sources;
use crate::source::pause::Pause;
pub use inbox::Inbox;
use inbox::{Life, Outbox};
use keeper::Keeper;

/// The most batches that wait for the loop. A source never waits for them: it merges its deltas.
const INBOX: usize = 16;
/// The most inputs that wait to go into a session.
const TYPED: usize = 1024;
/// The time in which a closed session has to end what it started.
const CLOSING: Duration = Duration::from_millis(1800);

pub struct Tasks {
    sources: Arc<Sources>,
    gate: Gate,
    streams: HashMap<Query, AbortOnDrop>,
    /// The inputs of the running sessions.
    inputs: HashMap<SessionId, Sender<Input>>,
    sender: Outbox,
    calls: JoinSet<()>,
    /// A different seed for each run of the program, so that several runs do not come back to a server at the same
    /// moments.
    seed: RandomState,
    /// The runtime of all tasks, which is not that of the loop.
    workers: Handle,
    /// Ends once the choices of columns so far are kept.
    keeping: Option<oneshot::Receiver<()>>,
}

/// Ends its stream when the query is wanted no more: nothing of it arrives from then on, wherever its task is.
struct AbortOnDrop {
    task: AbortHandle,
    life: Life,
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.life.end();
        self.task.abort();
    }
}

impl Tasks {
    pub fn new(sources: Arc<Sources>, gate: Gate, workers: Handle) -> (Self, Inbox) {
        let (sender, inbox) = inbox::channel(INBOX);
        gate.grant(&sources.permit);
        let (streams, inputs, calls, seed) = (HashMap::new(), HashMap::new(), JoinSet::new(), RandomState::new());
        (Self { sources, gate, streams, inputs, sender, calls, seed, workers, keeping: None }, inbox)
    }

    /// Passes the policy to the gate, also for requests that already wait.
    pub fn obey(&mut self, policy: &Policy) {
        let was_held = self.gate.is_held();
        if self.gate.obey(policy) && self.gate.is_held() != was_held {
            let held = self.gate.is_held();
            self.inputs.values().for_each(|typed| drop(typed.try_send(Input::Hold(held))));
        }
    }

    /// Starts the streams that are missing, from the version that the store has, and ends those that are no longer
    /// wanted.
    pub fn reconcile(&mut self, wanted: &[Query], store: &Store) {
        self.close_sessions(wanted);
        self.streams.retain(|query, _| wanted.contains(query));
        let runs = |session: &SessionId| wanted.iter().any(|query| query.session() == Some(*session));
        self.inputs.retain(|session, _| runs(session));
        for query in wanted {
            if !self.streams.contains_key(query) {
                let guard = self.start(query, store.mark(query).cloned());
                self.streams.insert(query.clone(), guard);
            }
        }
    }

    /// Ends the input of closed sessions. Their streams stay for a moment, so that the sessions can end what they
    /// started.
    fn close_sessions(&mut self, wanted: &[Query]) {
        let closed = |query: &&Query| query.is_session() && !wanted.contains(query);
        let closed: Vec<Query> = self.streams.keys().filter(closed).cloned().collect();
        for query in closed {
            if let Some(guard) = self.streams.remove(&query) {
                guard.life.end();
                self.see_through(async move {
                    let deadline = tokio::time::Instant::now() + CLOSING;
                    while !guard.task.is_finished() && tokio::time::Instant::now() < deadline {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                });
            }
        }
    }

    /// Runs a task that the end of the program waits for.
    fn see_through(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.calls.spawn_on(task, &self.workers);
    }

    pub fn reopen(&mut self, query: &Query) {
        self.streams.remove(query);
    }

    fn start(&mut self, query: &Query, mark: Option<Version>) -> AbortOnDrop {
        let input = query.session().map(|session| {
            let (typed, input) = channel(TYPED);
            self.inputs.insert(session, typed);
            input
        });
        let life = Life::default();
        let keeper = Keeper {
            sources: self.sources.clone(),
            gate: self.gate.clone(),
            query: query.clone(),
            sender: self.sender.of(&life),
            mark,
            pause: Pause::new(self.seed.hash_one(query)),
        };
        let task = match input {
            Some(input) => self.workers.spawn(keeper.attend(input)),
            None => self.workers.spawn(keeper.keep()),
        };
        AbortOnDrop { task: task.abort_handle(), life }
    }

    pub fn call(&mut self, ticket: Ticket, request: Request) {
        let (sender, source) = (self.sender.clone(), self.sources.get(request.id.at).cloned());
        let Some(source) = source else { return };
        let reply = self.gate.call(source, request);
        self.see_through(async move {
            let reply = panics::caught(reply).await.and_then(|reply| reply);
            let _ = sender.send(Message::Replied(ticket, reply)).await;
        });
    }

    /// Sends input to a session, behind all earlier input.
    pub fn input(&mut self, session: SessionId, input: Input) {
        let Some(typed) = self.inputs.get(&session) else { return };
        if self.gate.is_held() && matches!(input, Input::Bytes(_)) {
            self.warn("config.toml cannot be read: sessions take no input until it is fixed");
        } else if let Err(TrySendError::Full(_)) = typed.try_send(input) {
            self.warn("the session takes no input now; this was not sent");
        }
    }

    fn warn(&self, text: &str) {
        let (sender, told) = (self.sender.clone(), Message::Told(Level::Warn, text.to_owned()));
        self.workers.spawn(async move { sender.send(told).await });
    }

    pub fn work(&mut self, job: Job) {
        let sender = self.sender.clone();
        self.workers.spawn(async move {
            let message = match tokio::task::spawn_blocking(move || job.run()).await {
                Ok(outcome) => Message::Worked(outcome),
                Err(error) if error.is_panic() => Message::Told(Level::Bad, panics::broke().text().to_owned()),
                Err(_) => return,
            };
            let _ = sender.send(message).await;
        });
    }

    /// Passes the outcome of a job to the loop.
    pub fn worked(&self, outcome: Outcome) {
        let sender = self.sender.clone();
        self.workers.spawn(async move { sender.send(Message::Worked(outcome)).await });
    }

    /// Reads documents on another thread.
    pub fn read(&self, ticket: Ticket, path: String, recursive: bool) {
        let sender = self.sender.clone();
        self.workers.spawn(async move {
            // Standard input is the terminal, which spyhop itself reads.
            let texts = match path.as_str() {
                "-" => Err(Error::Invalid("standard input does not work here; name a file".to_owned())),
                _ => tokio::task::spawn_blocking(move || super::read::texts(&path, recursive))
                    .await
                    .unwrap_or_else(|error| Err(Error::Invalid(format!("could not read: {error}")))),
            };
            let _ = sender.send(Message::Worked(Outcome::Read(ticket, texts))).await;
        });
    }

    /// Loads the rows that an earlier run kept of a list.
    pub fn recall(&self, query: Query, of: Box<Listing>) {
        let sender = self.sender.clone();
        self.workers.spawn(async move {
            if let Ok(Some(found)) = tokio::task::spawn_blocking(move || remembered::load(&of)).await {
                let _ = sender.send(Message::Worked(Outcome::Recalled(query, Box::new(found)))).await;
            }
        });
    }

    /// Keeps rows for the next start, and removes the rows of some contexts.
    pub fn remember(&mut self, all: Vec<Remembered>, forgotten: Vec<Str>) {
        self.see_through(async move {
            let _ = tokio::task::spawn_blocking(move || remembered::keep(&all, &forgotten)).await;
        });
    }

    pub fn keep_columns(&mut self, chosen: Chosen) {
        self.keep(move || columns::keep(chosen));
    }

    /// Keeps a choice for the next start, once the choices before it are kept.
    fn keep(&mut self, choice: impl FnOnce() + Send + 'static) {
        let (done, next) = oneshot::channel::<()>();
        let before = self.keeping.replace(next);
        self.see_through(async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            let _ = tokio::task::spawn_blocking(choice).await;
            drop(done);
        });
    }

    /// Passes on the content of the user's files whenever it changes.
    pub fn follow(&self, wanted: Wanted, last: Settings) {
        self.workers.spawn(super::watch::follow(wanted, last, self.sender.clone()));
    }

    /// A function that sends the user a message from any thread.
    pub fn teller(&self) -> impl Fn(Message) + Clone + Send + 'static {
        let sender = self.sender.clone();
        move |message| drop(sender.blocking_send(message))
    }

    /// Copies a text by the first program that accepts it. If none does, the terminal is asked.
    pub fn copy(&self, clip: Clip) {
        let sender = self.sender.clone();
        self.workers.spawn(async move {
            let told = match clipboard::by_program(&clip.text, &|name| std::env::var(name).ok()).await {
                true => Message::Told(Level::Info, format!("copied {}", clip.what)),
                false => Message::Worked(Outcome::Uncopied(clip)),
            };
            let _ = sender.send(told).await;
        });
    }

    /// Records that the values of a secret are shown. If this fails, they are not shown.
    pub fn reveal(&self, id: &Id) -> Result<()> {
        self.gate.record(id, "show in clear text")
    }

    /// Records that services inside of a cluster are read from now on, or no longer, and keeps that for the next start.
    pub fn look_inside(&mut self, id: &Id, server: Str, on: bool) {
        let deed = if on { "look inside" } else { "look inside no longer" };
        let recorded = self.gate.record(id, deed);
        if recorded.is_ok() || !on {
            let context = id.name.clone();
            self.keep(move || inside::keep(&context, &server, on));
        }
        if on {
            self.worked(Outcome::LooksInside(id.at, recorded));
        }
    }

    /// Writes a file for the user. Values of secrets are written in clear text only after that was recorded.
    pub fn save(&mut self, name: String, text: String, clear: Option<Id>) {
        let sender = self.sender.clone();
        let recorded = clear.map_or(Ok(()), |id| self.gate.record(&id, "save in clear text"));
        self.see_through(async move {
            if let Err(error) = recorded {
                let told = Message::Told(Level::Bad, format!("not saved: {}", error.text()));
                let _ = sender.send(told).await;
                return;
            }
            let saved = tokio::task::spawn_blocking(move || files::save_dump(&name, &text)).await;
            let told = match saved {
                Ok(Ok(path)) => Message::Told(Level::Info, format!("saved {}", path.display())),
                Ok(Err(error)) => Message::Told(Level::Bad, format!("could not save: {error}")),
                Err(error) => Message::Told(Level::Bad, format!("could not save: {error}")),
            };
            let _ = sender.send(told).await;
        });
    }

    /// The program that logs the user in to a source.
    pub fn program(&self, at: SourceId) -> Result<Option<std::process::Command>> {
        self.sources.get(at).map_or(Ok(None), |source| source.login())
    }

    /// Passes a login's output to its source, and opens all queries of that source again.
    pub fn login(&mut self, at: SourceId, output: Vec<u8>) {
        let told = self.sources.get(at).map_or(Ok(()), |source| source.accept(&output));
        self.streams.retain(|query, _| !query.asks(at));
        if let Err(error) = told {
            let sender = self.sender.clone();
            self.workers.spawn(async move { sender.send(Message::Told(Level::Bad, error.text().to_owned())).await });
        }
    }

    /// Waits up to two seconds for calls that are under way. Streams are dropped at once.
    pub async fn finish(&mut self) {
        self.close_sessions(&[]);
        self.inputs.clear();
        self.streams.clear();
        let all = async { while self.calls.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(Duration::from_secs(2), all).await;
    }
}

#[cfg(test)]
mod late;
#[cfg(test)]
mod storms;
