//! One container seen from two sides: as a part of a pod, and as what an engine runs for it. All who may know the other
//! side are asked at once; the first that has it is gone to, unless the user does something else meanwhile.

use super::store::{Answer, Phase};
use super::{Level, State};
use crate::model::{Error, Family, Object, Query, Result, SourceId, Time, Twin};

/// So long is waited for those who do not answer, in milliseconds.
const PATIENCE: i64 = 3_000;

/// A twin that is looked for.
#[derive(Debug)]
pub struct Seek {
    twin: Twin,
    asked: Vec<(SourceId, Query)>,
    until: Time,
}

impl Seek {
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.asked.iter().map(|(_, query)| query)
    }

    pub fn due(&self) -> Time {
        self.until
    }

    /// A row of that very pod, not of another one of the same name.
    fn is_exact(&self, row: &Object) -> bool {
        let twin = row.id.kind.twin.and_then(|twin| twin(row).ok());
        twin.is_some_and(|twin| twin.uid == self.twin.uid)
    }
}

impl State {
    /// Looks for the other side of the row under the cursor.
    pub fn seek_twin(&mut self) -> Result<()> {
        let none = || Error::Invalid("no object is selected".to_owned());
        let row = self.table().and_then(|table| table.selected(&self.store)).ok_or_else(none)?;
        let only = || Error::Unsupported("this works on pods and containers only".to_owned());
        let twin = row.id.kind.twin.ok_or_else(only)?(row)?;
        let places = self.sides(twin.family);
        if places.is_empty() {
            return Err(Error::Unsupported(
                "there is no other cluster or engine to look at; :sources lists them".to_owned(),
            ));
        }
        let asked = places.into_iter().filter_map(|at| Some((at, self.query_of(at, &twin.link)?))).collect();
        self.tell(Level::Info, format!("looking for {} on the other side", twin.path));
        self.twin = Some(Seek { twin, asked, until: self.now.plus_millis(PATIENCE) });
        Ok(())
    }

    /// The sources of a family that may be asked: those that are near, those that were talked to, and the one at home.
    /// Others may want a login first.
    fn sides(&self, family: &Family) -> Vec<SourceId> {
        let known = |at: SourceId| self.home == Some(at) || !self.served(at).is_empty();
        let all = self.places.iter().filter(|place| place.family == family).map(|place| place.id);
        all.filter(|at| family.is_near || known(*at)).collect()
    }

    /// Goes to the twin once it is found, or says that there is none.
    pub(super) fn follow_twin(&mut self) {
        let Some(seek) = &self.twin else { return };
        let answers = || seek.asked.iter().filter_map(|(at, query)| Some((*at, self.store.answer(query)?)));
        let exact = answers().find(|(_, answer)| answer.objects().any(|row| seek.is_exact(row)));
        let over = self.now >= seek.until || seek.queries().all(|query| self.store.answer(query).is_some_and(is_over));
        let namesake = || answers().find(|(_, answer)| !answer.is_empty()).filter(|_| over);
        let found = exact.or_else(namesake).map(|(at, _)| at);
        if found.is_some() || over {
            self.end_seek(found, exact.is_some());
        }
    }

    fn end_seek(&mut self, found: Option<SourceId>, exact: bool) {
        let Some(Seek { twin: Twin { path, link, .. }, asked, .. }) = self.twin.take() else { return };
        self.notice = None;
        self.dirty = true;
        match found {
            Some(at) => {
                let gone = self.follow(at, &link, path.as_str().into());
                self.settle_result(gone);
                if !exact {
                    self.tell(Level::Info, format!("found by name only: {path} has another uid"));
                }
            }
            None => {
                let names = asked.iter().filter_map(|(at, _)| Some(self.place(*at)?.name.as_str()));
                let names = names.collect::<Vec<_>>().join(", ");
                self.tell(Level::Warn, format!("{path} not found; asked: {names}"));
            }
        }
    }
}

fn is_over(answer: &Answer) -> bool {
    answer.complete || matches!(answer.phase, Phase::Stale(..))
}
