//! Reads YAML as kubectl reads a kubeconfig. Of equal keys the last one counts. `<<` adds the entries of other
//! mappings, unless the mapping has the key itself.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// A YAML value as JSON.
pub struct Loose(pub Value);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading).map(Self)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Loose(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let (mut own, mut brought) = (Map::new(), Map::new());
        while let Some((Loose(key), Loose(value))) = entries.next_entry()? {
            match key {
                Value::String(key) if key == "<<" => {
                    bring(value, &mut brought).ok_or_else(|| A::Error::custom("'<<' takes mappings only"))?;
                }
                Value::String(key) => drop(own.insert(key, value)),
                other => drop(own.insert(other.to_string(), value)),
            }
        }
        for (key, value) in brought {
            own.entry(key).or_insert(value);
        }
        Ok(own.into())
    }
}

/// Adds the entries of a mapping or of several mappings. Of equal keys the first one counts.
fn bring(value: Value, into: &mut Map<String, Value>) -> Option<()> {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                into.entry(key).or_insert(value);
            }
            Some(())
        }
        Value::Array(list) => list.into_iter().try_for_each(|value| bring(value, into)),
        _ => None,
    }
}
