//! Any budget, any changes: always the order that sorting anew would give.

use super::*;
use crate::kinds;
use crate::model::{Cell, Delta, Id, SourceId, Str, Time, Uid};

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
    let id = Id { at: SourceId(0), kind, namespace: Str::new(), name: name.into() };
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

/// Rows by what is in their first cell, which changes.
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
    let mut random = 1u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) % below
    };
    for round in 0..300 {
        for _ in 0..next(if round % 8 == 0 { 2_000 } else { 40 }) {
            let name = format!("pod-{:03}", next(400));
            let mut fresh = object(&name, Health::ALL[next(7) as usize]);
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

/// Filters by turns narrower and wider, rows that come, go and move meanwhile, any budget.
#[test]
fn a_filter_that_is_typed_shows_what_a_fresh_one_would() {
    const WORDS: [&str; 7] = ["", "7", "77", "7", "1", "13", "3"];
    const TESTS: [fn(&Object) -> bool; 7] = [
        |_| true,
        |o| has(o, "7"),
        |o| has(o, "77"),
        |o| has(o, "7"),
        |o| has(o, "1"),
        |o| has(o, "13"),
        |o| has(o, "3"),
    ];
    fn has(object: &Object, text: &str) -> bool {
        object.id.name.contains(text)
    }
    let mut answer = Answer::new(Time(0));
    let names_of: Vec<String> = scrambled(20_000).collect();
    names_of[..9_000].iter().for_each(|name| answer.apply(Delta::Upsert(object(name, Health::Good)), Time(0)));
    let mut order = Order::default();
    let (mut before, mut within, mut found) = (0, 0, 0);
    for round in 0..400usize {
        let word = (round * 5 + round / 7) % WORDS.len();
        let ranking = ByCell(TESTS[word]);
        let name = (round % 6 != 0).then(|| WORDS[word].to_owned());
        order.refilter(WORDS[word].contains(WORDS[before]), name);
        found += usize::from(order.sift.is_none());
        within += usize::from(order.sift.as_ref().is_some_and(|sift| sift.within));
        before = word;
        let budget = [1, 300, 3_000, 1_000_000][round % 4];
        for step in 0..round % 5 {
            if order.settle(&answer, &ranking, budget) {
                break;
            }
            let at = (round * 31 + step * 17) % names_of.len();
            let mut fresh = object(&names_of[at], Health::Bad);
            fresh.cells = Box::new([Cell::Count(((round * 7 + step) % 11) as i64)]);
            answer.apply(Delta::Upsert(fresh), Time(0));
            answer.apply(Delta::Remove(object(&names_of[(at * 7) % 9_000], Health::Good).id), Time(0));
        }
        if round % 3 == 0 {
            while !order.settle(&answer, &ranking, budget) {}
            let mut fresh = Order::default();
            while !fresh.settle(&answer, &ranking, 1_000_000) {}
            let differs = names(&order, &answer).into_iter().zip(names(&fresh, &answer)).find(|(a, b)| a != b);
            assert_eq!((order.rows().len(), differs), (fresh.rows().len(), None), "round {round}");
            Health::ALL.iter().for_each(|health| assert_eq!(order.count(*health), fresh.count(*health)));
        }
    }
    assert!(within > 20 && found > 20, "{within} {found}");
}

/// By a cell that changes, then by name; filtered by name.
struct ByCell(fn(&Object) -> bool);

impl Ranking for ByCell {
    fn filters(&self) -> bool {
        true
    }

    fn admit<'a>(&'a self, object: &'a Object, _: &Memo<'a>) -> Option<u16> {
        (self.0)(object).then_some(0)
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        let cell = |object: &Object| object.cells.first().cloned().unwrap_or(Cell::None);
        cell(a).order(&cell(b)).then_with(|| a.id.name.cmp(&b.id.name))
    }
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

/// Scores stand before everything else, and rows of the same score as they stood.
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
        order.refilter(round % 2 == 0, Some("scored".to_owned()));
    }
}

/// Taking a filter away shows at once what stood there before.
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
