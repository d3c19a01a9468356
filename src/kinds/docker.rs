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
pub mod tests;
pub mod volumes;

use crate::model::{Address, Kind, KindRef};

/// In the order in which the palette and help list them. A kind is its file, its `mod` line above, and its line here.
pub static KINDS: &[&Kind] =
    &[&containers::KIND, &containerstats::KIND, &images::KIND, &volumes::KIND, &networks::KIND, &projects::KIND];

/// The word for the family, before the slash of `docker/containers`.
pub const FAMILY: &str = "docker";

/// What the kinds of an engine have in common.
const DOCKER: Kind = Kind { family: FAMILY, ..Kind::KUBE };

/// Why an engine can never answer a command about objects of one of its kinds, whoever asks.
pub fn lacks(kind: KindRef, command: &str) -> Option<&'static str> {
    if kind.family != FAMILY {
        return None;
    }
    match (command, kind.name) {
        ("edit", _) => Some("objects of an engine cannot be edited"),
        ("forward", _) => Some("ports are published when a container is created; PORTS shows where"),
        ("warp" | "namespace" | "copy-namespace" | "use", _) => Some("an engine has no namespaces"),
        ("owner" | "node" | "managed-fields", _) => Some("engines do not have this"),
        ("describe" | "yaml", "projects") => Some("a project is a label on its containers; enter lists them"),
        ("shell" | "attach" | "twin", name) if name != "containers" => Some("this works on containers only"),
        ("logs" | "logs-previous", name) if !["containers", "projects"].contains(&name) => {
            Some("only containers and projects have logs")
        }
        _ => None,
    }
}

/// Engines have no API groups; this one keeps their kinds apart from those of clusters.
const fn address(kind: &'static str, plural: &'static str) -> Address {
    Address { group: FAMILY, version: "", kind, plural, namespaced: false }
}
