//! Services of several clusters (kubernetes-sigs/mcs-api, pkg/apis).

use super::custom;
use super::state::{labelled, living, status_of};
use crate::kinds::kube::endpointslices;
use crate::kinds::kube::facts::{items, text};
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[&EXPORT, &IMPORT];

const fn multicluster(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "multicluster.x-k8s.io", version: "v1beta1", kind, plural, namespaced: true }
}

static EXPORT_COLUMNS: [Property; 5] = [
    Property::value("VALID", 7, ".status.conditions[?(@.type==\"Valid\")].status").state(),
    Property::value("READY", 7, ".status.conditions[?(@.type==\"Ready\")].status").rank(2),
    Property::value("CONFLICT", 8, ".status.conditions[?(@.type==\"Conflict\")].status").rank(3),
    Property::value("MESSAGE", 30, ".status.conditions[?(@.type==\"Conflict\")].message").rank(4).wide(),
    Property::AGE,
];
static EXPORT: Kind = Kind {
    name: "serviceexports",
    aliases: &["svcex", "svcexport"],
    address: multicluster("ServiceExport", "serviceexports"),
    columns: &Property::columns(&EXPORT_COLUMNS),
    door: Door::Json(&Shape { older: &["v1alpha1"], ..Shape::of(&EXPORT_COLUMNS, exchanged) }),
    ..custom()
};

static IMPORT_COLUMNS: [Property; 5] = [
    Property::value("TYPE", 12, ".spec.type"),
    Property::list("IPS", 15, ".spec.ips").rank(2),
    Property::made("PORTS", 14, ports).rank(3),
    Property::list("CLUSTERS", 20, ".status.clusters[*].cluster").rank(4),
    Property::AGE,
];
static IMPORT: Kind = Kind {
    name: "serviceimports",
    aliases: &["svcim", "svcimport"],
    address: multicluster("ServiceImport", "serviceimports"),
    columns: &Property::columns(&IMPORT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.ports", ".status.clusters"],
        older: &["v1alpha1"],
        link: endpoints,
        ..Shape::of(&IMPORT_COLUMNS, exchanged)
    }),
    ..custom()
};

/// Both sides name what is wrong: a conflict between clusters, or a service that cannot be exchanged.
fn exchanged(body: &Value) -> Health {
    let is = |name: &str, status: &str| status_of(body, name) == status;
    living(body, || match () {
        () if is("Conflict", "True") || is("Valid", "False") => Health::Bad,
        () if is("Ready", "False") => Health::Progress,
        () if is("Valid", "True") || is("Ready", "True") => Health::Good,
        () if !items(&body["status"], "clusters").is_empty() => Health::Good,
        () => Health::Unknown,
    })
}

/// `80/TCP,443/TCP`
fn ports(body: &Value) -> Cell {
    let one = |port: &Value| format!("{}/{}", port["port"].as_i64().unwrap_or(0), protocol(port));
    Cell::text(items(&body["spec"], "ports").iter().map(one).collect::<Vec<_>>().join(","))
}

fn protocol(port: &Value) -> &str {
    let protocol = text(port, "protocol");
    if protocol.is_empty() { "TCP" } else { protocol }
}

/// The endpoints of all clusters, by the label of the specification (KEP-1645).
fn endpoints(import: &Value) -> Option<Link> {
    labelled(import, &endpointslices::KIND, "multicluster.kubernetes.io/service-name")
}
