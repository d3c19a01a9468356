//! Cron jobs: schedules, and the jobs that they make.

use std::sync::Arc;

use jiff::Span;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use super::body::{born, is, is_leaving, name, namespace, number, owned, reference, says, text, the, time, uid};
use super::notes::From;
use super::{Due, What, World};
use crate::demo::store::{Key, Store};
use crate::model::Time;

const CONTROLLER: From<'static> = From("cronjob-controller", "");
const MINUTE: i64 = 60_000;
const EPOCH: Date = date(1970, 1, 1);
/// The minutes through which the next run is looked for: five years, as the controller of Kubernetes does.
const FAR: i64 = 5 * 366 * 24 * 60;

impl World {
    /// Active jobs, finished ones beyond the limits, and the next run.
    pub(super) fn cronjob(&mut self, store: &mut Store, key: &Key) {
        let Some(cron) = store.object(key).cloned().filter(|cron| !is_leaving(cron)) else { return };
        let jobs = owned(store, "jobs.batch", &cron);
        prune(store, &cron, &jobs);
        let active: Vec<Value> = jobs.iter().filter(|job| !is_over(job)).map(|job| link(job)).collect();
        let done =
            jobs.iter().filter(|job| says(job, "Complete")).filter_map(|job| time(job, "status.completionTime")).max();
        let before = time(&cron, "status.lastSuccessfulTime");
        store.update(the(key.resource), &key.namespace, &key.name, |cron| {
            if !cron["status"].is_object() {
                cron["status"] = json!({});
            }
            let Some(status) = cron["status"].as_object_mut() else { return };
            status.shift_remove("active");
            if !active.is_empty() {
                status.insert("active".into(), Value::Array(active));
            }
            if let Some(done) = done.max(before) {
                status.insert("lastSuccessfulTime".into(), json!(done.rfc3339()));
            }
        });
        self.plan_run(store, key, &cron);
    }

    fn plan_run(&mut self, store: &mut Store, key: &Key, cron: &Value) {
        if is(cron, "spec.suspend") {
            return;
        }
        let from = time(cron, "status.lastScheduleTime").unwrap_or(Time(0)).max(store.now);
        let Some(at) = next(text(cron, "spec.schedule"), from) else { return };
        let sooner = |due: &Due| due.at <= at && matches!(&due.what, What::Run(other) if other == key);
        if !self.queue.iter().any(|due| sooner(&due.0)) {
            self.later(at, What::Run(key.clone()));
        }
    }

    pub(super) fn run(&mut self, store: &mut Store, key: &Key) {
        let Some(cron) = store.object(key).cloned().filter(|cron| !is_leaving(cron)) else { return };
        let now = store.now;
        // The schedule may have changed since this run was planned.
        let due = next(text(&cron, "spec.schedule"), now.plus_millis(-MINUTE)).is_some_and(|at| at <= now);
        if due && !is(&cron, "spec.suspend") {
            let busy = owned(store, "jobs.batch", &cron).iter().any(|job| !is_over(job));
            if busy && text(&cron, "spec.concurrencyPolicy") == "Forbid" {
                let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
                self.note(store, &cron, "JobAlreadyActive", message, CONTROLLER);
            } else {
                self.start(store, key, &cron);
            }
        }
        if let Some(cron) = store.object(key).cloned() {
            self.plan_run(store, key, &cron);
        }
    }

    fn start(&mut self, store: &mut Store, key: &Key, cron: &Value) {
        let now = store.now;
        let job = job(cron, now);
        let called = name(&job).to_owned();
        if store.find(the("jobs.batch"), namespace(cron), &called).is_some() {
            return;
        }
        store.put(the("jobs.batch"), job);
        self.note(store, cron, "SuccessfulCreate", &format!("Created job {called}"), CONTROLLER);
        store.update(the(key.resource), &key.namespace, &key.name, |cron| {
            cron["status"]["lastScheduleTime"] = json!(now.rfc3339());
        });
    }
}

/// The job of one run, named after its minute.
pub fn job(cron: &Value, at: Time) -> Value {
    let template = &cron["spec"]["jobTemplate"];
    let mut metadata = template["metadata"].as_object().cloned().unwrap_or_default();
    metadata.insert("name".into(), json!(format!("{}-{}", name(cron), at.0.div_euclid(MINUTE))));
    metadata.insert("namespace".into(), json!(namespace(cron)));
    metadata.insert("ownerReferences".into(), json!([reference(cron)]));
    let stamp = json!({"batch.kubernetes.io/cronjob-scheduled-timestamp": at.rfc3339()});
    metadata.insert("annotations".into(), stamp);
    json!({"metadata": metadata, "spec": template["spec"]})
}

fn is_over(job: &Value) -> bool {
    says(job, "Complete") || says(job, "Failed")
}

fn link(job: &Value) -> Value {
    json!({"kind": "Job", "namespace": namespace(job), "name": name(job), "uid": uid(job), "apiVersion": "batch/v1",
        "resourceVersion": job["metadata"]["resourceVersion"]})
}

fn prune(store: &mut Store, cron: &Value, jobs: &[Arc<Value>]) {
    for (kind, field, default) in
        [("Complete", "spec.successfulJobsHistoryLimit", 3), ("Failed", "spec.failedJobsHistoryLimit", 1)]
    {
        let keep = number(cron, field).unwrap_or(default).max(0) as usize;
        let mut over: Vec<_> = jobs.iter().filter(|job| says(job, kind)).collect();
        over.sort_by_key(|job| std::cmp::Reverse((born(job), name(job).to_owned())));
        for job in over.into_iter().skip(keep) {
            store.remove(&Key::new(the("jobs.batch"), namespace(job), name(job)));
        }
    }
}

/// The first minute after `from` that a schedule names, in UTC.
pub fn next(schedule: &str, from: Time) -> Option<Time> {
    let schedule = match schedule {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 0",
        other => other,
    };
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else { return None };
    let first = from.0.div_euclid(MINUTE) + 1;
    let mut at = first;
    while at < first + FAR {
        let days = at.div_euclid(1440);
        let date = EPOCH.checked_add(Span::new().days(days)).ok()?;
        let dates = fits(day, date.day().into(), 1);
        let weekdays = fits(weekday, date.weekday().to_sunday_zero_offset().into(), 0);
        // Where both are told, either will do.
        let either = !day.starts_with('*') && !weekday.starts_with('*');
        let today = if either { dates || weekdays } else { dates && weekdays };
        if !today || !fits(month, date.month().into(), 1) {
            at = (days + 1) * 1440;
        } else if !fits(hour, at.rem_euclid(1440) / 60, 0) {
            at = (at.div_euclid(60) + 1) * 60;
        } else if !fits(minute, at.rem_euclid(60), 0) {
            at += 1;
        } else {
            return Some(Time(at * MINUTE));
        }
    }
    None
}

/// `*`, `*/5`, `1-5`, `1,2,30`, `10-50/20`
fn fits(field: &str, value: i64, least: i64) -> bool {
    field.split(',').any(|part| {
        let (range, step) = part.split_once('/').map_or((part, 1), |(range, step)| (range, step.parse().unwrap_or(0)));
        let (low, high) = match range.split_once('-') {
            _ if range == "*" => (Some(least), Some(i64::MAX)),
            Some((low, high)) => (low.parse().ok(), high.parse().ok()),
            None => (range.parse().ok(), if step > 1 { Some(i64::MAX) } else { range.parse().ok() }),
        };
        let (Some(low), Some(high)) = (low, high) else { return false };
        step > 0 && value >= low && value <= high && (value - low) % step == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_names_its_minutes() {
        let at = |schedule: &str, from: &str| next(schedule, Time::parse(from).unwrap()).map(Time::rfc3339);
        let from = "2026-01-31T14:05:09Z";
        for (schedule, expected) in [
            ("*/5 * * * *", "2026-01-31T14:10:00Z"),
            ("* * * * *", "2026-01-31T14:06:00Z"),
            ("0 3 * * *", "2026-02-01T03:00:00Z"),
            ("30 2 1 * *", "2026-02-01T02:30:00Z"),
            ("15,45 14 * * *", "2026-01-31T14:15:00Z"),
            ("0 0 29 2 *", "2028-02-29T00:00:00Z"),
            ("0 9 * * 1", "2026-02-02T09:00:00Z"),
            ("@hourly", "2026-01-31T15:00:00Z"),
            ("0 9 13 * 1", "2026-02-02T09:00:00Z"),
            ("0 9 13 * */2", "2026-06-13T09:00:00Z"),
            ("0 9 1 * 5", "2026-02-01T09:00:00Z"),
        ] {
            assert_eq!(at(schedule, from).as_deref(), Some(expected), "{schedule}");
        }
        assert_eq!(at("0 0 31 2 *", from), None);
        assert_eq!(at("never", from), None);
    }
}
