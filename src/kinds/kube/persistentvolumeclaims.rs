//! Persistent volume claims: the server's own table, and a description that says what they wait for and who uses them.

use crate::kinds::describe::conditions;
use crate::kinds::kube::facts::{self, Trouble, strings, text};
use crate::kinds::kube::pods::detail::CLAIMS;
use crate::kinds::verbs;
use crate::model::{
    Address, Around, Cell, Deletion, Description, Health, Kind, Link, Object, Related, Section, Value, bytes,
};

pub static KIND: Kind = Kind {
    name: "persistentvolumeclaims",
    aliases: &["pvc", "persistentvolumeclaim"],
    address: Address {
        group: "",
        version: "v1",
        kind: "PersistentVolumeClaim",
        plural: "persistentvolumeclaims",
        namespaced: true,
    },
    description: Description::of(describe).with(&[Related::new("Used by", pods).keep(uses)]),
    verbs: verbs::COMMON,
    deletion: Deletion { loss: Some("the data of its volumes is lost, unless they are retained"), ..Deletion::PLAIN },
    ..Kind::kube()
};

/// Those of its namespace: which of them use it stands in their volumes.
fn pods(body: &Value) -> Option<Link> {
    Some(facts::pods_of(body, ""))
}

fn uses(body: &Value, _: &Around<'_>, pod: &Object) -> bool {
    let name = text(&body["metadata"], "name");
    pod.word(CLAIMS).split(',').any(|claim| claim == name)
}

fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let trouble = trouble(body, around).section();
    trouble.into_iter().chain([claim(body)]).chain(conditions(&body["status"])).collect()
}

fn trouble(body: &Value, around: &Around<'_>) -> Trouble {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut trouble = Trouble::default();
    match text(status, "phase") {
        "Lost" => trouble.add("Claim", "its volume is gone, and what was on it", Health::Bad),
        "Pending" => {
            let last = facts::latest(around);
            let why = last.map_or_else(|| "has no volume yet".to_owned(), facts::said);
            let is_bad = last.is_some_and(|event| event.health != Health::Good);
            trouble.add("Pending", &why, if is_bad { Health::Bad } else { Health::Progress });
        }
        _ => {}
    }
    trouble.conditions(status, |condition| {
        let name = text(condition, "type");
        (name.ends_with("Error") || name == "FileSystemResizePending").then_some(false)
    });
    let [asked, has] = [&spec["resources"]["requests"], &status["capacity"]].map(|amounts| text(amounts, "storage"));
    if bytes(asked).zip(bytes(has)).is_some_and(|(asked, has)| asked > has) {
        trouble.add("Size", &format!("asks for {asked} and has {has}"), Health::Progress);
    }
    trouble
}

fn claim(body: &Value) -> Section {
    let (meta, spec, status) = (&body["metadata"], &body["spec"], &body["status"]);
    let mut section = Section::new("Claim");
    let health = match text(status, "phase") {
        "Bound" => Health::Good,
        "Lost" => Health::Bad,
        "Pending" => Health::Progress,
        _ => Health::Unknown,
    };
    section.state("Status", Cell::text(text(status, "phase")), health);
    section.pair("Size asked for", text(&spec["resources"]["requests"], "storage"));
    section.pair("Size", text(&status["capacity"], "storage"));
    section.pair("Volume", text(spec, "volumeName"));
    section.pair("Class", text(spec, "storageClassName"));
    section.pair(
        "Access",
        strings(if status["accessModes"].is_array() { status } else { spec }, "accessModes").join(", "),
    );
    section.pair("Mode", text(spec, "volumeMode"));
    section.pair("Selector", facts::selector(&spec["selector"]));
    let source = if spec["dataSourceRef"].is_object() { &spec["dataSourceRef"] } else { &spec["dataSource"] };
    section.pair("Filled from", [text(source, "kind"), text(source, "name")].join("/").trim_matches('/'));
    section.pair("Node", text(&meta["annotations"], "volume.kubernetes.io/selected-node"));
    let resizing = status["allocatedResourceStatuses"].as_object().into_iter().flatten();
    section.pair("Resizing", resizing.map(|(_, state)| facts::scalar(state)).collect::<Vec<_>>().join(", "));
    section.pair("Attributes class", text(spec, "volumeAttributesClassName"));
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{around, named, row, section, titles};
    use crate::kinds::kube::{events, pods};
    use crate::model::{Arrived, Listed};

    #[test]
    fn a_claim_tells_its_sizes_and_who_uses_it() {
        let body = named(json!({
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}, "storageClassName": "fast",
                "volumeName": "pv-1", "volumeMode": "Filesystem"},
            "status": {"phase": "Bound", "capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"], "conditions": [
                {"type": "FileSystemResizePending", "status": "True", "message": "waiting for a restart of the pod"}]}
        }));
        let pod = |name: &str, claim: &str| {
            let volumes = json!([{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]);
            row(&pods::detail::KIND, json!({"metadata": {"name": name}, "spec": {"volumes": volumes}}))
        };
        let pods = [pod("a", "web"), pod("b", "web-2")];
        let around = around(&KIND, &body, &[&pods]);
        let names: Vec<&str> = around.objects("Used by").iter().map(|pod| pod.id.name.as_str()).collect();
        assert_eq!(names, ["a"]);
        let sections = describe(&body, &around);
        assert_eq!(titles(&sections), ["Trouble", "Claim", "Conditions"]);
        assert_eq!(
            section(&sections, "Trouble"),
            [
                "FileSystemResizePending True: waiting for a restart of the pod (bad)",
                "Size: asks for 20Gi and has 10Gi (progress)",
            ]
        );
        assert_eq!(
            section(&sections, "Claim"),
            [
                "Status: Bound (good)",
                "Size asked for: 20Gi",
                "Size: 10Gi",
                "Volume: pv-1",
                "Class: fast",
                "Access: ReadWriteOnce",
                "Mode: Filesystem",
            ]
        );
    }

    #[test]
    fn a_claim_that_waits_says_what_was_last_said_about_it() {
        let body = named(json!({"spec": {}, "status": {"phase": "Pending"}}));
        let event = |at: &str, kind: &str, message: &str| {
            row(&events::DETAIL, json!({"type": kind, "reason": "R", "message": message, "lastTimestamp": at}))
        };
        for (events, told) in [
            (vec![], "Pending: has no volume yet (progress)"),
            (
                vec![event("2026-01-01T11:00:00Z", "Normal", "waiting for first consumer")],
                "Pending: R: waiting for first consumer (progress)",
            ),
            (
                vec![
                    event("2026-01-01T11:00:00Z", "Normal", "old"),
                    event("2026-01-01T11:30:00Z", "Warning", "class \"x\" not found"),
                ],
                "Pending: R: class \"x\" not found (bad)",
            ),
        ] {
            let mut around = Around::default();
            let objects = events.iter().collect();
            around.add(&body, Listed { what: events::RELATED, objects, columns: &[], arrived: Arrived::Whole });
            assert_eq!(section(&describe(&body, &around), "Trouble"), [told]);
        }
    }
}
