//! Deleting: one object, or all that are chosen.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Api;
use super::ask::Ask;
use super::place::Place;
use super::reply::{self, Answer};
use super::review;
use super::select::Choice;
use crate::demo::cluster::Cluster;
use crate::demo::collect::{self, Dependents, Fate, Wish};
use crate::demo::refusal::{Cause, Refusal};
use crate::demo::resources::Resource;
use crate::demo::store::Key;

/// `DeleteOptions`: with a body the server reads nothing else.
pub struct Options {
    wish: Wish,
    dry: bool,
    uid: String,
    version: String,
}

impl Options {
    pub fn of(body: &Value) -> Result<Self, Refusal> {
        let text = |field: &str| body["preconditions"][field].as_str().unwrap_or_default().to_owned();
        let orphans = body["orphanDependents"].as_bool() == Some(true);
        let dependents = match body["propagationPolicy"].as_str() {
            None if orphans => Dependents::Orphan,
            None | Some("Background" | "") => Dependents::Background,
            Some("Foreground") => Dependents::Foreground,
            Some("Orphan") => Dependents::Orphan,
            Some(other) => return Err(unknown(other)),
        };
        let grace = body["gracePeriodSeconds"].as_i64();
        let dry = body["dryRun"].as_array().is_some_and(|stages| stages.iter().any(|stage| stage == "All"));
        Ok(Self { wish: Wish { grace, dependents }, dry, uid: text("uid"), version: text("resourceVersion") })
    }

    fn read(ask: &Ask) -> Result<Self, Refusal> {
        if !ask.body.is_empty() {
            return Self::of(&ask.object()?);
        }
        let mut body = json!({"gracePeriodSeconds": ask.number("gracePeriodSeconds")?});
        if let Some(policy) = ask.param("propagationPolicy") {
            body["propagationPolicy"] = json!(policy);
        }
        Ok(Self { dry: ask.dry(), ..Self::of(&body)? })
    }
}

fn unknown(policy: &str) -> Refusal {
    let message =
        format!("Unsupported value: {policy:?}: supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"");
    let cause = Cause::new("FieldValueNotSupported", "propagationPolicy", message);
    let message = format!("DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: {}", cause.message);
    Refusal::new(422, "Invalid", message).because(&[cause])
}

pub fn one(api: &Api, ask: &Ask, place: &Place, name: &str) -> Answer {
    let options = Options::read(ask)?;
    review::check(place.resource, name, "delete")?;
    let fate = api.write(|cluster| delete(cluster, place.resource, place.home(), name, &options))?;
    Ok(reply::json(&told(place.resource, &fate)))
}

pub fn delete(
    cluster: &mut Cluster,
    resource: &'static Resource,
    namespace: &str,
    name: &str,
    options: &Options,
) -> Result<Fate, Refusal> {
    let missing = || Refusal::not_found(resource, name);
    let object = cluster.store.find(resource, namespace, name).cloned().ok_or_else(missing)?;
    for (what, field, wanted) in
        [("UID", "uid", &options.uid), ("ResourceVersion", "resourceVersion", &options.version)]
    {
        let is = object["metadata"][field].as_str().unwrap_or_default();
        if !wanted.is_empty() && wanted != is {
            let why = format!("Precondition failed: {what} in precondition: {wanted}, {what} in object meta: {is}");
            return Err(Refusal::conflict(resource, name, &why));
        }
    }
    if ["default", "kube-system"].contains(&name) && resource.id == "namespaces" {
        return Err(Refusal::forbidden(resource, name, "this namespace may not be deleted"));
    }
    if options.dry {
        return Ok(Fate::Gone(object));
    }
    collect::delete(&mut cluster.store, resource, &Key::new(resource, namespace, name), options.wish)
        .ok_or_else(missing)
}

/// What is still there is told as it is; pods and services always are.
fn told(resource: &Resource, fate: &Fate) -> Value {
    match fate {
        Fate::Going(object) => Value::clone(object),
        Fate::Gone(object) if ["pods", "services"].contains(&resource.id) => Value::clone(object),
        Fate::Gone(object) => {
            let mut details = json!({"name": object["metadata"]["name"]});
            if !resource.group.is_empty() {
                details["group"] = json!(resource.group);
            }
            details["kind"] = json!(resource.plural);
            details["uid"] = object["metadata"]["uid"].clone();
            json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
        }
    }
}

pub fn all(api: &Api, ask: &Ask, place: &Place) -> Answer {
    let (options, choice) = (Options::read(ask)?, Choice::read(ask, place)?);
    review::check(place.resource, "", "deletecollection")?;
    let deleted = api.write(|cluster| {
        let all = cluster.store.list(place.resource, place.namespace.as_deref());
        let chosen: Vec<(Key, Arc<Value>)> =
            all.filter(|(_, object)| choice.takes(object)).map(|(key, object)| (key.clone(), object.clone())).collect();
        for (key, _) in &chosen {
            delete(cluster, place.resource, &key.namespace, &key.name, &options)?;
        }
        Ok::<_, Refusal>(chosen.into_iter().map(|(_, object)| Value::clone(&object)).collect::<Vec<_>>())
    })?;
    let version = api.read(|cluster| cluster.store.version());
    Ok(reply::json(&json!({
        "kind": format!("{}List", place.resource.kind), "apiVersion": place.resource.api_version(),
        "metadata": {"resourceVersion": version.to_string()}, "items": deleted,
    })))
}
