//! Applying documents, step by step: each is read, tried and compared; then, if the user wants it, written in order.
//! Whoever runs it does what [`Run::due`] says, one thing at a time, and gives it the answers.

pub mod kubectl;
mod plan;
mod report;
mod screen;

use std::sync::Arc;
use std::time::Duration;

use super::diff;
use super::view::{Review, Row};
use crate::model::{Error, Id, Patch, Reply, Request, Result, Value, What};

pub use plan::{Document, Plan, documents};
pub use report::{item_lines, lines};
pub use screen::Applying;

/// What became of one document, or would.
#[derive(Debug)]
pub enum Verdict {
    /// Nobody looked yet.
    Waiting,
    /// It cannot be sent at all, and why.
    Unsent(String),
    /// The server refuses it.
    Refused(Error),
    /// Others changed it since it was shown: it would become something else.
    Moved,
    /// It is not there yet, and the server would make it.
    New,
    Changed,
    Unchanged,
    /// It cannot be tried before others of the same batch are there.
    Later,
    Applied(Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Created,
    Configured,
    Unchanged,
}

impl Verdict {
    fn waits(&self) -> bool {
        matches!(self, Self::Waiting)
    }

    /// Whether it goes to the server when the user says so.
    pub fn goes(&self) -> bool {
        matches!(self, Self::New | Self::Changed | Self::Unchanged | Self::Later)
    }

    pub fn failed(&self) -> bool {
        matches!(self, Self::Unsent(_) | Self::Refused(_) | Self::Moved)
    }
}

#[derive(Debug)]
pub struct Item {
    pub document: Document,
    pub id: Option<Id>,
    pub verdict: Verdict,
    pub before: Option<Value>,
    /// What is sent in place of the document, for an object that `kubectl apply` made.
    pub patch: Option<Value>,
    /// How often the patch was made anew.
    renewals: u8,
    pub rows: Vec<Row>,
    pub unified: Vec<crate::app::view::Line>,
    pub warnings: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Look(usize),
    Try(usize),
    /// All is tried; the user decides.
    Ask,
    /// The kind or namespace of this one is still on its way: pauses so far.
    Await(usize, u32),
    Pause(usize, u32),
    Write(usize),
    /// It changed before it could be written: it is read again.
    Renew(usize),
    Done,
}

/// What an application waits for.
#[derive(Debug)]
pub enum Due {
    /// The answer to this, for [`Run::take`].
    Call(Box<Request>),
    /// This to pass, then [`Run::resume`].
    Pause(Duration),
}

/// One application of a batch of documents.
#[derive(Debug)]
pub struct Run {
    pub items: Vec<Item>,
    /// Take fields over from their managers.
    pub force: bool,
    step: Step,
}

/// The first pause between two looks whether a new kind is served, in milliseconds; each further one is twice as long,
const PAUSE: u64 = 50;
/// up to this.
const LONGEST_PAUSE: u64 = 1000;
/// After as many pauses, about 16 seconds, it is written all the same, and the server says what is missing.
const PAUSES: u32 = 20;

impl Run {
    pub fn new(plan: Plan, force: bool) -> Self {
        Self { items: plan.items, force, step: Step::Look(0) }
    }

    /// What is to be done next, unless the user is to decide or all is done.
    pub fn due(&mut self) -> Option<Due> {
        loop {
            match self.step {
                Step::Ask | Step::Done => return None,
                Step::Look(at) | Step::Write(at) if at >= self.items.len() => {
                    self.step = if self.is_trying() { Step::Ask } else { Step::Done };
                }
                Step::Look(at) => match self.request(at, Verdict::waits) {
                    Some(id) => return call(Some(Request::new(id, What::Get))),
                    None => self.step = Step::Look(at + 1),
                },
                Step::Try(at) => return call(self.apply(at).map(Request::dry)),
                Step::Await(at, _) | Step::Renew(at) => return call(self.read(at)),
                Step::Pause(_, pauses) => return Some(Due::Pause(pause(pauses))),
                Step::Write(at) => match self.request(at, Verdict::goes) {
                    Some(_) if matches!(self.items[at].verdict, Verdict::Later) => self.step = Step::Await(at, 0),
                    Some(_) => return call(self.apply(at)),
                    None => self.step = Step::Write(at + 1),
                },
            }
        }
    }

    fn is_trying(&self) -> bool {
        matches!(self.step, Step::Look(_) | Step::Try(_))
    }

    fn request(&self, at: usize, due: impl Fn(&Verdict) -> bool) -> Option<Id> {
        let item = self.items.get(at)?;
        item.id.clone().filter(|_| due(&item.verdict))
    }

    fn apply(&self, at: usize) -> Option<Request> {
        let item = self.items.get(at)?;
        let what = match &item.patch {
            Some(patch) => What::Patch(Box::new(Patch::Kubectl(patch.clone()))),
            None => What::Apply { body: Box::new(item.document.body.clone()), force: self.force },
        };
        Some(Request::new(item.id.clone()?, what))
    }

    fn read(&self, at: usize) -> Option<Request> {
        Some(Request::new(self.items.get(at)?.id.clone()?, What::Get))
    }

    /// The pause of [`Run::due`] is over.
    pub fn resume(&mut self) {
        if let Step::Pause(at, pauses) = self.step {
            self.step = Step::Await(at, pauses + 1);
        }
    }

    /// Takes the answer to the request of [`Run::due`].
    pub fn take(&mut self, result: Result<Reply>) {
        let step = self.step;
        match step {
            Step::Look(at) => self.looked(at, result),
            Step::Try(at) if self.moved(at, &result) => self.step = Step::Look(at),
            Step::Try(at) => {
                self.tried(at, result);
                self.step = Step::Look(at + 1);
            }
            Step::Await(at, pauses) => {
                let waits = unserved(&result) && pauses < PAUSES;
                self.step = if waits { Step::Pause(at, pauses) } else { self.arrived(at) };
            }
            Step::Write(at) if self.moved(at, &result) => self.step = Step::Renew(at),
            Step::Write(at) => {
                self.written(at, result);
                self.step = Step::Write(at + 1);
            }
            Step::Renew(at) => {
                self.renewed(at, result);
                self.step = Step::Write(at);
            }
            Step::Ask | Step::Done | Step::Pause(..) => {}
        }
    }

    /// The kind is served now, or will not be.
    fn arrived(&mut self, at: usize) -> Step {
        self.items[at].verdict = Verdict::New;
        Step::Write(at)
    }

    fn looked(&mut self, at: usize, result: Result<Reply>) {
        let awaited = self.comes_with(at);
        let item = &mut self.items[at];
        self.step = Step::Try(at);
        match result.and_then(|reply| Ok((item.patch_over(&reply.body)?, reply.body))) {
            Ok((patch, body)) => (item.patch, item.before) = (patch, Some(body)),
            Err(Error::Gone(_) | Error::Unserved(_)) if awaited => {
                item.compare(None);
                item.verdict = Verdict::Later;
                self.step = Step::Look(at + 1);
            }
            Err(Error::Gone(_) | Error::Unserved(_)) => {}
            Err(error) => {
                item.verdict = Verdict::Refused(error);
                self.step = Step::Look(at + 1);
            }
        }
    }

    /// Whether a patch came too late for the version that it was made from, and may be made anew.
    fn moved(&mut self, at: usize, result: &Result<Reply>) -> bool {
        let item = &mut self.items[at];
        let again = item.patch.is_some() && matches!(result, Err(Error::Conflict(_)));
        item.renewals += u8::from(again);
        again && item.renewals <= kubectl::RENEWALS
    }

    /// Takes what others made of an object meanwhile. What is written stays what was shown, or is not written.
    fn renewed(&mut self, at: usize, result: Result<Reply>) {
        let item = &mut self.items[at];
        match (result.and_then(|reply| item.patch_over(&reply.body)), &item.patch) {
            (Ok(Some(new)), Some(old)) if kubectl::same(&new, old) => item.patch = Some(new),
            (Ok(_), _) => item.verdict = Verdict::Moved,
            (Err(error), _) => item.verdict = Verdict::Refused(error),
        }
    }

    /// Whether the namespace or the kind of a document comes with the same batch and is not there yet.
    fn comes_with(&self, at: usize) -> bool {
        let Some(id) = &self.items[at].id else { return false };
        self.items[..at].iter().any(|other| {
            let new = other.before.is_none();
            let name = other.id.as_ref().map(|id| id.name.as_str()).unwrap_or_default();
            let address = &id.kind.address;
            let definition = format!("{}.{}", address.plural, address.group);
            new && match other.document.kind.as_str() {
                "Namespace" => name == id.namespace.as_str(),
                "CustomResourceDefinition" => name == definition,
                _ => false,
            }
        })
    }

    fn tried(&mut self, at: usize, result: Result<Reply>) {
        let item = &mut self.items[at];
        match result {
            Ok(reply) => {
                item.warnings = reply.warnings;
                item.compare(Some(reply.body));
            }
            Err(error) => item.verdict = Verdict::Refused(error),
        }
    }

    fn written(&mut self, at: usize, result: Result<Reply>) {
        let item = &mut self.items[at];
        item.verdict = match (result, &item.verdict) {
            (Err(error), _) => Verdict::Refused(error),
            (Ok(_), Verdict::Unchanged) => Verdict::Applied(Outcome::Unchanged),
            (Ok(_), Verdict::Changed) => Verdict::Applied(Outcome::Configured),
            (Ok(_), _) => Verdict::Applied(Outcome::Created),
        };
    }

    /// Whether the user is to decide.
    pub fn asks(&self) -> bool {
        self.step == Step::Ask
    }

    pub fn is_done(&self) -> bool {
        self.step == Step::Done
    }

    pub fn is_writing(&self) -> bool {
        matches!(self.step, Step::Write(_) | Step::Await(..) | Step::Pause(..) | Step::Renew(_))
    }

    /// The user wants it.
    pub fn go(&mut self) {
        if self.asks() {
            self.step = Step::Write(0);
        }
    }

    pub fn goes(&self) -> usize {
        self.items.iter().filter(|item| item.verdict.goes()).count()
    }

    pub fn failed(&self) -> usize {
        self.items.iter().filter(|item| item.verdict.failed()).count()
    }
}

fn call(request: Option<Request>) -> Option<Due> {
    request.map(|request| Due::Call(Box::new(request)))
}

/// The pause after so many others.
fn pause(pauses: u32) -> Duration {
    Duration::from_millis(PAUSE.saturating_mul(1 << pauses.min(16)).min(LONGEST_PAUSE))
}

/// The server does not know the kind, or the namespace.
fn unserved(result: &Result<Reply>) -> bool {
    matches!(result, Err(Error::Unserved(_)))
}

impl Item {
    fn patch_over(&self, live: &Value) -> Result<Option<Value>> {
        match &self.id {
            Some(id) => kubectl::patch(&self.document.body, live, id.kind),
            None => Ok(None),
        }
    }

    /// Compares what is there with what would be, or with the document itself where the server cannot try.
    fn compare(&mut self, would: Option<Value>) {
        let mut would = would.unwrap_or_else(|| self.document.body.clone());
        if self.before.is_none() {
            would = of_its_user(&would);
        }
        let before = self.before.clone().unwrap_or_else(|| kindred(&would));
        let review = Review::new(&before, Arc::new(would.clone()), Arc::new(would), Vec::new(), Some(String::new()));
        let changed = review.changes();
        (self.rows, self.unified) = (review.rows, review.unified);
        self.rows.iter_mut().filter(|row| kubectl::is_copy(&row.path)).for_each(renewed);
        self.verdict = match (&self.before, changed) {
            (None, _) => Verdict::New,
            (Some(_), true) => Verdict::Changed,
            (Some(_), false) => Verdict::Unchanged,
        };
    }
}

/// Both copies of a document say nothing that other lines do not.
fn renewed(row: &mut Row) {
    (row.old, row.new) =
        (row.old.take().map(|_| "the last document".into()), row.new.take().map(|_| "this one".into()));
}

/// A new object without what the server gives every one.
fn of_its_user(body: &Value) -> Value {
    let mut body = diff::written(body);
    if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
        ["uid", "creationTimestamp"].iter().for_each(|name| drop(metadata.shift_remove(*name)));
    }
    body
}

/// An empty object of the same kind: what is masked depends on it.
fn kindred(body: &Value) -> Value {
    let kept = ["apiVersion", "kind"].into_iter();
    kept.filter_map(|key| Some((key.to_owned(), body.get(key)?.clone()))).collect::<serde_json::Map<_, _>>().into()
}

#[cfg(test)]
mod tests;
