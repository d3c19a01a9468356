//! The Gateway API: gateways, listener sets, routes, grants.

use serde::Deserialize;

use super::{Labels, Meta, Of};
use crate::model::Value;

pub type Gateway = Of<GatewaySpec>;
pub type ListenerSet = Of<ListenerSetSpec>;
pub type HttpRoute = Route<HttpRule>;
pub type GrpcRoute = Route<GrpcRule>;
/// TLSRoute, TCPRoute and UDPRoute have rules of one shape.
pub type StreamRoute = Route<StreamRule>;
pub type Grant = Of<GrantSpec>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GatewaySpec {
    pub gateway_class_name: String,
    pub listeners: Vec<Listener>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListenerSetSpec {
    pub parent_ref: Ref,
    pub listeners: Vec<Listener>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Listener {
    pub name: String,
    pub hostname: String,
    pub port: u16,
    pub protocol: String,
    pub allowed_routes: Allowed,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Allowed {
    pub kinds: Vec<RouteKind>,
    pub namespaces: From,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RouteKind {
    pub kind: String,
}

/// `All`, `Same` (also when empty) or `Selector`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct From {
    pub from: String,
    pub selector: Selector,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    pub match_labels: Labels,
    pub match_expressions: Vec<Expression>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Expression {
    pub key: String,
    pub operator: String,
    pub values: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, bound = "R: Default + serde::de::DeserializeOwned")]
pub struct RouteSpec<R> {
    pub parent_refs: Vec<Ref>,
    pub hostnames: Vec<String>,
    pub rules: Vec<R>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, bound = "R: Default + serde::de::DeserializeOwned")]
pub struct Route<R> {
    pub metadata: Meta,
    pub spec: RouteSpec<R>,
    pub status: RouteStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RouteStatus {
    pub parents: Vec<ParentStatus>,
}

/// The status that a controller gives a route at one of its parents.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ParentStatus {
    pub parent_ref: Ref,
    pub controller_name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StreamRule {
    pub backend_refs: Vec<Ref>,
}

/// A reference to a parent or a backend. Absent parts get their defaults from the code that uses the reference.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Ref {
    pub group: Option<String>,
    pub kind: Option<String>,
    pub namespace: Option<String>,
    pub name: String,
    pub section_name: String,
    pub port: Option<u16>,
    pub weight: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpRule {
    pub matches: Vec<HttpMatch>,
    pub filters: Vec<Filter>,
    pub backend_refs: Vec<Ref>,
    pub timeouts: Timeouts,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HttpMatch {
    pub path: Typed,
    pub headers: Vec<Typed>,
    pub query_params: Vec<Typed>,
    pub method: String,
}

/// A value, and how to compare it. Headers and parameters also have a `name`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    #[serde(rename = "type")]
    pub sort: String,
    pub name: String,
    pub value: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    #[serde(rename = "type")]
    pub sort: String,
    pub request_redirect: Option<Redirect>,
    pub request_mirror: Option<Value>,
    #[serde(rename = "urlRewrite")]
    pub url_rewrite: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Redirect {
    pub scheme: String,
    pub hostname: String,
    pub port: Option<u16>,
    pub path: Option<Value>,
    pub status_code: Option<u16>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Timeouts {
    pub request: String,
    pub backend_request: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GrpcRule {
    pub matches: Vec<GrpcMatch>,
    pub filters: Vec<Filter>,
    pub backend_refs: Vec<Ref>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GrpcMatch {
    pub method: GrpcMethod,
    pub headers: Vec<Typed>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GrpcMethod {
    #[serde(rename = "type")]
    pub sort: String,
    pub service: Option<String>,
    pub method: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GrantSpec {
    pub from: Vec<GrantFrom>,
    pub to: Vec<GrantTo>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GrantFrom {
    pub group: String,
    pub kind: String,
    pub namespace: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GrantTo {
    pub group: String,
    pub kind: String,
    pub name: Option<String>,
}
