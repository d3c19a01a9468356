//! Daemon sets: one pod on every node that fits.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use super::body::{is_leaving, list, name, namespace, owned, share, text, the};
use super::build;
use super::notes::From;
use super::scheduler::tolerates;
use super::status::is_ready;
use crate::demo::store::{Key, Store};

const CONTROLLER: From<'static> = From("daemonset-controller", "");
const REVISION: &str = "controller-revision-hash";
/// What every daemon bears.
const BORNE: &[(&str, &str)] = &[
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

impl World {
    pub(super) fn daemonset(&mut self, store: &mut Store, key: &Key) {
        let Some(set) = store.object(key).cloned().filter(|set| !is_leaving(set)) else { return };
        let revision = build::template_hash(&set["spec"]["template"], 10);
        let mut pods: BTreeMap<String, Arc<Value>> = BTreeMap::new();
        for pod in owned(store, "pods", &set) {
            // Of two on one node the one that stays counts.
            let node = text(&pod, "spec.nodeName").to_owned();
            if !is_leaving(&pod) || !pods.contains_key(&node) {
                pods.insert(node, pod);
            }
        }
        let nodes = nodes(store, &set);
        for node in nodes.iter().filter(|node| !pods.contains_key(*node)) {
            let called = format!("{}-{}", name(&set), self.dice.letters(5));
            store.put(the("pods"), pod(&set, node, &called, &revision));
            self.note(store, &set, "SuccessfulCreate", &format!("Created pod: {called}"), CONTROLLER);
        }
        for pod in pods.iter().filter(|(node, _)| !nodes.contains(node)).map(|(_, pod)| pod) {
            self.remove_daemon(store, &set, pod);
        }
        self.roll(store, &set, &pods, &nodes, &revision);
        let pods: Vec<_> = owned(store, "pods", &set).into_iter().filter(|pod| !is_leaving(pod)).collect();
        store.update(the(key.resource), &key.namespace, &key.name, |set| report(set, &pods, nodes.len(), &revision));
    }

    /// Old pods go as far as enough are ready.
    fn roll(
        &mut self,
        store: &mut Store,
        set: &Value,
        pods: &BTreeMap<String, Arc<Value>>,
        nodes: &[String],
        revision: &str,
    ) {
        if text(set, "spec.updateStrategy.type") == "OnDelete" {
            return;
        }
        let most =
            share(&set["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"], nodes.len() as i64, true, "1")
                .max(1);
        let here = |pod: &&Arc<Value>| !is_leaving(pod) && is_ready(pod);
        let mut down = nodes.len() as i64 - pods.values().filter(here).count() as i64;
        for pod in pods.values().filter(|pod| pod["metadata"]["labels"][REVISION] != *revision && !is_leaving(pod)) {
            if !is_ready(pod) {
                self.remove_daemon(store, set, pod);
            } else if down < most {
                down += 1;
                self.remove_daemon(store, set, pod);
            }
        }
    }

    fn remove_daemon(&mut self, store: &mut Store, set: &Value, pod: &Value) {
        if !is_leaving(pod) {
            self.note(store, set, "SuccessfulDelete", &format!("Deleted pod: {}", name(pod)), CONTROLLER);
            self.delete(store, &Key::new(the("pods"), namespace(pod), name(pod)));
        }
    }
}

pub fn pod(set: &Value, node: &str, called: &str, revision: &str) -> Value {
    let generation = set["metadata"]["generation"].as_i64().unwrap_or(1).to_string();
    let labels = [(REVISION, revision), ("pod-template-generation", generation.as_str())];
    let mut pod = build::pod(&set["spec"]["template"], set, called, &labels);
    if let Some(all) = pod["spec"]["tolerations"].as_array_mut() {
        all.retain(|toleration| toleration["tolerationSeconds"].is_null());
        all.extend(BORNE.iter().map(|(key, effect)| json!({"key": key, "operator": "Exists", "effect": effect})));
    }
    pod["spec"]["affinity"] = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
        {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}]}}});
    // The scheduler would choose this very node.
    pod["spec"]["nodeName"] = json!(node);
    pod
}

fn nodes(store: &Store, set: &Value) -> Vec<String> {
    let template = &set["spec"]["template"];
    let selector = &template["spec"]["nodeSelector"];
    let borne = |taint: &Value| {
        BORNE.iter().any(|(key, _)| *key == text(taint, "key"))
            || text(taint, "effect") == "PreferNoSchedule"
            || tolerates(template, taint)
    };
    let fits = |node: &Value| {
        let labels = &node["metadata"]["labels"];
        let selected =
            selector.as_object().is_none_or(|all| all.iter().all(|(key, value)| labels.get(key) == Some(value)));
        selected && list(node, "spec.taints").iter().all(borne)
    };
    store.list(the("nodes"), None).filter(|(_, node)| fits(node)).map(|(key, _)| key.name.clone()).collect()
}

fn report(set: &mut Value, pods: &[Arc<Value>], wanted: usize, revision: &str) {
    let ready = pods.iter().filter(|pod| is_ready(pod)).count();
    let updated = pods.iter().filter(|pod| pod["metadata"]["labels"][REVISION] == *revision).count();
    let mut status = json!({"currentNumberScheduled": pods.len(), "numberMisscheduled": 0, "desiredNumberScheduled": wanted,
        "numberReady": ready, "observedGeneration": set["metadata"]["generation"], "updatedNumberScheduled": updated, "numberAvailable": ready});
    if ready < wanted {
        status["numberUnavailable"] = json!(wanted - ready);
    }
    set["status"] = status;
}
