//! Repeats a question if the server does not report changes. Only streams that are wanted poll, because a stream that
//! is not wanted is dropped. If a poll fails, its stream ends, and the waits before it is opened again grow
//! ([`Pause`]).

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::out::Out;
use super::pause::Pause;
use crate::model::Delta;

/// A random time of up to one part in `SPREAD` of the interval is added to it, so that polls that started together
/// drift apart.
const SPREAD: u32 = 16;

pub struct Poll {
    every: Duration,
    pause: Pause,
}

impl Poll {
    /// A poll every `secs` seconds. It reports the interval, because a user has to know how old the rows may be.
    pub fn every<T>(secs: u16, out: &mut Out<Delta<T>>) -> Self {
        out.say(Delta::Every(Some(secs)));
        Self::unseen(Duration::from_secs(secs.into()))
    }

    /// A poll that no view shows, so that its interval is not reported.
    pub fn unseen(every: Duration) -> Self {
        Self { every, pause: Pause::default() }
    }

    /// Waits until it is time to ask again.
    pub async fn wait(&mut self) {
        self.wait_from(Instant::now()).await;
    }

    /// The same, but the interval starts at `begun`, a moment in the past.
    pub async fn wait_from(&mut self, begun: Instant) {
        sleep_until(begun + self.every + (self.every / SPREAD).mul_f64(self.pause.share())).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn those_who_began_together_drift_apart_but_never_ask_sooner() {
        let begun = Instant::now();
        let (mut one, mut other) = (Poll::unseen(Duration::from_secs(16)), Poll::unseen(Duration::from_secs(16)));
        let took = async |poll: &mut Poll| {
            poll.wait_from(begun).await;
            begun.elapsed()
        };
        let (first, second) = tokio::join!(took(&mut one), took(&mut other));
        assert_ne!(first, second);
        for waited in [first, second] {
            assert!((16_000..=17_001).contains(&waited.as_millis()), "{waited:?}");
        }
    }
}
