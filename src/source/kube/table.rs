//! The server's own table (`meta.k8s.io/v1` Table): kubectl's columns for kinds that have no lens here. Of the objects
//! that come with the rows only metadata and status are looked at.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::unreadable;
use super::{health, json, print};
use crate::kinds::intern;
use crate::kinds::lens::{self, Meta, Row};
use crate::model::{Cell, Column, Health, Object, Reading, Result, Time, Value};

/// Asks a server for tables with whole objects in them.
pub const INCLUDE: (&str, &str) = ("includeObject", "Object");

/// How the cells of one kind become ours.
#[derive(Debug, Default)]
pub struct Table {
    /// What becomes of each of the server's cells; `None` until a server has told its columns.
    plan: Option<Vec<Use>>,
    columns: Vec<Column>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Stands in the id.
    Name,
    /// An age in words.
    Age,
    AsIs,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Definition {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    format: String,
    priority: i32,
}

#[derive(Deserialize)]
struct TableRow<'a> {
    #[serde(default)]
    cells: Vec<Value>,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(default)]
    metadata: Meta,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
}

/// One event of a watch: a Table of one row, whose columns are told in the first event only.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event<'a> {
    #[serde(default)]
    pub kind: String,
    #[serde(borrow, default)]
    pub column_definitions: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub rows: Option<Vec<&'a RawValue>>,
}

impl Table {
    /// Takes over the server's columns; gives ours when they are new.
    pub fn define(&mut self, definitions: &[u8]) -> Result<Option<Box<[Column]>>> {
        let Some(definitions) = json::parse::<Option<Vec<Definition>>>(definitions)? else { return Ok(None) };
        let name = definitions.iter().position(|d| d.format == "name" || d.name.eq_ignore_ascii_case("name"));
        let plan: Vec<Use> = definitions.iter().enumerate().map(|(i, d)| d.usage(Some(i) == name)).collect();
        let shown = definitions.iter().zip(&plan).filter(|(_, usage)| **usage != Use::Name);
        let mut columns: Vec<Column> = shown.map(|(definition, _)| definition.column()).collect();
        mark_state(&mut columns);
        Ok(self.take_over(plan, columns))
    }

    fn take_over(&mut self, plan: Vec<Use>, columns: Vec<Column>) -> Option<Box<[Column]>> {
        let known = self.plan.as_ref() == Some(&plan) && self.columns == columns;
        self.plan = Some(plan);
        self.columns = columns;
        (!known).then(|| self.columns.clone().into())
    }

    /// For a server that makes no tables: NAME and AGE.
    pub fn plain(&mut self) -> Option<Box<[Column]>> {
        self.take_over(Vec::new(), vec![Column::new("AGE", 5)])
    }

    /// Whether no server has told its columns.
    pub fn is_undefined(&self) -> bool {
        self.plan.is_none()
    }

    /// One element of `rows`, or a whole object where there are no tables.
    pub fn read(&self, reading: &mut Reading<'_>, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
        let plan = self.plan.as_ref().ok_or_else(|| unreadable("a row of a table comes before its columns"))?;
        if plan.is_empty() {
            return object(bytes, None, reading, rows);
        }
        let row: TableRow<'_> = json::parse(bytes)?;
        let whole = row.object.map_or("{}", RawValue::get);
        object(whole.as_bytes(), Some((plan, &row.cells)), reading, rows)
    }
}

fn object(
    bytes: &[u8],
    told: Option<(&[Use], &[Value])>,
    reading: &mut Reading<'_>,
    rows: &mut Vec<Object>,
) -> Result<()> {
    let Whole { metadata: mut meta, status } = json::parse(bytes)?;
    if !lens::owned(&meta, reading) {
        return Ok(());
    }
    let health = status.map_or(Health::Unknown, |status| health::of(status.get()));
    let cells = match told {
        None => vec![lens::age(&meta)],
        Some((plan, values)) => {
            name(&mut meta, plan, values);
            cells(plan, values, &meta, reading)
        }
    };
    rows.push(lens::object(&meta, reading, Row { health, cells, link: None }));
    Ok(())
}

/// A server that sends no objects with its rows still tells their names.
fn name(meta: &mut Meta, plan: &[Use], values: &[Value]) {
    let at = plan.iter().position(|usage| *usage == Use::Name);
    if let Some(Value::String(name)) = at.filter(|_| meta.name.is_empty()).and_then(|at| values.get(at)) {
        meta.name.clone_from(name);
    }
}

fn cells(plan: &[Use], values: &[Value], meta: &Meta, reading: &mut Reading<'_>) -> Vec<Cell> {
    let used = plan.iter().enumerate().filter(|(_, usage)| **usage != Use::Name);
    let cell = |(i, usage): (usize, &Use)| {
        let value = values.get(i).unwrap_or(&Value::Null);
        let age = (*usage == Use::Age).then(|| age(value, meta)).flatten();
        age.unwrap_or_else(|| print::cell(value, reading.strings))
    };
    used.map(cell).collect()
}

/// The moment behind an age in words: mostly the object's creation, which is known to the second.
fn age(value: &Value, meta: &Meta) -> Option<Cell> {
    let text = value.as_str()?;
    let now = now();
    let created = meta.creation_timestamp.map(lens::Moment::time);
    let created = created.filter(|created| print::is_age(text, *created, now));
    created.or_else(|| print::moment(text, now)).map(Cell::Since)
}

fn now() -> Time {
    Time(jiff::Timestamp::now().as_millisecond())
}

impl Definition {
    fn usage(&self, is_name: bool) -> Use {
        match () {
            () if is_name => Use::Name,
            () if self.kind == "date" || self.name.eq_ignore_ascii_case("age") => Use::Age,
            () => Use::AsIs,
        }
    }

    /// Titled as kubectl does.
    fn column(&self) -> Column {
        let title = intern(&self.name.to_uppercase());
        let width = u16::try_from(title.chars().count()).unwrap_or(u16::MAX);
        let column = Column::new(title, width.max(5));
        if self.priority > 0 { column.wide() } else { column }
    }
}

/// The column that most likely says what health says.
fn mark_state(columns: &mut [Column]) {
    let found = ["STATUS", "PHASE", "STATE", "HEALTH", "HEALTH STATUS", "READY"]
        .iter()
        .find_map(|title| columns.iter().position(|column| column.title == *title && !column.wide));
    if let Some(at) = found {
        columns[at] = columns[at].state();
    }
}
