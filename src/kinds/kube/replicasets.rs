//! Replica sets.

mod describe;

use prost::Message;
use serde::Deserialize;

use super::workload::describe::{PODS, pods};
use super::workload::{self, Template, count};
use crate::kinds::lens::{Lens, Meta, Row, Selector, age, read};
use crate::kinds::verbs;
use crate::model::{Address, Column, Description, Door, Kind, Reading, Related};

#[derive(Message, Deserialize)]
#[serde(default)]
struct ReplicaSet {
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
    #[prost(int32, optional, tag = "1")]
    replicas: Option<i32>,
    #[prost(message, optional, tag = "2")]
    selector: Option<Selector>,
    #[prost(message, optional, tag = "3")]
    template: Option<Template>,
}

#[derive(Clone, Copy, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(int32, tag = "1")]
    replicas: i32,
    #[prost(int32, tag = "4")]
    ready_replicas: i32,
}

pub static KIND: Kind = Kind {
    name: "replicasets",
    aliases: &["rs", "replicaset"],
    address: Address { group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets", namespaced: true },
    columns: &[
        Column::new("DESIRED", 7).rank(3),
        Column::new("CURRENT", 7).rank(3),
        Column::new("READY", 5).state(),
        Column::new("AGE", 4).number().rank(2),
        Column::new("CONTAINERS", 12).rank(5).wide(),
        Column::new("IMAGES", 20).rank(4).wide(),
        Column::new("SELECTOR", 16).rank(6).wide(),
    ],
    door: Door::Lens(read::<ReplicaSet>),
    description: Description::of(describe::describe).with(&[Related::new(PODS, pods)]),
    verbs: verbs::with_common![SCALE, IMAGE],
    ..Kind::kube()
};

impl Lens for ReplicaSet {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let none = Spec::default();
        let (spec, status) = (self.spec.as_ref().unwrap_or(&none), self.status.unwrap_or_default());
        let wanted = spec.replicas.unwrap_or(1);
        let [containers, images] = workload::containers(spec.template.as_ref(), strings);
        let cells = vec![
            count(wanted),
            count(status.replicas),
            count(status.ready_replicas),
            age(meta),
            containers,
            images,
            workload::selector(spec.selector.as_ref(), strings),
        ];
        let link = workload::pods_of(meta, spec.selector.as_ref(), strings);
        Row { health: workload::health(status.ready_replicas, wanted), cells, link }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};
    use crate::model::Health;

    #[test]
    fn a_replica_set_reads_as_in_kubectl() {
        let web = row(
            &KIND,
            json!({
                "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
                    "template": {"spec": {"containers": [{"name": "a", "image": "i:1"}]}}},
                "status": {"replicas": 2, "readyReplicas": 1}
            }),
        );
        assert_eq!(text(&web), ["3", "2", "1", "60m", "a", "i:1", "app=web"]);
        assert_eq!(web.health, Health::Warn);
        assert_eq!(KIND.link(&web).map(|link| link.scope.labels), Some("app=web".into()));
    }

    #[test]
    fn an_old_revision_is_done_and_an_empty_selector_leads_nowhere() {
        let old = row(&KIND, json!({"spec": {"replicas": 0, "selector": {}}}));
        assert_eq!(text(&old), ["0", "0", "0", "60m", "", "", "<none>"]);
        assert_eq!((old.health, KIND.link(&old)), (Health::Done, None));
    }
}
