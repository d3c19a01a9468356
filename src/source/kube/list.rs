//! Lists: a first page for the eye and the whole list for the table, then a watch.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use super::arrival::Arrival;
use super::ask::Ask;
use super::rows::Rows;
use super::server::Server;
use super::watch::follow;
use super::wire::Change;
use crate::model::{Delta, Error, Id, Identified, Object, Result, Str, Version};
use crate::source::out::Out;
use crate::source::pause::Pace;
use crate::source::poll::Poll;

/// The number of objects of the first page: enough for one screen and some scrolling. It arrives at once, however large
/// the cluster is.
const PAGE: &str = "500";

/// The time in which the first page has to say whether it is the whole list. Most lists are short, and then need no
/// second request.
const HEAD_START: Duration = Duration::from_millis(50);

/// The number of seconds after which a list is read again if the server does not let us watch it.
pub const UNWATCHED: u16 = 15;

/// A list that is kept up to date.
pub struct Listing<T = Object> {
    pub server: Arc<Server>,
    pub rows: Rows<T>,
    /// Whether somebody sees the rows while they arrive. A computed table needs the whole list, so a first page would
    /// be a wasted request.
    pub is_seen: bool,
}

impl<T: Identified> Listing<T> {
    /// Lists, then watches, until the stream is dropped. With `since` it starts with the watch.
    pub async fn run(mut self, since: Option<Version>, out: &mut Out<Delta<T>>) -> Result<()> {
        let mut version = match since {
            Some(version) => version.to_string(),
            None => self.list(Start::Cache, out).await?,
        };
        let mut pace = Pace::default();
        loop {
            match self.watch(version, out).await {
                Ok(()) => {
                    pace.turn().await;
                    version = self.list(Start::Now, out).await?;
                }
                Err(Error::Denied(_) | Error::Unsupported(_)) => return self.poll(UNWATCHED, out).await,
                Err(e) => return Err(e),
            }
        }
    }

    /// Reads the objects with these names again and again, for users who may read but not list them. An object that
    /// does not exist has no row.
    pub async fn named(&mut self, names: &[Str], out: &mut Out<Delta<T>>) -> Result<()> {
        let mut poll = Poll::every(UNWATCHED, out);
        loop {
            self.begin(out);
            for name in names {
                self.one(name, out).await?;
            }
            out.say(Delta::Ready);
            out.flush().await;
            poll.wait().await;
        }
    }

    fn begin(&self, out: &mut Out<Delta<T>>) {
        out.say(Delta::Reset);
        out.extend(self.rows.columns());
    }

    async fn one(&mut self, name: &Str, out: &mut Out<Delta<T>>) -> Result<()> {
        let mut reply = match self.server.ask(&self.rows.ask_for(name)).await {
            Err(Error::Gone(_)) => return Ok(()),
            reply => reply?,
        };
        let body = self.server.collect(&mut reply).await?;
        self.rows.tell(Change::Put, reply.wire(), &body, out)
    }

    /// Lists again every `secs` seconds.
    pub async fn poll(&mut self, secs: u16, out: &mut Out<Delta<T>>) -> Result<()> {
        let places = self.rows.places();
        let mut poll = Poll::every(secs, out);
        loop {
            self.begin(out);
            for place in &places {
                self.rows.look_into(place.clone());
                self.pages(None, out).await?;
            }
            out.say(Delta::Ready);
            out.flush().await;
            poll.wait().await;
        }
    }

    /// Sends the changes since `version`. Returns when the server no longer knows that version.
    async fn watch(&mut self, version: String, out: &mut Out<Delta<T>>) -> Result<()> {
        let Self { server, rows, .. } = self;
        let ask = rows.ask_for_changes();
        follow(server, &ask, version, out, &mut |change, wire, bytes, out| rows.tell(change, wire, bytes, out)).await
    }

    async fn list(&mut self, start: Start, out: &mut Out<Delta<T>>) -> Result<String> {
        self.begin(out);
        let version = match (self.server.cuts_long_bodies(), self.is_seen) {
            (true, _) => self.pages(Some(PAGE), out).await?,
            (false, true) => self.first(start, out).await?,
            (false, false) => self.at_once(start, out).await?,
        };
        out.say(Delta::Ready);
        out.say(Delta::Mark(Version::from(version.as_str())));
        out.flush().await;
        Ok(version)
    }

    /// Reads the first page. If the page does not soon say that it is the whole list, the whole list is requested as
    /// well.
    async fn first(&mut self, start: Start, out: &mut Out<Delta<T>>) -> Result<String> {
        let mut page = Arrival::new(&self.server, self.rows.ask().with("limit", PAGE));
        let mut early = HashSet::new();
        let soon = Instant::now() + HEAD_START;
        // In protobuf the metadata comes first. In JSON of custom resources it comes last.
        while let Ok(chunk) = timeout_at(soon, page.chunk()).await {
            let Some(chunk) = chunk? else { break };
            page.say(&chunk, &mut self.rows, out, &mut |row| early.extend([row.id().clone()]))?;
            out.flush().await;
            if page.has_told() {
                break;
            }
        }
        match page.is_last() {
            true => self.rest(&mut page, out).await,
            false => self.both(page, early, start, out).await,
        }
    }

    /// The whole list in one request.
    async fn at_once(&mut self, start: Start, out: &mut Out<Delta<T>>) -> Result<String> {
        let mut whole = Arrival::new(&self.server, start.ask(self.rows.ask()));
        let first = whole.chunk().await?;
        self.whole_or_pages(whole, first, HashSet::new(), out).await
    }

    /// Reads the first page and the whole list at the same time. The page only fills the time until the list arrives.
    async fn both(
        &mut self,
        mut page: Arrival,
        mut early: HashSet<Id>,
        start: Start,
        out: &mut Out<Delta<T>>,
    ) -> Result<String> {
        let mut whole = Arrival::new(&self.server, start.ask(self.rows.ask()));
        let first = loop {
            tokio::select! {
                biased;
                chunk = whole.chunk() => break chunk?,
                chunk = page.chunk() => match chunk {
                    Ok(Some(chunk)) => page.say(&chunk, &mut self.rows, out, &mut |row| early.extend([row.id().clone()]))?,
                    Ok(None) if page.is_last() => return page.version(),
                    Ok(None) | Err(_) => break whole.chunk().await?,
                },
            }
            out.flush().await;
        };
        drop(page);
        self.whole_or_pages(whole, first, early, out).await
    }

    /// Reads the whole list. If it breaks off, it is read page by page.
    async fn whole_or_pages(
        &mut self,
        mut whole: Arrival,
        first: Option<Bytes>,
        early: HashSet<Id>,
        out: &mut Out<Delta<T>>,
    ) -> Result<String> {
        match self.whole(&mut whole, first, early, out).await {
            Err(Error::Offline(_) | Error::Lost(_)) if whole.items > 0 => self.shorter(out).await,
            other => other,
        }
    }

    /// Reads the whole list, and then removes the rows that only the first page had.
    async fn whole(
        &mut self,
        whole: &mut Arrival,
        first: Option<Bytes>,
        mut early: HashSet<Id>,
        out: &mut Out<Delta<T>>,
    ) -> Result<String> {
        let mut next = first;
        while let Some(chunk) = next {
            whole.say(&chunk, &mut self.rows, out, &mut |row| {
                if !early.is_empty() {
                    early.remove(row.id());
                }
            })?;
            out.flush().await;
            next = whole.chunk().await?;
        }
        let version = whole.version()?;
        out.extend(early.into_iter().map(Delta::Remove));
        Ok(version)
    }

    /// Reads page by page after the whole list broke off. If that succeeds, the server is asked for pages from now on.
    async fn shorter(&mut self, out: &mut Out<Delta<T>>) -> Result<String> {
        out.say(Delta::Reset);
        let version = self.pages(Some(PAGE), out).await?;
        self.server.cuts.store(true, Ordering::Relaxed);
        Ok(version)
    }

    /// Reads all pages. Without a limit, everything is one page.
    async fn pages(&mut self, limit: Option<&str>, out: &mut Out<Delta<T>>) -> Result<String> {
        let ask = limit.into_iter().fold(self.rows.ask(), |ask, limit| ask.with("limit", limit));
        let mut page = Arrival::new(&self.server, ask.clone());
        let mut here = String::new();
        loop {
            let version = self.rest(&mut page, out).await?;
            let next = std::mem::take(&mut page.meta.next);
            if next.is_empty() {
                return Ok(version);
            }
            if next == here {
                return Err(Error::Offline("the server keeps sending the same page of the list".to_owned()));
            }
            page = Arrival::new(&self.server, ask.clone().with("continue", &next));
            here = next;
        }
    }

    async fn rest(&mut self, page: &mut Arrival, out: &mut Out<Delta<T>>) -> Result<String> {
        while let Some(chunk) = page.chunk().await? {
            page.say(&chunk, &mut self.rows, out, &mut |_| {})?;
            out.flush().await;
        }
        page.version()
    }
}

/// How recent a list has to be.
#[derive(Clone, Copy)]
pub enum Start {
    /// The state in the server's watch cache. This is the fastest, and the watch brings what is missing.
    Cache,
    /// The present state. After the server forgot our version, its cache may be older than our rows.
    Now,
}

impl Start {
    /// Adds the parameter for it to a question.
    pub fn ask(self, ask: Ask) -> Ask {
        match self {
            Self::Cache => ask.with("resourceVersion", "0"),
            Self::Now => ask,
        }
    }
}
