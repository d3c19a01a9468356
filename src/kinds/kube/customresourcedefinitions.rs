//! Definitions of custom resources. The API server prints only when they were made; what they define is shown where there is
//! room.

use prost::Message;
use serde::Deserialize;

use crate::kinds;
use crate::kinds::lens::{Condition, Lens, Meta, Row, or_default, read, when};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Deletion, Door, Enter, Health, Kind, Link, Object, Reading, Scope, Time};

pub static KIND: Kind = Kind {
    name: "customresourcedefinitions",
    aliases: &["crd", "crds", "customresourcedefinition"],
    address: Address {
        group: "apiextensions.k8s.io",
        version: "v1",
        kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions",
        namespaced: false,
    },
    columns: &[
        Column::new("CREATED AT", 20).rank(2),
        Column::new("GROUP", 24).rank(3).roomy(),
        Column::new("KIND", 20).rank(3).roomy(),
        Column::new("VERSIONS", 16).rank(4).roomy(),
        Column::new("SCOPE", 10).rank(5).roomy(),
        Column::new("ESTABLISHED", 11).rank(4).roomy(),
        Column::new("CONVERSION", 10).rank(6).roomy(),
    ],
    door: Door::Lens(read::<Definition>),
    enter: Enter::Link(defined),
    deletion: Deletion { along: |definition| defined(definition).into_iter().collect(), ..Deletion::PLAIN },
    verbs: verbs::COMMON,
    ..Kind::kube()
};

/// A definition is named after what it defines: `gateways.networking.istio.io`.
fn defined(definition: &Object) -> Option<Link> {
    let (plural, group) = definition.id.name.split_once('.')?;
    let word = |title: &str| definition.word(title).to_owned();
    let version = word("VERSIONS").split(',').next().unwrap_or_default().to_owned();
    let namespaced = definition.word("SCOPE") != "Cluster";
    let (group, plural, kind) = (group.to_owned(), plural.to_owned(), word("KIND"));
    let described = kinds::Definition { group, version, kind, plural, namespaced, watch: true, ..Default::default() };
    Some(Link { kind: kinds::adopt(&described), scope: Scope::all() })
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Definition {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Spec {
    #[prost(string, tag = "1")]
    group: String,
    #[prost(message, optional, tag = "3")]
    names: Option<Names>,
    #[prost(string, tag = "4")]
    scope: String,
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "or_default")]
    versions: Vec<Version>,
    #[prost(message, optional, tag = "9")]
    conversion: Option<Conversion>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Conversion {
    #[prost(string, tag = "1")]
    strategy: String,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Names {
    #[prost(string, tag = "4")]
    kind: String,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Version {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bool, tag = "2")]
    served: bool,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Status {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
}

impl Lens for Definition {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let created = when(meta.creation_timestamp).map(Time::rfc3339).unwrap_or_default();
        let mut cells = vec![Cell::text(created)];
        match &self.spec {
            Some(spec) => {
                let kind = spec.names.as_ref().map_or("", |names| names.kind.as_str());
                let conversion = spec.conversion.as_ref().map_or("", |conversion| conversion.strategy.as_str());
                let established = self.state("Established").unwrap_or_default();
                let texts = [spec.group.as_str(), kind, &spec.served(), &spec.scope, established, conversion];
                cells.extend(texts.map(|text| Cell::text(strings.share(text))));
            }
            None => cells.resize(KIND.columns.len(), Cell::None),
        }
        Row { health: self.health(), cells, link: None }
    }
}

impl Spec {
    fn served(&self) -> String {
        let served = self.versions.iter().filter(|version| version.served);
        served.map(|version| version.name.as_str()).collect::<Vec<_>>().join(",")
    }
}

impl Definition {
    /// The status of a condition.
    fn state(&self, name: &str) -> Option<&str> {
        let conditions = self.status.as_ref().map_or(&[][..], |status| &status.conditions);
        conditions.iter().find(|condition| condition.r#type == name).map(|condition| condition.status.as_str())
    }

    fn health(&self) -> Health {
        let is_true = |name: &str| self.state(name) == Some("True");
        match () {
            () if is_true("Terminating") => Health::Leaving,
            () if self.state("NamesAccepted") == Some("False") => Health::Bad,
            // Its objects are served, but nothing is known of their fields.
            () if is_true("NonStructuralSchema") => Health::Warn,
            () if is_true("Established") => Health::Good,
            () => Health::Progress,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn a_definition_tells_when_it_was_made_and_what_it_defines() {
        let definition = row(
            &KIND,
            json!({
                "metadata": {"name": "gateways.networking.istio.io"},
                "spec": {"group": "networking.istio.io", "scope": "Namespaced", "names": {"kind": "Gateway", "plural": "gateways"},
                    "conversion": {"strategy": "Webhook"},
                    "versions": [{"name": "v1", "served": true}, {"name": "v1alpha3", "served": false}, {"name": "v1beta1", "served": true}]},
                "status": {"conditions": [{"type": "Established", "status": "True"}]}
            }),
        );
        assert_eq!(
            text(&definition),
            ["2026-01-01T11:00:00Z", "networking.istio.io", "Gateway", "v1,v1beta1", "Namespaced", "True", "Webhook"]
        );
        let link = KIND.link(&definition).unwrap();
        assert_eq!((link.kind.resource().as_str(), link.scope), ("gateways.networking.istio.io", Scope::all()));
        let address = link.kind.address;
        assert_eq!((address.version, address.kind, address.namespaced), ("v1", "Gateway", true));
    }

    #[test]
    fn an_established_definition_is_good() {
        let seen = |kind: &str, status: &str| {
            row(&KIND, json!({"status": {"conditions": [{"type": kind, "status": status}]}})).health
        };
        assert_eq!(seen("Established", "True"), Health::Good);
        assert_eq!(seen("Established", "False"), Health::Progress);
        assert_eq!(seen("NamesAccepted", "False"), Health::Bad);
        assert_eq!(seen("NonStructuralSchema", "True"), Health::Warn);
        assert_eq!(seen("Terminating", "True"), Health::Leaving);
        assert_eq!(row(&KIND, json!({})).health, Health::Progress);
    }
}
