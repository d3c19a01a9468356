//! Masks what somebody who looks over the user's shoulder should not read.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::kinds::helm::stored::{TYPE as RELEASE, parsed, secrets as release_secrets};
use crate::kinds::mask::{self, KnownSecrets, MASK};
use crate::model::Value;

/// The annotation in which kubectl keeps a copy of the whole object.
pub const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Masks secret values. If `decoded`, the values of Secrets are shown in clear text.
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
    if body.get("apiVersion").and_then(Value::as_str) == Some(RELEASE) {
        release(body, decoded);
    }
    if !decoded {
        anywhere(body);
    }
}

/// Masks a Helm release. It contains objects, Secrets among them, values that may be private, and the notes of its
/// chart.
fn release(body: &mut Value, decoded: bool) {
    let known = if decoded { KnownSecrets::default() } else { release_secrets(body) };
    body.get_mut("manifest").into_iter().for_each(|manifest| objects(manifest, decoded));
    let hooks = body.get_mut("hooks").and_then(Value::as_array_mut).into_iter().flatten();
    hooks.filter_map(|hook| hook.get_mut("manifest")).for_each(|manifest| objects(manifest, decoded));
    if decoded {
        return;
    }
    body.get_mut("values").into_iter().for_each(hide);
    if let Some(Value::String(notes)) = body.get_mut("notes") {
        *notes = notes.lines().map(mask::line).collect::<Vec<_>>().join("\n");
    }
    known.hide_below(body);
}

/// What is secret anywhere in the texts of an object.
pub fn known(body: &Value) -> KnownSecrets {
    let is_release = body.get("apiVersion").and_then(Value::as_str) == Some(RELEASE);
    if is_release { release_secrets(body) } else { KnownSecrets::default() }
}

/// The objects in a text of YAML, as a list; the text itself if it holds none.
pub fn objects_in(text: &str) -> Value {
    parsed(text)
}

/// Masks the objects of a manifest. A text that contains no objects is hidden as a whole.
pub fn objects(manifest: &mut Value, decoded: bool) {
    match manifest {
        Value::Array(objects) => objects.iter_mut().for_each(|object| apply(object, decoded)),
        text if !decoded => *text = MASK.into(),
        _ => {}
    }
}

/// Replaces every value by a mask.
pub fn hide(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(hide),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) => *value = MASK.into(),
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

/// Decodes a base64 value. A value that is not a text stays as it is.
fn decode(value: &mut Value) {
    let bytes = value.as_str().and_then(|text| STANDARD.decode(text.trim()).ok());
    if let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) {
        *value = text.into();
    }
}

/// Applies a change to the copy of an object.
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

/// Masks environment variables with telling names, and passwords within addresses.
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
