//! How old the screen is while a mock server sends thousands of events a second.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::ground::Ground;
use crate::picture;
use crate::plan::Plan;
use crate::terminal::Terminal;

/// Events a second.
const RATE: u32 = 5000;

/// Milliseconds from the moment at which the server sent a restart count of the first pod until the screen shows it.
pub fn measure(terminal: &mut Terminal, ground: &Ground, plan: &Plan) -> Vec<f64> {
    if ground.is_real() {
        return Vec::new();
    }
    // To the top, where the first pod is.
    terminal.keys("g");
    std::thread::sleep(Duration::from_millis(300));
    let churn = ground.churn(RATE, plan.busy.as_secs());
    let (began, epoch) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros() as u64);
    let mut seen = Vec::new();
    while began.elapsed() < plan.busy + Duration::from_secs(2) {
        let last = seen.last().map_or(0, |(count, _)| *count);
        terminal.aim(picture::restarts_beyond(&ground.pods, last));
        let Some(at) = terminal.reached(0, Duration::from_secs(2)) else { break };
        let count = terminal.with(|screen| picture::restarts(screen, &ground.pods)).unwrap_or_default();
        seen.push((count, epoch + at.saturating_duration_since(began).as_micros() as u64));
    }
    drop(churn);
    let sent = ground.probes().unwrap_or_default();
    let lag = |(count, at): &(u32, u64)| {
        let (_, micros) = sent.iter().find(|(restarts, _)| restarts == count)?;
        Some(at.saturating_sub(*micros) as f64 / 1000.0)
    };
    // The first was on the screen before.
    seen.iter().skip(1).filter_map(lag).collect()
}
