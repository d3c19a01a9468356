//! A request: one action on one object, carried out once.

use serde::{Deserialize, Serialize};

use super::{Id, Str, Value, written};

/// What happens to the objects that a deleted object owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    Background,
    Foreground,
    Orphan,
}

impl Propagation {
    pub const ALL: [Self; 3] = [Self::Background, Self::Foreground, Self::Orphan];

    /// The word of the API for it.
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
    /// A JSON merge patch (RFC 7386): null removes a field.
    Merge(Value),
    /// A strategic merge patch: like a merge patch, but lists are merged by the keys that the API declares. Only
    /// built-in kinds accept it.
    Strategic(Value),
    /// A JSON patch (RFC 6902): a list of operations, carried out in order, all or none.
    Json(Value),
    /// A merge patch in the name of `kubectl apply`. A field that the server does not know is an error.
    Kubectl(Value),
}

/// The action that a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Reads the object.
    Get,
    Create(Box<Value>),
    /// Writes the whole object. The body carries the version at which it was read.
    Replace(Box<Value>),
    /// Server-side apply; `force` takes fields over from their managers.
    Apply {
        body: Box<Value>,
        force: bool,
    },
    Patch(Box<Patch>),
    /// Deletes the object. `grace` is in seconds; `None` uses the object's own, and 0 deletes at once.
    Delete {
        grace: Option<u32>,
        propagation: Option<Propagation>,
    },
    /// An action that only its source knows: `stop` with `t` seconds.
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

    /// The verb in the words of RBAC, or the source's own word.
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
    /// The subresource (`scale`); empty for the object itself.
    pub sub: &'static str,
    /// The uid that the object must have; empty for any object of this name.
    pub uid: Str,
    pub what: What,
    /// Whether the server only tries the request (dry run).
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

/// The answer to a request: the object as it is afterwards (or the `Status` of a deletion), and the server's warnings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    #[serde(with = "written::body")]
    pub body: Value,
    pub warnings: Vec<String>,
}
