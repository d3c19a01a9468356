//! Watches: events as they happen, bookmarks when nothing does.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::Mock;
use super::body::Body;
use super::faults::Bookmarks;
use super::proto;
use super::world::Event;

/// Events of one chunk.
const CHUNK: usize = 64;
const MINUTE: Duration = Duration::from_secs(60);
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(86_400);

struct Watch {
    mock: Mock,
    version: u64,
    /// How often watches had been ended when this one began.
    since: u32,
    over: bool,
}

/// What happens after a version.
pub fn watch(mock: &Mock, version: u64) -> Body {
    let since = mock.faults().hung_up;
    mock.0.watches.fetch_add(1, Ordering::Relaxed);
    let watch = Watch { mock: mock.clone(), version, since, over: false };
    stream::unfold(watch, |mut watch| async move { Some((Ok(watch.next().await?), watch)) }).boxed()
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.mock.0.watches.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Watch {
    async fn next(&mut self) -> Option<Bytes> {
        let minutely = self.mock.faults().bookmarks == Bookmarks::Minutely;
        let bookmark = Instant::now() + if minutely { MINUTE } else { NEVER };
        while !self.over && self.mock.faults().hung_up == self.since {
            let mock = self.mock.clone();
            let changed = mock.0.changed.notified();
            let mut changed = std::pin::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            let events = self.mock.world().since(self.version, CHUNK);
            match events {
                None => return Some(self.expired()),
                Some(events) if !events.is_empty() => return Some(self.tell(&events)),
                Some(_) => {}
            }
            if timeout_at(bookmark, changed).await.is_err() {
                return Some(self.bookmark());
            }
        }
        None
    }

    fn tell(&mut self, events: &[Event]) -> Bytes {
        let (doubled, bookmarks) = {
            let faults = self.mock.faults();
            (faults.doubled, faults.bookmarks)
        };
        let mut out = Vec::with_capacity(events.len() * 3200);
        for event in events {
            let mut pod = Vec::new();
            event.pod.write(&mut pod);
            (0..=u8::from(doubled)).for_each(|_| proto::frame(&mut out, event.what, "Pod", &pod));
            self.version = event.version;
            self.mock.note_probe(event);
        }
        if bookmarks == Bookmarks::Doubled {
            (0..2).for_each(|_| out.extend_from_slice(&self.bookmark()));
        }
        out.into()
    }

    fn bookmark(&self) -> Bytes {
        let (mut meta, mut pod, mut out) = (Vec::new(), Vec::new(), Vec::new());
        proto::text(&mut meta, 6, &self.version.to_string());
        proto::bytes(&mut pod, 1, &meta);
        proto::frame(&mut out, "BOOKMARK", "Pod", &pod);
        out.into()
    }

    fn expired(&mut self) -> Bytes {
        self.over = true;
        let mut out = Vec::new();
        proto::frame(&mut out, "ERROR", "Status", &proto::status(410, "Expired", "too old resource version"));
        out.into()
    }
}
