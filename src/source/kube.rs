//! A Kubernetes API server as a source. Connects when the first query is polled, never before.

mod arrival;
mod ask;
mod call;
pub mod config;
mod connect;
mod credential;
pub mod dial;
mod discover;
mod error;
pub(in crate::source) mod exec;
mod field;
mod file;
#[cfg(test)]
#[path = "kube/tests/folder.rs"]
pub(in crate::source) mod folder;
mod forward;
mod groups;
mod health;
mod json;
mod kubeconfig;
mod list;
pub(in crate::source) mod logs;
mod old_groups;
mod one;
pub(in crate::source) mod out;
mod print;
pub mod program;
mod proto;
mod proxy;
pub mod routes;
mod rows;
mod rules;
mod scan;
mod server;
pub(in crate::source) mod session;
mod table;
#[cfg(test)]
mod tests;
mod watch;
mod way;
mod wire;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::mpsc;

use self::list::Listing;
use self::rows::{How, Rows};
use self::server::Server;
use self::table::Table;
use super::Source;
use crate::kinds::mesh::is_computed;
use crate::mesh::World;
use crate::model::{
    Delta, Door, Error, Input, KindRef, Query, Reach, Reply, Request, Result, Scope, SourceId, Version,
};

pub struct Kube {
    server: Arc<Server>,
    routes: Arc<routes::Hub>,
}

impl Kube {
    pub fn new(at: SourceId, dial: dial::Dial) -> Self {
        Self { server: Arc::new(Server::new(at, dial)), routes: Arc::default() }
    }

    fn list(&self, kind: KindRef, scope: Scope, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        if is_computed(kind) {
            let (server, hub) = (self.server.clone(), self.routes.clone());
            return out::stream(move |out| routes::run(server, hub, kind, scope, out).boxed());
        }
        let listing = |how| Listing { server: self.server.clone(), rows: Rows::new(self.server.at, kind, scope, how) };
        match kind.door {
            Door::Lens(read) => watched(listing(How::Lens(read)), since),
            Door::Table => watched(listing(How::Table(Table::default())), since),
            Door::Poll(read, secs) => polled(listing(How::Lens(read)), secs),
            Door::TablePoll(secs) => polled(listing(How::Table(Table::default())), secs),
            Door::Own => refuse(kind.name),
        }
    }
}

/// What routes are computed of, read once.
pub async fn world(at: SourceId, dial: dial::Dial, namespace: Option<&str>) -> Result<World> {
    routes::world(Arc::new(Server::new(at, dial)), namespace).await
}

fn watched(listing: Listing, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
    out::stream(move |out| listing.run(since, out).boxed())
}

fn polled(mut listing: Listing, secs: u16) -> BoxStream<'static, Result<Delta>> {
    out::stream(move |out| async move { listing.poll(secs, out).await }.boxed())
}

impl Source for Kube {
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let server = self.server.clone();
        match query {
            Query::Kinds { .. } => out::stream(move |out| discover::run(server, out).boxed()),
            Query::List { kind, scope, .. } => self.list(kind, scope, since),
            Query::One { id } if is_computed(id.kind) => {
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
}

fn refuse(what: &str) -> BoxStream<'static, Result<Delta>> {
    let error = Error::Unsupported(format!("a Kubernetes API server cannot answer {what}"));
    stream::once(futures::future::ready(Err(error))).boxed()
}
