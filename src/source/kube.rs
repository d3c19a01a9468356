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
mod exec;
mod field;
mod file;
#[cfg(test)]
#[path = "kube/tests/folder.rs"]
mod folder;
mod groups;
mod health;
mod json;
mod kubeconfig;
mod list;
mod old_groups;
mod one;
mod out;
mod print;
pub mod program;
mod proto;
mod proxy;
mod rows;
mod scan;
mod server;
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

use self::list::Listing;
use self::rows::{How, Rows};
use self::server::Server;
use self::table::Table;
use super::Source;
use crate::model::{Delta, Door, Error, KindRef, Query, Request, Result, Scope, SourceId, Value, Version};

pub struct Kube {
    server: Arc<Server>,
}

impl Kube {
    pub fn new(at: SourceId, dial: dial::Dial) -> Self {
        Self { server: Arc::new(Server::new(at, dial)) }
    }

    fn list(&self, kind: KindRef, scope: Scope, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
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
            Query::One { id } => out::stream(move |out| one::run(server, id, since, out).boxed()),
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Value>> {
        call::call(self.server.clone(), request).boxed()
    }
}

fn refuse(what: &str) -> BoxStream<'static, Result<Delta>> {
    let error = Error::Unsupported(format!("a Kubernetes API server cannot answer {what}"));
    stream::once(futures::future::ready(Err(error))).boxed()
}
