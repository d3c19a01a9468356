//! A Kubernetes API server as a source. Connects when the first query is polled, never before.

mod ages;
mod allowed;
mod arrival;
mod ask;
mod call;
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
mod json;
mod kubeconfig;
mod list;
mod logs;
mod loose;
mod old_groups;
mod one;
mod proto;
pub mod provider;
mod proxy;
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

use std::pin::pin;
use std::process::Command;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::mpsc;

use self::allowed::Used;
use self::list::Listing;
use self::rows::{How, Rows};
use self::server::Server;
use self::table::Table;
use super::out::{self, Out};
use super::{Source, meter};
use crate::kinds::custom::Reader;
use crate::mesh::World;
use crate::model::{
    Delta, Door, Error, Home, Input, KindRef, Part, Query, Reach, Reply, Request, Result, Scope, SourceId, Str,
    Version, Within,
};

pub struct Kube {
    server: Arc<Server>,
    routes: Arc<routes::Hub>,
    used: Arc<Used>,
}

impl Kube {
    pub fn new(at: SourceId, dial: dial::Dial) -> Self {
        let used = Arc::new(Used::new(dial.namespace()));
        Self { server: Arc::new(Server::new(at, dial)), routes: Arc::default(), used }
    }

    fn list(&self, kind: KindRef, scope: Scope, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        if kind.home == Home::Computed {
            let (server, hub) = (self.server.clone(), self.routes.clone());
            return out::stream(move |out| routes::run(server, hub, kind, scope, out).boxed());
        }
        let lists = Lists { server: self.server.clone(), kind, scope };
        if !kind.address.namespaced {
            return lists.open(since);
        }
        self.used.note(lists.scope.namespaces());
        match lists.scope.namespaces().count() {
            0 => {
                let used = self.used.clone();
                out::stream(move |out| async move { lists.everywhere(&used, since, out).await }.boxed())
            }
            1 => lists.open(since),
            _ => out::stream(move |out| async move { several::run(lists.parts(), None, out).await }.boxed()),
        }
    }
}

/// The lists of a kind: one, or one for each of several namespaces.
struct Lists {
    server: Arc<Server>,
    kind: KindRef,
    scope: Scope,
}

impl Lists {
    fn open(self, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        out::stream(move |out| async move { self.run(since, out).await }.boxed())
    }

    async fn run(&self, since: Option<Version>, out: &mut Out) -> Result<()> {
        let Self { server, kind, scope } = self;
        let rows = |how| Rows::new(server.at, *kind, scope.clone(), how);
        let listing = |how| Listing { server: server.clone(), rows: rows(how) };
        if let Part::Names(names) = &scope.part {
            let how = match kind.door {
                Door::Lens(read) | Door::Poll(read, _) => How::Lens(read),
                Door::Json(shape) => How::Json(Reader::new(shape)),
                Door::Table | Door::TablePoll(_) => How::Table(Table::default()),
                Door::Own => return Err(unanswerable(kind.name)),
            };
            return listing(how).named(names, out).await;
        }
        match kind.door {
            Door::Lens(read) => listing(How::Lens(read)).run(since, out).await,
            Door::Json(shape) => listing(How::Json(Reader::new(shape))).run(since, out).await,
            Door::Table => listing(How::Table(Table::of(*kind))).run(since, out).await,
            Door::Poll(read, secs) => listing(How::Lens(read)).poll(secs, out).await,
            Door::TablePoll(secs) => listing(How::Table(Table::of(*kind))).poll(secs, out).await,
            Door::Own => Err(unanswerable(kind.name)),
        }
    }

    /// All namespaces at once; where that is refused, those that are allowed.
    async fn everywhere(mut self, used: &Used, since: Option<Version>, out: &mut Out) -> Result<()> {
        let why = match self.run(since, out).await {
            Err(Error::Denied(why)) => why,
            other => return other,
        };
        let mut used = used.follow();
        let mut within = self.allowed(&mut used, &why).await?;
        loop {
            self.scope.namespace = Some(within.namespaces.join(",").into());
            let mut run = pin!(several::run(self.parts(), Some(within.clone()), out));
            // A namespace that was looked at meanwhile may be one more.
            within = loop {
                tokio::select! {
                    ended = &mut run => return ended,
                    Ok(()) = used.changed() => {}
                }
                let fresh = self.allowed(&mut used, &why).await?;
                if fresh != within {
                    break fresh;
                }
            };
        }
    }

    async fn allowed(&self, used: &mut allowed::News, why: &str) -> Result<Within> {
        let known = used.borrow_and_update().clone();
        allowed::find(&self.server, self.kind, &known, why).await
    }

    fn parts(&self) -> Vec<several::Part> {
        let part = |namespace: &str| {
            let scope = Scope { namespace: Some(namespace.into()), ..self.scope.clone() };
            (namespace.into(), Self { server: self.server.clone(), kind: self.kind, scope }.open(None))
        };
        self.scope.namespaces().map(part).collect()
    }
}

impl Source for Kube {
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        if let Some(told) = meter::answer(&self.server.meter, &query) {
            return told;
        }
        let server = self.server.clone();
        match query {
            Query::Kinds { .. } => out::stream(move |out| discover::run(server, out).boxed()),
            Query::List { kind, scope, .. } => self.list(kind, scope, since),
            Query::One { id } if id.kind.home == Home::Computed => {
                let hub = self.routes.clone();
                out::stream(move |out| routes::one(server, hub, id, out).boxed())
            }
            Query::One { id } => out::stream(move |out| one::run(server, id, since, out).boxed()),
            Query::Logs { pods, container, tail, .. } => {
                out::stream(move |out| logs::run(server, logs::Wanted { pods, container, tail }, since, out).boxed())
            }
            Query::Rules { namespace, .. } => out::stream(move |out| rules::run(server, namespace, out).boxed()),
            Query::Session { .. } => refuse("a session without input"),
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
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

    fn world(&self, namespace: Option<Str>) -> BoxFuture<'static, Result<World>> {
        let server = self.server.clone();
        async move { routes::world(server, namespace.as_deref()).await }.boxed()
    }
}

fn refuse(what: &str) -> BoxStream<'static, Result<Delta>> {
    stream::once(futures::future::ready(Err(unanswerable(what)))).boxed()
}

fn unanswerable(what: &str) -> Error {
    Error::Unsupported(format!("a Kubernetes API server cannot answer {what}"))
}
