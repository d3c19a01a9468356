//! Which rows are shown, in which order: sorted and filtered lazily, in slices, so that no key waits for it. All rows
//! are kept in order, whatever the filter: another filter looks at each of them once and sorts none.

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

/// What decides the order. All are asked with rows of one answer only.
pub trait Ranking: Sync {
    /// Whether some row may be left out, or have a score.
    fn filters(&self) -> bool;
    /// The score of a row that is shown (higher first where scores differ), `None` for one that is not.
    fn admit<'a>(&'a self, object: &'a Object, memo: &Memo<'a>) -> Option<u16>;
    fn compare(&self, a: &Object, b: &Object) -> Ordering;

    /// What `admit` looks at in some rows.
    fn excerpt<'a>(&self, rows: impl Iterator<Item = Option<&'a Object>>) -> Excerpt {
        Excerpt::new(rows, &[])
    }

    /// What `admit` would say of each row of an excerpt, as far as that tells; those that are shown have no score. `lent`
    /// says that rows have cells of another kind's beside their own, which are not in it.
    fn guess(&self, excerpt: &Excerpt, _lent: bool) -> Vec<Guess> {
        excerpt.unknown()
    }

    /// The rows of which that is so.
    fn lent(&self, _: &Answer) -> Lent {
        Lent::To(Vec::new())
    }
}

/// The same without the filter.
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

/// The shown slots of one answer. What is shown stays until the next order is whole.
#[derive(Debug, Default)]
pub struct Order {
    /// Every row.
    all: Ranks,
    /// Those that pass the filter; `None` while there is none.
    passed: Option<Arc<Ranks>>,
    build: Option<Build>,
    sift: Option<Sift>,
    index: Index,
    started: bool,
    /// The filter that `passed` is about, as far as it may come back.
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

    /// Forgets the order of rows, because what sorts them changed; what is shown stays for now.
    pub fn restart(&mut self) {
        self.started = false;
        self.build = None;
        self.sift = Some(Sift::new(false));
        self.former.forget();
    }

    /// What former filters admitted is not so any more: what they compared changed.
    pub fn forget_filters(&mut self) {
        self.former.forget();
    }

    /// The same for the filter of now: looks at rows anew.
    pub fn look_again(&mut self) {
        self.forget_filters();
        // What it admitted is not so any more either.
        self.filter = None;
        self.refilter(false, None);
    }

    /// Shows what another filter admits. `narrower` promises that it admits only what the one before admitted; a name
    /// says that it gives no scores and admits the same whenever it comes back, as with a letter that is typed and taken
    /// back.
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

    /// Whether another order or filter was asked for than what is shown.
    pub fn is_asked_anew(&self) -> bool {
        self.started && (self.build.is_some() || self.sift.is_some())
    }

    /// Works on at most about `budget` rows. True when everything is in.
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

    /// Makes ready for letters of a filter, with about `budget` rows at a time: worth it for many. True when nothing was
    /// left to do.
    pub fn expect_filter(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        self.index.grow(answer, ranking, budget)
    }

    pub fn has_excerpts(&self) -> bool {
        !self.index.is_empty()
    }

    /// No filter is typed, or another excerpt of the rows would be needed.
    pub fn forget_excerpts(&mut self) {
        self.index = Index::default();
    }
}
