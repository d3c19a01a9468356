//! A Kubernetes API server as a source. Connects when the first query is polled, never before.

mod ages;
mod allowed;
mod arrival;
mod ask;
mod call;
mod computed;
pub mod config;
mod connect;
mod credential;
pub mod dial;
mod discover;
mod error;
mod exec;
mod extra;
mod file;
mod forward;
mod groups;
mod health;
mod inside;
mod json;
mod kubeconfig;
mod landscape;
mod list;
mod lists;
mod logs;
mod loose;
mod old_groups;
mod one;
mod proto;
pub mod provider;
mod proxy;
mod releases;
mod roll;
pub mod routes;
mod rows;
mod rules;
mod scan;
mod server;
mod session;
mod several;
mod socks;
mod table;
#[cfg(test)]
mod tests;
mod watch;
mod way;
mod wire;

use std::process::Command;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::mpsc;

use self::allowed::Used;
use self::computed::COMPUTATIONS;
use self::lists::{Lists, Wanted};
use self::server::Server;
use super::endpoint::Interior;
use super::{Source, meter, out};
use crate::mesh::World;
use crate::model::{Delta, Error, Input, KindRef, Query, Reach, Reply, Request, Result, Scope, SourceId, Str, Version};

pub struct Kube {
    server: Arc<Server>,
    lists: Lists,
    /// What computes tables, in the order of [`COMPUTATIONS`].
    computations: Vec<Arc<dyn Source>>,
}

impl Kube {
    pub fn new(at: SourceId, dial: dial::Dial) -> Self {
        let used = Arc::new(Used::new(dial.namespace()));
        let server = Arc::new(Server::new(at, dial));
        let lists = Lists { server: server.clone(), used };
        let computations = COMPUTATIONS.iter().map(|computation| (computation.start)(&lists)).collect();
        Self { server, lists, computations }
    }

    /// What computes the rows of a kind, if they are computed.
    fn computation(&self, kind: KindRef) -> Option<&Arc<dyn Source>> {
        let place = COMPUTATIONS.iter().position(|computation| computation.kinds.iter().any(|known| kind.is(known)));
        place.and_then(|place| self.computations.get(place))
    }

    fn list(&self, kind: KindRef, scope: Scope, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        match Wanted::rows(kind, scope) {
            Ok(wanted) => self.lists.watch(wanted, since),
            Err(error) => refused(error),
        }
    }
}

impl Source for Kube {
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        if let Some(told) = meter::answer(&self.server.meter, &query) {
            return told;
        }
        if let Some(computation) = query.kind().and_then(|kind| self.computation(kind)) {
            return computation.open(query, since);
        }
        let server = self.server.clone();
        match query {
            Query::Kinds { .. } => out::stream(move |out| discover::run(server, out).boxed()),
            Query::List { kind, scope, .. } => self.list(kind, scope, since),
            Query::One { id } => out::stream(move |out| one::run(server, id, since, out).boxed()),
            Query::Logs { pods, container, tail, .. } => {
                out::stream(move |out| logs::run(server, logs::Wanted { pods, container, tail }, since, out).boxed())
            }
            Query::Rules { namespace, .. } => out::stream(move |out| rules::run(server, namespace, out).boxed()),
            Query::Session { .. } => refuse("a session without input"),
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        if let Some(computation) = self.computation(request.id.kind) {
            return computation.call(request);
        }
        call::call(self.server.clone(), request).boxed()
    }

    fn session(&self, query: Query, input: mpsc::Receiver<Input>) -> BoxStream<'static, Result<Delta>> {
        let server = self.server.clone();
        let Query::Session { id, container, reach, .. } = query else { return refuse("this as a session") };
        match reach {
            Reach::Shell | Reach::Attach => session::open(server, id, container, reach, input),
            Reach::Forward { address, local, remote } => {
                forward::open(server, id, forward::Ports { address, local, remote }, input)
            }
        }
    }

    fn login(&self) -> Result<Option<Command>> {
        self.server.dial.interactive()
    }

    fn accept(&self, output: &[u8]) -> Result<()> {
        self.server.dial.accept(output)
    }

    fn interior(&self) -> Option<Arc<dyn Interior>> {
        Some(Arc::new(inside::ApiServer(self.server.clone())))
    }

    fn world(&self, namespace: Option<Str>) -> BoxFuture<'static, Result<World>> {
        let lists = self.lists.clone();
        async move { routes::world(&lists, namespace).await }.boxed()
    }
}

fn refuse(what: &str) -> BoxStream<'static, Result<Delta>> {
    refused(unanswerable(what))
}

fn refused(error: Error) -> BoxStream<'static, Result<Delta>> {
    stream::once(futures::future::ready(Err(error))).boxed()
}

fn unanswerable(what: &str) -> Error {
    Error::Unsupported(format!("a Kubernetes API server cannot answer {what}"))
}
