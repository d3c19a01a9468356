//! Computes the object that `kubectl apply` would make. Fields that left the document since it was last applied are
//! removed. Fields of the document are set. Fields that only others wrote stay.

use serde_json::Map;

use crate::kinds::kube::rules::{self, Rule};
use crate::model::{KindRef, Value};

/// Changes `live` as `wanted` says. `applied` is the document of the last time.
pub fn merge(applied: &Value, wanted: &Value, live: &Value, kind: KindRef) -> Value {
    let (group, kind) = (kind.address.group, kind.address.kind);
    Merge { group, kind, own: rules::is_own(group), path: Vec::new() }.value(Some(applied), wanted, Some(live))
}

struct Merge<'k> {
    group: &'k str,
    kind: &'k str,
    /// Whether the kind is one of Kubernetes' own.
    own: bool,
    path: Vec<String>,
}

impl Merge<'_> {
    fn value(&mut self, applied: Option<&Value>, wanted: &Value, live: Option<&Value>) -> Value {
        let rule = rules::rule(self.group, self.kind, &self.path.join("."));
        match (wanted, live) {
            (Value::Object(wanted), Some(Value::Object(live))) if rule != Rule::Whole => {
                let applied = applied.and_then(Value::as_object);
                Value::Object(self.map(applied, wanted, live, rule == Rule::Exact))
            }
            (Value::Array(wanted), Some(Value::Array(live))) => {
                let applied = applied.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                self.list(applied, wanted, live, rule).unwrap_or_else(|| wanted.clone()).into()
            }
            _ => wanted.clone(),
        }
    }

    fn map(
        &mut self,
        applied: Option<&Map<String, Value>>,
        wanted: &Map<String, Value>,
        live: &Map<String, Value>,
        exact: bool,
    ) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, value) in live {
            let before = applied.and_then(|applied| applied.get(key));
            match wanted.get(key) {
                // `null` removes a field. In a custom resource it removes only what was applied before.
                Some(Value::Null) if self.own || before.is_some_and(|before| !before.is_null()) => {}
                Some(Value::Null) => drop(out.insert(key.clone(), value.clone())),
                Some(wanted) => {
                    self.path.push(key.clone());
                    out.insert(key.clone(), self.value(before, wanted, Some(value)));
                    self.path.pop();
                }
                None if exact || before.is_some() => {}
                None => drop(out.insert(key.clone(), value.clone())),
            }
        }
        let new = wanted.iter().filter(|(key, value)| !live.contains_key(*key) && !value.is_null());
        out.extend(new.map(|(key, value)| (key.clone(), value.clone())));
        out
    }

    /// Merges a list; `None` if the list is replaced as a whole.
    fn list(&mut self, applied: &[Value], wanted: &[Value], live: &[Value], rule: Rule) -> Option<Vec<Value>> {
        let (keys, exact): (&[&str], bool) = match rule {
            Rule::Plain | Rule::Exact | Rule::Whole => return None,
            Rule::Texts => (&[], false),
            Rule::Items { keys, exact } => (keys, exact),
        };
        // Two ports with one number differ by their protocol. kubectl itself loses one of them.
        let named = |fields: &[&str]| {
            let names = |list: &[Value]| names(list, fields);
            Some((names(applied)?, names(wanted)?, names(live)?))
        };
        let (was, will, is) = named(keys.get(..1).unwrap_or_default()).or_else(|| named(keys))?;
        let place = |names: &[String], name: &String| names.iter().position(|known| known == name);
        let mut merged = Vec::new();
        for (name, item) in will.iter().zip(wanted) {
            let before = place(&was, name).map(|at| &applied[at]);
            let value = match (place(&is, name).map(|at| &live[at]), item) {
                (Some(Value::Object(live)), Value::Object(wanted)) => {
                    Value::Object(self.map(before.and_then(Value::as_object), wanted, live, exact))
                }
                _ => item.clone(),
            };
            merged.push((place(&is, name), value));
        }
        let others = is.iter().zip(live).enumerate();
        let others = others.filter(|(_, (name, _))| place(&will, name).is_none() && place(&was, name).is_none());
        Some(interleave(merged, others.map(|(at, (_, item))| (at, item.clone()))))
    }
}

/// The values that tell the items of a list apart; `None` if an item lacks one.
fn names(list: &[Value], fields: &[&str]) -> Option<Vec<String>> {
    let field = |item: &Value, field: &str| match item.get(field) {
        Some(value) => Some(value.to_string()),
        // The server's default.
        None if field == "protocol" => Some("\"TCP\"".to_owned()),
        None => None,
    };
    let name = |item: &Value| match fields {
        [] => Some(item.to_string()),
        fields => fields.iter().map(|name| field(item, name)).collect::<Option<Vec<_>>>().map(|all| all.join(" ")),
    };
    let names: Vec<String> = list.iter().map(name).collect::<Option<_>>()?;
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1]).then_some(names)
}

/// Orders the items of a list. Those of the document keep its order. Each item of others stands before the item that
/// follows it in the object. An item of the document comes with its place in the object, if it has one.
fn interleave(ours: Vec<(Option<usize>, Value)>, others: impl Iterator<Item = (usize, Value)>) -> Vec<Value> {
    let mut others = others.peekable();
    let mut out = Vec::new();
    for (place, item) in ours {
        while let Some((_, other)) = others.next_if(|(at, _)| place.is_some_and(|place| *at < place)) {
            out.push(other);
        }
        out.push(item);
    }
    out.extend(others.map(|(_, item)| item));
    out
}
