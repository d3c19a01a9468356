//! What one key writes is written only by who has seen it: not by a key that was typed ahead.

use crate::model::Time;

/// When something was first seen that one key writes, and when a key came that meant nothing to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caution {
    seen: Option<Time>,
    stray: Option<Time>,
}

/// So many milliseconds after each of both the key counts.
const WAIT: i64 = 300;

impl Caution {
    pub fn see(&mut self, now: Time) {
        self.seen.get_or_insert(now);
    }

    /// Somebody types, and means something else.
    pub fn stray(&mut self, now: Time) {
        self.stray = Some(now);
    }

    pub fn allows(&self, now: Time) -> bool {
        let past = |time: Time| now.since(time) >= WAIT;
        self.seen.is_some_and(past) && self.stray.is_none_or(past)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_counts_a_moment_after_the_first_frame_and_after_the_last_stray_key() {
        let mut caution = Caution::default();
        assert!(!caution.allows(Time(10_000)), "it was not seen");
        caution.see(Time(1_000));
        caution.see(Time(5_000));
        assert!(!caution.allows(Time(1_299)) && caution.allows(Time(1_300)));
        caution.stray(Time(2_000));
        assert!(!caution.allows(Time(2_299)) && caution.allows(Time(2_300)));
    }
}
