//! A server that goes and one that hangs: when the screen says so, and how keys answer meanwhile.

use std::time::{Duration, Instant};

use crate::ground::Ground;
use crate::picture;
use crate::sample::quantile;
use crate::screens::{press, spyhop, start};
use crate::servers::{Dead, Frozen};
use crate::terminal::Terminal;

pub type Row = (&'static str, Option<f64>, &'static str);

/// A client that pings notices a hang within its own limits; more than that is never.
const NOTICED: Duration = Duration::from_secs(120);

pub fn rows(ground: &Ground, keys: usize) -> Vec<Row> {
    let mut rows = outage(ground);
    rows.extend(hang(ground, keys));
    rows
}

fn live(ground: &Ground) -> Terminal {
    let program = spyhop();
    let terminal = start(&program.path, program.args, ground);
    terminal.reached(1, Duration::from_secs(20));
    terminal.aim(picture::says(" live "));
    terminal.reached(0, Duration::from_secs(20));
    terminal
}

fn since(start: Instant, at: Option<Instant>) -> Option<f64> {
    at.map(|at| at.saturating_duration_since(start).as_secs_f64())
}

fn outage(ground: &Ground) -> Vec<Row> {
    let terminal = live(ground);
    terminal.aim(picture::says(" stale "));
    let start = Instant::now();
    let dead = Dead::now();
    let stale = since(start, terminal.reached(0, NOTICED));
    terminal.aim(picture::says(" live "));
    // Starts it and returns when it is ready.
    drop(dead);
    let ready = Instant::now();
    let back = since(ready, terminal.reached(0, NOTICED));
    vec![("outage: killed to stale", stale, "s"), ("outage: ready to live", back, "s")]
}

fn hang(ground: &Ground, keys: usize) -> Vec<Row> {
    let mut terminal = live(ground);
    terminal.aim(picture::says(" stale "));
    let start = Instant::now();
    let frozen = Frozen::now();
    let stale = since(start, terminal.reached(0, NOTICED));
    let took = press(&mut terminal, keys);
    terminal.aim(picture::says(" live "));
    let thawed = Instant::now();
    drop(frozen);
    let back = since(thawed, terminal.reached(0, NOTICED));
    vec![
        ("hang: frozen to stale", stale, "s"),
        ("hang: key p50", quantile(&took, 0.5), "ms"),
        ("hang: key p99", quantile(&took, 0.99), "ms"),
        ("hang: thawed to live", back, "s"),
    ]
}
