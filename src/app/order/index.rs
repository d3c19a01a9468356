//! Excerpts of all rows of a large answer. They exist while a filter is typed, so that a letter need not read every
//! row.

use std::ops::Range;

use super::Ranking;
use super::ranks::Placed;
use super::sift::fetched;
use crate::app::filter::{Excerpt, Guess};
use crate::app::store::Answer;
use crate::lanes;

/// The number of slots of one page.
pub const PAGE: u32 = Excerpt::MOST;

#[derive(Debug, Default)]
pub struct Index {
    pages: Vec<Page>,
    /// The position in the answer's log up to which changed slots were marked as stale.
    seen: u64,
}

#[derive(Debug)]
struct Page {
    excerpt: Excerpt,
    /// Whether each slot of the page changed since the page was made.
    stale: Vec<bool>,
    changes: u32,
}

/// The slots whose rows also have cells of another kind. No excerpt contains such cells.
#[derive(Debug)]
pub enum Lent {
    /// There are too many to list.
    Anywhere,
    /// These slots, in ascending order.
    To(Vec<u32>),
}

/// What an excerpt says about a slot without reading its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Placed(Placed),
    /// The row has to be read.
    Unknown,
}

impl Index {
    /// Adds the excerpts of about `budget` rows. True when nothing was left to do.
    pub fn grow(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        self.follow(answer);
        let count = answer.slots().div_ceil(PAGE);
        let each = (budget / PAGE as usize).max(1);
        let is_wanted = |page: &u32| self.pages.get(*page as usize).is_none_or(Page::is_spent);
        let wanted: Vec<u32> =
            (0..count).filter(is_wanted).take(each.saturating_mul(lanes::count() as usize)).collect();
        let page = |page: u32| {
            let slots = page * PAGE..answer.slots().min((page + 1) * PAGE);
            Page::new(ranking.excerpt(fetched(slots, |slot| answer.at(slot))))
        };
        let pages = |part: Range<u32>| part.map(|i| page(wanted[i as usize])).collect();
        let fresh = lanes::run(0..wanted.len() as u32, each as u32, &pages);
        for (page, fresh) in wanted.iter().zip(fresh) {
            // New pages are added in order, so each goes to the end.
            match self.pages.get_mut(*page as usize) {
                Some(old) => *old = fresh,
                None => self.pages.push(fresh),
            }
        }
        wanted.is_empty()
    }

    /// Marks the slots that changed as stale.
    pub fn follow(&mut self, answer: &Answer) {
        if self.pages.is_empty() {
            self.seen = answer.log_end();
        }
        match answer.changed_since(self.seen) {
            Some(changed) => changed.iter().for_each(|slot| {
                if let Some(page) = self.pages.get_mut((slot / PAGE) as usize) {
                    page.spoil((slot % PAGE) as usize);
                }
            }),
            // The log of changes does not go back that far.
            None => self.pages.clear(),
        }
        self.seen = answer.log_end();
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// What the excerpts say about the slots of one page, in order. The result may be shorter than the page.
    pub fn ask(&self, page: u32, ranking: &impl Ranking, lent: &Lent) -> Vec<Said> {
        let Some(Page { excerpt, stale, .. }) = self.pages.get(page as usize) else { return Vec::new() };
        let guesses = match lent {
            Lent::Anywhere => ranking.guess(excerpt, true),
            Lent::To(some) => {
                let mut guesses = ranking.guess(excerpt, false);
                let start = |page: u32| some.partition_point(|slot| slot / PAGE < page);
                let here = &some[start(page)..start(page + 1)];
                if !here.is_empty() {
                    let lent = ranking.guess(excerpt, true);
                    let places = here.iter().map(|slot| (slot % PAGE) as usize);
                    places.filter(|at| *at < lent.len()).for_each(|at| guesses[at] = lent[at]);
                }
                guesses
            }
        };
        let known = guesses.into_iter().zip(&excerpt.health).zip(stale);
        let said = known.map(|((guess, health), stale)| match guess {
            Guess::No if !stale => Said::Placed(None),
            Guess::Yes if !stale => Said::Placed(health.map(|health| (health, 0))),
            Guess::No | Guess::Maybe | Guess::Yes => Said::Unknown,
        });
        said.collect()
    }
}

impl Page {
    fn new(excerpt: Excerpt) -> Self {
        let stale = vec![false; excerpt.health.len()];
        Self { excerpt, stale, changes: 0 }
    }

    fn spoil(&mut self, at: usize) {
        // A slot that was added after the page was made is not in its excerpt.
        if !self.stale.get(at).copied().unwrap_or_default() {
            self.changes += 1;
        }
        if let Some(stale) = self.stale.get_mut(at) {
            *stale = true;
        }
    }

    /// Whether so many slots changed that a new page is worth making.
    fn is_spent(&self) -> bool {
        self.changes > PAGE / 4
    }
}
