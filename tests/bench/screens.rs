//! One run of a program with a screen.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::picture;
use crate::plan::Plan;
use crate::proc::{self, Meter};
use crate::sample::{Sample, quantile};
use crate::servers::{Churn, Pods, kubeconfig};
use crate::terminal::Terminal;

pub struct Explorer {
    pub name: &'static str,
    pub path: PathBuf,
    pub args: &'static [&'static str],
}

const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";

/// So long may anything take before it counts as never.
const LIMIT: Duration = Duration::from_secs(20);

pub fn spyhop() -> Explorer {
    Explorer { name: "spyhop", path: env!("CARGO_BIN_EXE_spyhop").into(), args: &["-A"] }
}

/// Peers on PATH, and the names of those that are not.
pub fn peers() -> (Vec<Explorer>, Vec<&'static str>) {
    let known: [(&str, &[&str]); 3] = [("k9s", &["-A", "-c", "pods"]), ("kdash", &[]), ("kubetui", &["-A"])];
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

pub fn start(path: &Path, args: &[&str], pods: &Pods) -> Terminal {
    Terminal::start(path, args, &kubeconfig(), vec![picture::rows(pods), picture::all(pods)])
}

pub fn run(explorer: &Explorer, pods: &Pods, plan: &Plan) -> Sample {
    let mut terminal = start(&explorer.path, explorer.args, pods);
    let pid = terminal.pid();
    let since = |at: Instant| at.duration_since(terminal.started).as_secs_f64();
    let all = terminal.reached(1, LIMIT).map(since);
    let cpu_to_all = proc::cpu(pid).filter(|_| all.is_some());
    let first = terminal.reached(0, Duration::ZERO).map(since);
    if first.is_none() || all.is_none() {
        eprintln!("{}: not all rows within {LIMIT:?}:\n{}", explorer.name, terminal.with(|screen| screen.contents()));
    }
    sleep(plan.settle);
    let (idle, idle_bytes) = window(&terminal, plan.idle);
    let churn = Churn::start(plan.churn_seconds());
    terminal.aim(terminal.with(picture::differs));
    terminal.reached(0, LIMIT);
    let (busy, busy_bytes) = window(&terminal, plan.busy);
    let keys = press(&mut terminal, plan.keys);
    let peak = proc::peak(pid);
    drop((terminal, churn));
    Sample { first, all, cpu_to_all, peak, idle, busy, idle_bytes, busy_bytes, keys }
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
