//! Columns that a query asks for besides those of its kind.

use super::{Column, Str};

/// A column with a value of each object that its kind has no column for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extra {
    pub title: Str,
    pub origin: Origin,
}

/// Where in an object the value stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The label with this key.
    Label(Str),
    /// The annotation with this key.
    Annotation(Str),
}

impl Extra {
    /// The narrowest column, in cells.
    const WIDTH: u16 = 5;

    /// The column in a table. It stays if there is little room, because the user asked for it.
    pub fn column(&self) -> Column {
        Column::titled(self.title.to_string().into(), Self::WIDTH).rank(0)
    }
}
