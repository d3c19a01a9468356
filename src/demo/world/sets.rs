//! Replica sets: as many pods as asked for.

use std::sync::Arc;

use serde_json::{Value, json};

use super::body::{
    born, fits, is_leaving, name, namespace, number, owned, owner, reference, says, set_condition, text, the, uid,
};
use super::build;
use super::namespaces::pod_limit;
use super::notes::From;
use super::status::is_ready;
use super::{What, World};
use crate::demo::store::{Key, Store};

const CONTROLLER: From<'static> = From("replicaset-controller", "");

impl World {
    pub(super) fn replicaset(&mut self, store: &mut Store, key: &Key) {
        let Some(set) = store.object(key).cloned().filter(|set| !is_leaving(set)) else { return };
        self.adopt(store, &set);
        let pods = owned(store, "pods", &set);
        let active: Vec<_> = pods.iter().filter(|pod| is_active(pod)).cloned().collect();
        let wanted = number(&set, "spec.replicas").unwrap_or(1).max(0) as usize;
        let mut blocked = None;
        for _ in active.len()..wanted {
            blocked = self.spawn(store, &set).err();
            if blocked.is_some() {
                self.later(store.now.plus_millis(15_000), What::Look(key.clone()));
                break;
            }
        }
        for pod in surplus(&active, wanted) {
            self.note(store, &set, "SuccessfulDelete", &format!("Deleted pod: {}", name(&pod)), CONTROLLER);
            self.delete(store, &Key::new(the("pods"), namespace(&pod), name(&pod)));
        }
        let now = owned(store, "pods", &set);
        let now: Vec<_> = now.iter().filter(|pod| is_active(pod)).collect();
        let ready = now.iter().filter(|pod| is_ready(pod)).count();
        let moment = store.now;
        store.update(the(key.resource), &key.namespace, &key.name, |set| {
            let mut status = json!({"replicas": now.len(), "observedGeneration": set["metadata"]["generation"]});
            if !now.is_empty() {
                status["fullyLabeledReplicas"] = json!(now.len());
            }
            if ready > 0 {
                status["readyReplicas"] = json!(ready);
                status["availableReplicas"] = json!(ready);
            }
            if let Some(why) = blocked {
                // The name within it differs every time.
                status["conditions"] = set["status"]["conditions"].clone();
                if !says_failure(set) {
                    set_condition(&mut status, "ReplicaFailure", "True", "FailedCreate", &why, moment);
                }
            }
            set["status"] = status;
        });
    }

    /// A quota may stand in the way: then it says so.
    fn spawn(&mut self, store: &mut Store, set: &Value) -> Result<(), String> {
        let called = format!("{}-{}", name(set), self.dice.letters(5));
        if let Some((quota, used, limit)) = pod_limit(store, namespace(set)).filter(|(_, used, limit)| used >= limit) {
            let why = format!(
                "pods \"{called}\" is forbidden: exceeded quota: {quota}, requested: pods=1, used: pods={used}, limited: pods={limit}"
            );
            self.warn(store, set, "FailedCreate", &format!("Error creating: {why}"), CONTROLLER);
            return Err(why);
        }
        let pod = build::pod(&set["spec"]["template"], set, &called, &[]);
        store.put(the("pods"), pod);
        self.note(store, set, "SuccessfulCreate", &format!("Created pod: {called}"), CONTROLLER);
        Ok(())
    }

    /// Takes pods in that fit and belong to nobody, and lets those go whose labels no longer fit.
    fn adopt(&mut self, store: &mut Store, set: &Value) {
        let selector = &set["spec"]["selector"];
        let mut changes: Vec<(Key, bool)> = Vec::new();
        for (key, pod) in store.list(the("pods"), Some(namespace(set))) {
            let fits = fits(selector, &pod["metadata"]["labels"]);
            let ours = owner(pod).is_some_and(|owner| text(owner, "uid") == uid(set));
            if ours && !fits {
                changes.push((key.clone(), false));
            } else if fits && owner(pod).is_none() && is_active(pod) {
                changes.push((key.clone(), true));
            }
        }
        for (key, takes) in changes {
            store.update(the("pods"), &key.namespace, &key.name, |pod| {
                pod["metadata"]["ownerReferences"] = if takes { json!([reference(set)]) } else { json!([]) };
            });
        }
    }
}

fn says_failure(set: &Value) -> bool {
    says(set, "ReplicaFailure")
}

pub fn is_active(pod: &Value) -> bool {
    !is_leaving(pod) && !["Succeeded", "Failed"].contains(&text(pod, "status.phase"))
}

/// Those that go when there are too many: unscheduled and unready ones first, then the youngest.
fn surplus(active: &[Arc<Value>], wanted: usize) -> Vec<Arc<Value>> {
    let mut ranked = active.to_vec();
    ranked.sort_by_key(|pod| {
        let rank = (!text(pod, "spec.nodeName").is_empty(), is_ready(pod));
        (rank, std::cmp::Reverse(born(pod)), name(pod).to_owned())
    });
    ranked.truncate(active.len().saturating_sub(wanted));
    ranked
}
