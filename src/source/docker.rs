//! A container engine as a source. Connects when the first query is polled, never before.
//!
//! Lists and bodies are read as the engine writes them: bollard's types refuse a whole list for one unknown word,
//! and engines of all versions, Podman among them, use words of their own. What bollard does best, two-way streams
//! (logs, shells, attaches), it does here.

mod call;
pub mod endpoint;
mod engine;
mod error;
mod events;
mod list;
mod one;
mod projects;
mod stats;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};

use self::endpoint::Endpoint;
use self::engine::Engine;
use super::Source;
use super::kube::out;
use crate::kinds::docker::KINDS;
use crate::model::{
    Delta, Error, Found, KindRef, Query, Reply, Request, Result, Rules, Scope, SourceId, Version,
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
            "projects" => out::stream(move |out| projects::run(engine, kind, out).boxed()),
            "containerstats" => out::stream(move |out| stats::run(engine, kind, out).boxed()),
            other => refuse(other),
        }
    }
}

impl Source for Docker {
    fn open(&self, query: Query, _since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let engine = self.engine.clone();
        match query {
            Query::Kinds { .. } => stays(async move { found(&engine).await }.boxed()),
            Query::List { kind, scope, .. } if KINDS.iter().any(|known| kind == KindRef(known)) => self.list(kind, scope),
            Query::List { kind, .. } => refuse(kind.name),
            Query::One { id } => out::stream(move |out| one::run(engine, id, out).boxed()),
            // Whoever may speak with an engine may do everything.
            Query::Rules { .. } => {
                let all = Rules { incomplete: true, ..Rules::default() };
                stays(futures::future::ready(Ok(Delta::Rules(Box::new(all)))).boxed())
            }
            Query::Logs { .. } | Query::Session { .. } => refuse("this"),
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        call::call(self.engine.clone(), request).boxed()
    }
}

/// One delta, and then nothing more.
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
