//! A Prometheus server as a source. It is only asked, by GET, on the paths below; it is polled while somebody looks.

mod client;
mod find;
pub mod provider;
#[cfg(test)]
mod tests;
mod usage;

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream, StreamExt};
use futures::{FutureExt, TryFutureExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::client::{Client, items};
use super::endpoint::{Inside, Permit};
use super::out::{self, Out};
use super::poll::Poll;
use super::{Source, meter};
use crate::kinds::prometheus::{KINDS, podusage, targets};
use crate::model::{
    Delta, Error, Found, Id, KindRef, Query, Reply, Request, Result, Scope, SourceId, Str, Value, Version, What,
};

/// How often it is asked, in seconds: as often as the metrics of a cluster change.
const EVERY: u16 = 15;

/// All that is ever asked of it, by GET.
const READS: &[&str] = &[READY, VERSION, TARGETS, QUERY];
const READY: &str = "/-/ready";
const VERSION: &str = "/api/v1/status/buildinfo";
const TARGETS: &str = "/api/v1/targets";
const QUERY: &str = "/api/v1/query";
/// Without the targets that were dropped, of which a cluster may have tens of thousands.
const ACTIVE: &str = "state=active";

pub struct Prometheus {
    at: SourceId,
    client: Arc<Client>,
}

impl Prometheus {
    fn new(at: SourceId, client: Client) -> Self {
        Self { at, client: Arc::new(client) }
    }

    /// The server that runs inside of a cluster and is found there when it is first asked. `None` if `cluster` is no
    /// cluster.
    pub fn inside(at: SourceId, name: &str, cluster: &dyn Source, permit: &Permit) -> Option<Self> {
        let inside = Inside::new(cluster.interior()?, permit.clone());
        Some(Self::new(at, Client::inside(format!("Prometheus in {name}"), inside)))
    }

    fn list(&self, kind: KindRef, scope: Scope) -> BoxStream<'static, Result<Delta>> {
        let (at, client) = (self.at, self.client.clone());
        match () {
            () if kind.is(&podusage::KIND) => out::stream(move |out| usage::run(client, at, scope, out).boxed()),
            () if kind.is(&targets::KIND) => out::stream(move |out| poll_targets(client, at, out).boxed()),
            () => refuse(kind.name),
        }
    }
}

impl Source for Prometheus {
    fn open(&self, query: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        if let Some(told) = meter::answer(&self.client.meter, &query) {
            return told;
        }
        let client = self.client.clone();
        match query {
            Query::Kinds { .. } => stays(async move { found(&client).await }.boxed()),
            Query::List { kind, scope, .. } => self.list(kind, scope),
            Query::Rules { .. } => stays(futures::future::ready(Ok(Delta::Rules(Box::default()))).boxed()),
            Query::One { id } if id.kind.is(&targets::KIND) => {
                let body = async move { target(&client, &id).await };
                stays(body.map_ok(|body| Delta::Body(Some(Arc::new(body)))).boxed())
            }
            Query::One { id } => refuse(id.kind.name),
            Query::Logs { .. } => refuse("logs"),
            Query::Session { .. } => refuse("a session"),
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        if matches!(request.what, What::Get) && request.id.kind.is(&targets::KIND) {
            let client = self.client.clone();
            let body = async move { target(&client, &request.id).await };
            return body.map_ok(|body| Reply { body, warnings: Vec::new() }).boxed();
        }
        futures::future::ready(Err(Error::Unsupported("Prometheus is only read".to_owned()))).boxed()
    }
}

/// One delta, and then nothing more.
fn stays(said: BoxFuture<'static, Result<Delta>>) -> BoxStream<'static, Result<Delta>> {
    stream::once(said).chain(stream::pending()).boxed()
}

fn refuse(what: &str) -> BoxStream<'static, Result<Delta>> {
    let error = Error::Unsupported(format!("Prometheus cannot answer {what}"));
    stream::once(futures::future::ready(Err(error))).boxed()
}

/// Its version is not known to all that speak its language (Thanos, Mimir, VictoriaMetrics).
async fn found(client: &Client) -> Result<Delta> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Build {
        version: Str,
    }
    let version = match client.read::<Build>(VERSION).await {
        Ok(build) => build.version,
        Err(Error::Gone(_) | Error::Unsupported(_) | Error::Invalid(_)) => {
            client.ask(READY).await?;
            Str::new()
        }
        Err(error) => return Err(error),
    };
    let kinds = KINDS.iter().map(|kind| KindRef(kind)).collect();
    Ok(Delta::Found(Box::new(Found { version, kinds, ..Found::default() })))
}

/// The answer about targets.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound = "T: DeserializeOwned + Default")]
struct Targets<T> {
    #[serde(deserialize_with = "items")]
    active_targets: Vec<T>,
}

/// All that is told of one target. There is no address for one alone.
async fn target(client: &Client, id: &Id) -> Result<Value> {
    let all: Targets<Value> = client.read(&format!("{TARGETS}?{ACTIVE}")).await?;
    let is_meant = |body: &Value| targets::Target::deserialize(body).is_ok_and(|target| target.row(id.at).id == *id);
    let body = all.active_targets.into_iter().find(is_meant);
    let gone = || Error::Gone(format!("{} is no longer scraped", id.title()));
    body.ok_or_else(gone)
}

async fn poll_targets(client: Arc<Client>, at: SourceId, out: &mut Out) -> Result<()> {
    let mut poll = Poll::every(EVERY, out);
    loop {
        let all: Targets<targets::Target> = client.read(&format!("{TARGETS}?{ACTIVE}")).await?;
        out.say(Delta::Reset);
        out.extend(all.active_targets.iter().map(|target| Delta::Upsert(target.row(at))));
        out.say(Delta::Ready);
        out.flush().await;
        poll.wait().await;
    }
}
