//! How a recording writes values for which JSON has no form of its own, so that they read the same again.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::Value;

/// The bytes of a program: a text where they are one, otherwise numbers.
pub mod octets {
    use bytes::Bytes;

    use super::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Octets {
        Text(String),
        Numbers(Vec<u8>),
    }

    pub fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.serialize(serializer),
            Err(_) => bytes[..].serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        Ok(match Octets::deserialize(deserializer)? {
            Octets::Text(text) => text.into(),
            Octets::Numbers(bytes) => bytes.into(),
        })
    }
}

/// A whole object. It is read apart from what surrounds it, because its depth alone may be the greatest that can be read.
pub mod body {
    use super::{Deserializer, Serializer, Value, raw, value};

    pub fn serialize<S: Serializer>(body: &Value, serializer: S) -> Result<S::Ok, S::Error> {
        raw(Some(body), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        Ok(value(deserializer)?.unwrap_or_default())
    }
}

/// A whole object that may be missing.
pub mod some_body {
    use super::{Arc, Deserializer, Serializer, Value, raw, value};

    pub fn serialize<S: Serializer>(body: &Option<Arc<Value>>, serializer: S) -> Result<S::Ok, S::Error> {
        raw(body.as_deref(), serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<Value>>, D::Error> {
        Ok(value(deserializer)?.map(Arc::new))
    }
}

fn raw<S: Serializer>(body: Option<&Value>, serializer: S) -> Result<S::Ok, S::Error> {
    let raw = body.map(to_raw_value).transpose().map_err(serde::ser::Error::custom)?;
    raw.serialize(serializer)
}

fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(deserializer)?;
    raw.map(|raw| serde_json::from_str(raw.get())).transpose().map_err(D::Error::custom)
}
