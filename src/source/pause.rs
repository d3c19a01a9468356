//! The wait before a server is asked the same again: [`Pause`] for a stream that is opened again, [`Pace`] for the
//! loops within a source.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::model::Error;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);
/// A round of a loop that lasts at least this long needs no pause after it.
const CALM: Duration = Duration::from_secs(5);

/// The upper bound doubles each time. The pause is a random time between half of the bound and the bound, so that
/// streams that lost the same server at the same moment do not all come back at the same moment.
#[derive(Debug)]
pub struct Pause {
    most: Duration,
    random: u64,
}

impl Default for Pause {
    fn default() -> Self {
        Self::new(RandomState::new().hash_one(0))
    }
}

impl Pause {
    pub fn new(seed: u64) -> Self {
        // xorshift never leaves zero.
        Self { most: FIRST, random: seed | 1 }
    }

    /// A new pause with a random sequence of its own.
    pub fn another(&mut self) -> Self {
        self.share();
        Self::new(self.random)
    }

    /// The pause after a stream that ended with this error and had lasted so long. If the user has to act first
    /// (rights, login, an API that is missing), the pause is long. If a busy server asked for a pause, its source obeys
    /// for all streams.
    pub fn after(&mut self, error: &Error, lasted: Duration) -> Duration {
        if lasted > LONGEST {
            self.restart();
        }
        match error {
            Error::Denied(_) | Error::Unsupported(_) | Error::Login { .. } => LONGEST * 2,
            Error::Offline(_)
            | Error::Lost(_)
            | Error::Gone(_)
            | Error::Unserved(_)
            | Error::Conflict(_)
            | Error::Invalid(_) => self.next(),
        }
    }

    fn next(&mut self) -> Duration {
        let half = self.most / 2;
        self.most = (self.most * 2).min(LONGEST);
        half + half.mul_f64(self.share())
    }

    /// Makes the next pause a first one again.
    fn restart(&mut self) {
        self.most = FIRST;
    }

    /// A random number from 0 to 1 (Marsaglia's xorshift).
    pub fn share(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The pace of a loop that asks a server. If the server ends the rounds at once, the time between their starts grows up
/// to [`LONGEST`]. After a round that lasted, the next one starts at once.
#[derive(Debug)]
pub struct Pace {
    pause: Pause,
    begun: Instant,
}

impl Default for Pace {
    /// The first round starts now.
    fn default() -> Self {
        Self { pause: Pause::default(), begun: Instant::now() }
    }
}

impl Pace {
    /// Waits until the next round may start.
    pub async fn turn(&mut self) {
        match self.begun.elapsed() >= CALM {
            true => self.pause.restart(),
            false => sleep_until(self.begun + self.pause.next()).await,
        }
        self.begun = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(seed: u64) -> Vec<Duration> {
        let mut pause = Pause::new(seed);
        (0..12).map(|_| pause.next()).collect()
    }

    #[test]
    fn pauses_grow_up_to_a_bound() {
        for (i, pause) in pauses(7).into_iter().enumerate() {
            let most = (FIRST * 2u32.pow(i as u32)).min(LONGEST);
            assert!(pause >= most / 2 && pause <= most, "{i}: {pause:?}");
        }
    }

    #[test]
    fn those_who_lost_a_server_together_do_not_come_back_together() {
        let mut first: Vec<Duration> = (0..100).map(|seed| pauses(seed * 2 + 1)[3]).collect();
        first.sort();
        let spread = first[99] - first[0];
        assert!(spread > FIRST * 3, "within {spread:?} of each other");
        assert_eq!(pauses(5), pauses(5));
    }

    #[test]
    fn after_a_success_pauses_are_short_again() {
        let mut pause = Pause::new(3);
        for _ in 0..9 {
            pause.next();
        }
        pause.restart();
        assert!(pause.next() <= FIRST);
    }

    /// How many turns begin within `secs` seconds when each lasts `turn` milliseconds.
    async fn turns(turn: u64, secs: u64) -> u32 {
        let (begun, mut pace, mut count) = (Instant::now(), Pace::default(), 1);
        loop {
            tokio::time::sleep(Duration::from_millis(turn)).await;
            pace.turn().await;
            if begun.elapsed() >= Duration::from_secs(secs) {
                return count;
            }
            count += 1;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_whose_turns_end_at_once_slows_down() {
        let first = turns(0, 1).await;
        assert!((3..=8).contains(&first), "{first} in the first second");
        let minute = turns(0, 60).await;
        assert!((7..=20).contains(&minute), "{minute} in the first minute");
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_whose_turns_last_is_not_held_up() {
        assert_eq!(turns(6_000, 60).await, 10);
    }
}
