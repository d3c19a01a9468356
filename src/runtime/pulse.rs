//! Measures the loop: the number and duration of turns and frames, and the resources of the process. It always
//! measures, because that costs almost nothing. The values are read only while `:self` is open.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::app::own::{Timing, Vitals};
use crate::model::{Query, Time};

/// The number of latest measurements that are kept.
const KEPT: usize = 512;
/// The span over which the rate is computed.
const LATELY: Duration = Duration::from_secs(10);

/// The moments and durations of the latest measurements.
#[derive(Default)]
pub struct Beats(VecDeque<(Instant, u32)>);

impl Beats {
    pub fn note(&mut self, begun: Instant) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        let took = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.0.push_back((begun, took));
    }

    fn pace(&self, now: Instant) -> Timing {
        let mut took: Vec<u32> = self.0.iter().map(|(_, took)| *took).collect();
        took.sort_unstable();
        let share = |percent: usize| took.get((took.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        let lately = self.0.iter().rev().take_while(|(begun, _)| now.duration_since(*begun) < LATELY).count();
        // If the kept measurements cover a shorter span, that span is used.
        let span = match self.0.front() {
            Some((begun, _)) if lately == KEPT => now.duration_since(*begun),
            _ => LATELY,
        };
        let rate = lately as f32 / span.as_secs_f32().max(f32::EPSILON);
        Timing { rate, half: share(50).unwrap_or(0), most: share(99).unwrap_or(0) }
    }
}

pub struct Pulse {
    since: Time,
    pub turns: Beats,
    pub frames: Beats,
    /// When the processor time was last read, and its value then.
    worked: Option<(Instant, Duration)>,
}

impl Pulse {
    pub fn new(since: Time) -> Self {
        let (turns, frames) = (Beats::default(), Beats::default());
        Self { since, turns, frames, worked: worked().map(|worked| (Instant::now(), worked)) }
    }

    /// The figures; `held` is what each answer takes.
    pub fn read(&mut self, held: Vec<(Query, u64)>) -> Vitals {
        let now = Instant::now();
        Vitals {
            since: self.since,
            memory: status("VmRSS:"),
            peak: status("VmHWM:"),
            cpu: self.cpu(now),
            turns: self.turns.pace(now),
            frames: self.frames.pace(now),
            held,
        }
    }

    fn cpu(&mut self, now: Instant) -> Option<f32> {
        let worked = worked()?;
        let (when, before) = self.worked.replace((now, worked))?;
        let passed = now.duration_since(when).as_secs_f32();
        (passed > 0.0).then(|| worked.saturating_sub(before).as_secs_f32() / passed * 100.0)
    }
}

/// A value of `/proc/self/status`, in bytes; `None` on systems other than Linux.
fn status(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibi| kibi * 1024)
}

/// The processor time of the process (`utime` and `stime` of proc(5), in hundredths of a second).
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The program's name comes first and may hold anything, even a parenthesis.
    let (_, rest) = text.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11).map_while(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis((fields.next()? + fields.next()?) * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_that_of_the_last_ones() {
        let start = Instant::now();
        let at = |millis: u64| start + Duration::from_millis(millis);
        let mut beats = Beats::default();
        assert_eq!(beats.pace(start), Timing::default());
        beats.0.extend((0..100).map(|i| (at(0), if i == 7 { 9_000 } else { i })));
        assert_eq!(beats.pace(at(1)), Timing { rate: 10.0, half: 50, most: 99 });
        assert_eq!(beats.pace(at(10_001)).rate, 0.0);
        beats.0 = (0..KEPT as u64).map(|i| (at(20_000 + i), 1)).collect();
        let rate = beats.pace(at(21_000)).rate;
        assert!((500.0..520.0).contains(&rate), "{rate}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_process_knows_what_it_takes() {
        let mut pulse = Pulse::new(Time(0));
        pulse.turns.note(Instant::now());
        let vitals = pulse.read(Vec::new());
        assert!(vitals.memory > Some(1 << 20) && vitals.peak >= vitals.memory && vitals.cpu.is_some(), "{vitals:?}");
    }
}
