//! Reads the objects of a manifest as the cluster has them. One GET is sent for each object, and one for each version of an
//! API that is named, to learn its paths. Nothing else is asked.

use std::collections::{BTreeSet, HashMap};

use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::json;

use crate::kinds::helm::manifest::{ManifestObject, objects};
use crate::kinds::kube::facts::text;
use crate::kinds::{self, Definition};
use crate::model::{Error, Id, KindRef, Result, Value};
use crate::source::kube::ask::{Ask, JSON};
use crate::source::kube::old_groups::OldList;
use crate::source::kube::server::Server;

/// The most objects that are read of one release.
const MOST: usize = 500;
/// The most requests that are under way at the same time.
const AT_ONCE: usize = 8;

/// The kinds that were found, by `apiVersion` and `kind` as manifests write them; by `apiVersion`, why it could not be read.
#[derive(Default)]
struct Served {
    kinds: HashMap<(String, String), KindRef>,
    unread: HashMap<String, String>,
}

/// An object of the cluster, or nothing, or why it could not be read.
enum InCluster {
    Object(Value),
    Missing,
    Unread(String),
}

/// The revision as `before`, its objects in the cluster as `after`, and as `unread` why some could not be read.
pub async fn compared(server: &Server, revision: Value, kind: KindRef) -> Result<Value> {
    let all = read(server, &revision).await?;
    let (mut live, mut unread) = (Vec::new(), Vec::new());
    for one in all {
        let (object, why) = match one {
            InCluster::Object(object) => (object, Value::Null),
            InCluster::Missing => (Value::Null, Value::Null),
            InCluster::Unread(why) => (Value::Null, why.into()),
        };
        live.push(object);
        unread.push(why);
    }
    Ok(json!({"apiVersion": revision["apiVersion"], "kind": kind.address.kind, "before": revision,
        "after": {"manifest": live}, "unread": unread}))
}

/// The objects of the cluster, in the order of those in the manifest.
async fn read(server: &Server, revision: &Value) -> Result<Vec<InCluster>> {
    let home = text(&revision["metadata"], "namespace");
    let all = objects(&revision["manifest"], home);
    let versions = all.iter().take(MOST).map(|one| text(one.object, "apiVersion")).filter(|version| is_path(version));
    let served = served(server, versions.map(str::to_owned).collect()).await?;
    let ids = all.iter().enumerate().map(|(i, one)| match i < MOST {
        true => place(server, one, &served, home),
        false => Err(format!("only the first {MOST} objects of a release are read")),
    });
    let ids: Vec<Result<Id, String>> = ids.collect();
    stream::iter(ids).map(|id| live(server, id)).buffered(AT_ONCE).try_collect().await
}

/// The id of an object, or why it has none.
fn place(server: &Server, one: &ManifestObject<'_>, served: &Served, home: &str) -> Result<Id, String> {
    let (version, kind) = (text(one.object, "apiVersion"), text(one.object, "kind"));
    if one.is_repeated() {
        return Err("it stands in the manifest once more".to_owned());
    }
    let known = served.kinds.get(&(version.to_owned(), kind.to_owned()));
    let unknown = || format!("the server has no kind {kind} in {version}");
    let kind = *known.ok_or_else(|| served.unread.get(version).cloned().unwrap_or_else(unknown))?;
    let meta = &one.object["metadata"];
    let namespace = match (kind.address.namespaced, text(meta, "namespace")) {
        (false, _) => "",
        (true, "") => home,
        (true, namespace) => namespace,
    };
    Ok(Id::new(server.at, kind, namespace, text(meta, "name")))
}

async fn live(server: &Server, id: Result<Id, String>) -> Result<InCluster> {
    let id = match id {
        Ok(id) => id,
        Err(why) => return Ok(InCluster::Unread(why)),
    };
    match server.read::<Value>(&Ask::object(&id, JSON)).await {
        Ok(object) => Ok(InCluster::Object(object)),
        Err(Error::Gone(_)) => Ok(InCluster::Missing),
        Err(error) => told(error).map(InCluster::Unread),
    }
}

/// The kinds of some versions of APIs.
async fn served(server: &Server, versions: BTreeSet<String>) -> Result<Served> {
    let lists: Vec<(String, Result<Vec<Definition>, String>)> =
        stream::iter(versions).map(|version| definitions(server, version)).buffered(AT_ONCE).try_collect().await?;
    let mut served = Served::default();
    for (version, list) in lists {
        match list {
            Ok(list) => served
                .kinds
                .extend(list.iter().map(|found| ((version.clone(), found.kind.clone()), kinds::adopt(found)))),
            Err(why) => drop(served.unread.insert(version, why)),
        }
    }
    Ok(served)
}

/// What a version of an API serves, or why that could not be read. One that the server does not have serves nothing.
async fn definitions(server: &Server, version: String) -> Result<(String, Result<Vec<Definition>, String>)> {
    let lead = if version.contains('/') { "apis" } else { "api" };
    let list = match server.read::<OldList>(&Ask::new(format!("/{lead}/{version}"), JSON)).await {
        Ok(list) => Ok(list.definitions(&version).collect()),
        Err(Error::Gone(_) | Error::Unserved(_)) => Ok(Vec::new()),
        Err(error) => Err(told(error)?),
    };
    Ok((version, list))
}

/// `v1` or `apps/v1`: what a manifest calls the version of an API must not become another path.
fn is_path(version: &str) -> bool {
    let is_segment = |part: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        !part.trim_matches('.').is_empty() && part.chars().all(is_plain)
    };
    version.split('/').count() <= 2 && version.split('/').all(is_segment)
}

/// Why one object could not be read. Nothing can be read of a server that does not answer: that is an error of the whole.
fn told(error: Error) -> Result<String> {
    match error {
        Error::Offline(_) | Error::Lost(_) | Error::Login { .. } => Err(error),
        error => Ok(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn versions_of_apis_are_no_other_paths() {
        assert!(["v1", "apps/v1", "networking.istio.io/v1beta1"].into_iter().all(is_path));
        assert!(!["", "..", "v1/../x", "a/b/c", "v1?x", "/v1", "v1/", "v%2f1", "./v1"].into_iter().any(is_path));
    }
}
