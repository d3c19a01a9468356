//! What former filters admitted, for when they come back.

use std::sync::Arc;

use super::ranks::Ranks;
use crate::model::Health;

#[derive(Debug, Default)]
pub struct Former(Vec<Kept>);

#[derive(Debug)]
struct Kept {
    filter: String,
    rows: usize,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Shared with what is shown: to copy so many rows takes longer than a key may.
    Whole(Arc<Ranks>),
    /// Few of many slots.
    Few { rows: Vec<(u32, Health)>, slots: usize, seen: u64 },
}

/// Filters that are kept.
const MOST: usize = 32;
/// Of so many slots one must have passed for all of them to be kept.
const DENSE: usize = 4;

impl Former {
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Keeps rows that have no scores. The oldest go when all together are more than all the rows that there are.
    pub fn keep(&mut self, filter: String, passed: &Arc<Ranks>, all: usize) {
        let (rows, slots, seen) = (passed.rows.len(), passed.placed.len(), passed.seen);
        let health = |slot: &u32| passed.placed[*slot as usize].map(|(health, _)| (*slot, health));
        let form = match rows.saturating_mul(DENSE) < slots {
            true => Form::Few { rows: passed.rows.iter().filter_map(health).collect(), slots, seen },
            false => Form::Whole(passed.clone()),
        };
        self.0.retain(|kept| kept.filter != filter);
        self.0.push(Kept { filter, rows, form });
        let mut held: usize = self.0.iter().map(|kept| kept.rows).sum();
        while self.0.len() > MOST || held > all {
            held -= self.0.remove(0).rows;
        }
    }

    /// The rows as they were; what changed since is still to come.
    pub fn find(&mut self, filter: &str) -> Option<Arc<Ranks>> {
        let at = self.0.iter().position(|kept| kept.filter == filter)?;
        Some(match self.0.remove(at).form {
            Form::Whole(ranks) => ranks,
            Form::Few { rows, slots, seen } => {
                let mut placed = vec![None; slots];
                rows.iter().for_each(|(slot, health)| placed[*slot as usize] = Some((*health, 0)));
                Arc::new(Ranks::new(rows.into_iter().map(|(slot, _)| slot).collect(), placed, seen))
            }
        })
    }
}
