//! Deltas on their way from a source to the loop.

use std::collections::HashMap;

use crate::model::{Delta, Id};

/// Room that is kept while nothing waits.
const ROOM: usize = 4096;

/// The later ones of an object take the place of the earlier.
#[derive(Default)]
pub struct Backlog {
    deltas: Vec<Option<Delta>>,
    by_id: HashMap<Id, usize>,
    start: usize,
    /// Between `Reset` and `Ready` nothing comes twice that would be worth looking up.
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
            // Nothing moves across the bounds of a listing.
            Delta::Reset | Delta::Ready => {
                self.by_id.clear();
                self.listing = matches!(delta, Delta::Reset);
            }
            // The others go on meanwhile, and may not be held up.
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

    /// What comes next is about this object.
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
