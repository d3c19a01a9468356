//! One run of a program with a screen.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::ground::Ground;
use crate::picture;
use crate::plan::Plan;
use crate::proc::{self, Meter};
use crate::sample::{Sample, quantile};
use crate::servers::RATE;
use crate::terminal::Terminal;
use crate::{lag, typing};

pub struct Explorer {
    pub name: &'static str,
    pub path: PathBuf,
    pub args: &'static [&'static str],
}

pub const DOWN: &str = "\x1b[B";
pub const UP: &str = "\x1b[A";

pub fn spyhop() -> Explorer {
    // Another build of it may be measured with the same means.
    let path = std::env::var_os("SPYHOP_BENCH_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_spyhop").into());
    Explorer { name: "spyhop", path: path.into(), args: &["-A"] }
}

/// Peers on PATH, and the names of those that are not.
pub fn peers() -> (Vec<Explorer>, Vec<&'static str>) {
    // Without its header k9s has room for forty rows too.
    let k9s: &[&str] = &["-A", "-c", "pods", "--headless", "--crumbsless"];
    let known: [(&str, &[&str]); 3] = [("k9s", k9s), ("kdash", &[]), ("kubetui", &["-A"])];
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    for (name, args) in known {
        match on_path(name) {
            Some(path) => found.push(Explorer { name, path, args }),
            None => absent.push(name),
        }
    }
    (found, absent)
}

pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

pub fn start(path: &Path, args: &[&str], ground: &Ground) -> Terminal {
    Terminal::start(path, args, &ground.kubeconfig, vec![picture::rows(&ground.pods), picture::all(&ground.pods)])
}

pub fn run(explorer: &Explorer, ground: &Ground, plan: &Plan) -> Sample {
    let mut sample = opened(explorer, ground, plan);
    if explorer.name == spyhop().name {
        sample.early = typing::early(explorer, ground, plan);
    }
    sample
}

fn opened(explorer: &Explorer, ground: &Ground, plan: &Plan) -> Sample {
    let mut terminal = start(&explorer.path, explorer.args, ground);
    let pid = terminal.pid();
    let since = |at: Instant| at.duration_since(terminal.started).as_secs_f64();
    let asked = ground.requests();
    let all = terminal.reached(1, plan.limit).map(since);
    let cpu_to_all = proc::cpu(pid).filter(|_| all.is_some());
    let first = terminal.reached(0, Duration::ZERO).map(since);
    if first.is_none() || all.is_none() {
        let limit = plan.limit;
        eprintln!("{}: not all rows within {limit:?}:\n{}", explorer.name, terminal.with(|screen| screen.contents()));
    }
    sleep(plan.settle);
    let resident = proc::resident(pid);
    let (idle, idle_bytes) = window(&terminal, plan.idle);
    let requests = ground.requests().zip(asked).map(|(now, before)| (now - before) as f64);
    let churn = ground.churn(RATE, plan.churn_seconds());
    terminal.aim(terminal.with(picture::differs));
    terminal.reached(0, plan.limit);
    let (busy, busy_bytes) = window(&terminal, plan.busy);
    let keys = press(&mut terminal, plan.keys);
    drop(churn);
    let ours = explorer.name == spyhop().name;
    let typed = if ours { typing::filter(&mut terminal, ground, plan) } else { typing::Typed::default() };
    let lags = if ours { lag::measure(&mut terminal, ground, plan) } else { Vec::new() };
    let peak = proc::peak(pid);
    drop(terminal);
    let (shown, filtered) = (typed.shown, typed.filtered);
    let sample =
        Sample { first, all, cpu_to_all, resident, peak, idle, busy, idle_bytes, busy_bytes, ..Sample::default() };
    Sample { keys, requests, shown, filtered, lags, ..sample }
}

/// CPU and bytes over an interval.
fn window(terminal: &Terminal, length: Duration) -> (Option<f64>, Option<f64>) {
    let (meter, bytes) = (Meter::new(terminal.pid()), terminal.bytes());
    sleep(length);
    let rate = (terminal.bytes() - bytes) as f64 / length.as_secs_f64();
    (meter.and_then(|meter| meter.percent()), Some(rate))
}

/// Twenty rows down, twenty up, over and over, with pauses of many lengths, so that keys fall anywhere between frames.
pub fn press(terminal: &mut Terminal, keys: usize) -> Vec<f64> {
    let mut took = Vec::new();
    let mut lost = 0;
    // Away from the top: when a selected pod goes, the selection drifts, and at the top a key up moves nothing.
    terminal.keys(&DOWN.repeat(10));
    sleep(Duration::from_millis(200));
    for i in 0..keys {
        sleep(Duration::from_millis(20 + (i as u64 * 7919) % 31));
        let down = (i / 20) % 2 == 0;
        terminal.aim(terminal.with(picture::moved));
        let pressed = terminal.keys(if down { DOWN } else { UP });
        match terminal.reached(0, Duration::from_secs(1)) {
            Some(moved) => took.push(moved.saturating_duration_since(pressed).as_secs_f64() * 1000.0),
            None => lost += 1,
        }
        if lost > 5 {
            break;
        }
    }
    if lost > 0 {
        // They count as slow as they were waited for.
        took.extend(std::iter::repeat_n(1000.0, lost));
        eprintln!("{lost} keys moved nothing within a second; p99 {:?} ms", quantile(&took, 0.99));
    }
    took
}
