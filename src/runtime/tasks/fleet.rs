//! Joins the streams of several sources to one answer. Each stream is kept open separately, so that a lost source
//! leaves the others alone and is tried again.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tokio::time::Instant;

use crate::model::{Delta, Error, Query, Result, Version};
use crate::runtime::gate::Gate;
use crate::source::Sources;
use crate::source::fleet::{Told, merged};
use crate::source::pause::Pause;

/// Opens streams, each of them through the gate.
pub struct Opener {
    pub sources: Arc<Sources>,
    pub gate: Gate,
}

impl Opener {
    /// `None` if there is no such source.
    pub fn open(&self, query: &Query, mark: Option<Version>) -> Option<BoxStream<'static, Result<Delta>>> {
        let source = self.sources.get(query.at())?;
        Some(self.gate.open(source.as_ref(), query, mark))
    }
}

/// The deltas of all members as one stream without an end. It has no version, because no version holds for all members.
pub fn open(opener: &Arc<Opener>, query: &Query, pause: &mut Pause) -> BoxStream<'static, Result<Delta>> {
    let members = query.members().into_iter().map(|query| Member {
        opener: opener.clone(),
        query,
        mark: None,
        pause: pause.another(),
        opened: Instant::now(),
        stream: None,
        rest: Duration::ZERO,
    });
    merged(query, members.map(Member::told).collect())
}

/// The stream of one source.
struct Member {
    opener: Arc<Opener>,
    query: Query,
    /// The version from which it resumes after an interruption.
    mark: Option<Version>,
    pause: Pause,
    opened: Instant,
    stream: Option<BoxStream<'static, Result<Delta>>>,
    /// The pause before it is opened again.
    rest: Duration,
}

impl Member {
    /// All deltas of the source, and the errors between them.
    fn told(self) -> Told {
        let next = |mut member: Self| async move { member.next().await.map(|told| (told, member)) };
        stream::unfold(self, next).boxed()
    }

    async fn next(&mut self) -> Option<Result<Delta>> {
        if self.stream.is_none() {
            tokio::time::sleep(self.rest).await;
            self.opened = Instant::now();
            self.stream = self.opener.open(&self.query, self.mark.clone());
        }
        match self.stream.as_mut()?.next().await? {
            Ok(delta) => {
                if let Delta::Mark(version) = &delta {
                    self.mark = Some(version.clone());
                } else if delta == Delta::Reset {
                    // A list that broke off is listed again from the start.
                    self.mark = None;
                }
                Some(Ok(delta))
            }
            Err(error) => Some(Err(self.lose(error))),
        }
    }

    fn lose(&mut self, error: Error) -> Error {
        if matches!(error, Error::Gone(_) | Error::Unserved(_) | Error::Invalid(_)) {
            self.mark = None;
        }
        self.stream = None;
        self.rest = self.pause.after(&error, self.opened.elapsed());
        error
    }
}

#[cfg(test)]
mod tests;
