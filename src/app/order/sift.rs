//! Applies a new filter to all rows. Nothing is sorted.

use std::hint::black_box;
use std::mem::discriminant;
use std::ops::Range;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use super::Ranking;
use super::index::{Index, Lent, PAGE, Said};
use super::ranks::{Placed, Ranks};
use crate::app::filter::Memo;
use crate::app::store::Answer;
use crate::lanes;
use crate::model::Object;

#[derive(Debug, Default)]
pub struct Sift {
    /// Whether only rows that passed the last filter can pass this one.
    pub within: bool,
    /// The position in the answer's log of changes at which the sift began.
    seen: Option<u64>,
    lent: Option<Lent>,
    /// Whether the excerpts decided nearly all rows of the last step.
    quick: bool,
    placed: Vec<Placed>,
}

/// Factors on the budget, which counts rows that are sorted: filtering a row takes a quarter of the time of sorting it,
/// and filtering its excerpt takes a quarter of that.
const LIGHT: usize = 4;
const LIGHTER: u32 = 4;
/// The least number of rows for which another thread pays.
const FEW: u32 = 4096;

/// The number of rows that are prefetched together. Rows lie scattered in memory: read one after the other, the
/// processor would wait for memory most of the time. Independent reads overlap.
const TOGETHER: u32 = 16;

/// Prefetches a row: reads one byte of each part that a filter usually needs, the name and each cache line of the
/// cells.
fn fetch(object: &Object) {
    let cells = [0, 4, 8, 12].map(|i| object.cells.get(i).map(discriminant));
    black_box((object.id.name.as_bytes().first(), cells));
}

/// The rows of some slots, prefetched [`TOGETHER`] at a time.
pub fn fetched<'a>(
    slots: Range<u32>,
    find: impl Fn(u32) -> Option<&'a Object> + Copy,
) -> impl Iterator<Item = Option<&'a Object>> {
    cut(slots, TOGETHER).flat_map(move |near| {
        near.clone().filter_map(find).for_each(fetch);
        near.map(find)
    })
}

/// A range of slots, cut at each multiple of `every`.
fn cut(slots: Range<u32>, every: u32) -> impl Iterator<Item = Range<u32>> {
    let pieces = slots.start / every..slots.end.div_ceil(every);
    pieces.map(move |i| {
        let start = i.saturating_mul(every);
        start.max(slots.start)..start.saturating_add(every).min(slots.end)
    })
}

impl Sift {
    pub fn new(within: bool) -> Self {
        Self { within, ..Self::default() }
    }

    /// Works on about `budget` rows at most, in the order of their slots, which is their order in memory. True when all
    /// rows are done.
    pub fn step(
        &mut self,
        all: &Ranks,
        passed: Option<&Ranks>,
        answer: &Answer,
        index: &Index,
        ranking: &impl Ranking,
        budget: usize,
    ) -> bool {
        let before = passed.filter(|_| self.within);
        self.seen.get_or_insert(before.map_or(all.seen, |before| before.seen.min(all.seen)));
        let lent = self.lent.get_or_insert_with(|| ranking.lent(answer));
        let unknown = AtomicU32::new(0);
        let places = |slots: Range<u32>| {
            let (memo, mut places) = (Memo::new(), Vec::with_capacity(slots.len()));
            let could = |slot: u32| before.is_none_or(|before| before.has(slot));
            for part in cut(slots, PAGE) {
                let said = index.ask(part.start / PAGE, ranking, lent);
                let say = |slot: u32| said.get((slot % PAGE) as usize).copied().unwrap_or(Said::Unknown);
                let find = |slot: u32| answer.at(slot).filter(|_| could(slot));
                let is_unknown = |slot: &u32| say(*slot) == Said::Unknown;
                unknown.fetch_add(part.clone().filter(is_unknown).count() as u32, Relaxed);
                for near in cut(part, TOGETHER) {
                    near.clone().filter(is_unknown).filter_map(find).for_each(fetch);
                    places.extend(near.map(|slot| match say(slot) {
                        Said::Placed(place) => place.filter(|_| could(slot)),
                        Said::Unknown => {
                            let object = find(slot)?;
                            Some((object.health, ranking.admit(object, &memo)?))
                        }
                    }));
                }
            }
            places
        };
        let start = self.placed.len() as u32;
        let step = u32::try_from(budget.max(1).saturating_mul(LIGHT)).unwrap_or(u32::MAX).max(FEW);
        let reach = |step: u32| start.saturating_add(step.saturating_mul(lanes::count())).min(answer.slots());
        let step = if self.quick { step.saturating_mul(LIGHTER) } else { step };
        let end = reach(step);
        self.placed.extend(lanes::run(start..end, step, &places));
        self.quick = unknown.into_inner().saturating_mul(2 * LIGHTER) < end.saturating_sub(start);
        end == answer.slots()
    }

    /// The rows that pass, in the order of all rows. Changes since the sift began still have to be taken in.
    pub fn finish(self, all: &Ranks) -> Ranks {
        let place = |slot: u32| self.placed.get(slot as usize).copied().flatten();
        let rows: Vec<u32> = all.rows.iter().copied().filter(|slot| place(*slot).is_some()).collect();
        let mut placed = self.placed;
        // A slot may have passed that is not among all rows yet.
        if placed.iter().flatten().count() > rows.len() {
            let among: Vec<Placed> = rows.iter().map(|slot| placed[*slot as usize]).collect();
            placed.fill(None);
            rows.iter().zip(among).for_each(|(slot, place)| placed[*slot as usize] = place);
        }
        let rows = by_score(rows, &placed);
        Ranks::new(rows, placed, self.seen.unwrap_or_default())
    }
}

/// Sorts rows by score, highest first, and keeps the order of rows with equal scores. It is a counting sort, because
/// there may be a million rows.
fn by_score(rows: Vec<u32>, placed: &[Placed]) -> Vec<u32> {
    let score = |slot: u32| placed[slot as usize].map_or(0, |(_, score)| usize::from(score));
    let most = placed.iter().flatten().map(|(_, score)| usize::from(*score)).max().unwrap_or(0);
    if most == 0 {
        return rows;
    }
    let mut starts = vec![0; most + 2];
    rows.iter().for_each(|slot| starts[most - score(*slot) + 1] += 1);
    (1..starts.len()).for_each(|i| starts[i] += starts[i - 1]);
    let mut sorted = vec![0; rows.len()];
    for slot in rows {
        let start = &mut starts[most - score(slot)];
        sorted[*start] = slot;
        *start += 1;
    }
    sorted
}
