//! Rows from objects written in tests.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::model::{Cell, Door, Kind, KindRef, Object, Reading, Scope, SourceId, Strings, Time, Value, Wire};

/// The moment at which all tests look at ages: 2026-01-01T00:00:00Z.
pub const NOW: Time = Time::from_secs(1_767_225_600);

/// RFC 3339, so many seconds before [`NOW`].
pub fn ago(secs: i64) -> String {
    NOW.plus_millis(-secs * 1000).rfc3339()
}

/// The rows that `kind` makes of these bytes.
pub fn read(kind: &'static Kind, scope: &Scope, wire: Wire, bytes: &[u8]) -> Vec<Object> {
    let (Door::Lens(read) | Door::Poll(read, _)) = kind.door else { panic!("{} has no lens", kind.name) };
    let mut reading = Reading { at: SourceId(0), kind: KindRef(kind), scope, strings: &mut Strings::default() };
    let mut rows = Vec::new();
    read(&mut reading, wire, bytes, &mut rows).expect("readable");
    for row in &rows {
        assert_eq!(row.cells.len(), kind.columns.len(), "{}: a cell for each column", kind.name);
    }
    rows
}

pub fn rows(kind: &'static Kind, body: &Value) -> Vec<Object> {
    read(kind, &Scope::all(), Wire::Json, body.to_string().as_bytes())
}

/// The only row of a body.
pub fn row(kind: &'static Kind, body: &Value) -> Object {
    let mut rows = rows(kind, body);
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

pub fn cell(row: &Object, title: &str) -> Cell {
    let column = row.id.kind.column(title).unwrap_or_else(|| panic!("no column {title}"));
    row.cells[column].clone()
}

/// What stands in the columns `titles`, as read at [`NOW`], with ` | ` between them.
pub fn text(row: &Object, titles: &[&str]) -> String {
    let texts: Vec<String> = titles.iter().map(|title| cell(row, title).to_text(NOW)).collect();
    texts.join(" | ")
}
