//! What the descriptions of kinds share.

pub mod container;

use serde::Deserialize;

use super::{events, jobs, pods};
use crate::kinds::lens::Selector;
use crate::kinds::mask;
use crate::model::{Around, Cell, Fact, Health, Link, Object, Scope, Section, Time, Value};

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

/// So many of so many.
pub fn ratio(part: &Value, whole: i64) -> Cell {
    Cell::Ratio(part.as_u64().unwrap_or(0) as u32, whole.max(0) as u32)
}

/// `600s`; nothing for nothing.
pub fn seconds(value: &Value) -> String {
    value.as_i64().map(|seconds| format!("{seconds}s")).unwrap_or_default()
}

/// `RollingUpdate, 25% more, 25% fewer`.
pub fn strategy(name: &str, rolling: &Value) -> String {
    let mut out = name.to_owned();
    for (key, word) in [("maxSurge", " more"), ("maxUnavailable", " fewer")] {
        let amount = scalar(&rolling[key]);
        if !amount.is_empty() {
            out.push_str(&format!(", {amount}{word}"));
        }
    }
    if let Some(from) = rolling["partition"].as_i64().filter(|from| *from > 0) {
        out.push_str(&format!(", from number {from} on"));
    }
    out
}

/// Pods beside the object, by their labels.
pub fn pods_of(body: &Value, labels: impl Into<crate::model::Str>) -> Link {
    Link::to(&pods::KIND, Scope::namespace(text(&body["metadata"], "namespace")).labels(labels))
}

/// What was last said about the object.
pub fn latest<'a>(around: &Around<'a>) -> Option<&'a Object> {
    let events = around.objects(events::RELATED.title).iter().copied();
    events.min_by(|a, b| a.cell("LAST SEEN").order(b.cell("LAST SEEN")))
}

/// `reason: message` of an event.
pub fn said(event: &Object) -> String {
    format!("{}: {}", event.word("REASON"), event.word("MESSAGE"))
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

    /// The worst of it; `None` where there is none.
    pub fn worst(&self) -> Option<Health> {
        let states = self
            .0
            .facts
            .iter()
            .filter_map(|fact| if let Fact::State(_, _, health) = fact { Some(*health) } else { None });
        states.min()
    }

    /// What pods complain about, the same of several as one, worst first.
    pub fn pods(&mut self, all: &[&Object]) {
        self.grouped(all, pods::detail::CAUSE, ["pod", "pods"]);
    }

    /// Why jobs failed.
    pub fn jobs(&mut self, all: &[&Object]) {
        self.grouped(all, jobs::CAUSE, ["job", "jobs"]);
    }

    fn grouped(&mut self, all: &[&Object], title: &str, words: [&str; 2]) {
        /// More are hardly read.
        const MOST: usize = 6;
        let mut groups: Vec<Group<'_>> = Vec::new();
        for object in all {
            let why = object.word(title);
            if why.is_empty() || object.health == Health::Leaving {
                continue;
            }
            let health = if object.health == Health::Bad { Health::Bad } else { Health::Warn };
            // Messages name the object that they are about, which would make each of them another.
            let alike = why.replace(object.id.name.as_str(), "").replace(&object.uid.to_string(), "");
            match groups.iter_mut().find(|group| group.alike == alike) {
                Some(group) => {
                    group.count += 1;
                    group.health = group.health.min(health);
                    group.why = group.why.min(why);
                }
                None => groups.push(Group { alike, why, health, count: 1 }),
            }
        }
        groups.sort_by(|a, b| a.health.cmp(&b.health).then(b.count.cmp(&a.count)).then(a.why.cmp(b.why)));
        let counted = |count: usize| format!("{count} {}", words[usize::from(count != 1)]);
        for group in groups.iter().take(MOST) {
            self.add(&counted(group.count), group.why, group.health);
        }
        let others: usize = groups.iter().skip(MOST).map(|group| group.count).sum();
        if others > 0 {
            self.add(&counted(others), "other troubles: the list below has them", Health::Warn);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.facts.extend(other.0.facts);
        self
    }

    /// The worst first, whoever told it; of the same weight what was told first.
    pub fn section(mut self) -> Option<Section> {
        let health = |fact: &Fact| if let Fact::State(_, _, health) = fact { *health } else { Health::Unknown };
        self.0.facts.sort_by_key(health);
        (!self.0.is_empty()).then_some(self.0)
    }
}

/// Objects that complain about the same.
struct Group<'a> {
    alike: String,
    why: &'a str,
    health: Health,
    count: usize,
}

/// The conditions as a table.
pub fn conditions(status: &Value) -> Section {
    let mut section = Section::new("Conditions");
    let row = |condition: &Value| {
        [
            Cell::text(text(condition, "type")),
            Cell::text(text(condition, "status")),
            since(condition, "lastTransitionTime"),
            Cell::text(text(condition, "reason")),
            Cell::text(text(condition, "message")),
        ]
    };
    section.table(["TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"], items(status, "conditions").iter().map(row));
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
