//! What nobody behind the user's back should read off the screen.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::kinds::mask::{self, MASK};
use crate::model::Value;

/// Where kubectl keeps a copy of the whole object.
pub const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Masks secrets, or shows those of Secrets in the clear when `decoded`.
pub fn apply(body: &mut Value, decoded: bool) {
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(Value::Array(items)) = body.get_mut("items") {
        for item in items {
            if kind == "SecretList" {
                secret(item, decoded);
            }
            apply(item, decoded);
        }
    }
    if kind == "Secret" {
        secret(body, decoded);
    }
    if !decoded {
        anywhere(body);
    }
}

fn secret(body: &mut Value, decoded: bool) {
    if decoded {
        if let Some(Value::Object(data)) = body.get_mut("data") {
            data.values_mut().for_each(decode);
        }
        return;
    }
    for part in ["data", "stringData"] {
        match body.get_mut(part) {
            Some(Value::Object(data)) => data.values_mut().for_each(|value| *value = MASK.into()),
            Some(Value::Null) | None => {}
            Some(other) => *other = MASK.into(),
        }
    }
    if let Some(copy) = body.pointer_mut("/metadata/annotations").and_then(|all| all.get_mut(COPY)) {
        *copy = copied(copy, |inner| secret(inner, false)).unwrap_or_else(|| MASK.into());
    }
}

/// What is no text stays as it is.
fn decode(value: &mut Value) {
    let bytes = value.as_str().and_then(|text| STANDARD.decode(text.trim()).ok());
    if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
        *value = text.into();
    }
}

/// The copy of an object, changed.
fn copied(copy: &Value, change: impl FnOnce(&mut Value)) -> Option<Value> {
    let text = copy.as_str()?;
    let mut inner: Value = serde_json::from_str(text).ok()?;
    let before = inner.clone();
    change(&mut inner);
    if inner == before {
        return Some(copy.clone());
    }
    let end = if text.ends_with('\n') { "\n" } else { "" };
    Some(format!("{inner}{end}").into())
}

/// Telling environment variables and passwords within addresses.
fn anywhere(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(anywhere),
        Value::String(text) => {
            if let Cow::Owned(masked) = mask::urls(text) {
                *text = masked;
            }
        }
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("env", Value::Array(list)) => list.iter_mut().for_each(variable),
                    (COPY, copy) => *copy = copied(copy, anywhere).unwrap_or_else(|| copy.clone()),
                    (key, value) => mask::field(key, value),
                }
                anywhere(value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn variable(entry: &mut Value) {
    let name = entry.get("name").and_then(Value::as_str).unwrap_or_default();
    if !mask::is_secret(name) {
        return;
    }
    if let Some(value) = entry.get_mut("value").filter(|value| value.as_str() != Some("")) {
        *value = MASK.into();
    }
}
