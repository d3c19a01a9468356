//! Rows in order, looked at again because the filter changed: nothing is sorted anew.

use super::Ranking;
use super::sorted::Sorted;
use crate::app::store::Answer;

/// Which rows are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    All,
    /// Those that the filter before admitted.
    Shown,
}

#[derive(Debug)]
pub struct Sift {
    pub among: Among,
    next: usize,
    found: Vec<(u32, u16)>,
}

/// A row is looked at in so much less time than it is sorted.
const LIGHT: usize = 4;

impl Sift {
    pub fn new(among: Among) -> Self {
        Self { among, next: 0, found: Vec::new() }
    }

    /// Works on at most about `budget` rows. True when it is whole.
    pub fn step(&mut self, rows: &[u32], answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        let end = self.next.saturating_add(budget.saturating_mul(LIGHT).max(LIGHT)).min(rows.len());
        for slot in &rows[self.next.min(end)..end] {
            let score = answer.at(*slot).and_then(|object| ranking.admit(object));
            self.found.extend(score.map(|score| (*slot, score)));
        }
        self.next = end;
        end == rows.len()
    }

    pub fn finish(self, answer: &Answer) -> Sorted {
        let mut placed = vec![None; answer.slots() as usize];
        for (slot, score) in &self.found {
            placed[*slot as usize] = answer.at(*slot).map(|object| (object.health, *score));
        }
        let mut rows = ranked(&self.found);
        rows.retain(|slot| placed[*slot as usize].is_some());
        Sorted::new(rows, placed)
    }
}

/// Best scores first, otherwise as they were: counted into their places, because there may be a million.
fn ranked(found: &[(u32, u16)]) -> Vec<u32> {
    let best = found.iter().map(|(_, score)| *score).max().unwrap_or(0);
    if best == 0 {
        return found.iter().map(|(slot, _)| *slot).collect();
    }
    let rank = |score: u16| usize::from(best - score);
    let mut starts = vec![0usize; usize::from(best) + 2];
    found.iter().for_each(|(_, score)| starts[rank(*score) + 1] += 1);
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    let mut rows = vec![0; found.len()];
    for (slot, score) in found {
        let place = &mut starts[rank(*score)];
        rows[*place] = *slot;
        *place += 1;
    }
    rows
}
