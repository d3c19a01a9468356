//! Kubeflow: jobs that train models, of the Trainer (kubeflow/trainer, pkg/apis/trainer/v1alpha1) and of the older
//! Training Operator (kubeflow/training-operator, pkg/apis/kubeflow.org/v1).

use super::custom;
use super::state::{labelled, living};
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, text};
use crate::kinds::kube::pods;
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[&JOB, &RUNTIME, &CLUSTER_RUNTIME, &PYTORCH, &TF, &MPI, &JAX, &XGBOOST, &PADDLE];

const fn trainer(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "trainer.kubeflow.org", version: "v1alpha1", kind, plural, namespaced: true }
}

const fn training(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "kubeflow.org", version: "v1", kind, plural, namespaced: true }
}

const STATE: Property = Property::value("STATE", 10, ".status.conditions[-1:].type").state();

static JOB_COLUMNS: [Property; 7] = [
    STATE,
    Property::made("PROGRESS", 8, progress).rank(2),
    Property::made("ETA", 6, eta).rank(3),
    Property::value("RUNTIME", 24, ".spec.runtimeRef.name").rank(4),
    Property::made("JOBS", 24, jobs).rank(5),
    Property::age("UPDATED", 8, ".status.trainerStatus.lastUpdatedTime").rank(6),
    Property::AGE,
];
static JOB: Kind = Kind {
    name: "trainjobs",
    address: trainer("TrainJob", "trainjobs"),
    columns: &Property::columns(&JOB_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.trainerStatus", ".status.jobsStatus"],
        link: pods_of_set,
        ..Shape::of(&JOB_COLUMNS, state)
    }),
    verbs: verbs::SUSPENDED,
    ..custom()
};

static RUNTIME_COLUMNS: [Property; 4] = [
    Property::value("NODES", 5, ".spec.mlPolicy.numNodes").number(),
    Property::made("POLICY", 10, policy).rank(2),
    Property::list("JOBS", 30, ".spec.template.spec.replicatedJobs[*].name").rank(3),
    Property::AGE,
];
static RUNTIME: Kind = Kind {
    name: "trainingruntimes",
    address: trainer("TrainingRuntime", "trainingruntimes"),
    columns: &Property::columns(&RUNTIME_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.mlPolicy"], ..Shape::of(&RUNTIME_COLUMNS, failing) }),
    ..custom()
};

static CLUSTER_RUNTIME: Kind = Kind {
    name: "clustertrainingruntimes",
    address: Address { namespaced: false, ..trainer("ClusterTrainingRuntime", "clustertrainingruntimes") },
    ..RUNTIME
};

static PYTORCH_COLUMNS: [Property; 7] = [
    STATE,
    Property::made("ACTIVE", 6, |body| count(body, "active")).rank(2).number(),
    Property::made("SUCCEEDED", 9, |body| count(body, "succeeded")).rank(3).number(),
    Property::made("FAILED", 6, |body| count(body, "failed")).rank(4).number(),
    Property::age("STARTED", 8, ".status.startTime").rank(5),
    Property::age("ENDED", 8, ".status.completionTime").rank(6),
    Property::AGE,
];
static PYTORCH: Kind = Kind {
    name: "pytorchjobs",
    address: training("PyTorchJob", "pytorchjobs"),
    columns: &Property::columns(&PYTORCH_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.replicaStatuses"],
        link: pods_of_job,
        ..Shape::of(&PYTORCH_COLUMNS, state)
    }),
    verbs: verbs::SCALED,
    ..custom()
};

static TF: Kind = Kind { name: "tfjobs", address: training("TFJob", "tfjobs"), verbs: verbs::COMMON, ..PYTORCH };

static MPI: Kind = Kind { name: "mpijobs", address: training("MPIJob", "mpijobs"), verbs: verbs::COMMON, ..PYTORCH };

static JAX: Kind = Kind { name: "jaxjobs", address: training("JAXJob", "jaxjobs"), ..PYTORCH };

static XGBOOST: Kind =
    Kind { name: "xgboostjobs", address: training("XGBoostJob", "xgboostjobs"), verbs: verbs::COMMON, ..PYTORCH };

static PADDLE: Kind = Kind { name: "paddlejobs", address: training("PaddleJob", "paddlejobs"), ..PYTORCH };

/// Both write the condition that counts last.
fn state(body: &Value) -> Health {
    let last = items(&body["status"], "conditions").last().map(|last| (text(last, "type"), text(last, "status")));
    living(body, || match last {
        Some(("Complete" | "Succeeded", "True")) => Health::Done,
        Some(("Suspended", "True")) => Health::Done,
        Some(("Failed", "True")) => Health::Bad,
        Some(("Running", "True")) => Health::Good,
        Some(_) => Health::Progress,
        None if body["spec"]["suspend"] == true => Health::Done,
        None if body["status"].is_null() => Health::Unknown,
        None => Health::Progress,
    })
}

fn progress(body: &Value) -> Cell {
    let percent = body["status"]["trainerStatus"]["progressPercentage"].as_f64();
    percent.map_or(Cell::None, |percent| Cell::text(format!("{percent}%")))
}

fn eta(body: &Value) -> Cell {
    let seconds = body["status"]["trainerStatus"]["estimatedRemainingSeconds"].as_i64();
    seconds.map_or(Cell::None, |seconds| Cell::Span(seconds.saturating_mul(1000)))
}

/// `node 2/4`: of each job of the set, the pods that are ready, and those that run.
fn jobs(body: &Value) -> Cell {
    let count = |job: &Value, key: &str| job[key].as_i64().unwrap_or(0);
    let one = |job: &Value| {
        let name = text(job, "name");
        match (count(job, "succeeded"), count(job, "failed")) {
            (_, failed) if failed > 0 => format!("{name} {failed} failed"),
            (succeeded, _) if succeeded > 0 => format!("{name} {succeeded} succeeded"),
            _ => format!("{name} {}/{}", count(job, "ready"), count(job, "active")),
        }
    };
    Cell::text(items(&body["status"], "jobsStatus").iter().map(one).collect::<Vec<_>>().join(", "))
}

/// `torch`: what a runtime is for.
fn policy(body: &Value) -> Cell {
    let fields = body["spec"]["mlPolicy"].as_object().into_iter().flatten();
    let sort = fields.filter(|(_, value)| value.is_object()).map(|(key, _)| key.as_str());
    Cell::text(sort.collect::<Vec<_>>().join(","))
}

/// The pods of all its replicas that are in a state.
fn count(body: &Value, state: &str) -> Cell {
    let replicas = body["status"]["replicaStatuses"].as_object();
    replicas.map_or(Cell::None, |all| Cell::Count(all.values().filter_map(|one| one[state].as_i64()).sum()))
}

/// A job of the Trainer becomes a JobSet of its name.
fn pods_of_set(job: &Value) -> Option<Link> {
    labelled(job, &pods::KIND, "jobset.sigs.k8s.io/jobset-name")
}

fn pods_of_job(job: &Value) -> Option<Link> {
    labelled(job, &pods::KIND, "training.kubeflow.org/job-name")
}
