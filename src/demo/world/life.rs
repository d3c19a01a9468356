//! What happens by itself, about once a second somewhere: leases, crashes that heal, pods that are moved.

use serde_json::{Value, json};

use super::autoscale;
use super::body::{list, text, the};
use super::notes::From;
use super::sets::is_active;
use super::status::{self, Stage, is_ready, stage};
use super::{What, World};
use crate::demo::store::{Key, Store};
use crate::model::Time;

/// Between two things that happen by themselves.
const CALM: (i64, i64) = (4_000, 9_000);
const RENEWAL: i64 = 30_000;

type Deed = fn(&mut World, &mut Store, &Key, &Value);

/// What may happen to pods of which programs (`namespace/app`), and how. None of them is all that a route leads to.
static DEEDS: &[(&str, Deed)] = &[
    ("shop/image-resizer", World::exhaust),
    ("batch-jobs/queue-consumer", World::evict),
    ("shop/mail", World::flap),
    ("shop/recommendation", World::evict),
    ("batch-jobs/etl-worker", World::panic),
    ("shop/notifier", World::evict),
    ("shop/shipping", World::flap),
    ("monitoring/otel-collector", World::flap),
    ("shop/image-resizer", World::evict),
    ("platform/oauth2-proxy", World::evict),
];

impl World {
    pub(super) fn begin(&mut self, now: Time) {
        self.later(now.plus_millis(2_000), What::Live);
        self.later(now.plus_millis(autoscale::EVERY / 3), What::Autoscale);
        for node in 0..6u8 {
            self.later(now.plus_millis(1_000 + i64::from(node) * 5_000), What::Renew(node));
        }
    }

    pub(super) fn live(&mut self, store: &mut Store) {
        let (app, deed) = DEEDS[self.dice.below(DEEDS.len())];
        let at = store.now.plus_millis(self.dice.between(CALM.0, CALM.1));
        self.later(at, What::Live);
        let (home, app) = app.split_once('/').unwrap_or(("", app));
        let fits =
            |pod: &Value| pod["metadata"]["labels"]["app"] == *app && stage(pod) == Stage::Ready && is_active(pod);
        let ready: Vec<(Key, Value)> = store
            .list(the("pods"), Some(home))
            .filter(|(_, pod)| fits(pod))
            .map(|(key, pod)| (key.clone(), Value::clone(pod)))
            .collect();
        // The last ones that work are left alone.
        if ready.len() < 2 {
            return;
        }
        let (key, pod) = &ready[self.dice.below(ready.len())];
        deed(self, store, key, pod);
    }

    /// Out of memory.
    fn exhaust(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        self.crash(store, key, pod, 137, "");
    }

    fn panic(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        self.crash(store, key, pod, 2, "panic: runtime error: index out of range [3] with length 3");
    }

    fn evict(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        self.note(
            store,
            pod,
            "Descheduled",
            "pod evicted from node by the RemoveDuplicates strategy",
            From("descheduler", ""),
        );
        self.delete(store, key);
    }

    /// Its probe fails for a while.
    fn flap(&mut self, store: &mut Store, key: &Key, pod: &Value) {
        let now = store.now;
        let node = text(pod, "spec.nodeName").to_owned();
        let (ip, port) = (
            text(pod, "status.podIP"),
            list(&pod["spec"]["containers"][0], "ports")
                .first()
                .map_or(8080, |port| port["containerPort"].as_i64().unwrap_or(8080)),
        );
        let message = format!(
            "Readiness probe failed: Get \"http://{ip}:{port}/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        );
        self.warn(store, pod, "Unhealthy", &message, From("kubelet", &node));
        store.update(the("pods"), &key.namespace, &key.name, |pod| {
            pod["status"]["containerStatuses"][0]["ready"] = json!(false);
            status::conclude(pod, now);
        });
        let wait = self.dice.between(5_000, 9_000);
        self.later(now.plus_millis(wait), What::Recover(key.clone()));
    }

    pub(super) fn recover(&mut self, store: &mut Store, key: &Key) {
        let now = store.now;
        let waits = |pod: &Value| stage(pod) == Stage::Starting && !is_ready(pod);
        if store.object(key).is_some_and(|pod| waits(pod)) {
            store.update(the("pods"), &key.namespace, &key.name, |pod| {
                pod["status"]["containerStatuses"][0]["ready"] = json!(true);
                status::conclude(pod, now);
            });
        }
    }

    /// A node renews its lease, and the controllers theirs.
    pub(super) fn renew(&mut self, store: &mut Store, node: u8) {
        let now = store.now;
        self.later(now.plus_millis(RENEWAL), What::Renew(node));
        let nodes: Vec<String> = store.list(the("nodes"), None).map(|(key, _)| key.name.clone()).collect();
        let Some(node) = nodes.get(usize::from(node)) else { return };
        store.update(the("leases.coordination.k8s.io"), "kube-node-lease", node, |lease| {
            lease["spec"]["renewTime"] = json!(micro(now));
        });
    }
}

/// A MicroTime.
pub fn micro(time: Time) -> String {
    let text = time.rfc3339();
    format!("{}.{:06}Z", text.trim_end_matches('Z'), time.0.rem_euclid(1000) * 1000)
}
