//! A job in words: why it failed first.

use serde::Deserialize;

use crate::kinds::kube::facts::{self, Trouble, scalar, since, text};
use crate::kinds::kube::workload::describe::{placing, sections};
use crate::model::text::counted;
use crate::model::{Around, Cell, Health, Link, Section, Value};

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    sections(trouble(body), job(body), body, around)
}

pub fn pods(body: &Value) -> Option<Link> {
    crate::kinds::kube::workload::describe::pods(body)
}

fn trouble(body: &Value) -> Trouble {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut trouble = Trouble::default();
    // What is about to fail says the same once it has.
    let told: fn(&Value) -> Option<bool> = match has(status, "Failed") {
        true => |condition| (text(condition, "type") == "Failed").then_some(false),
        false => |condition| (text(condition, "type") == "FailureTarget").then_some(false),
    };
    trouble.conditions(status, told);
    let failed = status["failed"].as_i64().unwrap_or(0);
    if failed > 0 && trouble.is_empty() && !has(status, "Complete") {
        let limit = spec["backoffLimit"].as_u64().map(|limit| counted(limit as usize + 1, "failure"));
        let limit = limit.map(|limit| format!("; it gives up after {limit}"));
        trouble.add("Tries", &format!("{failed} failed{}", limit.unwrap_or_default()), Health::Warn);
    }
    if spec["suspend"] == true {
        trouble.add("Job", "suspended: no pod is started until it is resumed", Health::Warn);
    }
    trouble
}

fn has(status: &Value, name: &str) -> bool {
    facts::items(status, "conditions")
        .iter()
        .any(|condition| condition["type"] == name && condition["status"] == "True")
}

fn job(body: &Value) -> Section {
    let (meta, spec, status) = (&body["metadata"], &body["spec"], &body["status"]);
    let mut section = Section::new("Job");
    if let Ok(lens) = super::Status::deserialize(status) {
        let (word, health) = lens.state(!meta["deletionTimestamp"].is_null());
        section.state("Status", Cell::text(word), health);
        section.cell(if lens.completion_time.is_some() { "Took" } else { "Running for" }, ran(&lens, status));
    }
    section.cell("Started", since(status, "startTime"));
    section.cell("Completed", since(status, "completionTime"));
    section.cell("Completions", facts::ratio(&status["succeeded"], spec["completions"].as_i64().unwrap_or(1)));
    section.pair("Pods", pods_in_words(status));
    template(&mut section, spec);
    section.pair("Completed indexes", text(status, "completedIndexes"));
    section.pair("Failed indexes", text(status, "failedIndexes"));
    section.pair("Selector", facts::selector(&spec["selector"]));
    placing(&mut section, &spec["template"]["spec"]);
    section
}

/// A job that is over does not run any longer, whatever kubectl's DURATION says of failed ones.
fn ran(lens: &super::Status, status: &Value) -> Cell {
    if has(status, "Failed") { Cell::None } else { lens.duration() }
}

/// `1 active, 2 succeeded, 3 failed`.
fn pods_in_words(status: &Value) -> String {
    let count = |key: &str, word: &str| {
        let count = status[key].as_i64().unwrap_or(0);
        (count > 0).then(|| format!("{count} {word}"))
    };
    let counts =
        [("active", "active"), ("succeeded", "succeeded"), ("failed", "failed"), ("terminating", "terminating")];
    let counts: Vec<String> = counts.into_iter().filter_map(|(key, word)| count(key, word)).collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

/// How a job goes on; a cron job says the same of its jobs.
pub fn template(section: &mut Section, spec: &Value) {
    section.pair("Parallelism", scalar(&spec["parallelism"]));
    section.pair("Completion mode", text(spec, "completionMode"));
    section.pair("Backoff limit", scalar(&spec["backoffLimit"]));
    section.pair("Backoff limit per index", scalar(&spec["backoffLimitPerIndex"]));
    section.pair("Deadline", facts::seconds(&spec["activeDeadlineSeconds"]));
    section.pair(
        "Removed when over",
        match facts::seconds(&spec["ttlSecondsAfterFinished"]) {
            none if none.is_empty() => none,
            after => format!("after {after}"),
        },
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{named, section, titles};

    #[test]
    fn a_job_tells_why_it_failed() {
        let job = named(json!({
            "spec": {"completions": 3, "parallelism": 2, "backoffLimit": 1, "activeDeadlineSeconds": 600, "ttlSecondsAfterFinished": 60,
                "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": "u1"}},
                "template": {"spec": {"containers": [{"name": "c", "image": "i:1"}]}}},
            "status": {"succeeded": 1, "failed": 2, "startTime": "2026-01-01T11:00:00Z", "conditions": [
                {"type": "FailureTarget", "status": "True", "reason": "BackoffLimitExceeded", "message": "too many"},
                {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "Job has reached the specified backoff limit"}]}
        }));
        let sections = describe(&job, &Around::default());
        assert_eq!(titles(&sections), ["Trouble", "Job", "Container c", "Conditions"]);
        assert_eq!(
            section(&sections, "Trouble"),
            ["Failed True: BackoffLimitExceeded: Job has reached the specified backoff limit (bad)"]
        );
        assert_eq!(
            section(&sections, "Job"),
            [
                "Status: Failed (bad)",
                "Started: 60m",
                "Completions: 1/3",
                "Pods: 1 succeeded, 2 failed",
                "Parallelism: 2",
                "Backoff limit: 1",
                "Deadline: 600s",
                "Removed when over: after 60s",
                "Selector: batch.kubernetes.io/controller-uid=u1",
            ]
        );
    }

    #[test]
    fn failed_tries_are_told_while_it_goes_on() {
        let job = |status: Value| named(json!({"spec": {"backoffLimit": 6}, "status": status}));
        let told = |status: Value| section(&describe(&job(status), &Around::default()), "Trouble");
        assert_eq!(told(json!({"active": 1, "failed": 2})), ["Tries: 2 failed; it gives up after 7 failures (warn)"]);
        let complete = json!({"failed": 2, "conditions": [{"type": "Complete", "status": "True"}]});
        assert_eq!(titles(&describe(&job(complete), &Around::default())), ["Job", "Conditions"]);
    }
}
