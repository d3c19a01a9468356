//! Weight shifts change weights only, their tests guard them, and undo restores the object byte for byte.

use serde_json::json;

use crate::mesh::patch::shift;
use crate::model::{Error, Value};

/// Applies a JSON patch (RFC 6902), as far as shifts use it; `None` if a test fails.
fn applied(object: &Value, patch: &Value) -> Option<Value> {
    let mut out = object.clone();
    for op in patch.as_array().unwrap() {
        let path = op["path"].as_str().unwrap();
        let (parent, last) = path.rsplit_once('/').unwrap();
        match op["op"].as_str().unwrap() {
            "test" if out.pointer(path) != Some(&op["value"]) => return None,
            "test" => {}
            "replace" => *out.pointer_mut(path)? = op["value"].clone(),
            "add" => drop(out.pointer_mut(parent)?.as_object_mut()?.insert(last.to_owned(), op["value"].clone())),
            "remove" => drop(out.pointer_mut(parent)?.as_object_mut()?.shift_remove(last)?),
            other => panic!("{other}"),
        }
    }
    Some(out)
}

fn canary() -> Value {
    json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"name": "web", "namespace": "shop", "resourceVersion": "7"},
        "spec": {"hosts": ["web"], "http": [
            {"match": [{"uri": {"prefix": "/a"}}], "route": [{"destination": {"host": "web"}}, {"destination": {"host": "b"}, "weight": 0}]},
            {"route": [{"destination": {"host": "web"}, "weight": 90}, {"destination": {"host": "b"}, "weight": 10}]}]}})
}

fn route() -> Value {
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "web", "namespace": "shop", "resourceVersion": "7"},
        "spec": {"rules": [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
            "backendRefs": [{"name": "a", "port": 80, "weight": 1}, {"name": "b", "port": 80, "weight": 1}]}]}})
}

#[test]
fn only_the_weights_of_one_rule_move_and_undo_gives_them_back() {
    for (object, list, weights) in [
        (canary(), "/spec/http/1/route", [75, 25]),
        (canary(), "/spec/http/0/route", [60, 40]),
        (route(), "/spec/rules/0/backendRefs", [1_000_000, 0]),
    ] {
        let change = shift(&object, list, &weights).unwrap();
        let mut after = applied(&object, &change.patch).unwrap();
        let moved: Vec<Value> = (0..2).map(|index| after.pointer(list).unwrap()[index]["weight"].clone()).collect();
        assert_eq!(moved, weights.map(|weight| json!(weight)));
        // The server raises the version. Undo does not depend on it.
        after["metadata"]["resourceVersion"] = json!("8");
        let mut back = applied(&after, &change.undo).unwrap();
        back["metadata"]["resourceVersion"] = json!("7");
        assert_eq!(back.to_string(), object.to_string());
        for op in change.patch.as_array().unwrap().iter().filter(|op| op["op"] != "test") {
            assert!(op["path"].as_str().unwrap().ends_with("/weight"), "{op}");
        }
    }
}

#[test]
fn a_change_by_somebody_else_stops_it() {
    let (object, list) = (canary(), "/spec/http/1/route");
    let change = shift(&object, list, &[75, 25]).unwrap();
    let mut others = vec![canary(); 4];
    others[0]["spec"]["http"][1]["match"] = json!([{"port": 80}]);
    others[1]["spec"]["http"][1]["route"][0]["weight"] = json!(89);
    others[2]["spec"]["http"][1]["route"].as_array_mut().unwrap().reverse();
    others[3]["spec"]["http"].as_array_mut().unwrap().reverse();
    for other in &others {
        assert_eq!(applied(other, &change.patch), None, "{other}");
    }
    // A change elsewhere in the object is no reason to refuse.
    let mut beside = canary();
    beside["metadata"]["annotations"] = json!({"touched": "yes"});
    beside["metadata"]["resourceVersion"] = json!("8");
    beside["spec"]["http"][0]["timeout"] = json!("3s");
    assert!(applied(&beside, &change.patch).is_some());
    let mut moved = applied(&object, &change.patch).unwrap();
    moved["spec"]["http"][1]["route"][1]["weight"] = json!(26);
    assert_eq!(applied(&moved, &change.undo), None);
}

#[test]
fn what_the_api_would_refuse_is_refused_here() {
    let said = |object: &Value, list: &str, weights: &[i64]| match shift(object, list, weights) {
        Err(Error::Invalid(text) | Error::Gone(text) | Error::Unsupported(text)) => text,
        other => panic!("{other:?}"),
    };
    let (vs, http) = (canary(), route());
    let list = "/spec/http/1/route";
    assert!(said(&vs, list, &[0, 0]).contains("at least one weight"));
    assert!(said(&vs, list, &[-1, 1]).contains("negative"));
    assert!(said(&vs, list, &[1]).contains("number of backends"));
    assert!(said(&vs, list, &[90, 10]).contains("already"));
    assert!(said(&vs, "/spec/http/9/route", &[1, 1]).contains("no backends"));
    assert!(said(&http, "/spec/rules/0/backendRefs", &[1_000_001, 0]).contains("1000000"));
    assert!(said(&json!({"apiVersion": "v1", "kind": "Service"}), list, &[1, 1]).contains("no weights"));
    assert!(shift(&vs, list, &[1_000_001, 0]).is_ok());
}

#[test]
fn the_line_for_kubectl_survives_quotes() {
    let mut object = canary();
    object["spec"]["http"][1]["route"][0]["destination"]["host"] = json!("it's");
    let change = shift(&object, "/spec/http/1/route", &[1, 1]).unwrap();
    let words = crate::model::text::words(&change.kubectl).unwrap();
    let (patch, command) = words.split_last().unwrap();
    assert_eq!(command.join(" "), "kubectl -n shop patch virtualservices.networking.istio.io web --type=json -p");
    assert_eq!(*patch, change.patch.to_string());
    assert!(patch.contains("it's"), "{patch}");
}
