//! Leases as an API server would write them, and as one did.

use prost::Message;

/// Recorded from kube-apiserver 1.36.2: a page of three, a page of two, a table of two, and twice the same watch, over
/// a lease that was created, changed and deleted.
pub const LEASES: &[u8] = include_bytes!("../../../../tests/fixtures/wire/leases.list.pb");
pub const LEASES_JSON: &[u8] = include_bytes!("../../../../tests/fixtures/wire/leases.list.json");
pub const TABLE: &[u8] = include_bytes!("../../../../tests/fixtures/wire/leases.table.json");
pub const LEASES_WATCH: &[u8] = include_bytes!("../../../../tests/fixtures/wire/leases.watch.pb");
pub const TABLE_WATCH: &[u8] = include_bytes!("../../../../tests/fixtures/wire/leases.watch.table.json");

#[derive(Clone, Message)]
pub struct Meta {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub namespace: String,
    #[prost(string, tag = "5")]
    pub uid: String,
    #[prost(string, tag = "6")]
    pub resource_version: String,
    #[prost(btree_map = "string, string", tag = "12")]
    pub annotations: std::collections::BTreeMap<String, String>,
}

#[derive(Clone, Message)]
pub struct Lease {
    #[prost(message, optional, tag = "1")]
    pub metadata: Option<Meta>,
}

#[derive(Clone, Message)]
struct Unknown {
    #[prost(bytes = "vec", tag = "1")]
    type_meta: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    raw: Vec<u8>,
    #[prost(string, tag = "3")]
    encoding: String,
    #[prost(string, tag = "4")]
    content: String,
}

#[derive(Clone, Message)]
struct ListMeta {
    #[prost(string, tag = "2")]
    resource_version: String,
    #[prost(string, tag = "3")]
    next: String,
    #[prost(int64, optional, tag = "4")]
    remaining: Option<i64>,
}

#[derive(Clone, Message)]
struct LeaseList {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ListMeta>,
    #[prost(message, repeated, tag = "2")]
    items: Vec<Lease>,
    /// Nothing of the sort exists: a field of tomorrow.
    #[prost(uint64, tag = "9")]
    later: u64,
}

#[derive(Clone, Message)]
struct Event {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(message, optional, tag = "2")]
    object: Option<Extension>,
}

#[derive(Clone, Message)]
struct Extension {
    #[prost(bytes = "vec", tag = "1")]
    raw: Vec<u8>,
}

pub fn lease(name: &str, version: u64) -> Lease {
    let text = |text: &str| text.to_owned();
    Lease {
        metadata: Some(Meta {
            name: text(name),
            namespace: text("shop"),
            uid: format!("uid-{name}"),
            resource_version: version.to_string(),
            annotations: Default::default(),
        }),
    }
}

/// The envelope: magic and `Unknown`.
pub fn envelope(raw: Vec<u8>) -> Vec<u8> {
    let unknown = Unknown { type_meta: b"\x0a\x02v1".to_vec(), raw, encoding: String::new(), content: "x".to_owned() };
    [b"k8s\0".to_vec(), unknown.encode_to_vec()].concat()
}

pub fn proto_list(version: u64, next: &str, names: &[&str]) -> Vec<u8> {
    let metadata = ListMeta { resource_version: version.to_string(), next: next.to_owned(), remaining: Some(7) };
    let items = names.iter().map(|name| lease(name, version)).collect();
    envelope(LeaseList { metadata: Some(metadata), items, later: 300 }.encode_to_vec())
}

pub fn json_list(version: u64, next: &str, names: &[&str]) -> Vec<u8> {
    let items: Vec<_> = names.iter().map(|name| json_lease(name, version)).collect();
    let list = serde_json::json!({
        "kind": "LeaseList", "apiVersion": "coordination.k8s.io/v1",
        "metadata": {"resourceVersion": version.to_string(), "continue": next, "remainingItemCount": 7},
        "items": items, "later": [1, {"a": "]}\\\""}, null, -1.5e3],
    });
    serde_json::to_vec_pretty(&list).unwrap()
}

pub fn json_lease(name: &str, version: u64) -> serde_json::Value {
    serde_json::json!({
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}"),
            "resourceVersion": version.to_string(), "annotations": {"trap": "\"}]\\ ü"}},
        "spec": {"holderIdentity": "me"},
    })
}

pub fn proto_event(kind: &str, object: &impl Message) -> Vec<u8> {
    let object = Some(Extension { raw: envelope(object.encode_to_vec()) });
    let frame = Event { kind: kind.to_owned(), object }.encode_to_vec();
    [u32::try_from(frame.len()).unwrap().to_be_bytes().to_vec(), frame].concat()
}

pub fn json_event(kind: &str, object: &serde_json::Value) -> Vec<u8> {
    format!("{}\n", serde_json::json!({"type": kind, "object": object})).into_bytes()
}
