//! What is computed of several kinds of a mesh: a source makes the rows.

pub mod backends;
pub mod problems;
pub mod routes;

use super::kube;
use crate::model::{Family, Home, Id, Kind, KindRef, Object, Represents, Str, Time};

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&routes::KIND, &backends::KIND, &problems::KIND];

/// Computed of what clusters have, and asked of them.
pub static FAMILY: Family = Family {
    name: "mesh",
    kinds: KINDS,
    systems: &[],
    over: Some(&kube::FAMILY),
    verbs: &[],
    remembers: false,
    ..kube::FAMILY
};

impl Kind {
    /// What computed tables have in common.
    const fn mesh() -> Self {
        Self { home: Home::Computed, represents: Represents::Another(owner), ..Self::of(&FAMILY) }
    }
}

/// The labels that name what a computed row stands for.
pub const OWNER: &str = "owner";
/// The JSON pointer of the backends within the owner.
pub const LIST: &str = "list";
/// How many endpoints of each backend of the rule are ready, in order: `3/3:0/1:?`.
pub const READY: &str = "ready";

/// The object that a computed row comes from, as `served` has its kind.
fn owner(object: &Object, served: &[KindRef]) -> Option<Id> {
    let (resource, name) = object.label(OWNER)?.split_once('/')?;
    let kind = super::at(resource, served)?;
    Some(Id::new(object.id.at, kind, object.id.namespace.clone(), name))
}

/// The name of a computed row is for programs: people know a rule by its host and match, a backend by its service and
/// subset.
fn called(object: &Object, columns: &[usize]) -> Str {
    let texts = columns.iter().filter_map(|column| object.cells.get(*column)).map(|cell| cell.to_text(Time(0)));
    let text = texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    // The namespace of a service is told beside it.
    let place = format!("{}/", object.id.namespace);
    text.strip_prefix(&place).unwrap_or(&text).into()
}
