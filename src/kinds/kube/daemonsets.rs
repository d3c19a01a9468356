//! Daemon sets.

mod describe;

use prost::Message;
use serde::Deserialize;

use super::pods::or_none;
use super::workload::describe::{PODS, pods};
use super::workload::{self, Template, count};
use crate::kinds::lens::{Lens, Meta, Row, Selector, age, join, read};
use crate::kinds::verbs;
use crate::model::{Address, Column, Description, Door, Health, Kind, Reading, Related};

#[derive(Message, Deserialize)]
#[serde(default)]
struct DaemonSet {
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
    #[prost(message, optional, tag = "1")]
    selector: Option<Selector>,
    #[prost(message, optional, tag = "2")]
    template: Option<Template>,
}

#[derive(Clone, Copy, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(int32, tag = "1")]
    current_number_scheduled: i32,
    #[prost(int32, tag = "3")]
    desired_number_scheduled: i32,
    #[prost(int32, tag = "4")]
    number_ready: i32,
    #[prost(int32, tag = "6")]
    updated_number_scheduled: i32,
    #[prost(int32, tag = "7")]
    number_available: i32,
}

pub static KIND: Kind = Kind {
    name: "daemonsets",
    aliases: &["ds", "daemonset"],
    address: Address { group: "apps", version: "v1", kind: "DaemonSet", plural: "daemonsets", namespaced: true },
    columns: &[
        Column::new("DESIRED", 7).rank(3),
        Column::new("CURRENT", 7).rank(3),
        Column::new("READY", 5).state(),
        Column::new("UP-TO-DATE", 10).rank(3),
        Column::new("AVAILABLE", 9).rank(3),
        Column::new("NODE SELECTOR", 13).rank(4),
        Column::new("AGE", 4).number().rank(2),
        Column::new("CONTAINERS", 12).rank(5).wide(),
        Column::new("IMAGES", 20).rank(4).wide(),
        Column::new("SELECTOR", 16).rank(6).wide(),
    ],
    door: Door::Lens(read::<DaemonSet>),
    description: Description::of(describe::describe).with(&[Related::new(PODS, pods)]),
    verbs: verbs::with_common![RESTART, IMAGE],
    ..Kind::kube()
};

impl Lens for DaemonSet {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let none = Spec::default();
        let (spec, status) = (self.spec.as_ref().unwrap_or(&none), self.status.unwrap_or_default());
        let [containers, images] = workload::containers(spec.template.as_ref(), strings);
        let pods = spec.template.as_ref().and_then(|template| template.spec.as_ref());
        let nodes = pods.map(|pods| join(&pods.node_selector)).unwrap_or_default();
        let cells = vec![
            count(status.desired_number_scheduled),
            count(status.current_number_scheduled),
            count(status.number_ready),
            count(status.updated_number_scheduled),
            count(status.number_available),
            or_none(strings, &nodes),
            age(meta),
            containers,
            images,
            workload::selector(spec.selector.as_ref(), strings),
        ];
        let link = workload::pods_of(meta, spec.selector.as_ref(), strings);
        Row { health: status.health(), cells, link }
    }
}

impl Status {
    fn health(self) -> Health {
        let rolls_out = self.updated_number_scheduled < self.desired_number_scheduled;
        match workload::health(self.number_ready, self.desired_number_scheduled) {
            Health::Good | Health::Warn if rolls_out => Health::Progress,
            health => health,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};

    #[test]
    fn a_daemon_set_reads_as_in_kubectl() {
        let agent = row(
            &KIND,
            json!({
                "spec": {"selector": {"matchLabels": {"app": "agent"}},
                    "template": {"spec": {"nodeSelector": {"os": "linux", "disk": "ssd"},
                        "containers": [{"name": "a", "image": "i:1"}]}}},
                "status": {"desiredNumberScheduled": 5, "currentNumberScheduled": 4, "numberReady": 3,
                    "updatedNumberScheduled": 5, "numberAvailable": 2}
            }),
        );
        assert_eq!(text(&agent), ["5", "4", "3", "5", "2", "disk=ssd,os=linux", "60m", "a", "i:1", "app=agent"]);
        assert_eq!(agent.health, Health::Warn);
    }

    #[test]
    fn a_daemon_set_without_a_fitting_node_is_done() {
        let agent = row(&KIND, json!({}));
        assert_eq!((agent.health, cell(&agent, "NODE SELECTOR").as_str()), (Health::Done, "<none>"));
        let rolling = json!({"desiredNumberScheduled": 2, "numberReady": 2, "updatedNumberScheduled": 1});
        assert_eq!(row(&KIND, json!({"status": rolling})).health, Health::Progress);
    }
}
