//! Patches, in their four languages, and what they change.

mod merge;
mod operations;

use std::sync::Arc;

use serde_json::{Value, json};

use super::Api;
use super::ask::Ask;
use super::place::Place;
use super::reply::Answer;
use super::write::{self, Written};
use crate::demo::cluster::Cluster;
use crate::demo::refusal::{Cause, Refusal};
use crate::demo::resources::Resource;

/// What a patch is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Operations,
    Merge,
    Strategic,
    Apply,
}

const JSON: &str = "application/json-patch+json";
const MERGE: &str = "application/merge-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const APPLY: &str = "application/apply-patch+yaml";

/// The language and the patch. Custom resources know no strategic one.
pub fn read(ask: &Ask, resource: &Resource) -> Result<(Language, Value), Refusal> {
    let custom = resource.is_custom();
    let language = match ask.content() {
        JSON => Language::Operations,
        MERGE => Language::Merge,
        STRATEGIC if !custom => Language::Strategic,
        APPLY => Language::Apply,
        _ if custom => return Err(Refusal::media(&[JSON, MERGE, APPLY].join(", "))),
        _ => return Err(Refusal::media(&[JSON, MERGE, STRATEGIC, APPLY].join(", "))),
    };
    let wrong = |error: String| Refusal::bad(format!("error decoding patch: {error}"));
    let patch: Value = match language {
        Language::Apply => serde_yaml::from_slice(&ask.body).map_err(|error| wrong(error.to_string()))?,
        _ => serde_json::from_slice(&ask.body).map_err(|error| wrong(error.to_string()))?,
    };
    let fits = if language == Language::Operations { patch.is_array() } else { patch.is_object() };
    if fits { Ok((language, patch)) } else { Err(wrong("it has the wrong type".to_owned())) }
}

/// The object with the patch in it.
pub fn patched(language: Language, object: &Value, patch: &Value) -> Result<Value, Refusal> {
    let mut object = object.clone();
    match language {
        Language::Operations => operations::run(&mut object, patch).map_err(|_| {
            let message = "the server rejected our request due to an error in our request";
            Refusal::new(422, "Invalid", message)
        })?,
        Language::Merge => merge::plain(&mut object, patch),
        Language::Strategic | Language::Apply => merge::strategic(&mut object, patch),
    }
    Ok(object)
}

pub fn patch(api: &Api, ask: &Ask, place: &Place, name: &str) -> Answer {
    let (language, patch) = read(ask, place.resource)?;
    if language == Language::Apply {
        check(ask, place, name, &patch)?;
    }
    let written = api.write(|cluster| {
        let old = cluster.store.find(place.resource, place.home(), name).cloned();
        match old {
            Some(old) => put(cluster, ask, place, &old, (language, patch)),
            None if language == Language::Apply && place.part.is_empty() => {
                write::make(cluster, place, patch, ask.dry())
            }
            None => Err(Refusal::not_found(place.resource, name)),
        }
    })?;
    write::answer(api, ask, place, written)
}

fn put(
    cluster: &mut Cluster,
    ask: &Ask,
    place: &Place,
    old: &Arc<Value>,
    (language, patch): (Language, Value),
) -> Result<Written, Refusal> {
    let new = patched(language, old, &patch)?;
    write::change(cluster, place, old, new, ask.dry())
}

/// What only apply asks for.
fn check(ask: &Ask, place: &Place, name: &str, patch: &Value) -> Result<(), Refusal> {
    if ask.param("fieldManager").is_none_or(str::is_empty) {
        let cause = Cause::new("FieldValueRequired", "fieldManager", "Required value: is required for apply patch");
        let message = format!("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: {}", cause.message);
        return Err(Refusal::new(422, "Invalid", message).because(&[cause]));
    }
    if patch["metadata"]["managedFields"].as_array().is_some_and(|fields| !fields.is_empty()) {
        return Err(Refusal::bad("metadata.managedFields must be nil"));
    }
    let told = &patch["metadata"]["name"];
    if !told.is_null() && *told != json!(name) {
        let told = told.as_str().unwrap_or_default();
        return Err(Refusal::bad(format!(
            "the name of the object ({told}) does not match the name on the URL ({name})"
        )));
    }
    if patch["kind"].is_null() || patch["apiVersion"].is_null() {
        let message = format!("invalid object type: {}", place.resource.kind);
        return Err(Refusal::bad(message));
    }
    Ok(())
}
