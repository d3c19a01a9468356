//! Reads the parts of objects that routing needs, tolerantly: unknown fields, kinds and enum values are no errors, and
//! null means absent. Nothing is resolved here.

pub mod core;
pub mod gateway;
pub mod ingress;
pub mod istio;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Name, World};
use crate::model::{Time, Value};

pub type Labels = BTreeMap<String, String>;
/// All objects of one kind, in an order that does not depend on the order of their arrival.
pub type All<T> = BTreeMap<Name, T>;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    pub name: String,
    pub namespace: String,
    pub creation_timestamp: String,
    pub labels: Labels,
    pub annotations: Labels,
}

impl Meta {
    pub fn key(&self) -> Name {
        Name::new(&self.namespace, &self.name)
    }

    /// The time of creation. An object without a time counts as the youngest.
    pub fn born(&self) -> Time {
        Time::parse(&self.creation_timestamp).unwrap_or(Time(i64::MAX))
    }
}

/// An object whose content is its `spec`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, bound = "S: Default + DeserializeOwned")]
pub struct Of<S> {
    pub metadata: Meta,
    pub spec: S,
}

/// One kind that routing reads, and its address in an API server.
pub struct Reader {
    pub group: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    /// The versions, newest first. Any of them can be read.
    pub versions: &'static [&'static str],
    /// Whether routing needs only its metadata.
    pub bare: bool,
    pub shelf: fn(&mut World) -> &mut dyn Shelf,
}

/// The objects of one kind, whatever their type.
pub trait Shelf {
    fn put(&mut self, body: Value) -> serde_json::Result<()>;
    fn take(&mut self, name: &Name);
}

impl<T: DeserializeOwned> Shelf for All<T> {
    fn put(&mut self, body: Value) -> serde_json::Result<()> {
        let text = |field: &str| body["metadata"][field].as_str().unwrap_or_default();
        let key = Name::new(text("namespace"), text("name"));
        self.insert(key, serde_json::from_value(body)?);
        Ok(())
    }

    fn take(&mut self, name: &Name) {
        self.remove(name);
    }
}

pub const GATEWAY_API: &str = "gateway.networking.k8s.io";
pub const ISTIO: &str = "networking.istio.io";
const SECURITY: &str = "security.istio.io";

const V1: &[&str] = &["v1"];
const GATEWAYS: &[&str] = &["v1", "v1beta1"];
/// The versions of TLSRoute, TCPRoute and UDPRoute, which were experimental for long.
const STREAMS: &[&str] = &["v1", "v1alpha3", "v1alpha2"];
const ISTIOS: &[&str] = &["v1", "v1beta1", "v1alpha3"];

/// All kinds that are read. Several groups have kinds of the same name, so group and name decide together.
pub static READERS: &[Reader] = &[
    reader("", "Service", "services", V1, |world| &mut world.services),
    Reader { bare: true, ..reader("", "Pod", "pods", V1, |world| &mut world.pods) },
    Reader { bare: true, ..reader("", "Namespace", "namespaces", V1, |world| &mut world.namespaces) },
    reader("discovery.k8s.io", "EndpointSlice", "endpointslices", V1, |world| &mut world.slices),
    reader("networking.k8s.io", "Ingress", "ingresses", V1, |world| &mut world.ingresses),
    reader(GATEWAY_API, "Gateway", "gateways", GATEWAYS, |world| &mut world.gateway_api.gateways),
    reader(GATEWAY_API, "ListenerSet", "listenersets", V1, |world| &mut world.gateway_api.listener_sets),
    reader(GATEWAY_API, "HTTPRoute", "httproutes", GATEWAYS, |world| &mut world.gateway_api.http_routes),
    reader(GATEWAY_API, "GRPCRoute", "grpcroutes", GATEWAYS, |world| &mut world.gateway_api.grpc_routes),
    reader(GATEWAY_API, "TLSRoute", "tlsroutes", STREAMS, |world| &mut world.gateway_api.tls_routes),
    reader(GATEWAY_API, "TCPRoute", "tcproutes", STREAMS, |world| &mut world.gateway_api.tcp_routes),
    reader(GATEWAY_API, "UDPRoute", "udproutes", STREAMS, |world| &mut world.gateway_api.udp_routes),
    reader(GATEWAY_API, "ReferenceGrant", "referencegrants", GATEWAYS, |world| &mut world.gateway_api.grants),
    reader(ISTIO, "Gateway", "gateways", ISTIOS, |world| &mut world.istio.gateways),
    reader(ISTIO, "VirtualService", "virtualservices", ISTIOS, |world| &mut world.istio.virtual_services),
    reader(ISTIO, "DestinationRule", "destinationrules", ISTIOS, |world| &mut world.istio.destination_rules),
    reader(ISTIO, "ServiceEntry", "serviceentries", ISTIOS, |world| &mut world.istio.service_entries),
    reader(ISTIO, "Sidecar", "sidecars", ISTIOS, |world| &mut world.istio.sidecars),
    reader(SECURITY, "PeerAuthentication", "peerauthentications", GATEWAYS, |world| {
        &mut world.istio.peer_authentications
    }),
];

const fn reader(
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    versions: &'static [&'static str],
    shelf: fn(&mut World) -> &mut dyn Shelf,
) -> Reader {
    Reader { group, kind, plural, versions, bare: false, shelf }
}

/// The resource of an owner, as kubectl spells it: `virtualservices.networking.istio.io`.
pub fn resource(owner: &super::Owner) -> String {
    let reader = READERS.iter().find(|reader| reader.group == owner.group && reader.kind == owner.kind);
    let plural = reader.map_or(owner.kind, |reader| reader.plural);
    if owner.group.is_empty() { plural.to_owned() } else { format!("{plural}.{}", owner.group) }
}

impl World {
    /// Adds an object, or replaces the one of the same name. An object that cannot be read is noted in
    /// [`World::unread`].
    pub fn put(&mut self, reader: &Reader, body: Value) {
        let body = prepared(body, reader.kind);
        let text = |field: &str| body["metadata"][field].as_str().unwrap_or_default();
        let who = format!("{} {}/{}: ", reader.kind, text("namespace"), text("name"));
        self.unread.retain(|line| !line.starts_with(&who));
        if let Err(error) = (reader.shelf)(self).put(body) {
            self.unread.push(format!("{who}{error}"));
        }
    }

    pub fn remove(&mut self, reader: &Reader, name: &Name) {
        (reader.shelf)(self).take(name);
        let who = format!("{} {name}: ", reader.kind);
        self.unread.retain(|line| !line.starts_with(&who));
    }
}

/// Reads one object, or the items of a List. Objects that routing does not need are skipped. Objects that cannot be
/// read are noted in [`World::unread`].
pub fn read(world: &mut World, body: &Value) {
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if let (true, Some(items)) = (kind.ends_with("List"), body.get("items").and_then(Value::as_array)) {
        items.iter().for_each(|item| read(world, item));
        return;
    }
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let Some(reader) = READERS.iter().find(|reader| reader.group == group && reader.kind == kind) else { return };
    world.put(reader, body.clone());
    world.knows(reader.group, reader.kind);
}

const CLUSTERED: &[&str] = &["Namespace"];

/// The body without nulls, with the namespace that kubectl would use.
fn prepared(mut body: Value, kind: &str) -> Value {
    strip(&mut body);
    if let Some(meta) = body.get_mut("metadata").and_then(Value::as_object_mut)
        && !CLUSTERED.contains(&kind)
    {
        meta.entry("namespace").or_insert_with(|| "default".into());
    }
    body
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
