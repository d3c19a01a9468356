//! What Prometheus tells: the targets that it scrapes, and what the pods of a cluster use.

pub mod podusage;
pub mod targets;

use std::time::Duration;

use crate::model::text::{line, quoted};
use crate::model::{Address, Family, Finds, Kind, Noun, Place};

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&targets::KIND, &podusage::KIND];

/// It is only asked. Nothing is written to it, so `--write` changes nothing.
pub static FAMILY: Family = Family {
    name: "prometheus",
    sources: Noun {
        one: "Prometheus",
        many: "Prometheus servers",
        none: "there is no Prometheus: write prometheus = \"URL\" or look_inside = true in config.toml",
    },
    patience: Duration::from_secs(60),
    kinds: KINDS,
    systems: &[],
    namespaces: None,
    over: None,
    verbs: &[],
    read_only: Some("default, as all Prometheus servers"),
    discovers: false,
    is_home: false,
    is_near: false,
    remembers: false,
    finds: Finds::Name,
    lacks,
    shell_line: promtool,
};

impl Kind {
    /// What its kinds have in common.
    const fn prometheus() -> Self {
        Self::of(&FAMILY)
    }
}

fn promtool(place: &Place, _: &str, words: &[String]) -> String {
    format!("promtool {} {}", line(words), quoted(&place.server))
}

/// Why it can never answer a command about objects of one of its kinds.
fn lacks(_: &Kind, command: &str) -> Option<&'static str> {
    match command {
        "edit" => Some("targets are read only"),
        "warp" | "namespace" | "copy-namespace" | "use" => Some("Prometheus has no namespaces"),
        "owner" | "node" | "managed-fields" | "logs" | "logs-previous" | "shell" | "attach" | "forward" | "twin" => {
            Some("Prometheus does not have this")
        }
        _ => None,
    }
}

/// It has no API groups. This one keeps its kinds apart from those of clusters.
const fn address(kind: &'static str, plural: &'static str, namespaced: bool) -> Address {
    Address { group: FAMILY.name, version: "", kind, plural, namespaced }
}
