//! Services, endpoint slices, pods, namespaces.

use serde::Deserialize;

use super::{Labels, Meta, Of};
use crate::model::Value;

pub type Service = Of<ServiceSpec>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpec {
    #[serde(rename = "type")]
    pub sort: String,
    pub ports: Vec<ServicePort>,
    pub selector: Labels,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePort {
    pub name: String,
    pub port: u16,
    /// A number, or the name of a container's port; the port itself when absent.
    pub target_port: Option<Value>,
}

impl ServiceSpec {
    /// The port of this number; without one the only port there is.
    pub fn port(&self, number: Option<u16>) -> Option<&ServicePort> {
        match (number, self.ports.as_slice()) {
            (Some(number), ports) => ports.iter().find(|port| port.port == number),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Slice {
    pub metadata: Meta,
    pub endpoints: Vec<Endpoint>,
    /// Those of the service that its pods have; one that leads to a name which no container has is not among them.
    pub ports: Vec<SlicePort>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SlicePort {
    /// As the service calls it.
    pub name: String,
    pub port: Option<u16>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    pub addresses: Vec<String>,
    pub conditions: Conditions,
    pub target_ref: Target,
    pub node_name: String,
    pub zone: String,
}

/// Absent means ready, serving and not terminating.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Conditions {
    pub ready: Option<bool>,
    pub serving: Option<bool>,
    pub terminating: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Target {
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pod {
    pub metadata: Meta,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Namespace {
    pub metadata: Meta,
}
