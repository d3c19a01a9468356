//! Objects that their controllers leave alone for a while: one field of the spec says so, and each system has its own.

use serde_json::json;

use crate::model::{Act, Object, Patch, Request, Result, Value, What};

/// `spec.suspend`: Flux, Argo Workflows, KubeRay, JobSet.
pub const SUSPEND: Act = Act::row(|object, _, _| patched(object, spec(true)));
pub const RESUME: Act = Act::row(|object, _, _| patched(object, spec(false)));

/// `spec.paused`: Cluster API, the operator of Prometheus.
pub const PAUSE: Act = Act::row(|object, _, _| patched(object, json!({"spec": {"paused": true}})));
pub const UNPAUSE: Act = Act::row(|object, _, _| patched(object, json!({"spec": {"paused": false}})));

/// The annotation of Chaos Mesh (api/v1alpha1, `PauseAnnotationKey`).
pub const PAUSE_CHAOS: Act = Act::row(|object, _, _| patched(object, paused(json!("true"))));
pub const UNPAUSE_CHAOS: Act = Act::row(|object, _, _| patched(object, paused(Value::Null)));

/// `spec.stopPolicy` of the queues of Kueue. What was admitted goes on.
pub const HOLD: Act = Act::row(|object, _, _| patched(object, json!({"spec": {"stopPolicy": "Hold"}})));
pub const RELEASE: Act = Act::row(|object, _, _| patched(object, json!({"spec": {"stopPolicy": "None"}})));

/// `spec.active` of the workloads of Kueue.
pub const DEACTIVATE: Act = Act::row(|object, _, _| patched(object, json!({"spec": {"active": false}})));
pub const ACTIVATE: Act = Act::row(|object, _, _| patched(object, json!({"spec": {"active": true}})));

pub fn spec(suspended: bool) -> Value {
    json!({"spec": {"suspend": suspended}})
}

fn paused(value: Value) -> Value {
    json!({"metadata": {"annotations": {"experiment.chaos-mesh.org/pause": value}}})
}

fn patched(object: &Object, patch: Value) -> Result<Request> {
    Ok(Request::new(object.id.clone(), What::Patch(Box::new(Patch::Merge(patch)))))
}
