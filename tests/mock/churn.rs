//! Events at a rate, and when those were sent that a screen can show.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Mock;
use super::world::Event;

/// A restart count of the first pod, and when it was sent, in microseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    pub restarts: u32,
    pub micros: u64,
}

pub fn micros() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

/// Probes that are remembered.
const KEPT: usize = 10_000;

impl Mock {
    pub(super) fn note_probe(&self, event: &Event) {
        if event.pod.number == 0 && event.what == "MODIFIED" {
            let mut probes = super::locked(&self.0.probes);
            if probes.len() < KEPT {
                probes.push(Probe { restarts: event.pod.restarts, micros: micros() });
            }
        }
    }
}

/// Changes as many pods a second as the rate says, for ever: one in twenty is replaced by another, all others restart.
/// The first pod, which a screen shows, restarts five times a second when there are enough events for it.
pub async fn churn(mock: Mock) {
    const ROUNDS: u32 = 100;
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / ROUNDS);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let (mut step, mut owed) = (0u32, 0);
    for round in 0u32.. {
        ticks.tick().await;
        let rate = mock.0.rate.load(Ordering::Relaxed);
        owed += rate;
        if owed < ROUNDS {
            continue;
        }
        mock.change(|world| {
            if round.is_multiple_of(ROUNDS / 5) && rate > ROUNDS {
                world.restart(0);
            }
            for _ in 0..owed / ROUNDS {
                step = step.wrapping_add(1);
                // A few changes are made where the screen shows them; of many, the first pods are spared.
                let (first, many) = if rate > ROUNDS { (100, world.end()) } else { (0, 40) };
                let number = first + step.wrapping_mul(2_654_435_761) % many.saturating_sub(first).max(1);
                if step.is_multiple_of(20) && rate > ROUNDS { world.replace(number) } else { world.restart(number) }
            }
        });
        owed %= ROUNDS;
    }
}
