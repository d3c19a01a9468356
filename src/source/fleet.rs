//! Several sources as one: each is asked its part of a question, and what they say becomes one answer.

mod merging;

use std::future::ready;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, SelectAll};
use futures::{FutureExt, StreamExt};

use super::Source;
use crate::model::{Delta, Error, Query, Reply, Request, Result, SourceId, Version};
use merging::Merging;

/// What one of them says, and who it is.
pub type Told = BoxStream<'static, (SourceId, Result<Delta>)>;

/// The answer to a question of several, from what each says.
pub fn merged(query: &Query, told: impl IntoIterator<Item = Told>) -> BoxStream<'static, Result<Delta>> {
    let merging = Merging::new(query.members().iter().map(Query::at));
    let all: SelectAll<_> = told.into_iter().collect();
    let whole = all.scan(merging, |merging, (at, told)| {
        let deltas = merging.take(at, told);
        ready(Some(stream::iter(deltas.into_iter().map(Ok))))
    });
    whole.flatten().boxed()
}

/// Asks each once: one that fails stays lost.
pub struct Fleet(pub Vec<(SourceId, Arc<dyn Source>)>);

impl Fleet {
    fn member(&self, at: SourceId) -> Result<&dyn Source> {
        let found = self.0.iter().find(|(known, _)| *known == at);
        found.map(|(_, source)| source.as_ref()).ok_or_else(|| Error::Invalid("there is no such context".to_owned()))
    }

    fn ask(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        match self.member(query.at()) {
            Ok(source) => source.open(query, since),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }
}

impl Source for Fleet {
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        if query.others().is_empty() {
            return self.ask(query, since);
        }
        let told = |query: Query| {
            let at = query.at();
            self.ask(query, None).map(move |told| (at, told)).boxed()
        };
        let all: Vec<Told> = query.members().into_iter().map(told).collect();
        merged(&query, all)
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        match self.member(request.id.at) {
            Ok(source) => source.call(request),
            Err(error) => ready(Err(error)).boxed(),
        }
    }
}

#[cfg(test)]
mod tests;
