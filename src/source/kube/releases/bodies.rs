//! Reads the bodies of releases one by one. Only what a row shows is kept. Values never stay in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use serde::Deserialize;
use serde_json::json;
use tokio::task::spawn_blocking;

use super::{DRIVERS, Revision, SECRETS, cluster};
use crate::kinds::helm::{charts, extracts, stored};
use crate::kinds::lens::{self, or_default};
use crate::model::{Cell, Error, KindRef, Result, Str, Value, Wire};
use crate::source::kube::ask::{Ask, LENS};
use crate::source::kube::proto;
use crate::source::kube::server::Server;
use crate::source::kube::wire::unreadable;

/// The most revisions that are remembered. When there are more, all are forgotten.
const MOST: usize = 20_000;

pub type Cells = [Cell; 3];

pub struct Bodies {
    server: Arc<Server>,
    /// The cells by the uid of the object, with the version that was read.
    known: Mutex<HashMap<Str, (Str, Cells)>>,
}

impl Bodies {
    pub fn new(server: Arc<Server>) -> Self {
        Self { server, known: Mutex::default() }
    }

    /// The cells that are remembered of a revision.
    pub fn known(&self, revision: &Revision) -> Option<Cells> {
        let known = self.remembered();
        known.get(&revision.uid).filter(|(version, _)| *version == revision.version).map(|(_, cells)| cells.clone())
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<Str, (Str, Cells)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the cells of a revision from its body. A body that cannot be read leads to a description that says so.
    /// `None` if the object is gone.
    pub async fn cells(&self, revision: &Revision) -> Result<Option<Cells>> {
        let cells = match self.read(revision, stored::cells).await {
            Ok(cells) => cells,
            Err(Error::Gone(_)) => return Ok(None),
            Err(Error::Invalid(why)) => charts::cells("unreadable", "", "", &why),
            Err(error) => return Err(error),
        };
        let mut known = self.remembered();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(revision.uid.clone(), (revision.version.clone(), cells.clone()));
        Ok(Some(cells))
    }

    /// The body of a row of this kind, which is about one or two revisions, or one and the cluster.
    pub async fn whole(&self, revisions: &[Arc<Revision>], kind: KindRef) -> Result<Value> {
        let [earlier @ .., last] = revisions else { return Err(Error::Gone("the release is gone".to_owned())) };
        if kind.is(&extracts::DRIFT) {
            return cluster::compared(&self.server, self.one(last, kind).await?, kind).await;
        }
        if !kind.is(&extracts::CHANGES) {
            return self.one(last, kind).await;
        }
        let mut body = json!({"apiVersion": stored::TYPE, "kind": kind.address.kind});
        for revision in earlier {
            body["before"] = self.one(revision, kind).await?;
        }
        body["after"] = self.one(last, kind).await?;
        Ok(body)
    }

    /// A revision as a page shows it, or its texts.
    async fn one(&self, revision: &Revision, kind: KindRef) -> Result<Value> {
        let is_text = kind.is(&extracts::RELEASES) || kind.is(&extracts::HISTORY);
        let is_compared = kind.is(&extracts::CHANGES) || kind.is(&extracts::DRIFT);
        let make = match (is_text, is_compared) {
            (true, _) => stored::texts,
            (false, true) => stored::compared,
            (false, false) => stored::body,
        };
        self.read(revision, move |release| make(release, kind.0.address.kind)).await
    }

    /// Reads the object that keeps a revision. It is decompressed and parsed on another thread.
    async fn read<T: Send + 'static>(
        &self,
        revision: &Revision,
        parse: impl FnOnce(&[u8]) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let mut reply = self.server.ask(&Ask::object(&revision.id, LENS)).await?;
        let body = self.server.collect(&mut reply).await?;
        let (wire, is_secret) = (reply.wire(), revision.id.kind.is(DRIVERS[SECRETS]));
        let work = spawn_blocking(move || parse(&stored::unpacked(&text(wire, is_secret, &body)?)?));
        work.await.map_err(|error| Error::Offline(format!("a release could not be read: {error}")))?
    }
}

/// The value of helm's key in the object.
fn text(wire: Wire, is_secret: bool, body: &[u8]) -> Result<Vec<u8>> {
    let none = || Error::Invalid(format!("this release cannot be read: its object has no key {}", stored::KEY));
    match wire {
        Wire::Proto => data(body)?.remove(stored::KEY).ok_or_else(none),
        Wire::Json => {
            let text = lens::json::<Written>(body)?.data.remove(stored::KEY).ok_or_else(none)?;
            match is_secret {
                true => STANDARD.decode(text).map_err(|error| Error::Invalid(format!("unreadable Secret: {error}"))),
                false => Ok(text.into_bytes()),
            }
        }
    }
}

/// A Secret or a ConfigMap as JSON.
#[derive(Deserialize)]
struct Written {
    #[serde(default, deserialize_with = "or_default")]
    data: BTreeMap<String, String>,
}

/// The data of a Secret or a ConfigMap as protobuf. Both have the same layout.
fn data(body: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    #[derive(Message)]
    struct Kept {
        #[prost(btree_map = "string, bytes", tag = "2")]
        data: BTreeMap<String, Vec<u8>>,
    }
    let kept = Kept::decode(proto::unwrap(body)?).map_err(unreadable)?;
    Ok(kept.data)
}
