//! What the program says of itself, and lists over several namespaces.

use spyhop::app::own::{Timing, Vitals};
use spyhop::app::{Message, View};
use spyhop::kinds::program::itself::METER;
use spyhop::model::{Cell, Delta, Error, Health, Id, KindRef, Object, Query, Scope, SourceId, Str, Time, Uid, Within};

use crate::screen::{HERE, NOW, Screen, kind, pod, rows};
use crate::tables::shop;

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 45)];

fn meter(at: SourceId) -> Query {
    Query::List { at, kind: KindRef(&METER), scope: Scope::all() }
}

/// What a source says it was asked.
fn counted(at: SourceId, requests: i64, error: &str) -> Vec<Delta> {
    let id = Id::new(at, KindRef(&METER), Str::new(), Str::new());
    let cells = [
        Cell::Rate(requests as f32 / 10.0),
        Cell::Count(requests),
        Cell::Count(requests),
        Cell::Count(3),
        Cell::Bytes(3 << 20),
        Cell::None,
        Cell::text(error),
    ];
    let (uid, labels, owner) = (Uid::None, Str::new(), Str::new());
    let row = Object { id, uid, health: Health::Unknown, cells: cells.into(), labels, owner, link: None };
    vec![Delta::Reset, Delta::Upsert(row), Delta::Ready]
}

fn vitals(held: Vec<(Query, u64)>) -> Vitals {
    Vitals {
        since: Time::parse(NOW).unwrap().plus_millis(-187_000),
        memory: Some(12 << 20),
        peak: Some(14 << 20),
        cpu: Some(0.34),
        turns: Timing { rate: 1.2, half: 52, most: 640 },
        frames: Timing { rate: 1.0, half: 410, most: 1_200 },
        held,
    }
}

fn told(screen: Screen) -> Screen {
    let held = screen.state.store.held();
    screen.take(vec![Message::Vitals(Box::new(vitals(held)))])
}

fn own() -> Screen {
    let pods = rows(kind("pods"), &pod("pay", "till-0", "Running")).into_iter().map(Delta::Upsert);
    let screen = Screen::open("pods").list(&shop()).keys(": \"svc\" enter").fails(Error::Denied("no services".into()));
    let screen = screen.keys(": \"pods_all\" enter");
    let screen = screen.answer([Delta::Reset].into_iter().chain(pods).chain([Delta::Ready]).collect());
    let screen = screen.keys(": \"self\" enter").answer_to(meter(HERE), counted(HERE, 41, ""));
    told(screen.answer_to(meter(SourceId(2)), counted(SourceId(2), 0, "")))
}

#[test]
fn self_shows_servers_queries_and_the_process() {
    for (width, height) in SIZES {
        insta::assert_snapshot!(format!("self_{width}x{height}"), own().sized(width, height).text());
    }
}

#[test]
fn a_server_that_is_asked_too_often_is_marked() {
    let mut deltas = counted(HERE, 900, "900 requests in the last minute: something keeps asking");
    if let Some(Delta::Upsert(row)) = deltas.get_mut(1) {
        row.health = Health::Warn;
    }
    let screen = Screen::open("pods").list(&shop()).keys(": \"self\" enter").answer_to(meter(HERE), deltas);
    let screen = told(screen).sized(160, 45);
    assert!(screen.has("too often") && screen.has("900 requests"), "{}", screen.text());
}

#[test]
fn nothing_is_known_before_it_was_told() {
    let screen = Screen::open("pods").list(&shop()).keys(": \"self\" enter");
    assert!(screen.has("prod-eu  pods shop") && !screen.has("memory"), "{}", screen.text());
}

#[test]
fn figures_are_asked_for_only_while_one_looks_and_once_a_second() {
    let asks = |screen: &Screen| screen.state.wanted().contains(&meter(HERE));
    let screen = Screen::open("pods").list(&shop());
    assert!(!asks(&screen) && screen.state.vitals_due().is_none());
    let screen = screen.keys(": \"self\" enter");
    assert!(asks(&screen));
    assert_eq!(screen.state.vitals_due(), Some(screen.state.now), "at once the first time");
    let screen = told(screen);
    assert_eq!(screen.state.vitals_due(), Some(screen.state.now.plus_millis(1_000)));
    let screen = screen.keys("esc");
    assert!(!asks(&screen) && screen.state.vitals_due().is_none(), "left at once, without a grace");
    assert!(screen.has("› pods"), "{}", screen.text());
}

/// Otherwise looking would change what one looks at.
#[test]
fn what_was_on_the_screen_stays_asked_for_below() {
    let screen = Screen::open("pods").list(&shop()).keys(": \"self\" enter").pass(90_000);
    let pods = |query: &Query| matches!(query, Query::List { kind, .. } if kind.name == "pods");
    assert!(screen.state.wanted().iter().any(pods));
    assert!(told(screen).text().lines().any(|line| line.contains("pods shop") && line.contains("live")));
}

#[test]
fn what_was_left_is_said_to_be_kept_until_it_is_dropped() {
    let line = |screen: &Screen| screen.text().lines().find(|line| line.contains("pods shop")).map(str::to_owned);
    assert!(line(&own()).unwrap().contains("○ kept"), "{}", own().text());
    assert_eq!(line(&told(own().pass(61_000))), None);
}

#[test]
fn self_comes_once_however_often_it_is_called() {
    let screen = own().keys(": \"self\" enter : \"self\" enter");
    let own = |view: &&View| view.table().is_some_and(|table| table.kind.name == "self");
    assert_eq!(screen.state.tabs.stack().iter().filter(own).count(), 1);
    assert!(screen.keys("enter").has("this row has no more to show"));
}

#[test]
fn a_table_over_several_namespaces_names_them() {
    let screen = Screen::open("pods").list(&shop()).keys(": \"pods_shop,pay\" enter");
    let Query::List { scope, .. } = screen.query() else { panic!("no table") };
    assert_eq!(scope.namespace.as_deref(), Some("pay,shop"));
    let screen = screen.list(&[pod("shop", "web-9a", "Running"), pod("pay", "till-0", "Running")]);
    assert!(screen.has("pay,shop › pods") && screen.has("NAMESPACE"), "{}", screen.text());
    assert!(screen.has("pay        till-0"), "{}", screen.text());
}

#[test]
fn where_not_all_namespaces_are_allowed_the_title_and_help_say_so() {
    let why = "pods is forbidden: User \"jane\" cannot list resource \"pods\" at the cluster scope";
    let within = |of| Within { namespaces: vec!["pay".into(), "shop".into()], of, why: why.into() };
    let row = || rows(kind("pods"), &pod("pay", "till-0", "Running")).into_iter().map(Delta::Upsert);
    let shown = |of| {
        let first = [Delta::Reset, Delta::Within(Box::new(within(of)))];
        Screen::open("pods all").answer(first.into_iter().chain(row()).chain([Delta::Ready]).collect())
    };
    let screen = shown(Some(41));
    assert!(screen.has("2 of 41 namespaces") && screen.has("till-0"), "{}", screen.text());
    let help = screen.keys("?");
    assert!(help.has("Shown: pay, shop") && help.has("at the cluster scope"), "{}", help.text());
    let help = shown(None).keys("?");
    assert!(help.has("cannot be listed either"), "{}", help.text());
    let all = shown(Some(41)).answer([Delta::Reset].into_iter().chain(row()).chain([Delta::Ready]).collect());
    assert!(!all.has("of 41"), "{}", all.text());
}
