//! The cells of the columns that a query asks for besides those of its kind.

use crate::model::{Cell, Column, Delta, Extra, Object};

/// Tells the columns of a list: those of its kind, and behind them the extra ones.
pub fn columns(own: &[Column], extras: &[Extra]) -> Delta {
    Delta::Columns(own.iter().cloned().chain(extras.iter().map(Extra::column)).collect())
}

/// Puts the extra cells behind the first `own` cells of each row. `cell` makes the cell of a column for a row.
pub fn add(extras: &[Extra], own: usize, rows: &mut [Object], mut cell: impl FnMut(&Extra, &Object) -> Cell) {
    for row in rows {
        let mut cells = std::mem::take(&mut row.cells).into_vec();
        cells.resize(own, Cell::None);
        cells.extend(extras.iter().map(|extra| cell(extra, row)));
        row.cells = cells.into();
    }
}

/// The value of a label of a row.
pub fn label<'a>(row: &'a Object, key: &str) -> Option<&'a str> {
    let pairs = row.labels.split(',').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(known, _)| *known == key).map(|(_, value)| value).next()
}
