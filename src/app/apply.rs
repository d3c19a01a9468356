//! Applying documents, step by step: each is read, tried and compared; then, if the user wants it, written in order.
//! Whoever runs it sends the requests it asks for, one at a time, and gives it the answers.

mod plan;
mod report;
mod screen;

use std::sync::Arc;

use super::diff;
use super::view::{Review, Row};
use crate::model::{Error, Id, Reply, Request, Result, Value, What};

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
        matches!(self, Self::Unsent(_) | Self::Refused(_))
    }
}

#[derive(Debug)]
pub struct Item {
    pub document: Document,
    pub id: Option<Id>,
    pub verdict: Verdict,
    pub before: Option<Value>,
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
    /// The kind or namespace of this one is still on its way.
    Await(usize, u16),
    Write(usize),
    Done,
}

/// One application of a batch of documents.
#[derive(Debug)]
pub struct Run {
    pub items: Vec<Item>,
    /// Take fields over from their managers.
    pub force: bool,
    step: Step,
}

/// How often is looked whether a new kind is served; each look takes about a millisecond.
const LOOKS: u16 = 2000;

impl Run {
    pub fn new(plan: Plan, force: bool) -> Self {
        Self { items: plan.items, force, step: Step::Look(0) }
    }

    /// The next request to send, if one is due.
    pub fn due(&mut self) -> Option<Request> {
        loop {
            match self.step {
                Step::Ask | Step::Done => return None,
                Step::Look(at) | Step::Try(at) | Step::Write(at) | Step::Await(at, _) if at >= self.items.len() => {
                    self.step = if self.is_trying() { Step::Ask } else { Step::Done };
                }
                Step::Look(at) => match self.request(at, Verdict::waits) {
                    Some(id) => return Some(Request::new(id, What::Get)),
                    None => self.step = Step::Look(at + 1),
                },
                Step::Try(at) => return self.apply(at).map(Request::dry),
                Step::Await(at, _) => return self.items[at].id.clone().map(|id| Request::new(id, What::Get)),
                Step::Write(at) => match self.request(at, Verdict::goes) {
                    Some(_) if matches!(self.items[at].verdict, Verdict::Later) => self.step = Step::Await(at, 0),
                    Some(_) => return self.apply(at),
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
        let body = Box::new(item.document.body.clone());
        Some(Request::new(item.id.clone()?, What::Apply { body, force: self.force }))
    }

    /// Takes the answer to the request of [`Run::due`].
    pub fn take(&mut self, result: Result<Reply>) {
        match self.step {
            Step::Look(at) => self.looked(at, result),
            Step::Try(at) => {
                self.tried(at, result);
                self.step = Step::Look(at + 1);
            }
            Step::Await(at, looks) => {
                self.step =
                    if unserved(&result) && looks < LOOKS { Step::Await(at, looks + 1) } else { self.arrived(at) }
            }
            Step::Write(at) => {
                self.written(at, result);
                self.step = Step::Write(at + 1);
            }
            Step::Ask | Step::Done => {}
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
        match result {
            Ok(reply) => item.before = Some(reply.body),
            Err(Error::Gone(_)) if awaited => {
                item.compare(None);
                item.verdict = Verdict::Later;
                self.step = Step::Look(at + 1);
            }
            Err(Error::Gone(_)) => {}
            Err(error) => {
                item.verdict = Verdict::Refused(error);
                self.step = Step::Look(at + 1);
            }
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
        matches!(self.step, Step::Write(_) | Step::Await(..))
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

/// The server does not know the kind, or the namespace.
fn unserved(result: &Result<Reply>) -> bool {
    let text = result.as_ref().err().map(Error::text).unwrap_or_default();
    // A group that is new altogether is no page at all for a moment.
    ["could not find the requested resource", "404 page not found", "namespaces \""]
        .iter()
        .any(|known| text.contains(known))
}

impl Item {
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
        self.verdict = match (&self.before, changed) {
            (None, _) => Verdict::New,
            (Some(_), true) => Verdict::Changed,
            (Some(_), false) => Verdict::Unchanged,
        };
    }
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
