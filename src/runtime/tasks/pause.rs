//! How long a stream waits before it is opened again.

use std::time::Duration;

use crate::model::Error;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(15);

/// Twice as long each time, and somewhere between half of that and all of it: streams that lost the same server at the
/// same moment do not all come back at the same moment.
#[derive(Debug)]
pub struct Pause {
    most: Duration,
    random: u64,
}

impl Pause {
    pub fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self { most: FIRST, random: seed | 1 }
    }

    /// One that goes its own way.
    pub fn another(&mut self) -> Self {
        self.share();
        Self::new(self.random)
    }

    /// After an error that ended a stream which had lasted so long. What a user has to change first is not asked for
    /// every other moment. A busy server that asks us to wait is obeyed by its source, for all streams alike.
    pub fn after(&mut self, error: &Error, lasted: Duration) -> Duration {
        if lasted > LONGEST {
            self.restart();
        }
        match error {
            Error::Denied(_) | Error::Unsupported(_) | Error::Login { .. } => LONGEST * 2,
            Error::Offline(_) | Error::Gone(_) | Error::Conflict(_) | Error::Invalid(_) => self.next(),
        }
    }

    fn next(&mut self) -> Duration {
        let half = self.most / 2;
        self.most = (self.most * 2).min(LONGEST);
        half + half.mul_f64(self.share())
    }

    /// The next pause is a first one again.
    fn restart(&mut self) {
        self.most = FIRST;
    }

    /// From 0 to 1 (Marsaglia's xorshift).
    fn share(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1u64 << 53) as f64
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
}
