//! Rows in order, looked at again because the filter became narrower: nothing is sorted.

use super::Ranking;
use crate::app::store::Answer;

#[derive(Debug, Default)]
pub struct Sift {
    next: usize,
    kept: Vec<u32>,
}

/// A row is looked at in so much less time than it is sorted.
const LIGHT: usize = 4;

impl Sift {
    /// Works on at most about `budget` rows. True when it is done.
    pub fn step(&mut self, rows: &[u32], answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        let end = self.next.saturating_add(budget.max(1).saturating_mul(LIGHT)).min(rows.len());
        let admitted = |slot: &u32| answer.at(*slot).is_some_and(|object| ranking.admit(object).is_some());
        self.kept.extend(rows[self.next..end].iter().copied().filter(admitted));
        self.next = end;
        end == rows.len()
    }

    /// The rows that stay, and those that leave.
    pub fn finish(self, rows: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let mut kept = self.kept.iter().copied().peekable();
        let left = rows.iter().copied().filter(|slot| kept.next_if_eq(slot).is_none()).collect();
        (self.kept, left)
    }
}
