//! Watches: reports the changes after a list or an object was read.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::time::Instant;

use super::ask::Ask;
use super::error::{self, Status};
use super::server::{Reply, Server};
use super::wire::{self, Change};
use crate::model::{Delta, Error, Result, Version, Wire};
use crate::source::out::Out;
use crate::source::pause::Pace;

/// The longest silence of a watch. Servers send a bookmark about once a minute. After this silence a new connection is
/// made, even if the server is alive.
const QUIET: Duration = Duration::from_secs(150);

/// The shortest normal watch. A watch that ends sooner without an event did not reach the server's time limit.
const TOO_SOON: Duration = Duration::from_secs(1);

/// Turns an event into deltas.
pub type Tell<'a, T> = dyn FnMut(Change, Wire, &[u8], &mut Out<Delta<T>>) -> Result<()> + Send + 'a;

/// Sends the changes since `version`. If the version is empty, the present state comes first. Returns when the server
/// no longer knows the version. The caller waits a little before it lists again, because the server may not know the
/// next version either.
pub async fn follow<T: Send>(
    server: &Server,
    ask: &Ask,
    mut version: String,
    out: &mut Out<Delta<T>>,
    tell: &mut Tell<'_, T>,
) -> Result<()> {
    let ask = ask.clone().with("watch", "1").with("allowWatchBookmarks", "true").plain();
    let mut pace = Pace::default();
    loop {
        let (from, opened) = (version.clone(), Instant::now());
        let ask = ask.clone().with_some("resourceVersion", &version);
        match once(server, &ask, &mut version, out, tell).await {
            Err(Error::Gone(_) | Error::Unserved(_)) => return Ok(()),
            Err(e) => return Err(e),
            Ok(()) if version == from && opened.elapsed() < TOO_SOON => return Err(too_soon()),
            Ok(()) => pace.turn().await,
        }
    }
}

/// Reads one watch to its end. Servers end watches now and then; so do proxies, often in the middle.
async fn once<T: Send>(
    server: &Server,
    ask: &Ask,
    version: &mut String,
    out: &mut Out<Delta<T>>,
    tell: &mut Tell<'_, T>,
) -> Result<()> {
    let mut reply = server.ask(ask).await?;
    if out.is_silent() {
        // A resumed answer is current as soon as the server accepts its version, even if nothing changes for hours.
        out.say(Delta::Mark(Version::from(version.as_str())));
        out.flush().await;
    }
    let wire = reply.wire();
    let mut watch = wire::Watch::new(wire);
    while let Some(chunk) = next(server, &mut reply).await? {
        let before = version.clone();
        watch.feed(&chunk, &mut |change, bytes| {
            let newer = match change {
                Change::Error => return Err(status(wire, bytes)),
                _ => wire::version(wire, bytes),
            };
            tell(change, wire, bytes, out)?;
            if !newer.is_empty() {
                *version = newer;
            }
            Ok(())
        })?;
        if *version != before {
            out.say(Delta::Mark(Version::from(version.as_str())));
        }
        out.flush().await;
    }
    Ok(())
}

/// The next bytes; `None` if the watch is over, however it ended. The next watch shows whether the server is alive.
async fn next(server: &Server, reply: &mut Reply) -> Result<Option<Bytes>> {
    let chunk = server.patiently(QUIET, reply.next()).await?;
    Ok(chunk.and_then(|chunk| chunk.ok().flatten()))
}

fn too_soon() -> Error {
    Error::Offline("the server closes every watch immediately".to_owned())
}

/// The `Status` of an ERROR event.
fn status(wire: Wire, bytes: &[u8]) -> Error {
    let status = match wire {
        Wire::Proto => super::proto::status(bytes),
        Wire::Json => Status::deserialize(&mut serde_json::Deserializer::from_slice(bytes)).unwrap_or_default(),
    };
    error::by_code(status.code, status.message)
}
