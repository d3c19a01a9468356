//! OpenTelemetry operator: collectors, and what is injected into pods (open-telemetry/opentelemetry-operator, apis).

use super::custom;
use crate::kinds::kstatus::failing;
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[&COLLECTOR, &INSTRUMENTATION, &BRIDGE, &ALLOCATOR, &OBSERVABILITY];

const fn early(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "opentelemetry.io", version: "v1alpha1", kind, plural, namespaced: true }
}

static COLLECTOR_COLUMNS: [Property; 7] = [
    Property::value("MODE", 11, ".spec.mode"),
    Property::value("VERSION", 9, ".status.version").rank(2),
    Property::value("READY", 5, ".status.scale.statusReplicas").rank(3),
    Property::value("IMAGE", 40, ".status.image").rank(4),
    Property::value("MANAGEMENT", 10, ".spec.managementState").rank(5),
    Property::made("PIPELINES", 20, pipelines).rank(6),
    Property::AGE,
];
static COLLECTOR: Kind = Kind {
    name: "opentelemetrycollectors",
    aliases: &["otelcol", "otelcols"],
    address: Address { version: "v1beta1", ..early("OpenTelemetryCollector", "opentelemetrycollectors") },
    columns: &Property::columns(&COLLECTOR_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.config.service.pipelines"],
        older: &["v1alpha1"],
        ..Shape::of(&COLLECTOR_COLUMNS, failing)
    }),
    verbs: verbs::SCALED,
    ..custom()
};

static INSTRUMENTATION_COLUMNS: [Property; 4] = [
    Property::value("ENDPOINT", 30, ".spec.exporter.endpoint"),
    Property::value("SAMPLER", 24, ".spec.sampler.type").rank(2),
    Property::value("SAMPLER-ARG", 11, ".spec.sampler.argument").rank(3),
    Property::AGE,
];
static INSTRUMENTATION: Kind = Kind {
    name: "instrumentations",
    aliases: &["otelinst", "otelinsts"],
    address: early("Instrumentation", "instrumentations"),
    columns: &Property::columns(&INSTRUMENTATION_COLUMNS),
    door: Door::Json(&Shape::of(&INSTRUMENTATION_COLUMNS, failing)),
    ..custom()
};

static BRIDGE_COLUMNS: [Property; 3] = [
    Property::value("VERSION", 9, ".status.version"),
    Property::value("ENDPOINT", 30, ".spec.endpoint").rank(2),
    Property::AGE,
];
static BRIDGE: Kind = Kind {
    name: "opampbridges",
    address: early("OpAMPBridge", "opampbridges"),
    columns: &Property::columns(&BRIDGE_COLUMNS),
    door: Door::Json(&Shape::of(&BRIDGE_COLUMNS, failing)),
    ..custom()
};

static ALLOCATOR_COLUMNS: [Property; 3] = [
    Property::value("IMAGE", 40, ".status.image"),
    Property::value("MANAGEMENT", 10, ".spec.managementState").rank(2),
    Property::AGE,
];
static ALLOCATOR: Kind = Kind {
    name: "targetallocators",
    address: early("TargetAllocator", "targetallocators"),
    columns: &Property::columns(&ALLOCATOR_COLUMNS),
    door: Door::Json(&Shape::of(&ALLOCATOR_COLUMNS, failing)),
    ..custom()
};

static OBSERVABILITY_COLUMNS: [Property; 3] = [
    Property::value("ENDPOINT", 30, ".spec.exporter.endpoint"),
    Property::value("PHASE", 10, ".status.phase").state(),
    Property::AGE,
];
static OBSERVABILITY: Kind = Kind {
    name: "clusterobservabilities",
    address: early("ClusterObservability", "clusterobservabilities"),
    columns: &Property::columns(&OBSERVABILITY_COLUMNS),
    door: Door::Json(&Shape::of(&OBSERVABILITY_COLUMNS, failing)),
    ..custom()
};

/// `logs,traces/slow`. An older version of the API holds the configuration as one text.
fn pipelines(body: &Value) -> Cell {
    let pipelines = body["spec"]["config"]["service"]["pipelines"].as_object().into_iter().flatten();
    Cell::text(pipelines.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(","))
}
