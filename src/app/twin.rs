//! One container seen from two sides: as a part of a pod, and as what an engine runs for it. All sources that may know
//! the other side are asked at once. The screen goes to the first one that has it, unless the user does something else
//! meanwhile.

use super::store::{Answer, Phase};
use super::waiting::Then;
use super::{Level, State};
use crate::model::{Error, Family, Object, Query, Result, SourceId, Time, Twin};

/// The longest wait for sources that do not answer, in milliseconds.
const PATIENCE: i64 = 3_000;

/// A search for a twin.
#[derive(Debug)]
pub struct Seek {
    twin: Twin,
    /// The query for each source.
    pub queries: Vec<Query>,
    pub until: Time,
}

impl Seek {
    /// Whether the row belongs to that very pod, and not to another one of the same name.
    fn is_exact(&self, row: &Object) -> bool {
        let twin = row.id.kind.process.twin.and_then(|twin| twin(row).ok());
        twin.is_some_and(|twin| twin.uid == self.twin.uid)
    }
}

impl State {
    /// Looks for the other side of the row under the cursor.
    pub fn seek_twin(&mut self) -> Result<()> {
        let none = || Error::Invalid("no object is selected".to_owned());
        let row = self.table().and_then(|table| table.selected(&self.store)).ok_or_else(none)?;
        let only = || Error::Unsupported("this works on pods and containers only".to_owned());
        let twin = row.id.kind.process.twin.ok_or_else(only)?(row)?;
        let places = self.sides(twin.family);
        if places.is_empty() {
            return Err(Error::Unsupported(
                "there is no other cluster or engine to look at; :sources lists them".to_owned(),
            ));
        }
        let queries = places.into_iter().map(|at| self.query_of(at, &twin.link)).collect();
        self.tell(Level::Info, format!("looking for {} on the other side", twin.path));
        let until = self.now.plus_millis(PATIENCE);
        self.waiting.expect(Then::Twin(Seek { twin, queries, until }));
        Ok(())
    }

    /// The sources of a family that may be asked: those nearby, those that have answered before, and the home source.
    /// Others may need a login first.
    fn sides(&self, family: &Family) -> Vec<SourceId> {
        let known = |at: SourceId| self.places.home == Some(at) || !self.served(at).is_empty();
        let all = self.places.iter().filter(|place| place.family == family).map(|place| place.id);
        all.filter(|at| family.is_near || known(*at)).collect()
    }

    /// Goes to the twin when it is found, or reports that there is none.
    pub(super) fn follow_twin(&mut self) {
        let Some(seek) = self.waiting.twin() else { return };
        let answers = || seek.queries.iter().filter_map(|query| Some((query.at(), self.store.answer(query)?)));
        let exact = answers().find(|(_, answer)| answer.objects().any(|row| seek.is_exact(row)));
        let is_over = |query: &Query| self.store.answer(query).is_some_and(is_over);
        let over = self.now >= seek.until || seek.queries.iter().all(is_over);
        let namesake = || answers().find(|(_, answer)| !answer.is_empty()).filter(|_| over);
        let found = exact.or_else(namesake).map(|(at, _)| at);
        if found.is_some() || over {
            self.end_seek(found, exact.is_some());
        }
    }

    fn end_seek(&mut self, found: Option<SourceId>, exact: bool) {
        let seek = self.waiting.take_first(|then| matches!(then, Then::Twin(_)));
        let Some(Then::Twin(Seek { twin: Twin { path, link, .. }, queries, .. })) = seek else { return };
        self.display.notice = None;
        self.display.dirty = true;
        match found {
            Some(at) => {
                self.follow(at, &link, path.as_str().into());
                if !exact {
                    self.tell(Level::Info, format!("found by name only: {path} has another uid"));
                }
            }
            None => {
                let names = queries.iter().filter_map(|query| Some(self.place(query.at())?.name.as_str()));
                let names = names.collect::<Vec<_>>().join(", ");
                self.tell(Level::Warn, format!("{path} not found; asked: {names}"));
            }
        }
    }
}

fn is_over(answer: &Answer) -> bool {
    answer.complete || matches!(answer.phase, Phase::Stale(..))
}
