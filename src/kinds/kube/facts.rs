//! What the descriptions of kinds share.

pub mod container;
pub mod mask;

use serde::Deserialize;

use crate::kinds::lens::Selector;
use crate::model::{Cell, Health, Section, Time, Value};

pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The items of a list; none where there is no list.
pub fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

pub fn strings<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    items(value, key).iter().filter_map(Value::as_str).collect()
}

pub fn since(value: &Value, key: &str) -> Cell {
    Cell::since(value[key].as_str().and_then(Time::parse))
}

/// A string, number or truth value as text; nothing for all else.
pub fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// `cpu=1,memory=2Gi` from an object of scalars.
pub fn pairs(value: &Value) -> String {
    let all = value.as_object().into_iter().flatten();
    all.map(|(key, value)| format!("{key}={}", scalar(value))).collect::<Vec<_>>().join(",")
}

/// A label selector in one line; empty when there is none.
pub fn selector(value: &Value) -> String {
    Selector::deserialize(value).map(|selector| selector.text()).unwrap_or_default()
}

/// `reason: message`, or whichever there is.
pub fn because(value: &Value) -> String {
    match (text(value, "reason"), text(value, "message")) {
        (reason, "") => reason.to_owned(),
        ("", message) => message.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    }
}

/// What is wrong, led by what it is wrong with. Stays out when nothing is.
pub struct Trouble(Section);

impl Default for Trouble {
    fn default() -> Self {
        Self(Section::new("Trouble"))
    }
}

impl Trouble {
    pub fn add(&mut self, what: &str, why: &str, health: Health) {
        let why = if why.is_empty() { "no reason given" } else { why };
        self.0.state(what, Cell::text(mask::urls(why).as_ref()), health);
    }

    /// Conditions that are not what they should be; those of which `expected` knows nothing stay out.
    pub fn conditions(&mut self, status: &Value, expected: fn(&Value) -> Option<bool>) {
        for condition in items(status, "conditions") {
            let (name, state) = (text(condition, "type"), text(condition, "status"));
            let Some(expected) = expected(condition) else { continue };
            let health = match state {
                "True" if !expected => Health::Bad,
                "False" if expected => Health::Bad,
                "Unknown" if name == "Ready" => Health::Bad,
                "Unknown" => Health::Warn,
                _ => continue,
            };
            self.add(&format!("{name} {state}"), &because(condition), health);
        }
    }

    pub fn section(self) -> Option<Section> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// The conditions as a table.
pub fn conditions(status: &Value) -> Section {
    let mut section = Section::new("Conditions");
    let all = items(status, "conditions");
    if all.is_empty() {
        return section;
    }
    section.row(["TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"].map(Cell::text));
    for condition in all {
        section.row([
            Cell::text(text(condition, "type")),
            Cell::text(text(condition, "status")),
            since(condition, "lastTransitionTime"),
            Cell::text(text(condition, "reason")),
            Cell::text(text(condition, "message")),
        ]);
    }
    section
}

/// The volumes of a pod or of its template: name, sort, and what it is made of.
pub fn volumes(spec: &Value) -> Section {
    let mut section = Section::new("Volumes");
    for (i, volume) in items(spec, "volumes").iter().enumerate() {
        if i == 0 {
            section.row(["NAME", "KIND", "SOURCE"].map(Cell::text));
        }
        let source = volume.as_object().into_iter().flatten().find(|(key, _)| *key != "name");
        let (sort, source) = source.map_or(("emptyDir", &Value::Null), |(key, source)| (key.as_str(), source));
        section.row([Cell::text(text(volume, "name")), Cell::text(sort), Cell::text(source_of(sort, source))]);
    }
    section
}

fn source_of(sort: &str, source: &Value) -> String {
    let named = ["secretName", "claimName", "name", "path", "driver"].map(|key| text(source, key));
    let first = named.into_iter().find(|name| !name.is_empty());
    match (sort, first) {
        ("projected", _) => items(source, "sources").iter().map(part_of).collect::<Vec<_>>().join(", "),
        (_, Some(name)) => name.to_owned(),
        _ => mask::urls(&pairs(source)).into_owned(),
    }
}

/// One source of a projected volume: `configMap kube-root-ca.crt`.
fn part_of(source: &Value) -> String {
    let Some((sort, part)) = source.as_object().and_then(|source| source.iter().next()) else { return String::new() };
    format!("{sort} {}", text(part, "name")).trim_end().to_owned()
}

/// `key=value:Effect`, for taints; tolerations add what is not exact.
pub fn taint(taint: &Value) -> String {
    let (key, value, effect) = (text(taint, "key"), text(taint, "value"), text(taint, "effect"));
    let mut out = if key.is_empty() { "*".to_owned() } else { key.to_owned() };
    if !value.is_empty() {
        out.push('=');
        out.push_str(value);
    }
    if !effect.is_empty() {
        out.push(':');
        out.push_str(effect);
    }
    if let Some(seconds) = taint["tolerationSeconds"].as_i64() {
        out.push_str(&format!(" for {seconds}s"));
    }
    out
}

/// A list as lines of its own section.
pub fn lines(title: &'static str, lines: impl Iterator<Item = String>) -> Section {
    let mut section = Section::new(title);
    for line in lines {
        section.line(0, line);
    }
    section
}
