//! Docker's kinds, one file each: an engine's JSON to rows. Every field is optional, because engines of all versions
//! and Podman answer.

pub mod containers;
pub mod containerstats;
pub mod facts;
pub mod images;
pub mod networks;
pub mod pod;
pub mod projects;
#[cfg(test)]
mod tests;
pub mod volumes;

use crate::model::{Address, Kind};

/// In the order in which the palette and help list them. A kind is its file, its `mod` line above, and its line here.
pub static KINDS: &[&Kind] =
    &[&containers::KIND, &containerstats::KIND, &images::KIND, &volumes::KIND, &networks::KIND, &projects::KIND];

/// The word for the family, before the slash of `docker/containers`.
pub const FAMILY: &str = "docker";

/// What the kinds of an engine have in common.
const DOCKER: Kind = Kind { family: FAMILY, ..Kind::KUBE };

/// Engines have no API groups; this one keeps their kinds apart from those of clusters.
const fn address(kind: &'static str, plural: &'static str) -> Address {
    Address { group: FAMILY, version: "", kind, plural, namespaced: false }
}
