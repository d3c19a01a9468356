//! A cron job in words: what its jobs and their pods complain about first.

use crate::kinds::kube::facts::{Trouble, items, scalar, since, text};
use crate::kinds::kube::workload::describe::{PODS, placing, template};
use crate::kinds::kube::{facts, jobs};
use crate::model::{Around, Cell, Health, Link, Object, Scope, Section, Value};

pub const JOBS: &str = "Jobs";

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let job = &body["spec"]["jobTemplate"]["spec"];
    let mut sections: Vec<Section> = trouble(body, around).section().into_iter().collect();
    sections.push(cron_job(body));
    sections.extend(template(&job["template"]["spec"]));
    sections.retain(|section| !section.is_empty());
    sections
}

/// The jobs that it made.
pub fn jobs(body: &Value) -> Option<Link> {
    let meta = &body["metadata"];
    let uid = text(meta, "uid");
    let scope = Scope::namespace(text(meta, "namespace")).owner(uid);
    (!uid.is_empty()).then(|| Link::to(&jobs::KIND, scope))
}

/// The pods of all jobs in its namespace: those of its own cannot be asked for alone.
pub fn pods(body: &Value) -> Option<Link> {
    Some(facts::pods_of(body, "job-name"))
}

pub fn is_of_its_jobs(_: &Value, around: &Around<'_>, pod: &Object) -> bool {
    let owner = pod.owner.strip_prefix("Job.batch/");
    owner.is_some_and(|owner| around.objects(JOBS).iter().any(|job| job.id.name == owner))
}

fn trouble(body: &Value, around: &Around<'_>) -> Trouble {
    let spec = &body["spec"];
    let mut trouble = Trouble::default();
    trouble.jobs(around.objects(JOBS));
    trouble.pods(around.objects(PODS));
    if spec["suspend"] == true {
        trouble.add("Schedule", "suspended: no job is started until it is resumed", Health::Warn);
    }
    trouble
}

fn cron_job(body: &Value) -> Section {
    let (spec, status) = (&body["spec"], &body["status"]);
    let job = &spec["jobTemplate"]["spec"];
    let mut section = Section::new("Cron job");
    section.pair("Schedule", text(spec, "schedule"));
    section.pair("Time zone", text(spec, "timeZone"));
    section.pair("Suspended", if spec["suspend"] == true { "yes" } else { "no" });
    section.cell("Last scheduled", since(status, "lastScheduleTime"));
    section.cell("Last success", since(status, "lastSuccessfulTime"));
    let active: Vec<&str> = items(status, "active").iter().map(|job| text(job, "name")).collect();
    section.pair("Active jobs", if active.is_empty() { "none".to_owned() } else { active.join("\n") });
    section.pair("Concurrency", text(spec, "concurrencyPolicy"));
    section.pair("Starting deadline", facts::seconds(&spec["startingDeadlineSeconds"]));
    let kept = |key: &str, word: &str| {
        let count = scalar(&spec[key]);
        (!count.is_empty()).then(|| format!("{count} {word}"))
    };
    let kept = [kept("successfulJobsHistoryLimit", "successful"), kept("failedJobsHistoryLimit", "failed")];
    section.pair("Jobs kept", kept.into_iter().flatten().collect::<Vec<_>>().join(", "));
    section.cell("Completions", job["completions"].as_i64().map_or(Cell::None, Cell::Count));
    jobs::describe::template(&mut section, job);
    placing(&mut section, &job["template"]["spec"]);
    section
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{around, named, row, section};
    use crate::kinds::kube::{cronjobs, jobs, pods};

    #[test]
    fn a_cron_job_tells_what_its_jobs_and_their_pods_complain_about() {
        let cron = named(json!({"spec": {"schedule": "*/5 * * * *", "suspend": true, "successfulJobsHistoryLimit": 3,
            "jobTemplate": {"spec": {"backoffLimit": 2, "template": {"spec": {"containers": [{"name": "c"}]}}}}},
            "status": {"active": [{"name": "web-2"}], "lastScheduleTime": "2026-01-01T11:55:00Z"}}));
        let job = |name: &str| {
            let failed =
                json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too many"}]);
            row(&jobs::DETAIL, json!({"metadata": {"name": name}, "status": {"conditions": failed}}))
        };
        let pod = |job: &str| {
            let owner = json!([{"apiVersion": "batch/v1", "kind": "Job", "name": job, "uid": "u", "controller": true}]);
            let status = json!({"phase": "Failed", "containerStatuses": [{"name": "c", "state": {"terminated": {"exitCode": 2, "reason": "Error"}}}]});
            row(
                &pods::detail::KIND,
                json!({"metadata": {"ownerReferences": owner}, "spec": {"containers": [{"name": "c"}]}, "status": status}),
            )
        };
        let (jobs, pods) = ([job("web-1"), job("web-3")], [pod("web-1"), pod("other-1")]);
        let around = around(&cronjobs::KIND, &cron, &[&jobs, &pods]);
        let sections = describe(&cron, &around);
        assert_eq!(
            section(&sections, "Trouble"),
            [
                "2 jobs: BackoffLimitExceeded: too many (bad)",
                "1 pod: Error, exit code 2 (bad)",
                "Schedule: suspended: no job is started until it is resumed (warn)",
            ]
        );
        assert_eq!(
            section(&sections, "Cron job")[..6],
            [
                "Schedule: */5 * * * *",
                "Suspended: yes",
                "Last scheduled: 5m",
                "Active jobs: web-2",
                "Jobs kept: 3 successful",
                "Backoff limit: 2",
            ]
        );
    }
}
