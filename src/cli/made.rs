//! Rows that are known without asking anybody, for commands that read a source.

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};

use crate::model::{Delta, Error, Object, Query, Reply, Request, Result, Scope, Version};
use crate::source::Source;

pub struct Made(pub Vec<Object>);

impl Source for Made {
    fn open(&self, query: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let Query::List { scope, .. } = query else { return stream::iter([Err(refusal())]).boxed() };
        if !is_whole(&scope) {
            return stream::iter([Err(refusal())]).boxed();
        }
        let rows = self.0.clone().into_iter().map(Delta::Upsert);
        let deltas = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]);
        stream::iter(deltas.map(Ok).collect::<Vec<_>>()).chain(stream::pending()).boxed()
    }

    fn call(&self, _: Request) -> BoxFuture<'static, Result<Reply>> {
        futures::future::ready(Err(refusal())).boxed()
    }
}

/// Such a row has no labels or fields to select by, and lies in no namespace.
fn is_whole(scope: &Scope) -> bool {
    [&scope.labels, &scope.fields, &scope.owner].into_iter().all(|selector| selector.is_empty())
}

fn refusal() -> Error {
    Error::Unsupported("spyhop makes these rows itself: they can only be listed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds;
    use crate::kinds::program::contexts;
    use crate::model::{Id, KindRef, Place, SourceId, Str};

    fn source() -> Made {
        let place = Place::new(SourceId(1), "c0", &kinds::kube::FAMILY);
        Made(vec![contexts::row(&place)])
    }

    fn list(scope: Scope) -> Query {
        Query::List { at: SourceId::PROGRAM, kind: KindRef(&contexts::KIND), scope }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_lists_them_and_stays_open() {
        let mut stream = source().open(list(Scope::all()), None);
        let deltas: Vec<Delta> = stream.by_ref().take(3).map(Result::unwrap).collect().await;
        let Delta::Upsert(object) = &deltas[1] else { panic!("no row") };
        assert_eq!((&deltas[0], object.id.name.as_str(), &deltas[2]), (&Delta::Reset, "c0", &Delta::Ready));
        assert!(futures::poll!(stream.next()).is_pending());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn it_refuses_everything_else() {
        let id = Id::new(SourceId::PROGRAM, KindRef(&contexts::KIND), Str::new(), "c0");
        for query in [Query::One { id: id.clone() }, list(Scope::all().labels("a=1"))] {
            assert!(source().open(query, None).next().await.is_some_and(|delta| delta.is_err()));
        }
        assert!(source().call(Request::new(id, crate::model::What::Get)).await.is_err());
    }
}
