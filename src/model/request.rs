//! One thing to do to one object, once.

use super::{Id, Value};

/// What is asked of the other side.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// Read the object.
    Get,
    Create(Box<Value>),
    /// Write the whole object; the body carries the version it was read at.
    Replace(Box<Value>),
    /// A JSON merge patch (RFC 7386).
    Patch(Box<Value>),
    Delete,
}

impl What {
    pub fn writes(&self) -> bool {
        match self {
            Self::Get => false,
            Self::Create(_) | Self::Replace(_) | Self::Patch(_) | Self::Delete => true,
        }
    }

    /// The verb as RBAC spells it.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Create(_) => "create",
            Self::Replace(_) => "update",
            Self::Patch(_) => "patch",
            Self::Delete => "delete",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub id: Id,
    pub what: What,
    /// Let the server try it without doing it.
    pub dry: bool,
}
