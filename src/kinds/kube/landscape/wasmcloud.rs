//! wasmCloud: hosts, and the workloads that run on them (wasmCloud/wasmCloud, runtime-operator/api).

use super::state::owned;
use super::{READY, custom};
use crate::kinds::kstatus::failing;
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Kind, Link, Property, Shape, Time, Value};

pub static KINDS: &[&Kind] = &[&HOST, &WORKLOAD, &DEPLOYMENT, &REPLICA_SET, &ARTIFACT];

const fn wasmcloud(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "runtime.wasmcloud.dev", version: "v1alpha1", kind, plural, namespaced: true }
}

static HOST_COLUMNS: [Property; 11] = [
    READY,
    Property::value("GROUP", 12, ".metadata.labels.hostgroup").rank(2),
    Property::value("ENVIRONMENT", 12, ".environment").rank(3),
    Property::value("CPU", 6, ".status.systemCPUUsage").rank(4),
    Property::made("MEMORY", 14, memory).rank(5),
    Property::value("COMPONENTS", 10, ".status.componentCount").rank(6).number(),
    Property::value("WORKLOADS", 9, ".status.workloadCount").rank(7).number(),
    Property::age("LAST-SEEN", 9, ".status.lastSeen").rank(8),
    Property::value("VERSION", 8, ".status.version").rank(9),
    Property::value("HOST-ID", 36, ".hostId").rank(9).wide(),
    Property::AGE,
];
static HOST: Kind = Kind {
    name: "hosts",
    address: wasmcloud("Host", "hosts"),
    columns: &Property::columns(&HOST_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.systemMemoryFree", ".status.systemMemoryTotal"],
        ..Shape::of(&HOST_COLUMNS, failing)
    }),
    ..custom()
};

static WORKLOAD_COLUMNS: [Property; 5] = [
    READY,
    Property::value("ENVIRONMENT", 12, ".status.environment").rank(2),
    Property::list("COMPONENTS", 24, ".spec.components[*].name").rank(3),
    Property::value("HOST-ID", 36, ".status.hostId").rank(4),
    Property::AGE,
];
static WORKLOAD: Kind = Kind {
    name: "ww",
    address: wasmcloud("Workload", "workloads"),
    columns: &Property::columns(&WORKLOAD_COLUMNS),
    door: Door::Json(&Shape::of(&WORKLOAD_COLUMNS, failing)),
    ..custom()
};

static DEPLOYMENT_COLUMNS: [Property; 5] = [
    READY,
    Property::value("REPLICAS", 8, ".spec.replicas").rank(2).number(),
    Property::value("AVAILABLE", 9, ".status.replicas.ready").rank(3).number(),
    Property::list("COMPONENTS", 24, ".spec.template.spec.components[*].name").rank(4),
    Property::AGE,
];
static DEPLOYMENT: Kind = Kind {
    name: "workloaddeployments",
    address: wasmcloud("WorkloadDeployment", "workloaddeployments"),
    columns: &Property::columns(&DEPLOYMENT_COLUMNS),
    door: Door::Json(&Shape { link: replica_sets, ..Shape::of(&DEPLOYMENT_COLUMNS, failing) }),
    verbs: verbs::SCALED,
    ..custom()
};

static REPLICA_SET_COLUMNS: [Property; 4] = [
    READY,
    Property::value("REPLICAS", 8, ".spec.replicas").rank(2).number(),
    Property::value("AVAILABLE", 9, ".status.replicas.ready").rank(3).number(),
    Property::AGE,
];
static REPLICA_SET: Kind = Kind {
    name: "workloadreplicasets",
    address: wasmcloud("WorkloadReplicaSet", "workloadreplicasets"),
    columns: &Property::columns(&REPLICA_SET_COLUMNS),
    door: Door::Json(&Shape { link: workloads, ..Shape::of(&REPLICA_SET_COLUMNS, failing) }),
    ..custom()
};

static ARTIFACT_COLUMNS: [Property; 4] = [
    READY,
    Property::value("IMAGE", 40, ".spec.image").rank(2),
    Property::value("URL", 40, ".status.artifactUrl").rank(3).wide(),
    Property::AGE,
];
static ARTIFACT: Kind = Kind {
    name: "artifacts",
    address: wasmcloud("Artifact", "artifacts"),
    columns: &Property::columns(&ARTIFACT_COLUMNS),
    door: Door::Json(&Shape::of(&ARTIFACT_COLUMNS, failing)),
    ..custom()
};

/// `25% of 16Gi`: what is used.
fn memory(body: &Value) -> Cell {
    let bytes = |key: &str| body["status"][key].as_u64().unwrap_or(0);
    let (free, total) = (bytes("systemMemoryFree"), bytes("systemMemoryTotal"));
    let used = total.saturating_sub(free).saturating_mul(100).checked_div(total);
    let whole = Cell::Bytes(total).to_text(Time::default());
    used.map_or(Cell::None, |percent| Cell::text(format!("{percent}% of {whole}")))
}

fn replica_sets(deployment: &Value) -> Option<Link> {
    owned(deployment, &REPLICA_SET)
}

fn workloads(set: &Value) -> Option<Link> {
    owned(set, &WORKLOAD)
}
