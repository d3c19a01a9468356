//! Ingresses.

use serde::Deserialize;

use super::Of;

pub type Ingress = Of<IngressSpec>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressSpec {
    pub ingress_class_name: String,
    pub default_backend: Option<Backend>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rule {
    pub host: String,
    pub http: Paths,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Paths {
    pub paths: Vec<Path>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Path {
    pub path: String,
    pub path_type: String,
    pub backend: Backend,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Backend {
    pub service: Option<ServiceRef>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ServiceRef {
    pub name: String,
    pub port: Port,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Port {
    pub name: String,
    pub number: Option<u16>,
}
