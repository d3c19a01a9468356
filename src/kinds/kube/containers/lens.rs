//! The fields of a pod that rows of its containers need (core/v1 generated.proto). Apart from the lens of pods,
//! so that a list of pods does not decode images, ports and resources.

use std::collections::BTreeMap;

use prost::Message;
use serde::{Deserialize, Deserializer};

use crate::kinds::kube::pods::lens::ContainerStatus;
use crate::kinds::lens::{Meta, Quantity, or_default};

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
    #[prost(message, repeated, tag = "20")]
    #[serde(deserialize_with = "or_default")]
    pub init_containers: Vec<Container>,
    #[prost(message, repeated, tag = "34")]
    #[serde(deserialize_with = "or_default")]
    pub ephemeral_containers: Vec<Ephemeral>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "2")]
    pub image: String,
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "or_default")]
    pub ports: Vec<Port>,
    #[prost(message, optional, tag = "8")]
    pub resources: Option<Resources>,
    #[prost(message, optional, tag = "10")]
    pub liveness_probe: Option<Probe>,
    #[prost(message, optional, tag = "11")]
    pub readiness_probe: Option<Probe>,
    #[prost(message, optional, tag = "22")]
    pub startup_probe: Option<Probe>,
    #[prost(string, tag = "24")]
    pub restart_policy: String,
}

/// A container within a message on the wire, its fields inline in JSON.
#[derive(Clone, Message)]
pub struct Ephemeral {
    #[prost(message, optional, tag = "1")]
    pub common: Option<Container>,
}

impl<'de> Deserialize<'de> for Ephemeral {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Container::deserialize(deserializer).map(|container| Self { common: Some(container) })
    }
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Port {
    #[prost(int32, tag = "3")]
    pub container_port: i32,
    #[prost(string, tag = "4")]
    pub protocol: String,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Resources {
    #[prost(btree_map = "string, message", tag = "1")]
    #[serde(deserialize_with = "or_default")]
    pub limits: BTreeMap<String, Quantity>,
    #[prost(btree_map = "string, message", tag = "2")]
    #[serde(deserialize_with = "or_default")]
    pub requests: BTreeMap<String, Quantity>,
}

/// Only whether there is one.
#[derive(Clone, Copy, Message, Deserialize)]
pub struct Probe {}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(message, repeated, tag = "8")]
    #[serde(deserialize_with = "or_default")]
    pub container_statuses: Vec<ContainerStatus>,
    #[prost(message, repeated, tag = "10")]
    #[serde(deserialize_with = "or_default")]
    pub init_container_statuses: Vec<ContainerStatus>,
    #[prost(message, repeated, tag = "13")]
    #[serde(deserialize_with = "or_default")]
    pub ephemeral_container_statuses: Vec<ContainerStatus>,
}
