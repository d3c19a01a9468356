//! Everything that is there at the start: a shop that has been running for weeks, and some things that are wrong.

mod access;
mod apps;
mod charts;
mod cluster;
mod delivery;
mod landscape;
mod mesh;
mod problems;
mod tasks;
mod workloads;

use serde_json::{Value, json};

use super::World;
use super::body::the;
use crate::demo::store::Store;
use crate::model::Time;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

impl World {
    pub(super) fn populate(&mut self, store: &mut Store) {
        self.cluster(store);
        access::all(store);
        self.workloads(store);
        mesh::all(store);
        charts::all(store);
        self.tasks(store);
        self.problems(store);
        delivery::all(store);
        landscape::all(store);
    }
}

/// Writes an object that was made so long ago.
pub fn put(
    store: &mut Store,
    id: &str,
    namespace: &str,
    name: &str,
    age: i64,
    mut rest: Value,
) -> std::sync::Arc<Value> {
    let born = store.now.plus_millis(-age).rfc3339();
    let meta = &mut rest["metadata"];
    if !meta.is_object() {
        *meta = json!({});
    }
    meta["name"] = json!(name);
    if !namespace.is_empty() {
        meta["namespace"] = json!(namespace);
    }
    meta["creationTimestamp"] = json!(born);
    store.put(the(id), rest)
}

pub fn ago(now: Time, age: i64) -> Time {
    now.plus_millis(-age)
}
