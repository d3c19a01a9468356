//! Follows deeds: rows show when a verb has had its effect.

use super::{Deed, Stage, Step};
use crate::app::store::Answer;
use crate::app::{Level, State};
use crate::model::{Cell, Error, Health, Object, Time, Until};

/// The time, in milliseconds, after which a row that has not changed since the server agreed will not change.
const STILL: i64 = 10_000;
/// The time, in milliseconds, after which a deed is no longer followed.
const LONGEST: i64 = 600_000;

impl State {
    /// Looks at the rows of all deeds that settle, and reports outcomes.
    pub(in crate::app) fn follow_acts(&mut self) {
        let State { acts, store, now, .. } = self;
        for deed in acts.deeds.iter_mut().filter(|deed| !deed.told) {
            let answer = store.answer(&deed.query);
            let (verb, args) = (deed.verb, &deed.args);
            for step in &mut deed.steps {
                let goal = args.text("replicas").parse().ok();
                if let Some(outcome) = step.settled(verb.until, goal, answer, *now) {
                    step.stage = match outcome {
                        Outcome::Done => Stage::Done(verb.words.done(args)),
                        Outcome::InVain(word) => Stage::Failed(Error::Invalid(format!("{word}; describe tells why"))),
                        Outcome::Late => Stage::Done("has not finished after 10 min".to_owned()),
                    };
                }
            }
        }
        self.tell_outcomes();
    }

    fn tell_outcomes(&mut self) {
        let over: Vec<usize> =
            (0..self.acts.deeds.len()).filter(|i| !self.acts.deeds[*i].told && self.acts.deeds[*i].is_over()).collect();
        for i in over {
            self.acts.deeds[i].told = true;
            let (level, text) = summary(&self.acts.deeds[i]);
            self.tell(level, text);
        }
    }

    /// The next moment at which a step is given up.
    pub(in crate::app) fn acts_due(&self) -> Option<Time> {
        let steps = self.acts.deeds.iter().filter(|deed| !deed.told).flat_map(|deed| &deed.steps);
        let due = steps.filter_map(|step| match &step.stage {
            Stage::Settling { since, moved: false } => Some(since.plus_millis(STILL)),
            Stage::Settling { since, moved: true } => Some(since.plus_millis(LONGEST)),
            Stage::Reading | Stage::Sent | Stage::Done(_) | Stage::Failed(_) => None,
        });
        due.filter(|due| *due > self.now).min()
    }

    /// The deed that is under way, for the bottom line: `restarting web 1/3`.
    pub fn progress(&self) -> Option<String> {
        let mut running = self.acts.deeds.iter().rev().filter(|deed| !deed.told);
        let deed = running.next()?;
        let more = running.count();
        let answer = self.store.answer(&deed.query);
        let text = format!("{} {}{}", deed.verb.words.doing, deed.noun_short(), deed.count(answer));
        Some(if more > 0 { format!("{text} and {more} more") } else { text })
    }
}

/// The outcome of a verb.
#[derive(Debug, PartialEq)]
enum Outcome {
    Done,
    /// The verb failed; the object says so with this word.
    InVain(String),
    /// The effect did not show in time.
    Late,
}

impl Step {
    /// The outcome; `None` while it is open.
    fn settled(&mut self, until: Until, goal: Option<u32>, answer: Option<&Answer>, now: Time) -> Option<Outcome> {
        let Stage::Settling { since, moved } = &mut self.stage else { return None };
        let row = answer.and_then(|answer| answer.get(&self.object.id));
        let waited = now.since(*since);
        // Without rows nothing can be followed.
        let Some(answer) = answer else { return Some(Outcome::Done) };
        let effect = match until {
            Until::Told => true,
            Until::Gone => answer.complete && row.is_none_or(|row| row.uid != self.object.uid),
            Until::Shows(words) => {
                *moved |= row.is_some_and(|row| row.cells != self.object.cells);
                // The state may have begun with this word before, so the row must have changed, or enough time has
                // passed.
                row.is_none_or(|row| shows(row, words) && (*moved || waited >= STILL))
            }
            Until::Empties(title) => {
                *moved |= row.is_some_and(|row| row.cells != self.object.cells);
                row.is_none_or(|row| *row.cell(title) == Cell::None && (*moved || waited >= STILL))
            }
            Until::Ends { column, well, badly } => {
                *moved |= row.is_some_and(|row| row.cell(column) != self.object.cell(column));
                let word = row.filter(|_| *moved || waited >= STILL).map(|row| row.word(column));
                if let Some(word) = word.filter(|word| badly.contains(word)) {
                    return Some(Outcome::InVain(word.to_owned()));
                }
                row.is_none() || word.is_some_and(|word| well.contains(&word))
            }
            Until::Ready => {
                *moved |= row.is_some_and(|row| row.cells != self.object.cells || row.health != self.object.health);
                row.is_none_or(|row| is_ready(row, goal, *moved || waited >= STILL))
            }
        };
        match effect {
            true => Some(Outcome::Done),
            false => (waited >= LONGEST).then_some(Outcome::Late),
        }
    }
}

/// Whether the state of a row begins with one of these words.
fn shows(row: &Object, words: &[&str]) -> bool {
    let state = row.id.kind.columns.iter().position(|column| column.state).and_then(|i| row.cells.get(i));
    let text = state.map(|cell| cell.to_text(Time::default())).unwrap_or_default();
    words.iter().any(|word| text.starts_with(word))
}

/// Whether all pods of a row run: as many as wanted, in the new version.
fn is_ready(row: &Object, goal: Option<u32>, moved: bool) -> bool {
    let Some((ready, wanted)) = replicas(row) else { return true };
    match goal {
        Some(goal) => wanted == goal && ready == goal,
        None => wanted == 0 || moved && ready == wanted && matches!(row.health, Health::Good | Health::Done),
    }
}

/// The number of ready pods and of wanted pods.
fn replicas(row: &Object) -> Option<(u32, u32)> {
    let ratio = row.cells.iter().find_map(|cell| match cell {
        Cell::Ratio(ready, wanted) => Some((*ready, *wanted)),
        _ => None,
    });
    ratio.or_else(|| Some((count(row, "READY")?, count(row, "DESIRED")?)))
}

fn count(row: &Object, title: &str) -> Option<u32> {
    match row.cells.get(row.id.kind.column(title)?)? {
        Cell::Count(n) => u32::try_from(*n).ok(),
        _ => None,
    }
}

impl Deed {
    fn noun_short(&self) -> String {
        match self.steps.as_slice() {
            [one] => one.object.id.name.to_string(),
            _ => self.noun(),
        }
    }

    /// The progress, such as ` 1/3`: in replicas for a single object, otherwise in objects.
    fn count(&self, answer: Option<&Answer>) -> String {
        let [one] = self.steps.as_slice() else { return format!(" {}/{}", self.done(), self.steps.len()) };
        let row = answer.and_then(|answer| answer.get(&one.object.id)).filter(|_| self.verb.until == Until::Ready);
        let Some((row, (ready, wanted))) = row.and_then(|row| Some((row, replicas(row)?))) else {
            return String::new();
        };
        let fresh = count(row, "UP-TO-DATE").filter(|_| self.args.text("replicas").is_empty());
        format!(" {}/{wanted}", fresh.map_or(ready, |fresh| fresh.min(ready)))
    }
}

/// The outcome of a deed in one line. Failures are named.
fn summary(deed: &Deed) -> (Level, String) {
    let failed: Vec<(&Step, &crate::model::Error)> = deed
        .steps
        .iter()
        .filter_map(|step| match &step.stage {
            Stage::Failed(error) => Some((step, error)),
            Stage::Reading | Stage::Sent | Stage::Settling { .. } | Stage::Done(_) => None,
        })
        .collect();
    let Some((step, error)) = failed.first() else {
        let text = match deed.steps.as_slice() {
            [Step { object, stage: Stage::Done(done) }] => format!("{} {done}", object.id.name),
            steps => format!("{} {}", count_of(steps.len(), deed), deed.verb.words.done(&deed.args)),
        };
        return (Level::Info, text);
    };
    let name = &step.object.id.name;
    let text = match deed.steps.len() {
        1 => format!("{} {name}: {error}", deed.verb.name),
        all => {
            let others = match failed.len() - 1 {
                0 => String::new(),
                n => format!(" (and {n} more, :acts lists them)"),
            };
            let done = deed.verb.words.done(&deed.args);
            format!("{} of {} {done}; {name}: {error}{others}", deed.done(), count_of(all, deed))
        }
    };
    (Level::Bad, text)
}

fn count_of(n: usize, deed: &Deed) -> String {
    format!("{n} {}", deed.steps.first().map_or("", |step| step.object.id.kind.name))
}
