use super::*;
use crate::kinds;
use crate::model::{Delta, Id, SourceId, Str, Time};

struct ByName(fn(&Object) -> bool);

impl Ranking for ByName {
    fn admits_all(&self) -> bool {
        false
    }

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

/// Filters by turns narrower and wider, rows that come and go meanwhile, any budget: always as if sorted anew.
#[test]
fn a_filter_that_is_typed_shows_what_a_fresh_one_would() {
    const WORDS: [&str; 7] = ["", "7", "77", "7", "1", "13", "3"];
    fn holds(word: usize) -> ByName {
        const TESTS: [fn(&Object) -> bool; 7] = [
            |_| true,
            |object| object.id.name.contains('7'),
            |object| object.id.name.contains("77"),
            |object| object.id.name.contains('7'),
            |object| object.id.name.contains('1'),
            |object| object.id.name.contains("13"),
            |object| object.id.name.contains('3'),
        ];
        ByName(TESTS[word])
    }
    let mut answer = Answer::new(Time(0));
    let names_of: Vec<String> = scrambled(20_000).collect();
    names_of[..9_000].iter().for_each(|name| answer.apply(Delta::Upsert(object(name, Health::Good)), Time(0)));
    let mut order = Order::default();
    let mut before = 0;
    for round in 0..400usize {
        let word = (round * 5 + round / 7) % WORDS.len();
        order.refilter(WORDS[word].contains(WORDS[before]));
        before = word;
        let budget = [1, 300, 3_000, 1_000_000][round % 4];
        for step in 0..round % 5 {
            if order.settle(&answer, &holds(word), budget) {
                break;
            }
            let at = (round * 31 + step * 17) % names_of.len();
            answer.apply(Delta::Upsert(object(&names_of[at], Health::Bad)), Time(0));
            answer.apply(Delta::Remove(object(&names_of[(at * 7) % 9_000], Health::Good).id), Time(0));
        }
        if round % 3 == 0 {
            while !order.settle(&answer, &holds(word), budget) {}
            let mut fresh = Order::default();
            while !fresh.settle(&answer, &holds(word), 1_000_000) {}
            assert_eq!(names(&order, &answer), names(&fresh, &answer), "round {round}");
            assert_eq!(order.count(Health::Bad), fresh.count(Health::Bad));
        }
    }
}
