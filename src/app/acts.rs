//! Verbs under way: which objects they change, and how it goes until their effect has shown.

mod along;
mod ask;
mod follow;
mod page;
mod rights;
pub mod shell;

use super::apply::Applying;
use super::waiting::Then;
use super::{Effect, Level, State};
use crate::model::{
    Args, Error, Object, Prefetch, Query, Reads, Reply, Request, Result, Time, Until, Value, Verb, What, seen,
};

pub use ask::{must, noun};
pub use page::{PAGE, lines};

/// The deeds of this run, the latest last.
#[derive(Debug, Default)]
pub struct Acts {
    deeds: Vec<Deed>,
    /// The documents that are being applied.
    pub applying: Option<Applying>,
    /// How to undo the last deed that can be undone.
    pub undo: Option<Undo>,
    /// The number of the last deed.
    last: u32,
}

/// The subject of a question about a verb: the objects as they were when the question was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    verb: &'static Verb,
    query: Query,
    objects: Vec<Object>,
    /// The arguments that were typed, if only the object tells what they mean.
    typed: Option<Args>,
    /// Whether an object is being read for the question.
    pub reads: bool,
    /// The body that was read for the question.
    body: Option<Value>,
    /// The lists of the objects that are deleted along with them.
    along: Vec<Query>,
}

/// A request that takes a deed back.
#[derive(Clone, Debug)]
pub struct Undo {
    pub verb: &'static Verb,
    pub request: Request,
}

/// A verb on some objects.
#[derive(Debug)]
pub struct Deed {
    number: u32,
    verb: &'static Verb,
    args: Args,
    /// The list whose rows show the effect.
    query: Query,
    since: Time,
    steps: Vec<Step>,
    told: bool,
    undo: Option<Undo>,
}

/// The progress with one object.
#[derive(Debug)]
struct Step {
    object: Object,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The body of the object is being read.
    Reading,
    Sent,
    /// The server accepted the request, and the effect has not shown yet. `moved` says whether the row has changed
    /// since.
    Settling {
        since: Time,
        moved: bool,
    },
    /// The outcome in a word or two.
    Done(String),
    Failed(Error),
}

impl Stage {
    fn is_over(&self) -> bool {
        match self {
            Self::Done(_) | Self::Failed(_) => true,
            Self::Reading | Self::Sent | Self::Settling { .. } => false,
        }
    }
}

impl Deed {
    fn is_over(&self) -> bool {
        self.steps.iter().all(|step| step.stage.is_over())
    }

    /// The number of objects for which it succeeded.
    fn done(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.stage, Stage::Done(_))).count()
    }
}

/// The most finished deeds that are remembered.
const REMEMBERED: usize = 100;

impl Acts {
    /// The lists of deeds that settle. They stay wanted after their view was left.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        let settling = |deed: &&Deed| deed.steps.iter().any(|step| matches!(step.stage, Stage::Settling { .. }));
        self.deeds.iter().filter(settling).map(|deed| &deed.query)
    }

    fn remember(&mut self, deed: Deed) {
        let over = self.deeds.iter().filter(|deed| deed.is_over()).count();
        if over >= REMEMBERED
            && let Some(oldest) = self.deeds.iter().position(Deed::is_over)
        {
            self.deeds.remove(oldest);
        }
        self.deeds.push(deed);
    }
}

impl State {
    /// The lists whose rows the question on the screen counts.
    pub(super) fn counted_along(&self) -> impl Iterator<Item = &Query> {
        self.focus.dialog().and_then(|dialog| dialog.asked.as_ref()).into_iter().flat_map(|asked| &asked.along)
    }

    /// The first request of a verb for each object. Wrong arguments are reported before anything is sent.
    fn plan(&self, asked: &Asked, args: &Args) -> Result<Vec<Request>> {
        let Asked { verb, objects, body, .. } = asked;
        // A body that was read for the question need not be read again.
        let known = body.as_ref().filter(|_| verb.prefetch == Prefetch::Object && objects.len() == 1);
        let first = |object: &Object| match (verb.act.reads, known) {
            (Reads::Nothing, _) => verb.act.request(object, &Value::Null, args, self.now),
            (Reads::Once, Some(body)) => verb.act.request(object, body, args, self.now),
            (Reads::Once, None) | (Reads::Again, _) => Ok(Request::new(object.id.clone(), What::Get)),
        };
        objects.iter().map(first).collect()
    }

    /// Begins a deed, and sends the first request for each object.
    fn begin(&mut self, asked: Asked, args: Args, requests: Vec<Request>) -> Vec<Effect> {
        let undo = undo(&asked, &args);
        let Asked { verb, query, objects, .. } = asked;
        self.acts.last += 1;
        let number = self.acts.last;
        let (mut steps, mut effects) = (Vec::new(), Vec::new());
        for (step, (object, request)) in objects.into_iter().zip(requests).enumerate() {
            let stage = if request.what == What::Get { Stage::Reading } else { Stage::Sent };
            steps.push(Step { object, stage });
            effects.push(self.send(Then::Step { deed: number, step }, request));
        }
        self.acts.remember(Deed { number, verb, args, query, since: self.now, steps, told: false, undo });
        if let Some((table, _)) = self.table_mut() {
            table.marks.clear();
        }
        self.display.dirty = true;
        effects
    }

    /// Takes in the reply for one step of a deed.
    pub(super) fn stepped(&mut self, deed: u32, step: usize, result: Result<Reply>) -> Vec<Effect> {
        let Some(deed) = self.acts.deeds.iter().position(|known| known.number == deed) else { return Vec::new() };
        let effects = match result {
            Ok(reply) => self.advance(deed, step, reply),
            Err(error) => {
                self.acts.deeds[deed].steps[step].stage = Stage::Failed(error);
                Vec::new()
            }
        };
        self.follow_acts();
        effects
    }

    /// Moves a step on: from reading to sending, from sending to settling.
    fn advance(&mut self, at: usize, step: usize, reply: Reply) -> Vec<Effect> {
        let deed = &self.acts.deeds[at];
        let (number, verb, object) = (deed.number, deed.verb, &deed.steps[step].object);
        if matches!(deed.steps[step].stage, Stage::Reading) && verb.act.reads != Reads::Nothing {
            let (stage, effects) = match verb.act.request(object, &reply.body, &deed.args, self.now) {
                Ok(request) => (Stage::Sent, vec![self.send(Then::Step { deed: number, step }, request)]),
                Err(error) => (Stage::Failed(error), Vec::new()),
            };
            self.acts.deeds[at].steps[step].stage = stage;
            return effects;
        }
        let undo = deed.undo.clone();
        let stage = match verb.until {
            Until::Told => Stage::Done(outcome(deed, object, &reply)),
            Until::Gone | Until::Ready | Until::Shows(_) | Until::Empties(_) | Until::Ends { .. } => {
                Stage::Settling { since: self.now, moved: false }
            }
        };
        self.acts.undo = undo.or(self.acts.undo.take());
        self.acts.deeds[at].steps[step].stage = stage;
        if let Some(warning) = reply.warnings.first() {
            self.tell(Level::Warn, format!("the server warns: {warning}"));
        }
        Vec::new()
    }
}

/// The outcome in words. If the request created another object, its name is added.
fn outcome(deed: &Deed, object: &Object, reply: &Reply) -> String {
    let done = deed.verb.words.done(&deed.args);
    let word = |path: &str| reply.body.pointer(path).and_then(Value::as_str);
    match (word("/kind"), word("/metadata/name")) {
        (Some(kind), Some(name)) if name != object.id.name && kind != "Status" => {
            format!("{done}: {} {name}", kind.to_lowercase())
        }
        _ => done,
    }
}

/// The request that takes a verb on one object back, if it is known beforehand.
fn undo(asked: &Asked, args: &Args) -> Option<Undo> {
    let ([object], Some(body)) = (asked.objects.as_slice(), &asked.body) else { return None };
    let patch = (asked.verb.undo)(object, body, args)?;
    let request = Request::new(object.id.clone(), What::Patch(Box::new(patch))).of(seen(object, body));
    Some(Undo { verb: asked.verb, request })
}
