//! Which rows are shown, in which order: filtered and sorted lazily, in slices, so that no key waits for it.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::store::Answer;
use crate::model::{Health, Object};

/// What decides the order. Both are asked with rows of one answer only.
pub trait Ranking {
    /// The score of a row that is shown (higher first where scores differ), `None` for one that is not.
    fn admit(&self, object: &Object) -> Option<u16>;
    fn compare(&self, a: &Object, b: &Object) -> Ordering;
}

/// The shown slots of one answer. What is shown stays until the next order is whole.
#[derive(Debug, Default)]
pub struct Order {
    rows: Vec<u32>,
    /// By slot: what is known about it, when it is shown.
    placed: Vec<Option<(Health, u16)>>,
    counts: [u32; 7],
    /// Position in the answer's log up to which changes are in.
    seen: u64,
    build: Option<Build>,
    started: bool,
}

/// An order in the making: sorted runs first, then one merge that can stop anywhere.
#[derive(Debug, Default)]
struct Build {
    seen: u64,
    next: u32,
    runs: Vec<Vec<u32>>,
    heads: Vec<usize>,
    placed: Vec<Option<(Health, u16)>>,
    merged: Vec<u32>,
}

/// Rows of one sorted run: small enough to be sorted within a slice.
const RUN: u32 = 1024;

impl Order {
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    pub fn count(&self, health: Health) -> u32 {
        self.counts[health as usize]
    }

    /// Forgets how rows were placed, because the ranking changed; what is shown stays for now.
    pub fn restart(&mut self) {
        self.started = false;
        self.build = None;
    }

    pub fn position(&self, slot: u32) -> Option<usize> {
        self.rows.iter().position(|row| *row == slot)
    }

    /// Works on at most about `budget` rows. True when everything is in.
    pub fn settle(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
        if !self.started {
            self.started = true;
            self.build = Some(Build { seen: answer.log_end(), ..Build::default() });
        }
        if let Some(mut build) = self.build.take() {
            if !build.step(answer, ranking, budget) {
                self.build = Some(build);
                return false;
            }
            self.adopt(build);
        }
        match answer.changed_since(self.seen) {
            Some([]) => true,
            Some(changed) => {
                let changed = changed.to_vec();
                self.seen = answer.log_end();
                self.replace(answer, ranking, changed);
                true
            }
            None => {
                self.restart();
                self.settle(answer, ranking, budget)
            }
        }
    }

    fn adopt(&mut self, build: Build) {
        self.rows = build.merged;
        self.placed = build.placed;
        self.seen = build.seen;
        self.counts = [0; 7];
        for (health, _) in self.placed.iter().flatten() {
            self.counts[*health as usize] += 1;
        }
    }

    /// Takes the changed slots out and puts them back where they belong now.
    fn replace(&mut self, answer: &Answer, ranking: &impl Ranking, mut changed: Vec<u32>) {
        changed.sort_unstable();
        changed.dedup();
        self.placed.resize(answer.slots() as usize, None);
        self.take_out(&changed);
        for slot in &changed {
            let Some(object) = answer.at(*slot) else { continue };
            let Some(score) = ranking.admit(object) else { continue };
            self.placed[*slot as usize] = Some((object.health, score));
            self.counts[object.health as usize] += 1;
        }
        changed.retain(|slot| self.placed[*slot as usize].is_some());
        let placed = &self.placed;
        changed.sort_by(|a, b| before(answer, ranking, placed, *a, *b));
        self.merge(answer, ranking, &changed);
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
fn before(answer: &Answer, ranking: &impl Ranking, placed: &[Option<(Health, u16)>], a: u32, b: u32) -> Ordering {
    let score = |slot: u32| placed.get(slot as usize).copied().flatten().map_or(0, |(_, score)| score);
    let (Some(x), Some(y)) = (answer.at(a), answer.at(b)) else { return a.cmp(&b) };
    score(b).cmp(&score(a)).then_with(|| ranking.compare(x, y)).then_with(|| a.cmp(&b))
}

impl Build {
    fn step(&mut self, answer: &Answer, ranking: &impl Ranking, budget: usize) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::model::{Delta, Id, SourceId, Str, Time};

    struct ByName(fn(&Object) -> bool);

    impl Ranking for ByName {
        fn admit(&self, object: &Object) -> Option<u16> {
            (self.0)(object).then_some(0)
        }

        fn compare(&self, a: &Object, b: &Object) -> Ordering {
            a.id.name.cmp(&b.id.name)
        }
    }

    fn object(name: &str, health: Health) -> Object {
        let Some(kind) = kinds::all().next() else { panic!("no kinds") };
        let id = Id { at: SourceId(0), kind, namespace: Str::new(), name: name.into() };
        Object { id, uid: Str::new(), health, cells: Box::new([]), labels: Str::new(), owner: Str::new(), link: None }
    }

    fn names(order: &Order, answer: &Answer) -> Vec<String> {
        order.rows().iter().filter_map(|slot| answer.at(*slot)).map(|o| o.id.name.to_string()).collect()
    }

    /// A fixed sequence that looks random (a linear congruential generator).
    fn scrambled(count: u64) -> impl Iterator<Item = String> {
        (0..count).map(|i| format!("pod-{:05}", (i.wrapping_mul(48_271) + 11) % 65_537))
    }

    #[test]
    fn any_budget_gives_the_same_order() {
        let mut answer = Answer::new(Time(0));
        scrambled(5000).for_each(|name| answer.apply(Delta::Upsert(object(&name, Health::Good)), Time(0)));
        let mut expected: Vec<_> = scrambled(5000).filter(|name| name.ends_with('7')).collect();
        expected.sort();
        for budget in [1, 1000, 1_000_000] {
            let mut order = Order::default();
            let ranking = ByName(|object| object.id.name.ends_with('7'));
            while !order.settle(&answer, &ranking, budget) {}
            assert_eq!(names(&order, &answer), expected);
        }
    }

    #[test]
    fn changes_are_merged_and_counted() {
        let mut answer = Answer::new(Time(0));
        let mut order = Order::default();
        let ranking = ByName(|_| true);
        for (round, name) in scrambled(3000).enumerate() {
            answer.apply(Delta::Upsert(object(&name, Health::Good)), Time(0));
            if round % 700 == 0 {
                assert!(order.settle(&answer, &ranking, 1_000_000));
            }
        }
        let victims: Vec<_> = scrambled(3000).step_by(3).collect();
        for name in &victims {
            answer.apply(Delta::Remove(object(name, Health::Good).id), Time(0));
        }
        let sick: Vec<_> = scrambled(3000).skip(1).step_by(3).collect();
        for name in &sick {
            answer.apply(Delta::Upsert(object(name, Health::Bad)), Time(0));
        }
        assert!(order.settle(&answer, &ranking, 1_000_000));
        let mut expected: Vec<_> = scrambled(3000).filter(|name| !victims.contains(name)).collect();
        expected.sort();
        assert_eq!(names(&order, &answer), expected);
        assert_eq!(order.count(Health::Bad) as usize, sick.len());
        assert_eq!(order.count(Health::Good) as usize, expected.len() - sick.len());
    }

    #[test]
    fn what_is_shown_stays_until_the_next_order_is_whole() {
        let mut answer = Answer::new(Time(0));
        scrambled(4000).for_each(|name| answer.apply(Delta::Upsert(object(&name, Health::Good)), Time(0)));
        let mut order = Order::default();
        while !order.settle(&answer, &ByName(|_| true), 100) {}
        order.restart();
        assert!(!order.settle(&answer, &ByName(|_| false), 100));
        assert_eq!(order.rows().len(), 4000);
        while !order.settle(&answer, &ByName(|_| false), 100) {}
        assert!(order.rows().is_empty());
    }
}
