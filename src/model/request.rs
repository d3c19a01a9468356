//! One thing to do to one object, once.

use super::{Id, Str, Value};

/// What becomes of the objects that a deleted one owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    Background,
    Foreground,
    Orphan,
}

impl Propagation {
    pub const ALL: [Self; 3] = [Self::Background, Self::Foreground, Self::Orphan];

    /// As the API spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Background => "Background",
            Self::Foreground => "Foreground",
            Self::Orphan => "Orphan",
        }
    }
}

/// A change to parts of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Patch {
    /// RFC 7386; null removes.
    Merge(Value),
    /// As merge, lists merged by the keys that the API declares; built-in kinds only.
    Strategic(Value),
    /// RFC 6902: operations, in order, all or none.
    Json(Value),
    /// As merge, in the name of `kubectl apply`, and a field that the server does not know is a mistake.
    Kubectl(Value),
}

/// What is asked of the other side.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Read the object.
    Get,
    Create(Box<Value>),
    /// Write the whole object; the body carries the version it was read at.
    Replace(Box<Value>),
    /// Server-side apply; `force` takes fields over from their managers.
    Apply {
        body: Box<Value>,
        force: bool,
    },
    Patch(Box<Patch>),
    /// `grace` in seconds, the object's own when `None`; 0 is at once.
    Delete {
        grace: Option<u32>,
        propagation: Option<Propagation>,
    },
    /// Something that only its source has a word for: `stop` with `t` seconds.
    Do {
        name: &'static str,
        args: Vec<(&'static str, Str)>,
    },
}

impl What {
    pub fn writes(&self) -> bool {
        match self {
            Self::Get => false,
            Self::Create(_)
            | Self::Replace(_)
            | Self::Apply { .. }
            | Self::Patch(_)
            | Self::Delete { .. }
            | Self::Do { .. } => true,
        }
    }

    /// The verb as RBAC spells it, or the source's own word.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Create(_) => "create",
            Self::Replace(_) => "update",
            Self::Apply { .. } | Self::Patch(_) => "patch",
            Self::Delete { .. } => "delete",
            Self::Do { name, .. } => name,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub id: Id,
    /// A part of the object with a path of its own (`scale`); empty for the object itself.
    pub sub: &'static str,
    /// Only if the object still is the one of this uid; empty for whichever has the name.
    pub uid: Str,
    pub what: What,
    /// Let the server try it without doing it.
    pub dry: bool,
}

impl Request {
    pub fn new(id: Id, what: What) -> Self {
        Self { id, sub: "", uid: Str::new(), what, dry: false }
    }

    #[must_use]
    pub fn on(self, sub: &'static str) -> Self {
        Self { sub, ..self }
    }

    #[must_use]
    pub fn of(self, uid: impl Into<Str>) -> Self {
        Self { uid: uid.into(), ..self }
    }

    #[must_use]
    pub fn dry(self) -> Self {
        Self { dry: true, ..self }
    }
}

/// What came back: the object as it is afterwards (or the `Status` of a deletion), and what the server warned of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    pub body: Value,
    pub warnings: Vec<String>,
}
