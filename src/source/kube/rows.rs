//! Turns the bytes of objects into the rows of one query, or into what a computed table keeps of them.

use std::sync::Arc;
use std::vec::Drain;

use super::ask::{self, Ask, Form};
use super::extra::{self, Whole};
use super::json;
use super::table::{self, Event, Table};
use super::wire::Change;
use crate::kinds::custom::Reader;
use crate::kinds::lens::{self, Lens, Meta, Row};
use crate::model::{
    Cell, Column, Delta, Extra, Id, Identified, KindRef, Object, Part, Read, Reading, Result, Scope, Shape, SourceId,
    Str, Strings, Wire,
};
use crate::source::extras;
use crate::source::out::Out;

pub struct Rows<T = Object> {
    at: SourceId,
    kind: KindRef,
    scope: Scope,
    how: How<T>,
    strings: Strings,
    fresh: Vec<T>,
}

#[derive(Clone)]
pub enum How<T = Object> {
    /// Whole objects in some form. `bare` makes a row of an object that `read` cannot read.
    Lens { form: Form, read: Read<T>, bare: Read<T> },
    /// Whole objects as JSON, read by the shape of their kind.
    Json { reader: Arc<Reader>, read: ReadJson<T>, bare: Read<T> },
    /// The server's own table.
    Table(Table, ReadRow<T>),
}

/// Turns an object into its row by a shape.
type ReadJson<T> = fn(&Reader, &mut Reading<'_>, &[u8], &mut Vec<T>) -> Result<()>;

/// Turns one row of the server's table into a row of spyhop. Returns the bytes of its object.
type ReadRow<T> = for<'b> fn(&Table, &mut Reading<'_>, &'b [u8], &mut Vec<T>) -> Result<&'b [u8]>;

impl How {
    /// A path among the extra columns is found in JSON only.
    pub fn lens(read: Read, extras: &[Extra]) -> Self {
        let form = if extras.iter().any(Extra::needs_body) { Form::JSON } else { Form::LENS };
        Self::Lens { form, read, bare: lens::read::<Bare> }
    }

    pub fn json(shape: &'static Shape) -> Self {
        let reader = Arc::new(Reader::new(shape));
        Self::Json { reader, read: Reader::read, bare: lens::read::<Bare> }
    }

    pub fn table(table: Table) -> Self {
        Self::Table(table, Table::read)
    }
}

impl<T> How<T> {
    /// The columns of the rows without the extra ones.
    fn columns(&self, kind: KindRef) -> &[Column] {
        match self {
            Self::Lens { .. } | Self::Json { .. } => kind.0.columns,
            Self::Table(table, _) => table.columns(),
        }
    }
}

/// The result for some bytes. The columns are sent before the rows that fill them.
pub struct Fresh<'a, T> {
    pub columns: Option<Delta<T>>,
    pub rows: Drain<'a, T>,
}

impl<T: Identified> Rows<T> {
    pub fn new(at: SourceId, kind: KindRef, scope: Scope, how: How<T>) -> Self {
        Self { at, kind, scope, how, strings: Strings::default(), fresh: Vec::new() }
    }

    /// Asks for the list.
    pub fn ask(&self) -> Ask {
        self.ask_in(|form| form.list)
    }

    /// Asks for the changes.
    pub fn ask_for_changes(&self) -> Ask {
        self.ask_in(|form| form.watch)
    }

    fn ask_in(&self, accept: fn(Form) -> &'static str) -> Ask {
        match self.how {
            How::Lens { form, .. } => Ask::list(&self.kind, &self.scope, accept(form)),
            How::Json { .. } => Ask::list(&self.kind, &self.scope, accept(Form::JSON)),
            How::Table(..) => Ask::list(&self.kind, &self.scope, ask::TABLE).with(table::INCLUDE.0, table::INCLUDE.1),
        }
    }

    /// Asks for one object by its name.
    pub fn ask_for(&self, name: &Str) -> Ask {
        let namespace = self.scope.namespace.clone().unwrap_or_default();
        let id = Id { at: self.at, kind: self.kind, namespace, name: name.clone(), part: Str::new() };
        match self.how {
            How::Lens { .. } | How::Json { .. } => Ask::object(&id, ask::JSON),
            How::Table(..) => Ask::object(&id, ask::TABLE).with(table::INCLUDE.0, table::INCLUDE.1),
        }
    }

    /// The namespaces that are listed one after the other. `None` means all of them at once.
    pub fn places(&self) -> Vec<Option<Str>> {
        match &self.scope.part {
            Part::Namespaces(names) if self.scope.namespace.is_none() => names.iter().cloned().map(Some).collect(),
            Part::Namespaces(_) | Part::Names(_) | Part::All => vec![self.scope.namespace.clone()],
        }
    }

    pub fn look_into(&mut self, namespace: Option<Str>) {
        self.scope.namespace = namespace;
    }

    /// The columns of the rows, if they differ from those of the kind and are known before the server answers.
    pub fn columns(&self) -> Option<Delta<T>> {
        let told = !matches!(self.how, How::Table(..)) && !self.scope.extras.is_empty();
        told.then(|| self.with_extras())
    }

    fn with_extras(&self) -> Delta<T> {
        extras::columns(self.how.columns(self.kind), &self.scope.extras)
    }

    /// Takes in the `columnDefinitions` of a Table.
    pub fn define(&mut self, definitions: &[u8]) -> Result<Option<Delta<T>>> {
        let are_new = match &mut self.how {
            How::Lens { .. } | How::Json { .. } => false,
            How::Table(table, _) => table.define(definitions)?,
        };
        Ok(are_new.then(|| self.with_extras()))
    }

    /// The rows of one object of a list.
    pub fn read(&mut self, wire: Wire, bytes: &[u8]) -> Result<Fresh<'_, T>> {
        let are_new = match &mut self.how {
            How::Table(table, _) if table.is_undefined() => table.plain(),
            How::Table(..) | How::Lens { .. } | How::Json { .. } => false,
        };
        let columns = are_new.then(|| self.with_extras());
        self.fresh.clear();
        self.fill(wire, bytes)?;
        Ok(Fresh { columns, rows: self.fresh.drain(..) })
    }

    /// Sends the changes of a watch event.
    pub fn tell(&mut self, change: Change, wire: Wire, bytes: &[u8], out: &mut Out<Delta<T>>) -> Result<()> {
        match change {
            Change::Put => self.put(wire, bytes, out)?,
            Change::Deleted => out.extend(self.event(wire, bytes)?.rows.map(gone)),
            Change::Bookmark => out.extend(self.bookmark(bytes)?),
            Change::Error => {}
        }
        Ok(())
    }

    /// Sends the rows of a changed object. If it no longer belongs to the owner that the query asks for, it has no
    /// rows, and those that it had are removed.
    fn put(&mut self, wire: Wire, bytes: &[u8], out: &mut Out<Delta<T>>) -> Result<()> {
        let Fresh { columns, rows } = self.event(wire, bytes)?;
        out.extend(columns);
        if rows.len() > 0 {
            out.extend(rows.map(Delta::Upsert));
            return Ok(());
        }
        drop(rows);
        let owner = std::mem::take(&mut self.scope.owner);
        let anybodys = self.event(wire, bytes).map(|fresh| out.extend(fresh.rows.map(gone)));
        self.scope.owner = owner;
        anybodys
    }

    /// Reads the rows of an event's object. If tables were requested, the event contains a Table.
    fn event(&mut self, wire: Wire, bytes: &[u8]) -> Result<Fresh<'_, T>> {
        if !matches!(self.how, How::Table(..)) {
            return self.read(wire, bytes);
        }
        let event: Event<'_> = json::parse(bytes)?;
        let columns = event.column_definitions.map(|definitions| self.define(definitions.get().as_bytes()));
        let columns = columns.transpose()?.flatten();
        if event.kind != "Table" {
            return self.read(wire, bytes);
        }
        self.fresh.clear();
        for row in event.rows.unwrap_or_default() {
            self.fill(wire, row.get().as_bytes())?;
        }
        Ok(Fresh { columns, rows: self.fresh.drain(..) })
    }

    /// A bookmark has no object, but the first event of a watch tells the columns.
    fn bookmark(&mut self, bytes: &[u8]) -> Result<Option<Delta<T>>> {
        match self.how {
            How::Lens { .. } | How::Json { .. } => Ok(None),
            How::Table(..) => json::parse::<Event<'_>>(bytes)?
                .column_definitions
                .map_or(Ok(None), |definitions| self.define(definitions.get().as_bytes())),
        }
    }

    /// Reads the rows of one object. An object that cannot be read gets a row with its name.
    fn fill(&mut self, wire: Wire, bytes: &[u8]) -> Result<()> {
        let Self { at, kind, scope, how, strings, fresh } = self;
        let mut reading = Reading { at: *at, kind: *kind, scope, strings };
        let before = fresh.len();
        let (whole, told, bare) = match how {
            How::Table(table, read) => (read(table, &mut reading, bytes, fresh)?, Ok(()), None),
            How::Lens { read, bare, .. } => (bytes, read(&mut reading, wire, bytes, fresh), Some(bare)),
            How::Json { reader, read, bare } => (bytes, read(reader, &mut reading, bytes, fresh), Some(bare)),
        };
        told.or_else(|_| {
            fresh.truncate(before);
            bare.map_or(Ok(()), |bare| bare(&mut reading, wire, bytes, fresh))
        })?;
        if !scope.extras.is_empty() {
            let own = how.columns(*kind).len();
            let whole = Whole { kind: *kind, wire, bytes: whole };
            extra::add(&scope.extras, own, &mut fresh[before..], &whole, strings);
        }
        Ok(())
    }
}

fn gone<T: Identified>(row: T) -> Delta<T> {
    Delta::Remove(row.id().clone())
}

/// The part that every object has.
#[derive(prost::Message, serde::Deserialize)]
#[serde(default)]
struct Bare {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
}

impl Lens for Bare {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, _: &Meta, reading: &mut Reading<'_>) -> Row {
        Row { cells: vec![Cell::None; reading.kind.columns.len()], ..Row::default() }
    }
}
