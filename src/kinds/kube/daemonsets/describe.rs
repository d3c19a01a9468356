//! A daemon set in words.

use crate::kinds::kube::facts::{self, Trouble, scalar, text};
use crate::kinds::kube::workload::describe::{placing, sections};
use crate::model::{Around, Cell, Health, Section, Value};

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let number = |key: &str| status[key].as_i64().unwrap_or(0);
    let mut trouble = Trouble::default();
    let (missing, stray) = (number("numberUnavailable"), number("numberMisscheduled"));
    if missing > 0 {
        trouble.add("Pods", &format!("{missing} of {} not available", number("desiredNumberScheduled")), Health::Warn);
    }
    if stray > 0 {
        trouble.add("Nodes", &format!("{stray} run a pod of it that should not"), Health::Warn);
    }
    let wanted = number("desiredNumberScheduled");
    let mut own = Section::new("Daemon set");
    own.cell("Ready", facts::ratio(&status["numberReady"], wanted));
    own.cell("Scheduled", facts::ratio(&status["currentNumberScheduled"], wanted));
    own.cell("Up to date", facts::ratio(&status["updatedNumberScheduled"], wanted));
    own.cell("Available", facts::ratio(&status["numberAvailable"], wanted));
    own.cell("On wrong nodes", Cell::Count(stray));
    own.pair("Selector", facts::selector(&spec["selector"]));
    own.pair("Strategy", strategy(&spec["updateStrategy"]));
    own.pair("Revisions kept", scalar(&spec["revisionHistoryLimit"]));
    own.pair("Min ready time", facts::seconds(&spec["minReadySeconds"]));
    placing(&mut own, &spec["template"]["spec"]);
    sections(trouble, own, body, around)
}

fn strategy(strategy: &Value) -> String {
    facts::strategy(text(strategy, "type"), &strategy["rollingUpdate"])
}
