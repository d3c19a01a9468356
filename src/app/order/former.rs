//! What former filters admitted, for when they come back.

use super::ranks::Ranks;
use crate::model::Health;

#[derive(Debug, Default)]
pub struct Former(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    filter: String,
    rows: Vec<(u32, Health)>,
    slots: usize,
    seen: u64,
}

/// Filters that are kept.
const MOST: usize = 32;

impl Former {
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Keeps rows that have no scores. The oldest go when all together are more than all the rows that there are.
    pub fn keep(&mut self, filter: String, passed: &Ranks, all: usize) {
        let health = |slot: &u32| passed.placed[*slot as usize].map(|(health, _)| (*slot, health));
        let scored = passed.placed.iter().flatten().any(|(_, score)| *score > 0);
        if scored {
            return;
        }
        let (rows, slots, seen) = (passed.rows.iter().filter_map(health).collect(), passed.placed.len(), passed.seen);
        self.0.retain(|kept| kept.filter != filter);
        self.0.push(Kept { filter, rows, slots, seen });
        let mut held: usize = self.0.iter().map(|kept| kept.rows.len()).sum();
        while self.0.len() > MOST || held > all {
            held -= self.0.remove(0).rows.len();
        }
    }

    /// The rows as they were; what changed since is still to come.
    pub fn find(&mut self, filter: &str) -> Option<Ranks> {
        let at = self.0.iter().position(|kept| kept.filter == filter)?;
        let Kept { rows, slots, seen, .. } = self.0.remove(at);
        let mut placed = vec![None; slots];
        rows.iter().for_each(|(slot, health)| placed[*slot as usize] = Some((*health, 0)));
        Some(Ranks::new(rows.into_iter().map(|(slot, _)| slot).collect(), placed, seen))
    }
}
