//! The values of extra columns, read from the bytes of an object.

use std::collections::BTreeMap;

use prost::Message;
use serde::Deserialize;

use crate::kinds::describe::mask::LAST_APPLIED;
use crate::kinds::lens::{decode, or_default};
use crate::kinds::mask;
use crate::model::{Cell, Extra, Identified, Origin, Strings, Wire};
use crate::source::extras;

#[derive(Message, Deserialize)]
#[serde(default)]
struct Annotated {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Annotations>,
}

/// `annotations` of `meta.v1.ObjectMeta`.
#[derive(Message, Deserialize)]
#[serde(default)]
struct Annotations {
    #[prost(btree_map = "string, string", tag = "12")]
    #[serde(deserialize_with = "or_default")]
    annotations: BTreeMap<String, String>,
}

/// Puts the extra cells behind the first `own` cells of the rows of one object.
pub fn add<T: Identified>(extras: &[Extra], own: usize, rows: &mut [T], object: (Wire, &[u8]), strings: &mut Strings) {
    let is_annotated = extras.iter().any(|extra| matches!(extra.origin, Origin::Annotation(_)));
    let annotations = if is_annotated { annotations(object) } else { BTreeMap::new() };
    extras::add(extras, own, rows, |extra, row| match &extra.origin {
        Origin::Label(key) => shared(row.label(key), strings),
        Origin::Annotation(key) => {
            let text = annotations.get(key.as_str()).map(|text| mask::urls(text));
            shared(text.as_deref(), strings)
        }
    });
}

fn shared(text: Option<&str>, strings: &mut Strings) -> Cell {
    text.map_or(Cell::None, |text| Cell::text(strings.share(text)))
}

/// The annotations of an object, without the copy of the whole object: of a Secret it holds the values.
fn annotations((wire, bytes): (Wire, &[u8])) -> BTreeMap<String, String> {
    let read: Annotated = decode(wire, bytes).unwrap_or_default();
    let mut annotations = read.metadata.unwrap_or_default().annotations;
    annotations.remove(LAST_APPLIED);
    annotations
}
