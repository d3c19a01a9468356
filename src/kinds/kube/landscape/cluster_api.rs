//! Cluster API: clusters as objects, their machines, and what makes them (kubernetes-sigs/cluster-api, api).

use super::state::{is_condition, labelled, living, owned, status_of};
use super::{READY, custom};
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{selector, text};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &CLUSTER,
    &DEPLOYMENT,
    &SET,
    &POOL,
    &CONTROL_PLANE,
    &CONTROL_PLANE_TEMPLATE,
    &MACHINE,
    &HEALTH_CHECK,
    &CLASS,
    &DRAIN_RULE,
    &RESOURCE_SET,
    &RESOURCE_SET_BINDING,
    &CONFIG,
    &CONFIG_TEMPLATE,
    &ADDRESS_CLAIM,
    &ADDRESS,
    &EXTENSION,
];

const fn core(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "cluster.x-k8s.io", version: "v1beta2", kind, plural, namespaced: true }
}

const fn control(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "controlplane.cluster.x-k8s.io", version: "v1beta2", kind, plural, namespaced: true }
}

const fn bootstrap(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "bootstrap.cluster.x-k8s.io", version: "v1beta2", kind, plural, namespaced: true }
}

const fn addon(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "addons.cluster.x-k8s.io", version: "v1beta2", kind, plural, namespaced: true }
}

const fn ipam(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "ipam.cluster.x-k8s.io", version: "v1beta2", kind, plural, namespaced: true }
}

const fn runtime(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "runtime.cluster.x-k8s.io", version: "v1beta2", kind, plural, namespaced: false }
}

const OF: Property = Property::value("CLUSTER", 16, ".spec.clusterName");
const LABELLED: Property = Property::value("CLUSTER", 16, ".metadata.labels['cluster.x-k8s.io/cluster-name']");
const AVAILABLE: Property =
    Property::value("AVAILABLE", 9, ".status.conditions[?(@.type==\"Available\")].status").state();
const DESIRED: Property = Property::value("DESIRED", 7, ".spec.replicas").rank(3).number();
const CURRENT: Property = Property::value("CURRENT", 7, ".status.replicas").rank(6).number();
const READY_ONES: Property = Property::value("READY", 5, ".status.readyReplicas").rank(4).number();
const AVAILABLE_ONES: Property = Property::value("REPLICAS", 8, ".status.availableReplicas").rank(5).number();
const UP_TO_DATE: Property = Property::value("UP-TO-DATE", 10, ".status.upToDateReplicas").rank(5).number();
const PAUSED: Property = Property::value("PAUSED", 6, ".status.conditions[?(@.type==\"Paused\")].status").wide();
const PHASE: Property = Property::value("PHASE", 12, ".status.phase").rank(2);
const VERSION: Property = Property::value("VERSION", 9, ".spec.template.spec.version").rank(3);

static CLUSTER_COLUMNS: [Property; 14] = [
    Property::value("CLASS", 16, ".spec.topology.classRef.name"),
    AVAILABLE,
    Property::value("CP-DESIRED", 10, ".status.controlPlane.desiredReplicas").rank(3).number(),
    Property::value("CP-READY", 8, ".status.controlPlane.readyReplicas").rank(4).number().wide(),
    Property::value("CP-AVAILABLE", 12, ".status.controlPlane.availableReplicas").rank(5).number(),
    Property::value("CP-UP-TO-DATE", 13, ".status.controlPlane.upToDateReplicas").rank(6).number().wide(),
    Property::value("W-DESIRED", 9, ".status.workers.desiredReplicas").rank(7).number(),
    Property::value("W-READY", 7, ".status.workers.readyReplicas").rank(8).number().wide(),
    Property::value("W-AVAILABLE", 11, ".status.workers.availableReplicas").rank(9).number(),
    Property::value("W-UP-TO-DATE", 12, ".status.workers.upToDateReplicas").rank(9).number().wide(),
    PAUSED,
    PHASE,
    Property::value("VERSION", 9, ".spec.topology.version").rank(3),
    Property::AGE,
];
static CLUSTER: Kind = Kind {
    name: "clusters",
    aliases: &["capi", "cl"],
    address: core("Cluster", "clusters"),
    columns: &Property::columns(&CLUSTER_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.paused"],
        older: &["v1beta1"],
        link: machines,
        ..Shape::of(&CLUSTER_COLUMNS, available)
    }),
    verbs: verbs::PAUSED,
    ..custom()
};

static DEPLOYMENT_COLUMNS: [Property; 11] =
    [OF, AVAILABLE, DESIRED, CURRENT, READY_ONES, AVAILABLE_ONES, UP_TO_DATE, PAUSED, PHASE, VERSION, Property::AGE];
static DEPLOYMENT: Kind = Kind {
    name: "machinedeployments",
    aliases: &["md"],
    address: core("MachineDeployment", "machinedeployments"),
    columns: &Property::columns(&DEPLOYMENT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.replicas", ".status.readyReplicas"],
        older: &["v1beta1"],
        link: sets,
        ..Shape::of(&DEPLOYMENT_COLUMNS, deployment)
    }),
    verbs: verbs::SCALED,
    ..custom()
};

static SET_COLUMNS: [Property; 9] =
    [OF, DESIRED, CURRENT, READY_ONES, AVAILABLE_ONES, UP_TO_DATE, PAUSED, VERSION, Property::AGE];
static SET: Kind = Kind {
    name: "machinesets",
    aliases: &["ms"],
    address: core("MachineSet", "machinesets"),
    columns: &Property::columns(&SET_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.replicas", ".status.readyReplicas"],
        older: &["v1beta1"],
        link: machines_of_set,
        ..Shape::of(&SET_COLUMNS, deployment)
    }),
    verbs: verbs::SCALED,
    ..custom()
};

static POOL_COLUMNS: [Property; 10] =
    [OF, DESIRED, CURRENT, READY_ONES, AVAILABLE_ONES, UP_TO_DATE, PAUSED, PHASE, VERSION, Property::AGE];
static POOL: Kind = Kind {
    name: "machinepools",
    aliases: &["mp"],
    address: core("MachinePool", "machinepools"),
    columns: &Property::columns(&POOL_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.replicas", ".status.readyReplicas"],
        older: &["v1beta1"],
        ..Shape::of(&POOL_COLUMNS, deployment)
    }),
    verbs: verbs::SCALED,
    ..custom()
};

static CONTROL_PLANE_COLUMNS: [Property; 11] = [
    LABELLED,
    AVAILABLE,
    DESIRED,
    CURRENT,
    READY_ONES,
    AVAILABLE_ONES,
    UP_TO_DATE,
    PAUSED,
    Property::value("INITIALIZED", 11, ".status.initialization.controlPlaneInitialized").rank(9),
    Property::value("VERSION", 9, ".spec.version").rank(3),
    Property::AGE,
];
static CONTROL_PLANE: Kind = Kind {
    name: "kubeadmcontrolplanes",
    aliases: &["kcp"],
    address: control("KubeadmControlPlane", "kubeadmcontrolplanes"),
    columns: &Property::columns(&CONTROL_PLANE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.replicas", ".status.readyReplicas"],
        older: &["v1beta1"],
        link: machines_of_set,
        ..Shape::of(&CONTROL_PLANE_COLUMNS, deployment)
    }),
    verbs: verbs::SCALED,
    ..custom()
};

static CONTROL_PLANE_TEMPLATE_COLUMNS: [Property; 2] =
    [Property::value("CLASS", 20, ".metadata.ownerReferences[?(@.kind==\"ClusterClass\")].name").wide(), Property::AGE];
static CONTROL_PLANE_TEMPLATE: Kind = Kind {
    name: "kubeadmcontrolplanetemplates",
    address: control("KubeadmControlPlaneTemplate", "kubeadmcontrolplanetemplates"),
    columns: &Property::columns(&CONTROL_PLANE_TEMPLATE_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&CONTROL_PLANE_TEMPLATE_COLUMNS, failing) }),
    ..custom()
};

static MACHINE_COLUMNS: [Property; 15] = [
    OF,
    Property::value("NODE", 20, ".status.nodeRef.name").rank(2),
    READY,
    Property::value("AVAILABLE", 9, ".status.conditions[?(@.type==\"Available\")].status").rank(4),
    Property::value("UP-TO-DATE", 10, ".status.conditions[?(@.type==\"UpToDate\")].status").rank(5),
    Property::value("FAILURE-DOMAIN", 14, ".status.failureDomain").rank(6),
    Property::made("CERTS", 10, certificates).rank(7),
    PHASE,
    Property::value("VERSION", 9, ".spec.version").rank(3),
    Property::value("PROVIDER-ID", 30, ".spec.providerID").rank(9).wide(),
    Property::value("INTERNAL-IP", 15, ".status.addresses[?(@.type==\"InternalIP\")].address").rank(9).wide(),
    Property::value("EXTERNAL-IP", 15, ".status.addresses[?(@.type==\"ExternalIP\")].address").rank(9).wide(),
    Property::value("OS-IMAGE", 24, ".status.nodeInfo.osImage").rank(9).wide(),
    PAUSED,
    Property::AGE,
];
static MACHINE: Kind = Kind {
    name: "machines",
    aliases: &["ma"],
    address: core("Machine", "machines"),
    columns: &Property::columns(&MACHINE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.certificatesExpiryDate"],
        older: &["v1beta1"],
        ..Shape::of(&MACHINE_COLUMNS, failing)
    }),
    ..custom()
};

static HEALTH_CHECK_COLUMNS: [Property; 6] = [
    OF,
    Property::made("SELECTOR", 30, |body| Cell::text(selector(&body["spec"]["selector"]))).rank(2),
    Property::value("EXPECTED", 8, ".status.expectedMachines").rank(3).number(),
    Property::value("HEALTHY", 7, ".status.currentHealthy").rank(4).number(),
    PAUSED,
    Property::AGE,
];
static HEALTH_CHECK: Kind = Kind {
    name: "machinehealthchecks",
    aliases: &["mhc", "mhcs"],
    address: core("MachineHealthCheck", "machinehealthchecks"),
    columns: &Property::columns(&HEALTH_CHECK_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.expectedMachines", ".status.currentHealthy", ".spec.selector"],
        older: &["v1beta1"],
        ..Shape::of(&HEALTH_CHECK_COLUMNS, check)
    }),
    ..custom()
};

static CLASS_COLUMNS: [Property; 4] = [
    Property::value("VARIABLES-READY", 15, ".status.conditions[?(@.type==\"VariablesReady\")].status").state(),
    Property::list("WORKERS", 24, ".spec.workers.machineDeployments[*].class").rank(2),
    PAUSED,
    Property::AGE,
];
static CLASS: Kind = Kind {
    name: "clusterclasses",
    aliases: &["cc"],
    address: core("ClusterClass", "clusterclasses"),
    columns: &Property::columns(&CLASS_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&CLASS_COLUMNS, variables) }),
    ..custom()
};

static DRAIN_RULE_COLUMNS: [Property; 3] = [
    Property::value("BEHAVIOR", 14, ".spec.drain.behavior"),
    Property::value("ORDER", 5, ".spec.drain.order").rank(2).number(),
    Property::AGE,
];
static DRAIN_RULE: Kind = Kind {
    name: "machinedrainrules",
    address: core("MachineDrainRule", "machinedrainrules"),
    columns: &Property::columns(&DRAIN_RULE_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&DRAIN_RULE_COLUMNS, failing) }),
    ..custom()
};

static RESOURCE_SET_COLUMNS: [Property; 5] = [
    Property::value("APPLIED", 7, ".status.conditions[?(@.type==\"ResourcesApplied\")].status").state(),
    Property::made("SELECTOR", 30, |body| Cell::text(selector(&body["spec"]["clusterSelector"]))).rank(2),
    Property::list("RESOURCES", 30, ".spec.resources[*].name").rank(3),
    PAUSED,
    Property::AGE,
];
static RESOURCE_SET: Kind = Kind {
    name: "clusterresourcesets",
    address: addon("ClusterResourceSet", "clusterresourcesets"),
    columns: &Property::columns(&RESOURCE_SET_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.clusterSelector"],
        older: &["v1beta1"],
        ..Shape::of(&RESOURCE_SET_COLUMNS, applied)
    }),
    ..custom()
};

static RESOURCE_SET_BINDING_COLUMNS: [Property; 3] =
    [OF, Property::list("SETS", 30, ".spec.bindings[*].clusterResourceSetName").rank(2), Property::AGE];
static RESOURCE_SET_BINDING: Kind = Kind {
    name: "clusterresourcesetbindings",
    address: addon("ClusterResourceSetBinding", "clusterresourcesetbindings"),
    columns: &Property::columns(&RESOURCE_SET_BINDING_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&RESOURCE_SET_BINDING_COLUMNS, failing) }),
    ..custom()
};

static CONFIG_COLUMNS: [Property; 5] = [
    LABELLED,
    READY,
    Property::value("DATA-SECRET", 12, ".status.initialization.dataSecretCreated").rank(3),
    PAUSED,
    Property::AGE,
];
static CONFIG: Kind = Kind {
    name: "kubeadmconfigs",
    address: bootstrap("KubeadmConfig", "kubeadmconfigs"),
    columns: &Property::columns(&CONFIG_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&CONFIG_COLUMNS, failing) }),
    ..custom()
};

static CONFIG_TEMPLATE_COLUMNS: [Property; 3] = [
    Property::value("CLASS", 20, ".metadata.ownerReferences[?(@.kind==\"ClusterClass\")].name").wide(),
    Property::value("CLUSTER", 20, ".metadata.ownerReferences[?(@.kind==\"Cluster\")].name").rank(2).wide(),
    Property::AGE,
];
static CONFIG_TEMPLATE: Kind = Kind {
    name: "kubeadmconfigtemplates",
    address: bootstrap("KubeadmConfigTemplate", "kubeadmconfigtemplates"),
    columns: &Property::columns(&CONFIG_TEMPLATE_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&CONFIG_TEMPLATE_COLUMNS, failing) }),
    ..custom()
};

static ADDRESS_CLAIM_COLUMNS: [Property; 4] = [
    Property::value("ADDRESS", 20, ".status.addressRef.name"),
    Property::value("POOL", 16, ".spec.poolRef.name").rank(2),
    Property::value("POOL-KIND", 16, ".spec.poolRef.kind").rank(3),
    Property::AGE,
];
static ADDRESS_CLAIM: Kind = Kind {
    name: "ipaddressclaims",
    address: ipam("IPAddressClaim", "ipaddressclaims"),
    columns: &Property::columns(&ADDRESS_CLAIM_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.addressRef"],
        older: &["v1beta1", "v1alpha1"],
        ..Shape::of(&ADDRESS_CLAIM_COLUMNS, address)
    }),
    ..custom()
};

static ADDRESS_COLUMNS: [Property; 6] = [
    Property::value("ADDRESS", 20, ".spec.address"),
    Property::value("PREFIX", 6, ".spec.prefix").rank(2).number(),
    Property::value("GATEWAY", 15, ".spec.gateway").rank(3),
    Property::value("POOL", 16, ".spec.poolRef.name").rank(4),
    Property::value("POOL-KIND", 16, ".spec.poolRef.kind").rank(5),
    Property::AGE,
];
static ADDRESS: Kind = Kind {
    name: "ipamaddresses",
    address: ipam("IPAddress", "ipaddresses"),
    columns: &Property::columns(&ADDRESS_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1", "v1alpha1"], ..Shape::of(&ADDRESS_COLUMNS, failing) }),
    ..custom()
};

static EXTENSION_COLUMNS: [Property; 5] = [
    Property::value("DISCOVERED", 10, ".status.conditions[?(@.type==\"Discovered\")].status").state(),
    Property::value("SERVICE", 24, ".spec.clientConfig.service.name").rank(2),
    Property::list("HANDLERS", 30, ".status.handlers[*].name").rank(3),
    PAUSED,
    Property::AGE,
];
static EXTENSION: Kind = Kind {
    name: "extensionconfigs",
    aliases: &["ext"],
    address: runtime("ExtensionConfig", "extensionconfigs"),
    columns: &Property::columns(&EXTENSION_COLUMNS),
    door: Door::Json(&Shape { older: &["v1alpha1"], ..Shape::of(&EXTENSION_COLUMNS, discovered) }),
    ..custom()
};

/// Objects that are paused are idle on purpose.
fn paused(body: &Value) -> bool {
    body["spec"]["paused"] == true || status_of(body, "Paused") == "True"
}

fn unless_paused(body: &Value, name: &str) -> Health {
    living(body, || if paused(body) { Health::Done } else { is_condition(body, name, Health::Bad) })
}

fn available(body: &Value) -> Health {
    unless_paused(body, "Available")
}

fn applied(body: &Value) -> Health {
    unless_paused(body, "ResourcesApplied")
}

fn discovered(body: &Value) -> Health {
    unless_paused(body, "Discovered")
}

fn variables(body: &Value) -> Health {
    unless_paused(body, "VariablesReady")
}

/// Sets and pools have no condition that says whether they are available: the number of their machines does.
fn deployment(body: &Value) -> Health {
    let ready = body["status"]["readyReplicas"].as_i64().unwrap_or(0);
    let is_short = body["spec"]["replicas"].as_i64().is_some_and(|wanted| ready < wanted);
    match available(body) {
        Health::Unknown if body["status"].is_null() => Health::Unknown,
        Health::Good | Health::Unknown if is_short => Health::Progress,
        Health::Unknown => Health::Good,
        health => health,
    }
}

fn check(body: &Value) -> Health {
    let count = |key: &str| body["status"][key].as_i64();
    living(body, || match count("expectedMachines").zip(count("currentHealthy")) {
        _ if paused(body) => Health::Done,
        Some((expected, healthy)) if healthy < expected => Health::Warn,
        Some(_) => Health::Good,
        None => Health::Unknown,
    })
}

fn address(body: &Value) -> Health {
    let has_address = !text(&body["status"]["addressRef"], "name").is_empty();
    living(body, || if has_address { Health::Good } else { Health::Progress })
}

/// The day on which the certificates of a control plane expire.
fn certificates(body: &Value) -> Cell {
    Cell::text(text(&body["status"], "certificatesExpiryDate").get(..10).unwrap_or_default())
}

/// The machines of a cluster, by the label that all of them have.
fn machines(cluster: &Value) -> Option<Link> {
    labelled(cluster, &MACHINE, "cluster.x-k8s.io/cluster-name")
}

fn sets(deployment: &Value) -> Option<Link> {
    owned(deployment, &SET)
}

fn machines_of_set(set: &Value) -> Option<Link> {
    owned(set, &MACHINE)
}
