//! Compares two objects, by path and as text. It knows nothing of secrets: its callers pass masked objects.

mod merge;
mod unified;

use std::fmt;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::Value;

pub use merge::merge;
pub use unified::{lines, unified};

/// One step from an object into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    /// An item of a list: its index, and its name if it has one.
    Item(usize, String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The value at this step. Items are first looked up by name, because their positions change.
    pub fn find<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Item(at, name) if name.is_empty() => value.get(at),
            Step::Item(_, name) => value.as_array()?.iter().find(|item| name_of(item) == Some(name)),
        })
    }

    fn join(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.contains(['.', '[', ']', '/']) => write!(f, "[{key}]")?,
                Step::Key(key) if i == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Item(at, name) if name.is_empty() => write!(f, "[{at}]")?,
                Step::Item(_, name) => write!(f, "[{name}]")?,
            }
        }
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub path: Path,
    pub old: Option<Value>,
    pub new: Option<Value>,
}

/// The metadata that every write changes.
const VOLATILE: [&str; 3] = ["managedFields", "resourceVersion", "generation"];

/// The object without the metadata that every write changes.
pub fn steady(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(Value::Object(metadata)) = value.get_mut("metadata") {
        VOLATILE.iter().for_each(|name| drop(metadata.shift_remove(*name)));
    }
    value
}

/// The part of an object that users write.
pub fn written(value: &Value) -> Value {
    let mut value = steady(value);
    value.as_object_mut().and_then(|map| map.shift_remove("status"));
    value
}

/// All changes from `old` to `new`, with paths as deep as possible.
pub fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let mut out = Vec::new();
    compare(&Path::default(), old, new, &mut out);
    out
}

fn compare(path: &Path, old: &Value, new: &Value, out: &mut Vec<Change>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            for (key, value) in before {
                one(path.join(Step::Key(key.clone())), Some(value), after.get(key), out);
            }
            for (key, value) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
                one(path.join(Step::Key(key.clone())), None, Some(value), out);
            }
        }
        (Value::Array(before), Value::Array(after)) if named(before) && named(after) => {
            by_name(path, before, after, out);
        }
        (Value::Array(before), Value::Array(after)) => by_place(path, before, after, out),
        _ => out.push(Change { path: path.clone(), old: Some(old.clone()), new: Some(new.clone()) }),
    }
}

fn one(path: Path, old: Option<&Value>, new: Option<&Value>, out: &mut Vec<Change>) {
    match (old, new) {
        (Some(old), Some(new)) => compare(&path, old, new, out),
        (old, new) => out.push(Change { path, old: old.cloned(), new: new.cloned() }),
    }
}

/// The name of an item, if it has one.
fn name_of(item: &Value) -> Option<&str> {
    item.get("name").and_then(Value::as_str).filter(|name| !name.is_empty())
}

/// Whether each item has a name of its own.
fn named(list: &[Value]) -> bool {
    let names: Option<Vec<&str>> = list.iter().map(name_of).collect();
    names.is_some_and(|mut names| {
        names.sort_unstable();
        names.windows(2).all(|pair| pair[0] != pair[1])
    })
}

fn by_name(path: &Path, before: &[Value], after: &[Value], out: &mut Vec<Change>) {
    let find = |list: &[Value], name: &str| list.iter().position(|item| name_of(item) == Some(name));
    let step = |at: usize, item: &Value| path.join(Step::Item(at, name_of(item).unwrap_or_default().to_owned()));
    let known = out.len();
    for (at, item) in before.iter().enumerate() {
        let other = name_of(item).and_then(|name| find(after, name));
        one(step(at, item), Some(item), other.map(|at| &after[at]), out);
    }
    for (at, item) in after.iter().enumerate() {
        if name_of(item).and_then(|name| find(before, name)).is_none() {
            one(step(at, item), None, Some(item), out);
        }
    }
    if out.len() == known {
        // The items are equal, but in another order.
        out.push(Change { path: path.clone(), old: Some(before.into()), new: Some(after.into()) });
    }
}

fn by_place(path: &Path, before: &[Value], after: &[Value], out: &mut Vec<Change>) {
    let texts = |list: &[Value]| list.iter().map(Value::to_string).collect::<Vec<_>>();
    let step = |at: usize| path.join(Step::Item(at, String::new()));
    for op in capture_diff_slices(Algorithm::Myers, &texts(before), &texts(after)) {
        match op {
            DiffOp::Equal { .. } => {}
            DiffOp::Delete { old_index, old_len, .. } => {
                (old_index..old_index + old_len).for_each(|at| one(step(at), Some(&before[at]), None, out));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                (new_index..new_index + new_len).for_each(|at| one(step(at), None, Some(&after[at]), out));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                for i in 0..old_len.max(new_len) {
                    let old = before.get(old_index + i).filter(|_| i < old_len);
                    let new = after.get(new_index + i).filter(|_| i < new_len);
                    one(step(if i < new_len { new_index + i } else { old_index + i }), old, new, out);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
