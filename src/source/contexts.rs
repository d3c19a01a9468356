//! The contexts of the kubeconfig as a table, so that switching clusters is choosing a row. Never asks a server.

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};

use super::Source;
use super::kube::config::Context;
use crate::kinds;
use crate::model::{
    Cell, Delta, Error, Found, Health, Id, KindRef, Object, Query, Reply, Request, Result, Scope, SourceId, Str, Uid,
    Version,
};

const NAME: &str = "contexts";

pub struct Contexts {
    at: SourceId,
    contexts: Vec<Context>,
    current: Option<usize>,
}

impl Contexts {
    pub fn new(at: SourceId, contexts: Vec<Context>, current: Option<usize>) -> Self {
        Self { at, contexts, current }
    }

    fn rows(&self, kind: KindRef) -> Vec<Result<Delta>> {
        let rows =
            self.contexts.iter().enumerate().map(|(index, context)| Delta::Upsert(self.row(kind, index, context)));
        [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).map(Ok).collect()
    }

    fn row(&self, kind: KindRef, index: usize, context: &Context) -> Object {
        let health = match (&context.problem, self.current == Some(index)) {
            (Some(_), _) => Health::Bad,
            (None, true) => Health::Good,
            (None, false) => Health::Unknown,
        };
        let id = Id::new(self.at, kind, Str::new(), context.name.clone());
        let cells = kind.columns.iter().map(|column| cell(context, column.title)).collect();
        Object {
            id,
            uid: Uid::from(context.name.clone()),
            health,
            cells,
            labels: Str::new(),
            owner: Str::new(),
            link: None,
        }
    }
}

fn cell(context: &Context, title: &str) -> Cell {
    match title {
        "CLUSTER" => Cell::text(context.cluster.clone()),
        "AUTHINFO" | "USER" => Cell::text(context.user.clone()),
        "NAMESPACE" => Cell::text(context.namespace.clone()),
        "SERVER" => Cell::text(context.server.clone()),
        "PROBLEM" => context.problem.as_deref().map_or(Cell::None, Cell::text),
        _ => Cell::None,
    }
}

impl Source for Contexts {
    fn open(&self, query: Query, _since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let deltas = match query {
            Query::List { kind, scope, .. } if kind.name == NAME && is_whole(&scope) => self.rows(kind),
            Query::Kinds { .. } => {
                let kinds = kinds::named(NAME).into_iter().collect();
                vec![Ok(Delta::Found(Box::new(Found { kinds, ..Found::default() })))]
            }
            Query::List { .. }
            | Query::One { .. }
            | Query::Logs { .. }
            | Query::Rules { .. }
            | Query::Session { .. } => return stream::iter([Err(refusal())]).boxed(),
        };
        stream::iter(deltas).chain(stream::pending()).boxed()
    }

    fn call(&self, _request: Request) -> BoxFuture<'static, Result<Reply>> {
        futures::future::ready(Err(refusal())).boxed()
    }
}

/// A context has no labels or fields to select by, and lies in no namespace.
fn is_whole(scope: &Scope) -> bool {
    [&scope.labels, &scope.fields, &scope.owner].into_iter().all(|selector| selector.is_empty())
}

fn refusal() -> Error {
    Error::Unsupported("contexts can only be listed; kubectl config changes them".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, Door, Kind};
    use crate::source::kube::config::{Flags, load};

    static KIND: Kind = Kind {
        name: NAME,
        columns: &[Column::new("CLUSTER", 20), Column::new("AUTHINFO", 20), Column::new("NAMESPACE", 12)],
        door: Door::Own,
        ..Kind::kube()
    };

    fn source() -> Contexts {
        let flags = Flags { server: Some("https://h".into()), user: Some("nobody".into()), ..Flags::default() };
        let loaded = load(&flags, &|_| None);
        let mut contexts = vec![loaded.contexts[0].clone(); 3];
        for (index, context) in contexts.iter_mut().enumerate() {
            context.name = format!("c{index}").into();
            context.problem = (index == 2).then(|| "broken".to_owned());
        }
        Contexts::new(SourceId(7), contexts, Some(1))
    }

    fn list(scope: Scope) -> Query {
        Query::List { at: SourceId(7), kind: KindRef(&KIND), scope }
    }

    #[tokio::test]
    async fn it_lists_them_and_stays_open() {
        let mut stream = source().open(list(Scope::all()), None);
        let deltas: Vec<Delta> = stream.by_ref().take(5).map(Result::unwrap).collect().await;
        let health: Vec<Health> = deltas
            .iter()
            .filter_map(|delta| match delta {
                Delta::Upsert(object) => Some(object.health),
                _ => None,
            })
            .collect();
        assert_eq!(health, [Health::Unknown, Health::Good, Health::Bad]);
        assert_eq!((&deltas[0], &deltas[4]), (&Delta::Reset, &Delta::Ready));
        let Delta::Upsert(object) = &deltas[1] else { panic!("no row") };
        assert_eq!(object.cells.as_ref(), [Cell::None, Cell::text("nobody"), Cell::text("default")]);
        assert!(futures::poll!(stream.next()).is_pending());
    }

    #[tokio::test]
    async fn it_refuses_everything_else() {
        let id = Id::new(SourceId(7), KindRef(&KIND), Str::new(), "c0");
        for query in [Query::One { id }, list(Scope::all().labels("a=1"))] {
            assert!(source().open(query, None).next().await.is_some_and(|delta| delta.is_err()));
        }
        assert!(matches!(
            source().open(Query::Kinds { at: SourceId(7) }, None).next().await,
            Some(Ok(Delta::Found(_)))
        ));
    }
}
