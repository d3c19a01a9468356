//! How the rows of a custom resource are read from its JSON, as data.

use super::{Cell, Column, Health, Link, Value};

/// How one cell is made of an object.
#[derive(Clone, Copy)]
pub enum Get {
    /// The first value at a path ([`JsonPath`](super::JsonPath)).
    Value(&'static str),
    /// A moment at a path, shown as an age.
    Age(&'static str),
    /// All values at a path, with commas between them.
    List(&'static str),
    /// The number of values at a path.
    Count(&'static str),
    /// A function of the object. The function sees only the fields that [`Shape::needs`] names.
    Made(fn(&Value) -> Cell),
}

impl Get {
    pub fn path(self) -> Option<&'static str> {
        match self {
            Self::Value(path) | Self::Age(path) | Self::List(path) | Self::Count(path) => Some(path),
            Self::Made(_) => None,
        }
    }
}

/// A column, and how its cells are made.
pub struct Property {
    pub column: Column,
    pub get: Get,
}

impl Property {
    pub const AGE: Self = Self::age("AGE", 5, ".metadata.creationTimestamp");

    const fn new(title: &'static str, width: u16, get: Get) -> Self {
        Self { column: Column::new(title, width), get }
    }

    pub const fn value(title: &'static str, width: u16, path: &'static str) -> Self {
        Self::new(title, width, Get::Value(path))
    }

    pub const fn age(title: &'static str, width: u16, path: &'static str) -> Self {
        Self::new(title, width, Get::Age(path)).number()
    }

    pub const fn list(title: &'static str, width: u16, path: &'static str) -> Self {
        Self::new(title, width, Get::List(path))
    }

    pub const fn count(title: &'static str, width: u16, path: &'static str) -> Self {
        Self::new(title, width, Get::Count(path)).number()
    }

    pub const fn made(title: &'static str, width: u16, make: fn(&Value) -> Cell) -> Self {
        Self::new(title, width, Get::Made(make))
    }

    pub const fn rank(mut self, rank: u8) -> Self {
        self.column.rank = rank;
        self
    }

    pub const fn wide(mut self) -> Self {
        self.column.wide = true;
        self
    }

    pub const fn number(mut self) -> Self {
        self.column.number = true;
        self
    }

    pub const fn state(mut self) -> Self {
        (self.column.state, self.column.rank) = (true, 0);
        self
    }

    /// The columns of some properties.
    pub const fn columns<const N: usize>(properties: &[Self; N]) -> [Column; N] {
        let mut all = [const { Column::new("", 0) }; N];
        let mut i = 0;
        while i < N {
            // `forget`, because a constant cannot run a destructor. Nothing leaks: the empty column that is replaced
            // owns no memory.
            std::mem::forget(std::mem::replace(&mut all[i], properties[i].column.constant()));
            i += 1;
        }
        all
    }
}

/// How an object becomes a row.
pub struct Shape {
    /// The columns, in their order.
    pub properties: &'static [Property],
    pub health: fn(&Value) -> Health,
    /// The paths to the fields that the functions of cells, `health` and `link` read. All other fields are dropped while
    /// the object is read. Metadata, except annotations, and the conditions are kept without being named.
    pub needs: &'static [&'static str],
    /// Versions of the API besides that of the kind in which objects can be read too, the newest first.
    pub older: &'static [&'static str],
    /// The number of seconds after which a list is read again, if servers have no watch for the kind.
    pub every: Option<u16>,
    /// Where Enter leads from the object; `None` shows its description.
    pub link: fn(&Value) -> Option<Link>,
}

impl Shape {
    /// Functions that read no more than what is always kept, one version, and a description for Enter.
    pub const fn of(properties: &'static [Property], health: fn(&Value) -> Health) -> Self {
        Self { properties, health, needs: &[], older: &[], every: None, link: |_| None }
    }
}
