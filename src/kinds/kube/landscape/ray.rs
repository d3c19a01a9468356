//! Ray: clusters, and the jobs and services on them (ray-project/kuberay, ray-operator/apis/ray/v1).

use super::custom;
use super::state::{labelled, living, owned, status_of};
use crate::kinds::kube::facts::text;
use crate::kinds::kube::pods;
use crate::kinds::verbs;
use crate::model::{Address, Door, Health, Kind, Link, Property, Scope, Shape, Value};

pub static KINDS: &[&Kind] = &[&CLUSTER, &JOB, &SERVICE, &CRON];

const fn ray(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "ray.io", version: "v1", kind, plural, namespaced: true }
}

static CLUSTER_COLUMNS: [Property; 10] = [
    Property::value("STATUS", 10, ".status.state").state(),
    Property::value("DESIRED", 7, ".status.desiredWorkerReplicas").rank(2).number(),
    Property::value("AVAILABLE", 9, ".status.availableWorkerReplicas").rank(3).number(),
    Property::value("CPUS", 5, ".status.desiredCPU").rank(4),
    Property::value("MEMORY", 8, ".status.desiredMemory").rank(5),
    Property::value("GPUS", 5, ".status.desiredGPU").rank(6),
    Property::value("TPUS", 5, ".status.desiredTPU").rank(7).wide(),
    Property::value("HEAD-IP", 15, ".status.head.podIP").rank(8).wide(),
    Property::value("REASON", 30, ".status.reason").rank(9).wide(),
    Property::AGE,
];
static CLUSTER: Kind = Kind {
    name: "rayclusters",
    address: ray("RayCluster", "rayclusters"),
    columns: &Property::columns(&CLUSTER_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.state", ".spec.suspend"],
        older: &["v1alpha1"],
        link: pods_of,
        ..Shape::of(&CLUSTER_COLUMNS, cluster)
    }),
    verbs: verbs::SUSPENDED,
    ..custom()
};

static JOB_COLUMNS: [Property; 7] = [
    Property::value("JOB-STATUS", 10, ".status.jobStatus").state(),
    Property::value("DEPLOYMENT", 14, ".status.jobDeploymentStatus").rank(2),
    Property::value("CLUSTER", 24, ".status.rayClusterName").rank(3),
    Property::age("STARTED", 8, ".status.startTime").rank(4),
    Property::age("ENDED", 8, ".status.endTime").rank(5),
    Property::value("MESSAGE", 30, ".status.message").rank(6).wide(),
    Property::AGE,
];
static JOB: Kind = Kind {
    name: "rayjobs",
    address: ray("RayJob", "rayjobs"),
    columns: &Property::columns(&JOB_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.jobStatus", ".status.jobDeploymentStatus", ".status.rayClusterName"],
        older: &["v1alpha1"],
        link: cluster_of,
        ..Shape::of(&JOB_COLUMNS, job)
    }),
    verbs: verbs::SUSPENDED,
    ..custom()
};

static SERVICE_COLUMNS: [Property; 6] = [
    Property::value("STATUS", 10, ".status.serviceStatus").state(),
    Property::value("READY", 7, ".status.conditions[?(@.type==\"Ready\")].status").rank(2),
    Property::value("ENDPOINTS", 9, ".status.numServeEndpoints").rank(3).number(),
    Property::value("ACTIVE", 24, ".status.activeServiceStatus.rayClusterName").rank(4),
    Property::value("PENDING", 24, ".status.pendingServiceStatus.rayClusterName").rank(5),
    Property::AGE,
];
static SERVICE: Kind = Kind {
    name: "rayservices",
    address: ray("RayService", "rayservices"),
    columns: &Property::columns(&SERVICE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.serviceStatus"],
        older: &["v1alpha1"],
        link: clusters,
        ..Shape::of(&SERVICE_COLUMNS, service)
    }),
    ..custom()
};

static CRON_COLUMNS: [Property; 4] = [
    Property::value("SCHEDULE", 14, ".spec.schedule"),
    Property::value("SUSPENDED", 9, ".spec.suspend").rank(2),
    Property::age("LAST-RUN", 8, ".status.lastScheduleTime").rank(3),
    Property::AGE,
];
static CRON: Kind = Kind {
    name: "raycronjobs",
    address: ray("RayCronJob", "raycronjobs"),
    columns: &Property::columns(&CRON_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.suspend"], ..Shape::of(&CRON_COLUMNS, cron) }),
    verbs: verbs::SUSPENDED,
    ..custom()
};

fn cluster(body: &Value) -> Health {
    living(body, || match text(&body["status"], "state") {
        "suspended" => Health::Done,
        _ if body["spec"]["suspend"] == true => Health::Done,
        "ready" => Health::Good,
        "failed" => Health::Bad,
        _ if body["status"].is_null() => Health::Unknown,
        _ => Health::Progress,
    })
}

/// How the job ended counts more than whether its cluster is still there.
fn job(body: &Value) -> Health {
    let status = &body["status"];
    living(body, || match (text(status, "jobStatus"), text(status, "jobDeploymentStatus")) {
        ("SUCCEEDED" | "STOPPED", _) => Health::Done,
        ("FAILED", _) | (_, "Failed" | "ValidationFailed") => Health::Bad,
        (_, "Suspended") => Health::Done,
        ("RUNNING", _) => Health::Good,
        ("", "") => Health::Unknown,
        _ => Health::Progress,
    })
}

/// `Running` says that it answers; the condition of newer operators says so too.
fn service(body: &Value) -> Health {
    living(body, || match (text(&body["status"], "serviceStatus"), status_of(body, "Ready")) {
        ("Running", _) | (_, "True") => Health::Good,
        _ if body["status"].is_null() => Health::Unknown,
        _ => Health::Progress,
    })
}

fn cron(body: &Value) -> Health {
    living(body, || if body["spec"]["suspend"] == true { Health::Done } else { Health::Good })
}

fn pods_of(cluster: &Value) -> Option<Link> {
    labelled(cluster, &pods::KIND, "ray.io/cluster")
}

fn cluster_of(job: &Value) -> Option<Link> {
    let cluster = text(&job["status"], "rayClusterName");
    let scope = Scope::namespace(text(&job["metadata"], "namespace"));
    (!cluster.is_empty()).then(|| Link::to(&CLUSTER, scope.named(cluster)))
}

fn clusters(service: &Value) -> Option<Link> {
    owned(service, &CLUSTER)
}
