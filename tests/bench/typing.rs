//! Keys while the first list arrives, and keys into the filter.

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

/// The last letter of a filter, typed and taken back over and over.
pub fn filter(terminal: &mut Terminal, ground: &Ground, plan: &Plan) -> Typed {
    let mut typed = Typed::default();
    let name = &ground.pods.first.1;
    // Where names still differ: the end of most is all their own.
    let cut = name.len().saturating_sub(4);
    let (head, last, name) = (&name[..cut], &name[cut..=cut], &name[..=cut]);
    terminal.keys(&format!("/{head}"));
    sleep(plan.settle);
    let without = terminal.with(top);
    terminal.keys(last);
    sleep(plan.settle);
    let with = terminal.with(top);
    if with != without {
        for i in 0..plan.typed {
            let (key, text, goal) = if i % 2 == 0 { ("\x7f", head, &without) } else { (last, name, &with) };
            let (text, goal) = (format!("{text} "), goal.clone());
            terminal.aim(Box::new(move |screen| prompt(screen).is_some_and(|line| format!("{line} ").contains(&text))));
            let pressed = terminal.keys(key);
            typed.shown.push(millis(pressed, terminal.reached(0, Duration::from_secs(1))));
            terminal.aim(Box::new(move |screen| top(screen) == goal));
            typed.filtered.push(millis(pressed, terminal.reached(0, Duration::from_secs(2))));
            sleep(Duration::from_millis(20 + (i as u64 * 7919) % 31));
        }
    }
    terminal.keys("\x1b\x1b");
    sleep(plan.settle);
    typed
}

/// The counts of the title, which tell when the table is filtered.
fn top(screen: &Screen) -> String {
    let line = picture::line(screen, 0);
    line.split_once(" of ")
        .map(|(before, _)| before.rsplit(' ').next().unwrap_or_default().to_owned())
        .unwrap_or_default()
}

/// The line in which the filter is typed, which takes the place of the title.
fn prompt(screen: &Screen) -> Option<String> {
    Some(picture::line(screen, 0)).filter(|line| line.trim_start().starts_with('/'))
}
