//! The part of a pod that its row and its containers' states need (k8s.io/api/core/v1/generated.proto).

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Meta, Moment, or_default};

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pod {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Meta>,
    #[prost(message, required, tag = "2")]
    pub spec: Spec,
    #[prost(message, required, tag = "3")]
    pub status: Status,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    pub containers: Vec<Counted>,
    #[prost(string, tag = "8")]
    pub service_account_name: String,
    #[prost(string, tag = "10")]
    pub node_name: String,
    #[prost(message, repeated, tag = "20")]
    #[serde(deserialize_with = "or_default")]
    pub init_containers: Vec<InitContainer>,
    #[prost(message, repeated, tag = "28")]
    #[serde(deserialize_with = "or_default")]
    pub readiness_gates: Vec<Gate>,
}

/// A container of which only its being there counts.
#[derive(Clone, Copy, Message, Deserialize)]
pub struct Counted {}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InitContainer {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "24")]
    pub restart_policy: String,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Gate {
    #[prost(string, tag = "1")]
    pub condition_type: String,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(string, tag = "1")]
    pub phase: String,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    pub conditions: Vec<Condition>,
    #[prost(string, tag = "4")]
    pub reason: String,
    #[prost(string, tag = "6")]
    #[serde(rename = "podIP")]
    pub pod_ip: String,
    #[prost(message, repeated, tag = "8")]
    #[serde(deserialize_with = "or_default")]
    pub container_statuses: Vec<ContainerStatus>,
    #[prost(string, tag = "9")]
    pub qos_class: String,
    #[prost(message, repeated, tag = "10")]
    #[serde(deserialize_with = "or_default")]
    pub init_container_statuses: Vec<ContainerStatus>,
    #[prost(string, tag = "11")]
    pub nominated_node_name: String,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    pub kind: String,
    #[prost(string, tag = "2")]
    pub status: String,
    #[prost(string, tag = "5")]
    pub reason: String,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerStatus {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub state: Option<State>,
    #[prost(message, optional, tag = "3")]
    pub last_state: Option<State>,
    #[prost(bool, tag = "4")]
    pub ready: bool,
    #[prost(int32, tag = "5")]
    pub restart_count: i32,
    #[prost(bool, optional, tag = "9")]
    pub started: Option<bool>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    #[prost(message, optional, tag = "1")]
    pub waiting: Option<Waiting>,
    #[prost(message, optional, tag = "2")]
    pub running: Option<Running>,
    #[prost(message, optional, tag = "3")]
    pub terminated: Option<Terminated>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Waiting {
    #[prost(string, tag = "1")]
    pub reason: String,
}

#[derive(Clone, Copy, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Running {
    #[prost(message, optional, tag = "1")]
    pub started_at: Option<Moment>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terminated {
    #[prost(int32, tag = "1")]
    pub exit_code: i32,
    #[prost(int32, tag = "2")]
    pub signal: i32,
    #[prost(string, tag = "3")]
    pub reason: String,
    #[prost(message, optional, tag = "6")]
    pub finished_at: Option<Moment>,
}

impl InitContainer {
    /// A sidecar: started before the others, and kept running.
    pub fn stays(&self) -> bool {
        self.restart_policy == "Always"
    }
}

impl Status {
    /// The status of the first condition of this type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    pub fn holds(&self, kind: &str) -> bool {
        self.condition(kind).is_some_and(|condition| condition.status == "True")
    }
}

impl ContainerStatus {
    pub fn waiting(&self) -> Option<&Waiting> {
        self.state.as_ref()?.waiting.as_ref()
    }

    pub fn running(&self) -> Option<&Running> {
        self.state.as_ref()?.running.as_ref()
    }

    pub fn terminated(&self) -> Option<&Terminated> {
        self.state.as_ref()?.terminated.as_ref()
    }

    /// How the run before this one ended.
    pub fn ended_before(&self) -> Option<&Terminated> {
        self.last_state.as_ref()?.terminated.as_ref()
    }
}
