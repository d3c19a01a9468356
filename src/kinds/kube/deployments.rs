//! Deployments.

mod describe;

use prost::Message;
use serde::Deserialize;

use super::workload::describe::{PODS, pods};
use super::workload::{self, Template, count, ratio};
use crate::kinds::lens::{Lens, Meta, Row, Selector, age, or_default, read};
use crate::kinds::verbs;
use crate::model::{Address, Column, Description, Door, Health, Kind, Reading, Related};

#[derive(Message, Deserialize)]
#[serde(default)]
struct Deployment {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
struct Spec {
    #[prost(int32, optional, tag = "1")]
    replicas: Option<i32>,
    #[prost(message, optional, tag = "2")]
    selector: Option<Selector>,
    #[prost(message, optional, tag = "3")]
    template: Option<Template>,
    #[prost(bool, tag = "7")]
    paused: bool,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(int32, tag = "2")]
    replicas: i32,
    #[prost(int32, tag = "3")]
    updated_replicas: i32,
    #[prost(int32, tag = "4")]
    available_replicas: i32,
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
    #[prost(int32, tag = "7")]
    ready_replicas: i32,
}

/// Its reason has another tag than that of pods and nodes.
#[derive(Clone, Message, Deserialize)]
#[serde(default)]
struct Condition {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(string, tag = "2")]
    status: String,
    #[prost(string, tag = "4")]
    reason: String,
}

pub static KIND: Kind = Kind {
    name: "deployments",
    aliases: &["dp", "deploy", "deployment"],
    address: Address { group: "apps", version: "v1", kind: "Deployment", plural: "deployments", namespaced: true },
    columns: &[
        Column::new("READY", 5).state(),
        Column::new("UP-TO-DATE", 10).rank(3),
        Column::new("AVAILABLE", 9).rank(3),
        Column::new("AGE", 4).number().rank(2),
        Column::new("CONTAINERS", 12).rank(5).wide(),
        Column::new("IMAGES", 20).rank(4).wide(),
        Column::new("SELECTOR", 16).rank(6).wide(),
    ],
    door: Door::Lens(read::<Deployment>),
    description: Description::of(describe::describe)
        .with(&[Related::new("Replica sets", describe::replica_sets), Related::new(PODS, pods)]),
    verbs: verbs::with_common![SCALE, RESTART, IMAGE],
    ..Kind::kube()
};

impl Lens for Deployment {
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
            count(status.updated_replicas),
            count(status.available_replicas),
            age(meta),
            containers,
            images,
            workload::selector(spec.selector.as_ref(), strings),
        ];
        let link = workload::pods_of(meta, spec.selector.as_ref(), strings);
        Row { health: status.health(wanted, spec.paused), cells, link }
    }
}

impl Status {
    /// A rollout that still advances is on its way; one that gave up needs somebody.
    fn health(&self, wanted: i32, paused: bool) -> Health {
        if self.says("Progressing", "False") || self.says("ReplicaFailure", "True") {
            return Health::Bad;
        }
        // While old pods run beside the new ones, it is they that may be available.
        let old = self.replicas > self.updated_replicas;
        let rolled_out = !old && self.updated_replicas >= wanted && self.available_replicas >= wanted;
        match workload::health(self.ready_replicas, wanted) {
            Health::Good if paused || rolled_out => Health::Good,
            Health::Good => Health::Progress,
            Health::Done => Health::Done,
            _ if self.rolls_out() && !paused => Health::Progress,
            other => other,
        }
    }

    fn says(&self, name: &str, status: &str) -> bool {
        self.conditions.iter().any(|condition| condition.r#type == name && condition.status == status)
    }

    /// Once the new replica set was available, what is missing now fell out later.
    fn rolls_out(&self) -> bool {
        let progressing = self.conditions.iter().find(|condition| condition.r#type == "Progressing");
        progressing.is_none_or(|condition| condition.reason != "NewReplicaSetAvailable")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};
    use crate::model::{Link, Scope};

    #[test]
    fn a_deployment_reads_as_in_kubectl_and_leads_to_its_pods() {
        let web = row(
            &KIND,
            json!({
                "spec": {
                    "replicas": 3,
                    "selector": {"matchLabels": {"app": "web", "tier": "a"},
                        "matchExpressions": [{"key": "env", "operator": "In", "values": ["test", "dev"]}]},
                    "template": {"spec": {"containers": [{"name": "a", "image": "i:1"}, {"name": "b", "image": "j:2"}]}}},
                "status": {"readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 1}
            }),
        );
        let selector = "app=web,env in (dev,test),tier=a";
        assert_eq!(text(&web), ["2/3", "3", "1", "60m", "a,b", "i:1,j:2", selector]);
        let link = Link::to(&crate::kinds::kube::pods::KIND, Scope::namespace("shop").labels(selector));
        assert_eq!(KIND.link(&web), Some(link));
    }

    #[test]
    fn missing_replicas_are_progress_only_while_the_rollout_advances() {
        let condition =
            |kind: &str, status: &str, reason: &str| json!({"type": kind, "status": status, "reason": reason});
        let done = condition("Progressing", "True", "NewReplicaSetAvailable");
        let surging = json!({"replicas": 3, "readyReplicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
        let web = row(&KIND, json!({"spec": {"replicas": 2}, "status": surging}));
        assert_eq!(web.health, Health::Progress, "an old pod is still there");
        let advancing = condition("Progressing", "True", "ReplicaSetUpdated");
        let stuck = condition("Progressing", "False", "ProgressDeadlineExceeded");
        let refused = condition("ReplicaFailure", "True", "FailedCreate");
        for (wanted, ready, updated, condition, health) in [
            (2, 2, 2, &done, Health::Good),
            (2, 2, 1, &advancing, Health::Progress),
            (2, 0, 1, &advancing, Health::Progress),
            (2, 1, 2, &done, Health::Warn),
            (2, 0, 2, &done, Health::Bad),
            (2, 2, 1, &stuck, Health::Bad),
            (2, 1, 1, &refused, Health::Bad),
            (0, 0, 0, &done, Health::Done),
        ] {
            let status = json!({"readyReplicas": ready, "updatedReplicas": updated, "availableReplicas": ready,
                "conditions": [condition]});
            let web = row(&KIND, json!({"spec": {"replicas": wanted}, "status": status}));
            assert_eq!(web.health, health, "{ready} of {wanted}, {updated} updated, {condition}");
        }
    }
}
