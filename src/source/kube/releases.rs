//! Helm releases, computed from the metadata of the Secrets and ConfigMaps that keep them. What only their bodies tell
//! is read for the rows on the screen.

mod bodies;
mod cluster;
mod lent;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use prost::Message;
use serde::Deserialize;

use self::bodies::Bodies;
use self::rows::Picture;
use super::ask::Form;
use super::computed::{self, Computation, Compute, Computed, Hub, Input, News};
use super::lists::{Instead, Lists};
use crate::kinds::helm::stored::{self, TYPE};
use crate::kinds::helm::{self, charts};
use crate::kinds::kube::{configmaps, secrets};
use crate::kinds::lens::{Moment, decode, join, or_default, when};
use crate::model::{
    Delta, Error, Id, Identified, Kind, KindRef, Object, Query, Reading, Reply, Request, Result, Scope, SourceId, Str,
    Time, Value, Version, Wire,
};
use crate::source::{Source, out};

pub static COMPUTATION: Computation = Computation { kinds: helm::COMPUTED, start: Helm::start };

/// The kinds of objects in which releases are kept, in the order of the inputs: helm's storage drivers.
static DRIVERS: [&Kind; 2] = [&secrets::KIND, &configmaps::KIND];
const SECRETS: usize = 0;

/// Asks for the metadata of Secrets and ConfigMaps only, as protobuf. A server that cannot send metadata alone refuses,
/// so the data of Secrets is never sent with a list.
const METADATA: Form = Form {
    list: "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, \
           application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    watch: "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1, \
            application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
};

/// One revision of a release, from the metadata of the object that keeps it.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The Secret or ConfigMap.
    pub id: Id,
    pub uid: Str,
    /// The resource version of that object.
    pub version: Str,
    pub release: Str,
    pub number: u32,
    pub status: Str,
    /// When the revision was made.
    pub made: Option<Time>,
    pub labels: Str,
}

impl Identified for Revision {
    fn id(&self) -> &Id {
        &self.id
    }
}

/// The order of rows. The revisions of a release stand together, the latest last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RevisionKey {
    namespace: Str,
    release: Str,
    driver: usize,
    number: u32,
}

#[derive(Default)]
pub struct Releases {
    all: BTreeMap<RevisionKey, Arc<Revision>>,
    /// Why Secrets may not be listed.
    refusal: Option<String>,
}

impl Compute for Releases {
    type Item = Revision;
    type Picture = Picture;

    fn inputs(scope: &Scope) -> Vec<Input<Revision>> {
        let input = |(driver, kind): (usize, &&'static Kind)| {
            let fields = if driver == SECRETS { Str::from(format!("type={TYPE}")) } else { Str::new() };
            let scope = Scope { namespace: scope.namespace.clone(), ..Scope::default() };
            Input {
                kinds: vec![KindRef(kind)],
                scope: scope.labels(stored::LABELS).fields(fields),
                instead: Instead::Allowed,
                form: METADATA,
                read,
            }
        };
        DRIVERS.iter().enumerate().map(input).collect()
    }

    fn take(&mut self, input: usize, news: News<Revision>) {
        match news {
            News::Put(revision) => {
                self.all.insert(place(input, &revision.id, &revision.release, revision.number), Arc::new(revision));
            }
            News::Gone(id) => {
                if let Some((release, number)) = stored::named(&id.name) {
                    self.all.remove(&place(input, &id, release, number));
                }
            }
            News::Whole(_) if input == SECRETS => self.refusal = None,
            News::Denied(why) if input == SECRETS => self.refusal = Some(why),
            // Few clusters keep releases in ConfigMaps, so the table is useful without them.
            News::Whole(_) | News::Denied(_) => {}
        }
    }

    fn draw(&mut self, now: Time) -> Result<Picture> {
        match &self.refusal {
            Some(why) => Err(Error::Denied(format!("helm keeps releases in Secrets: {why}"))),
            None => Ok(Picture::new(self.all.iter().map(|(place, revision)| (place.driver, revision.clone())), now)),
        }
    }

    fn rows(picture: &Picture, at: SourceId, kind: KindRef, scope: &Scope) -> Vec<Object> {
        picture.rows(at, kind, scope)
    }

    /// Bodies are read one by one, in `bodies.rs`.
    fn body(_: &Picture, _: &Id) -> Option<Value> {
        None
    }

    fn wake(picture: &Picture) -> Option<Time> {
        picture.wake
    }
}

fn place(driver: usize, id: &Id, release: &str, number: u32) -> RevisionKey {
    RevisionKey { namespace: id.namespace.clone(), release: release.into(), driver, number }
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Kept {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
}

/// `meta.v1.ObjectMeta`.
#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Meta {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "3")]
    namespace: String,
    #[prost(string, tag = "5")]
    uid: String,
    #[prost(string, tag = "6")]
    resource_version: String,
    #[prost(message, optional, tag = "8")]
    creation_timestamp: Option<Moment>,
    #[prost(btree_map = "string, string", tag = "11")]
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

/// An object whose name is not that of a release is none, whatever its labels say.
fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], out: &mut Vec<Revision>) -> Result<()> {
    let meta = decode::<Kept>(wire, bytes)?.metadata.unwrap_or_default();
    let Some((release, number)) = stored::named(&meta.name) else { return Ok(()) };
    let strings = &mut *reading.strings;
    let id = Id::new(reading.at, reading.kind, strings.share(&meta.namespace), meta.name.as_str());
    out.push(Revision {
        id,
        uid: meta.uid.into(),
        version: meta.resource_version.into(),
        release: strings.share(release),
        number,
        status: strings.share(meta.labels.get("status").map_or("", String::as_str)),
        made: when(meta.creation_timestamp),
        labels: join(&meta.labels).into(),
    });
    Ok(())
}

/// The computation as a source.
struct Helm {
    hub: Arc<Hub<Releases>>,
    bodies: Arc<Bodies>,
}

impl Helm {
    fn start(lists: &Lists) -> Arc<dyn Source> {
        let bodies = Arc::new(Bodies::new(lists.server.clone()));
        Arc::new(Self { hub: Arc::new(Hub::new(lists.clone())), bodies })
    }
}

impl Source for Helm {
    fn open(&self, query: Query, since: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let (hub, bodies) = (self.hub.clone(), self.bodies.clone());
        match query {
            Query::List { kind, scope, .. } if kind.is(&charts::RELEASES) || kind.is(&charts::HISTORY) => {
                out::stream(move |out| lent::list(hub, bodies, kind, scope, out).boxed())
            }
            Query::One { id } => out::stream(move |out| lent::one(hub, bodies, id, out).boxed()),
            query => Computed(hub).open(query, since),
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        computed::call(self, request)
    }
}
