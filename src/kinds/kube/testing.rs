//! What the tests of kinds share: an object as JSON becomes rows, and rows become text.

use serde_json::{Value, json};

use crate::kinds::custom::Reader;
use crate::model::{
    Around, Arrived, Door, Fact, Kind, KindRef, Listed, Object, Reading, Scope, Section, SourceId, Strings, Time, Wire,
};

/// When all tests look: a fixed moment.
pub fn now() -> Time {
    Time::parse("2026-01-01T12:00:00Z").unwrap()
}

/// The rows of one object.
pub fn rows(kind: &'static Kind, body: &Value) -> Vec<Object> {
    let (scope, mut strings, mut rows) = (Scope::all(), Strings::default(), Vec::new());
    let mut reading = Reading { at: SourceId(0), kind: KindRef(kind), scope: &scope, strings: &mut strings };
    let body = body.to_string();
    match kind.door {
        Door::Lens(read) | Door::Poll(read, _) => read(&mut reading, Wire::Json, body.as_bytes(), &mut rows).unwrap(),
        Door::Json(shape) => Reader::new(shape).read(&mut reading, body.as_bytes(), &mut rows).unwrap(),
        Door::Table(_) | Door::TablePoll(_) | Door::Own => panic!("{} is not read here", kind.name),
    }
    for row in &rows {
        assert_eq!(row.cells.len(), kind.columns.len(), "one cell for each column of {}", kind.name);
    }
    rows
}

/// The only row of an object called `web` in `shop`, made an hour ago.
pub fn row(kind: &'static Kind, rest: Value) -> Object {
    rows(kind, &named(rest)).remove(0)
}

pub fn named(mut body: Value) -> Value {
    let meta = json!({"name": "web", "namespace": "shop", "uid": "u1", "creationTimestamp": "2026-01-01T11:00:00Z"});
    for (key, value) in meta.as_object().unwrap() {
        let slot = &mut body["metadata"][key];
        if slot.is_null() {
            *slot = value.clone();
        }
    }
    body
}

/// What a person reads in one column.
pub fn cell(row: &Object, title: &str) -> String {
    let column = row.id.kind.column(title).unwrap_or_else(|| panic!("no column {title}"));
    row.cells[column].to_text(now())
}

/// All cells, as a person reads them.
pub fn text(row: &Object) -> Vec<String> {
    row.cells.iter().map(|cell| cell.to_text(now())).collect()
}

pub fn titles(sections: &[Section]) -> Vec<&str> {
    sections.iter().map(|section| section.title.as_str()).collect()
}

/// The lines of a section, as a person reads them.
pub fn section(sections: &[Section], title: &str) -> Vec<String> {
    let found = sections.iter().find(|section| section.title == title);
    let facts = found.unwrap_or_else(|| panic!("no section {title} in {:?}", titles(sections))).facts.iter();
    let line = |fact: &Fact| match fact {
        Fact::Pair(key, cell) => format!("{key}: {}", cell.to_text(now())),
        Fact::State(key, cell, health) => format!("{key}: {} ({})", cell.to_text(now()), health.word()),
        Fact::Line(_, line) => line.to_string(),
        Fact::Row(cells) => {
            let cells: Vec<String> = cells.iter().map(|cell| cell.to_text(now())).collect();
            cells.join(" ").trim_end().to_owned()
        }
    };
    facts.map(line).collect()
}

/// Whole lists beside an object, in the order in which its kind names them.
pub fn around<'a>(kind: &'static Kind, body: &Value, lists: &[&'a [Object]]) -> Around<'a> {
    let mut around = Around::default();
    for (what, objects) in kind.description.related.iter().zip(lists) {
        let objects = objects.iter().collect();
        around.add(body, Listed { what: *what, objects, columns: &[], arrived: Arrived::Whole });
    }
    around
}
