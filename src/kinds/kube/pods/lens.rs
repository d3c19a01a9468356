//! The fields of a pod that rows need (core/v1 generated.proto), shared with containers.

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Meta, Moment, or_default};

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pod {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    pub spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    pub status: Option<Status>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    pub containers: Vec<Container>,
    #[prost(string, tag = "8")]
    pub service_account_name: String,
    #[prost(string, tag = "10")]
    pub node_name: String,
    #[prost(message, repeated, tag = "20")]
    #[serde(deserialize_with = "or_default")]
    pub init_containers: Vec<Container>,
    #[prost(message, repeated, tag = "28")]
    #[serde(deserialize_with = "or_default")]
    pub readiness_gates: Vec<Gate>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "24")]
    pub restart_policy: String,
}

impl Container {
    /// An init container that stays (KEP-753).
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy == "Always"
    }
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Gate {
    #[prost(string, tag = "1")]
    pub condition_type: String,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(string, tag = "1")]
    pub phase: String,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    pub conditions: Vec<Condition>,
    #[prost(string, tag = "4")]
    pub reason: String,
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
    #[prost(message, repeated, tag = "12")]
    #[serde(rename = "podIPs", deserialize_with = "or_default")]
    pub pod_ips: Vec<Ip>,
    #[prost(message, repeated, tag = "13")]
    #[serde(deserialize_with = "or_default")]
    pub ephemeral_container_statuses: Vec<ContainerStatus>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Ip {
    #[prost(string, tag = "1")]
    pub ip: String,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Condition {
    #[prost(string, tag = "1")]
    pub r#type: String,
    #[prost(string, tag = "2")]
    pub status: String,
    #[prost(string, tag = "5")]
    pub reason: String,
}

#[derive(Clone, Message, Deserialize)]
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

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct State {
    #[prost(message, optional, tag = "1")]
    pub waiting: Option<Waiting>,
    #[prost(message, optional, tag = "2")]
    pub running: Option<Running>,
    #[prost(message, optional, tag = "3")]
    pub terminated: Option<Terminated>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Waiting {
    #[prost(string, tag = "1")]
    pub reason: String,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Running {
    #[prost(message, optional, tag = "1")]
    pub started_at: Option<Moment>,
}

#[derive(Clone, Message, Deserialize)]
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
