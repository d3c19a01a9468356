//! Plain data that every layer shares: cells, objects, kinds, queries, requests, errors.
//! No I/O, no terminal, no clock.

mod around;
mod cell;
mod digest;
mod error;
mod extra;
mod extract;
mod family;
mod kind;
mod log;
mod name;
mod object;
mod path;
mod place;
mod quantity;
mod query;
mod request;
mod section;
mod selector;
mod session;
mod shape;
pub mod text;
mod time;
mod uid;
mod verb;
pub mod written;

pub use around::{Around, Arrived, Listed, Related};
pub use cell::{Cell, Tone, Units, natural, natural_ignoring_case};
pub use digest::Digest;
pub use error::{Error, Result};
pub use extra::{Extra, Origin, words as extra_words};
pub use extract::{Extract, Fragment};
pub use family::{Family, Finds, Noun, System};
pub use kind::{
    Address, Column, Columns, Deletion, Description, Door, Enter, Home, Judge, Kind, KindRef, Lender, Logs, Naming,
    Narrow, Presentation, Process, Reached, Read, Reading, Represents, Title, Twin, Wire,
};
pub use log::{LogLine, Pods, Tail};
pub use name::{NameSyntax, named, segment};
pub use object::{Health, Id, Identified, Link, Object, SourceId, Strings};
pub use path::JsonPath;
pub use place::{Looked, Place};
pub use quantity::{bytes, cores};
pub use query::{Delta, Found, Part, Query, Rule, Rules, Scope, Standing, Version, Within};
pub use request::{Patch, Propagation, Reply, Request, What};
pub use section::{Fact, Section};
pub use selector::{Malformed, Selector};
pub use session::{End, Input, Reach, SessionId, Traffic};
pub use shape::{Get, Property, Shape};
pub use time::{Time, human};
pub use uid::Uid;
pub use verb::{Act, Args, Changes, Flag, Form, Param, Prefetch, Reads, Right, Until, Verb, Words, seen};

/// A shared string, one pointer wide: cells stay within 16 bytes.
pub use arcstr::ArcStr as Str;
/// A whole object as the server holds it.
pub use serde_json::Value;
