//! Istio: virtual services, destination rules, gateways, service entries, sidecars, peer authentication.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Labels, Of};
use crate::model::Value;

pub type VirtualService = Of<VirtualServiceSpec>;
pub type DestinationRule = Of<DestinationRuleSpec>;
pub type Gateway = Of<GatewaySpec>;
pub type ServiceEntry = Of<ServiceEntrySpec>;
pub type Sidecar = Of<SidecarSpec>;
pub type PeerAuthentication = Of<PeerAuthenticationSpec>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VirtualServiceSpec {
    pub hosts: Vec<String>,
    pub gateways: Vec<String>,
    pub export_to: Vec<String>,
    pub http: Vec<HttpRule>,
    pub tls: Vec<StreamRule>,
    pub tcp: Vec<StreamRule>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRule {
    pub name: String,
    #[serde(rename = "match")]
    pub matches: Vec<HttpMatch>,
    pub route: Vec<Destined>,
    pub redirect: Option<Redirect>,
    pub direct_response: Option<DirectResponse>,
    pub delegate: Option<Delegate>,
    pub timeout: String,
    pub retries: Option<Retries>,
    pub fault: Option<Value>,
    pub mirror: Option<Value>,
    pub mirrors: Vec<Value>,
    pub rewrite: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpMatch {
    pub uri: Option<Text>,
    pub scheme: Option<Text>,
    pub method: Option<Text>,
    pub authority: Option<Text>,
    pub ignore_uri_case: bool,
    pub headers: BTreeMap<String, Text>,
    pub without_headers: BTreeMap<String, Text>,
    pub query_params: BTreeMap<String, Text>,
    pub port: Option<u16>,
    pub source_labels: Labels,
    pub source_namespace: String,
    pub gateways: Vec<String>,
}

/// At most one of the three is set. If none is, only the presence of the value is required.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Text {
    pub exact: Option<String>,
    pub prefix: Option<String>,
    pub regex: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Destined {
    pub destination: Destination,
    pub weight: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Destination {
    pub host: String,
    pub subset: String,
    pub port: Port,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Port {
    pub number: Option<u16>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Redirect {
    pub uri: String,
    pub authority: String,
    pub scheme: String,
    pub port: Option<u16>,
    /// `FROM_PROTOCOL_DEFAULT` or `FROM_REQUEST_PORT`, instead of a port.
    pub derive_port: String,
    /// Used instead of `uri`.
    pub prefix_rewrite: String,
    pub redirect_code: Option<u16>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DirectResponse {
    pub status: u16,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Delegate {
    pub name: String,
    pub namespace: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Retries {
    pub attempts: u32,
}

/// A rule of `tls` or `tcp`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct StreamRule {
    #[serde(rename = "match")]
    pub matches: Vec<StreamMatch>,
    pub route: Vec<Destined>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StreamMatch {
    pub sni_hosts: Vec<String>,
    pub destination_subnets: Vec<String>,
    pub port: Option<u16>,
    pub source_labels: Labels,
    pub source_namespace: String,
    pub gateways: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DestinationRuleSpec {
    pub host: String,
    pub export_to: Vec<String>,
    pub subsets: Vec<Subset>,
    pub traffic_policy: TrafficPolicy,
    pub workload_selector: Selector,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Subset {
    pub name: String,
    pub labels: Labels,
    pub traffic_policy: TrafficPolicy,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrafficPolicy {
    pub tls: Option<Mode>,
    pub port_level_settings: Vec<PortPolicy>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PortPolicy {
    pub port: Port,
    pub tls: Option<Mode>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Mode {
    pub mode: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    pub match_labels: Labels,
    /// The name of the field in Sidecars and service entries.
    pub labels: Labels,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GatewaySpec {
    pub selector: Labels,
    pub servers: Vec<Server>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Server {
    pub port: ServerPort,
    /// The address on which the server listens; empty for all.
    pub bind: String,
    pub hosts: Vec<String>,
    pub tls: Option<ServerTls>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServerTls {
    /// Empty is `PASSTHROUGH`.
    pub mode: String,
    pub https_redirect: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ServerPort {
    pub number: u16,
    pub name: String,
    pub protocol: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceEntrySpec {
    pub hosts: Vec<String>,
    pub export_to: Vec<String>,
    pub location: String,
    pub workload_selector: Selector,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SidecarSpec {
    pub workload_selector: Option<Selector>,
    pub egress: Vec<Egress>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Egress {
    pub hosts: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PeerAuthenticationSpec {
    pub selector: Selector,
    pub mtls: Mode,
    pub port_level_mtls: BTreeMap<String, Mode>,
}
