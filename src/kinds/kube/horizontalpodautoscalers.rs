//! Horizontal pod autoscalers: the server's own table, and a description of their own.

use crate::kinds::describe::conditions;
use crate::kinds::kube::facts::{Trouble, items, scalar, selector, since, text};
use crate::kinds::verbs;
use crate::model::{Address, Around, Cell, Description, Door, Health, Kind, Section, Value};

pub static KIND: Kind = Kind {
    name: "horizontalpodautoscalers",
    aliases: &["hpa", "horizontalpodautoscaler"],
    address: Address {
        group: "autoscaling",
        version: "v2",
        kind: "HorizontalPodAutoscaler",
        plural: "horizontalpodautoscalers",
        namespaced: true,
    },
    door: Door::Table(Some(judge)),
    description: Description::of(describe),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let trouble = trouble(status).section();
    let own = [autoscaler(spec, status), metrics(spec, status), behaviour(&spec["behavior"])];
    trouble.into_iter().chain(own).chain(conditions(status)).collect()
}

/// A row is as its page says.
fn judge(status: &Value) -> Health {
    match items(status, "conditions") {
        [] => Health::Unknown,
        _ => trouble(status).worst().unwrap_or(Health::Good),
    }
}

/// An autoscaler that cannot do its work, or would do more than its bounds let it.
fn trouble(status: &Value) -> Trouble {
    let mut trouble = Trouble::default();
    trouble.conditions(status, |condition| match (text(condition, "type"), text(condition, "reason")) {
        // Nothing to scale is a choice.
        ("ScalingActive", "ScalingDisabled") => None,
        ("ScalingActive" | "AbleToScale", _) => Some(true),
        _ => None,
    });
    let limited = items(status, "conditions").iter().find(|condition| condition["type"] == "ScalingLimited");
    if let Some(condition) =
        limited.filter(|condition| condition["status"] == "True" && condition["reason"] == "TooManyReplicas")
    {
        trouble.add("Bounds", text(condition, "message"), Health::Warn);
    }
    trouble
}

fn autoscaler(spec: &Value, status: &Value) -> Section {
    let target = &spec["scaleTargetRef"];
    let mut section = Section::new("Autoscaler");
    section.pair("Scales", [text(target, "kind"), text(target, "name")].join("/"));
    section.pair("Replicas", replicas(status));
    section
        .pair("Bounds", format!("{} to {}", spec["minReplicas"].as_i64().unwrap_or(1), scalar(&spec["maxReplicas"])));
    section.cell("Last scaled", since(status, "lastScaleTime"));
    section
}

/// `2`, or `2 now, 4 wanted`.
fn replicas(status: &Value) -> String {
    let now = status["currentReplicas"].as_i64().unwrap_or(0);
    match status["desiredReplicas"].as_i64() {
        Some(wanted) if wanted == now => now.to_string(),
        // Without figures the controller leaves it at 0, and scales nothing.
        Some(0) | None => format!("{now} now, wanted: unknown"),
        Some(wanted) => format!("{now} now, {wanted} wanted"),
    }
}

fn metrics(spec: &Value, status: &Value) -> Section {
    let mut section = Section::new("Metrics");
    let known = items(status, "currentMetrics");
    let row = |metric: &Value| {
        let (name, target) = (name(metric), &inner(metric)["target"]);
        let now = known.iter().find(|now| self::name(now) == name).map(|now| &inner(now)["current"]);
        let now = now.map(|now| value(now, target)).filter(|now| !now.is_empty());
        [Cell::text(name), Cell::text(now.unwrap_or_else(|| "unknown".to_owned())), Cell::text(value(target, target))]
    };
    section.table(["METRIC", "NOW", "TARGET"], items(spec, "metrics").iter().map(row));
    section
}

/// The part of a metric that its type names: `Resource` is `resource`.
fn inner(metric: &Value) -> &Value {
    let key = match text(metric, "type") {
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        "External" => "external",
        _ => "resource",
    };
    &metric[key]
}

fn name(metric: &Value) -> String {
    let part = inner(metric);
    let called = text(&part["metric"], "name");
    let picked = match selector(&part["metric"]["selector"]) {
        none if none.is_empty() => none,
        labels => format!(" ({labels})"),
    };
    match text(metric, "type") {
        "Resource" => format!("{} of pods", text(part, "name")),
        "ContainerResource" => format!("{} of container {}", text(part, "name"), text(part, "container")),
        "Pods" => format!("{called}{picked} per pod"),
        "Object" => {
            let object = &part["describedObject"];
            format!("{called}{picked} of {}/{}", text(object, "kind"), text(object, "name"))
        }
        _ => format!("{called}{picked}"),
    }
}

/// In the terms of the target; with what a share of requests stands for, where that is told.
fn value(value: &Value, target: &Value) -> String {
    let share = value["averageUtilization"].as_i64().map(|share| format!("{share}%"));
    let (each, whole) = (scalar(&value["averageValue"]), scalar(&value["value"]));
    match (share, text(target, "type")) {
        (Some(share), _) if each.is_empty() => share,
        (Some(share), _) => format!("{share} ({each})"),
        (None, "Value") => whole,
        (None, _) if each.is_empty() => whole,
        (None, _) => format!("{each} each"),
    }
}

/// `up: at most 4 Pods in 15s, 100 Percent in 15s (the most of them), settled for 0s`.
fn behaviour(behaviour: &Value) -> Section {
    let mut section = Section::new("Behaviour");
    for (key, word) in [("scaleUp", "Up"), ("scaleDown", "Down")] {
        let rules = &behaviour[key];
        let policy = |policy: &Value| {
            format!(
                "{} {} in {}s",
                scalar(&policy["value"]),
                text(policy, "type").to_lowercase(),
                scalar(&policy["periodSeconds"])
            )
        };
        let mut parts: Vec<String> = items(rules, "policies").iter().map(policy).collect();
        if parts.len() > 1 {
            parts.push(match text(rules, "selectPolicy") {
                "Min" => "the least of these".to_owned(),
                _ => "the most of these".to_owned(),
            });
        }
        if text(rules, "selectPolicy") == "Disabled" {
            parts = vec!["never".to_owned()];
        }
        parts.extend(
            rules["stabilizationWindowSeconds"].as_i64().map(|window| format!("after {window}s without change")),
        );
        section.pair(word, parts.join(", "));
    }
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{named, section};

    #[test]
    fn an_autoscaler_tells_its_metrics_and_why_it_does_not_scale() {
        let body = named(json!({
            "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 5, "metrics": [
                {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}},
                {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "100Mi"}}},
                {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "10"}}},
                {"type": "Object", "object": {"metric": {"name": "hits"}, "describedObject": {"kind": "Ingress", "name": "main"},
                    "target": {"type": "Value", "value": "2k"}}},
                {"type": "External", "external": {"metric": {"name": "queue", "selector": {"matchLabels": {"q": "a"}}},
                    "target": {"type": "AverageValue", "averageValue": "30"}}}],
                "behavior": {"scaleDown": {"selectPolicy": "Max", "stabilizationWindowSeconds": 300,
                    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}, {"type": "Pods", "value": 4, "periodSeconds": 15}]}}},
            "status": {"currentReplicas": 2, "desiredReplicas": 5, "lastScaleTime": "2026-01-01T11:50:00Z",
                "currentMetrics": [
                    {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 140, "averageValue": "280m"}}},
                    {"type": "Object", "object": {"metric": {"name": "hits"}, "describedObject": {"kind": "Ingress", "name": "main"},
                        "current": {"value": "3k"}}}],
                "conditions": [
                    {"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale"},
                    {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric", "message": "no metrics"},
                    {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas", "message": "more than the maximum"}]}
        }));
        assert_eq!(judge(&body["status"]), Health::Bad);
        let sections = describe(&body, &Around::default());
        assert_eq!(
            section(&sections, "Trouble"),
            ["ScalingActive False: FailedGetResourceMetric: no metrics (bad)", "Bounds: more than the maximum (warn)",]
        );
        assert_eq!(
            section(&sections, "Autoscaler"),
            ["Scales: Deployment/web", "Replicas: 2 now, 5 wanted", "Bounds: 2 to 5", "Last scaled: 10m",]
        );
        assert_eq!(
            section(&sections, "Metrics"),
            [
                "METRIC NOW TARGET",
                "cpu of pods 140% (280m) 80%",
                "memory of pods unknown 100Mi each",
                "rps per pod unknown 10 each",
                "hits of Ingress/main 3k 2k",
                "queue (q=a) unknown 30 each",
            ]
        );
        assert_eq!(
            section(&sections, "Behaviour"),
            ["Down: 100 percent in 15s, 4 pods in 15s, the most of these, after 300s without change",]
        );
    }

    #[test]
    fn a_row_is_as_its_page_says() {
        let with = |name: &str, status: &str, reason: &str| {
            judge(&json!({"conditions": [{"type": name, "status": status, "reason": reason}]}))
        };
        for (name, status, reason, health) in [
            ("ScalingActive", "True", "ValidMetricFound", Health::Good),
            ("ScalingActive", "False", "FailedGetResourceMetric", Health::Bad),
            ("ScalingActive", "False", "ScalingDisabled", Health::Good),
            ("AbleToScale", "Unknown", "", Health::Warn),
            ("ScalingLimited", "True", "TooManyReplicas", Health::Warn),
            ("ScalingLimited", "True", "TooFewReplicas", Health::Good),
        ] {
            assert_eq!(with(name, status, reason), health, "{name} {status} {reason}");
        }
        assert_eq!(judge(&json!({})), Health::Unknown);
    }
}
