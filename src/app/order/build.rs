//! An order that is being built: first sorted runs, then one merge. Either can stop anywhere and go on later.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Ranking;
use super::ranks::{Placed, Ranks, before};
use crate::app::filter::Memo;
use crate::app::store::Answer;

#[derive(Debug, Default)]
pub struct Build {
    /// The position in the answer's log of changes at which the build began.
    seen: u64,
    /// The position up to which changed slots have been looked at.
    noted: u64,
    next: u32,
    runs: Vec<Vec<u32>>,
    heads: Vec<usize>,
    placed: Vec<Placed>,
    merged: Vec<u32>,
}

/// The number of rows of one sorted run: small enough to sort within one slice.
const RUN: u32 = 1024;

impl Build {
    pub fn new(seen: u64) -> Self {
        Self { seen, noted: seen, ..Self::default() }
    }

    /// Works on about `budget` rows at most. True when the build is done.
    pub fn step(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        self.forget_changed(answer);
        let mut left = budget.max(RUN as usize);
        while self.next < answer.slots() {
            if left < RUN as usize {
                return false;
            }
            left -= RUN as usize;
            self.run(answer, ranking);
        }
        if self.heads.is_empty() {
            self.heads = vec![0; self.runs.len()];
        }
        self.merge(answer, ranking, left)
    }

    /// The ordered rows. Changes since the build began still have to be taken in.
    pub fn finish(self) -> Ranks {
        let Self { seen, placed, mut merged, .. } = self;
        merged.retain(|slot| placed[*slot as usize].is_some());
        Ranks::new(merged, placed, seen)
    }

    /// Removes the rows that changed during the build. Such a row is out of order, and would delay the rows behind it
    /// in its run. All changes are put in place together at the end.
    fn forget_changed(&mut self, answer: &Answer) {
        let sorted = |slot: &&u32| **slot < self.next;
        for slot in answer.changed_since(self.noted).unwrap_or_default().iter().filter(sorted) {
            self.placed[*slot as usize] = None;
        }
        self.noted = answer.log_end();
    }

    /// Filters and sorts the next few slots.
    fn run(&mut self, answer: &Answer, ranking: &impl Ranking) {
        let end = (self.next + RUN).min(answer.slots());
        self.placed.resize(end as usize, None);
        for slot in self.next..end {
            let Some(object) = answer.at(slot) else { continue };
            self.placed[slot as usize] = ranking.admit(object, &Memo::default()).map(|score| (object.health, score));
        }
        let placed = &self.placed;
        let mut run: Vec<u32> = (self.next..end).filter(|slot| placed[*slot as usize].is_some()).collect();
        run.sort_by(|a, b| before(answer, ranking, placed, *a, *b));
        self.next = end;
        if !run.is_empty() {
            self.runs.push(run);
        }
    }

    fn merge(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        struct Head<F: Fn(u32, u32) -> Ordering> {
            slot: u32,
            run: usize,
            at: usize,
            compare: F,
        }
        impl<F: Fn(u32, u32) -> Ordering> PartialEq for Head<F> {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other).is_eq()
            }
        }
        impl<F: Fn(u32, u32) -> Ordering> Eq for Head<F> {}
        impl<F: Fn(u32, u32) -> Ordering> PartialOrd for Head<F> {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
        impl<F: Fn(u32, u32) -> Ordering> Ord for Head<F> {
            /// Reversed, because the heap returns its greatest entry and the merge needs the smallest row.
            fn cmp(&self, other: &Self) -> Ordering {
                (self.compare)(other.slot, self.slot)
            }
        }
        let placed = &self.placed;
        let compare = |a: u32, b: u32| before(answer, ranking, placed, a, b);
        let head = |run: usize, from: usize| {
            let rest = self.runs[run].get(from..)?;
            let skipped = rest.iter().position(|slot| placed[*slot as usize].is_some())?;
            Some(Head { slot: rest[skipped], run, at: from + skipped, compare })
        };
        let mut heap: BinaryHeap<_> = self.heads.iter().enumerate().filter_map(|(run, at)| head(run, *at)).collect();
        for _ in 0..budget {
            let Some(first) = heap.pop() else { return true };
            self.merged.push(first.slot);
            self.heads[first.run] = first.at + 1;
            heap.extend(head(first.run, self.heads[first.run]));
        }
        heap.is_empty()
    }
}
