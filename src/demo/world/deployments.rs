//! Deployments: replica sets by revision, and rolling updates between them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::body::{
    condition, count, is, is_leaving, name, namespace, number, owned, set_condition, share, text, the, time,
};
use super::build;
use super::notes::From;
use super::{What, World};
use crate::demo::store::{Key, Store};

const CONTROLLER: From<'static> = From("deployment-controller", "");
const REVISION: &str = "deployment.kubernetes.io/revision";

/// What a deployment asks of its rollout.
struct Plan {
    wanted: i64,
    surge: i64,
    unavailable: i64,
    recreate: bool,
}

impl Plan {
    fn of(deployment: &Value) -> Self {
        let wanted = number(deployment, "spec.replicas").unwrap_or(1).max(0);
        let rolling = &deployment["spec"]["strategy"]["rollingUpdate"];
        let surge = share(&rolling["maxSurge"], wanted, true, "25%");
        let mut unavailable = share(&rolling["maxUnavailable"], wanted, false, "25%");
        if surge == 0 && unavailable == 0 {
            unavailable = 1;
        }
        let recreate = text(deployment, "spec.strategy.type") == "Recreate";
        if recreate {
            Self { wanted, surge: 0, unavailable: wanted, recreate }
        } else {
            Self { wanted, surge, unavailable, recreate }
        }
    }
}

impl World {
    pub(super) fn deployment(&mut self, store: &mut Store, key: &Key) {
        let Some(deployment) = store.object(key).cloned().filter(|body| !is_leaving(body)) else { return };
        let plan = Plan::of(&deployment);
        let sets = owned(store, "replicasets.apps", &deployment);
        let current = sets.iter().find(|set| build::is_of(set, &deployment["spec"]["template"])).cloned();
        let paused = is(&deployment, "spec.paused");
        let current = match (current, paused) {
            (Some(current), _) => Some(self.latest(store, current, &sets)),
            (None, false) => Some(self.next_revision(store, &deployment, &sets, &plan)),
            (None, true) => sets.iter().max_by_key(|set| revision(set)).cloned(),
        };
        let Some(current) = current else { return };
        let old: Vec<_> = sets.iter().filter(|set| name(set) != name(&current)).cloned().collect();
        self.scale_up(store, &deployment, &current, &old, &plan);
        if !paused {
            self.scale_down(store, &deployment, &current, &plan);
            forget(store, &deployment, &old);
        }
        self.report(store, key, name(&current), &plan);
    }

    /// A template that was there before becomes the latest revision again.
    fn latest(&mut self, store: &mut Store, current: Arc<Value>, sets: &[Arc<Value>]) -> Arc<Value> {
        let last = sets.iter().map(|set| revision(set)).max().unwrap_or(0);
        if revision(&current) < last {
            annotate(store, &current, last + 1);
        }
        current
    }

    fn next_revision(&mut self, store: &mut Store, deployment: &Value, sets: &[Arc<Value>], plan: &Plan) -> Arc<Value> {
        let last = sets.iter().map(|set| revision(set)).max().unwrap_or(0);
        let total: i64 = sets.iter().map(|set| count(set, "spec.replicas")).sum();
        let first = match plan.recreate && total > 0 {
            true => 0,
            false => plan.wanted.min((plan.wanted + plan.surge - total).max(0)),
        };
        let set = store.put(the("replicasets.apps"), build::replicaset(deployment, first, last + 1));
        if first > 0 {
            self.scaled(store, deployment, &set, 0, first);
        }
        set
    }

    fn scale_up(&mut self, store: &mut Store, deployment: &Value, current: &Value, old: &[Arc<Value>], plan: &Plan) {
        let (have, others) = (replicas(store, current), old.iter().map(|set| count(set, "spec.replicas")).sum::<i64>());
        let running: i64 = old.iter().map(|set| count(set, "status.replicas")).sum();
        let target = match () {
            () if have >= plan.wanted => plan.wanted,
            () if plan.recreate && running > 0 => have,
            () => plan.wanted.min(have + (plan.wanted + plan.surge - have - others).max(0)),
        };
        self.resize(store, deployment, current, have, target);
    }

    /// Old replicas go as far as enough are available: those that are not ready anyway first.
    fn scale_down(&mut self, store: &mut Store, deployment: &Value, current: &Value, plan: &Plan) {
        let sets = owned(store, "replicasets.apps", deployment);
        let mut old: Vec<_> =
            sets.iter().filter(|set| name(set) != name(current) && count(set, "spec.replicas") > 0).collect();
        old.sort_by_key(|set| revision(set));
        let total: i64 = sets.iter().map(|set| count(set, "spec.replicas")).sum();
        let available: i64 = sets.iter().map(|set| count(set, "status.availableReplicas")).sum();
        let fresh = sets.iter().find(|set| name(set) == name(current));
        let missing = fresh.map_or(0, |set| count(set, "spec.replicas") - count(set, "status.availableReplicas"));
        let least = plan.wanted - plan.unavailable;
        let mut may_go = (total - least - missing).max(0);
        let mut spare = (available - least).max(0);
        for set in old {
            let (have, ready) = (count(set, "spec.replicas"), count(set, "status.availableReplicas"));
            let unready = (have - ready).max(0).min(may_go);
            let ready = (have - unready).min(spare).min(may_go - unready);
            may_go -= unready + ready;
            spare -= ready;
            self.resize(store, deployment, set, have, have - unready - ready);
        }
    }

    fn resize(&mut self, store: &mut Store, deployment: &Value, set: &Value, from: i64, to: i64) {
        if from == to {
            return;
        }
        store.update(the("replicasets.apps"), namespace(set), name(set), |set| set["spec"]["replicas"] = json!(to));
        self.scaled(store, deployment, set, from, to);
    }

    fn scaled(&mut self, store: &mut Store, deployment: &Value, set: &Value, from: i64, to: i64) {
        let way = if to > from { "up" } else { "down" };
        let message = format!("Scaled {way} replica set {} from {from} to {to}", name(set));
        self.note(store, deployment, "ScalingReplicaSet", &message, CONTROLLER);
    }

    fn report(&mut self, store: &mut Store, key: &Key, current: &str, plan: &Plan) {
        let Some(deployment) = store.object(key).cloned() else { return };
        let sets = owned(store, "replicasets.apps", &deployment);
        let sum = |field: &str| sets.iter().map(|set| count(set, field)).sum::<i64>();
        let fresh = sets.iter().find(|set| name(set) == current);
        let updated = fresh.map_or(0, |set| count(set, "status.replicas"));
        let (total, ready, available) =
            (sum("status.replicas"), sum("status.readyReplicas"), sum("status.availableReplicas"));
        let now = store.now;
        let mut status = json!({"observedGeneration": deployment["metadata"]["generation"], "conditions": deployment["status"]["conditions"]});
        let missing = (plan.wanted - available).max(0);
        let counts = [
            ("replicas", total),
            ("updatedReplicas", updated),
            ("readyReplicas", ready),
            ("availableReplicas", available),
            ("unavailableReplicas", missing),
        ];
        for (field, value) in counts.into_iter().filter(|(_, value)| *value > 0) {
            status[field] = json!(value);
        }
        let enough = available >= plan.wanted - plan.unavailable;
        let (value, reason, message) = match enough {
            true => ("True", "MinimumReplicasAvailable", "Deployment has minimum availability."),
            false => ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
        };
        set_condition(&mut status, "Available", value, reason, message, now);
        let (value, reason, message) = progress(&deployment, &status, current, plan, now.0);
        set_condition(&mut status, "Progressing", value, reason, &message, now);
        let failure =
            fresh.and_then(|set| condition(set, "ReplicaFailure")).filter(|failure| failure["status"] == "True");
        if let Some(failure) = failure {
            set_condition(&mut status, "ReplicaFailure", "True", "FailedCreate", text(failure, "message"), now);
        } else if let Some(all) = status["conditions"].as_array_mut() {
            all.retain(|condition| condition["type"] != "ReplicaFailure");
        }
        keep_update_time(&mut status, &deployment, now.rfc3339());
        if reason == "ReplicaSetUpdated" {
            let deadline = since(&deployment, now.0) + limit(&deployment);
            if deadline > now.0 && sums(&deployment["status"]) != sums(&status) {
                self.later(crate::model::Time(deadline + 1000), What::Look(key.clone()));
            }
        }
        let revision = fresh.map(|set| revision(set).to_string());
        store.update(the(key.resource), &key.namespace, &key.name, |deployment| {
            deployment["status"] = status;
            if let Some(revision) = revision {
                deployment["metadata"]["annotations"][REVISION] = json!(revision);
            }
        });
    }
}

fn replicas(store: &Store, set: &Value) -> i64 {
    store.find(the("replicasets.apps"), namespace(set), name(set)).map_or(0, |set| count(set, "spec.replicas"))
}

pub fn revision(set: &Value) -> i64 {
    set["metadata"]["annotations"][REVISION].as_str().and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn annotate(store: &mut Store, set: &Value, revision: i64) {
    store.update(the("replicasets.apps"), namespace(set), name(set), |set| {
        set["metadata"]["annotations"][REVISION] = json!(revision.to_string());
    });
}

/// Old revisions beyond the limit are forgotten.
fn forget(store: &mut Store, deployment: &Value, old: &[Arc<Value>]) {
    let keep = number(deployment, "spec.revisionHistoryLimit").unwrap_or(10).max(0) as usize;
    let mut empty: Vec<_> =
        old.iter().filter(|set| count(set, "spec.replicas") == 0 && count(set, "status.replicas") == 0).collect();
    empty.sort_by_key(|set| std::cmp::Reverse(revision(set)));
    for set in empty.into_iter().skip(keep) {
        store.remove(&Key::new(the("replicasets.apps"), namespace(set), name(set)));
    }
}

fn sums(status: &Value) -> [i64; 4] {
    ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]
        .map(|field| status[field].as_i64().unwrap_or(0))
}

fn limit(deployment: &Value) -> i64 {
    number(deployment, "spec.progressDeadlineSeconds").unwrap_or(600) * 1000
}

/// When it last came nearer to its end, in milliseconds.
fn since(deployment: &Value, now: i64) -> i64 {
    condition(deployment, "Progressing").and_then(|known| time(known, "lastUpdateTime")).map_or(now, |time| time.0)
}

fn progress(
    deployment: &Value,
    status: &Value,
    current: &str,
    plan: &Plan,
    now: i64,
) -> (&'static str, &'static str, String) {
    let [total, updated, _, available] = sums(status);
    let known = condition(deployment, "Progressing").map_or("", |known| text(known, "reason"));
    let same = condition(deployment, "Progressing").is_some_and(|known| text(known, "message").contains(current));
    let whole = updated == plan.wanted && total == plan.wanted && available >= plan.wanted;
    if is(deployment, "spec.paused") {
        return ("Unknown", "DeploymentPaused", "Deployment is paused".to_owned());
    }
    // What falls out after a rollout is no rollout.
    if whole || (same && known == "NewReplicaSetAvailable" && total == updated) {
        return ("True", "NewReplicaSetAvailable", format!("ReplicaSet \"{current}\" has successfully progressed."));
    }
    let stands = same && sums(&deployment["status"]) == sums(status);
    if stands && (known == "ProgressDeadlineExceeded" || since(deployment, now) + limit(deployment) <= now) {
        return ("False", "ProgressDeadlineExceeded", format!("ReplicaSet \"{current}\" has timed out progressing."));
    }
    ("True", "ReplicaSetUpdated", format!("ReplicaSet \"{current}\" is progressing."))
}

/// Conditions of deployments carry the time of their last update in place of a probe's.
fn keep_update_time(status: &mut Value, before: &Value, now: String) {
    let moved = sums(&before["status"]) != sums(status);
    for fresh in status["conditions"].as_array_mut().into_iter().flatten() {
        let old = condition(before, text(fresh, "type"));
        let same = old.filter(|old| !moved && old["reason"] == fresh["reason"] && old["message"] == fresh["message"]);
        let last = same.map_or_else(|| json!(now), |old| old["lastUpdateTime"].clone());
        fresh["lastUpdateTime"] = if last.is_null() { json!(now) } else { last };
        if let Some(fresh) = fresh.as_object_mut() {
            fresh.shift_remove("lastProbeTime");
        }
    }
}
