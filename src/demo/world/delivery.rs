//! Applications of Argo CD. A refresh is done at once; a sync takes a moment, and then the cluster is as the repository says.

use serde_json::{Value, json};

use super::body::{is, is_leaving, list, text, the, time};
use super::{What, World};
use crate::demo::store::{Key, Store};
use crate::model::Time;

/// How long a sync takes.
const TAKES: i64 = 4_000;
const REFRESH: &str = "argocd.argoproj.io/refresh";

impl World {
    pub(super) fn application(&mut self, store: &mut Store, key: &Key) {
        let Some(body) = store.object(key).cloned().filter(|body| !is_leaving(body)) else { return };
        let now = store.now;
        let mut change =
            |change: &dyn Fn(&mut Value)| store.update(the(key.resource), &key.namespace, &key.name, change);
        if !body["metadata"]["annotations"][REFRESH].is_null() {
            change(&|body| refreshed(body, now));
        }
        let began = time(&body, "status.operationState.startedAt");
        match began.filter(|_| body["status"]["operationState"]["finishedAt"].is_null()) {
            _ if body["operation"].is_null() => {}
            None => {
                change(&|body| begun(body, now));
                self.later(now.plus_millis(TAKES), What::Look(key.clone()));
            }
            Some(began) => {
                let ends = text(&body, "status.operationState.phase") == "Terminating";
                if ends || now.since(began) >= TAKES {
                    change(&|body| finished(body, now));
                }
            }
        }
    }
}

fn refreshed(body: &mut Value, now: Time) {
    if let Some(notes) = body["metadata"]["annotations"].as_object_mut() {
        notes.shift_remove(REFRESH);
    }
    body["status"]["reconciledAt"] = json!(now.rfc3339());
}

fn begun(body: &mut Value, now: Time) {
    let operation = body["operation"].clone();
    body["status"]["operationState"] = json!({"phase": "Running", "message": "waiting for completion", "operation": operation, "startedAt": now.rfc3339()});
}

fn finished(body: &mut Value, now: Time) {
    let sync = body["operation"]["sync"].clone();
    let ended = text(body, "status.operationState.phase") == "Terminating";
    let revision = body["status"]["sync"]["revision"].clone();
    if let Some(fields) = body.as_object_mut() {
        fields.shift_remove("operation");
    }
    let state = &mut body["status"]["operationState"];
    state["finishedAt"] = json!(now.rfc3339());
    state["phase"] = json!(if ended { "Failed" } else { "Succeeded" });
    state["message"] = json!(if ended { "Operation terminated" } else { "successfully synced (all tasks run)" });
    state["syncResult"] = json!({"revision": revision});
    if !ended && !is(&sync, "dryRun") {
        apply(body, &sync);
        body["status"]["reconciledAt"] = json!(now.rfc3339());
    }
}

/// Those that were chosen, or all, are as the repository says; what it no longer has goes if that is wanted.
fn apply(body: &mut Value, sync: &Value) {
    let chosen = list(sync, "resources").to_vec();
    let is_chosen = |resource: &Value| {
        let same = |one: &Value| one["kind"] == resource["kind"] && one["name"] == resource["name"];
        chosen.is_empty() || chosen.iter().any(same)
    };
    let mut resources = list(body, "status.resources").to_vec();
    resources.retain(|resource| !(is(resource, "requiresPruning") && is(sync, "prune") && is_chosen(resource)));
    for resource in resources.iter_mut().filter(|resource| !is(resource, "requiresPruning") && is_chosen(resource)) {
        resource["status"] = json!("Synced");
    }
    let all = resources.iter().all(|resource| text(resource, "status") == "Synced");
    body["status"]["sync"]["status"] = json!(if all { "Synced" } else { "OutOfSync" });
    body["status"]["resources"] = Value::Array(resources);
}
