//! What the lenses of all kinds share. A lens is a struct with just the fields a row needs: protobuf tags as in
//! the published `generated.proto`, and serde for JSON; fields that are not listed are skipped.

use std::collections::BTreeMap;

use prost::Message;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::model::{Cell, Error, Health, Id, Link, Object, Reading, Result, Str, Time, Uid, Wire};

/// `meta.v1.ObjectMeta`.
#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "3")]
    pub namespace: String,
    #[prost(string, tag = "5")]
    pub uid: String,
    #[prost(message, optional, tag = "8")]
    pub creation_timestamp: Option<Moment>,
    #[prost(message, optional, tag = "9")]
    pub deletion_timestamp: Option<Moment>,
    #[prost(btree_map = "string, string", tag = "11")]
    #[serde(deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    #[prost(message, repeated, tag = "13")]
    #[serde(deserialize_with = "or_default")]
    pub owner_references: Vec<Owner>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Owner {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub uid: String,
    #[prost(string, tag = "5")]
    pub api_version: String,
    #[prost(bool, optional, tag = "6")]
    pub controller: Option<bool>,
}

/// `meta.v1.Time` and `MicroTime`: a message on the wire, RFC 3339 in JSON.
#[derive(Clone, Copy, PartialEq, Message)]
pub struct Moment {
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl Moment {
    pub fn time(self) -> Time {
        Time::from_secs(self.seconds).plus_millis(i64::from(self.nanos) / 1_000_000)
    }
}

/// The time of a moment. One that was never set is null in JSON but an empty message on the wire.
pub fn when(moment: Option<Moment>) -> Option<Time> {
    moment.filter(|moment| (moment.seconds, moment.nanos) != (0, 0)).map(Moment::time)
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let stamp: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self { seconds: stamp.as_second(), nanos: stamp.subsec_nanosecond() })
    }
}

/// `resource.Quantity`: a message around a string on the wire, a string or a number in JSON.
#[derive(Clone, PartialEq, Message)]
pub struct Quantity {
    #[prost(string, tag = "1")]
    pub text: String,
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Number(serde_json::Number),
        }
        let text = match Either::deserialize(deserializer)? {
            Either::Text(text) => text,
            Either::Number(number) => number.to_string(),
        };
        Ok(Self { text })
    }
}

/// `intstr.IntOrString`.
#[derive(Clone, Message)]
pub struct IntOrString {
    /// 0 is int, 1 is string.
    #[prost(int64, tag = "1")]
    pub kind: i64,
    #[prost(int32, tag = "2")]
    pub int: i32,
    #[prost(string, tag = "3")]
    pub text: String,
}

impl<'de> Deserialize<'de> for IntOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Int(i32),
            Text(String),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Int(int) => Self { kind: 0, int, text: String::new() },
            Either::Text(text) => Self { kind: 1, int: 0, text },
        })
    }
}

/// `meta.v1.LabelSelector`.
#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    #[prost(btree_map = "string, string", tag = "1")]
    #[serde(deserialize_with = "or_default")]
    pub match_labels: BTreeMap<String, String>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    pub match_expressions: Vec<Requirement>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Requirement {
    #[prost(string, tag = "1")]
    pub key: String,
    #[prost(string, tag = "2")]
    pub operator: String,
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "or_default")]
    pub values: Vec<String>,
}

impl Selector {
    /// As kubectl prints it and the API server reads it, ordered by key: `a=1,b in (c,d),!e`.
    pub fn text(&self) -> String {
        self.selector().sorted().to_string()
    }

    pub fn selector(&self) -> crate::model::Selector {
        let expressions = self.match_expressions.iter();
        let expressions = expressions.map(|one| (one.key.as_str(), one.operator.as_str(), one.values.clone()));
        crate::model::Selector::of(&self.match_labels, expressions)
    }
}

/// Null in JSON means the same as absent.
pub fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Bytes of one object into its lens.
pub fn decode<T: Message + DeserializeOwned + Default>(wire: Wire, bytes: &[u8]) -> Result<T> {
    match wire {
        Wire::Proto => T::decode(bytes).map_err(|e| Error::Invalid(format!("unreadable protobuf object: {e}"))),
        Wire::Json => json(bytes),
    }
}

pub fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|e| Error::Invalid(format!("unreadable JSON object: {e}")))
}

/// What rows need of the metadata of an object, however it was read.
pub trait Metadata {
    fn namespace(&self) -> &str;
    fn name(&self) -> &str;
    fn uid(&self) -> &str;
    fn created(&self) -> Option<Moment>;
    /// Whether it is being deleted.
    fn is_leaving(&self) -> bool;
    /// Appends `a=1,b=2`, sorted by key.
    fn write_labels(&self, out: &mut String);
    fn owners(&self) -> impl Iterator<Item = Owned<'_>>;
}

/// `meta.v1.OwnerReference`.
pub struct Owned<'a> {
    pub kind: &'a str,
    pub api_version: &'a str,
    pub name: &'a str,
    pub uid: &'a str,
    pub controls: bool,
}

/// The same for every struct with its fields; `labels` appends them.
macro_rules! metadata {
    ($meta:ty, $labels:expr) => {
        impl $crate::kinds::lens::Metadata for $meta {
            fn namespace(&self) -> &str {
                &self.namespace
            }

            fn name(&self) -> &str {
                &self.name
            }

            fn uid(&self) -> &str {
                &self.uid
            }

            fn created(&self) -> Option<$crate::kinds::lens::Moment> {
                self.creation_timestamp
            }

            fn is_leaving(&self) -> bool {
                self.deletion_timestamp.is_some()
            }

            fn write_labels(&self, out: &mut String) {
                let write: fn(&Self, &mut String) = $labels;
                write(self, out);
            }

            fn owners(&self) -> impl Iterator<Item = $crate::kinds::lens::Owned<'_>> {
                self.owner_references.iter().map(|owner| $crate::kinds::lens::Owned {
                    kind: &owner.kind,
                    api_version: &owner.api_version,
                    name: &owner.name,
                    uid: &owner.uid,
                    controls: owner.controller == Some(true),
                })
            }
        }
    };
}
pub(crate) use metadata;

metadata!(Meta, |meta, out| write_pairs(meta.labels.iter().map(|(key, value)| (&**key, &**value)), out));

/// A condition as most kinds have it (`meta.v1.Condition` and its elder likes).
#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Condition {
    #[prost(string, tag = "1")]
    pub r#type: String,
    #[prost(string, tag = "2")]
    pub status: String,
}

/// What a lens gives for one row, beside what its metadata gives.
#[derive(Debug, Default)]
pub struct Row {
    pub health: Health,
    pub cells: Vec<Cell>,
    pub link: Option<Link>,
}

/// A lens that makes one row of one object.
pub trait Lens: Message + DeserializeOwned + Default {
    fn meta(&mut self) -> Option<Meta>;
    /// The cells of the kind's columns, in their order.
    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row;
}

/// The `read` of every kind whose lens makes one row.
pub fn read<T: Lens>(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let mut lens: T = decode(wire, bytes)?;
    let meta = lens.meta().unwrap_or_default();
    if !owned(&meta, reading) {
        return Ok(());
    }
    let row = lens.row(&meta, reading);
    rows.push(object(&meta, reading, row));
    Ok(())
}

/// Whether the object belongs to the owner that the query asks for.
pub fn owned(meta: &impl Metadata, reading: &Reading<'_>) -> bool {
    let owner = &reading.scope.owner;
    owner.is_empty() || meta.owners().any(|reference| reference.uid == owner.as_str())
}

/// Metadata and row into an object.
pub fn object(meta: &impl Metadata, reading: &mut Reading<'_>, row: Row) -> Object {
    let id = Id::new(reading.at, reading.kind, reading.strings.share(meta.namespace()), Str::from(meta.name()));
    let health = if meta.is_leaving() { Health::Leaving } else { row.health };
    Object {
        id,
        uid: Uid::from(meta.uid()),
        health,
        cells: row.cells.into(),
        labels: reading.strings.share_written(|out| meta.write_labels(out)),
        owner: reading.strings.share_written(|out| controller(meta, out)),
        link: row.link.map(Box::new),
    }
}

fn controller(meta: &impl Metadata, out: &mut String) {
    if let Some(owner) = meta.owners().find(|owner| owner.controls) {
        let group = owner.api_version.rsplit_once('/').map_or("", |(group, _)| group);
        let dot = if group.is_empty() { "" } else { "." };
        out.extend([owner.kind, dot, group, "/", owner.name]);
    }
}

/// `a=1,b=2`.
pub fn join(labels: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    write_pairs(labels.iter().map(|(key, value)| (&**key, &**value)), &mut out);
    out
}

/// The same, appended.
pub fn write_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>, out: &mut String) {
    for (i, (key, value)) in pairs.enumerate() {
        out.extend([if i == 0 { "" } else { "," }, key, "=", value]);
    }
}

/// The AGE column.
pub fn age(meta: &impl Metadata) -> Cell {
    Cell::since(meta.created().map(Moment::time))
}
