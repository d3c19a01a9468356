//! What the bottom line tells, and how long: a notice is about what it was told over.

use spyhop::app::keymap::Keymap;
use spyhop::app::{Level, Message, Opening};
use spyhop::model::Time;

use crate::screen::{NOW, Screen, kind, pod};

fn pods() -> Screen {
    Screen::open("pods").list(&[pod("shop", "web-7f", "Running"), pod("shop", "web-9a", "Running")]).found(vec![
        kind("pods"),
        kind("containers"),
        kind("services"),
    ])
}

fn refused() -> Screen {
    let screen = pods().keys(": \"nosuch\" enter");
    assert!(screen.has("nosuch"), "{}", screen.text());
    screen
}

#[test]
fn a_notice_goes_with_its_view() {
    for keys in ["d", "y", "enter", ": \"svc\" enter", "0"] {
        let screen = refused().keys(keys);
        assert!(!screen.has("nosuch"), "{keys}:\n{}", screen.text());
    }
    // What was told over a view that was left is not told over the one that comes back.
    let screen = pods().keys("d : \"nosuch\" enter");
    assert!(screen.has("nosuch") && screen.has("describe"), "{}", screen.text());
    assert!(!screen.keys("esc").has("nosuch"));
}

#[test]
fn a_notice_goes_with_the_next_thing_that_succeeds() {
    for keys in ["space", "c", "N", "ctrl-w", ":", "/", "?", "ctrl-d"] {
        let screen = refused().keys(keys);
        assert!(!screen.has("nosuch"), "{keys}:\n{}", screen.text());
    }
}

#[test]
fn moving_about_leaves_a_notice_to_be_read() {
    for keys in ["j", "k", "G", "g", "j j k", "right"] {
        let screen = refused().keys(keys);
        assert!(screen.has("nosuch"), "{keys}:\n{}", screen.text());
    }
    assert!(!refused().pass(60_000).has("nosuch"));
}

#[test]
fn what_fails_takes_the_place_of_what_failed() {
    let screen = refused().keys(": \"other\" enter");
    assert!(screen.has("other") && !screen.has("nosuch"), "{}", screen.text());
}

#[test]
fn a_notice_of_what_opens_a_view_stays_over_it() {
    let mut screen = pods();
    screen.state.now = Time::parse(NOW).unwrap();
    // It comes from outside, while the view is there.
    screen.state.tell(Level::Info, "forwarding 8080");
    let screen = screen.pass(0);
    assert!(screen.has("forwarding 8080"), "{}", screen.text());
    assert!(screen.keys("j").has("forwarding 8080"));
}

#[test]
fn what_is_told_before_the_first_view_stays_over_it() {
    let mut screen = Screen::start();
    screen.state.tell(Level::Info, "1 unsaved edit");
    let mut screen = screen.pass(0).pass(10);
    screen.state.places.all = pods().state.places.all;
    screen.state.places.home = pods().state.places.home;
    screen.state.open(&Opening::parse("pods @prod-eu")).unwrap();
    let screen = screen.pass(10);
    assert!(screen.has("1 unsaved edit") && screen.has("› pods"), "{}", screen.text());
    assert!(!screen.keys(": \"svc\" enter").has("1 unsaved edit"));
}

#[test]
fn what_ended_well_elsewhere_hides_no_refusal() {
    let screen = refused().take(vec![Message::Told(Level::Info, "sent to the terminal".to_owned())]);
    assert!(screen.has("nosuch") && !screen.has("sent to the terminal"), "{}", screen.text());
    let screen = refused().take(vec![Message::Told(Level::Bad, "it broke".to_owned())]);
    assert!(screen.has("it broke"), "{}", screen.text());
}

#[test]
fn a_chord_that_was_begun_says_how_it_may_go_on_and_then_rests() {
    let mut screen = pods();
    screen.state.keymap = Keymap::named("vim").unwrap();
    let screen = screen.keys("g");
    let due = screen.state.wake().unwrap();
    assert!(!screen.has("g …") && due.since(screen.state.now) <= 300, "{}", screen.text());
    let screen = screen.pass(300);
    let ways = "g …  d describe  y yaml  o owner  g top  T tab previous  t tab next  esc leave";
    assert!(screen.has(ways), "{}", screen.text());
    // The program sleeps until something else changes.
    let wake = screen.state.wake();
    assert!(wake.is_none_or(|wake| wake > screen.state.now), "{wake:?}");
    assert!(!screen.keys("esc").has("g …"));
}
