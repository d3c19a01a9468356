//! Stateful sets: pods by number, one after the other, each with claims of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use super::body::{is_leaving, list, name, namespace, number, owned, text, the};
use super::build;
use super::notes::From;
use super::status::is_ready;
use crate::demo::store::{Key, Store};

const CONTROLLER: From<'static> = From("statefulset-controller", "");
const REVISION: &str = "controller-revision-hash";

impl World {
    pub(super) fn statefulset(&mut self, store: &mut Store, key: &Key) {
        let Some(set) = store.object(key).cloned().filter(|set| !is_leaving(set)) else { return };
        let wanted = number(&set, "spec.replicas").unwrap_or(1).max(0);
        let revision = format!("{}-{}", name(&set), build::template_hash(&set["spec"]["template"], 10));
        let pods = numbered(store, &set);
        self.next_change(store, &set, &pods, wanted, &revision);
        let pods = numbered(store, &set);
        store.update(the(key.resource), &key.namespace, &key.name, |set| report(set, &pods, wanted, &revision));
    }

    /// One change at a time: the next pod is made when all before it are ready, the last one goes first.
    fn next_change(
        &mut self,
        store: &mut Store,
        set: &Value,
        pods: &BTreeMap<i64, Arc<Value>>,
        wanted: i64,
        revision: &str,
    ) {
        let parallel = text(set, "spec.podManagementPolicy") == "Parallel";
        for ordinal in 0..wanted {
            match pods.get(&ordinal) {
                None => {
                    self.make(store, set, ordinal, revision);
                    if !parallel {
                        return;
                    }
                }
                Some(pod) if !parallel && !is_ready(pod) => {
                    // A pod of an older revision that never became ready would stand in the way for ever.
                    if !is_leaving(pod) && of(pod) != revision {
                        self.drop_pod(store, set, pod);
                    }
                    return;
                }
                Some(_) => {}
            }
        }
        if let Some((_, last)) = pods.range(wanted..).next_back() {
            if !is_leaving(last) {
                self.drop_pod(store, set, last);
            }
            return;
        }
        if text(set, "spec.updateStrategy.type") == "OnDelete" || pods.values().any(|pod| is_leaving(pod)) {
            return;
        }
        let partition = number(set, "spec.updateStrategy.rollingUpdate.partition").unwrap_or(0);
        let old = pods.range(partition..).rev().find(|(_, pod)| of(pod) != revision);
        if let Some((_, pod)) = old {
            self.drop_pod(store, set, pod);
        }
    }

    fn make(&mut self, store: &mut Store, set: &Value, ordinal: i64, revision: &str) {
        let called = format!("{}-{ordinal}", name(set));
        claim(store, set, &called);
        store.put(the("pods"), pod(set, ordinal, revision));
        let message = format!("create Pod {called} in StatefulSet {} successful", name(set));
        self.note(store, set, "SuccessfulCreate", &message, CONTROLLER);
    }

    fn drop_pod(&mut self, store: &mut Store, set: &Value, pod: &Value) {
        let message = format!("delete Pod {} in StatefulSet {} successful", name(pod), name(set));
        self.note(store, set, "SuccessfulDelete", &message, CONTROLLER);
        self.delete(store, &Key::new(the("pods"), namespace(pod), name(pod)));
    }
}

fn of(pod: &Value) -> &str {
    pod["metadata"]["labels"][REVISION].as_str().unwrap_or_default()
}

/// The pod of this number, with its claims as volumes.
pub fn pod(set: &Value, ordinal: i64, revision: &str) -> Value {
    let called = format!("{}-{ordinal}", name(set));
    let number = ordinal.to_string();
    let labels = [
        ("apps.kubernetes.io/pod-index", number.as_str()),
        (REVISION, revision),
        ("statefulset.kubernetes.io/pod-name", &called),
    ];
    let mut pod = build::pod(&set["spec"]["template"], set, &called, &labels);
    pod["spec"]["hostname"] = json!(called);
    pod["spec"]["subdomain"] = set["spec"]["serviceName"].clone();
    if let Some(volumes) = pod["spec"]["volumes"].as_array_mut() {
        for template in list(set, "spec.volumeClaimTemplates") {
            let claim = format!("{}-{called}", name(template));
            volumes.insert(0, json!({"name": name(template), "persistentVolumeClaim": {"claimName": claim}}));
        }
    }
    pod
}

/// Claims are made once, and bound at once: the class provisions.
pub fn claim(store: &mut Store, set: &Value, pod: &str) {
    for template in list(set, "spec.volumeClaimTemplates") {
        let called = format!("{}-{pod}", name(template));
        if store.find(the("persistentvolumeclaims"), namespace(set), &called).is_some() {
            continue;
        }
        let size = template["spec"]["resources"]["requests"]["storage"].clone();
        let volume = format!("pvc-{}", store.uid());
        let class = template["spec"]["storageClassName"].as_str().unwrap_or("standard").to_owned();
        let mut spec = template["spec"].clone();
        spec["storageClassName"] = json!(class);
        spec["volumeName"] = json!(volume);
        spec["volumeMode"] = json!("Filesystem");
        let modes = spec["accessModes"].clone();
        let born = set["metadata"]["creationTimestamp"].clone();
        let bound = store.put(the("persistentvolumeclaims"), json!({
            "metadata": {"name": called, "namespace": namespace(set), "creationTimestamp": born, "labels": set["spec"]["selector"]["matchLabels"]},
            "spec": spec, "status": {"phase": "Bound", "accessModes": modes, "capacity": {"storage": size}}}));
        store.put(the("persistentvolumes"), json!({
            "metadata": {"name": volume, "creationTimestamp": born, "annotations": {"pv.kubernetes.io/provisioned-by": "csi.storage.example"}},
            "spec": {"capacity": {"storage": size}, "accessModes": modes, "persistentVolumeReclaimPolicy": "Delete", "storageClassName": class,
                "volumeMode": "Filesystem", "csi": {"driver": "csi.storage.example", "volumeHandle": volume, "fsType": "ext4"},
                "claimRef": {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": namespace(set), "name": called, "uid": bound["metadata"]["uid"]}},
            "status": {"phase": "Bound"}}));
    }
}

fn numbered(store: &Store, set: &Value) -> BTreeMap<i64, Arc<Value>> {
    let number = |pod: &Value| name(pod).rsplit_once('-').and_then(|(_, number)| number.parse().ok());
    owned(store, "pods", set).into_iter().filter_map(|pod| Some((number(&pod)?, pod))).collect()
}

fn report(set: &mut Value, pods: &BTreeMap<i64, Arc<Value>>, wanted: i64, revision: &str) {
    let here: Vec<_> = pods.values().filter(|pod| !is_leaving(pod)).collect();
    let ready = here.iter().filter(|pod| is_ready(pod)).count();
    let updated = here.iter().filter(|pod| of(pod) == revision).count();
    let before = set["status"]["currentRevision"].as_str().unwrap_or(revision).to_owned();
    let done = updated as i64 == wanted && here.len() as i64 == wanted && ready as i64 == wanted;
    let current = if done { revision.to_owned() } else { before };
    let of_current = here.iter().filter(|pod| of(pod) == current).count();
    set["status"] = json!({"observedGeneration": set["metadata"]["generation"], "replicas": here.len(), "readyReplicas": ready,
        "availableReplicas": ready, "currentReplicas": of_current, "updatedReplicas": updated, "currentRevision": current,
        "updateRevision": revision, "collisionCount": 0});
}
