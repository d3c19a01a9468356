//! Reading and writing the bodies of objects: the words that all controllers share.

use serde_json::{Value, json};

use crate::demo::resources::{self, RESOURCES, Resource};
use crate::demo::store::{Key, Store};
use crate::model::Time;

/// A resource that the table is known to hold.
pub fn the(id: &str) -> &'static Resource {
    resources::named(id).unwrap_or(&RESOURCES[0])
}

/// Text at a dotted path; empty when there is none.
pub fn text<'a>(body: &'a Value, path: &str) -> &'a str {
    at(body, path).and_then(Value::as_str).unwrap_or_default()
}

pub fn number(body: &Value, path: &str) -> Option<i64> {
    at(body, path).and_then(Value::as_i64)
}

pub fn count(body: &Value, path: &str) -> i64 {
    number(body, path).unwrap_or(0)
}

pub fn is(body: &Value, path: &str) -> bool {
    at(body, path).and_then(Value::as_bool).unwrap_or(false)
}

pub fn time(body: &Value, path: &str) -> Option<Time> {
    at(body, path).and_then(Value::as_str).and_then(Time::parse)
}

pub fn list<'a>(body: &'a Value, path: &str) -> &'a [Value] {
    at(body, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub fn at<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(body, |value, field| value.get(field))
}

pub fn name(body: &Value) -> &str {
    text(body, "metadata.name")
}

pub fn namespace(body: &Value) -> &str {
    text(body, "metadata.namespace")
}

pub fn uid(body: &Value) -> &str {
    text(body, "metadata.uid")
}

pub fn is_leaving(body: &Value) -> bool {
    !text(body, "metadata.deletionTimestamp").is_empty()
}

pub fn born(body: &Value) -> Time {
    time(body, "metadata.creationTimestamp").unwrap_or_default()
}

/// The reference of the controller that owns it.
pub fn owner(body: &Value) -> Option<&Value> {
    list(body, "metadata.ownerReferences").iter().find(|owner| is(owner, "controller"))
}

pub fn reference(owner: &Value) -> Value {
    json!({"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": name(owner), "uid": uid(owner),
        "controller": true, "blockOwnerDeletion": true})
}

/// Where the controller of an object is.
pub fn owner_key(body: &Value) -> Option<Key> {
    let owner = owner(body)?;
    let found = RESOURCES
        .iter()
        .find(|resource| resource.kind == text(owner, "kind") && resource.api_version() == text(owner, "apiVersion"))?;
    Some(Key::new(found, namespace(body), text(owner, "name")))
}

/// Objects of a namespace that this owner controls, by name.
pub fn owned(store: &Store, resource: &str, owner: &Value) -> Vec<std::sync::Arc<Value>> {
    let wanted = uid(owner);
    let mine = |body: &Value| self::owner(body).is_some_and(|owner| text(owner, "uid") == wanted);
    let all = store.list(the(resource), Some(namespace(owner)));
    all.filter(|(_, body)| mine(body)).map(|(_, body)| body.clone()).collect()
}

/// Whether labels fit a `matchLabels` or a plain selector. An empty one fits nothing here.
pub fn selects(selector: &Value, labels: &Value) -> bool {
    let Some(wanted) = selector.as_object().filter(|wanted| !wanted.is_empty()) else { return false };
    wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
}

/// A LabelSelector in full.
pub fn fits(selector: &Value, labels: &Value) -> bool {
    let plain = selector["matchLabels"].as_object().is_none_or(|all| all.iter().all(|(k, v)| labels.get(k) == Some(v)));
    let one = |requirement: &Value| {
        let value = labels.get(text(requirement, "key"));
        let listed = value.is_some_and(|value| list(requirement, "values").contains(value));
        match text(requirement, "operator") {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => value.is_some(),
            _ => value.is_none(),
        }
    };
    plain && list(selector, "matchExpressions").iter().all(one)
}

/// Writes a condition; the time of its last transition stays while its status does.
pub fn set_condition(status: &mut Value, kind: &str, value: &str, reason: &str, message: &str, now: Time) {
    let now = now.rfc3339();
    if !status["conditions"].is_array() {
        status["conditions"] = json!([]);
    }
    let Some(all) = status["conditions"].as_array_mut() else { return };
    let place = all.iter().position(|condition| condition["type"] == kind);
    let mut fresh = json!({"type": kind, "status": value, "lastProbeTime": null, "lastTransitionTime": now});
    if !reason.is_empty() {
        fresh["reason"] = json!(reason);
    }
    if !message.is_empty() {
        fresh["message"] = json!(message);
    }
    match place.and_then(|place| all.get_mut(place)) {
        Some(old) => {
            if old["status"] == value {
                fresh["lastTransitionTime"] = old["lastTransitionTime"].clone();
            }
            *old = fresh;
        }
        None => all.push(fresh),
    }
}

pub fn condition<'a>(body: &'a Value, kind: &str) -> Option<&'a Value> {
    list(body, "status.conditions").iter().find(|condition| condition["type"] == kind)
}

pub fn says(body: &Value, kind: &str) -> bool {
    condition(body, kind).is_some_and(|condition| condition["status"] == "True")
}

/// A number or a percentage of `whole`.
pub fn share(value: &Value, whole: i64, up: bool, default: &str) -> i64 {
    if let Some(number) = value.as_i64() {
        return number;
    }
    let percent: i64 = value.as_str().unwrap_or(default).trim_end_matches('%').parse().unwrap_or(25);
    if up { (whole * percent + 99) / 100 } else { whole * percent / 100 }
}
