//! Bytes of objects into the rows of one query.

use crate::kinds::lens::{self, Lens, Meta, Row};
use crate::model::{Kind, KindRef, Object, Read, Reading, Result, Scope, SourceId, Strings, Wire};

pub struct Rows {
    at: SourceId,
    kind: KindRef,
    scope: Scope,
    read: Read,
    strings: Strings,
    fresh: Vec<Object>,
}

impl Rows {
    pub fn new(at: SourceId, kind: KindRef, scope: Scope, read: Read) -> Self {
        Self { at, kind, scope, read, strings: Strings::default(), fresh: Vec::new() }
    }

    pub fn kind(&self) -> &'static Kind {
        self.kind.0
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The rows of one object. An object that the lens cannot read still gets a row with its name.
    pub fn read(&mut self, wire: Wire, bytes: &[u8]) -> Result<std::vec::Drain<'_, Object>> {
        let Self { at, kind, scope, read, strings, fresh } = self;
        let mut reading = Reading { at: *at, kind: *kind, scope, strings };
        fresh.clear();
        if read(&mut reading, wire, bytes, fresh).is_err() {
            fresh.clear();
            lens::read::<Bare>(&mut reading, wire, bytes, fresh)?;
        }
        Ok(fresh.drain(..))
    }

    /// The rows that an object would have, whoever owns it: those that go when it changes hands.
    pub fn anybodys(&mut self, wire: Wire, bytes: &[u8]) -> Result<Vec<Object>> {
        let owner = std::mem::take(&mut self.scope.owner);
        let rows = self.read(wire, bytes).map(Iterator::collect);
        self.scope.owner = owner;
        rows
    }
}

/// What every object has.
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
        Row { cells: vec![crate::model::Cell::None; reading.kind.columns.len()], ..Row::default() }
    }
}
