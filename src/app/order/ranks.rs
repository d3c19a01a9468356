//! Slots in order. They stay in order while rows are added, removed and changed.

use std::cmp::Ordering;

use super::Ranking;
use crate::app::filter::Memo;
use crate::app::store::Answer;
use crate::model::Health;

/// The health and the score of a slot that is among the rows; `None` for all other slots.
pub type Placed = Option<(Health, u16)>;

#[derive(Clone, Debug, Default)]
pub struct Ranks {
    pub rows: Vec<u32>,
    pub placed: Vec<Placed>,
    counts: [u32; 7],
    /// The position in the answer's log up to which changes were taken in.
    pub seen: u64,
}

/// The least number of changes that one slice takes in, however small the budget.
const LEAST: usize = 256;

impl Ranks {
    /// Makes an order from rows that are in order already. `placed` holds an entry for each slot.
    pub fn new(rows: Vec<u32>, placed: Vec<Placed>, seen: u64) -> Self {
        let mut counts = [0; 7];
        for (health, _) in placed.iter().flatten() {
            counts[*health as usize] += 1;
        }
        Self { rows, placed, counts, seen }
    }

    pub fn count(&self, health: Health) -> u32 {
        self.counts[health as usize]
    }

    pub fn has(&self, slot: u32) -> bool {
        self.placed.get(slot as usize).is_some_and(Option::is_some)
    }

    /// Takes in about `budget` changes. True when these were all; `None` if the log of changes does not go back far
    /// enough.
    pub fn catch_up(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> Option<bool> {
        let changed = answer.changed_since(self.seen)?;
        let (part, later) = changed.split_at(changed.len().min(budget.max(LEAST)));
        // Changed rows that are shown are always taken in now. A row in a wrong position would mislead the search for
        // the positions of others.
        let shown = later.iter().filter(|slot| self.has(**slot));
        let due: Vec<u32> = part.iter().chain(shown).copied().collect();
        self.seen += part.len() as u64;
        if !due.is_empty() {
            self.replace(answer, ranking, due);
        }
        Some(later.is_empty())
    }

    /// Moves the changed slots to their new positions. Most of them are in the right position already and do not move.
    fn replace(&mut self, answer: &Answer, ranking: &impl Ranking, mut changed: Vec<u32>) {
        changed.sort_unstable();
        changed.dedup();
        self.placed.resize(answer.slots() as usize, None);
        let mut known = Vec::new();
        let (mut gone, memo) = (false, Memo::default());
        for slot in changed.iter().copied() {
            let was = self.placed[slot as usize];
            let now = answer.at(slot).and_then(|object| Some((object.health, ranking.admit(object, &memo)?)));
            self.place(slot, now);
            gone |= was.is_some() && now.is_none();
            known.extend((was.is_some() && now.is_some()).then_some(slot));
        }
        if gone {
            self.sweep();
        }
        // Positions are searched only now, because removed slots have no position among the others.
        let standing = self.loosen(answer, ranking, known);
        changed.retain(|slot| self.placed[*slot as usize].is_some() && standing.binary_search(slot).is_err());
        changed.sort_by(|a, b| before(answer, ranking, &self.placed, *a, *b));
        self.merge(answer, ranking, &changed);
    }

    /// Removes the slots that are in a wrong position, and returns those that stay. A removed slot gives its neighbours
    /// a new neighbour, so they are checked again.
    fn loosen(&mut self, answer: &Answer, ranking: &impl Ranking, mut known: Vec<u32>) -> Vec<u32> {
        loop {
            let (standing, moved): (Vec<u32>, Vec<u32>) =
                known.iter().partition(|slot| self.stands(answer, ranking, **slot));
            if moved.is_empty() {
                return standing;
            }
            self.take_out(&moved);
            known = standing;
        }
    }

    fn place(&mut self, slot: u32, now: Placed) {
        if let Some((health, _)) = std::mem::replace(&mut self.placed[slot as usize], now) {
            self.counts[health as usize] -= 1;
        }
        if let Some((health, _)) = now {
            self.counts[health as usize] += 1;
        }
    }

    /// Whether a slot is in the right position, judged by both of its neighbours. If a neighbour is in a wrong position
    /// itself, the answer may be a needless no, but never a wrong yes.
    fn stands(&self, answer: &Answer, ranking: &impl Ranking, slot: u32) -> bool {
        let earlier = |row: u32| before(answer, ranking, &self.placed, row, slot).is_lt();
        let at = self.rows.partition_point(|row| earlier(*row));
        let next = |row: &u32| before(answer, ranking, &self.placed, slot, *row).is_lt();
        self.rows.get(at) == Some(&slot)
            && self.rows.get(at + 1).is_none_or(next)
            && at.checked_sub(1).is_none_or(|at| earlier(self.rows[at]))
    }

    fn take_out(&mut self, moved: &[u32]) {
        let places: Vec<Placed> = moved.iter().map(|slot| self.placed[*slot as usize].take()).collect();
        self.sweep();
        for (slot, place) in moved.iter().zip(places) {
            self.placed[*slot as usize] = place;
        }
    }

    /// Drops the rows that have no entry in `placed`.
    fn sweep(&mut self) {
        let placed = &self.placed;
        self.rows.retain(|slot| placed[*slot as usize].is_some());
    }

    /// Merges sorted slots into the rows, starting at the end, so that each row moves at most once.
    fn merge(&mut self, answer: &Answer, ranking: &impl Ranking, fresh: &[u32]) {
        let mut end = self.rows.len();
        self.rows.resize(end + fresh.len(), 0);
        let mut to = self.rows.len();
        for slot in fresh.iter().rev() {
            let later = |row: u32| before(answer, ranking, &self.placed, row, *slot).is_gt();
            let at = not_later(&self.rows[..end], later);
            self.rows.copy_within(at..end, to - (end - at));
            to -= end - at + 1;
            self.rows[to] = *slot;
            end = at;
        }
    }
}

/// The number of sorted rows that do not come after a certain point. The search starts at the end, because new rows
/// usually belong there.
fn not_later(rows: &[u32], later: impl Fn(u32) -> bool) -> usize {
    let (mut high, mut step) = (rows.len(), 1);
    while high > 0 {
        let low = high.saturating_sub(step);
        if !later(rows[low]) {
            return low + rows[low..high].partition_point(|row| !later(*row));
        }
        (high, step) = (low, step * 2);
    }
    0
}

/// The order of two slots: by score, then by the ranking, then by slot, so that the order is total.
pub fn before(answer: &Answer, ranking: &impl Ranking, placed: &[Placed], a: u32, b: u32) -> Ordering {
    let score = |slot: u32| placed.get(slot as usize).copied().flatten().map_or(0, |(_, score)| score);
    let (Some(x), Some(y)) = (answer.at(a), answer.at(b)) else { return a.cmp(&b) };
    score(b).cmp(&score(a)).then_with(|| ranking.compare(x, y)).then_with(|| a.cmp(&b))
}
