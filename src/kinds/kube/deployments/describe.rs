//! A deployment in words: what is wrong first.

use crate::kinds::kube::facts::{self, Trouble, container, items, pairs, scalar, text};
use crate::model::{Cell, Health, Link, Scope, Section, Value};

pub fn describe(body: &Value) -> Vec<Section> {
    let (status, template) = (&body["status"], &body["spec"]["template"]["spec"]);
    let mut sections: Vec<Section> = trouble(body).into_iter().collect();
    sections.push(deployment(body));
    sections.extend(container::sections(template, &Value::Null));
    sections.push(facts::conditions(status));
    sections.push(facts::volumes(template));
    sections.push(facts::lines("Tolerations", items(template, "tolerations").iter().map(facts::taint)));
    sections.retain(|section| !section.is_empty());
    sections
}

/// The replica sets it owns.
pub fn replica_sets(body: &Value) -> Option<Link> {
    let uid = text(&body["metadata"], "uid");
    let scope = selected(body)?.owner(uid);
    Some(Link { kind: "replicasets", scope })
}

pub fn pods(body: &Value) -> Option<Link> {
    Some(Link { kind: "pods", scope: selected(body)? })
}

fn selected(body: &Value) -> Option<Scope> {
    let selector = facts::selector(&body["spec"]["selector"]);
    let scope = Scope::namespace(text(&body["metadata"], "namespace"));
    (!selector.is_empty()).then(|| scope.labels(selector))
}

fn trouble(body: &Value) -> Option<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut trouble = Trouble::default();
    trouble.conditions(status, |condition| Some(text(condition, "type") != "ReplicaFailure"));
    let missing = status["unavailableReplicas"].as_i64().unwrap_or(0);
    if missing > 0 {
        trouble.add("Replicas", &format!("{missing} not available"), Health::Warn);
    }
    if spec["paused"] == true {
        trouble.add("Rollout", "paused: changes of the template wait", Health::Warn);
    }
    trouble.section()
}

fn deployment(body: &Value) -> Section {
    let (meta, spec, status) = (&body["metadata"], &body["spec"], &body["status"]);
    let number = |value: &Value| value.as_u64().unwrap_or(0) as u32;
    let wanted = spec["replicas"].as_u64().unwrap_or(1) as u32;
    let mut section = Section::new("Deployment");
    section.cell("Ready", Cell::Ratio(number(&status["readyReplicas"]), wanted));
    section.cell("Up to date", Cell::Ratio(number(&status["updatedReplicas"]), wanted));
    section.cell("Available", Cell::Ratio(number(&status["availableReplicas"]), wanted));
    section.pair("Selector", facts::selector(&spec["selector"]));
    section.pair("Strategy", strategy(&spec["strategy"]));
    section.pair("Revision", text(&meta["annotations"], "deployment.kubernetes.io/revision"));
    section.pair("Revisions kept", scalar(&spec["revisionHistoryLimit"]));
    section.pair("Ready at least", seconds(&spec["minReadySeconds"]));
    section.pair("Progress deadline", seconds(&spec["progressDeadlineSeconds"]));
    let template = &spec["template"]["spec"];
    section.pair("Service account", text(template, "serviceAccountName"));
    section.pair("Node selector", pairs(&template["nodeSelector"]));
    section
}

/// `RollingUpdate, 25% more, 25% fewer`.
fn strategy(strategy: &Value) -> String {
    let mut out = text(strategy, "type").to_owned();
    for (key, word) in [("maxSurge", "more"), ("maxUnavailable", "fewer")] {
        let amount = scalar(&strategy["rollingUpdate"][key]);
        if !amount.is_empty() {
            out.push_str(&format!(", {amount} {word}"));
        }
    }
    out
}

fn seconds(value: &Value) -> String {
    value.as_i64().map(|seconds| format!("{seconds}s")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{named, section, titles};

    fn web() -> Value {
        named(json!({
            "spec": {
                "replicas": 3, "paused": true, "selector": {"matchLabels": {"app": "web"}},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 1}},
                "progressDeadlineSeconds": 600,
                "template": {"spec": {"containers": [{"name": "app", "image": "shop:1"}]}}},
            "status": {"readyReplicas": 1, "updatedReplicas": 2, "unavailableReplicas": 2, "conditions": [
                {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"},
                {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}]}
        }))
    }

    #[test]
    fn a_deployment_tells_why_it_is_stuck_and_what_it_rolls_out() {
        let sections = describe(&web());
        assert_eq!(titles(&sections), ["Trouble", "Deployment", "Container app", "Conditions"]);
        assert_eq!(
            section(&sections, "Trouble"),
            [
                "Progressing False: ProgressDeadlineExceeded (bad)",
                "ReplicaFailure True: exceeded quota (bad)",
                "Replicas: 2 not available (warn)",
                "Rollout: paused: changes of the template wait (warn)",
            ]
        );
        assert_eq!(
            section(&sections, "Deployment"),
            [
                "Ready: 1/3",
                "Up to date: 2/3",
                "Available: 0/3",
                "Selector: app=web",
                "Strategy: RollingUpdate, 25% more, 1 fewer",
                "Progress deadline: 600s",
            ]
        );
        assert_eq!(section(&sections, "Container app"), ["Image: shop:1"], "a template has no state");
    }

    #[test]
    fn its_replica_sets_are_those_it_owns() {
        let picked = Scope::namespace("shop").labels("app=web");
        assert_eq!(pods(&web()).map(|link| link.scope), Some(picked.clone()));
        assert_eq!(replica_sets(&web()).map(|link| link.scope), Some(picked.owner("u1")));
        assert_eq!(pods(&named(json!({"spec": {"selector": {}}}))), None);
    }
}
