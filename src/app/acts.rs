//! Acts under way: what was asked of which objects, and how it goes until it has had its effect.

mod along;
mod ask;
mod follow;
mod page;
mod rights;

use super::{Effect, Level, State, Ticket, commands};
use crate::model::{Act, Args, Error, Object, Query, Reply, Request, Result, Time, Until, Value, Verb, What};

pub use ask::{must, noun};
pub use page::{PAGE, lines};

/// What was done and is being done, latest last.
#[derive(Debug, Default)]
pub struct Acts {
    deeds: Vec<Deed>,
    /// What the question on the screen is about.
    asked: Option<Asked>,
    /// What takes the last deed back that can be taken back.
    pub undo: Option<Undo>,
    /// Requests of others, by the words that lead their outcome.
    waiting: Vec<(Ticket, String)>,
    last: u32,
}

/// A question about a verb: the objects as they were when it was asked.
#[derive(Debug)]
struct Asked {
    verb: &'static Verb,
    query: Query,
    objects: Vec<Object>,
    /// What was typed, where only the object tells what it means.
    typed: Option<Args>,
    /// What is read for it, and then what was.
    reading: Option<Ticket>,
    body: Option<Value>,
    /// The lists that tell what goes along with them.
    along: Vec<Query>,
    /// How many lines of the question do not depend on what is filled in or read.
    fixed: usize,
}

/// A way back.
#[derive(Clone, Debug)]
pub struct Undo {
    pub verb: &'static Verb,
    pub request: Request,
}

/// A verb on some objects.
#[derive(Debug)]
pub struct Deed {
    verb: &'static Verb,
    args: Args,
    /// The rows that show its effect.
    query: Query,
    since: Time,
    steps: Vec<Step>,
    told: bool,
    undo: Option<Undo>,
}

/// How it goes with one object.
#[derive(Debug)]
struct Step {
    object: Object,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Its body is being read.
    Reading(Ticket),
    Sent(Ticket),
    /// The server agreed; the effect is awaited. `moved` once the row is another than before.
    Settling {
        since: Time,
        moved: bool,
    },
    /// How it came out, in a word or two.
    Done(String),
    Failed(Error),
}

impl Stage {
    fn is_over(&self) -> bool {
        match self {
            Self::Done(_) | Self::Failed(_) => true,
            Self::Reading(_) | Self::Sent(_) | Self::Settling { .. } => false,
        }
    }

    fn waits_for(&self, ticket: Ticket) -> bool {
        match self {
            Self::Reading(known) | Self::Sent(known) => *known == ticket,
            Self::Settling { .. } | Self::Done(_) | Self::Failed(_) => false,
        }
    }
}

impl Deed {
    fn is_over(&self) -> bool {
        self.steps.iter().all(|step| step.stage.is_over())
    }

    /// How many objects it came out well for.
    fn done(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.stage, Stage::Done(_))).count()
    }
}

/// Deeds that are remembered once they are over.
const REMEMBERED: usize = 100;

impl Acts {
    /// Rows that tell how deeds go: they stay wanted although the view was left. And those that a question counts.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        let settling = |deed: &&Deed| deed.steps.iter().any(|step| matches!(step.stage, Stage::Settling { .. }));
        let counted = self.asked.iter().flat_map(|asked| &asked.along);
        self.deeds.iter().filter(settling).map(|deed| &deed.query).chain(counted)
    }

    /// Whether the question on the screen counts these rows.
    pub(super) fn counts(&self, query: &Query) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.along.contains(query))
    }

    /// The question was left without an answer.
    pub(super) fn drop_question(&mut self) {
        self.asked = None;
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
    /// A request on its way out; the answer comes back with the ticket.
    pub fn send(&mut self, request: Request) -> (Ticket, Effect) {
        let ticket = self.ticket();
        (ticket, Effect::Call(ticket, Box::new(request)))
    }

    /// A number for something else that is waited for.
    pub fn ticket(&mut self) -> Ticket {
        self.acts.last += 1;
        Ticket(self.acts.last)
    }

    /// Sends a request whose outcome becomes a notice led by `what`.
    pub fn act(&mut self, what: String, request: Request) -> Effect {
        let (ticket, effect) = self.send(request);
        self.acts.waiting.push((ticket, what));
        effect
    }

    /// What a verb sends first for each object. What is wrong with its arguments is said before anything is sent.
    fn plan(&self, asked: &Asked, args: &Args) -> Result<Vec<Request>> {
        let Asked { verb, objects, body, .. } = asked;
        // What the question was made from need not be read again.
        let known = body.as_ref().filter(|_| verb.reads == Some("") && objects.len() == 1);
        let first = |object: &Object| match (verb.act, known) {
            (Act::Row(act), _) => act(object, args, self.now),
            (Act::Body(act), Some(body)) => act(object, body, args, self.now),
            (Act::Body(_), None) => Ok(Request::new(object.id.clone(), What::Get)),
        };
        objects.iter().map(first).collect()
    }

    /// Begins a verb on objects, with the first request for each.
    fn begin(&mut self, asked: Asked, args: Args, requests: Vec<Request>) -> Vec<Effect> {
        let undo = undo(&asked, &args);
        let Asked { verb, query, objects, .. } = asked;
        let (mut steps, mut effects) = (Vec::new(), Vec::new());
        for (object, request) in objects.into_iter().zip(requests) {
            let reads = request.what == What::Get;
            let (ticket, effect) = self.send(request);
            steps.push(Step { object, stage: if reads { Stage::Reading(ticket) } else { Stage::Sent(ticket) } });
            effects.push(effect);
        }
        self.acts.remember(Deed { verb, args, query, since: self.now, steps, told: false, undo });
        if let Some((table, _)) = self.table_mut() {
            table.marks.clear();
        }
        self.dirty = true;
        effects
    }

    /// Gives an answer to whoever waits for it.
    pub(super) fn replied(&mut self, ticket: Ticket, result: Result<Reply>) -> Vec<Effect> {
        self.dirty = true;
        if let Some((_, id, reach, moves)) = self.sessions.asked.take_if(|(known, ..)| *known == ticket) {
            if moves != self.moves {
                commands::sessions::overtaken(self, &id, &reach);
                return Vec::new();
            }
            let begun = result.and_then(|reply| commands::sessions::chosen(self, id, reach, &reply.body));
            return self.settle_result(begun);
        }
        if self.acts.asked.as_ref().is_some_and(|asked| asked.reading == Some(ticket)) {
            self.read_for_question(result);
            return Vec::new();
        }
        let effects = self.stepped(ticket, result);
        self.follow_acts();
        effects
    }

    /// An answer to a step of a deed, or to a request of somebody else.
    fn stepped(&mut self, ticket: Ticket, result: Result<Reply>) -> Vec<Effect> {
        let waits = |deed: &Deed| deed.steps.iter().position(|step| step.stage.waits_for(ticket));
        let found = self.acts.deeds.iter().enumerate().rev().find_map(|(i, deed)| Some((i, waits(deed)?)));
        let Some((deed, step)) = found else {
            self.told(ticket, result);
            return Vec::new();
        };
        match result {
            Ok(reply) => self.advance(deed, step, reply),
            Err(error) => {
                self.acts.deeds[deed].steps[step].stage = Stage::Failed(error);
                Vec::new()
            }
        }
    }

    fn told(&mut self, ticket: Ticket, result: Result<Reply>) {
        let Some(at) = self.acts.waiting.iter().position(|(known, _)| *known == ticket) else { return };
        let (_, what) = self.acts.waiting.swap_remove(at);
        match result {
            Ok(_) => self.tell(Level::Info, what),
            Err(error) => self.complain(&error.within(what)),
        }
    }

    /// From reading to sending, from sending to settling.
    fn advance(&mut self, at: usize, step: usize, reply: Reply) -> Vec<Effect> {
        let deed = &self.acts.deeds[at];
        let (verb, object) = (deed.verb, &deed.steps[step].object);
        if let (Stage::Reading(_), Act::Body(act)) = (&deed.steps[step].stage, verb.act) {
            let (stage, effects) = match act(object, &reply.body, &deed.args, self.now) {
                Ok(request) => {
                    let (ticket, effect) = self.send(request);
                    (Stage::Sent(ticket), vec![effect])
                }
                Err(error) => (Stage::Failed(error), Vec::new()),
            };
            self.acts.deeds[at].steps[step].stage = stage;
            return effects;
        }
        let undo = deed.undo.clone();
        let stage = match verb.until {
            Until::Told => Stage::Done(outcome(deed, object, &reply)),
            Until::Gone | Until::Ready | Until::Shows(_) => Stage::Settling { since: self.now, moved: false },
        };
        self.acts.undo = undo.or(self.acts.undo.take());
        self.acts.deeds[at].steps[step].stage = stage;
        if let Some(warning) = reply.warnings.first() {
            self.tell(Level::Warn, format!("the server warns: {warning}"));
        }
        Vec::new()
    }
}

/// What became of it; when something else came to be, its name.
fn outcome(deed: &Deed, object: &Object, reply: &Reply) -> String {
    let done = (deed.verb.done)(&deed.args);
    let word = |path: &str| reply.body.pointer(path).and_then(Value::as_str);
    match (word("/kind"), word("/metadata/name")) {
        (Some(kind), Some(name)) if name != object.id.name && kind != "Status" => {
            format!("{done}: {} {name}", kind.to_lowercase())
        }
        _ => done,
    }
}

/// The way back of a verb on one object, as far as it is known before it is done.
fn undo(asked: &Asked, args: &Args) -> Option<Undo> {
    let ([object], Some(body)) = (asked.objects.as_slice(), &asked.body) else { return None };
    let patch = (asked.verb.undo)(object, body, args)?;
    Some(Undo { verb: asked.verb, request: Request::new(object.id.clone(), What::Patch(Box::new(patch))) })
}
