//! A weight shift as a JSON Patch. Lists of routes are atomic, so only the weights are written. Tests before them
//! refuse the patch if anything changed that the user looked at.

use serde_json::json;

use super::read::{GATEWAY_API, ISTIO};
use crate::model::text::quoted;
use crate::model::{Error, Result, Value};

/// A change, and the patch that takes it back.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// RFC 6902.
    pub patch: Value,
    /// Restores every weight, also one that was absent. It is refused if the rule has changed since.
    pub undo: Value,
    /// The kubectl command that does the same.
    pub kubectl: String,
}

/// The highest weight that the Gateway API allows for one backend.
const MOST: i64 = 1_000_000;

/// Makes the patch that sets new weights for the backends at `list` (a JSON pointer such as `/spec/http/0/route`).
/// `object` must be as the server has it.
pub fn shift(object: &Value, list: &str, weights: &[i64]) -> Result<Change> {
    let plural = plural(object)?;
    let before = object.pointer(list).and_then(Value::as_array).ok_or_else(|| gone(list))?;
    judge(plural, before, weights)?;
    let mut after = before.clone();
    let (mut there, mut back) = (Vec::new(), Vec::new());
    for (index, weight) in weights.iter().enumerate() {
        let path = format!("{list}/{index}/weight");
        let old = before[index].get("weight");
        if old == Some(&json!(weight)) {
            continue;
        }
        after[index]["weight"] = json!(weight);
        match old {
            Some(old) => {
                there.push(json!({"op": "replace", "path": path, "value": weight}));
                back.push(json!({"op": "replace", "path": path, "value": old}));
            }
            None => {
                there.push(json!({"op": "add", "path": path, "value": weight}));
                back.push(json!({"op": "remove", "path": path}));
            }
        }
    }
    if there.is_empty() {
        return Err(Error::Invalid("the weights are like this already".to_owned()));
    }
    let mut changed = object.clone();
    changed.pointer_mut(list).into_iter().for_each(|place| *place = Value::Array(after.clone()));
    let mut patch = guard(object, list);
    patch.extend(there);
    let mut undo = guard(&changed, list);
    undo.extend(back);
    let (patch, undo) = (Value::Array(patch), Value::Array(undo));
    let kubectl = kubectl(object, plural, &patch);
    Ok(Change { patch, undo, kubectl })
}

/// The resource that takes such a patch.
fn plural(object: &Value) -> Result<&'static str> {
    let group = object["apiVersion"].as_str().and_then(|version| version.split_once('/')).map(|(group, _)| group);
    match (group, object["kind"].as_str()) {
        (Some(ISTIO), Some("VirtualService")) => Ok("virtualservices.networking.istio.io"),
        (Some(GATEWAY_API), Some("HTTPRoute")) => Ok("httproutes.gateway.networking.k8s.io"),
        (Some(GATEWAY_API), Some("GRPCRoute")) => Ok("grpcroutes.gateway.networking.k8s.io"),
        (Some(GATEWAY_API), Some("TLSRoute")) => Ok("tlsroutes.gateway.networking.k8s.io"),
        (Some(GATEWAY_API), Some("TCPRoute")) => Ok("tcproutes.gateway.networking.k8s.io"),
        (Some(GATEWAY_API), Some("UDPRoute")) => Ok("udproutes.gateway.networking.k8s.io"),
        (_, kind) => Err(Error::Unsupported(format!("{} has no weights to shift", kind.unwrap_or("this object")))),
    }
}

fn gone(list: &str) -> Error {
    Error::Gone(format!("there are no backends at {list} now"))
}

/// Refuses weights that the API would refuse, before it is asked.
fn judge(plural: &str, backends: &[Value], weights: &[i64]) -> Result<()> {
    let refuse = |text: &str| Err(Error::Invalid(text.to_owned()));
    let gateway_api = plural.ends_with(GATEWAY_API);
    match () {
        () if backends.len() != weights.len() => refuse("the number of backends has changed; reload and try again"),
        () if backends.len() < 2 => refuse("a single backend gets all requests, whatever its weight"),
        () if weights.iter().any(|weight| *weight < 0) => refuse("a weight cannot be negative"),
        () if gateway_api && weights.iter().any(|weight| *weight > MOST) => refuse("a weight is at most 1000000"),
        () if weights.iter().any(|weight| *weight > i64::from(i32::MAX)) => refuse("a weight is at most 2147483647"),
        () if weights.iter().all(|weight| *weight == 0) => refuse("at least one weight must be above 0"),
        () => Ok(()),
    }
}

/// The tests that the whole rule is unchanged. Changes by others elsewhere in the object do not matter.
fn guard(object: &Value, list: &str) -> Vec<Value> {
    let rule = list.rsplit_once('/').map_or("", |(rule, _)| rule);
    object.pointer(rule).map(|value| test(rule, value)).into_iter().collect()
}

fn test(path: &str, value: &Value) -> Value {
    json!({"op": "test", "path": path, "value": value})
}

fn kubectl(object: &Value, plural: &str, patch: &Value) -> String {
    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
    let (patch, namespace, name) = (patch.to_string(), text("namespace"), text("name"));
    format!("kubectl -n {namespace} patch {plural} {name} --type=json -p {}", quoted(&patch))
}
