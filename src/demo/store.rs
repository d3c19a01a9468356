//! The objects of the demo cluster and what happened to them: versions, uids, and the events that watches read.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::resources::Resource;
use crate::model::Time;

/// Events kept for watches that begin at an earlier version; older ones are gone (410).
const KEPT: usize = 10_000;

/// Where an object is: resource, namespace (empty for cluster-wide ones), name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// `pods`, `deployments.apps`.
    pub resource: &'static str,
    pub namespace: String,
    pub name: String,
}

impl Key {
    pub fn new(resource: &Resource, namespace: &str, name: &str) -> Self {
        let namespace = if resource.namespaced { namespace.to_owned() } else { String::new() };
        Self { resource: resource.id, namespace, name: name.to_owned() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Added,
    Modified,
    Deleted,
}

/// One change, as a watch tells it. The object is as it was afterwards; a deleted one as it was last.
#[derive(Clone, Debug)]
pub struct Event {
    pub version: u64,
    pub happened: Happened,
    pub key: Key,
    pub object: Arc<Value>,
    /// As it was before: a selector may have fitted then and not now.
    pub before: Option<Arc<Value>>,
}

/// Everything the cluster holds. Deterministic: versions and uids count up, the time is what it was told last.
#[derive(Debug)]
pub struct Store {
    pub now: Time,
    objects: BTreeMap<Key, Arc<Value>>,
    events: VecDeque<Event>,
    /// What happened up to this version is not known any more.
    forgotten: u64,
    version: u64,
    uids: u64,
}

impl Store {
    pub fn new(now: Time) -> Self {
        Self { now, objects: BTreeMap::new(), events: VecDeque::new(), forgotten: 0, version: 1000, uids: 0 }
    }

    /// The version of the latest change.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn object(&self, key: &Key) -> Option<&Arc<Value>> {
        self.objects.get(key)
    }

    pub fn find(&self, resource: &Resource, namespace: &str, name: &str) -> Option<&Arc<Value>> {
        self.object(&Key::new(resource, namespace, name))
    }

    /// By namespace and name; all namespaces for `None`.
    pub fn list<'a>(
        &'a self,
        resource: &Resource,
        namespace: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a Key, &'a Arc<Value>)> + use<'a> {
        let first =
            Key { resource: resource.id, namespace: namespace.unwrap_or_default().to_owned(), name: String::new() };
        let (id, namespace) = (resource.id, namespace.filter(|_| resource.namespaced));
        self.objects
            .range(first..)
            .take_while(move |(key, _)| key.resource == id && namespace.is_none_or(|wanted| key.namespace == wanted))
    }

    /// Creates the object, or writes it in the place of the one that is there. Fills in what a server fills in:
    /// `apiVersion`, `kind`, uid, creation time, version, and a generation that rises with the spec. Nothing happens
    /// when nothing but the version would change.
    pub fn put(&mut self, resource: &'static Resource, mut object: Value) -> Arc<Value> {
        let key = key_of(resource, &object);
        let before = self.objects.get(&key).cloned();
        self.fill(resource, &mut object, before.as_deref());
        if let Some(before) = &before
            && **before == object
        {
            return before.clone();
        }
        let happened = if before.is_some() { Happened::Modified } else { Happened::Added };
        self.record(happened, key, object, before)
    }

    /// Changes an object in place. False when there is none.
    pub fn update(
        &mut self,
        resource: &'static Resource,
        namespace: &str,
        name: &str,
        change: impl FnOnce(&mut Value),
    ) -> bool {
        let Some(object) = self.find(resource, namespace, name) else { return false };
        let mut object = Value::clone(object);
        change(&mut object);
        self.put(resource, object);
        true
    }

    /// Takes an object away at once; finalizers and grace are the caller's.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<Value>> {
        let before = self.objects.remove(key)?;
        let last = Value::clone(&before);
        Some(self.record(Happened::Deleted, key.clone(), last, Some(before)))
    }

    /// What happened after `version`, oldest first; `None` when that is too long ago to know.
    pub fn since(&self, version: u64) -> Option<impl Iterator<Item = &Event>> {
        (version >= self.forgotten).then(|| {
            let start = self.events.partition_point(|event| event.version <= version);
            self.events.range(start..)
        })
    }

    #[cfg(test)]
    pub fn forget(&mut self) {
        self.events.clear();
        self.forgotten = self.version;
    }

    /// The object as it would be if it were written now. Nothing is remembered of it.
    pub fn draft(&mut self, resource: &'static Resource, mut object: Value) -> Value {
        let (uids, before) = (self.uids, self.objects.get(&key_of(resource, &object)).cloned());
        self.fill(resource, &mut object, before.as_deref());
        self.uids = uids;
        object
    }

    fn record(&mut self, happened: Happened, key: Key, mut object: Value, before: Option<Arc<Value>>) -> Arc<Value> {
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let object = Arc::new(object);
        if happened != Happened::Deleted {
            self.objects.insert(key.clone(), object.clone());
        }
        if self.events.len() == KEPT {
            self.forgotten = self.events.pop_front().map_or(0, |first| first.version);
        }
        self.events.push_back(Event { version: self.version, happened, key, object: object.clone(), before });
        object
    }

    fn fill(&mut self, resource: &Resource, object: &mut Value, before: Option<&Value>) {
        object["apiVersion"] = json!(resource.api_version());
        object["kind"] = json!(resource.kind);
        let spec_changed = before.is_none_or(|before| before.get("spec") != object.get("spec"));
        let generation = before.and_then(|before| before["metadata"]["generation"].as_i64()).unwrap_or(0);
        let own = |field: &str| before.map(|before| before["metadata"][field].clone()).filter(|value| !value.is_null());
        let (uid, created) = (own("uid"), own("creationTimestamp"));
        let uid = uid.unwrap_or_else(|| json!(self.uid()));
        let created =
            created.or_else(|| Some(object["metadata"]["creationTimestamp"].clone()).filter(Value::is_string));
        let created = created.unwrap_or_else(|| json!(self.now.rfc3339()));
        let Some(metadata) = metadata(object) else { return };
        metadata.insert("uid".into(), uid);
        metadata.insert("creationTimestamp".into(), created);
        metadata.insert("generation".into(), json!(generation + i64::from(spec_changed)));
        if let Some(before) = before {
            metadata.insert("resourceVersion".into(), before["metadata"]["resourceVersion"].clone());
        }
    }

    /// The next uid: no two are the same, and every run gives the same ones.
    pub fn uid(&mut self) -> String {
        self.uids += 1;
        // A step of splitmix64, so that they look as uids do.
        let mut bits = self.uids.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits ^= bits >> 27;
        let (high, low) = (bits >> 32, bits & 0xffff_ffff);
        format!("{high:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", low >> 16, low & 0xfff, (low >> 12) & 0xfff, self.uids)
    }
}

fn key_of(resource: &Resource, object: &Value) -> Key {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    Key::new(resource, text("namespace"), text("name"))
}

fn metadata(object: &mut Value) -> Option<&mut Map<String, Value>> {
    object.as_object_mut()?.entry("metadata").or_insert_with(|| json!({})).as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::resources::named;

    fn store() -> Store {
        Store::new(Time::from_secs(1_800_000_000))
    }

    fn pod(name: &str, node: &str) -> Value {
        json!({"metadata": {"name": name, "namespace": "shop"}, "spec": {"nodeName": node}})
    }

    #[test]
    fn a_store_fills_in_what_a_server_fills_in() {
        let (mut store, pods) = (store(), named("pods").unwrap());
        let first = store.put(pods, pod("web", "n1"));
        assert_eq!(first["kind"], "Pod");
        assert_eq!(first["metadata"]["creationTimestamp"], "2027-01-15T08:00:00Z");
        assert_eq!(first["metadata"]["generation"], 1);
        let second = store.put(pods, pod("web", "n2"));
        assert_eq!(second["metadata"]["uid"], first["metadata"]["uid"]);
        assert_eq!(second["metadata"]["generation"], 2);
        assert_ne!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    }

    #[test]
    fn nothing_happens_when_nothing_changes() {
        let (mut store, pods) = (store(), named("pods").unwrap());
        store.put(pods, pod("web", "n1"));
        let version = store.version();
        assert!(store.update(pods, "shop", "web", |_| {}));
        assert_eq!(store.version(), version);
        assert!(!store.update(pods, "shop", "other", |_| {}));
    }

    #[test]
    fn changes_are_told_from_a_version_on() {
        let (mut store, pods) = (store(), named("pods").unwrap());
        store.put(pods, pod("a", "n1"));
        let version = store.version();
        store.put(pods, pod("b", "n1"));
        store.remove(&Key::new(pods, "shop", "a"));
        let told: Vec<_> =
            store.since(version).unwrap().map(|event| (event.happened, event.key.name.as_str())).collect();
        assert_eq!(told, [(Happened::Added, "b"), (Happened::Deleted, "a")]);
        assert_eq!(store.list(pods, None).count(), 1);
        for round in 0..KEPT {
            store.put(pods, pod("b", &format!("n{}", round % 7)));
        }
        assert!(store.since(version).is_none());
    }

    #[test]
    fn a_list_is_one_namespace_or_all() {
        let (mut store, pods) = (store(), named("pods").unwrap());
        store.put(pods, pod("web", "n1"));
        store.put(pods, json!({"metadata": {"name": "dns", "namespace": "kube-system"}}));
        store.put(named("nodes").unwrap(), json!({"metadata": {"name": "n1"}}));
        let names = |namespace| store.list(pods, namespace).map(|(key, _)| key.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(None), ["dns", "web"]);
        assert_eq!(names(Some("shop")), ["web"]);
        assert!(names(Some("none")).is_empty());
    }
}
