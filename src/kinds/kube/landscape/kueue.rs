//! Kueue: queues of jobs, what waits in them, and the quota that they share (kubernetes-sigs/kueue,
//! apis/kueue/v1beta2).

use super::custom;
use super::state::{is_condition, living, status_of};
use crate::kinds::kstatus::{condition, failing};
use crate::kinds::kube::facts::{items, pairs, scalar, taint, text};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &CLUSTER_QUEUE,
    &LOCAL_QUEUE,
    &COHORT,
    &WORKLOAD,
    &FLAVOR,
    &CHECK,
    &TOPOLOGY,
    &PRIORITY_CLASS,
    &REMOTE,
    &REMOTE_CONFIG,
    &PROVISIONING,
];

const fn kueue(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "kueue.x-k8s.io", version: "v1beta2", kind, plural, namespaced: false }
}

const PENDING: Property = Property::value("PENDING", 7, ".status.pendingWorkloads").rank(0).number();
const RESERVING: Property = Property::value("RESERVING", 9, ".status.reservingWorkloads").rank(3).number();
const ADMITTED: Property = Property::value("ADMITTED", 8, ".status.admittedWorkloads").number();
const ACTIVE: Property = Property::value("ACTIVE", 7, ".status.conditions[?(@.type==\"Active\")].status").state();
const MESSAGE: Property = Property::value("MESSAGE", 40, ".status.conditions[?(@.type==\"Active\")].message").wide();

static CLUSTER_QUEUE_COLUMNS: [Property; 9] = [
    Property::value("COHORT", 14, ".spec.cohortName"),
    Property::value("STRATEGY", 14, ".spec.queueingStrategy").rank(2).wide(),
    PENDING,
    RESERVING,
    ADMITTED,
    Property::made("QUOTA", 30, quota).rank(6),
    ACTIVE,
    MESSAGE,
    Property::AGE,
];
static CLUSTER_QUEUE: Kind = Kind {
    name: "clusterqueues",
    aliases: &["cq"],
    address: kueue("ClusterQueue", "clusterqueues"),
    columns: &Property::columns(&CLUSTER_QUEUE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.stopPolicy", ".status.pendingWorkloads", ".spec.resourceGroups"],
        older: &["v1beta1"],
        ..Shape::of(&CLUSTER_QUEUE_COLUMNS, queue)
    }),
    verbs: verbs::QUEUED,
    ..custom()
};

static LOCAL_QUEUE_COLUMNS: [Property; 7] = [
    Property::value("CLUSTER-QUEUE", 20, ".spec.clusterQueue"),
    PENDING,
    RESERVING,
    ADMITTED,
    ACTIVE,
    MESSAGE,
    Property::AGE,
];
static LOCAL_QUEUE: Kind = Kind {
    name: "localqueues",
    aliases: &["lq", "queue", "queues"],
    address: Address { namespaced: true, ..kueue("LocalQueue", "localqueues") },
    columns: &Property::columns(&LOCAL_QUEUE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.stopPolicy", ".status.pendingWorkloads"],
        older: &["v1beta1"],
        ..Shape::of(&LOCAL_QUEUE_COLUMNS, queue)
    }),
    verbs: verbs::QUEUED,
    ..custom()
};

static COHORT_COLUMNS: [Property; 4] = [
    Property::value("PARENT", 14, ".spec.parentName"),
    Property::made("QUOTA", 30, quota).rank(2),
    Property::value("SHARE", 6, ".status.fairSharing.weightedShare").rank(3).number(),
    Property::AGE,
];
static COHORT: Kind = Kind {
    name: "cohorts",
    address: kueue("Cohort", "cohorts"),
    columns: &Property::columns(&COHORT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.resourceGroups"],
        older: &["v1beta1"],
        ..Shape::of(&COHORT_COLUMNS, failing)
    }),
    ..custom()
};

static WORKLOAD_COLUMNS: [Property; 7] = [
    Property::value("QUEUE", 16, ".spec.queueName"),
    Property::value("PRIORITY", 8, ".spec.priority").rank(2).number(),
    Property::value("RESERVED-IN", 16, ".status.admission.clusterQueue").rank(3),
    Property::value("ADMITTED", 8, ".status.conditions[?(@.type==\"Admitted\")].status").state(),
    Property::value("FINISHED", 8, ".status.conditions[?(@.type==\"Finished\")].status").rank(5),
    Property::made("WHY", 40, why).rank(6),
    Property::AGE,
];
static WORKLOAD: Kind = Kind {
    name: "kwl",
    aliases: &["kueueworkload", "kueueworkloads"],
    address: Address { namespaced: true, ..kueue("Workload", "workloads") },
    columns: &Property::columns(&WORKLOAD_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.active", ".status.admission"],
        older: &["v1beta1"],
        ..Shape::of(&WORKLOAD_COLUMNS, workload)
    }),
    verbs: verbs::ADMITTED,
    ..custom()
};

static FLAVOR_COLUMNS: [Property; 4] = [
    Property::made("SELECTOR", 30, |body| Cell::text(pairs(&body["spec"]["nodeLabels"]))),
    Property::made("TAINTS", 24, |body| {
        Cell::text(items(&body["spec"], "nodeTaints").iter().map(taint).collect::<Vec<_>>().join(","))
    })
    .rank(2),
    Property::value("TOPOLOGY", 14, ".spec.topologyName").rank(3),
    Property::AGE,
];
static FLAVOR: Kind = Kind {
    name: "resourceflavors",
    aliases: &["rf", "flavor", "flavors"],
    address: kueue("ResourceFlavor", "resourceflavors"),
    columns: &Property::columns(&FLAVOR_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.nodeLabels", ".spec.nodeTaints"],
        older: &["v1beta1"],
        ..Shape::of(&FLAVOR_COLUMNS, failing)
    }),
    ..custom()
};

static CHECK_COLUMNS: [Property; 5] = [
    Property::value("CONTROLLER", 36, ".spec.controllerName"),
    Property::value("PARAMETERS", 24, ".spec.parameters.name").rank(2),
    ACTIVE,
    MESSAGE,
    Property::AGE,
];
static CHECK: Kind = Kind {
    name: "admissionchecks",
    aliases: &["ac"],
    address: kueue("AdmissionCheck", "admissionchecks"),
    columns: &Property::columns(&CHECK_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&CHECK_COLUMNS, active) }),
    ..custom()
};

static TOPOLOGY_COLUMNS: [Property; 2] = [Property::list("LEVELS", 50, ".spec.levels[*].nodeLabel"), Property::AGE];
static TOPOLOGY: Kind = Kind {
    name: "topologies",
    aliases: &["topo"],
    address: kueue("Topology", "topologies"),
    columns: &Property::columns(&TOPOLOGY_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&TOPOLOGY_COLUMNS, failing) }),
    ..custom()
};

static PRIORITY_CLASS_COLUMNS: [Property; 3] = [
    Property::value("VALUE", 10, ".value").number(),
    Property::value("DESCRIPTION", 40, ".description").rank(2).wide(),
    Property::AGE,
];
static PRIORITY_CLASS: Kind = Kind {
    name: "workloadpriorityclasses",
    aliases: &["wpc"],
    address: kueue("WorkloadPriorityClass", "workloadpriorityclasses"),
    columns: &Property::columns(&PRIORITY_CLASS_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&PRIORITY_CLASS_COLUMNS, failing) }),
    ..custom()
};

static REMOTE_COLUMNS: [Property; 4] = [
    Property::value("CONNECTED", 9, ".status.conditions[?(@.type==\"Active\")].status").state(),
    Property::value("SOURCE", 20, ".spec.clusterSource.kubeConfig.location").rank(2),
    MESSAGE,
    Property::AGE,
];
static REMOTE: Kind = Kind {
    name: "multikueueclusters",
    aliases: &["mkc"],
    address: kueue("MultiKueueCluster", "multikueueclusters"),
    columns: &Property::columns(&REMOTE_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&REMOTE_COLUMNS, active) }),
    ..custom()
};

static REMOTE_CONFIG_COLUMNS: [Property; 2] = [Property::list("CLUSTERS", 40, ".spec.clusters"), Property::AGE];
static REMOTE_CONFIG: Kind = Kind {
    name: "multikueueconfigs",
    aliases: &["mkconf"],
    address: kueue("MultiKueueConfig", "multikueueconfigs"),
    columns: &Property::columns(&REMOTE_CONFIG_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&REMOTE_CONFIG_COLUMNS, failing) }),
    ..custom()
};

static PROVISIONING_COLUMNS: [Property; 3] = [
    Property::value("CLASS", 40, ".spec.provisioningClassName"),
    Property::list("RESOURCES", 24, ".spec.managedResources").rank(2),
    Property::AGE,
];
static PROVISIONING: Kind = Kind {
    name: "provisioningrequestconfigs",
    aliases: &["prc"],
    address: kueue("ProvisioningRequestConfig", "provisioningrequestconfigs"),
    columns: &Property::columns(&PROVISIONING_COLUMNS),
    door: Door::Json(&Shape { older: &["v1beta1"], ..Shape::of(&PROVISIONING_COLUMNS, failing) }),
    ..custom()
};

/// A queue that was stopped is idle on purpose.
fn queue(body: &Value) -> Health {
    let is_stopped = matches!(text(&body["spec"], "stopPolicy"), "Hold" | "HoldAndDrain");
    let has_pending = body["status"]["pendingWorkloads"].as_i64().is_some_and(|pending| pending > 0);
    living(body, || match active(body) {
        _ if is_stopped => Health::Done,
        Health::Good if has_pending => Health::Progress,
        health => health,
    })
}

fn active(body: &Value) -> Health {
    is_condition(body, "Active", Health::Bad)
}

/// `default: cpu=9,memory=36Gi`, by flavor.
fn quota(body: &Value) -> Cell {
    let groups = items(&body["spec"], "resourceGroups").iter();
    let flavors = groups.flat_map(|group| items(group, "flavors"));
    let one = |resource: &Value| format!("{}={}", text(resource, "name"), scalar(&resource["nominalQuota"]));
    let told = flavors.map(|flavor| {
        let resources = items(flavor, "resources").iter().map(one).collect::<Vec<_>>().join(",");
        format!("{}: {resources}", text(flavor, "name"))
    });
    Cell::text(told.collect::<Vec<_>>().join(" "))
}

fn workload(body: &Value) -> Health {
    let is = |name: &str| status_of(body, name) == "True";
    living(body, || match () {
        () if is("Finished") => Health::Done,
        () if is("Evicted") => Health::Warn,
        () if body["spec"]["active"] == false => Health::Done,
        () if is("Admitted") => Health::Good,
        () => Health::Progress,
    })
}

/// Why it is not admitted, or why it is no more.
fn why(body: &Value) -> Cell {
    let message = |name: &str, status: &str| {
        let told = condition(body, name).filter(|condition| condition["status"] == status);
        told.map(|condition| text(condition, "message"))
    };
    let is_admitted = status_of(body, "Admitted") == "True";
    let waits = || message("QuotaReserved", "False").filter(|_| !is_admitted);
    let told = message("Finished", "True").or_else(|| message("Evicted", "True")).or_else(waits);
    Cell::text(told.unwrap_or_default())
}
