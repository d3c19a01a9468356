//! What describe knows beside an object's own body: lists of other objects, as far as they came.

use super::{Cell, Column, Error, Link, Object, Value};

/// Other objects that describe looks at.
#[derive(Clone, Copy, Debug)]
pub struct Related {
    pub title: &'static str,
    /// Where to look, given the body.
    pub find: fn(&Value) -> Option<Link>,
    /// Which of the objects found there belong to it, where no selector can say that. Lists named earlier are known.
    pub keep: fn(&Value, &Around<'_>, &Object) -> bool,
    /// The columns that are shown; those of the kind that are not wide when none are named. `NAMESPACE` may be one.
    pub columns: &'static [&'static str],
    /// Whether its rows are shown, and not only told of.
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

/// How far a list has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arrived<'a> {
    /// More may come: that something is not in it says nothing.
    NotYet,
    Whole,
    /// It was refused or interrupted; objects in it are those of before.
    Failed(&'a Error),
}

#[derive(Clone, Debug)]
pub struct Listed<'a> {
    pub what: Related,
    /// As far as they came, in no order.
    pub objects: Vec<&'a Object>,
    /// The columns of their cells.
    pub columns: &'a [Column],
    pub arrived: Arrived<'a>,
}

/// All lists of one object.
#[derive(Clone, Debug, Default)]
pub struct Around<'a> {
    lists: Vec<Listed<'a>>,
}

impl<'a> Around<'a> {
    /// Adds a list, without what does not belong to the object.
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

    /// The objects of a list that have come so far.
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
    /// The cell under a title of its kind's columns; none where the kind has no such column.
    pub fn cell(&self, title: &str) -> &Cell {
        self.id.kind.column(title).and_then(|column| self.cells.get(column)).unwrap_or(&Cell::None)
    }

    /// The text of such a cell; empty for all that is no text.
    pub fn word(&self, title: &str) -> &str {
        match self.cell(title) {
            Cell::Text(text) => text,
            _ => "",
        }
    }
}
