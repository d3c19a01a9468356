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

use std::time::Duration;

use super::verbs;
use crate::model::text::{line, quoted};
use crate::model::{Address, Family, Finds, Kind, Noun, Place};

/// In the order in which the palette and help list them. A kind is its file, its `mod` line above, and its line here.
pub static KINDS: &[&Kind] =
    &[&containers::KIND, &containerstats::KIND, &images::KIND, &volumes::KIND, &networks::KIND, &projects::KIND];

/// Whoever commands an engine is root on its host, so nothing is written to one until a rule or `--write` says so.
pub static FAMILY: Family = Family {
    name: "docker",
    sources: Noun {
        one: "engine",
        many: "engines",
        none: "there is no container engine: set DOCKER_HOST or --docker-host",
    },
    // Stopping waits for the container's own time of grace.
    patience: Duration::from_secs(600),
    kinds: KINDS,
    systems: &[],
    namespaces: None,
    over: None,
    verbs: verbs::CONTAINERS,
    read_only: Some("default, as all container engines"),
    discovers: false,
    is_home: false,
    is_near: true,
    remembers: false,
    finds: Finds::NameOrId,
    lacks,
    shell_line,
};

impl Kind {
    /// What the kinds of an engine have in common.
    pub const fn docker() -> Self {
        Self::of(&FAMILY)
    }
}

/// The command-line program of an engine. Names of places begin with its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    pub name: &'static str,
    /// The option that names the address of an engine.
    pub address: &'static str,
    /// The option that names an engine that the program knows, and how such a place says so.
    known: (&'static str, &'static str),
}

pub static DOCKER: Program = Program { name: "docker", address: "--host", known: ("--context", "context ") };
pub static PODMAN: Program = Program { name: "podman", address: "--url", known: ("--connection", "connection ") };

impl Program {
    /// The program of an engine.
    pub fn of(engine: &Place) -> &'static Self {
        match engine.name.split_once('/') {
            Some((name, _)) if name == PODMAN.name => &PODMAN,
            Some(_) | None => &DOCKER,
        }
    }
}

/// The same engine, whatever that shell's own is.
fn shell_line(engine: &Place, _: &str, words: &[String]) -> String {
    let Program { name, address, known: (option, prefix) } = Program::of(engine);
    let place = match engine.cluster.strip_prefix(prefix) {
        Some(known) => format!("{option} {}", quoted(known)),
        None => format!("{address} {}", quoted(&engine.server)),
    };
    format!("{name} {place} {}", line(words))
}

/// Why an engine can never answer a command about objects of one of its kinds, whoever asks.
fn lacks(kind: &Kind, command: &str) -> Option<&'static str> {
    match (command, kind.name) {
        ("edit", _) => Some("objects of an engine cannot be edited"),
        ("forward", _) => Some("ports are published when a container is created; PORTS shows where"),
        ("warp" | "namespace" | "copy-namespace" | "use", _) => Some("an engine has no namespaces"),
        ("owner" | "node" | "managed-fields", _) => Some("engines do not have this"),
        ("describe" | "yaml", "projects") => Some("a project is a label on its containers; {enter} lists them"),
        ("shell" | "attach" | "twin", name) if name != "containers" => Some("this works on containers only"),
        ("logs" | "logs-previous", name) if !["containers", "projects"].contains(&name) => {
            Some("only containers and projects have logs")
        }
        _ => None,
    }
}

/// Engines have no API groups; this one keeps their kinds apart from those of clusters.
const fn address(kind: &'static str, plural: &'static str) -> Address {
    Address { group: FAMILY.name, version: "", kind, plural, namespaced: false }
}
