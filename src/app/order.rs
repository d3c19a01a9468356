//! Which rows are shown, and in which order. Rows are sorted and filtered lazily, in slices, so that no key waits. The
//! order covers all rows, whatever the filter: a new filter looks at each row once and sorts nothing.

mod build;
mod former;
mod index;
mod ranks;
mod sift;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::sync::Arc;

use super::filter::{Excerpt, Guess, Memo};
use super::store::Answer;
use crate::model::{Health, Object};
use build::Build;
use former::Former;
use index::Index;
pub use index::Lent;
use ranks::Ranks;
use sift::Sift;

/// What decides the order and the filter. Every method is called with rows of one answer only.
pub trait Ranking: Sync {
    /// Whether a filter is active: a row may be left out or may have a score.
    fn filters(&self) -> bool;
    /// The score of a row that is shown (a higher score comes first), or `None` for a row that is left out.
    fn admit<'a>(&'a self, object: &'a Object, memo: &Memo<'a>) -> Option<u16>;
    fn compare(&self, a: &Object, b: &Object) -> Ordering;

    /// An excerpt of some rows: the parts that `admit` looks at.
    fn excerpt<'a>(&self, rows: impl Iterator<Item = Option<&'a Object>>) -> Excerpt {
        Excerpt::new(rows, &[])
    }

    /// What `admit` would return for each row of an excerpt, as far as the excerpt tells. Rows that are certainly shown
    /// have no score. `lent` says that rows may have cells of another kind, which are not in the excerpt.
    fn guess(&self, excerpt: &Excerpt, _lent: bool) -> Vec<Guess> {
        excerpt.unknown()
    }

    /// The rows that have cells of another kind.
    fn lent(&self, _: &Answer) -> Lent {
        Lent::To(Vec::new())
    }
}

/// A ranking without its filter.
struct Unfiltered<'a, R>(&'a R);

impl<R: Ranking> Ranking for Unfiltered<'_, R> {
    fn filters(&self) -> bool {
        false
    }

    fn admit<'a>(&'a self, _: &'a Object, _: &Memo<'a>) -> Option<u16> {
        Some(0)
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        self.0.compare(a, b)
    }
}

/// The order of the shown slots of one answer. The last complete order stays on the screen until the next one is
/// complete.
#[derive(Debug, Default)]
pub struct Order {
    /// The order of all rows.
    all: Ranks,
    /// The rows that pass the filter; `None` without a filter.
    passed: Option<Arc<Ranks>>,
    build: Option<Build>,
    sift: Option<Sift>,
    index: Index,
    started: bool,
    /// The filter that made `passed`, if its result can be reused later.
    filter: Option<String>,
    former: Former,
}

impl Order {
    pub fn rows(&self) -> &[u32] {
        &self.shown().rows
    }

    pub fn count(&self, health: Health) -> u32 {
        self.shown().count(health)
    }

    pub fn position(&self, slot: u32) -> Option<usize> {
        self.rows().iter().position(|row| *row == slot)
    }

    fn shown(&self) -> &Ranks {
        self.passed.as_deref().unwrap_or(&self.all)
    }

    /// Forgets the order, because the sorting changed. The old order stays on the screen for now.
    pub fn restart(&mut self) {
        self.started = false;
        self.build = None;
        self.sift = Some(Sift::new(false));
        self.former.forget();
    }

    /// Drops the results of former filters, because the values that they compared changed.
    pub fn forget_filters(&mut self) {
        self.former.forget();
    }

    /// Drops the results of former filters and applies the present filter again.
    pub fn look_again(&mut self) {
        self.forget_filters();
        // The result of the present filter is no longer valid either.
        self.filter = None;
        self.refilter(false, None);
    }

    /// Changes the filter. `narrower` promises that the new filter admits only rows that the old one admitted. `name`
    /// promises that the filter gives no scores and has the same result each time, so that the result can be reused
    /// when a typed letter is removed again.
    pub fn refilter(&mut self, narrower: bool, name: Option<String>) {
        if let (None, Some(passed), Some(before)) = (&self.sift, &self.passed, self.filter.take()) {
            self.former.keep(before, passed, self.all.rows.len());
        }
        self.filter = name;
        if let Some(passed) = self.filter.as_ref().and_then(|name| self.former.find(name)) {
            (self.passed, self.sift) = (Some(passed), None);
            return;
        }
        let within = match &self.sift {
            Some(sift) => sift.within,
            None => self.passed.is_some(),
        };
        self.sift = Some(Sift::new(narrower && within));
    }

    /// Whether a new order or filter was requested that is not on the screen yet.
    pub fn is_asked_anew(&self) -> bool {
        self.started && (self.build.is_some() || self.sift.is_some())
    }

    /// Works on about `budget` rows at most. True when everything is done.
    pub fn settle(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        if !self.sort(answer, ranking, budget) {
            return false;
        }
        let Some(sorted) = self.all.catch_up(answer, &Unfiltered(ranking), budget) else {
            self.restart();
            return false;
        };
        if !ranking.filters() {
            (self.passed, self.sift) = (None, None);
            return sorted;
        }
        self.filter(answer, ranking, budget) && sorted
    }

    fn sort(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        if !self.started {
            self.started = true;
            self.build = Some(Build::new(answer.log_end()));
        }
        let Some(mut build) = self.build.take() else { return true };
        if !build.step(answer, &Unfiltered(ranking), budget) {
            self.build = Some(build);
            return false;
        }
        self.all = build.finish();
        true
    }

    fn filter(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        let sift = self.sift.take().or_else(|| self.passed.is_none().then(|| Sift::new(false)));
        if let Some(mut sift) = sift {
            self.index.follow(answer);
            if !sift.step(&self.all, self.passed.as_deref(), answer, &self.index, ranking, budget) {
                self.sift = Some(sift);
                return false;
            }
            self.passed = Some(Arc::new(sift.finish(&self.all)));
        }
        let Some(passed) = self.passed.as_mut().filter(|passed| passed.seen != answer.log_end()) else { return true };
        let caught_up = Arc::make_mut(passed).catch_up(answer, ranking, budget);
        if caught_up.is_none() {
            self.sift = Some(Sift::new(false));
        }
        caught_up.unwrap_or(false)
    }

    /// Prepares excerpts for filters that may be typed, about `budget` rows at a time. This pays for large answers.
    /// True when nothing is left to do.
    pub fn expect_filter(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        self.index.grow(answer, ranking, budget)
    }

    pub fn has_excerpts(&self) -> bool {
        !self.index.is_empty()
    }

    /// Drops the excerpts: no filter is being typed, or the excerpts no longer fit the columns.
    pub fn forget_excerpts(&mut self) {
        self.index = Index::default();
    }
}
