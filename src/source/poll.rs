//! Questions that are asked again and again because nothing tells of changes. Only a stream that somebody looks at asks:
//! it is dropped when nobody does. One that fails ends, and whoever opened it waits longer each time ([`Pause`]).

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::out::Out;
use super::pause::Pause;
use crate::model::Delta;

/// Up to this part of the interval is added to it, so that those who began together do not all ask together for ever.
const SPREAD: u32 = 16;

pub struct Poll {
    every: Duration,
    pause: Pause,
}

impl Poll {
    /// Asks every so many seconds, and says so: whoever looks has to know how old what they see may be.
    pub fn every<T>(secs: u16, out: &mut Out<Delta<T>>) -> Self {
        out.say(Delta::Every(secs));
        Self::unseen(Duration::from_secs(secs.into()))
    }

    /// The same for what no view shows.
    pub fn unseen(every: Duration) -> Self {
        Self { every, pause: Pause::default() }
    }

    /// Waits until it is time to ask again.
    pub async fn wait(&mut self) {
        self.wait_from(Instant::now()).await;
    }

    /// The same, counted from a moment that has passed.
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
