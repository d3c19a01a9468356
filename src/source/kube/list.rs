//! Lists: a page for the eye, a stream for the table.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::ask::Ask;
use super::out::Out;
use super::rows::Rows;
use super::server::{Reply, Server};
use super::watch::follow;
use super::wire::{self, ListMeta, Piece};
use crate::model::{Delta, Error, Id, Object, Result, Version, Wire};

/// One screen and some scrolling; whatever the size of the cluster it is there at once.
const PAGE: &str = "500";

/// How often a list is asked for again when the server does not let us watch it.
pub const UNWATCHED: u16 = 15;

/// A list that is kept up to date.
pub struct Listing {
    pub server: Arc<Server>,
    pub rows: Rows,
}

impl Listing {
    /// Lists, then watches, for as long as somebody listens; with `since` it goes on from there.
    pub async fn run(mut self, since: Option<Version>, out: &mut Out) -> Result<()> {
        let mut version = match since {
            Some(version) => version.to_string(),
            None => self.list(Start::Cache, out).await?,
        };
        loop {
            match self.watch(version, out).await {
                Ok(()) => version = self.list(Start::Now, out).await?,
                Err(Error::Denied(_) | Error::Unsupported(_)) => return self.poll(UNWATCHED, out).await,
                Err(e) => return Err(e),
            }
        }
    }

    /// Lists every `secs` seconds.
    pub async fn poll(&mut self, secs: u16, out: &mut Out) -> Result<()> {
        loop {
            out.say(Delta::Reset);
            self.pages(None, out).await?;
            out.say(Delta::Ready);
            out.flush().await;
            tokio::time::sleep(Duration::from_secs(secs.into())).await;
        }
    }

    async fn list(&mut self, start: Start, out: &mut Out) -> Result<String> {
        out.say(Delta::Reset);
        let version = match self.server.cuts_long_bodies() {
            true => self.pages(Some(PAGE), out).await?,
            false => self.both(start, out).await?,
        };
        out.say(Delta::Ready);
        out.say(Delta::Mark(Version::from(version.as_str())));
        out.flush().await;
        Ok(version)
    }

    /// The first page and the whole list at once. The page only fills the time until the list arrives, unless the
    /// page is all there is.
    async fn both(&mut self, start: Start, out: &mut Out) -> Result<String> {
        let mut page = Arrival::new(&self.server, self.rows.ask().with("limit", PAGE));
        let mut whole = Arrival::new(&self.server, start.ask(self.rows.ask()));
        let mut early = HashSet::new();
        let first = loop {
            tokio::select! {
                biased;
                chunk = whole.chunk() => break chunk?,
                chunk = page.chunk() => match chunk {
                    Ok(Some(chunk)) => self.take(&mut page, &chunk, out, &mut |row| early.extend([row.id.clone()]))?,
                    Ok(None) if page.is_all() => return Ok(page.meta.resource_version),
                    Ok(None) | Err(_) => break whole.chunk().await?,
                },
            }
            out.flush().await;
        };
        drop(page);
        match self.rest(&mut whole, first, &mut early, out).await {
            Err(Error::Offline(_)) if whole.items > 0 => self.shorter(out).await,
            Err(e) => Err(e),
            Ok(()) => {
                early.into_iter().for_each(|id| out.say(Delta::Remove(id)));
                Ok(whole.meta.resource_version)
            }
        }
    }

    async fn rest(
        &mut self,
        whole: &mut Arrival,
        first: Option<Bytes>,
        early: &mut HashSet<Id>,
        out: &mut Out,
    ) -> Result<()> {
        let mut next = first;
        while let Some(chunk) = next {
            self.take(whole, &chunk, out, &mut |row| {
                if !early.is_empty() {
                    early.remove(&row.id);
                }
            })?;
            out.flush().await;
            next = whole.chunk().await?;
        }
        whole.finish()
    }

    /// The whole list broke off: page by page it may come through, and then it is asked for so from now on.
    async fn shorter(&mut self, out: &mut Out) -> Result<String> {
        out.say(Delta::Reset);
        let version = self.pages(Some(PAGE), out).await?;
        self.server.cuts.store(true, Ordering::Relaxed);
        Ok(version)
    }

    /// Page after page, or everything in one when the server knows no pages.
    async fn pages(&mut self, limit: Option<&str>, out: &mut Out) -> Result<String> {
        let mut next = String::new();
        loop {
            let mut ask = self.rows.ask();
            if let Some(limit) = limit {
                ask = ask.with("limit", limit);
            }
            if !next.is_empty() {
                ask = ask.with("continue", &next);
            }
            let mut page = Arrival::new(&self.server, ask);
            while let Some(chunk) = page.chunk().await? {
                self.take(&mut page, &chunk, out, &mut |_| {})?;
                out.flush().await;
            }
            page.finish()?;
            if page.meta.next.is_empty() {
                return Ok(page.meta.resource_version);
            }
            next = page.meta.next;
        }
    }

    /// Says the rows of a chunk.
    fn take(&mut self, from: &mut Arrival, chunk: &Bytes, out: &mut Out, seen: &mut Seen<'_>) -> Result<()> {
        let Arrival { list, wire, meta, items, .. } = from;
        let Some(list) = list else { return Ok(()) };
        list.feed(chunk, &mut |piece| {
            match piece {
                Piece::Meta(said) => {
                    out.extend(said.remaining.and_then(|n| u64::try_from(n).ok()).map(Delta::Remaining));
                    *meta = said;
                }
                Piece::Columns(definitions) => out.extend(self.rows.define(definitions)?),
                Piece::Item(bytes) => {
                    *items += 1;
                    let fresh = self.rows.read(*wire, bytes)?;
                    out.extend(fresh.columns);
                    out.extend(fresh.rows.inspect(&mut *seen).map(Delta::Upsert));
                }
            }
            Ok(())
        })
    }

    /// Says what changes from `version` on, until the server has forgotten that version.
    async fn watch(&mut self, version: String, out: &mut Out) -> Result<()> {
        let Self { server, rows } = self;
        let ask = rows.ask();
        follow(server, &ask, version, out, &mut |change, wire, bytes, out| rows.tell(change, wire, bytes, out)).await
    }
}

type Seen<'a> = dyn FnMut(&Object) + Send + 'a;

/// How fresh a list has to be.
#[derive(Clone, Copy)]
enum Start {
    /// Whatever the server has in its watch cache: the fastest, and the watch brings the rest.
    Cache,
    /// After the server forgot our version, its cache may be older than what we have.
    Now,
}

impl Start {
    fn ask(self, ask: Ask) -> Ask {
        match self {
            Self::Cache => ask.with("resourceVersion", "0"),
            Self::Now => ask,
        }
    }
}

/// A list on its way.
struct Arrival {
    chunks: BoxStream<'static, Result<(Wire, Bytes)>>,
    list: Option<wire::List>,
    wire: Wire,
    meta: ListMeta,
    items: usize,
}

impl Arrival {
    fn new(server: &Arc<Server>, ask: Ask) -> Self {
        let chunks = chunks(server.clone(), ask);
        Self { chunks, list: None, wire: Wire::Json, meta: ListMeta::default(), items: 0 }
    }

    /// The next bytes; nothing is lost when this is dropped while it waits.
    async fn chunk(&mut self) -> Result<Option<Bytes>> {
        let Some((wire, bytes)) = self.chunks.next().await.transpose()? else { return Ok(None) };
        self.wire = wire;
        self.list.get_or_insert_with(|| wire::List::new(wire));
        Ok(Some(bytes))
    }

    fn finish(&self) -> Result<()> {
        self.list.as_ref().ok_or_else(wire::cut)?.finish()
    }

    /// Whole, and the last page.
    fn is_all(&self) -> bool {
        self.finish().is_ok() && self.meta.next.is_empty()
    }
}

fn chunks(server: Arc<Server>, ask: Ask) -> BoxStream<'static, Result<(Wire, Bytes)>> {
    enum At {
        Start(Ask),
        Body(Reply),
    }
    let step = move |at: At| {
        let server = server.clone();
        async move {
            let mut reply = match at {
                At::Start(ask) => server.ask(&ask).await?,
                At::Body(reply) => reply,
            };
            let chunk = server.chunk(&mut reply).await?;
            Ok(chunk.map(|chunk| ((reply.wire(), chunk), At::Body(reply))))
        }
    };
    stream::try_unfold(At::Start(ask), step).boxed()
}
