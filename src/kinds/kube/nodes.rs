//! Nodes.

mod describe;

use std::collections::BTreeSet;

use prost::Message;
use serde::Deserialize;

use super::pods::or_none;
use crate::kinds::lens::{Condition, Lens, Meta, Row, age, or_default, read};
use crate::kinds::verbs;
use crate::model::{
    Address, Cell, Column, Description, Door, Enter, Health, Kind, Lender, Link, Narrow, Object, Presentation, Reading,
    Related, Scope,
};

#[derive(Message, Deserialize)]
#[serde(default)]
struct Node {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Spec {
    #[prost(bool, tag = "4")]
    unschedulable: bool,
    #[prost(message, repeated, tag = "5")]
    #[serde(deserialize_with = "or_default")]
    taints: Vec<Taint>,
}

/// Only how many there are.
#[derive(Message, Deserialize)]
struct Taint {}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(message, repeated, tag = "4")]
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
    #[prost(message, repeated, tag = "5")]
    #[serde(deserialize_with = "or_default")]
    addresses: Vec<At>,
    #[prost(message, optional, tag = "7")]
    node_info: Option<Info>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
struct At {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(string, tag = "2")]
    address: String,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Info {
    #[prost(string, tag = "4")]
    kernel_version: String,
    #[prost(string, tag = "5")]
    os_image: String,
    #[prost(string, tag = "6")]
    container_runtime_version: String,
    #[prost(string, tag = "7")]
    kubelet_version: String,
    #[prost(string, tag = "10")]
    architecture: String,
}

pub static KIND: Kind = Kind {
    name: "nodes",
    aliases: &["no", "node"],
    address: Address { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false },
    columns: &[
        Column::new("STATUS", 8).state(),
        Column::new("ROLES", 13).rank(3),
        Column::new("AGE", 4).number(),
        Column::new("VERSION", 8).rank(2),
        Column::new("INTERNAL-IP", 12).rank(4).wide(),
        Column::new("EXTERNAL-IP", 12).rank(4).wide(),
        Column::new("OS-IMAGE", 20).rank(5).wide(),
        Column::new("KERNEL-VERSION", 20).rank(6).wide(),
        Column::new("CONTAINER-RUNTIME", 20).rank(6).wide(),
        Column::new("TAINTS", 6).rank(5).wide(),
    ],
    door: Door::Lens(read::<Node>),
    enter: Enter::Link(pods),
    presentation: Presentation::PLAIN.lent(&[Lender {
        kind: &super::nodemetrics::KIND,
        before: "AGE",
        narrow: Narrow::Nothing,
    }]),
    description: Description::of(describe::describe)
        .with(&[Related::new("Pods", describe::pods).columns(describe::PODS)]),
    verbs: verbs::with_common![CORDON, UNCORDON],
    ..Kind::kube()
};

fn pods(node: &Object) -> Option<Link> {
    Some(pods_on(&node.id.name))
}

/// The pods of every namespace on one node.
fn pods_on(name: &str) -> Link {
    Link::to(&super::pods::KIND, Scope::all().fields(format!("spec.nodeName={name}")))
}

impl Lens for Node {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let none = Status::default();
        let status = self.status.as_ref().unwrap_or(&none);
        let info = status.node_info.clone().unwrap_or_default();
        let (word, health) = self.state(status);
        let kernel = match info.architecture.as_str() {
            "" => or_unknown(&info.kernel_version).to_owned(),
            architecture => format!("{} ({architecture})", or_unknown(&info.kernel_version)),
        };
        let cells = vec![
            Cell::text(strings.share(&word)),
            or_none(strings, &roles(meta)),
            age(meta),
            Cell::text(strings.share(&info.kubelet_version)),
            or_none(strings, status.address("InternalIP")),
            or_none(strings, status.address("ExternalIP")),
            Cell::text(strings.share(or_unknown(&info.os_image))),
            Cell::text(strings.share(&kernel)),
            Cell::text(strings.share(or_unknown(&info.container_runtime_version))),
            Cell::Count(self.spec.as_ref().map_or(0, |spec| spec.taints.len()) as i64),
        ];
        Row { health, cells, link: None }
    }
}

impl Node {
    /// Whether the node is ready, then whether it takes new pods. A node under pressure warns as well.
    fn state(&self, status: &Status) -> (String, Health) {
        let ready = status.conditions.iter().find(|condition| condition.r#type == "Ready");
        let (word, health) = match ready.map(|condition| condition.status.as_str()) {
            Some("True") => ("Ready", Health::Good),
            Some(_) => ("NotReady", Health::Bad),
            None => ("Unknown", Health::Unknown),
        };
        let closed = self.spec.as_ref().is_some_and(|spec| spec.unschedulable);
        let troubled = |c: &Condition| expected(&c.r#type) == Some(false) && c.status == "True";
        let warns = closed || status.conditions.iter().any(troubled);
        let health = if warns && health == Health::Good { Health::Warn } else { health };
        let word = if closed { format!("{word},SchedulingDisabled") } else { word.to_owned() };
        (word, health)
    }
}

/// What a condition of a healthy node says. Distributions add conditions of their own, good and bad ones alike, so
/// those are not judged; the node problem detector's are.
fn expected(condition: &str) -> Option<bool> {
    match condition {
        "Ready" => Some(true),
        "NetworkUnavailable" | "KernelDeadlock" | "ReadonlyFilesystem" | "CorruptDockerOverlay2" => Some(false),
        name if name.ends_with("Pressure") || name.starts_with("Frequent") => Some(false),
        _ => None,
    }
}

impl Status {
    fn address(&self, wanted: &str) -> &str {
        let found = self.addresses.iter().find(|at| at.r#type == wanted);
        found.map_or("", |at| at.address.as_str())
    }
}

fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "<unknown>" } else { text }
}

/// Roles stand in label keys, and in the value of an older label.
fn roles(meta: &Meta) -> String {
    let role = |(key, value): (&String, &String)| match key.strip_prefix("node-role.kubernetes.io/") {
        Some(role) => Some(role.to_owned()),
        None => (key == "kubernetes.io/role").then(|| value.clone()),
    };
    let roles: BTreeSet<String> = meta.labels.iter().filter_map(role).filter(|role| !role.is_empty()).collect();
    roles.into_iter().collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};

    #[test]
    fn a_node_reads_as_in_kubectl() {
        let labels = json!({"node-role.kubernetes.io/worker": "", "node-role.kubernetes.io/control-plane": "",
            "node-role.kubernetes.io/": "", "kubernetes.io/role": "old", "zone": "z1"});
        let node = row(
            &KIND,
            json!({
                "metadata": {"labels": labels, "namespace": ""},
                "spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]},
                "status": {
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "addresses": [{"type": "Hostname", "address": "n1"}, {"type": "InternalIP", "address": "10.0.0.1"},
                        {"type": "InternalIP", "address": "10.0.0.2"}],
                    "nodeInfo": {"kubeletVersion": "v1.36.2", "kernelVersion": "6.18", "architecture": "arm64"}}
            }),
        );
        assert_eq!(
            text(&node),
            [
                "Ready",
                "control-plane,old,worker",
                "60m",
                "v1.36.2",
                "10.0.0.1",
                "<none>",
                "<unknown>",
                "6.18 (arm64)",
                "<unknown>",
                "1"
            ]
        );
        assert_eq!(KIND.link(&node), Some(pods_on("web")));
    }

    #[test]
    fn the_status_of_a_node_tells_what_is_wrong() {
        let ready = |status: &str| json!([{"type": "Ready", "status": status}]);
        let pressed = json!([{"type": "DiskPressure", "status": "True"}, {"type": "Ready", "status": "True"}]);
        for (conditions, closed, word, health) in [
            (ready("False"), false, "NotReady", Health::Bad),
            (ready("Unknown"), true, "NotReady,SchedulingDisabled", Health::Bad),
            (ready("True"), true, "Ready,SchedulingDisabled", Health::Warn),
            (pressed, false, "Ready", Health::Warn),
            (json!([]), false, "Unknown", Health::Unknown),
        ] {
            let node = row(&KIND, json!({"spec": {"unschedulable": closed}, "status": {"conditions": conditions}}));
            assert_eq!((cell(&node, "STATUS").as_str(), node.health), (word, health));
            assert_eq!(cell(&node, "ROLES"), "<none>");
        }
    }
}
