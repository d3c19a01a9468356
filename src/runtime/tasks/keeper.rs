//! Keeps one query answered.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

use super::backlog::Backlog;
use super::fleet::{self, Opener};
use super::inbox::Outbox;
use crate::app::Message;
use crate::model::{Delta, Error, Input, Query, Result, Version};
use crate::runtime::gate::Gate;
use crate::runtime::panics;
use crate::source::Sources;
use crate::source::pause::Pause;

/// The most deltas in one batch: few enough that a turn takes them in within a millisecond.
const BATCH: usize = 512;
/// The most deltas in one batch of log lines or session output, where each delta may be long.
const PUSHED: usize = 8;
/// The most rows of a list that wait for the loop. A list may be read slowly. A watch may not, but its deltas merge.
const LISTED: usize = 4 * BATCH;

/// Keeps one query answered: opens its stream, passes the pieces on, and opens it again when it ended.
pub struct Keeper {
    pub sources: Arc<Sources>,
    pub gate: Gate,
    pub query: Query,
    pub sender: Outbox,
    pub mark: Option<Version>,
    pub pause: Pause,
}

impl Keeper {
    pub async fn keep(mut self) {
        loop {
            let (opened, broken) = (Instant::now(), panics::count());
            let error = match panics::caught(self.once()).await {
                // The stream may also have ended because a part of the source panicked.
                Ok(Ok(())) if panics::count() == broken => return,
                Ok(Ok(())) => panics::broke(),
                Ok(Err(error)) | Err(error) => error,
            };
            if matches!(error, Error::Gone(_) | Error::Unserved(_) | Error::Invalid(_)) {
                self.mark = None;
            }
            let pause = self.pause.after(&error, opened.elapsed());
            let ended = Message::Ended { query: self.query.clone(), error };
            if self.sender.send(ended).await.is_err() {
                return;
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn once(&mut self) -> Result<()> {
        let Some(stream) = self.open() else { return Ok(()) };
        self.pass_on(stream).await
    }

    fn open(&mut self) -> Option<BoxStream<'static, Result<Delta>>> {
        let opener = Opener { sources: self.sources.clone(), gate: self.gate.clone() };
        match self.query.others().is_empty() {
            true => opener.open(&self.query, self.mark.clone()),
            false => Some(fleet::open(&Arc::new(opener), &self.query, &mut self.pause)),
        }
    }

    /// Runs a session, which is opened once and never again.
    pub async fn attend(mut self, input: Receiver<Input>) {
        let Some(source) = self.sources.get(self.query.at()).cloned() else { return };
        let stream = self.gate.session(source.as_ref(), &self.query, input);
        let passed = panics::caught(self.pass_on(stream)).await;
        if let Err(error) = passed.and_then(|passed| passed) {
            let _ = self.sender.send(Message::Ended { query: self.query, error }).await;
        }
    }

    /// The number of deltas in one batch, and the most that wait. Logs and sessions cannot be merged, so they use a
    /// short queue and apply back-pressure. Lists are merged and may grow.
    fn bounds(&self) -> (usize, usize) {
        match self.query {
            Query::Logs { .. } | Query::Session { .. } => (PUSHED, PUSHED),
            Query::Kinds { .. } | Query::List { .. } | Query::One { .. } | Query::Rules { .. } => (BATCH, usize::MAX),
        }
    }

    /// Reads the stream as fast as the source sends. Deltas that the loop has not taken are merged by object, so a slow
    /// screen costs memory for one row each, and the reader never waits for the screen.
    async fn pass_on(&mut self, mut stream: BoxStream<'static, Result<Delta>>) -> Result<()> {
        let mut waiting = Backlog::default();
        let mut ended = None;
        let sender = self.sender.clone();
        let (batch, most) = self.bounds();
        while ended.is_none() || !waiting.is_empty() {
            if waiting.len() >= batch
                && let Some(permit) = sender.try_reserve()
            {
                permit.send(self.answer(&mut waiting));
                continue;
            }
            let most = if waiting.is_listing() { LISTED.min(most) } else { most };
            tokio::select! {
                biased;
                piece = stream.next(), if ended.is_none() && waiting.len() < most => match piece {
                    Some(Ok(delta)) => self.note(&mut waiting, delta),
                    Some(Err(error)) => ended = Some(Err(error)),
                    None => ended = Some(Ok(())),
                },
                permit = sender.reserve(), if !waiting.is_empty() => {
                    let Ok(permit) = permit else { return Ok(()) };
                    permit.send(self.answer(&mut waiting));
                }
            }
        }
        ended.unwrap_or(Ok(()))
    }

    fn answer(&self, waiting: &mut Backlog) -> Message {
        Message::Answer { query: self.query.clone(), deltas: waiting.take(self.bounds().0) }
    }

    fn note(&mut self, waiting: &mut Backlog, delta: Delta) {
        if let Delta::Mark(version) = &delta {
            self.mark = Some(version.clone());
        }
        waiting.push(delta);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::BoxFuture;
    use futures::stream;

    use super::super::inbox::channel;
    use super::*;
    use crate::model::{Reply, Request, SourceId};
    use crate::runtime::audit::Audit;
    use crate::source::Source;

    /// A source that panics the first time and answers the second time.
    #[derive(Default)]
    struct Breaking(AtomicU32);

    impl Source for Breaking {
        fn open(&self, _: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
            assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0, "the first stream breaks");
            stream::iter([Ok(Delta::Reset), Ok(Delta::Ready)]).chain(stream::pending()).boxed()
        }

        fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
            Box::pin(async { Err(Error::Unsupported("nothing is done here".to_owned())) })
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_breaks_is_told_and_opened_again() {
        let at = SourceId(0);
        let (sender, mut inbox) = channel(4);
        let keeper = Keeper {
            sources: Arc::new(Sources::new(vec![Arc::new(Breaking::default())])),
            gate: Gate::new(Audit::new(None), &[]),
            query: Query::Kinds { at },
            sender,
            mark: None,
            pause: Pause::new(1),
        };
        let task = tokio::spawn(keeper.keep());
        let Some(Message::Ended { error, .. }) = inbox.recv().await else { panic!("nothing was told") };
        assert!(error.text().starts_with("a part of spyhop failed"), "{error}");
        let Some(Message::Answer { deltas, .. }) = inbox.recv().await else { panic!("it was not opened again") };
        assert_eq!(deltas.first(), Some(&Delta::Reset));
        task.abort();
    }
}
