//! A stateful set in words.

use crate::kinds::kube::facts::{self, Trouble, items, scalar, strings, text};
use crate::kinds::kube::workload::describe::{placing, sections};
use crate::model::{Around, Cell, Health, Section, Value};

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let wanted = spec["replicas"].as_i64().unwrap_or(1);
    let ready = status["readyReplicas"].as_i64().unwrap_or(0);
    let mut trouble = Trouble::default();
    if ready < wanted {
        trouble.add("Replicas", &format!("{} not ready", wanted - ready), Health::Warn);
    }
    let mut own = Section::new("Stateful set");
    own.cell("Ready", facts::ratio(&status["readyReplicas"], wanted));
    own.cell("Up to date", facts::ratio(&status["updatedReplicas"], wanted));
    own.cell("Available", facts::ratio(&status["availableReplicas"], wanted));
    own.pair("Selector", facts::selector(&spec["selector"]));
    own.pair("Service", text(spec, "serviceName"));
    own.pair(
        "Strategy",
        facts::strategy(text(&spec["updateStrategy"], "type"), &spec["updateStrategy"]["rollingUpdate"]),
    );
    own.pair("Pod management", text(spec, "podManagementPolicy"));
    own.pair("Current revision", text(status, "currentRevision"));
    if text(status, "updateRevision") != text(status, "currentRevision") {
        own.pair("Next revision", text(status, "updateRevision"));
    }
    own.pair("Revisions kept", scalar(&spec["revisionHistoryLimit"]));
    own.pair("Min ready time", facts::seconds(&spec["minReadySeconds"]));
    let kept = &spec["persistentVolumeClaimRetentionPolicy"];
    own.pair(
        "Claims",
        [("when deleted", "whenDeleted"), ("when scaled", "whenScaled")]
            .into_iter()
            .filter(|(_, key)| !text(kept, key).is_empty())
            .map(|(word, key)| format!("{word}: {}", text(kept, key)))
            .collect::<Vec<_>>()
            .join(", "),
    );
    placing(&mut own, &spec["template"]["spec"]);
    let mut all = sections(trouble, own, body, around);
    let claims = claims(spec);
    if !claims.is_empty() {
        all.push(claims);
    }
    all
}

/// The claims that each pod gets.
fn claims(spec: &Value) -> Section {
    let mut section = Section::new("Volume claims");
    for (i, claim) in items(spec, "volumeClaimTemplates").iter().enumerate() {
        if i == 0 {
            section.row(["NAME", "SIZE", "CLASS", "ACCESS"].map(Cell::text));
        }
        let asked = &claim["spec"];
        section.row([
            Cell::text(text(&claim["metadata"], "name")),
            Cell::text(text(&asked["resources"]["requests"], "storage")),
            Cell::text(text(asked, "storageClassName")),
            Cell::text(strings(asked, "accessModes").join(", ")),
        ]);
    }
    section
}
