//! Config maps: how many keys they hold. The values are skipped, not read: they can be large, and a secret's are
//! nobody's business.

use std::collections::BTreeMap;

use prost::Message;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::kinds::lens::{Lens, Meta, Row, age, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Deletion, Door, Health, Kind, Reading};

pub static KIND: Kind = Kind {
    name: "configmaps",
    aliases: &["cm", "configmap"],
    address: Address { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true },
    columns: &[Column::new("DATA", 4), Column::new("AGE", 4).number().rank(2)],
    door: Door::Lens(read::<ConfigMap>),
    verbs: verbs::COMMON,
    // The root certificate that a cluster puts into each namespace.
    deletion: Deletion { is_given: |object| object.id.name == "kube-root-ca.crt", ..Deletion::PLAIN },
    ..Kind::kube()
};

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ConfigMap {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "keys")]
    data: Vec<Entry>,
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "keys")]
    binary_data: Vec<Entry>,
}

/// An entry of a map whose value stays unread.
#[derive(Clone, Message)]
pub struct Entry {
    #[prost(string, tag = "1")]
    pub key: String,
}

/// The keys of a JSON object, without its values.
pub fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Entry>, D::Error> {
    let entries: Option<BTreeMap<String, IgnoredAny>> = Option::deserialize(deserializer)?;
    Ok(entries.unwrap_or_default().into_keys().map(|key| Entry { key }).collect())
}

impl Lens for ConfigMap {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, _: &mut Reading<'_>) -> Row {
        let count = self.data.len() + self.binary_data.len();
        Row { health: Health::Good, cells: vec![Cell::Count(count as i64), age(meta)], link: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn keys_of_both_sorts_count() {
        let map = row(&KIND, json!({"data": {"a": "1", "b": "2"}, "binaryData": {"c": "AA=="}}));
        assert_eq!(text(&map), ["3", "60m"]);
        assert_eq!(text(&row(&KIND, json!({"data": null}))), ["0", "60m"]);
    }

    #[test]
    fn protobuf_entries_count_without_their_values() {
        let bytes = [0x12, 6, 0x0a, 1, b'a', 0x12, 1, b'x', 0x12, 3, 0x0a, 1, b'b', 0x1a, 3, 0x0a, 1, b'c'];
        let map = ConfigMap::decode(bytes.as_slice()).unwrap();
        let names = |entries: &[Entry]| entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>();
        assert_eq!((names(&map.data), names(&map.binary_data)), (vec!["a".into(), "b".into()], vec!["c".to_owned()]));
    }
}
