//! Chaos Mesh: experiments, when they run, and workflows of them (chaos-mesh/chaos-mesh, api/v1alpha1).

use super::custom;
use super::state::{labelled, living, status_of};
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, text};
use crate::kinds::mask;
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &POD, &NETWORK, &IO, &DNS, &JVM, &BLOCK, &MACHINE, &STRESS, &HTTP, &KERNEL, &TIME, &AWS, &AZURE, &GCP, &SCHEDULE,
    &WORKFLOW, &NODE, &CHECK, &REMOTE,
];

const fn chaos(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "chaos-mesh.org", version: "v1alpha1", kind, plural, namespaced: true }
}

const ACTION: Property = Property::value("ACTION", 14, ".spec.action").rank(0);
const MODE: Property = Property::value("MODE", 8, ".spec.mode");
const TARGETS: Property = Property::count("TARGETS", 7, ".status.experiment.containerRecords[*]");
const PHASE: Property = Property::made("PHASE", 11, |body| Cell::text(phase(body))).state();
const PAUSED: Property = Property::value("PAUSED", 6, ".status.conditions[?(@.type==\"Paused\")].status");
const DURATION: Property = Property::value("DURATION", 8, ".spec.duration");
const LAST_EVENT: Property = Property::made("LAST-EVENT", 30, last_event).rank(6);

static POD_COLUMNS: [Property; 8] = [ACTION, MODE, TARGETS, PHASE, PAUSED, DURATION, LAST_EVENT, Property::AGE];
static POD: Kind = Kind {
    name: "podchaos",
    address: chaos("PodChaos", "podchaos"),
    columns: &Property::columns(&POD_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.experiment"], ..Shape::of(&POD_COLUMNS, experiment) }),
    verbs: verbs::DISTURBING,
    ..custom()
};

static NETWORK: Kind = Kind { name: "networkchaos", address: chaos("NetworkChaos", "networkchaos"), ..POD };

static IO: Kind = Kind { name: "iochaos", address: chaos("IOChaos", "iochaos"), ..POD };

static DNS: Kind = Kind { name: "dnschaos", address: chaos("DNSChaos", "dnschaos"), ..POD };

static JVM: Kind = Kind { name: "jvmchaos", address: chaos("JVMChaos", "jvmchaos"), ..POD };

static BLOCK: Kind = Kind { name: "blockchaos", address: chaos("BlockChaos", "blockchaos"), ..POD };

static MACHINE: Kind =
    Kind { name: "physicalmachinechaos", address: chaos("PhysicalMachineChaos", "physicalmachinechaos"), ..POD };

static STRESS_COLUMNS: [Property; 7] = [MODE, TARGETS, PHASE, PAUSED, DURATION, LAST_EVENT, Property::AGE];
static STRESS: Kind = Kind {
    name: "stresschaos",
    address: chaos("StressChaos", "stresschaos"),
    columns: &Property::columns(&STRESS_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.experiment"], ..Shape::of(&STRESS_COLUMNS, experiment) }),
    verbs: verbs::DISTURBING,
    ..custom()
};

static HTTP: Kind = Kind { name: "httpchaos", address: chaos("HTTPChaos", "httpchaos"), ..STRESS };

static KERNEL: Kind = Kind { name: "kernelchaos", address: chaos("KernelChaos", "kernelchaos"), ..STRESS };

static TIME: Kind = Kind { name: "timechaos", address: chaos("TimeChaos", "timechaos"), ..STRESS };

static AWS_COLUMNS: [Property; 7] = [ACTION, TARGETS, PHASE, PAUSED, DURATION, LAST_EVENT, Property::AGE];
static AWS: Kind = Kind {
    name: "awschaos",
    address: chaos("AWSChaos", "awschaos"),
    columns: &Property::columns(&AWS_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.experiment"], ..Shape::of(&AWS_COLUMNS, experiment) }),
    verbs: verbs::DISTURBING,
    ..custom()
};

static AZURE: Kind = Kind { name: "azurechaos", address: chaos("AzureChaos", "azurechaos"), ..AWS };

static GCP: Kind = Kind { name: "gcpchaos", address: chaos("GCPChaos", "gcpchaos"), ..AWS };

static SCHEDULE_COLUMNS: [Property; 5] = [
    Property::value("TYPE", 14, ".spec.type"),
    Property::value("SCHEDULE", 12, ".spec.schedule").rank(2),
    Property::count("ACTIVE", 6, ".status.active[*]").rank(3),
    Property::age("LAST-RUN", 8, ".status.time").rank(4),
    Property::AGE,
];
static SCHEDULE: Kind = Kind {
    name: "schedules",
    address: chaos("Schedule", "schedules"),
    columns: &Property::columns(&SCHEDULE_COLUMNS),
    door: Door::Json(&Shape::of(&SCHEDULE_COLUMNS, failing)),
    verbs: verbs::DISTURBING,
    ..custom()
};

static WORKFLOW_COLUMNS: [Property; 5] = [
    Property::value("ENTRY", 16, ".spec.entry"),
    Property::age("STARTED", 8, ".status.startTime").rank(2),
    Property::age("ENDED", 8, ".status.endTime").rank(3),
    Property::value("ACCOMPLISHED", 12, ".status.conditions[?(@.type==\"Accomplished\")].status").state(),
    Property::AGE,
];
static WORKFLOW: Kind = Kind {
    name: "chaosworkflows",
    address: chaos("Workflow", "workflows"),
    columns: &Property::columns(&WORKFLOW_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.endTime"], link: nodes, ..Shape::of(&WORKFLOW_COLUMNS, workflow) }),
    ..custom()
};

static NODE_COLUMNS: [Property; 7] = [
    Property::value("WORKFLOW", 16, ".spec.workflowName"),
    Property::value("TYPE", 12, ".spec.type").rank(2),
    Property::value("TEMPLATE", 16, ".spec.templateName").rank(3),
    Property::count("CHILDREN", 8, ".spec.children[*]").rank(4),
    Property::made("CHAOS", 24, made).rank(5),
    Property::value("ACCOMPLISHED", 12, ".status.conditions[?(@.type==\"Accomplished\")].status").state(),
    Property::AGE,
];
static NODE: Kind = Kind {
    name: "workflownodes",
    aliases: &["wfn"],
    address: chaos("WorkflowNode", "workflownodes"),
    columns: &Property::columns(&NODE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.chaosResource"], ..Shape::of(&NODE_COLUMNS, node) }),
    ..custom()
};

static CHECK_COLUMNS: [Property; 7] = [
    Property::value("TYPE", 8, ".spec.type"),
    Property::value("MODE", 12, ".spec.mode").rank(2),
    Property::value("COUNT", 5, ".status.count").rank(3).number(),
    Property::value("COMPLETED", 9, ".status.conditions[?(@.type==\"Completed\")].status").state(),
    Property::age("STARTED", 8, ".status.startTime").rank(5),
    Property::age("ENDED", 8, ".status.completionTime").rank(6),
    Property::AGE,
];
static CHECK: Kind = Kind {
    name: "statuschecks",
    address: chaos("StatusCheck", "statuschecks"),
    columns: &Property::columns(&CHECK_COLUMNS),
    door: Door::Json(&Shape::of(&CHECK_COLUMNS, check)),
    ..custom()
};

static REMOTE_COLUMNS: [Property; 5] = [
    Property::value("VERSION", 10, ".spec.version"),
    Property::value("CURRENT", 10, ".status.currentVersion").rank(2),
    Property::value("INSTALLED", 9, ".status.conditions[?(@.type==\"Installed\")].status").rank(3),
    Property::value("READY", 7, ".status.conditions[?(@.type==\"Ready\")].status").state(),
    Property::AGE,
];
static REMOTE: Kind = Kind {
    name: "remoteclusters",
    address: Address { namespaced: false, ..chaos("RemoteCluster", "remoteclusters") },
    columns: &Property::columns(&REMOTE_COLUMNS),
    door: Door::Json(&Shape::of(&REMOTE_COLUMNS, failing)),
    ..custom()
};

/// How far an experiment is, by its conditions.
fn phase(body: &Value) -> &'static str {
    let is = |name: &str| status_of(body, name) == "True";
    let is_stopped = body["status"]["experiment"]["desiredPhase"] == "Stop";
    match () {
        () if is("Paused") => "Paused",
        () if is_stopped && is("AllRecovered") => "Recovered",
        () if is_stopped => "Recovering",
        () if is("AllInjected") => "Injected",
        () if status_of(body, "Selected") == "False" => "No target",
        () if items(&body["status"], "conditions").is_empty() => "",
        () => "Injecting",
    }
}

/// An experiment that runs is a warning to whoever looks for what is wrong.
fn experiment(body: &Value) -> Health {
    living(body, || match phase(body) {
        "Recovered" | "Paused" => Health::Done,
        "Injected" => Health::Warn,
        "No target" => Health::Bad,
        "" => Health::Unknown,
        _ if latest(body).is_some_and(|event| event["type"] == "Failed") => Health::Bad,
        _ => Health::Progress,
    })
}

/// What happened last to one of its targets.
fn latest(body: &Value) -> Option<&Value> {
    let records = items(&body["status"]["experiment"], "containerRecords");
    let events = records.iter().flat_map(|record| items(record, "events"));
    events.max_by_key(|event| text(event, "timestamp"))
}

/// `Apply failed: no such container`
fn last_event(body: &Value) -> Cell {
    let Some(event) = latest(body) else { return Cell::None };
    let (operation, kind, message) = (text(event, "operation"), text(event, "type"), text(event, "message"));
    let told = format!("{operation} {}: {}", kind.to_lowercase(), mask::urls(message));
    Cell::text(told.trim_end_matches([':', ' ']))
}

fn workflow(body: &Value) -> Health {
    living(body, || match status_of(body, "Accomplished") {
        "True" => Health::Done,
        _ if !body["status"]["endTime"].is_null() => Health::Done,
        _ if status_of(body, "Scheduled") == "True" => Health::Progress,
        _ => Health::Unknown,
    })
}

fn nodes(workflow: &Value) -> Option<Link> {
    labelled(workflow, &NODE, "chaos-mesh.org/workflow")
}

fn node(body: &Value) -> Health {
    let is = |name: &str| status_of(body, name) == "True";
    living(body, || match () {
        () if is("Aborted") => Health::Bad,
        () if is("Accomplished") => Health::Done,
        () if is("DeadlineExceed") => Health::Warn,
        () if items(&body["status"], "conditions").is_empty() => Health::Unknown,
        () => Health::Progress,
    })
}

/// `NetworkChaos/slow-x7k2`: the experiment that a node of a workflow made.
fn made(body: &Value) -> Cell {
    let chaos = &body["status"]["chaosResource"];
    let words = ["kind", "name"].map(|key| text(chaos, key));
    Cell::text(words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("/"))
}

fn check(body: &Value) -> Health {
    let is = |name: &str| status_of(body, name) == "True";
    living(body, || match () {
        () if is("FailureThresholdExceed") => Health::Bad,
        () if is("Completed") => Health::Done,
        () if items(&body["status"], "conditions").is_empty() => Health::Unknown,
        () => Health::Progress,
    })
}
