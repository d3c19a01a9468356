//! A stand-in for the living cluster: a few pods that stay as they are.

use serde_json::{Value, json};

use super::resources::{Resource, named};
use super::store::{Key, Store};
use crate::model::Time;

/// Why a write is not taken: what a Status says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Of HTTP.
    pub code: u16,
    /// `Invalid`, `Forbidden`.
    pub reason: &'static str,
    pub message: String,
    /// The field, and what is wrong with it.
    pub causes: Vec<(String, String)>,
}

pub struct World {
    wake: Time,
}

impl World {
    pub fn new(_: u64, store: &mut Store) -> Self {
        let mut put = |id: &str, object: Value| {
            if let Some(resource) = named(id) {
                store.put(resource, object);
            }
        };
        for name in ["default", "kube-system", "shop"] {
            put(
                "namespaces",
                json!({"metadata": {"name": name}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}}),
            );
        }
        put(
            "nodes",
            json!({"metadata": {"name": "n1"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
        );
        put(
            "deployments.apps",
            json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": "shop/web:1"}]}}}, "status": {"replicas": 1, "readyReplicas": 1}}),
        );
        for name in ["web-1", "web-2", "cart-1"] {
            put("pods", pod(name));
        }
        Self { wake: store.now.plus_millis(1000) }
    }

    pub fn tick(&mut self, store: &mut Store) {
        self.wake = store.now.plus_millis(1000);
        let now = store.now;
        let Some(pods) = named("pods") else { return };
        let due =
            |object: &Value| Time::parse(object["metadata"]["deletionTimestamp"].as_str()?).filter(|at| *at <= now);
        let keys: Vec<Key> =
            store.list(pods, None).filter(|(_, pod)| due(pod).is_some()).map(|(key, _)| key.clone()).collect();
        keys.iter().for_each(|key| drop(store.remove(key)));
    }

    pub fn wake(&self) -> Time {
        self.wake
    }

    pub fn log(&self, pod: &Value, container: &str, _: bool, from: Time, to: Time) -> Vec<(Time, String)> {
        let begun = Time::parse(pod["metadata"]["creationTimestamp"].as_str().unwrap_or_default()).unwrap_or(to);
        let first = from.max(begun).0.div_euclid(1000) + 1;
        (first..=to.0.div_euclid(1000))
            .map(|second| (Time::from_secs(second), format!("{container} says {second}")))
            .collect()
    }

    pub fn pod_metrics(&self, store: &Store, pod: &Value) -> Option<Value> {
        Some(
            json!({"kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {"name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"], "creationTimestamp": store.now.rfc3339()},
            "timestamp": store.now.rfc3339(), "window": "15s", "containers": [{"name": "app", "usage": {"cpu": "5m", "memory": "20Mi"}}]}),
        )
    }

    pub fn node_metrics(&self, store: &Store, node: &Value) -> Option<Value> {
        Some(
            json!({"kind": "NodeMetrics", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {"name": node["metadata"]["name"], "creationTimestamp": store.now.rfc3339()},
            "timestamp": store.now.rfc3339(), "window": "15s", "usage": {"cpu": "500m", "memory": "2Gi"}}),
        )
    }

    pub fn admit(&self, _: &Store, _: &Resource, _: Option<&Value>, _: &Value) -> Result<Vec<String>, Refusal> {
        Ok(Vec::new())
    }
}

fn pod(name: &str) -> Value {
    let app = name.split('-').next();
    json!({"metadata": {"name": name, "namespace": "shop", "labels": {"app": app}},
        "spec": {"nodeName": "n1", "terminationGracePeriodSeconds": 2, "containers": [{"name": "app", "image": "shop/web:1", "ports": [{"containerPort": 8080}]}]},
        "status": {"phase": "Running", "podIP": "10.0.0.1", "containerStatuses": [{"name": "app", "ready": true, "restartCount": 0, "containerID": format!("containerd://{name}"), "image": "shop/web:1", "state": {"running": {"startedAt": "2027-01-15T08:00:00Z"}}}]}})
}
