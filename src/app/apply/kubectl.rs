//! Applies documents to objects that `kubectl apply` made. kubectl keeps a copy of the document in an annotation. The
//! next time it compares with that copy, and so knows which fields were removed from the file.
//!
//! Server-side apply alone is not enough: the server keeps `kubectl-client-side-apply` as the manager of the fields, so
//! changes are conflicts, and with `force` the fields that left the file stay. There are two solutions.
//!
//! - Give the fields of that manager to ours in `managedFields` (client-go's `csaupgrade`), then apply. That takes two
//!   writes, of which the second may fail after the first; no dry run shows what both together would remove; and the
//!   copy grows old, because the server renews it only for the field manager `kubectl`. The next `kubectl apply` would
//!   compare with an old copy, and leave what it should remove.
//! - Do what `kubectl apply` does: compare the copy, the document and the object, and renew the copy.
//!
//! Here it is the second: one request, which can be tried, and after which kubectl finds all as it would have left it,
//! for both of its ways to apply. It is sent under kubectl's own manager name, because `kubectl apply --server-side`
//! takes over the fields of the manager that wrote the copy, and no others. The request is a merge patch
//! (RFC 7386) from the object to what it should be: lists are merged here, by kubectl's rules, and sent whole, so the
//! patch holds the version that it was made from.

mod encode;
mod merge;

use serde_json::{Map, json};

use crate::app::diff::Path;
use crate::app::yaml::COPY;
use crate::model::{Error, KindRef, Result, Value};

/// How often a patch is made again if others change the object between reading and writing: as often as kubectl does.
pub const RENEWALS: u8 = 5;

/// The patch that turns `live` into what `kubectl apply` would make of it; `None` if server-side apply is right for the
/// object.
pub fn patch(document: &Value, live: &Value, kind: KindRef) -> Result<Option<Value>> {
    let Some(copy) = copy_of(live).filter(|_| is_kept(live)) else { return Ok(None) };
    let applied: Value = serde_json::from_str(copy).map_err(|error| {
        Error::Invalid(format!("its annotation {COPY} is not valid JSON ({error}): remove it, then apply again"))
    })?;
    let wanted = with_copy(document);
    let merged = merge::merge(&applied, &wanted, live, kind);
    let mut patch = difference(live, &merged);
    if let (Some(version), Some(patch)) = (live.pointer("/metadata/resourceVersion"), patch.as_object_mut()) {
        let metadata = patch.entry("metadata").or_insert_with(|| json!({}));
        metadata.as_object_mut().into_iter().for_each(|m| drop(m.insert("resourceVersion".into(), version.clone())));
    }
    Ok(Some(patch))
}

/// Whether two patches make the same change, whatever version they were made from.
pub fn same(one: &Value, other: &Value) -> bool {
    crate::app::diff::steady(one) == crate::app::diff::steady(other)
}

/// Whether the path is that of kubectl's copy.
pub fn is_copy(path: &str) -> bool {
    use crate::app::diff::Step;
    let steps = ["metadata", "annotations", COPY].map(|key| Step::Key(key.to_owned()));
    path == Path(steps.into()).to_string()
}

fn copy_of(live: &Value) -> Option<&str> {
    live.pointer("/metadata/annotations")?.get(COPY)?.as_str().filter(|copy| !copy.is_empty())
}

/// Whether an update by kubectl wrote the copy. After `kubectl apply --server-side` the server renews the copy and it
/// has no manager; then server-side apply is right. Very old objects have no managers at all.
fn is_kept(live: &Value) -> bool {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array).map(Vec::as_slice);
    let field = format!("f:{COPY}");
    let writes = |entry: &Value| {
        let annotations = entry.pointer("/fieldsV1/f:metadata/f:annotations");
        entry["operation"] == "Update" && annotations.is_some_and(|fields| fields.get(&field).is_some())
    };
    match entries.unwrap_or_default() {
        [] => true,
        entries => entries.iter().any(writes),
    }
}

/// The document with a copy of itself in its annotations, as kubectl writes it.
fn with_copy(document: &Value) -> Value {
    let mut wanted = document.clone();
    let Some(annotations) = annotations(&mut wanted) else { return wanted };
    annotations.shift_remove(COPY);
    let copy = encode::line(&wanted);
    annotations_of(&mut wanted, copy)
}

fn annotations_of(wanted: &mut Value, copy: String) -> Value {
    if let Some(annotations) = annotations(wanted) {
        annotations.insert(COPY.to_owned(), copy.into());
    }
    wanted.take()
}

/// The annotations of a document. They are added if there are none.
fn annotations(document: &mut Value) -> Option<&mut Map<String, Value>> {
    let metadata = document.as_object_mut()?.entry("metadata").or_insert_with(|| json!({})).as_object_mut()?;
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    if annotations.is_null() {
        *annotations = json!({});
    }
    annotations.as_object_mut()
}

/// A merge patch (RFC 7386) from one object to another.
fn difference(from: &Value, to: &Value) -> Value {
    let (Value::Object(before), Value::Object(after)) = (from, to) else { return to.clone() };
    let mut patch = Map::new();
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, value) in after {
        match before.get(key) {
            Some(same) if same == value => {}
            Some(other) if other.is_object() && value.is_object() => {
                patch.insert(key.clone(), difference(other, value));
            }
            _ => drop(patch.insert(key.clone(), value.clone())),
        }
    }
    Value::Object(patch)
}

#[cfg(test)]
mod tests;
