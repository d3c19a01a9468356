//! What is said when there is nothing to show, or not the truth of now.

use std::sync::Arc;

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
    assert!(screen.has("no pods in shop") && screen.has("0 shows all namespaces"), "{}", screen.text());
}

#[test]
fn a_filter_that_admits_nothing_says_how_to_clear_it() {
    let screen = Screen::open("pods").list(&shop()).keys("/ \"nosuch\" enter");
    assert!(screen.has("none of 6 pods match the filter") && screen.has("q clears it"), "{}", screen.text());
    assert!(!screen.has("is a column"));
    let screen = Screen::open("pods").list(&shop()).keys("/ \"restarts\" enter");
    assert!(screen.has("restarts is a column: restarts= restarts> restarts~ compare it"), "{}", screen.text());
}

#[test]
fn the_name_of_a_column_that_is_being_typed_blanks_nothing() {
    let pods = || Screen::open("pods").list(&shop());
    for typed in ["r", "resta", "restarts", "restarts>", "restarts>5", "status", "web rest", "(web or mail) and rest"] {
        let screen = pods().keys(&format!("/ \"{}\"", typed.replace(' ', "_")));
        assert!(!screen.has("none of") && screen.has("web-7f"), "{typed}:\n{}", screen.text());
    }
    assert!(!pods().keys("/ \"web_rest\"").has("cart-2"), "the words before it hold");
    assert!(!pods().keys("/ \"band_rest\"").has("cart-2"));
    // A text that begins no column is looked for, and so is a column's name once it was meant as text.
    assert!(pods().keys("/ \"zzz\"").has("none of 6"));
    assert!(pods().keys("/ \"resta\" enter").has("none of 6"));
    assert!(pods().keys("/ \"resta\" esc").has("cart-2"));
}

#[test]
fn a_long_context_keeps_what_says_where_one_is() {
    let arn = "arn:aws:eks:eu-central-1:123456789012:cluster/prod-eu";
    let at = |width: u16, keys: &str| {
        let mut screen = Screen::open("pods").list(&shop()).found(vec![crate::screen::kind("pods")]);
        screen.state.places.all[0].name = arn.into();
        let screen = screen.sized(width, 24).keys(keys);
        screen.text().lines().next().unwrap().to_owned()
    };
    let title = at(80, "");
    assert!(title.contains(" arn:aws:e") && title.contains("prod-eu › shop › pods"), "{title}");
    assert!(at(130, "").contains(&format!("{arn} › shop › pods")), "the version leaves first");
    assert!(at(130, "").contains("v1.36.2") || !at(130, "").contains('…'));
    assert!(at(160, "").contains("v1.36.2"));
    let title = at(60, "d");
    assert!(title.contains("shop › ") && title.contains("› cart-2 › describe"), "{title}");
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
fn what_is_asked_for_again_and_again_says_how_often() {
    let polled = Screen::open("pods").list(&shop()).answer(vec![Delta::Every(Some(15))]);
    let title = polled.text().lines().next().unwrap().to_owned();
    assert!(title.contains(" every 15 s ") && !title.contains("live"), "{title}");
    let lost = polled.fails(Error::Offline("connection refused".into()));
    assert!(lost.has("stale 0s · offline") && !lost.has("every 15 s"), "{}", lost.text());
    assert!(lost.answer(vec![Delta::Mark("7".into())]).has("live"));
    let body = Delta::Body(Some(Arc::new(serde_json::json!({"kind": "Pod"}))));
    let object = Screen::open("pods").list(&shop()).keys("y").answer(vec![body, Delta::Every(Some(15))]);
    assert!(object.text().lines().next().unwrap().contains(" every 15 s "), "{}", object.text());
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
