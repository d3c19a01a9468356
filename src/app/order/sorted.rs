//! Rows in order, kept so while single ones change.

use std::cmp::Ordering;

use super::Ranking;
use crate::app::store::Answer;
use crate::model::Health;

/// What is known about a slot that has a place: its health and its score.
pub type Place = Option<(Health, u16)>;

#[derive(Debug, Default)]
pub struct Sorted {
    pub rows: Vec<u32>,
    /// By slot.
    placed: Vec<Place>,
    counts: [u32; 7],
}

impl Sorted {
    /// Of rows that are in order.
    pub fn new(rows: Vec<u32>, placed: Vec<Place>) -> Self {
        let mut counts = [0; 7];
        for (health, _) in placed.iter().flatten() {
            counts[*health as usize] += 1;
        }
        Self { rows, placed, counts }
    }

    pub fn count(&self, health: Health) -> u32 {
        self.counts[health as usize]
    }

    /// Takes the changed slots out and puts them back where they belong now.
    /// They are given in order, each once.
    pub fn replace(&mut self, answer: &Answer, ranking: &impl Ranking, changed: &[u32]) {
        self.placed.resize(answer.slots() as usize, None);
        self.take_out(changed);
        for slot in changed {
            let Some(object) = answer.at(*slot) else { continue };
            let Some(score) = ranking.admit(object) else { continue };
            self.placed[*slot as usize] = Some((object.health, score));
            self.counts[object.health as usize] += 1;
        }
        let placed = &self.placed;
        let mut fresh: Vec<u32> = changed.iter().copied().filter(|slot| placed[*slot as usize].is_some()).collect();
        fresh.sort_by(|a, b| before(answer, ranking, placed, *a, *b));
        self.merge(answer, ranking, &fresh);
    }

    fn take_out(&mut self, changed: &[u32]) {
        let mut any = false;
        for slot in changed {
            if let Some((health, _)) = self.placed[*slot as usize].take() {
                self.counts[health as usize] -= 1;
                any = true;
            }
        }
        if any {
            let placed = &self.placed;
            self.rows.retain(|slot| placed[*slot as usize].is_some());
        }
    }

    fn merge(&mut self, answer: &Answer, ranking: &impl Ranking, fresh: &[u32]) {
        const FEW: usize = 64;
        if fresh.len() <= FEW {
            for slot in fresh {
                let earlier = |row: &u32| before(answer, ranking, &self.placed, *row, *slot).is_lt();
                let at = self.rows.partition_point(earlier);
                self.rows.insert(at, *slot);
            }
            return;
        }
        let old = std::mem::take(&mut self.rows);
        let mut rows = Vec::with_capacity(old.len() + fresh.len());
        let (mut left, mut right) = (old.into_iter().peekable(), fresh.iter().copied().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let first = before(answer, ranking, &self.placed, *a, *b).is_le();
            rows.extend(if first { left.next() } else { right.next() });
        }
        rows.extend(left);
        rows.extend(right);
        self.rows = rows;
    }
}

/// Scores first, then the ranking, then the slot, so that the order is total.
pub fn before(answer: &Answer, ranking: &impl Ranking, placed: &[Place], a: u32, b: u32) -> Ordering {
    let score = |slot: u32| placed.get(slot as usize).copied().flatten().map_or(0, |(_, score)| score);
    let (Some(x), Some(y)) = (answer.at(a), answer.at(b)) else { return a.cmp(&b) };
    score(b).cmp(&score(a)).then_with(|| ranking.compare(x, y)).then_with(|| a.cmp(&b))
}
