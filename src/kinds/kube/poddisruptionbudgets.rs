//! Pod disruption budgets: the server's own table, and a description that says what blocks a drain.

use crate::kinds::describe::conditions;
use crate::kinds::kube::facts::{self, Trouble, scalar, text};
use crate::kinds::kube::workload::describe::PODS;
use crate::kinds::verbs;
use crate::model::{Address, Around, Cell, Description, Door, Health, Kind, Link, Related, Section, Value};

pub static KIND: Kind = Kind {
    name: "poddisruptionbudgets",
    aliases: &["pdb", "poddisruptionbudget"],
    address: Address {
        group: "policy",
        version: "v1",
        kind: "PodDisruptionBudget",
        plural: "poddisruptionbudgets",
        namespaced: true,
    },
    door: Door::Table(Some(judge)),
    description: Description::of(describe).with(&[Related::new(PODS, pods)]),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

/// The pods that it protects: an empty selector means all of the namespace, none at all means none.
fn pods(body: &Value) -> Option<Link> {
    let selector = &body["spec"]["selector"];
    selector.is_object().then(|| facts::pods_of(body, facts::selector(selector)))
}

fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let status = &body["status"];
    let mut trouble = trouble(status);
    trouble.pods(around.objects(PODS));
    trouble.section().into_iter().chain([budget(body)]).chain(conditions(status)).collect()
}

/// A row is as its page says.
fn judge(status: &Value) -> Health {
    match status["expectedPods"].is_null() {
        true => Health::Unknown,
        false => trouble(status).worst().unwrap_or(Health::Good),
    }
}

/// A budget that lets no pod go, or has none.
fn trouble(status: &Value) -> Trouble {
    let number = |key: &str| status[key].as_i64();
    let mut trouble = Trouble::default();
    trouble.conditions(status, |condition| {
        (text(condition, "type") == "DisruptionAllowed" && text(condition, "reason") == "SyncFailed").then_some(true)
    });
    let (Some(allowed), Some(healthy), Some(needed), Some(expected)) =
        (number("disruptionsAllowed"), number("currentHealthy"), number("desiredHealthy"), number("expectedPods"))
    else {
        return trouble;
    };
    if expected == 0 {
        trouble.add("Selector", "no pod has these labels: it protects nothing", Health::Warn);
    } else if needed >= expected {
        let why = format!(
            "no pod may ever be evicted: {needed} of {expected} must be healthy; draining a node waits without end"
        );
        trouble.add("Budget", &why, Health::Warn);
    } else if allowed == 0 {
        let why = format!("no pod may be evicted now: {healthy} healthy, {needed} needed; draining a node waits");
        trouble.add("Budget", &why, Health::Warn);
    }
    trouble
}

fn budget(body: &Value) -> Section {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut section = Section::new("Budget");
    section.pair("At least healthy", scalar(&spec["minAvailable"]));
    section.pair("At most missing", scalar(&spec["maxUnavailable"]));
    section.pair(
        "Selector",
        match facts::selector(&spec["selector"]) {
            all if all.is_empty() && spec["selector"].is_object() => "all pods of the namespace".to_owned(),
            labels => labels,
        },
    );
    section.pair(
        "Pods that are not ready",
        match text(spec, "unhealthyPodEvictionPolicy") {
            "AlwaysAllow" => "may always be evicted",
            "IfHealthyBudget" => "may be evicted while enough others are healthy",
            other => other,
        },
    );
    for (title, key) in [
        ("Evictions allowed", "disruptionsAllowed"),
        ("Healthy now", "currentHealthy"),
        ("Healthy needed", "desiredHealthy"),
        ("Pods expected", "expectedPods"),
    ] {
        section.cell(title, status[key].as_i64().map_or(Cell::None, Cell::Count));
    }
    let leaving = status["disruptedPods"].as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    section.pair("Being evicted", leaving.collect::<Vec<_>>().join("\n"));
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{named, section, titles};
    use crate::model::Scope;

    fn body(status: [i64; 4]) -> Value {
        let [allowed, healthy, needed, expected] = status;
        named(json!({"spec": {"minAvailable": 2, "selector": {"matchLabels": {"app": "web"}}}, "status": {
            "disruptionsAllowed": allowed, "currentHealthy": healthy, "desiredHealthy": needed, "expectedPods": expected}}))
    }

    #[test]
    fn a_budget_says_what_it_blocks() {
        let sections = describe(&body([1, 3, 2, 3]), &Around::default());
        assert_eq!(titles(&sections), ["Budget"]);
        assert_eq!(
            section(&sections, "Budget"),
            [
                "At least healthy: 2",
                "Selector: app=web",
                "Evictions allowed: 1",
                "Healthy now: 3",
                "Healthy needed: 2",
                "Pods expected: 3",
            ]
        );
        for (status, why) in [
            ([0, 1, 2, 3], "Budget: no pod may be evicted now: 1 healthy, 2 needed; draining a node waits (warn)"),
            (
                [0, 2, 2, 2],
                "Budget: no pod may ever be evicted: 2 of 2 must be healthy; draining a node waits without end (warn)",
            ),
            ([0, 0, 0, 0], "Selector: no pod has these labels: it protects nothing (warn)"),
        ] {
            assert_eq!(section(&describe(&body(status), &Around::default()), "Trouble"), [why]);
            assert_eq!(judge(&body(status)["status"]), Health::Warn);
        }
        assert_eq!((judge(&body([1, 3, 2, 3])["status"]), judge(&json!({}))), (Health::Good, Health::Unknown));
    }

    #[test]
    fn an_empty_selector_means_all_pods_and_none_means_none() {
        let with = |selector: Value| pods(&named(json!({"spec": {"selector": selector}}))).map(|link| link.scope);
        assert_eq!(with(json!({})), Some(Scope::namespace("shop")));
        assert_eq!(with(json!(null)), None);
    }
}
