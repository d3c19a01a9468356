//! A deployment in words: what is wrong first.

use crate::kinds::kube::facts::{self, Trouble, scalar, text};
use crate::kinds::kube::replicasets;
use crate::kinds::kube::workload::describe::{placing, pods, sections};
use crate::model::{Around, Health, Link, Section, Value};

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    sections(trouble(body), deployment(body), body, around)
}

/// The replica sets it owns.
pub fn replica_sets(body: &Value) -> Option<Link> {
    let uid = text(&body["metadata"], "uid");
    let scope = pods(body)?.scope.owner(uid);
    Some(Link::to(&replicasets::KIND, scope))
}

fn trouble(body: &Value) -> Trouble {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut trouble = Trouble::default();
    trouble.conditions(status, |condition| Some(text(condition, "type") != "ReplicaFailure"));
    let missing = status["unavailableReplicas"].as_i64().unwrap_or(0);
    if missing > 0 {
        trouble.add("Replicas", &format!("{missing} not available"), Health::Warn);
    }
    if spec["paused"] == true {
        trouble.add("Rollout", "paused: changes to the template are not rolled out", Health::Warn);
    }
    trouble
}

fn deployment(body: &Value) -> Section {
    let (meta, spec, status) = (&body["metadata"], &body["spec"], &body["status"]);
    let wanted = spec["replicas"].as_i64().unwrap_or(1);
    let mut section = Section::new("Deployment");
    section.cell("Ready", facts::ratio(&status["readyReplicas"], wanted));
    section.cell("Up to date", facts::ratio(&status["updatedReplicas"], wanted));
    section.cell("Available", facts::ratio(&status["availableReplicas"], wanted));
    section.pair("Selector", facts::selector(&spec["selector"]));
    section.pair("Strategy", facts::strategy(text(&spec["strategy"], "type"), &spec["strategy"]["rollingUpdate"]));
    section.pair("Revision", text(&meta["annotations"], "deployment.kubernetes.io/revision"));
    section.pair("Revisions kept", scalar(&spec["revisionHistoryLimit"]));
    section.pair("Min ready time", facts::seconds(&spec["minReadySeconds"]));
    section.pair("Progress deadline", facts::seconds(&spec["progressDeadlineSeconds"]));
    placing(&mut section, &spec["template"]["spec"]);
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{around, named, row, section, titles};
    use crate::kinds::kube::{deployments, pods as pod_kind};
    use crate::model::Scope;

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
        let sections = describe(&web(), &Around::default());
        assert_eq!(titles(&sections), ["Trouble", "Deployment", "Container app", "Conditions"]);
        assert_eq!(
            section(&sections, "Trouble"),
            [
                "Progressing False: ProgressDeadlineExceeded (bad)",
                "ReplicaFailure True: exceeded quota (bad)",
                "Replicas: 2 not available (warn)",
                "Rollout: paused: changes to the template are not rolled out (warn)",
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

    /// The same cause of several pods is told once, however the messages name the pods; the worst comes first.
    #[test]
    fn a_deployment_tells_what_its_pods_complain_about() {
        let pod = |name: &str, state: Value| {
            let spec = json!({"containers": [{"name": "app"}]});
            let status = json!({"phase": "Pending", "containerStatuses": [{"name": "app", "state": state}]});
            row(
                &pod_kind::detail::KIND,
                json!({"metadata": {"name": name, "uid": name}, "spec": spec, "status": status}),
            )
        };
        let pull = |name: &str| {
            let message = format!("manifest for x not found, pod {name}");
            pod(name, json!({"waiting": {"reason": "ImagePullBackOff", "message": message}}))
        };
        let pods = [
            pod("web-0", json!({"running": {}})),
            pull("web-2"),
            pull("web-1"),
            pod("web-4", json!({"waiting": {"reason": "ContainerCreating"}})),
            pod(
                "web-3",
                json!({"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"x\" not found"}}),
            ),
        ];
        let mut body = web();
        body["spec"]["paused"] = false.into();
        body["status"] = json!({"unavailableReplicas": 2});
        let around = around(&deployments::KIND, &body, &[&[], &pods]);
        assert_eq!(
            section(&describe(&body, &around), "Trouble"),
            [
                "2 pods: ImagePullBackOff: manifest for x not found, pod web-1 (bad)",
                "1 pod: CreateContainerConfigError: secret \"x\" not found (bad)",
                "1 pod: running, but not ready (warn)",
                "Replicas: 2 not available (warn)",
            ]
        );
    }

    #[test]
    fn its_replica_sets_are_those_it_owns() {
        let picked = Scope::namespace("shop").labels("app=web");
        assert_eq!(pods(&web()).map(|link| link.scope), Some(picked.clone()));
        assert_eq!(replica_sets(&web()).map(|link| link.scope), Some(picked.owner("u1")));
        assert_eq!(pods(&named(json!({"spec": {"selector": {}}}))), None);
    }
}
