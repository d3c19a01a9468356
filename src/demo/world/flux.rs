//! Flux, as far as it answers: a request to look at an object is handled at once, unless the object is suspended.

use serde_json::{Value, json};

use super::World;
use super::body::{is_leaving, the};
use crate::demo::store::{Key, Store};

impl World {
    pub(super) fn reconciled(&mut self, store: &mut Store, key: &Key) {
        let Some(body) = store.object(key).cloned().filter(|body| !is_leaving(body)) else { return };
        let requested = &body["metadata"]["annotations"]["reconcile.fluxcd.io/requestedAt"];
        let is_open = !requested.is_null() && body["status"]["lastHandledReconcileAt"] != *requested;
        let generation = &body["metadata"]["generation"];
        let is_behind = body["status"]["observedGeneration"] != *generation;
        if body["spec"]["suspend"] == true || !(is_open || is_behind) {
            return;
        }
        let now = store.now.rfc3339();
        store.update(the(key.resource), &key.namespace, &key.name, |body: &mut Value| {
            let status = &mut body["status"];
            if !requested.is_null() {
                status["lastHandledReconcileAt"] = requested.clone();
            }
            status["observedGeneration"] = generation.clone();
            if let Some(last) = status["history"].get_mut(0) {
                last["lastReconciled"] = json!(now);
            }
        });
    }
}
