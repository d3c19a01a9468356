//! Hostile text through every panel: the bytes that would go to the terminal move nothing, set nothing and hide
//! nothing, and the rows around the panel stay as they are.

use std::io::Write;
use std::sync::Arc;

use ratatui::backend::CrosstermBackend;
use ratatui::{Terminal, TerminalOptions, Viewport};
use regex::Regex;
use serde_json::{Value, json};
use spyhop::app::{Level, Message};
use spyhop::model::{Delta, text};
use spyhop::ui;

use crate::random::Random;
use crate::screen::{Screen, pod};

/// Strings for each panel; together 100,000.
const STRINGS: usize = 20_000;

const NASTY: &[&str] = &[
    "\x1b[2J",
    "\x1b[H",
    "\x1b[31m",
    "\x1b]0;title\x07",
    "\x1b]52;c;aGk=\x07",
    "\x1b]8;;http://x\x1b\\",
    "\x1bP+q\x1b\\",
    "\x1b[6n",
    "\x1b[?1049l",
    "\x1b[1;999r",
    "\x1bc",
    "\u{9b}2J",
    "\u{9d}0;t\u{9c}",
    "\u{90}",
    "\x1b",
    "\r",
    "\n",
    "\x08",
    "\x07",
    "\t",
    "\x0e",
    "\x7f",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{200d}",
    "\u{feff}",
    "\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}",
    "👩‍👩‍👧‍👦",
    "世界",
    "\u{ad}",
    "🇩🇪",
    "\u{1f3f4}\u{e0067}\u{e0062}",
    "\u{fffd}",
    "é",
    "\u{85}",
    "\u{2028}",
];

impl Random {
    /// Up to 40 parts, each of random bytes or of what terminals obey.
    pub fn bytes(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        for _ in 0..self.below(40) {
            match self.below(3) {
                0 => out.extend_from_slice(NASTY[self.below(NASTY.len())].as_bytes()),
                1 => out.push(self.next() as u8),
                _ => out.push(b' ' + self.below(95) as u8),
            }
        }
        out
    }

    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}

/// The bytes of a frame on a terminal that was blank.
fn frame(screen: &Screen) -> Vec<u8> {
    let (width, height) = screen.state.display.size;
    let mut out = Vec::new();
    let viewport = Viewport::Fixed(ratatui::layout::Rect::new(0, 0, width, height));
    let backend = CrosstermBackend::new(out.by_ref());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    terminal.draw(|frame| ui::draw(&screen.state, frame)).unwrap();
    drop(terminal);
    out
}

/// Nothing but text, colours, and cursor moves to cells of the screen.
pub fn assert_harmless(screen: &Screen) {
    let bytes = frame(screen);
    let written = String::from_utf8(bytes).expect("a frame is text");
    let allowed = Regex::new(r"\x1b\[(\?25[lh]|[0-9;]*m|[0-9]+;[0-9]+H)").unwrap();
    let rest = allowed.replace_all(&written, "");
    let bad = rest.chars().find(|c| c.is_control() || text::clean(c.encode_utf8(&mut [0; 4])).is_empty() && is_odd(*c));
    assert!(bad.is_none(), "{bad:?} reaches the terminal: {:?}", rest);
}

/// What has no shape by itself but may belong to the one before.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{ad}')
}

/// The first two rows and the last: what stands around a panel.
fn around(screen: &Screen) -> Vec<String> {
    let text = screen.text();
    let lines: Vec<&str> = text.split('\n').collect();
    [lines[0], lines[1], lines[lines.len() - 1]].map(str::to_owned).to_vec()
}

fn hostile_pod(random: &mut Random, i: usize) -> Value {
    let mut body = pod("shop", &format!("{i:04}{}", random.text()), "Running");
    body["metadata"]["uid"] = format!("{i}").into();
    body["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": random.text()}});
    body["status"]["containerStatuses"][0]["ready"] = false.into();
    body["status"]["podIPs"][0]["ip"] = random.text().into();
    body["spec"]["nodeName"] = random.text().into();
    body["metadata"]["labels"] = json!({random.text(): random.text()});
    body
}

#[test]
fn table_cells() {
    let mut random = Random(0x5eed);
    let rows = 40;
    for _ in 0..STRINGS / (rows * 6) {
        let bodies: Vec<Value> = (0..rows).map(|i| hostile_pod(&mut random, i)).collect();
        let tame: Vec<Value> = (0..rows).map(|i| pod("shop", &format!("{i:04}"), "CrashLoopBackOff")).collect();
        let screen = Screen::open("pods").sized(160, 45).list(&bodies).keys("ctrl-w");
        let calm = Screen::open("pods").sized(160, 45).list(&tame).keys("ctrl-w");
        assert_eq!(around(&screen)[1..], around(&calm)[1..]);
        assert_harmless(&screen);
    }
}

/// An object with hostile text wherever users can write.
fn hostile_body(random: &mut Random) -> Value {
    let mut body = pod("shop", "cart-2", "Running");
    body["apiVersion"] = "v1".into();
    body["kind"] = "Pod".into();
    let map = |random: &mut Random| -> Value {
        let entries = (0..10).map(|_| (random.text(), Value::from(random.text())));
        Value::Object(entries.collect())
    };
    body["metadata"]["annotations"] = map(random);
    body["metadata"]["labels"] = map(random);
    body["spec"]["nodeSelector"] = map(random);
    body["status"]["message"] = random.text().into();
    let conditions = (0..5).map(
        |_| json!({"type": random.text(), "status": random.text(), "reason": random.text(), "message": random.text()}),
    );
    body["status"]["conditions"] = conditions.collect();
    body
}

fn page(key: &str) {
    let mut random = Random(0xfeed);
    let open = || Screen::open("pods").sized(160, 45).list(&[pod("shop", "cart-2", "Running")]).keys(key);
    for i in 0..STRINGS / 80 {
        let screen = open().answer(vec![Delta::Body(Some(Arc::new(hostile_body(&mut random))))]);
        let screen = if i % 2 == 0 { screen } else { screen.keys("pagedown") };
        assert!(around(&screen)[0].contains("cart-2"), "{}", screen.text());
        assert_harmless(&screen);
        let moved = screen.keys("l");
        assert_harmless(&moved);
    }
}

#[test]
fn yaml() {
    page("y");
}

#[test]
fn describe() {
    page("d");
}

#[test]
fn notices_prompts_and_crumbs() {
    let mut random = Random(0xbeef);
    let mut screen = Screen::open("pods").list(&[pod("shop", "cart-2", "Running")]);
    for _ in 0..STRINGS / 10 {
        screen.state.tell(Level::Bad, random.text());
        assert_harmless(&screen);
        screen.state.display.notice = None;
        screen = screen.keys(":");
        let typed = random.text();
        let _ = screen.state.turn([Message::Paste(typed)]);
        assert_harmless(&screen);
        screen = screen.keys("esc");
    }
}

#[test]
fn cleaning_is_idempotent_and_leaves_no_control() {
    let mut random = Random(0xcafe);
    for _ in 0..STRINGS {
        let dirty = random.text();
        let clean = text::clean(&dirty).into_owned();
        assert!(!clean.chars().any(char::is_control), "{dirty:?} becomes {clean:?}");
        assert_eq!(text::clean(&clean), clean, "{dirty:?}");
    }
}
