//! The number of replicas, as a part of its own (`autoscaling/v1` Scale).

use serde_json::{Value, json};

use super::Api;
use super::ask::Ask;
use super::patch;
use super::place::Place;
use super::reply::{self, Answer};
use super::write;
use crate::demo::refusal::{Cause, Refusal};

pub fn read(api: &Api, place: &Place, name: &str) -> Answer {
    let found = api.read(|cluster| cluster.store.find(place.resource, place.home(), name).cloned());
    Ok(reply::json(&of(&*found.ok_or_else(|| Refusal::not_found(place.resource, name))?)))
}

fn of(object: &Value) -> Value {
    let metadata = &object["metadata"];
    let mut meta = json!({});
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        meta[field] = metadata[field].clone();
    }
    let labels = object["spec"]["selector"]["matchLabels"].as_object();
    let labels =
        labels.into_iter().flatten().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    json!({
        "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": meta,
        "spec": {"replicas": number(&object["spec"]["replicas"])},
        "status": {"replicas": number(&object["status"]["replicas"]), "selector": labels.collect::<Vec<_>>().join(",")},
    })
}

pub fn write(api: &Api, ask: &Ask, place: &Place, name: &str) -> Answer {
    let patch = if ask.method == http::Method::PATCH { Some(patch::read(ask, place.resource)?) } else { None };
    let body = if patch.is_none() { Some(ask.object()?) } else { None };
    let written = api.write(|cluster| {
        let old = cluster.store.find(place.resource, place.home(), name).cloned();
        let old = old.ok_or_else(|| Refusal::not_found(place.resource, name))?;
        let scale = match (patch, body) {
            (Some((language, patch)), _) => patch::patched(language, &of(&old), &patch)?,
            (None, body) => body.unwrap_or_default(),
        };
        let mut new = Value::clone(&old);
        new["spec"]["replicas"] = json!(replicas(name, &scale)?);
        for field in ["uid", "resourceVersion"] {
            new["metadata"][field] = scale["metadata"][field].clone();
        }
        let whole = Place { part: String::new(), ..place.clone() };
        write::change(cluster, &whole, &old, new, ask.dry())
    })?;
    Ok(reply::warned(reply::json(&of(&written.object)), &written.warnings))
}

fn replicas(name: &str, scale: &Value) -> Result<i64, Refusal> {
    let replicas = scale["spec"]["replicas"].as_i64().unwrap_or_default();
    if replicas >= 0 {
        return Ok(replicas);
    }
    let message = format!("Invalid value: {replicas}: must be greater than or equal to 0");
    let cause = Cause::new("FieldValueInvalid", "spec.replicas", message);
    let message = format!("Scale.autoscaling \"{name}\" is invalid: spec.replicas: {}", cause.message);
    Err(Refusal::new(422, "Invalid", message).because(&[cause]))
}
