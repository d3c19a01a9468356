//! Stateful sets.

mod describe;

use prost::Message;
use serde::Deserialize;

use super::workload::describe::{PODS, pods};
use super::workload::{self, Template, ratio};
use crate::kinds::lens::{Lens, Meta, Row, Selector, age, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Description, Door, Health, Kind, Reading, Related};

#[derive(Message, Deserialize)]
#[serde(default)]
struct StatefulSet {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    #[prost(int32, optional, tag = "1")]
    replicas: Option<i32>,
    #[prost(message, optional, tag = "2")]
    selector: Option<Selector>,
    #[prost(message, optional, tag = "3")]
    template: Option<Template>,
    #[prost(string, tag = "5")]
    service_name: String,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(int32, tag = "3")]
    ready_replicas: i32,
    #[prost(string, tag = "6")]
    current_revision: String,
    #[prost(string, tag = "7")]
    update_revision: String,
}

pub static KIND: Kind = Kind {
    name: "statefulsets",
    aliases: &["sts", "statefulset"],
    address: Address { group: "apps", version: "v1", kind: "StatefulSet", plural: "statefulsets", namespaced: true },
    columns: &[
        Column::new("READY", 5).state(),
        Column::new("AGE", 4).number().rank(2),
        Column::new("CONTAINERS", 12).rank(5).wide(),
        Column::new("IMAGES", 20).rank(4).wide(),
        Column::new("SERVICE", 12).rank(6).wide(),
    ],
    door: Door::Lens(read::<StatefulSet>),
    description: Description::of(describe::describe).with(&[Related::new(PODS, pods)]),
    verbs: verbs::with_common![SCALE, RESTART, IMAGE],
    ..Kind::kube()
};

impl Lens for StatefulSet {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let (none, no) = (Spec::default(), Status::default());
        let (spec, status) = (self.spec.as_ref().unwrap_or(&none), self.status.as_ref().unwrap_or(&no));
        let wanted = spec.replicas.unwrap_or(1);
        let [containers, images] = workload::containers(spec.template.as_ref(), strings);
        let cells = vec![
            ratio(status.ready_replicas, wanted),
            age(meta),
            containers,
            images,
            Cell::text(strings.share(&spec.service_name)),
        ];
        let link = workload::pods_of(meta, spec.selector.as_ref(), strings);
        Row { health: status.health(wanted), cells, link }
    }
}

impl Status {
    /// Two revisions side by side are a rollout, and then some pods may be missing.
    fn health(&self, wanted: i32) -> Health {
        let rolls_out = !self.update_revision.is_empty() && self.current_revision != self.update_revision;
        match workload::health(self.ready_replicas, wanted) {
            Health::Good | Health::Warn if rolls_out => Health::Progress,
            health => health,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn a_stateful_set_reads_as_in_kubectl() {
        let db = row(
            &KIND,
            json!({
                "spec": {"selector": {"matchLabels": {"app": "db"}}, "serviceName": "db",
                    "template": {"spec": {"containers": [{"name": "a", "image": "i:1"}]}}},
                "status": {"readyReplicas": 1, "currentRevision": "db-1", "updateRevision": "db-1"}
            }),
        );
        assert_eq!(text(&db), ["1/1", "60m", "a", "i:1", "db"]);
        assert_eq!(db.health, Health::Good);
        assert_eq!(KIND.link(&db).map(|link| link.scope.labels), Some("app=db".into()));
    }

    #[test]
    fn a_second_revision_makes_missing_pods_progress() {
        for (ready, current, health) in [
            (2, "db-1", Health::Warn),
            (2, "db-0", Health::Progress),
            (0, "db-0", Health::Bad),
            (3, "db-1", Health::Good),
        ] {
            let status = json!({"readyReplicas": ready, "currentRevision": current, "updateRevision": "db-1"});
            let db = row(&KIND, json!({"spec": {"replicas": 3}, "status": status}));
            assert_eq!(db.health, health, "{ready} of 3, {current}");
        }
    }
}
