//! Rows looked at anew, because the filter changed: nothing is sorted.

use std::hint::black_box;
use std::mem::discriminant;
use std::ops::Range;

use super::Ranking;
use super::ranks::{Placed, Ranks};
use crate::app::filter::Memo;
use crate::app::store::Answer;
use crate::lanes;
use crate::model::Object;

#[derive(Debug, Default)]
pub struct Sift {
    /// Only what passed before can pass now.
    pub within: bool,
    /// Position in the answer's log at which it began.
    seen: Option<u64>,
    placed: Vec<Placed>,
}

/// A row is looked at in so much less time than it is sorted.
const LIGHT: usize = 4;
/// Fewer rows are not worth another thread.
const FEW: u32 = 4096;

/// Rows whose texts are fetched from memory at the same time. One after the other, most of the time would go by waiting:
/// they lie wherever there was room.
const TOGETHER: usize = 16;

/// Reads a byte of all that a filter mostly looks at.
fn fetch(object: &Object) {
    let cells = [object.cells.first(), object.cells.last()].map(|cell| cell.map(discriminant));
    black_box((object.id.name.as_bytes().first(), cells));
}

impl Sift {
    pub fn new(within: bool) -> Self {
        Self { within, ..Self::default() }
    }

    /// Works on at most about `budget` rows, in the order in which they lie in memory. True when it is done.
    pub fn step(
        &mut self,
        all: &Ranks,
        passed: Option<&Ranks>,
        answer: &Answer,
        ranking: &impl Ranking,
        budget: usize,
    ) -> bool {
        let before = passed.filter(|_| self.within);
        self.seen.get_or_insert(before.map_or(all.seen, |before| before.seen.min(all.seen)));
        let places = |slots: Range<u32>| {
            let (memo, mut places) = (Memo::new(), Vec::with_capacity(slots.len()));
            let find = |slot: u32| answer.at(slot).filter(|_| before.is_none_or(|before| before.has(slot)));
            for start in slots.clone().step_by(TOGETHER) {
                let near = start..slots.end.min(start.saturating_add(TOGETHER as u32));
                near.clone().filter_map(find).for_each(fetch);
                places.extend(near.map(|slot| {
                    let object = find(slot)?;
                    Some((object.health, ranking.admit(object, &memo)?))
                }));
            }
            places
        };
        let step = u32::try_from(budget.max(1).saturating_mul(LIGHT)).unwrap_or(u32::MAX);
        let start = self.placed.len() as u32;
        let end = start.saturating_add(step.saturating_mul(lanes::count())).min(answer.slots());
        self.placed.extend(lanes::run(start..end, step.max(FEW), &places));
        end == answer.slots()
    }

    /// The rows that pass, in the order of all; changes since it began are still to come.
    pub fn finish(self, all: &Ranks) -> Ranks {
        let place = |slot: u32| self.placed.get(slot as usize).copied().flatten();
        let rows: Vec<u32> = all.rows.iter().copied().filter(|slot| place(*slot).is_some()).collect();
        let mut placed = self.placed;
        // Some may have a place that were not among all yet.
        if placed.iter().flatten().count() > rows.len() {
            let among: Vec<Placed> = rows.iter().map(|slot| placed[*slot as usize]).collect();
            placed.fill(None);
            rows.iter().zip(among).for_each(|(slot, place)| placed[*slot as usize] = place);
        }
        let rows = by_score(rows, &placed);
        Ranks::new(rows, placed, self.seen.unwrap_or_default())
    }
}

/// Higher scores first, equal ones as they stand (a counting sort: there may be a million).
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
