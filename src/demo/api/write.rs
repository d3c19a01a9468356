//! Writing whole objects: what a server checks and keeps before anything is stored.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Api;
use super::ask::Ask;
use super::place::Place;
use super::reply::{self, Answer};
use super::table;
use crate::demo::cluster::Cluster;
use crate::demo::collect::{finalizers, is_going};
use crate::demo::refusal::{Cause, Refusal};
use crate::demo::resources::{Resource, named};
use crate::demo::store::Key;

/// An object as it is stored, or would be, and what the cluster said to it.
pub struct Written {
    pub object: Arc<Value>,
    pub warnings: Vec<String>,
    pub created: bool,
}

pub fn create(api: &Api, ask: &Ask, place: &Place) -> Answer {
    let body = ask.object()?;
    answer(api, ask, place, api.write(|cluster| make(cluster, place, body, ask.dry()))?)
}

pub fn replace(api: &Api, ask: &Ask, place: &Place, name: &str) -> Answer {
    let body = ask.object()?;
    let told = body["metadata"]["name"].as_str().unwrap_or_default();
    if told != name {
        return Err(Refusal::bad(format!(
            "the name of the object ({told}) does not match the name on the URL ({name})"
        )));
    }
    let written = api.write(|cluster| {
        let old = cluster.store.find(place.resource, place.home(), name).cloned();
        let old = old.ok_or_else(|| Refusal::not_found(place.resource, name))?;
        change(cluster, place, &old, body, ask.dry())
    })?;
    answer(api, ask, place, written)
}

/// What a writer gets back.
pub fn answer(api: &Api, ask: &Ask, place: &Place, written: Written) -> Answer {
    let object = table::object(ask.shape()?, place.resource, &written.object, api.now());
    let reply = if written.created { reply::created(&object) } else { reply::json(&object) };
    Ok(reply::warned(reply, &written.warnings))
}

pub fn make(cluster: &mut Cluster, place: &Place, mut body: Value, dry: bool) -> Result<Written, Refusal> {
    let resource = place.resource;
    fit(&mut body, place)?;
    name(cluster, resource, &mut body)?;
    let named = body["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    home(cluster, place, &named)?;
    if cluster.store.find(resource, place.home(), &named).is_some() {
        return Err(Refusal::exists(resource, &named));
    }
    if body["metadata"]["resourceVersion"].as_str().is_some_and(|version| !version.is_empty()) {
        return Err(Refusal::new(500, "", "resourceVersion should not be set on objects to be created"));
    }
    own(&mut body, resource);
    let warnings = admit(cluster, resource, None, &body)?;
    let object = match dry {
        true => Arc::new(cluster.store.draft(resource, body)),
        false => cluster.store.put(resource, body),
    };
    Ok(Written { object, warnings, created: true })
}

/// Kind, version and namespace have to be those of the place.
fn fit(body: &mut Value, place: &Place) -> Result<(), Refusal> {
    let resource = place.resource;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (version, kind) = (text(&body["apiVersion"]), text(&body["kind"]));
    if !body.is_object() || (kind.is_empty() && version.is_empty() && body["metadata"].is_null()) {
        return Err(Refusal::bad(format!("Object 'Kind' is missing in '{body}'")));
    }
    if !version.is_empty() && version != resource.api_version() {
        return Err(Refusal::bad(format!(
            "the API version in the data ({version}) does not match the expected API version ({})",
            resource.api_version()
        )));
    }
    if !kind.is_empty() && kind != resource.kind {
        return Err(Refusal::bad(format!("{kind} in version \"{version}\" cannot be handled as a {}", resource.kind)));
    }
    if !body["metadata"].is_object() {
        body["metadata"] = json!({});
    }
    let namespace = text(&body["metadata"]["namespace"]);
    if !namespace.is_empty() && namespace != place.home() {
        let message = "the namespace of the provided object does not match the namespace sent on the request";
        return Err(Refusal::bad(message));
    }
    if resource.namespaced {
        body["metadata"]["namespace"] = json!(place.home());
    }
    Ok(())
}

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

fn name(cluster: &mut Cluster, resource: &Resource, body: &mut Value) -> Result<(), Refusal> {
    let metadata = &mut body["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default().to_owned();
    let prefix = metadata["generateName"].as_str().unwrap_or_default().to_owned();
    let invalid = |name: &str, message: String, reason| {
        Err(Refusal::invalid(resource, name, &[Cause::new(reason, "metadata.name", message)]))
    };
    match (name.is_empty(), prefix.is_empty()) {
        (true, true) => {
            invalid("", "Required value: name or generateName is required".to_owned(), "FieldValueRequired")
        }
        (true, false) => {
            metadata["name"] = json!(format!("{prefix}{}", suffix(&cluster.store.uid())));
            Ok(())
        }
        (false, _) if !is_name(resource, &name) => {
            invalid(&name, format!("Invalid value: {name:?}: {SUBDOMAIN}"), "FieldValueInvalid")
        }
        (false, _) => Ok(()),
    }
}

/// Roles may have colons in their names.
fn is_name(resource: &Resource, name: &str) -> bool {
    let end = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let ends = |part: &str| part.starts_with(end) && part.ends_with(end);
    let inner = |part: &str| ends(part) && part.chars().all(|c| end(c) || c == '-');
    resource.group.starts_with("rbac.") || (name.len() <= 253 && name.split('.').all(inner))
}

/// Five letters and digits that cannot be read as words, from a uid.
fn suffix(uid: &str) -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let bits = u64::from_str_radix(&uid[..8], 16).unwrap_or_default();
    let at = |i: u32| char::from(ALPHABET[usize::try_from(bits / 27_u64.pow(i) % 27).unwrap_or_default()]);
    (0..5).map(at).collect()
}

/// The namespace has to be there, and to stay.
fn home(cluster: &Cluster, place: &Place, name: &str) -> Result<(), Refusal> {
    let Some(namespaces) = named("namespaces").filter(|_| place.resource.namespaced) else { return Ok(()) };
    let found = cluster.store.find(namespaces, "", place.home());
    let found = found.ok_or_else(|| Refusal::not_found(namespaces, place.home()))?;
    if is_going(found) {
        let why = format!("unable to create new content in namespace {} because it is being terminated", place.home());
        return Err(Refusal::forbidden(place.resource, name, &why));
    }
    Ok(())
}

/// What only the server writes.
fn own(body: &mut Value, resource: &Resource) {
    if let Some(metadata) = body["metadata"].as_object_mut() {
        for field in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            metadata.shift_remove(field);
        }
    }
    if let Some(body) = body.as_object_mut().filter(|_| resource.has("status")) {
        body.shift_remove("status");
    }
    if resource.id == "namespaces" {
        body["spec"]["finalizers"] = json!(["kubernetes"]);
        body["status"] = json!({"phase": "Active"});
    }
}

/// Puts `new` in the place of `old`, as far as a writer at this place may.
pub fn change(
    cluster: &mut Cluster,
    place: &Place,
    old: &Arc<Value>,
    mut new: Value,
    dry: bool,
) -> Result<Written, Refusal> {
    let resource = place.resource;
    fit(&mut new, place)?;
    fresh(resource, old, &new)?;
    keep(old, &mut new);
    match place.part.as_str() {
        "status" => {
            let status = new["status"].take();
            new = Value::clone(old);
            new["status"] = status;
        }
        _ if resource.has("status") => restore(&mut new, old, "status"),
        _ => {}
    }
    let warnings = admit(cluster, resource, Some(old.as_ref()), &new)?;
    if dry {
        let object = Arc::new(cluster.store.draft(resource, new));
        return Ok(Written { object, warnings, created: false });
    }
    let released = is_going(old) && finalizers(old).next().is_some() && finalizers(&new).next().is_none();
    let object = cluster.store.put(resource, new);
    if released && !["pods", "namespaces"].contains(&resource.id) {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        cluster.store.remove(&Key::new(resource, place.home(), name));
    }
    Ok(Written { object, warnings, created: false })
}

/// What the cluster says to it.
fn admit(cluster: &Cluster, resource: &Resource, old: Option<&Value>, new: &Value) -> Result<Vec<String>, Refusal> {
    let name = new["metadata"]["name"].as_str().unwrap_or_default();
    let admitted = cluster.world.admit(&cluster.store, resource, old, new);
    admitted.map_err(|refusal| Refusal::of_world(resource, name, refusal))
}

/// A writer who names a version or a uid means that one and no other.
fn fresh(resource: &Resource, old: &Value, new: &Value) -> Result<(), Refusal> {
    let text = |object: &Value, field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
    let name = text(old, "name");
    if text(new, "name") != name {
        let message =
            format!("the name of the object ({}) does not match the name on the URL ({name})", text(new, "name"));
        return Err(Refusal::bad(message));
    }
    let (wanted, is) = (text(new, "uid"), text(old, "uid"));
    if !wanted.is_empty() && wanted != is {
        let why = format!("Precondition failed: UID in precondition: {wanted}, UID in object meta: {is}");
        return Err(Refusal::conflict(resource, &name, &why));
    }
    let version = text(new, "resourceVersion");
    if !version.is_empty() && version != text(old, "resourceVersion") {
        return Err(Refusal::modified(resource, &name));
    }
    Ok(())
}

/// What nobody changes once it is there.
fn keep(old: &Value, new: &mut Value) {
    for field in
        ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName"]
    {
        let (old, new) = (&old["metadata"], &mut new["metadata"]);
        restore(new, old, field);
    }
}

fn restore(new: &mut Value, old: &Value, field: &str) {
    let Some(new) = new.as_object_mut() else { return };
    match old.get(field) {
        Some(value) => drop(new.insert(field.to_owned(), value.clone())),
        None => drop(new.shift_remove(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_real_server() {
        let (pods, roles) = (named("pods").unwrap(), named("clusterroles.rbac.authorization.k8s.io").unwrap());
        for (name, good) in
            [("web-1", true), ("a.b", true), ("Web", false), ("-a", false), ("a..b", false), ("a_b", false)]
        {
            assert_eq!(is_name(pods, name), good, "{name}");
        }
        assert!(is_name(roles, "system:node"));
        assert_eq!(suffix("0000002a-0000").len(), 5);
    }
}
