//! Argo Rollouts: deployments step by step, and what is measured meanwhile (argoproj/argo-rollouts). Columns are those of
//! `kubectl argo rollouts list`.

use super::custom;
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, pods_of, text};
use crate::model::{Address, Cell, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[&ROLLOUT, &RUN, &TEMPLATE, &CLUSTER_TEMPLATE, &EXPERIMENT];

const fn address(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "argoproj.io", version: "v1alpha1", kind, plural, namespaced: true }
}

const STATUS: Property = Property::value("STATUS", 12, ".status.phase").state();
const MESSAGE: Property = Property::value("MESSAGE", 40, ".status.message").wide();

static ROLLOUT_COLUMNS: [Property; 10] = [
    Property::made("STRATEGY", 9, |body| Cell::text(strategy(body))).rank(4),
    STATUS,
    Property::made("STEP", 5, step).rank(2),
    Property::made("SET-WEIGHT", 10, weight).number().rank(3),
    Property::made("READY", 6, |body| count(body, "readyReplicas", "replicas")).rank(2),
    Property::made("DESIRED", 7, |body| Cell::Count(body["spec"]["replicas"].as_i64().unwrap_or(1))).number().rank(4),
    Property::value("UP-TO-DATE", 10, ".status.updatedReplicas").number().rank(3),
    Property::value("AVAILABLE", 9, ".status.availableReplicas").number().rank(3),
    MESSAGE,
    Property::AGE,
];
// The short name `ro` means roles.
static ROLLOUT: Kind = Kind {
    name: "rollouts",
    address: address("Rollout", "rollouts"),
    columns: &Property::columns(&ROLLOUT_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[
            ".spec.strategy.canary.steps",
            ".spec.strategy.blueGreen.activeService",
            ".spec.replicas",
            ".status.phase",
            ".status.abort",
            ".status.currentStepIndex",
            ".status.readyReplicas",
            ".status.replicas",
            ".status.selector",
        ],
        link: |body| {
            let selector = Some(text(&body["status"], "selector")).filter(|labels| !labels.is_empty());
            selector.map(|labels| pods_of(body, labels))
        },
        ..Shape::of(&ROLLOUT_COLUMNS, rolled)
    }),
    ..custom()
};

static RUN_COLUMNS: [Property; 6] = [
    STATUS,
    Property::value("SUCCESSFUL", 10, ".status.runSummary.successful").number().rank(3),
    Property::value("FAILED", 6, ".status.runSummary.failed").number().rank(2),
    Property::value("INCONCLUSIVE", 12, ".status.runSummary.inconclusive").number().rank(4),
    MESSAGE,
    Property::AGE,
];
static RUN: Kind = Kind {
    name: "analysisruns",
    aliases: &["ar"],
    address: address("AnalysisRun", "analysisruns"),
    columns: &Property::columns(&RUN_COLUMNS),
    door: Door::Json(&Shape::of(&RUN_COLUMNS, measured)),
    ..custom()
};

static TEMPLATE_COLUMNS: [Property; 3] = [
    Property::list("METRICS", 24, ".spec.metrics[*].name").rank(2),
    Property::list("ARGS", 20, ".spec.args[*].name").rank(3),
    Property::AGE,
];
static TEMPLATE: Kind = Kind {
    name: "analysistemplates",
    aliases: &["at"],
    address: address("AnalysisTemplate", "analysistemplates"),
    columns: &Property::columns(&TEMPLATE_COLUMNS),
    door: Door::Json(&Shape::of(&TEMPLATE_COLUMNS, failing)),
    ..custom()
};
static CLUSTER_TEMPLATE: Kind = Kind {
    name: "clusteranalysistemplates",
    aliases: &["cat"],
    address: Address { namespaced: false, ..address("ClusterAnalysisTemplate", "clusteranalysistemplates") },
    ..TEMPLATE
};

static EXPERIMENT_COLUMNS: [Property; 6] = [
    STATUS,
    Property::list("TEMPLATES", 20, ".spec.templates[*].name").rank(2),
    Property::count("ANALYSES", 8, ".status.analysisRuns[*].name").rank(3),
    Property::value("DURATION", 8, ".spec.duration").rank(3),
    MESSAGE,
    Property::AGE,
];
static EXPERIMENT: Kind = Kind {
    name: "experiments",
    aliases: &["exp"],
    address: address("Experiment", "experiments"),
    columns: &Property::columns(&EXPERIMENT_COLUMNS),
    door: Door::Json(&Shape::of(&EXPERIMENT_COLUMNS, measured)),
    ..custom()
};

fn rolled(body: &Value) -> Health {
    match text(&body["status"], "phase") {
        "Healthy" => Health::Good,
        "Degraded" => Health::Bad,
        "Progressing" => Health::Progress,
        "Paused" => Health::Done,
        _ => Health::Unknown,
    }
}

fn measured(body: &Value) -> Health {
    match text(&body["status"], "phase") {
        "Successful" => Health::Done,
        "Failed" | "Error" => Health::Bad,
        "Inconclusive" => Health::Warn,
        "Pending" | "Running" => Health::Progress,
        _ => Health::Unknown,
    }
}

fn strategy(body: &Value) -> &'static str {
    let strategy = &body["spec"]["strategy"];
    match () {
        () if !strategy["canary"].is_null() => "Canary",
        () if !strategy["blueGreen"].is_null() => "BlueGreen",
        () => "unknown",
    }
}

fn steps(body: &Value) -> &[Value] {
    items(&body["spec"]["strategy"]["canary"], "steps")
}

fn count(body: &Value, part: &str, whole: &str) -> Cell {
    let number = |key: &str| body["status"][key].as_u64().unwrap_or_default() as u32;
    Cell::Ratio(number(part), number(whole))
}

fn step(body: &Value) -> Cell {
    let index = body["status"]["currentStepIndex"].as_u64().filter(|_| !steps(body).is_empty());
    index.map_or(Cell::None, |index| Cell::Ratio(index as u32, steps(body).len() as u32))
}

/// The share that the steps so far ask for, in percent (argo-rollouts, `GetCurrentSetWeight`).
fn weight(body: &Value) -> Cell {
    if body["spec"]["strategy"]["canary"].is_null() {
        return Cell::None;
    }
    let index = body["status"]["currentStepIndex"].as_u64().unwrap_or_default() as usize;
    match steps(body).get(..=index) {
        _ if body["status"]["abort"] == true => Cell::Count(0),
        None => Cell::Count(100),
        Some(begun) => Cell::Count(begun.iter().rev().find_map(|step| step["setWeight"].as_i64()).unwrap_or_default()),
    }
}
