//! Events: what controllers and kubelets say about objects. Repeated ones are counted, old ones drop out.

use std::collections::{HashMap, VecDeque};

use serde_json::{Value, json};

use super::World;
use super::body::{name, namespace, text, the, uid};
use super::chance::hash;
use crate::demo::store::{Key, Store};

/// So many are kept.
const MOST: usize = 400;

/// Who speaks, as a component; kubelets add their node.
#[derive(Clone, Copy, Debug)]
pub struct From<'a>(pub &'a str, pub &'a str);

#[derive(Debug, Default)]
pub struct Notes {
    order: VecDeque<(String, String)>,
    /// The name of the event that says the same of the same object.
    known: HashMap<u64, String>,
}

impl World {
    pub(super) fn note(&mut self, store: &mut Store, about: &Value, reason: &str, message: &str, from: From) {
        self.say(store, about, "Normal", reason, message, from);
    }

    pub(super) fn warn(&mut self, store: &mut Store, about: &Value, reason: &str, message: &str, from: From) {
        self.say(store, about, "Warning", reason, message, from);
    }

    fn say(&mut self, store: &mut Store, about: &Value, kind: &str, reason: &str, message: &str, from: From) {
        let same = hash(&format!("{} {reason} {message}", uid(about)));
        let home = if namespace(about).is_empty() { "default" } else { namespace(about) };
        let now = store.now.rfc3339();
        if let Some(known) = self.notes.known.get(&same) {
            let count = |event: &mut Value| {
                event["count"] = json!(event["count"].as_i64().unwrap_or(1) + 1);
                event["lastTimestamp"] = json!(now);
            };
            if store.update(the("events"), home, known, count) {
                return;
            }
        }
        let called = format!("{}.{:016x}", name(about), same >> 4);
        let event = json!({
            "metadata": {"name": called, "namespace": home},
            "involvedObject": {"kind": about["kind"], "namespace": about["metadata"]["namespace"], "name": name(about),
                "uid": uid(about), "apiVersion": about["apiVersion"], "resourceVersion": about["metadata"]["resourceVersion"],
                "fieldPath": field_path(about, reason)},
            "reason": reason, "message": message, "type": kind, "count": 1,
            "source": source(from), "firstTimestamp": now, "lastTimestamp": now, "eventTime": null,
            "reportingComponent": from.0, "reportingInstance": from.1,
        });
        let mut event = event;
        // What is not there is left out, as a server does it.
        if let Some(involved) = event["involvedObject"].as_object_mut() {
            involved.retain(|_, value| !value.is_null());
        }
        store.put(the("events"), event);
        self.notes.known.insert(same, called.clone());
        self.notes.order.push_back((home.to_owned(), called));
        self.drop_old(store);
    }

    /// Something that was said before all this began: so many times, the first and the last so many minutes ago.
    pub(super) fn said(
        &mut self,
        store: &mut Store,
        about: &Value,
        what: (&str, &str, &str),
        from: From,
        times: (i64, i64, i64),
    ) {
        let now = store.now;
        let (kind, reason, message) = what;
        let (count, first, last) = times;
        store.now = now.plus_millis(-first * 60_000);
        self.say(store, about, kind, reason, message, from);
        store.now = now;
        let same = hash(&format!("{} {reason} {message}", uid(about)));
        let Some(known) = self.notes.known.get(&same) else { return };
        let home = if namespace(about).is_empty() { "default" } else { namespace(about) };
        store.update(the("events"), home, known, |event| {
            event["count"] = json!(count);
            event["lastTimestamp"] = json!(now.plus_millis(-last * 60_000).rfc3339());
        });
    }

    fn drop_old(&mut self, store: &mut Store) {
        while self.notes.order.len() > MOST {
            let Some((namespace, name)) = self.notes.order.pop_front() else { return };
            store.remove(&Key::new(the("events"), &namespace, &name));
        }
        // What is known of events that are gone is of no use.
        if self.notes.known.len() > 2 * MOST {
            let order = &self.notes.order;
            self.notes.known.retain(|_, name| order.iter().any(|(_, kept)| kept == name));
        }
    }
}

fn source(from: From) -> Value {
    if from.1.is_empty() { json!({"component": from.0}) } else { json!({"component": from.0, "host": from.1}) }
}

/// Kubelets name the container that they speak of.
fn field_path(about: &Value, reason: &str) -> Value {
    const OF_CONTAINERS: &[&str] =
        &["Pulling", "Pulled", "Created", "Started", "Killing", "BackOff", "Unhealthy", "Failed"];
    let container = text(&about["spec"]["containers"][0], "name");
    match about["kind"] == "Pod" && OF_CONTAINERS.contains(&reason) {
        true => json!(format!("spec.containers{{{container}}}")),
        false => Value::Null,
    }
}
