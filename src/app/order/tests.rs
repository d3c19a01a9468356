//! With any budget and any changes, the result is the order that sorting everything again would give.

use super::*;
use crate::app::filter::Filter;
use crate::app::view::{Contexts, Field, Loans, Shown};
use crate::kinds;
use crate::model::{Cell, Column, Delta, Id, SourceId, Str, Time, Uid};
use crate::random::Random;

struct ByName(fn(&Object) -> bool);

impl Ranking for ByName {
    fn filters(&self) -> bool {
        true
    }

    fn admit<'a>(&'a self, object: &'a Object, _: &Memo<'a>) -> Option<u16> {
        (self.0)(object).then_some(0)
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        a.id.name.cmp(&b.id.name)
    }
}

fn object(name: &str, health: Health) -> Object {
    let Some(kind) = kinds::all().next() else { panic!("no kinds") };
    let id = Id::new(SourceId(0), kind, Str::new(), name);
    Object { id, uid: Uid::None, health, cells: Box::new([]), labels: Str::new(), owner: Str::new(), link: None }
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

/// Sorts rows by their first cell, which changes.
struct ByCount;

impl Ranking for ByCount {
    fn filters(&self) -> bool {
        true
    }

    fn admit<'a>(&'a self, object: &'a Object, _: &Memo<'a>) -> Option<u16> {
        (object.cells[0] != Cell::Count(13)).then_some(0)
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        a.cells[0].order(&b.cells[0]).then_with(|| a.id.name.cmp(&b.id.name))
    }
}

#[test]
fn rows_that_move_stay_and_go_at_once_end_as_sorting_anew_would_put_them() {
    let mut answer = Answer::new(Time(0));
    let mut order = Order::default();
    let mut random = Random(1);
    let mut next = |below: usize| random.below(below);
    for round in 0..300 {
        for _ in 0..next(if round % 8 == 0 { 2_000 } else { 40 }) {
            let name = format!("pod-{:03}", next(400));
            let mut fresh = object(&name, Health::ALL[next(7)]);
            fresh.cells = Box::new([Cell::Count(next(20) as i64)]);
            let gone = next(4) == 0;
            answer.apply(if gone { Delta::Remove(fresh.id) } else { Delta::Upsert(fresh) }, Time(0));
        }
        while !order.settle(&answer, &ByCount, 1) {}
        let mut anew = Order::default();
        while !anew.settle(&answer, &ByCount, usize::MAX) {}
        assert_eq!(names(&order, &answer), names(&anew, &answer), "round {round}");
        Health::ALL.iter().for_each(|health| assert_eq!(order.count(*health), anew.count(*health)));
    }
}

#[test]
fn an_order_that_missed_too_much_is_made_anew() {
    let mut answer = Answer::new(Time(0));
    let mut order = Order::default();
    while !order.settle(&answer, &ByName(|_| true), 100) {}
    for round in 0..200_000i64 {
        let mut fresh = object(&format!("pod-{:02}", round % 40), Health::Good);
        fresh.cells = Box::new([Cell::Count(round)]);
        answer.apply(Delta::Upsert(fresh), Time(0));
    }
    while !order.settle(&answer, &ByName(|_| true), 100) {}
    assert_eq!(order.rows().len(), 40);
}

/// Filters become narrower and wider in turn. Meanwhile rows are added, removed and moved, and excerpts are made, grow
/// stale and are dropped. The budget varies.
#[test]
fn a_filter_that_is_typed_shows_what_a_fresh_one_would() {
    const WORDS: [&str; 7] = ["", "7", "77", "7", "1 or 77", "13", "not 3"];
    let mut answer = Answer::new(Time(0));
    let names_of: Vec<String> = scrambled(14_000).collect();
    names_of[..6_000].iter().for_each(|name| answer.apply(Delta::Upsert(object(name, Health::Good)), Time(0)));
    let mut order = Order::default();
    let mut random = Random(1);
    let (mut before, mut within, mut found, mut excerpted, mut settled) = (0, 0, 0, 0, false);
    for round in 0..200 {
        let word = random.below(WORDS.len());
        let ranking = Typed::new(WORDS[word]);
        if settled && random.below(3) > 0 {
            // Either all pages or only some of them.
            excerpted += usize::from((0..random.below(6)).any(|_| order.expect_filter(&answer, &ranking, 1)));
        } else if random.below(4) == 0 {
            order.forget_excerpts();
        }
        let narrower = ranking.filter.narrows(&Typed::new(WORDS[before]).filter);
        order.refilter(narrower, (random.below(6) > 0).then(|| WORDS[word].to_owned()));
        found += usize::from(order.sift.is_none());
        within += usize::from(order.sift.as_ref().is_some_and(|sift| sift.within));
        before = word;
        let budget = [1, 300, 1_027, 1_000_000][random.below(4)];
        settled = false;
        for _ in 0..random.below(5) {
            settled = order.settle(&answer, &ranking, budget);
            for _ in 0..random.below(if round % 20 == 0 { 3_000 } else { 3 }) {
                let mut fresh = object(&names_of[random.below(names_of.len())], Health::Bad);
                fresh.cells = Box::new([Cell::Count(random.below(11) as i64)]);
                let gone = object(&names_of[random.below(6_000)], Health::Good).id;
                answer.apply(Delta::Upsert(fresh), Time(0));
                answer.apply(Delta::Remove(gone), Time(0));
                settled = false;
            }
        }
        if random.below(3) == 0 {
            while !order.settle(&answer, &ranking, budget) {}
            settled = true;
            let mut fresh = Order::default();
            while !fresh.settle(&answer, &ranking, 1_000_000) {}
            let differs = names(&order, &answer).into_iter().zip(names(&fresh, &answer)).find(|(a, b)| a != b);
            assert_eq!((order.rows().len(), differs), (fresh.rows().len(), None), "round {round}");
            Health::ALL.iter().for_each(|health| assert_eq!(order.count(*health), fresh.count(*health)));
        }
    }
    let uses = [within, found, excerpted];
    assert!(uses.iter().all(|uses| *uses > 20), "within, found, excerpted: {uses:?}");
}

/// Sorts by a cell that changes, then by name; filters by name.
struct Typed {
    filter: Filter,
    columns: [Shown; 1],
}

impl Typed {
    fn new(text: &str) -> Self {
        let field = Field::Name;
        let (column, contexts) = (Column::new("NAME", 5), Contexts::default());
        let shown =
            Shown { field, column, contexts, need: 5, seen: 5, right: false, high: false, place: None, trend: None };
        Self { filter: Filter::parse(text, &[]).unwrap(), columns: [shown] }
    }
}

impl Ranking for Typed {
    fn filters(&self) -> bool {
        true
    }

    fn admit<'a>(&'a self, object: &'a Object, memo: &Memo<'a>) -> Option<u16> {
        self.filter.admit(object, &Loans::default(), &self.columns, Time(0), memo)
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        let cell = |object: &Object| object.cells.first().cloned().unwrap_or(Cell::None);
        cell(a).order(&cell(b)).then_with(|| a.id.name.cmp(&b.id.name))
    }

    fn excerpt<'a>(&self, rows: impl Iterator<Item = Option<&'a Object>>) -> Excerpt {
        Excerpt::new(rows, &self.columns)
    }

    fn guess(&self, excerpt: &Excerpt, lent: bool) -> Vec<Guess> {
        self.filter.guess(excerpt, lent)
    }
}

/// More columns are shown, for example. A result from before must not return when a typed letter is removed.
#[test]
fn what_is_looked_at_again_is_not_remembered() {
    let mut answer = Answer::new(Time(0));
    scrambled(100).for_each(|name| answer.apply(Delta::Upsert(object(&name, Health::Good)), Time(0)));
    let mut order = Order::default();
    let settle = |order: &mut Order, test| while !order.settle(&answer, &ByName(test), 1000) {};
    order.refilter(false, Some("x".to_owned()));
    settle(&mut order, |_| false);
    order.look_again();
    settle(&mut order, |_| true);
    assert_eq!(order.rows().len(), 100);
    order.refilter(true, Some("xy".to_owned()));
    settle(&mut order, |_| false);
    order.refilter(false, Some("x".to_owned()));
    settle(&mut order, |_| true);
    assert_eq!(order.rows().len(), 100);
}

#[test]
fn a_narrower_filter_sorts_nothing() {
    struct Unsorted;
    impl Ranking for Unsorted {
        fn filters(&self) -> bool {
            true
        }

        fn admit<'a>(&'a self, object: &'a Object, _: &Memo<'a>) -> Option<u16> {
            object.id.name.ends_with('7').then_some(0)
        }

        fn compare(&self, _: &Object, _: &Object) -> Ordering {
            panic!("nothing is compared")
        }
    }
    let mut answer = Answer::new(Time(0));
    scrambled(5000).for_each(|name| answer.apply(Delta::Upsert(object(&name, Health::Good)), Time(0)));
    let mut order = Order::default();
    while !order.settle(&answer, &ByName(|_| true), 1000) {}
    order.refilter(true, None);
    while !order.settle(&answer, &Unsorted, 100) {}
    let mut expected: Vec<_> = scrambled(5000).filter(|name| name.ends_with('7')).collect();
    expected.sort();
    assert_eq!(names(&order, &answer), expected);
    assert_eq!(order.count(Health::Good) as usize, expected.len());
}

/// Scores decide first. Rows with the same score keep their order.
#[test]
fn a_filter_that_scores_puts_the_best_first_and_leaves_the_rest_in_order() {
    struct Scored;
    impl Ranking for Scored {
        fn filters(&self) -> bool {
            true
        }

        fn admit<'a>(&'a self, object: &'a Object, _: &Memo<'a>) -> Option<u16> {
            let last = object.id.name.as_bytes().last().copied().unwrap_or_default();
            (last != b'0').then_some(u16::from(last - b'0') * 7000)
        }

        fn compare(&self, a: &Object, b: &Object) -> Ordering {
            a.id.name.cmp(&b.id.name)
        }
    }
    let mut answer = Answer::new(Time(0));
    let mut order = Order::default();
    for round in 0..40u64 {
        for name in scrambled(3000).skip(round as usize * 70).take(70) {
            let gone = round % 5 == 4;
            let fresh = object(&name.replace("pod-6", "pod-1"), Health::Good);
            answer.apply(if gone { Delta::Remove(fresh.id) } else { Delta::Upsert(fresh) }, Time(0));
        }
        while !order.settle(&answer, &Scored, 1) {}
        let key = |name: &String| (std::cmp::Reverse(name.as_bytes().last().copied()), name.clone());
        let mut expected: Vec<String> = answer.objects().map(|object| object.id.name.to_string()).collect();
        expected.retain(|name| !name.ends_with('0'));
        expected.sort_by_key(key);
        assert_eq!(names(&order, &answer), expected, "round {round}");
        order.refilter(round % 2 == 0, None);
    }
}

/// Removing a filter shows the rows from before it at once.
#[test]
fn no_filter_needs_no_work() {
    struct Open;
    impl Ranking for Open {
        fn filters(&self) -> bool {
            false
        }

        fn admit<'a>(&'a self, _: &'a Object, _: &Memo<'a>) -> Option<u16> {
            panic!("nothing is asked")
        }

        fn compare(&self, _: &Object, _: &Object) -> Ordering {
            panic!("nothing is compared")
        }
    }
    let mut answer = Answer::new(Time(0));
    scrambled(5000).for_each(|name| answer.apply(Delta::Upsert(object(&name, Health::Good)), Time(0)));
    let mut order = Order::default();
    while !order.settle(&answer, &ByName(|object| object.id.name.ends_with('7')), 100) {}
    assert!(order.rows().len() < 1000);
    order.refilter(false, None);
    assert!(order.settle(&answer, &Open, 1));
    assert_eq!(order.rows().len(), 5000);
}
