//! Docker's kinds, one file each: an engine's JSON to rows. Every field is optional, because engines of all versions
//! and Podman answer.

pub mod facts;
pub mod pod;
#[cfg(test)]
mod tests;

use crate::model::{Address, Kind};

/// A kind is its file and its line here: the line names the module and puts its `KIND` into the table.
macro_rules! kinds {
    ($($name:ident),* $(,)?) => {
        $(pub mod $name;)*
        /// In the order in which the palette and help list them.
        pub static KINDS: &[&Kind] = &[$(&$name::KIND),*];
    };
}

kinds! {
    containers,
    containerstats,
    images,
    volumes,
    networks,
    projects,
}

/// The word for the family, before the slash of `docker/containers`.
pub const FAMILY: &str = "docker";

/// What the kinds of an engine have in common.
const DOCKER: Kind = Kind { family: FAMILY, ..Kind::KUBE };

/// Engines have no API groups; this one keeps their kinds apart from those of clusters.
const fn address(kind: &'static str, plural: &'static str) -> Address {
    Address { group: FAMILY, version: "", kind, plural, namespaced: false }
}
