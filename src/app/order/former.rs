//! The results of former filters, kept in case a filter is typed again.

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
    /// The result itself, shared with the screen. Copying that many rows would take too long for one key.
    Whole(Arc<Ranks>),
    /// Only the rows that passed, if they are few among many slots.
    Few { rows: Vec<(u32, Health)>, slots: usize, seen: u64 },
}

/// The most filters that are kept.
const MOST: usize = 32;
/// A result is kept as `Whole` if at least one of so many slots passed.
const DENSE: usize = 4;

impl Former {
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Keeps the result of a filter without scores. The oldest results are dropped when all results together have more
    /// rows than the answer.
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

    /// The result of a filter at the time when it was kept. Changes since then still have to be taken in.
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
