//! Adds the cells of extra columns: those that a query asks for besides the columns of its kind.

use crate::model::{Cell, Column, Delta, Extra, Identified, Object, Origin};

/// The columns of a list: those of its kind, followed by the extra ones.
pub fn columns<T>(own: &[Column], extras: &[Extra]) -> Delta<T> {
    Delta::Columns(own.iter().cloned().chain(extras.iter().map(Extra::column)).collect())
}

/// Puts the extra cells behind the first `own` cells of each row. `cell` makes the cell of a column for a row.
pub fn add<T: Identified>(extras: &[Extra], own: usize, rows: &mut [T], mut cell: impl FnMut(&Extra, &Object) -> Cell) {
    let mut cells = |row: &Object| extras.iter().map(|extra| cell(extra, row)).collect();
    rows.iter_mut().for_each(|row| row.append(own, &mut cells));
}

/// The cell of an extra column in a computed row. A computed row stands for several objects, so only its labels are
/// known.
pub fn label(extra: &Extra, row: &Object) -> Cell {
    let Origin::Label(key) = &extra.origin else { return Cell::None };
    row.label(key).map_or(Cell::None, Cell::text)
}
