//! Litmus: experiments, the engines that run them, and how they ended (litmuschaos/chaos-operator,
//! api/litmuschaos/v1alpha1).

use super::custom;
use super::state::living;
use crate::kinds::kstatus::failing;
use crate::kinds::kube::facts::{items, text};
use crate::model::{Address, Door, Health, Kind, Link, Property, Scope, Shape, Value};

pub static KINDS: &[&Kind] = &[&ENGINE, &EXPERIMENT, &RESULT];

const fn litmus(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "litmuschaos.io", version: "v1alpha1", kind, plural, namespaced: true }
}

static ENGINE_COLUMNS: [Property; 5] = [
    Property::value("STATE", 11, ".status.engineStatus").state(),
    Property::value("WANTED", 7, ".spec.engineState").rank(2),
    Property::list("EXPERIMENTS", 24, ".spec.experiments[*].name").rank(3),
    Property::list("VERDICT", 10, ".status.experiments[*].verdict").rank(4),
    Property::AGE,
];
static ENGINE: Kind = Kind {
    name: "chaosengines",
    address: litmus("ChaosEngine", "chaosengines"),
    columns: &Property::columns(&ENGINE_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.engineStatus", ".status.experiments"],
        link: results,
        ..Shape::of(&ENGINE_COLUMNS, engine)
    }),
    ..custom()
};

static EXPERIMENT_COLUMNS: [Property; 3] = [
    Property::value("SCOPE", 10, ".spec.definition.scope"),
    Property::value("IMAGE", 40, ".spec.definition.image").rank(2),
    Property::AGE,
];
static EXPERIMENT: Kind = Kind {
    name: "chaosexperiments",
    address: litmus("ChaosExperiment", "chaosexperiments"),
    columns: &Property::columns(&EXPERIMENT_COLUMNS),
    door: Door::Json(&Shape::of(&EXPERIMENT_COLUMNS, failing)),
    ..custom()
};

static RESULT_COLUMNS: [Property; 7] = [
    Property::value("PHASE", 10, ".status.experimentStatus.phase"),
    Property::value("VERDICT", 8, ".status.experimentStatus.verdict").state(),
    Property::value("PROBE-%", 7, ".status.experimentStatus.probeSuccessPercentage").rank(3),
    Property::value("PASSED", 6, ".status.history.passedRuns").rank(4).number(),
    Property::value("FAILED", 6, ".status.history.failedRuns").rank(5).number(),
    Property::value("EXPERIMENT", 16, ".spec.experiment").rank(6),
    Property::AGE,
];
static RESULT: Kind = Kind {
    name: "chaosresults",
    address: litmus("ChaosResult", "chaosresults"),
    columns: &Property::columns(&RESULT_COLUMNS),
    door: Door::Json(&Shape { needs: &[".status.experimentStatus"], ..Shape::of(&RESULT_COLUMNS, result) }),
    ..custom()
};

/// The verdicts of its experiments, and before there is one, whether it runs.
fn engine(body: &Value) -> Health {
    let status = &body["status"];
    let has = |verdict: &str| items(status, "experiments").iter().any(|one| text(one, "verdict") == verdict);
    living(body, || match text(status, "engineStatus") {
        _ if has("Fail") || has("Error") => Health::Bad,
        _ if has("Awaited") => Health::Progress,
        "completed" | "stopped" => Health::Done,
        "initialized" => Health::Progress,
        _ => Health::Unknown,
    })
}

fn result(body: &Value) -> Health {
    living(body, || match text(&body["status"]["experimentStatus"], "verdict") {
        "Pass" | "Stopped" => Health::Done,
        "Fail" | "Error" => Health::Bad,
        "Awaited" => Health::Progress,
        _ => Health::Unknown,
    })
}

/// The operator labels results with the uid of their engine.
fn results(engine: &Value) -> Option<Link> {
    let meta = &engine["metadata"];
    let of = format!("chaosUID={}", text(meta, "uid"));
    Some(Link::to(&RESULT, Scope::namespace(text(meta, "namespace")).labels(of)))
}
