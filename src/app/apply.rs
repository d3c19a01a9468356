//! Applies documents in steps: each is read, tried and compared. If the user agrees, they are written in order. The
//! caller does what [`Run::due`] says, one request at a time, and passes the replies in.

pub mod kubectl;
mod plan;
mod report;
mod screen;

use std::sync::Arc;
use std::time::Duration;

use super::diff;
use super::view::{Review, ReviewRow};
use crate::model::{Error, Id, Patch, Reply, Request, Result, Value, What};

pub use plan::{Document, Plan, documents};
pub use report::{item_lines, lines};
pub use screen::Applying;

/// The result for one document.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing is known yet.
    Waiting,
    /// The document cannot be sent, for this reason.
    Unsent(String),
    /// The server refused it.
    Refused(Error),
    /// Somebody changed the object since it was shown, so the result would be another one.
    Moved,
    /// The object does not exist, and the server would create it.
    New,
    Changed,
    Unchanged,
    /// It cannot be tried before other documents of the batch are written.
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

    /// Whether it is sent when the user agrees.
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
    /// The patch that is sent instead of the document, for an object that `kubectl apply` made.
    pub patch: Option<Value>,
    /// How often the patch was made again.
    renewals: u8,
    pub rows: Vec<ReviewRow>,
    pub unified: Vec<crate::app::view::Line>,
    pub warnings: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Look(usize),
    Try(usize),
    /// Everything was tried. The user decides.
    Ask,
    /// The kind or the namespace of this document is not served yet. The second number counts the pauses so far.
    Await(usize, u32),
    Pause(usize, u32),
    Write(usize),
    /// The object changed before it could be written, so it is read again.
    Renew(usize),
    Done,
}

/// What the caller has to do next.
#[derive(Debug)]
pub enum Due {
    /// Send this request, and pass the reply to [`Run::take`].
    Call(Box<Request>),
    /// Wait for this time, and call [`Run::resume`].
    Pause(Duration),
}

/// One application of a batch of documents.
#[derive(Debug)]
pub struct Run {
    pub items: Vec<Item>,
    /// Whether to take fields over from their managers.
    pub force: bool,
    step: Step,
}

/// The first pause before the server is asked again whether it serves a new kind, in milliseconds. Each further pause
/// is twice as long.
const PAUSE: u64 = 50;
/// The longest pause, in milliseconds.
const LONGEST_PAUSE: u64 = 1000;
/// The number of pauses (about 16 seconds in all) after which the document is written anyway. The server then says what
/// is missing.
const PAUSES: u32 = 20;

impl Run {
    pub fn new(plan: Plan, force: bool) -> Self {
        Self { items: plan.items, force, step: Step::Look(0) }
    }

    /// The next thing to do; `None` if the user has to decide or everything is done.
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

    /// Continues after the pause of [`Run::due`].
    pub fn resume(&mut self) {
        if let Step::Pause(at, pauses) = self.step {
            self.step = Step::Await(at, pauses + 1);
        }
    }

    /// Takes in the reply to the request of [`Run::due`].
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

    /// Continues after the kind is served, or is given up.
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

    /// Whether the object has changed since the patch was made, so that the patch has to be made again.
    fn moved(&mut self, at: usize, result: &Result<Reply>) -> bool {
        let item = &mut self.items[at];
        let again = item.patch.is_some() && matches!(result, Err(Error::Conflict(_)));
        item.renewals += u8::from(again);
        again && item.renewals <= kubectl::RENEWALS
    }

    /// Takes in the object as others changed it. The new patch is sent only if it changes the same as the one that was
    /// shown.
    fn renewed(&mut self, at: usize, result: Result<Reply>) {
        let item = &mut self.items[at];
        match (result.and_then(|reply| item.patch_over(&reply.body)), &item.patch) {
            (Ok(Some(new)), Some(old)) if kubectl::same(&new, old) => item.patch = Some(new),
            (Ok(_), _) => item.verdict = Verdict::Moved,
            (Err(error), _) => item.verdict = Verdict::Refused(error),
        }
    }

    /// Whether an earlier document of the batch creates the namespace or the kind of this one.
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

    /// Whether the user has to decide.
    pub fn asks(&self) -> bool {
        self.step == Step::Ask
    }

    pub fn is_done(&self) -> bool {
        self.step == Step::Done
    }

    pub fn is_writing(&self) -> bool {
        matches!(self.step, Step::Write(_) | Step::Await(..) | Step::Pause(..) | Step::Renew(_))
    }

    /// Starts to write, because the user agreed.
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

/// The length of a pause, by the number of pauses before it.
fn pause(pauses: u32) -> Duration {
    Duration::from_millis(PAUSE.saturating_mul(1 << pauses.min(16)).min(LONGEST_PAUSE))
}

/// Whether the server does not know the kind or the namespace.
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

    /// Compares the present object with the result of the dry run, or with the document if the server cannot try it.
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

/// Shortens a change of kubectl's copy, because the copies repeat what other lines say.
fn renewed(row: &mut ReviewRow) {
    (row.old, row.new) =
        (row.old.take().map(|_| "the last document".into()), row.new.take().map(|_| "this one".into()));
}

/// A new object without the fields that the server adds to each.
fn of_its_user(body: &Value) -> Value {
    let mut body = diff::written(body);
    if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
        ["uid", "creationTimestamp"].iter().for_each(|name| drop(metadata.shift_remove(*name)));
    }
    body
}

/// An empty object of the same kind. The kind decides what is masked.
fn kindred(body: &Value) -> Value {
    let kept = ["apiVersion", "kind"].into_iter();
    kept.filter_map(|key| Some((key.to_owned(), body.get(key)?.clone()))).collect::<serde_json::Map<_, _>>().into()
}

#[cfg(test)]
mod tests;
