//! What pods and nodes use: slow tides within requests and limits, the same for whoever asks at the same time.

use serde_json::{Value, json};

use super::body::{list, name, namespace, text, the, uid};
use super::chance::{hash, part};
use super::profile::program;
use crate::demo::store::Store;
use crate::model::{Time, bytes, cores};

const MIB: f64 = 1_048_576.0;
/// Its session cache grows, and nobody has noticed.
const NEAR_ITS_LIMIT: &str = "session";

pub fn pod(now: Time, pod: &Value) -> Option<Value> {
    let runs = |name: &str| {
        let states = list(pod, "status.containerStatuses");
        states.iter().any(|state| state["name"] == name && state["state"]["running"].is_object())
    };
    let all: Vec<Value> = list(pod, "spec.containers")
        .iter()
        .filter(|container| runs(text(container, "name")))
        .map(|container| {
            let (cpu, memory) = used(now, pod, container);
            json!({"name": container["name"], "usage": {"cpu": format!("{}n", (cpu * 1e9) as u64), "memory": format!("{}Ki", (memory / 1024.0) as u64)}})
        })
        .collect();
    (!all.is_empty()).then(|| {
        json!({"kind": "PodMetrics", "apiVersion": "metrics.k8s.io/v1beta1",
            "metadata": {"name": name(pod), "namespace": namespace(pod), "creationTimestamp": now.rfc3339(), "labels": pod["metadata"]["labels"]},
            "timestamp": now.plus_millis(-4_000).rfc3339(), "window": "15.041s", "containers": all})
    })
}

pub fn node(store: &Store, node: &Value) -> Option<Value> {
    let now = store.now;
    let (mut cpu, mut memory) = (0.25, 900.0 * MIB);
    for (_, pod) in store.list(the("pods"), None).filter(|(_, pod)| text(pod, "spec.nodeName") == name(node)) {
        for container in list(pod, "spec.containers") {
            let (c, m) = used(now, pod, container);
            cpu += c;
            memory += m;
        }
    }
    // A node short of memory shows it.
    if super::body::says(node, "MemoryPressure") {
        let whole = bytes(text(node, "status.allocatable.memory")).unwrap_or(0) as f64;
        memory = memory.max(whole * (0.95 + 0.01 * wave(now, hash(name(node)), 300_000.0)));
    }
    Some(json!({"kind": "NodeMetrics", "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": {"name": name(node), "creationTimestamp": now.rfc3339(), "labels": node["metadata"]["labels"]},
        "timestamp": now.plus_millis(-4_000).rfc3339(), "window": "15.006s",
        "usage": {"cpu": format!("{}n", (cpu * 1e9) as u64), "memory": format!("{}Ki", (memory / 1024.0) as u64)}}))
}

fn wave(now: Time, bits: u64, period: f64) -> f64 {
    (now.0 as f64 / period * std::f64::consts::TAU + part(bits) * std::f64::consts::TAU).sin()
}

/// Cores and bytes of one container.
fn used(now: Time, pod: &Value, container: &Value) -> (f64, f64) {
    let bits = hash(&format!("{}{}", uid(pod), text(container, "name")));
    let asked = |field: &str, part: &str| container["resources"][part][field].as_str().unwrap_or_default();
    let cpu = cores(asked("cpu", "requests")).unwrap_or(0.05);
    let memory = bytes(asked("memory", "requests")).unwrap_or(64 << 20) as f64;
    let tide = 0.5
        + 0.22 * wave(now, bits, 480_000.0)
        + 0.1 * wave(now, bits >> 7, 97_000.0)
        + 0.05 * wave(now, bits >> 13, 23_000.0);
    let level = 0.45 + 0.35 * part(bits >> 21) + 0.04 * wave(now, bits >> 3, 900_000.0);
    let limit = bytes(asked("memory", "limits")).unwrap_or(u64::MAX) as f64;
    let cpu = cpu * tide.max(0.05);
    if program(text(container, "image")) == NEAR_ITS_LIMIT && part(bits >> 31) < 0.5 {
        return (cpu, limit * (0.93 + 0.015 * wave(now, bits, 600_000.0)));
    }
    (cpu, (memory * level).min(limit))
}
