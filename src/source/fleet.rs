//! Several sources that answer one query together. Each receives its part of the query, and the parts of the answer are
//! merged.

use std::future::ready;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};

use super::Source;
use super::merging::{self, Parts};
use super::out::{self, Out};
use crate::model::{Delta, Error, Identified, Query, Reply, Request, Result, SourceId, Standing, Version, Within};

/// The stream of one source.
pub type Told = BoxStream<'static, Result<Delta>>;

/// The merged answer. The streams are in the order of [`Query::members`].
pub fn merged(query: &Query, told: Vec<Told>) -> BoxStream<'static, Result<Delta>> {
    let members = Members(query.members().iter().map(Query::at).collect());
    let all = told.len();
    out::stream(move |out| merging::run(members, told, all, out).boxed())
}

/// The ids of the sources. A table knows the source of each row, so only the state of each source has to be reported.
struct Members(Vec<SourceId>);

impl Members {
    fn stands<T>(&self, part: usize, standing: Standing, out: &mut Out<Delta<T>>) {
        out.say(Delta::Member(self.0[part], Box::new(standing)));
    }
}

impl Parts for Members {
    fn lists<T: Identified>(&mut self, part: usize, out: &mut Out<Delta<T>>) {
        self.stands(part, Standing::Listing, out);
    }

    fn lives<T: Identified>(&mut self, part: usize, out: &mut Out<Delta<T>>) {
        self.stands(part, Standing::Live, out);
    }

    fn loses<T: Identified>(&mut self, part: usize, error: Error, out: &mut Out<Delta<T>>) -> Result<()> {
        self.stands(part, Standing::Lost(error), out);
        Ok(())
    }

    fn narrows<T: Identified>(&mut self, part: usize, within: Box<Within>, out: &mut Out<Delta<T>>) {
        self.stands(part, Standing::Within(*within), out);
    }
}

/// Asks each source once. A source that fails stays lost.
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
        merged(&query, query.members().into_iter().map(|query| self.ask(query, None)).collect())
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
