//! Merge Patch (RFC 7386), and the strategic one, which merges lists whose elements have names.

use serde_json::{Map, Value};

pub fn plain(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *target = patch.clone();
        return;
    };
    let Some(map) = object(target) else { return };
    for (key, value) in fields {
        match value {
            Value::Null => drop(map.shift_remove(key)),
            value => plain(map.entry(key.as_str()).or_insert(Value::Null), value),
        }
    }
}

fn object(target: &mut Value) -> Option<&mut Map<String, Value>> {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    target.as_object_mut()
}

/// Lists that are merged by a field of their elements: the first of these that the elements have.
const KEYS: &[(&str, &[&str])] = &[
    ("conditions", &["type"]),
    ("containers", &["name"]),
    ("env", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("initContainers", &["name"]),
    ("ownerReferences", &["uid"]),
    ("ports", &["containerPort", "port"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("volumeDevices", &["devicePath"]),
    ("volumeMounts", &["mountPath"]),
    ("volumes", &["name"]),
];

pub fn strategic(target: &mut Value, patch: &Value) {
    let Value::Object(fields) = patch else {
        *target = patch.clone();
        return;
    };
    if patch["$patch"] == "replace" {
        *target = without_directives(patch);
        return;
    }
    let Some(map) = object(target) else { return };
    if let Some(kept) = patch["$retainKeys"].as_array() {
        map.retain(|key, _| kept.iter().any(|known| known == key.as_str()));
    }
    for (key, value) in fields {
        field(map, key, value);
    }
}

fn field(map: &mut Map<String, Value>, key: &str, value: &Value) {
    if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/") {
        let gone = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(list) = map.get_mut(list).and_then(Value::as_array_mut) {
            list.retain(|one| !gone.contains(one));
        }
        return;
    }
    match value {
        _ if key.starts_with('$') => {}
        Value::Null => drop(map.shift_remove(key)),
        Value::Array(list) => elements(map.entry(key).or_insert(Value::Null), key, list),
        value if value["$patch"] == "delete" => drop(map.shift_remove(key)),
        value => strategic(map.entry(key).or_insert(Value::Null), value),
    }
}

fn elements(target: &mut Value, name: &str, patch: &[Value]) {
    let replaces = patch.iter().any(|one| one["$patch"] == "replace");
    let old = target.as_array_mut().filter(|_| !replaces);
    match (old, key(name, patch)) {
        (Some(old), Some(key)) => patch.iter().for_each(|one| element(old, key, one)),
        (Some(old), None) if name == "finalizers" => {
            old.extend(patch.iter().filter(|one| !old.contains(one)).cloned().collect::<Vec<_>>());
        }
        _ => {
            let kept = patch.iter().filter(|one| one["$patch"].is_null()).map(without_directives);
            *target = Value::Array(kept.collect());
        }
    }
}

fn key(name: &str, patch: &[Value]) -> Option<&'static str> {
    let (_, keys) = KEYS.iter().find(|(known, _)| *known == name)?;
    keys.iter().copied().find(|key| patch.iter().all(|one| !one[*key].is_null()))
}

fn element(old: &mut Vec<Value>, key: &str, patch: &Value) {
    let at = old.iter().position(|one| one[key] == patch[key]);
    match (at, patch["$patch"].as_str()) {
        (Some(at), Some("delete")) => drop(old.remove(at)),
        (None, Some("delete")) => {}
        (Some(at), _) => strategic(&mut old[at], patch),
        (None, _) => old.push(without_directives(patch)),
    }
}

fn without_directives(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let own = map.iter().filter(|(key, value)| !key.starts_with('$') && !value.is_null());
            Value::Object(own.map(|(key, value)| (key.clone(), without_directives(value))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(without_directives).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_merge_patch_replaces_lists_and_removes_with_null() {
        let mut object = json!({"a": {"b": 1, "c": 2}, "list": [1, 2]});
        plain(&mut object, &json!({"a": {"b": null, "d": {"e": null, "f": 3}}, "list": [9]}));
        assert_eq!(object, json!({"a": {"c": 2, "d": {"f": 3}}, "list": [9]}));
    }

    #[test]
    fn a_strategic_patch_merges_lists_by_name() {
        let mut pod = json!({"containers": [{"name": "app", "image": "a:1", "env": [{"name": "X", "value": "1"}]}, {"name": "side"}],
            "args": ["a", "b"], "finalizers": ["one"]});
        let patch = json!({"containers": [{"name": "app", "image": "a:2", "env": [{"name": "Y", "value": "2"}]},
            {"name": "side", "$patch": "delete"}, {"name": "new"}], "args": ["c"], "finalizers": ["two"],
            "$setElementOrder/containers": [{"name": "app"}]});
        strategic(&mut pod, &patch);
        assert_eq!(
            pod,
            json!({"containers": [{"name": "app", "image": "a:2", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]},
                {"name": "new"}], "args": ["c"], "finalizers": ["one", "two"]})
        );
    }

    #[test]
    fn directives_delete_replace_and_retain() {
        let mut spec = json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {}}, "finalizers": ["a", "b"], "gone": {"x": 1}});
        strategic(
            &mut spec,
            &json!({"strategy": {"$retainKeys": ["type"], "type": "Recreate"},
            "$deleteFromPrimitiveList/finalizers": ["a"], "gone": {"$patch": "delete"}}),
        );
        assert_eq!(spec, json!({"strategy": {"type": "Recreate"}, "finalizers": ["b"]}));
    }
}
