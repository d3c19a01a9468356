//! The contexts of the kubeconfig, as a source of their own.

use futures::FutureExt;
use futures::future::{self, BoxFuture};
use futures::stream::{self, BoxStream, StreamExt};

use super::Source;
use super::kube::config::Context;
use crate::kinds;
use crate::model::{Cell, Delta, Error, Found, Health, Id, KindRef, Object, Query, Request, Result, SourceId, Str, Value, Version};

pub struct Contexts {
    at: SourceId,
    all: Vec<Context>,
    current: Option<usize>,
}

impl Contexts {
    pub fn new(at: SourceId, all: Vec<Context>, current: Option<usize>) -> Self {
        Self { at, all, current }
    }

    fn row(&self, kind: KindRef, index: usize, context: &Context) -> Object {
        let health = match (&context.problem, self.current == Some(index)) {
            (Some(_), _) => Health::Bad,
            (None, true) => Health::Good,
            (None, false) => Health::Unknown,
        };
        let cells = [&context.cluster, &context.user, &context.namespace, &context.server].map(|text| Cell::text(text.clone()));
        Object {
            id: Id { at: self.at, kind, namespace: Str::new(), name: context.name.clone() },
            uid: Str::new(),
            health,
            cells: cells.into(),
            labels: Str::new(),
            owner: Str::new(),
            link: None,
        }
    }
}

impl Source for Contexts {
    fn open(&self, query: Query, _since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let deltas = match query {
            Query::List { kind, .. } => {
                let rows = self.all.iter().enumerate().map(|(i, context)| Delta::Upsert(self.row(kind, i, context)));
                [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect()
            }
            Query::Kinds { .. } => {
                let kinds = kinds::named("contexts").into_iter().collect();
                vec![Delta::Found(Box::new(Found { kinds, ..Found::default() }))]
            }
            Query::One { .. } => Vec::new(),
        };
        let deltas: Vec<Result<Delta>> = deltas.into_iter().map(Ok).collect();
        // The kubeconfig is read once: nothing follows, and nothing ends.
        stream::iter(deltas).chain(stream::pending()).boxed()
    }

    fn call(&self, _: Request) -> BoxFuture<'static, Result<Value>> {
        let error = Error::Unsupported("contexts are entries of the kubeconfig; edit that file".to_owned());
        future::ready(Err(error)).boxed()
    }
}
