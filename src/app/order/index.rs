//! Excerpts of all rows of a large answer: there while a filter is typed, so that a letter need not go to each row.

use std::ops::Range;

use super::Ranking;
use super::ranks::Placed;
use super::sift::fetched;
use crate::app::filter::{Excerpt, Guess};
use crate::app::store::Answer;
use crate::lanes;

/// Slots of one page.
pub const PAGE: u32 = Excerpt::MOST;

#[derive(Debug, Default)]
pub struct Index {
    pages: Vec<Page>,
    /// Position in the answer's log up to which it is known which slots changed.
    seen: u64,
}

#[derive(Debug)]
struct Page {
    excerpt: Excerpt,
    /// Slots that changed since, by their place in it.
    stale: Vec<bool>,
    changes: u32,
}

/// The slots whose rows have cells of another kind's beside their own, which no excerpt has.
#[derive(Debug)]
pub enum Lent {
    /// Too many to tell.
    Anywhere,
    /// These, in order.
    To(Vec<u32>),
}

/// What can be said of a slot without going there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Placed(Placed),
    /// It has to be looked at.
    Unknown,
}

impl Index {
    /// Puts in what about `budget` rows say. True when nothing was left to do.
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
            // Those that were not there yet follow each other.
            match self.pages.get_mut(*page as usize) {
                Some(old) => *old = fresh,
                None => self.pages.push(fresh),
            }
        }
        wanted.is_empty()
    }

    /// Takes note of what changed.
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
            // Too long ago to know.
            None => self.pages.clear(),
        }
        self.seen = answer.log_end();
    }

    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// What is said of the slots of one page, in their order; of those at its end perhaps nothing.
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
        // A slot that came after it was made is not in it.
        if !self.stale.get(at).copied().unwrap_or_default() {
            self.changes += 1;
        }
        if let Some(stale) = self.stale.get_mut(at) {
            *stale = true;
        }
    }

    /// So much changed that another one is worth making.
    fn is_spent(&self) -> bool {
        self.changes > PAGE / 4
    }
}
