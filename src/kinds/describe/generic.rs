//! Any object at all: its fields in their own order, conditions as a table.

use serde_json::Map;

use super::{cut, moment};
use crate::model::{Cell, Section, Str, Value};

/// A section that is longer is read better as YAML.
const MOST_FACTS: usize = 400;
/// Lines shown of a text that has many.
const MOST_LINES: usize = 40;
/// Characters shown of one line.
const LONGEST_LINE: usize = 2000;
/// Lists of short words stay on one line up to here.
const LONGEST_LIST: usize = 80;

/// Said elsewhere, or known from the table that led here.
const ELSEWHERE: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// The plain fields, spec, status, conditions, and whatever else there is.
pub fn sections(body: &Value) -> Vec<Section> {
    let Some(fields) = body.as_object() else { return Vec::new() };
    let others = || fields.iter().filter(|(key, _)| !ELSEWHERE.contains(&key.as_str()));
    let mut plain = Section::new(body["kind"].as_str().unwrap_or("Object"));
    others().filter(|(_, value)| is_plain(value)).for_each(|(key, value)| field(&mut plain, 0, key, value));
    let mut out = vec![plain, section("Spec", &body["spec"])];
    let mut status = body["status"].clone();
    let conditions = status.as_object_mut().and_then(take_conditions);
    out.push(section("Status", &status));
    out.extend(conditions.as_deref().map(table));
    out.extend(others().filter(|(_, value)| !is_plain(value)).map(|(key, value)| section(&title(key), value)));
    out
}

/// `binaryData` becomes `BinaryData`.
fn title(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn is_plain(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

fn section(title: &str, value: &Value) -> Section {
    let mut section = Section::new(title);
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| field(&mut section, 0, key, value)),
        Value::Array(items) => items.iter().for_each(|item| entry(&mut section, 0, item)),
        Value::Null => {}
        plain => lines(&mut section, 0, &text(plain)),
    }
    if section.facts.len() > MOST_FACTS {
        let more = section.facts.len() - MOST_FACTS;
        section.facts.truncate(MOST_FACTS);
        section.line(0, format!("… and {more} more lines; the YAML has them"));
    }
    section
}

/// A key and its value: one line if it is short, otherwise what it holds one step further in.
fn field(section: &mut Section, depth: u8, key: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    let Some(short) = short(value) else {
        section.line(depth, format!("{key}:"));
        return inside(section, depth.saturating_add(1), value);
    };
    if depth == 0 {
        section.cell(Str::from(key), shown(key, value, short));
    } else {
        section.line(depth, format!("{key}: {short}"));
    }
}

/// Moments count on by themselves; an empty text is still said.
fn shown(key: &str, value: &Value, short: String) -> Cell {
    let time = key.ends_with("Time") || key.ends_with("Timestamp");
    match value.as_i64() {
        Some(number) => Cell::Count(number),
        None if time && moment(value) != Cell::None => moment(value),
        None if short.is_empty() => Cell::text("\"\""),
        None => Cell::text(short),
    }
}

fn inside(section: &mut Section, depth: u8, value: &Value) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| field(section, depth, key, value)),
        Value::Array(items) => items.iter().for_each(|item| entry(section, depth, item)),
        plain => lines(section, depth, &text(plain)),
    }
}

/// An item of a list: a dash in front of its first field, the others below it.
fn entry(section: &mut Section, depth: u8, item: &Value) {
    if let Some(short) = short(item) {
        section.line(depth, format!("- {short}"));
        return;
    }
    let mut fields = item.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let deeper = depth.saturating_add(1);
    match fields.next() {
        Some((key, value)) => match short(value) {
            Some(short) => _ = section.line(depth, format!("- {key}: {short}")),
            None => {
                section.line(depth, format!("- {key}:"));
                inside(section, deeper.saturating_add(1), value);
            }
        },
        None => {
            section.line(depth, "-");
            return inside(section, deeper, item);
        }
    }
    fields.for_each(|(key, value)| field(section, deeper, key, value));
}

/// What fits into one line; `None` for everything with something inside.
fn short(value: &Value) -> Option<String> {
    match value {
        Value::Object(fields) => fields.is_empty().then(|| "{}".to_owned()),
        Value::Array(items) if items.iter().all(|item| is_plain(item) && short(item).is_some()) => {
            let list = format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(", "));
            (list.chars().count() <= LONGEST_LIST || items.is_empty()).then_some(list)
        }
        Value::Array(_) => None,
        Value::String(text) if text.trim_end().contains('\n') => None,
        plain => Some(cut(text(plain).trim_end_matches('\n'), LONGEST_LINE)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A text of many lines, not all of them.
fn lines(section: &mut Section, depth: u8, text: &str) {
    for line in text.lines().take(MOST_LINES) {
        section.line(depth, cut(line, LONGEST_LINE));
    }
    let more = text.lines().count().saturating_sub(MOST_LINES);
    if more > 0 {
        section.line(depth, format!("… and {more} more lines"));
    }
}

/// Takes the conditions out, if they are such as a table can show.
fn take_conditions(status: &mut Map<String, Value>) -> Option<Vec<Value>> {
    let conditions = status.get("conditions")?.as_array()?;
    if conditions.is_empty() || !conditions.iter().all(|condition| condition["type"].is_string()) {
        return None;
    }
    match status.shift_remove("conditions") {
        Some(Value::Array(conditions)) => Some(conditions),
        _ => None,
    }
}

/// The conditions of a status, if it has any.
pub fn conditions(status: &Value) -> Option<Section> {
    take_conditions(&mut status.as_object()?.clone()).as_deref().map(table)
}

fn table(conditions: &[Value]) -> Section {
    let mut section = Section::new("Conditions");
    section.row(["TYPE", "STATUS", "REASON", "AGE", "MESSAGE"].map(Cell::text));
    for condition in conditions {
        let word = |key: &str| Cell::text(condition[key].as_str().unwrap_or_default());
        let age = moment(&condition["lastTransitionTime"]);
        section.row([word("type"), word("status"), word("reason"), age, word("message")]);
    }
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Fact, Time};

    fn plain(section: &Section) -> Vec<String> {
        let cells = |cells: &[Cell]| cells.iter().map(|cell| cell.to_text(Time(0))).collect::<Vec<_>>().join("|");
        let text = |fact: &Fact| match fact {
            Fact::Pair(key, cell) | Fact::State(key, cell, _) => format!("{key}={}", cell.to_text(Time(0))),
            Fact::Line(depth, line) => format!("{}{line}", "  ".repeat(usize::from(*depth))),
            Fact::Row(row) => cells(row),
        };
        section.facts.iter().map(text).collect()
    }

    #[test]
    fn fields_stay_in_their_order_and_lists_get_dashes() {
        let seen = section(
            "Spec",
            &json!({
                "z": 3, "a": {"deep": {"x": true, "none": null}, "empty": {}}, "words": ["a", "b"], "blank": "",
                "items": [{"name": "one", "port": 1, "more": {"k": "v"}}, {"first": {"in": 1}, "second": 2}, "word"], "off": null
            }),
        );
        assert_eq!(
            plain(&seen),
            [
                "z=3",
                "a:",
                "  deep:",
                "    x: true",
                "  empty: {}",
                "words=[a, b]",
                "blank=\"\"",
                "items:",
                "  - name: one",
                "    port: 1",
                "    more:",
                "      k: v",
                "  - first:",
                "      in: 1",
                "    second: 2",
                "  - word"
            ]
        );
    }

    #[test]
    fn conditions_are_a_table_and_leave_the_status() {
        let body = json!({"kind": "App", "status": {"replicas": 2, "conditions": [
            {"type": "Ready", "status": "False", "reason": "Broken", "lastTransitionTime": "1969-12-31T23:59:00Z", "message": "a\nb"}]}});
        let all = sections(&body);
        let titles: Vec<_> = all.iter().filter(|section| !section.is_empty()).map(|s| s.title.as_str()).collect();
        assert_eq!(titles, ["Status", "Conditions"]);
        assert_eq!(plain(&all[2]), ["replicas=2"]);
        assert_eq!(plain(&all[3]), ["TYPE|STATUS|REASON|AGE|MESSAGE", "Ready|False|Broken|60s|a\nb"]);
    }

    #[test]
    fn other_fields_follow_and_long_texts_are_cut() {
        let long = "line\n".repeat(MOST_LINES + 2);
        let all = sections(&json!({"kind": "ConfigMap", "immutable": true, "data": {"a": "1", "long": long}}));
        assert_eq!((all[0].title.as_str(), plain(&all[0])), ("ConfigMap", vec!["immutable=true".to_owned()]));
        let data = all.last().unwrap();
        assert_eq!((data.title.as_str(), data.facts.len()), ("Data", 2 + MOST_LINES + 1));
        assert_eq!(plain(data).last().unwrap(), "  … and 2 more lines");
    }

    #[test]
    fn a_huge_section_ends_with_a_hint() {
        let fields: Map<String, Value> = (0..MOST_FACTS + 5).map(|i| (format!("k{i}"), json!(i))).collect();
        let seen = section("Spec", &Value::Object(fields));
        assert_eq!(plain(&seen).last().unwrap(), "… and 5 more lines; the YAML has them");
    }
}
