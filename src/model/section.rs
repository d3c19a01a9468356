//! The content of a describe page: titled groups of facts. Ages stay cells, so they keep counting.

use super::{Cell, Health, Object, Str};

/// One line of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A key and its value.
    Pair(Str, Cell),
    /// A key and its value, with a state that gives the value a shape and a colour.
    State(Str, Cell, Health),
    /// A line of its own, and the steps of its indent.
    Line(u8, Str),
    /// A row of a table; the first one is its header.
    Row(Box<[Cell]>),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    pub title: Str,
    pub facts: Vec<Fact>,
}

impl Section {
    pub fn new(title: impl Into<Str>) -> Self {
        Self { title: title.into(), facts: Vec::new() }
    }

    /// Adds a pair, unless its value is empty.
    pub fn pair(&mut self, key: impl Into<Str>, value: impl Into<Str>) -> &mut Self {
        self.cell(key, Cell::text(value))
    }

    pub fn cell(&mut self, key: impl Into<Str>, cell: Cell) -> &mut Self {
        if cell != Cell::None {
            self.facts.push(Fact::Pair(key.into(), cell));
        }
        self
    }

    pub fn state(&mut self, key: impl Into<Str>, cell: Cell, health: Health) -> &mut Self {
        self.facts.push(Fact::State(key.into(), cell, health));
        self
    }

    pub fn line(&mut self, depth: u8, text: impl Into<Str>) -> &mut Self {
        self.facts.push(Fact::Line(depth, text.into()));
        self
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) -> &mut Self {
        self.facts.push(Fact::Row(cells.into_iter().collect()));
        self
    }

    /// Adds rows with their titles above them; nothing if there are none.
    pub fn table<const N: usize>(
        &mut self,
        titles: [&'static str; N],
        rows: impl IntoIterator<Item = [Cell; N]>,
    ) -> &mut Self {
        for (i, row) in rows.into_iter().enumerate() {
            if i == 0 {
                self.row(titles.map(Cell::text));
            }
            self.row(row);
        }
        self
    }

    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// Adds a table of `objects`: their names, then the columns whose indices `cells` gives.
    pub fn objects<'a>(&mut self, objects: impl IntoIterator<Item = &'a Object>, cells: &[usize]) -> &mut Self {
        for object in objects {
            let name = std::iter::once(Cell::Text(object.id.title()));
            let rest = cells.iter().map(|i| object.cells.get(*i).cloned().unwrap_or_default());
            self.row(name.chain(rest));
        }
        self
    }
}
