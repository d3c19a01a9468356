//! Persistent volumes: the server's own table, and a description of their own.

use crate::kinds::kube::facts::{Trouble, because, items, pairs, strings, text};
use crate::kinds::verbs;
use crate::model::{Address, Around, Cell, Description, Health, Kind, Section, Value};

pub static KIND: Kind = Kind {
    name: "persistentvolumes",
    aliases: &["pv", "persistentvolume"],
    address: Address {
        group: "",
        version: "v1",
        kind: "PersistentVolume",
        plural: "persistentvolumes",
        namespaced: false,
    },
    description: Description::of(describe),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut trouble = Trouble::default();
    match text(status, "phase") {
        "Failed" => trouble.add("Volume", &because(status), Health::Bad),
        "Released" => {
            let why = "its claim is gone; nobody gets it before somebody removes its claimRef or deletes it";
            trouble.add("Volume", why, Health::Warn);
        }
        _ => {}
    }
    trouble.section().into_iter().chain([volume(spec, status), source(spec), places(spec)]).collect()
}

fn volume(spec: &Value, status: &Value) -> Section {
    let mut section = Section::new("Volume");
    let health = match text(status, "phase") {
        "Bound" | "Available" => Health::Good,
        "Pending" => Health::Progress,
        "Released" => Health::Warn,
        "Failed" => Health::Bad,
        _ => Health::Unknown,
    };
    section.state("Status", Cell::text(text(status, "phase")), health);
    section.pair("Size", text(&spec["capacity"], "storage"));
    let claim = &spec["claimRef"];
    section.pair("Claim", [text(claim, "namespace"), text(claim, "name")].join("/").trim_matches('/'));
    section.pair("Class", text(spec, "storageClassName"));
    section.pair("When released", text(spec, "persistentVolumeReclaimPolicy"));
    section.pair("Access", strings(spec, "accessModes").join(", "));
    section.pair("Mode", text(spec, "volumeMode"));
    section.pair("Mount options", strings(spec, "mountOptions").join(", "));
    section.pair("Attributes class", text(spec, "volumeAttributesClassName"));
    section
}

/// What else its spec says, apart from what is the same for all volumes.
const SAME: &[&str] = &["capacity", "claimRef", "nodeAffinity"];

fn source(spec: &Value) -> Section {
    let mut section = Section::new("Source");
    let objects = spec
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| value.is_object() && !SAME.contains(&key.as_str()));
    for (sort, source) in objects {
        section.pair("Kind", sort.as_str());
        for (key, value) in source.as_object().into_iter().flatten() {
            let said = if value.is_object() {
                pairs(value).replace(',', "\n")
            } else {
                crate::kinds::kube::facts::scalar(value)
            };
            section.pair(key.as_str(), said);
        }
    }
    section
}

/// The nodes that can reach it.
fn places(spec: &Value) -> Section {
    let mut section = Section::new("Nodes");
    for term in items(&spec["nodeAffinity"]["required"], "nodeSelectorTerms") {
        let all = items(term, "matchExpressions").iter().chain(items(term, "matchFields"));
        let said = all.map(|part| {
            let words =
                [text(part, "key"), &text(part, "operator").to_lowercase(), &strings(part, "values").join(", ")]
                    .join(" ");
            words.trim_end().to_owned()
        });
        section.line(0, said.collect::<Vec<_>>().join(" and "));
    }
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{named, section};

    #[test]
    fn a_volume_tells_whose_it_is_and_where() {
        let body = named(
            json!({"spec": {"capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "fast",
            "persistentVolumeReclaimPolicy": "Retain", "claimRef": {"namespace": "shop", "name": "data"},
            "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1", "volumeAttributes": {"a": "1", "b": "2"}},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}]}]}}},
            "status": {"phase": "Released"}}),
        );
        let sections = describe(&body, &Around::default());
        assert!(section(&sections, "Trouble")[0].ends_with("removes its claimRef or deletes it (warn)"));
        assert_eq!(
            section(&sections, "Volume"),
            [
                "Status: Released (warn)",
                "Size: 10Gi",
                "Claim: shop/data",
                "Class: fast",
                "When released: Retain",
                "Access: ReadWriteOnce",
            ]
        );
        assert_eq!(
            section(&sections, "Source"),
            ["Kind: csi", "driver: ebs.csi.aws.com", "volumeHandle: vol-1", "volumeAttributes: a=1\nb=2"]
        );
        assert_eq!(section(&sections, "Nodes"), ["zone in a, b"]);
    }
}
