//! What is computed of several kinds of a mesh: a source makes the rows.

mod backends;
mod problems;
mod routes;

use crate::model::{Id, Kind, KindRef, Object};

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&routes::KIND, &backends::KIND, &problems::KIND];

/// The labels that name what a computed row stands for.
pub const OWNER: &str = "owner";
/// The JSON pointer of the backends within the owner.
pub const LIST: &str = "list";

/// Whether its rows are made of other objects.
pub fn is_computed(kind: KindRef) -> bool {
    KINDS.iter().any(|known| KindRef(known) == kind)
}

/// The object that a computed row comes from, as `served` has its kind. `None` for rows of other kinds.
pub fn owner(object: &Object, served: &[KindRef]) -> Option<Id> {
    if !is_computed(object.id.kind) {
        return None;
    }
    let (resource, name) = label(object, OWNER)?.split_once('/')?;
    let kind = super::find(resource, served)?;
    Some(Id::new(object.id.at, kind, object.id.namespace.clone(), name))
}

pub fn label<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object
        .labels
        .split(',')
        .find_map(|pair| pair.split_once('=').filter(|(known, _)| *known == key))
        .map(|(_, value)| value)
}
