//! Which rows are shown, in which order: filtered and sorted lazily, in slices, so that no key waits for it.
//!
//! All rows are kept sorted, and a filter picks from them in that order: while it is typed nothing is sorted.

mod build;
mod sift;
mod sorted;

use std::cmp::Ordering;

use super::store::Answer;
use crate::model::{Health, Object};

use build::Build;
use sift::{Among, Sift};
use sorted::Sorted;

/// What decides the order. All are asked with rows of one answer only.
pub trait Ranking {
    /// Whether every row is shown, ranked by nothing but `compare`.
    fn admits_all(&self) -> bool;
    /// The score of a row that is shown (higher first where scores differ), `None` for one that is not.
    fn admit(&self, object: &Object) -> Option<u16>;
    fn compare(&self, a: &Object, b: &Object) -> Ordering;
}

/// Every row, in the order of another ranking.
struct Everything<'a, R>(&'a R);

impl<R: Ranking> Ranking for Everything<'_, R> {
    fn admits_all(&self) -> bool {
        true
    }

    fn admit(&self, _: &Object) -> Option<u16> {
        Some(0)
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        self.0.compare(a, b)
    }
}

/// The shown slots of one answer. What is shown stays until the next order is whole.
#[derive(Debug, Default)]
pub struct Order {
    all: Sorted,
    /// Those that the filter admits; `None` while that is all of them.
    shown: Option<Sorted>,
    /// Position in the answer's log up to which changes are in.
    seen: u64,
    build: Option<Build>,
    sift: Option<Sift>,
    started: bool,
}

impl Order {
    pub fn rows(&self) -> &[u32] {
        &self.drawn().rows
    }

    pub fn count(&self, health: Health) -> u32 {
        self.drawn().count(health)
    }

    fn drawn(&self) -> &Sorted {
        self.shown.as_ref().unwrap_or(&self.all)
    }

    /// Forgets how rows were sorted, because that changed; what is shown stays for now.
    pub fn restart(&mut self) {
        self.started = false;
        self.build = None;
        self.refilter(false);
    }

    /// Looks at rows anew, because the filter changed. `narrower` promises that no row is admitted that was not
    /// admitted before.
    pub fn refilter(&mut self, narrower: bool) {
        let whole = self.started && self.sift.is_none() && self.shown.is_some();
        self.sift = Some(Sift::new(if narrower && whole { Among::Shown } else { Among::All }));
    }

    pub fn position(&self, slot: u32) -> Option<usize> {
        self.rows().iter().position(|row| *row == slot)
    }

    /// Works on at most about `budget` rows. True when everything is in.
    pub fn settle(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        if !self.started {
            self.started = true;
            self.build = Some(Build::new(answer));
        }
        if !self.sorts(answer, ranking, budget) || !self.sifts(answer, ranking, budget) {
            return false;
        }
        match answer.changed_since(self.seen) {
            Some([]) => true,
            Some(changed) => {
                let mut changed = changed.to_vec();
                changed.sort_unstable();
                changed.dedup();
                self.seen = answer.log_end();
                self.all.replace(answer, &Everything(ranking), &changed);
                self.shown.iter_mut().for_each(|shown| shown.replace(answer, ranking, &changed));
                true
            }
            None => {
                self.restart();
                self.settle(answer, ranking, budget)
            }
        }
    }

    /// True when all rows are sorted.
    fn sorts(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        let Some(mut build) = self.build.take() else { return true };
        if !build.step(answer, &Everything(ranking), budget) {
            self.build = Some(build);
            return false;
        }
        (self.all, self.seen) = build.finish();
        true
    }

    /// True when the filter has seen them all.
    fn sifts(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        if ranking.admits_all() {
            (self.shown, self.sift) = (None, None);
            return true;
        }
        let begun = self.sift.take().or_else(|| self.shown.is_none().then(|| Sift::new(Among::All)));
        let Some(mut sift) = begun else { return true };
        let rows = match (sift.among, &self.shown) {
            (Among::Shown, Some(shown)) => &shown.rows,
            (Among::Shown | Among::All, _) => &self.all.rows,
        };
        if !sift.step(rows, answer, ranking, budget) {
            self.sift = Some(sift);
            return false;
        }
        self.shown = Some(sift.finish(answer));
        true
    }
}

#[cfg(test)]
mod tests;
