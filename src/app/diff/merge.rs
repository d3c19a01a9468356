//! Merges the user's changes into what somebody else made of the object meanwhile.

use serde_json::Map;

use super::{Path, Step, name_of, named};
use crate::model::Value;

/// `theirs` with the changes from `base` to `mine`. If both changed a value, mine is used and its path is returned.
pub fn merge(base: &Value, mine: &Value, theirs: &Value) -> (Value, Vec<Path>) {
    let mut both = Vec::new();
    let merged = value(&Path::default(), Some(base), Some(mine), Some(theirs), &mut both);
    (merged.unwrap_or_default(), both)
}

fn value(
    path: &Path,
    base: Option<&Value>,
    mine: Option<&Value>,
    theirs: Option<&Value>,
    both: &mut Vec<Path>,
) -> Option<Value> {
    if mine == base || mine == theirs {
        return theirs.cloned();
    }
    if theirs == base {
        return mine.cloned();
    }
    match (mine, theirs) {
        (Some(Value::Object(mine)), Some(Value::Object(theirs))) => {
            let base = base.and_then(Value::as_object);
            Some(Value::Object(objects(path, base, mine, theirs, both)))
        }
        (Some(Value::Array(mine)), Some(Value::Array(theirs))) if named(mine) && named(theirs) => {
            let base = base.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            Some(Value::Array(lists(path, base, mine, theirs, both)))
        }
        _ => {
            both.push(path.clone());
            mine.cloned()
        }
    }
}

fn objects(
    path: &Path,
    base: Option<&Map<String, Value>>,
    mine: &Map<String, Value>,
    theirs: &Map<String, Value>,
    both: &mut Vec<Path>,
) -> Map<String, Value> {
    let keys = theirs.keys().chain(mine.keys().filter(|key| !theirs.contains_key(*key)));
    let entry = |key: &String| {
        let before = base.and_then(|base| base.get(key));
        let path = path.join(Step::Key(key.clone()));
        value(&path, before, mine.get(key), theirs.get(key), both).map(|value| (key.clone(), value))
    };
    keys.filter_map(entry).collect()
}

fn lists(path: &Path, base: &[Value], mine: &[Value], theirs: &[Value], both: &mut Vec<Path>) -> Vec<Value> {
    let find = |list: &'_ [Value], name: &str| list.iter().position(|item| name_of(item) == Some(name));
    let added = mine.iter().filter(|item| name_of(item).and_then(|name| find(theirs, name)).is_none());
    let item = |item: &Value| {
        let name = name_of(item).unwrap_or_default();
        let get = |list: &'_ [Value]| find(list, name);
        let path = path.join(Step::Item(0, name.to_owned()));
        value(
            &path,
            get(base).map(|at| &base[at]),
            get(mine).map(|at| &mine[at]),
            get(theirs).map(|at| &theirs[at]),
            both,
        )
    };
    theirs.iter().chain(added).filter_map(item).collect()
}
