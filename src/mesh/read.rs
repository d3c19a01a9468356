//! The parts of objects that routing needs, read tolerantly: unknown fields, kinds and enum values are no errors,
//! null is absent. Nothing is resolved here.

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
/// All objects of one kind, in one order whatever order they came in.
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

    /// When it was made; what has no time yet is the youngest.
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

/// One kind that routing reads: its group (any version), its name, where it goes.
pub struct Reader {
    pub group: &'static str,
    pub kind: &'static str,
    pub add: fn(&mut World, Value) -> serde_json::Result<()>,
}

pub const GATEWAY_API: &str = "gateway.networking.k8s.io";
pub const ISTIO: &str = "networking.istio.io";

/// Everything that is read. Kinds share names across groups, so both decide.
pub static READERS: &[Reader] = &[
    Reader { group: "", kind: "Service", add: |world, body| add(&mut world.services, body) },
    Reader { group: "", kind: "Pod", add: |world, body| add(&mut world.pods, body) },
    Reader { group: "", kind: "Namespace", add: |world, body| add(&mut world.namespaces, body) },
    Reader { group: "discovery.k8s.io", kind: "EndpointSlice", add: |world, body| add(&mut world.slices, body) },
    Reader { group: "networking.k8s.io", kind: "Ingress", add: |world, body| add(&mut world.ingresses, body) },
    Reader { group: GATEWAY_API, kind: "Gateway", add: |world, body| add(&mut world.gateways, body) },
    Reader { group: GATEWAY_API, kind: "ListenerSet", add: |world, body| add(&mut world.listener_sets, body) },
    Reader { group: GATEWAY_API, kind: "HTTPRoute", add: |world, body| add(&mut world.http_routes, body) },
    Reader { group: GATEWAY_API, kind: "GRPCRoute", add: |world, body| add(&mut world.grpc_routes, body) },
    Reader { group: GATEWAY_API, kind: "ReferenceGrant", add: |world, body| add(&mut world.grants, body) },
    Reader { group: ISTIO, kind: "Gateway", add: |world, body| add(&mut world.istio_gateways, body) },
    Reader { group: ISTIO, kind: "VirtualService", add: |world, body| add(&mut world.virtual_services, body) },
    Reader { group: ISTIO, kind: "DestinationRule", add: |world, body| add(&mut world.destination_rules, body) },
    Reader { group: ISTIO, kind: "ServiceEntry", add: |world, body| add(&mut world.service_entries, body) },
    Reader { group: ISTIO, kind: "Sidecar", add: |world, body| add(&mut world.sidecars, body) },
    Reader {
        group: "security.istio.io",
        kind: "PeerAuthentication",
        add: |world, body| add(&mut world.peer_authentications, body),
    },
];

fn add<T: DeserializeOwned>(all: &mut All<T>, body: Value) -> serde_json::Result<()> {
    let text = |field: &str| body["metadata"][field].as_str().unwrap_or_default();
    let key = Name::new(text("namespace"), text("name"));
    all.insert(key, serde_json::from_value(body)?);
    Ok(())
}

/// Reads one object; of a List, its items. What routing does not need is passed over, what cannot be read is noted
/// in [`World::unread`].
pub fn read(world: &mut World, body: &Value) {
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if let (true, Some(items)) = (kind.ends_with("List"), body.get("items").and_then(Value::as_array)) {
        items.iter().for_each(|item| read(world, item));
        return;
    }
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let Some(reader) = READERS.iter().find(|reader| reader.group == group && reader.kind == kind) else { return };
    let body = prepared(body, kind);
    let name = body["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    match (reader.add)(world, body) {
        Ok(()) => world.knows(reader.group, reader.kind),
        Err(error) => world.unread.push(format!("{kind} {name}: {error}")),
    }
}

const CLUSTERED: &[&str] = &["Namespace"];

/// Without nulls, and with the namespace that kubectl would put there.
fn prepared(body: &Value, kind: &str) -> Value {
    let mut body = body.clone();
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
