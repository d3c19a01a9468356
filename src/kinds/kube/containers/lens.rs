//! The fields of a pod that rows of its containers need (core/v1 generated.proto). Apart from the lens of pods,
//! so that a list of pods does not decode images, ports and resources.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::kinds::kube::pods::lens::ContainerStatus;
use crate::kinds::lens::{Quantity, or_default};
use crate::kinds::message::{Fill, Meta, Text, Value, fields, message};
use crate::model::Result;

message! {
    Pod<'a> {
        1 metadata: Option<Meta<'a>>,
        2 spec: Option<Spec<'a>>,
        3 status: Option<Status<'a>>,
    }
}

message! {
    Spec<'a> {
        #[serde(deserialize_with = "or_default")]
        2 containers: Vec<Container<'a>>,
        #[serde(deserialize_with = "or_default")]
        20 init_containers: Vec<Container<'a>>,
        #[serde(deserialize_with = "or_default")]
        34 ephemeral_containers: Vec<Ephemeral<'a>>,
    }
}

message! {
    Container<'a> {
        1 name: Text<'a>,
        2 image: Text<'a>,
        #[serde(deserialize_with = "or_default")]
        6 ports: Vec<Port<'a>>,
        8 resources: Option<Resources>,
        10 liveness_probe: Option<Probe>,
        11 readiness_probe: Option<Probe>,
        22 startup_probe: Option<Probe>,
        24 restart_policy: Text<'a>,
    }
}

/// A container within a message on the wire, its fields inline in JSON.
#[derive(Clone, Debug, Default)]
pub struct Ephemeral<'a> {
    pub common: Option<Container<'a>>,
}

impl<'a> Fill<'a> for Ephemeral<'a> {
    fn fill(&mut self, value: Value<'a>) -> Result<()> {
        fields(value, |number, value| if number == 1 { self.common.fill(value) } else { Ok(()) })
    }
}

impl<'de> Deserialize<'de> for Ephemeral<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Container::deserialize(deserializer).map(|container| Self { common: Some(container) })
    }
}

message! {
    Port<'a> {
        3 container_port: i32,
        4 protocol: Text<'a>,
    }
}

message! {
    Resources {
        #[serde(deserialize_with = "or_default")]
        1 limits: BTreeMap<String, Quantity>,
        #[serde(deserialize_with = "or_default")]
        2 requests: BTreeMap<String, Quantity>,
    }
}

/// Only whether there is one.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Probe {}

impl Fill<'_> for Probe {
    fn fill(&mut self, value: Value<'_>) -> Result<()> {
        fields(value, |_, _| Ok(()))
    }
}

message! {
    Status<'a> {
        #[serde(deserialize_with = "or_default")]
        8 container_statuses: Vec<ContainerStatus<'a>>,
        #[serde(deserialize_with = "or_default")]
        10 init_container_statuses: Vec<ContainerStatus<'a>>,
        #[serde(deserialize_with = "or_default")]
        13 ephemeral_container_statuses: Vec<ContainerStatus<'a>>,
    }
}
