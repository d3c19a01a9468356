//! What a process used, from /proc.

use std::fs;
use std::time::Instant;

/// Ticks of the clock in which Linux counts CPU time: 100 a second on every architecture.
const TICKS: f64 = 100.0;

/// CPU seconds of all threads. What the scheduler counted is exact, but ends with each thread; the sum of all, in ticks
/// of 10 ms, also has those that ended, and a zombie still has it. So whichever is more.
pub fn cpu(pid: u32) -> Option<f64> {
    Some(ticked(pid)?.max(scheduled(pid).unwrap_or_default()))
}

fn ticked(pid: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

fn scheduled(pid: u32) -> Option<f64> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let nanos = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
    Some(nanos.filter_map(|text| text.split_whitespace().next()?.parse::<f64>().ok()).sum::<f64>() / 1e9)
}

/// The most memory that it ever had, in MiB.
pub fn peak(pid: u32) -> Option<f64> {
    memory(pid, "VmHWM:")
}

/// The memory that it has now, in MiB.
pub fn resident(pid: u32) -> Option<f64> {
    memory(pid, "VmRSS:")
}

fn memory(pid: u32, what: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// CPU time over an interval.
pub struct Meter {
    pid: u32,
    start: Instant,
    cpu: f64,
}

impl Meter {
    pub fn new(pid: u32) -> Option<Self> {
        Some(Self { pid, start: Instant::now(), cpu: cpu(pid)? })
    }

    /// Percent of one core.
    pub fn percent(&self) -> Option<f64> {
        Some((cpu(self.pid)? - self.cpu) / self.start.elapsed().as_secs_f64() * 100.0)
    }
}

pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}
