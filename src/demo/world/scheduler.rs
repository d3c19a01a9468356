//! The scheduler: a node for every pod, the one with the fewest pods among those that take it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::World;
use super::body::{is, is_leaving, list, name, namespace, says, set_condition, text, the};
use super::notes::From;
use crate::demo::store::{Key, Store};

const SCHEDULER: From<'static> = From("default-scheduler", "");

impl World {
    /// Gives the pod a node. False when none takes it.
    pub(super) fn schedule(&mut self, store: &mut Store, key: &Key, pod: &Value) -> bool {
        let now = store.now;
        let Some(node) = choose(store, pod) else {
            let message = why_not(store, pod);
            self.warn(store, pod, "FailedScheduling", &message, SCHEDULER);
            store.update(the("pods"), &key.namespace, &key.name, |pod| {
                set_condition(&mut pod["status"], "PodScheduled", "False", "Unschedulable", &message, now);
            });
            return false;
        };
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            pod["spec"]["nodeName"] = json!(node);
            set_condition(&mut pod["status"], "PodScheduled", "True", "", "", now);
        });
        let message = format!("Successfully assigned {}/{} to {node}", namespace(pod), name(pod));
        self.note(store, pod, "Scheduled", &message, SCHEDULER);
        true
    }
}

const CORDON: &str = "node.kubernetes.io/unschedulable";

impl World {
    /// A cordoned node carries a taint for as long as it is cordoned.
    pub(super) fn node(&mut self, store: &mut Store, key: &Key) {
        let Some(node) = store.object(key) else { return };
        let (cordoned, tainted) =
            (is(node, "spec.unschedulable"), list(node, "spec.taints").iter().any(|taint| taint["key"] == CORDON));
        if cordoned == tainted {
            return;
        }
        let now = store.now.rfc3339();
        store.update(the("nodes"), "", &key.name, |node| {
            let mut taints = list(node, "spec.taints").to_vec();
            taints.retain(|taint| taint["key"] != CORDON);
            if cordoned {
                taints.push(json!({"key": CORDON, "effect": "NoSchedule", "timeAdded": now}));
            }
            node["spec"]["taints"] = Value::Array(taints);
        });
        if let Some(node) = store.object(key).cloned() {
            let reason = if cordoned { "NodeNotSchedulable" } else { "NodeSchedulable" };
            self.note(
                store,
                &node,
                reason,
                &format!("Node {} status is now: {reason}", key.name),
                From("kubelet", &key.name),
            );
        }
    }
}

fn choose(store: &Store, pod: &Value) -> Option<String> {
    let mut loads: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, other) in store.list(the("pods"), None) {
        *loads.entry(text(other, "spec.nodeName")).or_default() += 1;
    }
    let nodes = store.list(the("nodes"), None).filter(|(_, node)| takes(node, pod));
    nodes.map(|(key, _)| key.name.as_str()).min_by_key(|name| (loads.get(name).copied(), *name)).map(str::to_owned)
}

fn takes(node: &Value, pod: &Value) -> bool {
    refusal(node, pod).is_none()
}

/// Why a node does not take a pod, as the scheduler counts it.
fn refusal(node: &Value, pod: &Value) -> Option<String> {
    let selector = &pod["spec"]["nodeSelector"];
    let labels = &node["metadata"]["labels"];
    if selector.as_object().is_some_and(|all| all.iter().any(|(key, value)| labels.get(key) != Some(value))) {
        return Some("node(s) didn't match Pod's node affinity/selector".to_owned());
    }
    if !says(node, "Ready") || is_leaving(node) {
        return Some("node(s) were not ready".to_owned());
    }
    let untolerated = |taint: &&Value| text(taint, "effect") != "PreferNoSchedule" && !tolerates(pod, taint);
    if let Some(taint) = list(node, "spec.taints").iter().find(untolerated) {
        let value = text(taint, "value");
        let value = if value.is_empty() { String::new() } else { format!(": {value}") };
        return Some(match text(taint, "key") {
            "node.kubernetes.io/unschedulable" => "node(s) were unschedulable".to_owned(),
            key => format!("node(s) had untolerated taint(s) {{{key}{value}}}"),
        });
    }
    let cordoned = is(node, "spec.unschedulable")
        && !tolerates(pod, &json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}));
    cordoned.then(|| "node(s) were unschedulable".to_owned())
}

pub fn tolerates(pod: &Value, taint: &Value) -> bool {
    let fits = |toleration: &Value| {
        let effect = text(toleration, "effect");
        let same = effect.is_empty() || effect == text(taint, "effect");
        let key = text(toleration, "key");
        same && match text(toleration, "operator") {
            "Exists" => key.is_empty() || key == text(taint, "key"),
            _ => key == text(taint, "key") && text(toleration, "value") == text(taint, "value"),
        }
    };
    list(pod, "spec.tolerations").iter().any(fits)
}

fn why_not(store: &Store, pod: &Value) -> String {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut nodes = 0;
    for (_, node) in store.list(the("nodes"), None) {
        nodes += 1;
        if let Some(reason) = refusal(node, pod) {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let reasons: Vec<String> = reasons.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    format!(
        "0/{nodes} nodes are available: {}. preemption: 0/{nodes} nodes are available: {nodes} Preemption is not helpful for scheduling.",
        reasons.join(", ")
    )
}
