//! A replica set in words.

use crate::kinds::kube::facts::{self, Trouble, text};
use crate::kinds::kube::workload::describe::{placing, sections};
use crate::model::{Around, Cell, Section, Value};

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let (meta, spec, status) = (&body["metadata"], &body["spec"], &body["status"]);
    let mut trouble = Trouble::default();
    trouble.conditions(status, |condition| (text(condition, "type") == "ReplicaFailure").then_some(false));
    let wanted = spec["replicas"].as_i64().unwrap_or(1);
    let mut own = Section::new("Replica set");
    own.cell("Ready", facts::ratio(&status["readyReplicas"], wanted));
    own.cell("Replicas", facts::ratio(&status["replicas"], wanted));
    own.cell("Available", Cell::Count(status["availableReplicas"].as_i64().unwrap_or(0)));
    own.pair("Selector", facts::selector(&spec["selector"]));
    own.pair("Revision", text(&meta["annotations"], "deployment.kubernetes.io/revision"));
    own.pair("Min ready time", facts::seconds(&spec["minReadySeconds"]));
    placing(&mut own, &spec["template"]["spec"]);
    sections(trouble, own, body, around)
}
