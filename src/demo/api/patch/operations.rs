//! JSON Patch (RFC 6902).

use serde_json::Value;

/// Why an operation cannot be done.
pub type Failed = String;

pub fn run(object: &mut Value, patch: &Value) -> Result<(), Failed> {
    patch.as_array().into_iter().flatten().try_for_each(|operation| step(object, operation))
}

fn step(object: &mut Value, operation: &Value) -> Result<(), Failed> {
    let path = text(operation, "path")?;
    let value = || operation.get("value").cloned().unwrap_or_default();
    match text(operation, "op")? {
        "add" => add(object, path, value()),
        "remove" => take(object, path).map(drop),
        "replace" => {
            *object.pointer_mut(path).ok_or_else(|| missing(path))? = value();
            Ok(())
        }
        "move" => {
            let moved = take(object, text(operation, "from")?)?;
            add(object, path, moved)
        }
        "copy" => {
            let from = text(operation, "from")?;
            let copied = object.pointer(from).cloned().ok_or_else(|| missing(from))?;
            add(object, path, copied)
        }
        "test" => match object.pointer(path).unwrap_or(&Value::Null) == &value() {
            true => Ok(()),
            false => Err(format!("testing value {path} failed: test failed")),
        },
        other => Err(format!("Unexpected kind: {other}")),
    }
}

fn text<'a>(operation: &'a Value, field: &str) -> Result<&'a str, Failed> {
    operation[field].as_str().ok_or_else(|| format!("an operation has no {field}"))
}

fn missing(path: &str) -> Failed {
    format!("operation does not apply: doc is missing path: {path}: missing value")
}

/// The parent of a place, and its name there.
fn parent<'a>(object: &'a mut Value, path: &str) -> Result<(&'a mut Value, String), Failed> {
    let (parent, name) = path.rsplit_once('/').ok_or_else(|| missing(path))?;
    let found = object.pointer_mut(parent).ok_or_else(|| missing(path))?;
    Ok((found, name.replace("~1", "/").replace("~0", "~")))
}

fn add(object: &mut Value, path: &str, value: Value) -> Result<(), Failed> {
    if path.is_empty() {
        *object = value;
        return Ok(());
    }
    match parent(object, path)? {
        (Value::Object(map), name) => drop(map.insert(name, value)),
        (Value::Array(list), name) if name == "-" => list.push(value),
        (Value::Array(list), name) => {
            let at = name.parse().ok().filter(|at| *at <= list.len()).ok_or_else(|| missing(path))?;
            list.insert(at, value);
        }
        _ => return Err(missing(path)),
    }
    Ok(())
}

fn take(object: &mut Value, path: &str) -> Result<Value, Failed> {
    match parent(object, path)? {
        (Value::Object(map), name) => map.shift_remove(&name).ok_or_else(|| missing(path)),
        (Value::Array(list), name) => match name.parse().ok().filter(|at| *at < list.len()) {
            Some(at) => Ok(list.remove(at)),
            None => Err(missing(path)),
        },
        _ => Err(missing(path)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_do_what_the_standard_says() {
        for (operation, expected) in [
            (json!({"op": "add", "path": "/c", "value": 1}), json!({"a": {"x/y": 1}, "b": [1, 2], "c": 1})),
            (json!({"op": "add", "path": "/b/1", "value": 9}), json!({"a": {"x/y": 1}, "b": [1, 9, 2]})),
            (json!({"op": "add", "path": "/b/-", "value": 9}), json!({"a": {"x/y": 1}, "b": [1, 2, 9]})),
            (json!({"op": "remove", "path": "/a/x~1y"}), json!({"a": {}, "b": [1, 2]})),
            (json!({"op": "replace", "path": "/b/0", "value": 7}), json!({"a": {"x/y": 1}, "b": [7, 2]})),
            (json!({"op": "move", "from": "/b/0", "path": "/c"}), json!({"a": {"x/y": 1}, "b": [2], "c": 1})),
            (json!({"op": "copy", "from": "/b", "path": "/c"}), json!({"a": {"x/y": 1}, "b": [1, 2], "c": [1, 2]})),
            (json!({"op": "test", "path": "/b/0", "value": 1}), json!({"a": {"x/y": 1}, "b": [1, 2]})),
        ] {
            let mut object = json!({"a": {"x/y": 1}, "b": [1, 2]});
            assert_eq!(run(&mut object, &json!([operation])), Ok(()), "{operation}");
            assert_eq!(object, expected, "{operation}");
        }
    }

    #[test]
    fn what_does_not_apply_fails() {
        for operation in [
            json!({"op": "test", "path": "/a", "value": 2}),
            json!({"op": "remove", "path": "/b"}),
            json!({"op": "replace", "path": "/b", "value": 2}),
            json!({"op": "add", "path": "/b/c", "value": 2}),
            json!({"op": "explode", "path": "/a"}),
        ] {
            assert!(run(&mut json!({"a": 1}), &json!([operation])).is_err(), "{operation}");
        }
    }
}
