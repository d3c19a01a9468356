//! Argo Workflows: what runs step by step, by hand or by the clock (argoproj/argo-workflows). Columns are those of `argo list`
//! and `argo cron list`.

use super::{SUSPENDED, custom};
use crate::kinds::kstatus::{condition, failing};
use crate::kinds::kube::facts::{pods_of, strings, text};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Scope, Shape, Time, Value};

pub static KINDS: &[&Kind] = &[&WORKFLOW, &TEMPLATE, &CRON, &CLUSTER_TEMPLATE];

const fn address(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "argoproj.io", version: "v1alpha1", kind, plural, namespaced: true }
}

static WORKFLOW_COLUMNS: [Property; 7] = [
    Property::value("STATUS", 10, ".status.phase").state(),
    Property::age("STARTED", 7, ".status.startedAt").rank(3),
    Property::made("DURATION", 8, |body| duration(&body["status"])).number().rank(2),
    Property::value("PROGRESS", 8, ".status.progress").rank(2),
    Property::value("PRIORITY", 8, ".spec.priority").number().rank(5),
    Property::value("MESSAGE", 30, ".status.message").rank(4),
    Property::AGE,
];
static WORKFLOW: Kind = Kind {
    name: "workflows",
    aliases: &["wf"],
    address: address("Workflow", "workflows"),
    columns: &Property::columns(&WORKFLOW_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.phase", ".status.startedAt", ".status.finishedAt"],
        link: |body| Some(pods_of(body, format!("workflows.argoproj.io/workflow={}", text(&body["metadata"], "name")))),
        ..Shape::of(&WORKFLOW_COLUMNS, run)
    }),
    ..custom()
};

static TEMPLATE_COLUMNS: [Property; 3] = [
    Property::value("ENTRYPOINT", 16, ".spec.entrypoint").rank(2),
    Property::count("TEMPLATES", 9, ".spec.templates[*].name").rank(3),
    Property::AGE,
];
static TEMPLATE: Kind = Kind {
    name: "workflowtemplates",
    aliases: &["wftmpl"],
    address: address("WorkflowTemplate", "workflowtemplates"),
    columns: &Property::columns(&TEMPLATE_COLUMNS),
    door: Door::Json(&Shape {
        link: |body| made(body, "workflows.argoproj.io/workflow-template"),
        ..Shape::of(&TEMPLATE_COLUMNS, failing)
    }),
    ..custom()
};
static CLUSTER_TEMPLATE: Kind = Kind {
    name: "clusterworkflowtemplates",
    aliases: &["cwft", "clusterwftmpl"],
    address: Address { namespaced: false, ..address("ClusterWorkflowTemplate", "clusterworkflowtemplates") },
    columns: &Property::columns(&TEMPLATE_COLUMNS),
    door: Door::Json(&Shape {
        link: |body| made(body, "workflows.argoproj.io/cluster-workflow-template"),
        ..Shape::of(&TEMPLATE_COLUMNS, failing)
    }),
    ..custom()
};

static CRON_COLUMNS: [Property; 8] = [
    Property::age("LAST-RUN", 8, ".status.lastScheduledTime").rank(2),
    Property::made("SCHEDULES", 16, |body| Cell::text(schedules(&body["spec"]))).rank(2),
    Property::value("TIMEZONE", 14, ".spec.timezone").rank(5),
    SUSPENDED,
    Property::count("ACTIVE", 6, ".status.active[*].name").rank(3),
    Property::value("SUCCEEDED", 9, ".status.succeeded").number().rank(4),
    Property::value("FAILED", 6, ".status.failed").number().rank(3),
    Property::AGE,
];
static CRON: Kind = Kind {
    name: "cronworkflows",
    aliases: &["cwf", "cronwf"],
    address: address("CronWorkflow", "cronworkflows"),
    columns: &Property::columns(&CRON_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.schedules", ".spec.schedule", ".status.phase"],
        link: |body| made(body, "workflows.argoproj.io/cron-workflow"),
        ..Shape::of(&CRON_COLUMNS, scheduled)
    }),
    verbs: verbs::SUSPENDED,
    ..custom()
};

fn run(body: &Value) -> Health {
    match text(&body["status"], "phase") {
        "Succeeded" => Health::Done,
        "Failed" | "Error" => Health::Bad,
        _ if body["spec"]["suspend"] == true => Health::Done,
        "Pending" | "Running" => Health::Progress,
        _ => Health::Unknown,
    }
}

fn scheduled(body: &Value) -> Health {
    let fails = condition(body, "SubmissionError").is_some_and(|condition| condition["status"] == "True");
    match () {
        () if body["spec"]["suspend"] == true || body["status"]["phase"] == "Stopped" => Health::Done,
        () if fails => Health::Bad,
        () if body["status"].is_null() => Health::Unknown,
        () => Health::Good,
    }
}

/// How long it ran; of one that runs, since when.
fn duration(status: &Value) -> Cell {
    let [start, end] = ["startedAt", "finishedAt"].map(|key| Time::parse(text(status, key)));
    match (start, end) {
        (Some(start), Some(end)) => Cell::Span(end.since(start)),
        (start, _) => Cell::since(start),
    }
}

/// One schedule was a field of its own before version 3.6.
fn schedules(spec: &Value) -> String {
    let several = strings(spec, "schedules").join(",");
    if several.is_empty() { text(spec, "schedule").to_owned() } else { several }
}

/// The workflows that were made of it.
fn made(body: &Value, label: &str) -> Option<Link> {
    let (namespace, name) = (text(&body["metadata"], "namespace"), text(&body["metadata"], "name"));
    let scope = if namespace.is_empty() { Scope::all() } else { Scope::namespace(namespace) };
    Some(Link::to(&WORKFLOW, scope.labels(format!("{label}={name}"))))
}
