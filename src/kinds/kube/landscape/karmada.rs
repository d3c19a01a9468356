//! Karmada: what is spread over which clusters, and how it arrived there (karmada-io/api).

use super::custom;
use super::state::{is_condition, living, status_of};
use crate::kinds::kube::facts::{items, text};
use crate::model::{Address, Cell, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] =
    &[&CLUSTER, &PROPAGATION, &CLUSTER_PROPAGATION, &OVERRIDE, &CLUSTER_OVERRIDE, &BINDING, &CLUSTER_BINDING, &WORK];

const fn member(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "cluster.karmada.io", version: "v1alpha1", kind, plural, namespaced: false }
}

const fn policy(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "policy.karmada.io", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn work(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "work.karmada.io", version: "v1alpha2", kind, plural, namespaced: true }
}

static CLUSTER_COLUMNS: [Property; 7] = [
    Property::value("VERSION", 9, ".status.kubernetesVersion"),
    Property::value("MODE", 5, ".spec.syncMode").rank(2),
    Property::value("READY", 7, ".status.conditions[?(@.type==\"Ready\")].status").state(),
    Property::made("NODES", 6, nodes).rank(4),
    Property::made("CPU", 12, |body| Cell::text(used(body, "cpu"))).rank(5),
    Property::made("MEM", 20, |body| Cell::text(used(body, "memory"))).rank(6),
    Property::AGE,
];
static CLUSTER: Kind = Kind {
    name: "karmadaclusters",
    address: member("Cluster", "clusters"),
    columns: &Property::columns(&CLUSTER_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.nodeSummary", ".status.resourceSummary"],
        ..Shape::of(&CLUSTER_COLUMNS, joined)
    }),
    ..custom()
};

static PROPAGATION_COLUMNS: [Property; 5] = [
    Property::made("SELECTS", 30, selects),
    Property::list("CLUSTERS", 24, ".spec.placement.clusterAffinity.clusterNames").rank(2),
    Property::value("PRIORITY", 8, ".spec.priority").rank(3).number(),
    Property::value("CONFLICT", 9, ".spec.conflictResolution").rank(4),
    Property::AGE,
];
static PROPAGATION: Kind = Kind {
    name: "propagationpolicies",
    aliases: &["pp"],
    address: policy("PropagationPolicy", "propagationpolicies"),
    columns: &Property::columns(&PROPAGATION_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.resourceSelectors"], ..Shape::of(&PROPAGATION_COLUMNS, written) }),
    ..custom()
};

static CLUSTER_PROPAGATION: Kind = Kind {
    name: "clusterpropagationpolicies",
    aliases: &["cpp"],
    address: Address { namespaced: false, ..policy("ClusterPropagationPolicy", "clusterpropagationpolicies") },
    ..PROPAGATION
};

static OVERRIDE_COLUMNS: [Property; 4] = [
    Property::made("SELECTS", 30, selects),
    Property::list("CLUSTERS", 24, ".spec.overrideRules[*].targetCluster.clusterNames").rank(2),
    Property::count("RULES", 5, ".spec.overrideRules[*]").rank(3),
    Property::AGE,
];
static OVERRIDE: Kind = Kind {
    name: "overridepolicies",
    aliases: &["op"],
    address: policy("OverridePolicy", "overridepolicies"),
    columns: &Property::columns(&OVERRIDE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.resourceSelectors"], ..Shape::of(&OVERRIDE_COLUMNS, written) }),
    ..custom()
};

static CLUSTER_OVERRIDE: Kind = Kind {
    name: "clusteroverridepolicies",
    aliases: &["cop"],
    address: Address { namespaced: false, ..policy("ClusterOverridePolicy", "clusteroverridepolicies") },
    ..OVERRIDE
};

static BINDING_COLUMNS: [Property; 7] = [
    Property::made("OBJECT", 30, object).rank(0),
    Property::value("SCHEDULED", 9, ".status.conditions[?(@.type==\"Scheduled\")].status").rank(2),
    Property::value("FULLY-APPLIED", 13, ".status.conditions[?(@.type==\"FullyApplied\")].status").state(),
    Property::list("CLUSTERS", 24, ".spec.clusters[*].name").rank(4),
    Property::value("REPLICAS", 8, ".spec.replicas").rank(5).number(),
    Property::made("HEALTH", 20, health).rank(6),
    Property::AGE,
];
static BINDING: Kind = Kind {
    name: "resourcebindings",
    address: work("ResourceBinding", "resourcebindings"),
    columns: &Property::columns(&BINDING_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.aggregatedStatus", ".spec.resource"],
        older: &["v1alpha1"],
        ..Shape::of(&BINDING_COLUMNS, binding)
    }),
    ..custom()
};

static CLUSTER_BINDING: Kind = Kind {
    name: "clusterresourcebindings",
    address: Address { namespaced: false, ..work("ClusterResourceBinding", "clusterresourcebindings") },
    ..BINDING
};

static WORK_COLUMNS: [Property; 4] = [
    Property::list("KINDS", 24, ".spec.workload.manifests[*].kind"),
    Property::value("APPLIED", 7, ".status.conditions[?(@.type==\"Applied\")].status").state(),
    Property::value("MESSAGE", 30, ".status.conditions[?(@.type==\"Applied\")].message").rank(3).wide(),
    Property::AGE,
];
static WORK: Kind = Kind {
    name: "works",
    aliases: &["wk"],
    address: Address { version: "v1alpha1", ..work("Work", "works") },
    columns: &Property::columns(&WORK_COLUMNS),
    door: Door::Json(&Shape::of(&WORK_COLUMNS, applied)),
    ..custom()
};

fn joined(body: &Value) -> Health {
    is_condition(body, "Ready", Health::Bad)
}

/// `2/3`: the nodes that are ready.
fn nodes(body: &Value) -> Cell {
    let count = |key: &str| body["status"]["nodeSummary"][key].as_u64();
    let both = count("readyNum").zip(count("totalNum"));
    both.map_or(Cell::None, |(ready, all)| Cell::Ratio(ready as u32, all as u32))
}

/// `950m of 4`
fn used(body: &Value, resource: &str) -> String {
    let summary = &body["status"]["resourceSummary"];
    let amounts = ["allocated", "allocatable"].map(|key| text(&summary[key], resource));
    amounts.into_iter().filter(|amount| !amount.is_empty()).collect::<Vec<_>>().join(" of ")
}

/// Policies have no status.
fn written(body: &Value) -> Health {
    living(body, || Health::Good)
}

/// `Deployment/web,ConfigMap`
fn selects(body: &Value) -> Cell {
    let one = |selector: &Value| match (text(selector, "kind"), text(selector, "name")) {
        (kind, "") => kind.to_owned(),
        (kind, name) => format!("{kind}/{name}"),
    };
    Cell::text(items(&body["spec"], "resourceSelectors").iter().map(one).collect::<Vec<_>>().join(","))
}

fn object(body: &Value) -> Cell {
    let of = &body["spec"]["resource"];
    Cell::text(format!("{}/{}", text(of, "kind"), text(of, "name")).trim_matches('/'))
}

fn members(body: &Value) -> &[Value] {
    items(&body["status"], "aggregatedStatus")
}

/// A cluster that could not take it says why.
fn binding(body: &Value) -> Health {
    let is_refused = members(body).iter().any(|one| one["applied"] == false && !text(one, "appliedMessage").is_empty());
    living(body, || match status_of(body, "FullyApplied") {
        "True" => Health::Good,
        _ if is_refused || status_of(body, "Scheduled") == "False" => Health::Bad,
        "" if body["status"].is_null() => Health::Unknown,
        _ => Health::Progress,
    })
}

/// `west=Healthy,east=Unknown`
fn health(body: &Value) -> Cell {
    let told = members(body).iter().filter(|one| !text(one, "health").is_empty());
    let each = told.map(|one| format!("{}={}", text(one, "clusterName"), text(one, "health")));
    Cell::text(each.collect::<Vec<_>>().join(","))
}

fn applied(body: &Value) -> Health {
    is_condition(body, "Applied", Health::Bad)
}
