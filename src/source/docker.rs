//! A container engine as a source. Connects when the first query is polled, never before.
//!
//! bollard makes the requests of orders and shells ([`client`]). What it cannot do as well is done here. For each such
//! thing a test in `tests/bollard.rs` fails as soon as bollard can do it:
//!
//! - lists and bodies: a value that its types do not know loses a whole list, and rows and YAML need raw bytes;
//! - events and measurements: an odd line ends its stream of events, and an odd field loses a measurement;
//! - terminals: it takes a first byte from 0 to 2 for the head of a frame;
//! - logs: its times are whole seconds, and the run before a restart ends within a second;
//! - disk usage of engines before API 1.52, and contexts.

mod call;
mod client;
pub mod endpoint;
mod engine;
mod error;
mod events;
mod frames;
mod line;
mod list;
mod logs;
mod one;
pub mod podman;
mod projects;
pub mod provider;
mod samples;
mod session;
pub mod ssh;
mod stats;
#[cfg(test)]
pub mod tests;
pub mod tls;
mod wire;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use tokio::sync::mpsc;

use self::endpoint::Endpoint;
use self::engine::Engine;
use super::{Source, meter, out};
use crate::kinds::docker::KINDS;
use crate::model::{
    Delta, Error, Found, Input, KindRef, Query, Reach, Reply, Request, Result, Rules, Scope, SourceId, Version,
};

pub struct Docker {
    engine: Arc<Engine>,
}

impl Docker {
    pub fn new(at: SourceId, endpoint: Endpoint) -> Self {
        Self { engine: Arc::new(Engine::new(at, endpoint)) }
    }

    fn list(&self, kind: KindRef, scope: Scope) -> BoxStream<'static, Result<Delta>> {
        let engine = self.engine.clone();
        match kind.name {
            "containers" => out::stream(move |out| list::containers(engine, kind, scope, out).boxed()),
            "images" | "volumes" | "networks" => out::stream(move |out| list::whole(engine, kind, scope, out).boxed()),
            "projects" => out::stream(move |out| projects::run(engine, kind, scope, out).boxed()),
            "containerstats" => out::stream(move |out| stats::run(engine, kind, scope.part, out).boxed()),
            other => refuse(other),
        }
    }
}

impl Source for Docker {
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        if let Some(told) = meter::answer(&self.engine.line.endpoint.meter, &query) {
            return told;
        }
        let engine = self.engine.clone();
        match query {
            Query::Kinds { .. } => stays(async move { found(&engine).await }.boxed()),
            Query::List { kind, scope, .. } if KINDS.iter().any(|known| kind == KindRef(known)) => {
                self.list(kind, scope)
            }
            Query::List { kind, .. } => refuse(kind.name),
            Query::One { id } => out::stream(move |out| one::run(engine, id, out).boxed()),
            // Whoever can connect to an engine may do everything.
            Query::Rules { .. } => {
                let all = Rules { incomplete: true, ..Rules::default() };
                stays(futures::future::ready(Ok(Delta::Rules(Box::new(all)))).boxed())
            }
            Query::Logs { pods, tail, .. } => out::stream(move |out| logs::run(engine, pods, tail, since, out).boxed()),
            Query::Session { .. } => refuse("a session without input"),
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        call::call(self.engine.clone(), request).boxed()
    }

    fn session(&self, query: Query, input: mpsc::Receiver<Input>) -> BoxStream<'static, Result<Delta>> {
        let engine = self.engine.clone();
        match query {
            Query::Session { id, reach: Reach::Shell, .. } => {
                out::stream(move |out| session::shell(engine, id, input, out).boxed())
            }
            Query::Session { id, reach: Reach::Attach, .. } => {
                out::stream(move |out| session::attach(engine, id, input, out).boxed())
            }
            _ => refuse("a forward: ports are published when a container is created"),
        }
    }
}

/// A stream of one delta that does not end.
fn stays(said: BoxFuture<'static, Result<Delta>>) -> BoxStream<'static, Result<Delta>> {
    stream::once(said).chain(stream::pending()).boxed()
}

async fn found(engine: &Engine) -> Result<Delta> {
    let version = engine.version().await?;
    let kinds = KINDS.iter().map(|kind| KindRef(kind)).collect();
    Ok(Delta::Found(Box::new(Found { version, kinds, ..Found::default() })))
}

fn refuse(what: &str) -> BoxStream<'static, Result<Delta>> {
    let error = Error::Unsupported(format!("a container engine cannot answer {what}"));
    stream::once(futures::future::ready(Err(error))).boxed()
}
