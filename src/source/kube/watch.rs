//! Watches: what happens to a list after it was read.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::time::Instant;

use super::error::{self, Status};
use super::list::Listing;
use super::out::Out;
use super::rows::Fresh;
use super::server::Reply;
use super::wire::{self, Change};
use crate::model::{Delta, Error, Object, Result, Version, Wire};

/// Servers send a bookmark about once a minute. After this much of nothing the connection is given up for a new one,
/// although the server lives.
const QUIET: Duration = Duration::from_secs(150);

/// A watch that ends sooner than this without a word is no server's time limit.
const TOO_SOON: Duration = Duration::from_secs(1);

impl Listing {
    /// Says what changes from `version` on. Ends when the server does not know that version any more.
    pub async fn watch(&mut self, mut version: String, out: &mut Out) -> Result<()> {
        loop {
            let (from, opened) = (version.clone(), Instant::now());
            match self.once(&mut version, out).await {
                Err(Error::Gone(_)) => return Ok(()),
                Err(e) => return Err(e),
                Ok(()) if version == from && opened.elapsed() < TOO_SOON => return Err(too_soon()),
                Ok(()) => {}
            }
        }
    }

    /// One watch request, to its end. Servers end them every so often, and so do proxies, less politely.
    async fn once(&mut self, version: &mut String, out: &mut Out) -> Result<()> {
        let ask = self.ask().with("watch", "1").with("allowWatchBookmarks", "true").with("resourceVersion", version);
        let mut reply = self.server.ask(&ask.plain()).await?;
        let mut watch = wire::Watch::new(reply.wire());
        while let Some(chunk) = self.next(&mut reply).await? {
            self.events(&mut watch, reply.wire(), &chunk, version, out)?;
            out.flush().await;
        }
        Ok(())
    }

    async fn next(&mut self, reply: &mut Reply) -> Result<Option<Bytes>> {
        let chunk = self.server.patiently(QUIET, reply.next()).await?;
        Ok(chunk.and_then(|chunk| chunk.ok().flatten()))
    }

    fn events(
        &mut self,
        watch: &mut wire::Watch,
        wire: Wire,
        chunk: &Bytes,
        version: &mut String,
        out: &mut Out,
    ) -> Result<()> {
        let before = version.clone();
        watch.feed(chunk, &mut |change, bytes| {
            match change {
                Change::Put => self.put(wire, bytes, out)?,
                Change::Deleted => out.extend(self.rows.event(wire, bytes)?.rows.map(gone)),
                Change::Bookmark => out.extend(self.rows.bookmark(bytes)?),
                Change::Error => return Err(status(wire, bytes)),
            }
            let newer = wire::version(wire, bytes);
            if !newer.is_empty() {
                *version = newer;
            }
            Ok(())
        })?;
        if *version != before {
            out.say(Delta::Mark(Version::from(version.as_str())));
        }
        Ok(())
    }

    /// An object that changed hands has no rows any more: those it had go.
    fn put(&mut self, wire: Wire, bytes: &[u8], out: &mut Out) -> Result<()> {
        let Fresh { columns, rows } = self.rows.event(wire, bytes)?;
        out.extend(columns);
        if rows.len() > 0 {
            out.extend(rows.map(Delta::Upsert));
            return Ok(());
        }
        drop(rows);
        out.extend(self.rows.anybodys(wire, bytes)?.into_iter().map(gone));
        Ok(())
    }
}

fn gone(row: Object) -> Delta {
    Delta::Remove(row.id)
}

fn too_soon() -> Error {
    Error::Offline("the server ends every watch at once".to_owned())
}

/// The `Status` of an ERROR event.
fn status(wire: Wire, bytes: &[u8]) -> Error {
    let status = match wire {
        Wire::Proto => super::proto::status(bytes),
        Wire::Json => Status::deserialize(&mut serde_json::Deserializer::from_slice(bytes)).unwrap_or_default(),
    };
    error::by_code(status.code, status.message)
}
