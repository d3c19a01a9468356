//! The guided tour: what it says at each step, at both sizes, and that it goes on when the step is done.

use crossterm::event::{KeyCode, KeyEvent};
use spyhop::app::Message;
use spyhop::app::keymap::Keymap;
use spyhop::app::tour::STEPS;

use crate::screen::{Screen, kind};
use crate::tables::shop;

fn pods() -> Screen {
    Screen::open("pods").list(&shop()).found(vec![kind("pods"), kind("routes")])
}

fn step(screen: &Screen) -> Option<&'static str> {
    screen.state.display.tour.as_ref().map(|tour| tour.step().title)
}

#[test]
fn every_step_at_both_sizes() {
    for (at, step) in STEPS.iter().enumerate() {
        for (width, height) in [(80, 24), (160, 45)] {
            let screen = pods().sized(width, height).keys(&format!(": \"tour_{}\" enter", at + 1)).pass(5_000);
            let name = format!("tour-{}-{}-{width}x{height}", at + 1, step.title.to_lowercase());
            insta::assert_snapshot!(name, screen.text());
        }
    }
}

#[test]
fn each_step_waits_until_it_is_done() {
    let screen = pods().keys(": \"tour\" enter");
    assert_eq!(step(&screen), Some("Open"));
    let screen = screen.keys("j j");
    assert_eq!(step(&screen), Some("Open"), "moving is not opening");
    let screen = screen.keys(": \"pods\" enter").list(&shop());
    assert_eq!(step(&screen), Some("Find"));
    let screen = screen.keys("/ \"cart\"");
    assert_eq!(step(&screen), Some("Find"), "still typing");
    let screen = screen.keys("enter");
    assert_eq!(step(&screen), Some("Describe"));
    let screen = screen.keys("d");
    assert_eq!(step(&screen), Some("Logs"));
    assert!(
        screen.has("esc comes back to the rows first") || screen.has("q comes back to the rows first"),
        "{}",
        screen.text()
    );
    let screen = screen.keys("esc l");
    assert_eq!(step(&screen), Some("Shell"));
    let screen = crate::sessions::read(screen.keys("esc s"), &["app"]);
    assert_eq!(step(&screen), Some("Edit"));
    assert!(screen.has("leaves the shell running"), "{}", screen.text());
    let screen = screen.keys("ctrl-] : \"tour_next\" enter : \"routes\" enter");
    assert_eq!(step(&screen), Some("Leave"));
}

/// A terminal may hand over many keys at once.
#[test]
fn steps_in_one_batch_of_keys_are_seen() {
    let mut screen = pods().keys(": \"tour\" enter");
    let typed = |text: &str| text.chars().map(|c| Message::Key(KeyEvent::from(KeyCode::Char(c)))).collect::<Vec<_>>();
    let mut keys = typed(":pods");
    keys.push(Message::Key(KeyEvent::from(KeyCode::Enter)));
    keys.extend(typed("/cart"));
    keys.push(Message::Key(KeyEvent::from(KeyCode::Enter)));
    screen.state.turn(keys).clear();
    assert_eq!(step(&screen), Some("Describe"));
}

#[test]
fn one_key_ends_it_and_shadows_nothing() {
    let screen = pods().keys(": \"tour\" enter");
    assert!(screen.has("ctrl-t ends the tour"), "{}", screen.text());
    let screen = screen.keys("ctrl-t");
    assert_eq!(step(&screen), None);
    assert!(!screen.has("Type :pods"), "{}", screen.text());
    for name in Keymap::names() {
        let map = Keymap::named(name).unwrap();
        let others = map.bindings().filter(|(_, key, line)| *key == "ctrl-t" && *line != "tour-end");
        assert_eq!(others.count(), 0, "{name}");
    }
}

#[test]
fn it_speaks_in_the_keys_of_the_user() {
    let mut screen = pods();
    screen.state.keymap = Keymap::named("vim").unwrap();
    let screen = screen.keys(": \"tour_3\" enter");
    assert!(screen.has("Press K on a row"), "{}", screen.text());
}

#[test]
fn low_screens_keep_their_lines() {
    let screen = pods().sized(80, 12).keys(": \"tour\" enter");
    assert!(!screen.has("ends the tour") && screen.has("cart-2"), "{}", screen.text());
}
