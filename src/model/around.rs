//! The other objects that the describe page knows besides the body of its own object: lists, as far as they have
//! arrived.

use super::{Cell, Column, Error, Link, Object, Value};

/// One list of other objects that the describe page reads.
#[derive(Clone, Copy, Debug)]
pub struct Related {
    pub title: &'static str,
    /// The list to read, computed from the body of the described object.
    pub find: fn(&Value) -> Option<Link>,
    /// Whether an object of the list belongs to the described object, for relations that no selector can express. The
    /// lists that were declared earlier can be used.
    pub keep: fn(&Value, &Around<'_>, &Object) -> bool,
    /// The titles of the columns that are shown. If empty: all columns of the kind that are not wide. `NAMESPACE` is
    /// allowed too.
    pub columns: &'static [&'static str],
    /// Whether the page shows the rows. If not, only the texts of the page use them.
    pub is_shown: bool,
}

impl Related {
    pub const fn new(title: &'static str, find: fn(&Value) -> Option<Link>) -> Self {
        Self { title, find, keep: |_, _, _| true, columns: &[], is_shown: true }
    }

    pub const fn keep(self, keep: fn(&Value, &Around<'_>, &Object) -> bool) -> Self {
        Self { keep, ..self }
    }

    pub const fn columns(self, columns: &'static [&'static str]) -> Self {
        Self { columns, ..self }
    }

    pub const fn unseen(self) -> Self {
        Self { is_shown: false, ..self }
    }
}

/// How much of a list has arrived.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrived<'a> {
    /// More objects may arrive. An object that is missing may still exist.
    NotYet,
    Whole,
    /// The list was refused or interrupted. Its objects are those that arrived before.
    Failed(&'a Error),
}

#[derive(Clone, Debug)]
pub struct Listed<'a> {
    pub what: Related,
    /// The objects that have arrived, in no particular order.
    pub objects: Vec<&'a Object>,
    /// The columns that the cells of these objects belong to.
    pub columns: &'a [Column],
    pub arrived: Arrived<'a>,
}

/// All lists that were read for one object.
#[derive(Clone, Debug, Default)]
pub struct Around<'a> {
    lists: Vec<Listed<'a>>,
}

impl<'a> Around<'a> {
    /// Adds a list. Objects that do not belong to the described object are removed first.
    pub fn add(&mut self, body: &Value, mut listed: Listed<'a>) {
        listed.objects.retain(|object| (listed.what.keep)(body, self, object));
        self.lists.push(listed);
    }

    pub fn iter(&self) -> impl Iterator<Item = &Listed<'a>> {
        self.lists.iter()
    }

    fn list(&self, title: &str) -> Option<&Listed<'a>> {
        self.lists.iter().find(|list| list.what.title == title)
    }

    /// The objects of a list that have arrived so far.
    pub fn objects(&self, title: &str) -> &[&'a Object] {
        self.list(title).map_or(&[], |list| &list.objects)
    }

    /// Whether a list was refused or interrupted.
    pub fn has_failed(&self, title: &str) -> bool {
        self.list(title).is_some_and(|list| matches!(list.arrived, Arrived::Failed(_)))
    }

    /// The objects of a list once all of them are there.
    pub fn whole(&self, title: &str) -> Option<&[&'a Object]> {
        self.list(title).filter(|list| list.arrived == Arrived::Whole).map(|list| list.objects.as_slice())
    }
}

impl Object {
    /// The cell of the column with this title, or `Cell::None` if the kind has no such column.
    pub fn cell(&self, title: &str) -> &Cell {
        self.id.kind.column(title).and_then(|column| self.cells.get(column)).unwrap_or(&Cell::None)
    }

    /// The text of the cell of the column with this title. Empty if the cell holds no text.
    pub fn word(&self, title: &str) -> &str {
        match self.cell(title) {
            Cell::Text(text) => text,
            _ => "",
        }
    }
}
