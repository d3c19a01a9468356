//! Reports what an API server serves: its kinds, its version, and the groups that do not answer. The report is repeated
//! when custom resource definitions change. Other changes (aggregated servers that appear, disappear or stop answering)
//! are found by asking again at intervals. If nothing changed, that costs the server a 304.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::ask::{Ask, Form, JSON};
use super::groups::{self, Said};
use super::server::{Reply, Server};
use super::wire::ListMeta;
use crate::kinds::{self, Definition};
use crate::model::{Delta, Error, Found, KindRef, Result, Str};
use crate::source::out::Out;

pub const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const ROUND: Duration = Duration::from_secs(60);

/// The interval for servers that give no tag. They cannot be asked conditionally, so a round costs one request for each
/// group.
const DEAR_ROUND: Duration = Duration::from_secs(300);

/// The time without a change that is awaited before the server is asked. A server needs a moment to serve a new
/// definition, and definitions often come together.
const SETTLE: Duration = Duration::from_secs(2);

/// Answers `Query::Kinds` until the stream is dropped.
pub async fn run(server: Arc<Server>, out: &mut Out) -> Result<()> {
    let (mut last, mut tag) = (Found::default(), None);
    let mut changes = Changes::default();
    loop {
        if let Some(said) = groups::ask(&server, tag.as_ref()).await? {
            tag.clone_from(&said.tag);
            let found = found(said, version(&server).await);
            if found != last {
                last.clone_from(&found);
                out.say(Delta::Found(Box::new(found)));
                out.flush().await;
            }
        }
        changes.wait(&server, if tag.is_some() { ROUND } else { DEAR_ROUND }).await;
    }
}

fn found(said: Said, version: Str) -> Found {
    let (preferred, others) = groups::preferred(said.definitions);
    let kinds = preferred.iter().flat_map(kinds::served).collect();
    let categories = categories(&preferred);
    Found { version, kinds, others: others.iter().map(kinds::adopt).collect(), categories, broken: said.broken }
}

/// The kinds that a server reported, each in the version that is used.
pub fn kinds(said: Said) -> Vec<KindRef> {
    groups::preferred(said.definitions).0.iter().flat_map(kinds::served).collect()
}

/// The categories and their kinds, in the order of discovery.
fn categories(definitions: &[Definition]) -> Vec<(Str, Vec<KindRef>)> {
    let mut all: Vec<(Str, Vec<KindRef>)> = Vec::new();
    for definition in definitions {
        for name in &definition.categories {
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, kinds)) => kinds.push(kinds::adopt(definition)),
                None => all.push((name.as_str().into(), vec![kinds::adopt(definition)])),
            }
        }
    }
    all
}

/// The version of the server: `v1.36.2`; empty if the server does not tell it.
async fn version(server: &Server) -> Str {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Version {
        git_version: String,
    }
    let version: Result<Version> = server.read(&Ask::new("/version", JSON)).await;
    version.unwrap_or_default().git_version.into()
}

/// The watch over the definitions, if the user may watch them.
#[derive(Default)]
struct Changes {
    watch: Option<Reply>,
    denied: bool,
}

impl Changes {
    /// Waits until definitions have changed, for at most one round.
    async fn wait(&mut self, server: &Server, round: Duration) {
        if self.watch.is_none() && !self.denied {
            let watch = watch(server).await;
            self.denied = matches!(watch, Err(Error::Denied(_) | Error::Gone(_) | Error::Unserved(_)));
            self.watch = watch.ok();
        }
        let Some(reply) = &mut self.watch else { return sleep(round).await };
        match timeout(round, reply.next()).await {
            Err(_) => {}
            Ok(Ok(Some(_))) => while let Ok(Ok(Some(_))) = timeout(SETTLE, reply.next()).await {},
            Ok(Ok(None) | Err(_)) => {
                self.watch = None;
                sleep(round).await;
            }
        }
    }
}

/// A watch from now on. The list is requested only for its version.
async fn watch(server: &Server) -> Result<Reply> {
    #[derive(Deserialize)]
    struct List {
        metadata: ListMeta,
    }
    let list: List = server.read(&Ask::new(DEFINITIONS, Form::METADATA.list).with("limit", "1")).await?;
    let ask = Ask::new(DEFINITIONS, Form::METADATA.watch).with("watch", "1");
    server.ask(&ask.with("resourceVersion", &list.metadata.resource_version).plain()).await
}
