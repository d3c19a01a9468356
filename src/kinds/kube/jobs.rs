//! Jobs.

pub mod describe;

use prost::Message;
use serde::Deserialize;

use super::workload::{self, Template, ratio};
use crate::kinds::lens::{Lens, Meta, Moment, Row, Selector, age, decode, object, or_default, owned, read, when};
use crate::kinds::verbs;
use crate::model::{
    Address, Cell, Column, Description, Door, Health, Kind, Object, Reading, Related, Result, Strings, Wire,
};

#[derive(Message, Deserialize)]
#[serde(default)]
struct Job {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

/// Cron jobs hold the same.
#[derive(Clone, Message, Deserialize)]
#[serde(default)]
pub struct Spec {
    #[prost(int32, optional, tag = "1")]
    pub parallelism: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub completions: Option<i32>,
    #[prost(message, optional, tag = "4")]
    pub selector: Option<Selector>,
    #[prost(message, optional, tag = "6")]
    pub template: Option<Template>,
}

#[derive(Clone, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
    #[prost(message, optional, tag = "2")]
    start_time: Option<Moment>,
    #[prost(message, optional, tag = "3")]
    completion_time: Option<Moment>,
    #[prost(int32, tag = "5")]
    succeeded: i32,
    #[prost(int32, tag = "6")]
    failed: i32,
}

#[derive(Clone, Message, Deserialize)]
#[serde(default)]
struct Condition {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(string, tag = "2")]
    status: String,
    #[prost(string, tag = "5")]
    reason: String,
    #[prost(string, tag = "6")]
    message: String,
}

const COLUMNS: &[Column] = &[
    Column::new("STATUS", 10).state(),
    Column::new("COMPLETIONS", 11).rank(2),
    Column::new("DURATION", 8).rank(3),
    Column::new("AGE", 4).number().rank(2),
    Column::new("CONTAINERS", 12).rank(5).wide(),
    Column::new("IMAGES", 20).rank(4).wide(),
    Column::new("SELECTOR", 16).rank(6).wide(),
];

pub static KIND: Kind = Kind {
    name: "jobs",
    aliases: &["jo", "job"],
    address: Address { group: "batch", version: "v1", kind: "Job", plural: "jobs", namespaced: true },
    columns: COLUMNS,
    door: Door::Lens(read::<Job>),
    description: Description::of(describe::describe).with(&[Related::new("Pods", describe::pods)]),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

/// Why a job failed; nothing where it did not.
pub const CAUSE: &str = "CAUSE";

const OWN: &[Column] = &[Column::new(CAUSE, 20).wide()];

const DETAILED: [Column; COLUMNS.len() + OWN.len()] = Column::joined(COLUMNS, OWN);

/// Jobs as describe looks at them from elsewhere.
pub static DETAIL: Kind =
    Kind { name: "jobs", address: KIND.address, columns: &DETAILED, door: Door::Lens(read_detail), ..Kind::kube() };

fn read_detail(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let mut job: Job = decode(wire, bytes)?;
    let meta = job.meta().unwrap_or_default();
    if !owned(&meta, reading) {
        return Ok(());
    }
    let mut row = job.row(&meta, reading);
    let failed = job.status.iter().flat_map(|status| &status.conditions).find(|condition| condition.is_failure());
    row.cells.push(Cell::text(failed.map(Condition::because).unwrap_or_default()));
    rows.push(object(&meta, reading, row));
    Ok(())
}

impl Condition {
    fn is_failure(&self) -> bool {
        matches!(self.r#type.as_str(), "Failed" | "FailureTarget") && self.status == "True"
    }

    fn because(&self) -> String {
        let parts = [self.reason.as_str(), self.message.as_str()].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(": ")
    }
}

impl Lens for Job {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let (none, no) = (Spec::default(), Status::default());
        let (spec, status) = (self.spec.as_ref().unwrap_or(&none), self.status.as_ref().unwrap_or(&no));
        let (word, health) = status.state(meta.deletion_timestamp.is_some());
        let [containers, images] = workload::containers(spec.template.as_ref(), strings);
        let cells = vec![
            Cell::text(strings.share(word)),
            completions(spec, status.succeeded, strings),
            status.duration(),
            age(meta),
            containers,
            images,
            workload::selector(spec.selector.as_ref(), strings),
        ];
        Row { health, cells, link: workload::pods_of(meta, spec.selector.as_ref(), strings) }
    }
}

impl Status {
    /// The first of the conditions, in the order of how final they are.
    fn state(&self, leaving: bool) -> (&'static str, Health) {
        match () {
            () if self.is("Complete") => ("Complete", Health::Done),
            () if self.is("Failed") => ("Failed", Health::Bad),
            () if leaving => ("Terminating", Health::Leaving),
            () if self.is("Suspended") => ("Suspended", Health::Done),
            () if self.is("FailureTarget") => ("FailureTarget", Health::Bad),
            () if self.is("SuccessCriteriaMet") => ("SuccessCriteriaMet", Health::Progress),
            () if self.failed > 0 => ("Running", Health::Warn),
            () => ("Running", Health::Progress),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.conditions.iter().any(|condition| condition.r#type == name && condition.status == "True")
    }

    /// From start to completion; without a completion it goes on, as in kubectl even for a failed job.
    fn duration(&self) -> Cell {
        let Some(start) = when(self.start_time) else { return Cell::None };
        match when(self.completion_time) {
            Some(end) => Cell::Span(end.since(start)),
            None => Cell::Since(start),
        }
    }
}

/// A work queue has no count of completions: one success ends it.
fn completions(spec: &Spec, succeeded: i32, strings: &mut Strings) -> Cell {
    match (spec.completions, spec.parallelism.unwrap_or(0)) {
        (Some(wanted), _) => ratio(succeeded, wanted),
        (None, workers) if workers > 1 => Cell::text(strings.share(&format!("{succeeded}/1 of {workers}"))),
        (None, _) => ratio(succeeded, 1),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};

    #[test]
    fn a_job_reads_as_in_kubectl_and_leads_to_its_pods() {
        let once = row(
            &KIND,
            json!({
                "spec": {"completions": 2, "parallelism": 1, "selector": {"matchLabels": {"controller-uid": "u1"}},
                    "template": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}},
                "status": {"succeeded": 2, "startTime": "2026-01-01T11:00:00Z", "completionTime": "2026-01-01T11:03:07Z",
                    "conditions": [{"type": "SuccessCriteriaMet", "status": "True"}, {"type": "Complete", "status": "True"}]}
            }),
        );
        assert_eq!(text(&once), ["Complete", "2/2", "3m7s", "60m", "c", "i:1", "controller-uid=u1"]);
        assert_eq!(once.health, Health::Done);
        assert_eq!(KIND.link(&once).map(|link| link.scope.labels), Some("controller-uid=u1".into()));
    }

    #[test]
    fn the_status_of_a_job_is_its_most_final_condition() {
        for (conditions, leaving, word, health) in [
            (vec!["FailureTarget", "Failed"], true, "Failed", Health::Leaving),
            (vec!["Failed"], false, "Failed", Health::Bad),
            (vec!["Suspended"], true, "Terminating", Health::Leaving),
            (vec!["Suspended"], false, "Suspended", Health::Done),
            (vec!["FailureTarget"], false, "FailureTarget", Health::Bad),
            (vec!["SuccessCriteriaMet"], false, "SuccessCriteriaMet", Health::Progress),
            (vec![], false, "Running", Health::Progress),
        ] {
            let all: Vec<_> = conditions.iter().map(|name| json!({"type": name, "status": "True"})).collect();
            let deleted = leaving.then_some("2026-01-01T11:59:00Z");
            let job = row(&KIND, json!({"metadata": {"deletionTimestamp": deleted}, "status": {"conditions": all}}));
            assert_eq!((cell(&job, "STATUS").as_str(), job.health), (word, health));
        }
        let past = json!({"conditions": [{"type": "Suspended", "status": "False"}], "failed": 1});
        let job = row(&KIND, json!({"status": past}));
        assert_eq!((cell(&job, "STATUS").as_str(), job.health), ("Running", Health::Warn));
    }

    #[test]
    fn a_work_queue_counts_to_one_and_a_running_job_still_counts_time() {
        let status = json!({"succeeded": 1, "startTime": "2026-01-01T11:58:00Z"});
        let queue = row(&KIND, json!({"spec": {"parallelism": 3}, "status": status}));
        assert_eq!((cell(&queue, "COMPLETIONS"), cell(&queue, "DURATION")), ("1/1 of 3".into(), "2m".into()));
        let single = row(&KIND, json!({"spec": {"parallelism": 1}}));
        assert_eq!((cell(&single, "COMPLETIONS"), cell(&single, "DURATION")), ("0/1".into(), String::new()));
    }
}
