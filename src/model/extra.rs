//! Columns that a query asks for besides those of its kind.

use super::{Column, Str};

/// A column that the kind does not have, filled with one value of each object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Extra {
    pub title: Str,
    pub origin: Origin,
}

/// The position of the value in an object.
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

    /// The column in a table. Its rank is 0, so it never leaves a narrow screen: the user asked for it.
    pub fn column(&self) -> Column {
        Column::titled(self.title.to_string().into(), Self::WIDTH).rank(0)
    }
}
