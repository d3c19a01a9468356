//! One kind, as it changes: what routing needs of its objects, and whether there is an answer at all.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::stream::{BoxStream, StreamExt};
use tokio::time::sleep;

use crate::mesh::read::{READERS, Reader};
use crate::mesh::route::Name;
use crate::model::{Address, Delta, Error, Kind, Result, Scope, Value, Wire};
use crate::source::kube::ask::{Ask, JSON};
use crate::source::kube::json;
use crate::source::kube::list::Start;
use crate::source::kube::server::Server;
use crate::source::kube::watch::follow;
use crate::source::kube::wire::{self, Change, Piece};
use crate::source::out::{self, Out};
use crate::source::pause::Pace;

const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json";
const CHANGED: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, application/json";

/// What is not served, or not allowed, is looked for again.
const AGAIN: Duration = Duration::from_secs(60);

pub enum News {
    /// Told from the start.
    Reset,
    Put(Value),
    Gone(Name),
    /// All objects are told: those of one namespace, where more is not allowed, else (empty) of all. Also when the kind
    /// is not served, so that there are none.
    Whole(String),
    /// Nothing will be known of this kind.
    Denied,
    Nothing,
}

impl From<Delta> for News {
    fn from(_: Delta) -> Self {
        Self::Nothing
    }
}

/// News of the kind at a place of the table.
pub type Feed = BoxStream<'static, (usize, Result<News>)>;

pub fn open(server: Arc<Server>, which: usize, namespace: Option<String>) -> Feed {
    out::stream::<News>(move |out| async move { keep(&server, &READERS[which], namespace, out).await }.boxed())
        .map(move |news| (which, news))
        .boxed()
}

async fn keep(server: &Server, reader: &Reader, namespace: Option<String>, out: &mut Out<News>) -> Result<()> {
    let (mut start, mut pace) = (Start::Cache, Pace::default());
    loop {
        let found = find(server, reader, namespace.as_deref(), start, out).await;
        start = Start::Now;
        match found {
            Ok(Some((ask, version))) => match watch(server, reader, &ask, version, out).await {
                // Listed anew, or looked at again where watching is not allowed.
                Ok(()) => pace.turn().await,
                Err(Error::Denied(_) | Error::Unsupported(_)) => sleep(AGAIN).await,
                Err(error) => return Err(error),
            },
            Ok(None) => {
                out.say(News::Whole(String::new()));
                out.flush().await;
                sleep(AGAIN).await;
            }
            Err(Error::Denied(_)) => {
                out.say(News::Denied);
                out.flush().await;
                sleep(AGAIN).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Lists the kind where it is served and allowed. `None` when it is not served.
async fn find(
    server: &Server,
    reader: &Reader,
    namespace: Option<&str>,
    start: Start,
    out: &mut Out<News>,
) -> Result<Option<(Ask, String)>> {
    for version in reader.versions {
        let here = Here { reader, version, namespace: "" };
        match list(server, here, start, out).await {
            Err(Error::Gone(_) | Error::Unserved(_)) => {}
            Err(Error::Denied(text)) => match namespace.filter(|name| !name.is_empty()) {
                Some(namespace) => return list(server, Here { namespace, ..here }, start, out).await.map(Some),
                None => return Err(Error::Denied(text)),
            },
            listed => return listed.map(Some),
        }
    }
    Ok(None)
}

/// Where the objects of a kind are asked for; an empty namespace is all of them.
#[derive(Clone, Copy)]
struct Here<'a> {
    reader: &'a Reader,
    version: &'static str,
    namespace: &'a str,
}

impl Here<'_> {
    fn ask(self, accept: &'static str) -> Ask {
        let Self { reader, version, namespace } = self;
        let address = Address {
            group: reader.group,
            version,
            kind: reader.kind,
            plural: reader.plural,
            namespaced: reader.kind != "Namespace",
        };
        let scope = Scope { namespace: Some(namespace.into()), ..Scope::default() };
        Ask::list(&Kind { address, ..Kind::kube() }, &scope, accept)
    }
}

/// Tells all objects; what is asked in a watch of them, and from which version on.
async fn list(server: &Server, here: Here<'_>, start: Start, out: &mut Out<News>) -> Result<(Ask, String)> {
    let (lists, changes) = if here.reader.bare { (METADATA, CHANGED) } else { (JSON, JSON) };
    let mut reply = server.ask(&start.ask(here.ask(lists))).await?;
    let mut list = wire::List::new(Wire::Json);
    let mut at = String::new();
    out.say(News::Reset);
    while let Some(chunk) = server.chunk(&mut reply).await? {
        list.feed(&chunk, &mut |piece| {
            match piece {
                Piece::Meta(meta) => at = meta.resource_version,
                Piece::Item(bytes) => out.say(News::Put(json::parse(bytes)?)),
                Piece::Columns(_) => {}
            }
            Ok(())
        })?;
        out.flush().await;
    }
    list.finish()?;
    out.say(News::Whole(here.namespace.to_owned()));
    out.flush().await;
    Ok((here.ask(changes), at))
}

async fn watch(server: &Server, reader: &Reader, ask: &Ask, version: String, out: &mut Out<News>) -> Result<()> {
    let bare = reader.kind == "Namespace";
    let mut tell = |change: Change, _: Wire, bytes: &[u8], out: &mut Out<News>| {
        match change {
            Change::Put => out.say(News::Put(json::parse(bytes)?)),
            Change::Deleted => out.say(News::Gone(name(&json::parse(bytes)?, bare))),
            Change::Bookmark | Change::Error => {}
        }
        Ok(())
    };
    follow(server, ask, version, out, &mut tell).await
}

fn name(body: &Value, bare: bool) -> Name {
    let text = |field: &str| body["metadata"][field].as_str().unwrap_or_default();
    Name::new(if bare { "" } else { text("namespace") }, text("name"))
}
