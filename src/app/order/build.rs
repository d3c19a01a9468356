//! All rows sorted anew: sorted runs first, then one merge that can stop anywhere.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Ranking;
use super::sorted::{Place, Sorted, before};
use crate::app::store::Answer;

#[derive(Debug, Default)]
pub struct Build {
    seen: u64,
    next: u32,
    runs: Vec<Vec<u32>>,
    heads: Vec<usize>,
    placed: Vec<Place>,
    merged: Vec<u32>,
}

/// Rows of one sorted run: small enough to be sorted within a slice.
const RUN: u32 = 1024;

impl Build {
    pub fn new(answer: &Answer) -> Self {
        Self { seen: answer.log_end(), ..Self::default() }
    }

    /// The whole order, and the position in the answer's log that it stands for.
    pub fn finish(self) -> (Sorted, u64) {
        (Sorted::new(self.merged, self.placed), self.seen)
    }

    /// Works on at most about `budget` rows. True when it is whole.
    pub fn step(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
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

    /// Filters and sorts the next few slots.
    fn run(&mut self, answer: &Answer, ranking: &impl Ranking) {
        let end = (self.next + RUN).min(answer.slots());
        self.placed.resize(end as usize, None);
        for slot in self.next..end {
            let Some(object) = answer.at(slot) else { continue };
            self.placed[slot as usize] = ranking.admit(object).map(|score| (object.health, score));
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
            /// The heap gives its greatest; the smallest row is wanted.
            fn cmp(&self, other: &Self) -> Ordering {
                (self.compare)(other.slot, self.slot)
            }
        }
        let placed = &self.placed;
        let compare = |a: u32, b: u32| before(answer, ranking, placed, a, b);
        let head = |run: usize, at: usize| self.runs[run].get(at).map(|slot| Head { slot: *slot, run, compare });
        let mut heap: BinaryHeap<_> = self.heads.iter().enumerate().filter_map(|(run, at)| head(run, *at)).collect();
        for _ in 0..budget {
            let Some(first) = heap.pop() else { return true };
            self.merged.push(first.slot);
            self.heads[first.run] += 1;
            heap.extend(head(first.run, self.heads[first.run]));
        }
        heap.is_empty()
    }
}
