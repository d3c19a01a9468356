//! What is said when there is nothing to show, or not the truth of now.

use spyhop::model::{Delta, Error};

use crate::screen::Screen;
use crate::tables::shop;

#[test]
fn loading_shows_a_rule_then_words() {
    let screen = Screen::open("pods");
    assert!(!screen.has("━"));
    let screen = screen.pass(160);
    assert!(screen.has("━") && !screen.has("waiting"));
    assert!(screen.pass(400).has("waiting for the server"));
}

#[test]
fn an_empty_namespace_says_what_to_do() {
    let screen = Screen::open("pods").list(&[]);
    assert!(screen.has("no pods in shop") && screen.has("0 looks in all namespaces"), "{}", screen.text());
}

#[test]
fn a_filter_that_admits_nothing_says_how_to_clear_it() {
    let screen = Screen::open("pods").list(&shop()).keys("/ \"nosuch\" enter");
    assert!(screen.has("none of 6 pods passes the filter") && screen.has("esc clears it"), "{}", screen.text());
    assert!(!screen.has("is a column"));
    let screen = Screen::open("pods").list(&shop()).keys("/ \"restarts\" enter");
    assert!(screen.has("restarts is a column: restarts= restarts> restarts~ compare it"), "{}", screen.text());
}

#[test]
fn a_lost_connection_keeps_the_rows_and_says_since_when() {
    let screen = Screen::open("pods").list(&shop()).fails(Error::Offline("connection refused".into()));
    let screen = screen.pass(5_000);
    assert!(screen.has("cart-2") && screen.has("stale 5s") && screen.has("offline"), "{}", screen.text());
    let screen = screen.fails(Error::Offline("connection refused".into())).pass(5_000);
    assert!(screen.has("stale 10s"), "{}", screen.text());
    assert!(screen.answer(vec![Delta::Mark("7".into())]).has("live"));
}

#[test]
fn a_denial_gives_the_servers_reason() {
    let why =
        "pods is forbidden: User \"rig-viewer\" cannot list resource \"pods\" in API group \"\" at the cluster scope";
    let screen = Screen::open("pods").fails(Error::Denied(why.into()));
    assert!(screen.has("you may not list pods here") && screen.has("rig-viewer"), "{}", screen.text());
}

#[test]
fn a_login_that_needs_the_terminal_is_asked_for_once() {
    let error = || Error::Login { program: vec!["login".into()], why: "run login".into() };
    let screen = Screen::open("pods").fails(error());
    assert_eq!(screen.effects.len(), 1);
    assert_eq!(screen.fails(error()).effects.len(), 1);
}

#[test]
fn one_by_one_is_survived() {
    for (width, height) in [(1, 1), (2, 2), (5, 3), (20, 4), (300, 2)] {
        let screen = Screen::open("pods").list(&shop()).sized(width, height);
        let _ = screen.text();
        let screen = screen.keys("? j esc : \"x\" esc / \"y\" esc");
        let _ = screen.text();
    }
}

#[test]
fn hostile_names_reach_the_screen_as_text() {
    let mut body = crate::screen::pod("shop", "evil", "Running");
    body["metadata"]["name"] = "a\u{1b}[2J\u{202e}b\u{7}".into();
    let screen = Screen::open("pods").list(&[body]);
    assert!(!screen.text().contains(['\u{1b}', '\u{202e}', '\u{7}']));
}
