//! What makes pods: how many, of which image, and all anew.

use serde_json::{Map, json};

use super::{full, number, words};
use crate::model::{Act, Args, Error, Form, Kind, Object, Param, Patch, Request, Result, Time, Value, What};

pub const SCALE: Act = Act::row(scale);
pub const RESTART: Act = Act::body(restart);
pub const IMAGE: Act = Act::body(image);

/// Where the specification of the pods stands in a body; in most kinds it is `spec.template.spec`.
const SPECS: &[(&str, &str)] = &[("Pod", "/spec"), ("CronJob", "/spec/jobTemplate/spec/template/spec")];
const TEMPLATE: &str = "/spec/template/spec";

fn spec_path(kind: &Kind) -> &'static str {
    SPECS.iter().find(|(name, _)| *name == kind.address.kind).map_or(TEMPLATE, |(_, path)| path)
}

/// A patch that holds `inner` at `path`.
fn nested(path: &str, inner: Value) -> Value {
    path.rsplit('/').filter(|key| !key.is_empty()).fold(inner, |inner, key| json!({key: inner}))
}

pub fn replicas(_: &Object, scale: Option<&Value>) -> Vec<Param> {
    let now = scale.and_then(|scale| scale.pointer("/spec/replicas").map(Value::to_string));
    // A scale without replicas stands for none.
    let now = now.or(scale.map(|_| "0".to_owned())).unwrap_or_default();
    vec![Param::new("replicas", Form::Text, now)]
}

/// Who owns it has the last word.
pub fn preview_scale(object: &Object, _: &Value, _: &Args) -> Vec<String> {
    match object.owner.is_empty() {
        true => Vec::new(),
        false => vec!["its owner sets the number back; scale the owner instead".to_owned()],
    }
}

pub fn preview_image(object: &Object, body: &Value, _: &Args) -> Vec<String> {
    let owners = body.pointer("/metadata/ownerReferences").and_then(Value::as_array).into_iter().flatten();
    let mut controllers = owners.filter(|owner| owner.get("controller") == Some(&Value::Bool(true)));
    let Some(owner) = controllers.next() else { return Vec::new() };
    let word = |key: &str| owner.get(key).and_then(Value::as_str).unwrap_or_default();
    let owner = format!("{} {}", word("kind").to_lowercase(), word("name"));
    vec![match object.id.kind.address.kind {
        "Pod" => format!("{owner} keeps the old image: new pods run that one"),
        _ => format!("{owner} owns it and may set the old image again"),
    }]
}

pub fn typed_replicas(words: &str) -> Result<Args> {
    match words.trim() {
        "" => Ok(Args::default()),
        text => number(text, "the number of replicas").map(|n| Args::default().with("replicas", n.to_string())),
    }
}

fn scale(object: &Object, args: &Args, _: Time) -> Result<Request> {
    let replicas = number(args.text("replicas"), "the number of replicas")?;
    let patch = Patch::Merge(json!({"spec": {"replicas": replicas}}));
    Ok(Request::new(object.id.clone(), What::Patch(Box::new(patch))).on("scale"))
}

pub fn kubectl_scale(kind: &Kind, names: &[&str], args: &Args) -> Vec<Vec<String>> {
    let mut line = words(["scale"]);
    line.extend(names.iter().map(|name| full(kind, name)));
    line.push(format!("--replicas={}", args.text("replicas")));
    vec![line]
}

/// A moment in an annotation of the template makes another template, and so other pods.
fn restart(object: &Object, body: &Value, _: &Args, now: Time) -> Result<Request> {
    let id = &object.id;
    if body.pointer("/spec/paused") == Some(&Value::Bool(true)) {
        return Err(Error::Invalid(format!("{} is paused; resume the rollout first", id.name)));
    }
    let annotations = json!({"kubectl.kubernetes.io/restartedAt": now.rfc3339()});
    let patch = Patch::Strategic(json!({"spec": {"template": {"metadata": {"annotations": annotations}}}}));
    Ok(Request::new(id.clone(), What::Patch(Box::new(patch))))
}

pub fn kubectl_restart(kind: &Kind, names: &[&str], _: &Args) -> Vec<Vec<String>> {
    let mut line = words(["rollout", "restart"]);
    line.extend(names.iter().map(|name| full(kind, name)));
    vec![line]
}

const LISTS: [&str; 2] = ["initContainers", "containers"];

fn containers<'a>(kind: &Kind, body: &'a Value, list: &str) -> &'a [Value] {
    let found = body.pointer(spec_path(kind)).and_then(|spec| spec.get(list)).and_then(Value::as_array);
    found.map_or(&[], Vec::as_slice)
}

fn name(container: &Value) -> &str {
    container.get("name").and_then(Value::as_str).unwrap_or_default()
}

pub fn images(object: &Object, body: Option<&Value>) -> Vec<Param> {
    let Some(body) = body else { return Vec::new() };
    let all = LISTS.into_iter().flat_map(|list| containers(&object.id.kind, body, list));
    let image = |container: &Value| container.get("image").and_then(Value::as_str).unwrap_or_default().to_owned();
    all.map(|container| Param::new(name(container), Form::Text, image(container))).collect()
}

/// Only what differs is sent; a container that is not there is an error.
fn image(object: &Object, body: &Value, args: &Args, _: Time) -> Result<Request> {
    let id = &object.id;
    let mut lists = Map::new();
    let mut missing: Vec<&str> = args.iter().map(|(name, _)| name).collect();
    for list in LISTS {
        let mut changed = Vec::new();
        for container in containers(&id.kind, body, list) {
            missing.retain(|wanted| *wanted != name(container));
            let image = args.text(name(container));
            if !image.is_empty() && container.get("image").and_then(Value::as_str) != Some(image) {
                changed.push(json!({"name": name(container), "image": image}));
            }
        }
        if !changed.is_empty() {
            lists.insert(list.to_owned(), Value::Array(changed));
        }
    }
    if let Some(missing) = missing.first() {
        return Err(Error::Invalid(format!("{} has no container '{missing}'", id.name)));
    }
    if lists.is_empty() {
        return Err(Error::Invalid(format!("{} has these images already", id.name)));
    }
    let patch = Patch::Strategic(nested(spec_path(&id.kind), Value::Object(lists)));
    Ok(Request::new(id.clone(), What::Patch(Box::new(patch))))
}

pub fn kubectl_image(kind: &Kind, names: &[&str], args: &Args) -> Vec<Vec<String>> {
    let mut line = words(["set", "image"]);
    line.extend(names.iter().map(|name| full(kind, name)));
    line.extend(args.iter().map(|(container, image)| format!("{container}={image}")));
    vec![line]
}
