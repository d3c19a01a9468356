//! Namespaces.

mod describe;

use prost::Message;
use serde::Deserialize;

use super::{
    configmaps, cronjobs, daemonsets, deployments, ingresses, jobs, persistentvolumeclaims, secrets, services,
    statefulsets,
};
use crate::kinds::lens::{Lens, Meta, Row, age, read};
use crate::kinds::verbs;
use crate::model::{
    Address, Cell, Column, Deletion, Description, Door, Enter, Health, Kind, Link, Object, Reading, Related, Scope,
};

pub static KIND: Kind = Kind {
    name: "namespaces",
    aliases: &["ns", "namespace"],
    address: Address { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false },
    columns: &[Column::new("STATUS", 11).state(), Column::new("AGE", 4).number().rank(2)],
    door: Door::Lens(read::<Namespace>),
    enter: Enter::Link(pods),
    deletion: Deletion { along: within, ..Deletion::PLAIN },
    description: Description::of(describe::describe)
        .with(&[Related::new("Quotas", describe::quotas), Related::new("Limit ranges", describe::limits)]),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

fn pods(namespace: &Object) -> Option<Link> {
    Some(Link::to(&super::pods::KIND, Scope::namespace(namespace.id.name.clone())))
}

/// What is counted before a namespace is deleted. Everything else in it goes as well.
fn within(namespace: &Object) -> Vec<Link> {
    static LIVES: &[&Kind] = &[
        &persistentvolumeclaims::KIND,
        &statefulsets::KIND,
        &deployments::KIND,
        &daemonsets::KIND,
        &cronjobs::KIND,
        &jobs::KIND,
        &super::pods::KIND,
        &services::KIND,
        &ingresses::KIND,
        &configmaps::KIND,
        &secrets::KIND,
    ];
    LIVES.iter().map(|kind| Link::to(kind, Scope::namespace(namespace.id.name.clone()))).collect()
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Namespace {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Status {
    #[prost(string, tag = "1")]
    phase: String,
}

impl Lens for Namespace {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let phase = self.status.as_ref().map_or("", |status| status.phase.as_str());
        Row { health: health(phase), cells: vec![Cell::text(reading.strings.share(phase)), age(meta)], link: None }
    }
}

fn health(phase: &str) -> Health {
    match phase {
        "Active" => Health::Good,
        "Terminating" => Health::Leaving,
        _ => Health::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn the_phase_tells_how_a_namespace_is() {
        for (phase, health) in [("Active", Health::Good), ("Terminating", Health::Leaving), ("", Health::Unknown)] {
            let namespace = row(&KIND, json!({"status": {"phase": phase}}));
            assert_eq!((text(&namespace), namespace.health), (vec![phase.to_owned(), "60m".to_owned()], health));
        }
    }

    #[test]
    fn enter_shows_its_pods() {
        let link = KIND.link(&row(&KIND, json!({})));
        assert_eq!(link, Some(Link::to(&crate::kinds::kube::pods::KIND, Scope::namespace("web"))));
    }
}
