//! The deltas of one stream that wait for the loop.

use std::collections::HashMap;

use crate::model::{Delta, Id};

/// The number of deltas for which memory is kept while nothing waits.
const ROOM: usize = 4096;

/// A later delta of an object replaces an earlier one that still waits.
#[derive(Default)]
pub struct Backlog {
    deltas: Vec<Option<Delta>>,
    by_id: HashMap<Id, usize>,
    start: usize,
    /// Whether a listing is under way. Within a listing an object seldom comes twice, so earlier deltas are not looked
    /// up.
    listing: bool,
}

impl Backlog {
    pub fn is_empty(&self) -> bool {
        self.start == self.deltas.len()
    }

    pub fn len(&self) -> usize {
        self.deltas.len() - self.start
    }

    pub fn is_listing(&self) -> bool {
        self.listing
    }

    pub fn push(&mut self, delta: Delta) {
        match &delta {
            // A delta must not replace one from before the start or the end of a listing.
            Delta::Reset | Delta::Ready => {
                self.by_id.clear();
                self.listing = matches!(delta, Delta::Reset);
            }
            // A delta must not replace one from before the state of a source changed.
            Delta::Member(..) => self.by_id.clear(),
            Delta::Upsert(_) | Delta::Remove(_) if self.listing => {}
            Delta::Upsert(object) => self.supersede(object.id.clone()),
            Delta::Remove(id) => self.supersede(id.clone()),
            Delta::Columns(_)
            | Delta::Remaining(_)
            | Delta::Every(_)
            | Delta::Mark(_)
            | Delta::Body(_)
            | Delta::Found(_)
            | Delta::Rules(_)
            | Delta::Within(_)
            | Delta::Lines(_)
            | Delta::Output(_)
            | Delta::Traffic(_)
            | Delta::Done(_) => {}
        }
        self.deltas.push(Some(delta));
    }

    /// Drops the earlier delta of this object, because the next one replaces it.
    fn supersede(&mut self, id: Id) {
        if let Some(earlier) = self.by_id.insert(id, self.deltas.len()) {
            self.deltas[earlier] = None;
        }
    }

    pub fn take(&mut self, most: usize) -> Vec<Delta> {
        let end = (self.start + most).min(self.deltas.len());
        let taken: Vec<Delta> = self.deltas[self.start..end].iter_mut().filter_map(Option::take).collect();
        self.start = end;
        if self.is_empty() {
            self.by_id.clear();
            self.deltas.clear();
            self.deltas.shrink_to(ROOM);
            self.start = 0;
        }
        taken
    }
}
