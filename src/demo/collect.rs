//! Deleting, and what follows from it: grace for pods, finalizers, owners that take along what they own, namespaces
//! that empty themselves.

use std::sync::Arc;

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::resources::{RESOURCES, Resource};
use super::store::{Happened, Key, Store};

/// How something is to be deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Seconds; the pod's own for `None`.
    pub grace: Option<i64>,
    pub dependents: Dependents,
}

/// What becomes of what the object owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dependents {
    #[default]
    Background,
    /// They go first.
    Foreground,
    Orphan,
}

/// What became of an object.
#[derive(Clone, Debug)]
pub enum Fate {
    Gone(Arc<Value>),
    /// It is still there, marked as deleted.
    Going(Arc<Value>),
}

const FOREGROUND: &str = "foregroundDeletion";
const GRACE: i64 = 30;

pub fn delete(store: &mut Store, resource: &'static Resource, key: &Key, wish: Wish) -> Option<Fate> {
    let object = store.object(key)?.clone();
    if wish.dependents == Dependents::Orphan {
        orphan(store, &object);
    }
    let waits = wish.dependents == Dependents::Foreground && dependents(store, &object).next().is_some();
    let mut marked = Value::clone(&object);
    if waits && !finalizers(&object).any(|known| known == FOREGROUND) {
        let list = finalizers(&object).chain([FOREGROUND]).map(|name| json!(name)).collect::<Vec<_>>();
        marked["metadata"]["finalizers"] = Value::Array(list);
    }
    let grace = if resource.id == "pods" { grace(&object, wish.grace) } else { 0 };
    let stays = finalizers(&marked).next().is_some() || resource.id == "namespaces";
    if grace == 0 && !stays {
        return store.remove(key).map(Fate::Gone);
    }
    mark(store, &mut marked, resource, grace);
    Some(Fate::Going(store.put(resource, marked)))
}

/// The seconds that a pod gets. What does not run on a node has nothing to end.
fn grace(pod: &Value, wished: Option<i64>) -> i64 {
    let over = matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
    if over || pod["spec"]["nodeName"].as_str().unwrap_or_default().is_empty() {
        return 0;
    }
    let own = pod["spec"]["terminationGracePeriodSeconds"].as_i64().unwrap_or(GRACE);
    let before = pod["metadata"]["deletionGracePeriodSeconds"].as_i64();
    let grace = wished.unwrap_or(own).max(0);
    before.map_or(grace, |before| grace.min(before))
}

/// A second deletion may only shorten the first.
fn mark(store: &Store, object: &mut Value, resource: &Resource, grace: i64) {
    let metadata = &mut object["metadata"];
    let shorter = metadata["deletionGracePeriodSeconds"].as_i64().is_none_or(|before| grace < before);
    if !shorter {
        return;
    }
    metadata["deletionTimestamp"] = json!(store.now.plus_millis(grace * 1000).rfc3339());
    metadata["deletionGracePeriodSeconds"] = json!(grace);
    if resource.id == "namespaces" {
        object["status"]["phase"] = json!("Terminating");
    }
}

pub fn finalizers(object: &Value) -> impl Iterator<Item = &str> {
    object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

pub fn is_going(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

/// What an object owns. An owner elsewhere is no owner.
fn dependents<'a>(store: &'a Store, owner: &'a Value) -> impl Iterator<Item = (&'static Resource, Key)> + use<'a> {
    let (uid, namespace) = (&owner["metadata"]["uid"], owner["metadata"]["namespace"].as_str());
    RESOURCES.iter().filter(move |resource| namespace.is_none() || resource.namespaced).flat_map(move |resource| {
        let owned = store.list(resource, namespace).filter(move |(_, object)| is_owned(object, uid));
        owned.map(move |(key, _)| (resource, key.clone()))
    })
}

fn is_owned(object: &Value, uid: &Value) -> bool {
    object["metadata"]["ownerReferences"]
        .as_array()
        .is_some_and(|owners| owners.iter().any(|owner| owner["uid"] == *uid))
}

/// What it owns belongs to nobody from now on.
fn orphan(store: &mut Store, owner: &Value) {
    let uid = owner["metadata"]["uid"].clone();
    for (resource, key) in dependents(store, owner).collect::<Vec<_>>() {
        store.update(resource, &key.namespace, &key.name, |object| leave(object, &uid));
    }
}

fn leave(object: &mut Value, uid: &Value) {
    let Some(metadata) = object["metadata"].as_object_mut() else { return };
    let Some(owners) = metadata.get_mut("ownerReferences").and_then(Value::as_array_mut) else { return };
    owners.retain(|owner| owner["uid"] != *uid);
    if owners.is_empty() {
        metadata.remove("ownerReferences");
    }
}

/// The garbage collector and the namespace controller, until nothing follows from anything any more.
pub fn sweep(cluster: &mut Cluster) {
    while cluster.swept != cluster.store.version() {
        let owners = gone(&cluster.store, cluster.swept);
        cluster.swept = cluster.store.version();
        for owner in owners {
            forsake(&mut cluster.store, &owner);
        }
        going(&cluster.store).into_iter().for_each(|(resource, key)| go_on(&mut cluster.store, resource, &key));
    }
}

/// What was deleted after this version.
fn gone(store: &Store, version: u64) -> Vec<Arc<Value>> {
    let deleted = store.since(version).into_iter().flatten().filter(|event| event.happened == Happened::Deleted);
    deleted.map(|event| event.object.clone()).collect()
}

/// An owner is gone: what had no other goes with it.
fn forsake(store: &mut Store, owner: &Value) {
    let uid = owner["metadata"]["uid"].clone();
    for (resource, key) in dependents(store, owner).collect::<Vec<_>>() {
        let owners =
            store.object(&key).and_then(|object| object["metadata"]["ownerReferences"].as_array().map(Vec::len));
        if owners.is_some_and(|count| count > 1) {
            store.update(resource, &key.namespace, &key.name, |object| leave(object, &uid));
        } else if store.object(&key).is_some_and(|object| !is_going(object)) {
            delete(store, resource, &key, Wish::default());
        }
    }
}

/// Everything that waits for its end, and is not a pod with its grace.
fn going(store: &Store) -> Vec<(&'static Resource, Key)> {
    let of = |resource: &'static Resource| {
        let going = store.list(resource, None).filter(|(_, object)| is_going(object));
        going.map(move |(key, _)| (resource, key.clone()))
    };
    RESOURCES.iter().filter(|resource| resource.id != "pods").flat_map(of).collect()
}

fn go_on(store: &mut Store, resource: &'static Resource, key: &Key) {
    let Some(object) = store.object(key).cloned() else { return };
    if resource.id == "namespaces" {
        return empty(store, key);
    }
    if !finalizers(&object).any(|name| name == FOREGROUND) {
        return;
    }
    let owned: Vec<_> = dependents(store, &object).collect();
    if owned.is_empty() {
        return release(store, resource, key);
    }
    for (resource, key) in owned {
        if store.object(&key).is_some_and(|object| !is_going(object)) {
            delete(store, resource, &key, Wish { dependents: Dependents::Foreground, grace: None });
        }
    }
}

/// What it owned is gone: the last thing that held it.
fn release(store: &mut Store, resource: &'static Resource, key: &Key) {
    store.update(resource, &key.namespace, &key.name, |object| {
        let left: Vec<Value> = finalizers(object).filter(|name| *name != FOREGROUND).map(|name| json!(name)).collect();
        object["metadata"]["finalizers"] = Value::Array(left);
    });
    if store.object(key).is_some_and(|object| finalizers(object).next().is_none()) {
        store.remove(key);
    }
}

/// Deletes what is in a namespace, and the namespace when nothing is.
fn empty(store: &mut Store, key: &Key) {
    let inside = |store: &Store| -> Vec<(&'static Resource, Key)> {
        let namespaced = RESOURCES.iter().filter(|resource| resource.namespaced);
        let of = |resource: &'static Resource| {
            store.list(resource, Some(&key.name)).map(move |(key, _)| (resource, key.clone())).collect::<Vec<_>>()
        };
        namespaced.flat_map(of).collect()
    };
    for (resource, key) in inside(store) {
        if store.object(&key).is_some_and(|object| !is_going(object)) {
            delete(store, resource, &key, Wish::default());
        }
    }
    let held = store.object(key).is_some_and(|object| finalizers(object).next().is_some());
    if inside(store).is_empty() && !held {
        store.remove(key);
    }
}
