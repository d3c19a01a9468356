//! Keys while the first list arrives, and keys into the filter.

use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use vt100::Screen;

use crate::ground::Ground;
use crate::picture;
use crate::plan::Plan;
use crate::screens::{DOWN, Explorer, UP, start};
use crate::terminal::Terminal;

/// Milliseconds until a key moved the selection, for keys pressed before all rows were there.
pub fn early(explorer: &Explorer, ground: &Ground, plan: &Plan) -> Vec<f64> {
    let mut terminal = start(&explorer.path, explorer.args, ground);
    if terminal.reached(0, plan.limit).is_none() {
        return Vec::new();
    }
    let mut took = Vec::new();
    for i in 0..plan.keys {
        if terminal.with(|screen| picture::all(&ground.pods)(screen)) {
            break;
        }
        terminal.aim(terminal.with(picture::moved));
        let pressed = terminal.keys(if i / 20 % 2 == 0 { DOWN } else { UP });
        took.push(millis(pressed, terminal.reached(0, Duration::from_secs(1))));
        sleep(Duration::from_millis(5 + (i as u64 * 7919) % 13));
    }
    took
}

fn millis(pressed: Instant, at: Option<Instant>) -> f64 {
    at.map_or(1000.0, |at| at.saturating_duration_since(pressed).as_secs_f64() * 1000.0)
}

#[derive(Default)]
pub struct Typed {
    pub shown: Vec<f64>,
    pub filtered: Vec<f64>,
}

/// What is typed besides the name of the first pod: words of many rows, of some, of few.
const WORDS: &[&str] = &["running", "7", "fake-1 3"];
/// A table that was filtered for so long is as it will stay.
const QUIET: Duration = Duration::from_millis(350);

/// Keys that take longer are named, in milliseconds.
const SLOW: f64 = 50.0;

/// When what a key asks for was on the screen.
#[derive(Default)]
struct Seen {
    top: String,
    shown: Option<Instant>,
    filtered: Option<Instant>,
}

/// Words typed letter by letter, each for the first time, and taken back again.
pub fn filter(terminal: &mut Terminal, ground: &Ground, plan: &Plan) -> Typed {
    let (mut typed, mut slow) = (Typed::default(), Vec::new());
    sleep(plan.settle);
    for word in [ground.pods.first.1.as_str()].iter().chain(WORDS) {
        terminal.keys("/");
        sleep(QUIET);
        let start = terminal.with(cursor);
        let typing = (1..=word.len()).map(|end| (&word[end - 1..end], &word[..end]));
        let back = (1..word.len()).rev().map(|end| ("\x7f", &word[..end]));
        for (key, text) in typing.chain(back) {
            let seen = watch(terminal, start + text.len() as u16);
            let pressed = terminal.keys(key);
            sleep(QUIET);
            let seen = seen.lock().unwrap();
            let shown = millis(pressed, seen.shown);
            // Some letters make no difference, and nothing tells when they were looked at.
            let filtered = seen.filtered.map(|at| millis(pressed, Some(at)));
            typed.shown.push(shown);
            typed.filtered.extend(filtered);
            slow.extend((shown > SLOW || filtered.is_some_and(|took| took > SLOW)).then(|| {
                let filtered = filtered.map_or("no count changed".to_owned(), |took| format!("filtered {took:.0}"));
                format!("  filter {text:?}: letter {shown:.0} ms, {filtered}")
            }));
        }
        terminal.keys("\x1b\x1b");
        sleep(QUIET);
    }
    slow.iter().for_each(|line| eprintln!("{line}"));
    typed
}

/// From now on, when the cursor of the prompt first stands there, and when the counts of the title last changed.
fn watch(terminal: &Terminal, column: u16) -> Arc<Mutex<Seen>> {
    let seen = Arc::new(Mutex::new(Seen { top: terminal.with(top), ..Seen::default() }));
    let theirs = seen.clone();
    terminal.aim(Box::new(move |screen| {
        let mut seen = theirs.lock().unwrap();
        let (now, top) = (Instant::now(), top(screen));
        if seen.shown.is_none() && cursor(screen) == column {
            seen.shown = Some(now);
        }
        if seen.top != top {
            (seen.top, seen.filtered) = (top, Some(now));
        }
        false
    }));
    seen
}

/// The counts of the title, which tell when the table is filtered.
fn top(screen: &Screen) -> String {
    let line = picture::line(screen, 0);
    line.split_once(" of ")
        .map(|(before, _)| before.rsplit(' ').next().unwrap_or_default().to_owned())
        .unwrap_or_default()
}

/// Where the next letter would stand.
fn cursor(screen: &Screen) -> u16 {
    screen.cursor_position().1
}
