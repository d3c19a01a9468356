//! Cuts the bodies of lists and watches into objects while their bytes arrive. Nothing is collected and nothing is
//! decoded: each object is passed on as a slice, wherever the chunks are cut.

use bytes::Bytes;
use serde::Deserialize;

use super::{json, proto};
pub use crate::kinds::field::unreadable;
use crate::kinds::lens::or_default;
use crate::model::{Error, Result, Wire};

/// The most bytes of one object. etcd accepts 1.5 MiB; aggregated servers send larger ones.
pub const MOST: usize = 32 << 20;

/// The metadata of a list (`meta.v1.ListMeta`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ListMeta {
    #[serde(deserialize_with = "or_default")]
    pub resource_version: String,
    /// The start of the next page; empty on the last page.
    #[serde(rename = "continue", deserialize_with = "or_default")]
    pub next: String,
    #[serde(rename = "remainingItemCount")]
    pub remaining: Option<i64>,
}

/// A part of a list's body.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Meta(ListMeta),
    /// The `columnDefinitions` of a Table, as JSON.
    Columns(&'a [u8]),
    /// One element of `items`, or one of the `rows` of a Table.
    Item(&'a [u8]),
}

/// What a watch event says about its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Put,
    Deleted,
    Bookmark,
    /// The object is a `Status`.
    Error,
}

impl Change {
    /// The `type` of a `meta.v1.WatchEvent`.
    pub fn named(name: &[u8]) -> Result<Self> {
        match name {
            b"ADDED" | b"MODIFIED" => Ok(Self::Put),
            b"DELETED" => Ok(Self::Deleted),
            b"BOOKMARK" => Ok(Self::Bookmark),
            b"ERROR" => Ok(Self::Error),
            other => Err(unreadable(format_args!("unknown watch event {:?}", String::from_utf8_lossy(other)))),
        }
    }
}

/// Takes the pieces of a list.
pub type Pieces<'a> = dyn FnMut(Piece<'_>) -> Result<()> + Send + 'a;

/// Takes the events of a watch.
pub type Events<'a> = dyn FnMut(Change, &[u8]) -> Result<()> + Send + 'a;

/// A list body in either encoding.
#[derive(Debug)]
pub enum List {
    Proto(proto::List),
    Json(json::List),
}

impl List {
    pub fn new(wire: Wire) -> Self {
        match wire {
            Wire::Proto => Self::Proto(proto::List::default()),
            Wire::Json => Self::Json(json::List::default()),
        }
    }

    pub fn feed(&mut self, chunk: &Bytes, out: &mut Pieces<'_>) -> Result<()> {
        match self {
            Self::Proto(list) => list.feed(chunk, out),
            Self::Json(list) => list.feed(chunk, out),
        }
    }

    /// Fails if the body ended before the list did, or if it was not a list.
    pub fn finish(&self) -> Result<()> {
        if let Self::Json(list) = self
            && list.is_whole()
            && !list.is_list()
        {
            return Err(unreadable("it is not a list: it has no items and no rows"));
        }
        let whole = match self {
            Self::Proto(list) => list.is_whole(),
            Self::Json(list) => list.is_whole(),
        };
        if whole { Ok(()) } else { Err(cut()) }
    }
}

/// A watch body in either encoding. An incomplete event at its end is dropped, because the next watch sends it again.
#[derive(Debug)]
pub enum Watch {
    Proto(proto::Watch),
    Json(json::Watch),
}

impl Watch {
    pub fn new(wire: Wire) -> Self {
        match wire {
            Wire::Proto => Self::Proto(proto::Watch::default()),
            Wire::Json => Self::Json(json::Watch::default()),
        }
    }

    pub fn feed(&mut self, chunk: &Bytes, out: &mut Events<'_>) -> Result<()> {
        match self {
            Self::Proto(watch) => watch.feed(chunk, out),
            Self::Json(watch) => watch.feed(chunk, out),
        }
    }
}

/// The `metadata.resourceVersion` of an object; empty if there is none.
pub fn version(wire: Wire, object: &[u8]) -> String {
    match wire {
        Wire::Proto => proto::version(object),
        Wire::Json => json::version(object),
    }
}

/// The error for a body that broke off. Asking again may help, perhaps for less at once.
pub fn cut() -> Error {
    Error::Offline("the answer was cut off".to_owned())
}

pub fn too_large(size: usize) -> Error {
    unreadable(format_args!("an object of {size} bytes is too large: the limit is {MOST}"))
}
