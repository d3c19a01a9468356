//! Cron jobs, and what is left of their latest runs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, ago, put};
use crate::demo::store::Store;
use crate::demo::world::body::{name, the, uid};
use crate::demo::world::jobs::give_selector;
use crate::demo::world::{World, build, cron};
use crate::model::Time;

struct Task {
    home: &'static str,
    name: &'static str,
    schedule: &'static str,
    image: &'static str,
    suspended: bool,
    /// Minutes since its runs began, the latest first, and whether they went well.
    runs: &'static [(i64, bool)],
}

static TASKS: &[Task] = &[
    task(
        "batch-jobs",
        "order-sync",
        "*/2 * * * *",
        "registry.shop.example/batch/order-sync:1.4.0",
        &[(2, true), (4, true), (6, true)],
    ),
    task(
        "batch-jobs",
        "invoice-export",
        "*/5 * * * *",
        "registry.shop.example/batch/invoice-export:0.9.2",
        &[(3, false), (8, true), (13, true)],
    ),
    task("batch-jobs", "sitemap", "*/15 * * * *", "registry.shop.example/batch/sitemap:2.2.1", &[(11, true)]),
    task(
        "batch-jobs",
        "db-backup",
        "30 2 * * *",
        "registry.shop.example/batch/db-backup:3.0.0",
        &[(510, true), (1950, true)],
    ),
    task(
        "platform",
        "image-prune",
        "0 * * * *",
        "registry.shop.example/platform/image-prune:1.1.0",
        &[(34, true), (94, true)],
    ),
    Task {
        suspended: true,
        ..task("shop", "catalog-reindex", "0 4 * * *", "registry.shop.example/shop/catalog-reindex:1.0.2", &[])
    },
];

const fn task(
    home: &'static str,
    name: &'static str,
    schedule: &'static str,
    image: &'static str,
    runs: &'static [(i64, bool)],
) -> Task {
    Task { home, name, schedule, image, suspended: false, runs }
}

impl World {
    pub(super) fn tasks(&mut self, store: &mut Store) {
        for task in TASKS {
            let cron = put(store, "cronjobs.batch", task.home, task.name, 40 * DAY, cron_job(task));
            for (minutes, well) in task.runs {
                self.past_run(store, &cron, minutes * MINUTE, *well);
            }
            let at = |well: Option<bool>| {
                let found = task.runs.iter().find(|(_, run)| well.is_none_or(|wanted| *run == wanted));
                found.map(|(minutes, _)| whole(ago(store.now, minutes * MINUTE)).rfc3339())
            };
            let mut status = json!({});
            if let Some(last) = at(None) {
                status["lastScheduleTime"] = json!(last);
            }
            if let Some(last) = at(Some(true)) {
                status["lastSuccessfulTime"] =
                    json!(Time::parse(&last).unwrap_or_default().plus_millis(12_000).rfc3339());
            }
            store.update(the("cronjobs.batch"), task.home, task.name, |cron| cron["status"] = status);
        }
        self.migration(store);
    }

    fn past_run(&mut self, store: &mut Store, cron: &Arc<Value>, age: i64, well: bool) {
        let begun = whole(ago(store.now, age));
        let mut job = cron::job(cron, begun);
        job["spec"]["backoffLimit"] = json!(0);
        self.over_job(store, job, begun, well);
    }

    /// A finished job and its pod.
    fn over_job(&mut self, store: &mut Store, mut job: Value, begun: Time, well: bool) {
        let own = store.uid();
        let called = name(&job).to_owned();
        let ended = begun.plus_millis(11_000);
        job["metadata"]["uid"] = json!(own);
        job["metadata"]["creationTimestamp"] = json!(begun.rfc3339());
        give_selector(&mut job, &own, &called);
        let one = |kind: &str, reason: &str, message: &str| json!({"type": kind, "status": "True", "lastProbeTime": ended.rfc3339(), "lastTransitionTime": ended.rfc3339(), "reason": reason, "message": message});
        let (reached, limit) =
            ("Reached expected number of succeeded pods", "Job has reached the specified backoff limit");
        job["status"] = match well {
            true => {
                json!({"startTime": begun.rfc3339(), "completionTime": ended.rfc3339(), "succeeded": 1, "ready": 0, "terminating": 0, "uncountedTerminatedPods": {},
                "conditions": [one("SuccessCriteriaMet", "CompletionsReached", reached), one("Complete", "CompletionsReached", reached)]})
            }
            false => {
                json!({"startTime": begun.rfc3339(), "failed": 1, "ready": 0, "terminating": 0, "uncountedTerminatedPods": {},
                "conditions": [one("FailureTarget", "BackoffLimitExceeded", limit), one("Failed", "BackoffLimitExceeded", limit)]})
            }
        };
        let job = store.put(the("jobs.batch"), job);
        let pod = build::pod(&job["spec"]["template"], &job, &format!("{called}-{}", self.dice.letters(5)), &[]);
        let pod = self.seat(store, pod, store.now.since(begun), None);
        let (code, reason, phase) = if well { (0, "Completed", "Succeeded") } else { (1, "Error", "Failed") };
        let message = if well {
            Value::Null
        } else {
            json!("ERROR export failed: upstream ledger answered 502 Bad Gateway after 3 attempts\n")
        };
        store.update(the("pods"), job["metadata"]["namespace"].as_str().unwrap_or_default(), name(&pod), |pod| {
            pod["status"]["phase"] = json!(phase);
            let main = &mut pod["status"]["containerStatuses"][0];
            main["state"] = json!({"terminated": {"exitCode": code, "reason": reason, "message": message, "startedAt": begun.plus_millis(2_000).rfc3339(), "finishedAt": ended.rfc3339()}});
            if let Some(end) = main["state"]["terminated"].as_object_mut() {
                end.retain(|_, value| !value.is_null());
            }
            main["ready"] = json!(false);
            main["restartCount"] = json!(0);
            main["lastState"] = json!({});
            crate::demo::world::status::conclude(pod, ended);
        });
        debug_assert!(!uid(&pod).is_empty());
    }

    /// A job that somebody started by hand last week, and that failed.
    fn migration(&mut self, store: &mut Store) {
        let template = template("registry.shop.example/shop/db-migrate:5.2.1", "db-migrate");
        let job = json!({"metadata": {"name": "db-migrate-5-2-1", "namespace": "shop", "labels": {"app": "db-migrate"}}, "spec": {"template": template, "backoffLimit": 0}});
        let begun = ago(store.now, 6 * DAY + 3 * HOUR);
        self.over_job(store, job, begun, true);
    }
}

fn whole(time: Time) -> Time {
    Time(time.0.div_euclid(MINUTE) * MINUTE)
}

fn template(image: &str, app: &str) -> Value {
    let container = json!({"name": app, "image": image, "command": ["/app/run"], "terminationMessagePolicy": "FallbackToLogsOnError",
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}}});
    json!({"metadata": {"labels": {"app": app}}, "spec": {"restartPolicy": "Never", "containers": [container], "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst"}})
}

fn cron_job(task: &Task) -> Value {
    json!({
        "metadata": {"labels": {"app": task.name}},
        "spec": {"schedule": task.schedule, "suspend": task.suspended, "concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 1, "jobTemplate": {"metadata": {"labels": {"app": task.name}},
                "spec": {"backoffLimit": 0, "template": template(task.image, task.name)}}},
        "status": {}})
}
