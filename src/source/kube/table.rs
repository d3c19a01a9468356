//! Reads the server's own table (`meta.k8s.io/v1` Table): kubectl's columns, for kinds without a lens. Of the objects
//! in the table only metadata and status are read.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::unreadable;
use super::{ages, health, json};
use crate::kinds::lens::{self, Meta, Row};
use crate::kinds::print;
use crate::model::{Cell, Column, Door, Health, KindRef, Object, Reading, Result, Value};
use crate::source::now;

/// The parameter that adds the whole object to each row.
pub const INCLUDE: (&str, &str) = ("includeObject", "Object");

/// How the cells of one kind are read.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// How each cell of the server is used; `None` until the server has sent its columns.
    plan: Option<Vec<Use>>,
    columns: Vec<Column>,
    /// Whether servers mark the default object of the kind behind its name.
    tells_default: bool,
}

/// The mark of a default object (k8s.io/kubernetes/pkg/printers/internalversion, `printStorageClass`,
/// `printIngressClass`).
const DEFAULT: &str = " (default)";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// The cell is the name, which is part of the id.
    Name,
    /// The cell is the age of the object, in words.
    Age,
    /// The cell says in words how long ago something was.
    Date,
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

/// One event of a watch: a Table of one row. Only the first event has columns.
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
    pub fn of(kind: KindRef) -> Self {
        let tells_default = matches!(
            (kind.address.group, kind.address.plural),
            ("storage.k8s.io", "storageclasses") | ("networking.k8s.io", "ingressclasses")
        );
        Self { tells_default, ..Self::default() }
    }

    /// Takes over the server's columns. True if they are new.
    pub fn define(&mut self, definitions: &[u8]) -> Result<bool> {
        let Some(definitions) = json::parse::<Option<Vec<Definition>>>(definitions)? else { return Ok(false) };
        let name = definitions.iter().position(|d| d.format == "name" || d.name.eq_ignore_ascii_case("name"));
        let plan: Vec<Use> = definitions.iter().enumerate().map(|(i, d)| d.usage(Some(i) == name)).collect();
        let shown = definitions.iter().zip(&plan).filter(|(_, usage)| **usage != Use::Name);
        let mut columns: Vec<Column> = shown.map(|(definition, _)| definition.column()).collect();
        mark_state(&mut columns);
        if self.tells_default {
            columns.insert(0, Column::new("DEFAULT", 7));
        }
        Ok(self.take_over(plan, columns))
    }

    fn take_over(&mut self, plan: Vec<Use>, columns: Vec<Column>) -> bool {
        let known = self.plan.as_ref() == Some(&plan) && self.columns == columns;
        self.plan = Some(plan);
        self.columns = columns;
        !known
    }

    /// Sets the columns for a server without tables: NAME and AGE. True if they are new.
    pub fn plain(&mut self) -> bool {
        self.take_over(Vec::new(), vec![Column::new("AGE", 5)])
    }

    /// Whether the server has not sent its columns yet.
    pub fn is_undefined(&self) -> bool {
        self.plan.is_none()
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Reads one element of `rows`, or a whole object if the server has no tables. Returns the bytes of the object.
    pub fn read<'b>(&self, reading: &mut Reading<'_>, bytes: &'b [u8], rows: &mut Vec<Object>) -> Result<&'b [u8]> {
        let plan = self.plan.as_ref().ok_or_else(|| unreadable("a row of a table comes before its columns"))?;
        if plan.is_empty() {
            object(bytes, None, reading, rows)?;
            return Ok(bytes);
        }
        let row: TableRow<'b> = json::parse(bytes)?;
        let whole = row.object.map_or("{}", RawValue::get).as_bytes();
        let told = Told { plan, values: &row.cells, tells_default: self.tells_default };
        object(whole, Some(&told), reading, rows)?;
        Ok(whole)
    }
}

fn object(bytes: &[u8], told: Option<&Told<'_>>, reading: &mut Reading<'_>, rows: &mut Vec<Object>) -> Result<()> {
    let Whole { metadata: mut meta, status } = json::parse(bytes)?;
    if !lens::owned(&meta, reading) {
        return Ok(());
    }
    let judge = if let Door::Table(judge) = reading.kind.door { judge } else { None };
    let health = match (status, judge) {
        (Some(status), Some(judge)) => judge(&json::parse(status.get().as_bytes())?),
        (Some(status), None) => health::of(status.get()),
        (None, _) => Health::Unknown,
    };
    let cells = match told {
        None => vec![lens::age(&meta)],
        Some(told) => {
            if meta.name.is_empty() {
                told.name().clone_into(&mut meta.name);
            }
            told.cells(&meta, reading)
        }
    };
    rows.push(lens::object(&meta, reading, Row { health, cells, link: None }));
    Ok(())
}

/// The cells that a server sent for one object.
struct Told<'a> {
    plan: &'a [Use],
    values: &'a [Value],
    tells_default: bool,
}

impl Told<'_> {
    /// The name with the mark that may stand behind it.
    fn printed(&self) -> &str {
        let at = self.plan.iter().position(|usage| *usage == Use::Name);
        at.and_then(|at| self.values.get(at)).and_then(Value::as_str).unwrap_or_default()
    }

    /// The name alone. It is needed if the server sends no objects with its rows.
    fn name(&self) -> &str {
        let printed = self.printed();
        printed.strip_suffix(DEFAULT).filter(|_| self.tells_default).unwrap_or(printed)
    }

    fn cells(&self, meta: &Meta, reading: &mut Reading<'_>) -> Vec<Cell> {
        let is_default = if self.printed().ends_with(DEFAULT) { Cell::Flag(true) } else { Cell::None };
        let used = self.plan.iter().enumerate().filter(|(_, usage)| **usage != Use::Name);
        let cell = |(i, usage): (usize, &Use)| {
            let value = self.values.get(i).unwrap_or(&Value::Null);
            let age = match usage {
                Use::Age => age(value, meta),
                Use::Date => aged(value),
                Use::Name | Use::AsIs => None,
            };
            age.unwrap_or_else(|| print::cell(value, reading.strings))
        };
        self.tells_default.then_some(is_default).into_iter().chain(used.map(cell)).collect()
    }
}

/// The moment to which an age in words belongs. Usually that is the creation of the object, which is known to the
/// second.
fn age(value: &Value, meta: &Meta) -> Option<Cell> {
    let text = value.as_str()?;
    let created = meta.creation_timestamp.map(lens::Moment::time);
    let created = created.filter(|created| ages::is_age(text, *created, now()));
    created.map(Cell::Since).or_else(|| aged(value))
}

fn aged(value: &Value) -> Option<Cell> {
    ages::aged(value.as_str()?, now())
}

impl Definition {
    fn usage(&self, is_name: bool) -> Use {
        match () {
            () if is_name => Use::Name,
            () if self.name.eq_ignore_ascii_case("age") => Use::Age,
            () if self.kind == "date" => Use::Date,
            () => Use::AsIs,
        }
    }

    /// The column with kubectl's title.
    fn column(&self) -> Column {
        let title = self.name.to_uppercase();
        let width = u16::try_from(title.chars().count()).unwrap_or(u16::MAX);
        let amount = AMOUNTS.contains(&title.as_str());
        let column = Column { amount, ..Column::titled(title.into(), width.max(5)) };
        if self.priority > 0 { column.wide() } else { column }
    }
}

/// The titles of columns that hold quantities. Servers send them as plain texts.
const AMOUNTS: &[&str] =
    &["CAPACITY", "SIZE", "STORAGE", "RESTORESIZE", "CPU", "MEMORY", "REQUEST", "REQUESTED", "LIMIT"];

/// Marks the column that most likely shows the health.
fn mark_state(columns: &mut [Column]) {
    let found = ["STATUS", "PHASE", "STATE", "HEALTH", "HEALTH STATUS", "READY", "TARGETS", "ALLOWED DISRUPTIONS"]
        .iter()
        .find_map(|title| columns.iter().position(|column| column.title == *title && !column.wide));
    if let Some(at) = found {
        columns[at] = columns[at].clone().state();
    }
}
