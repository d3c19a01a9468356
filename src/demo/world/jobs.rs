//! Jobs: pods that run to their end, as often as asked for.

use std::sync::Arc;

use serde_json::{Value, json};

use super::body::{is, is_leaving, name, namespace, number, owned, set_condition, text, the, time, uid};
use super::build;
use super::notes::From;
use super::sets::is_active;
use super::status::is_ready;
use super::{What, World};
use crate::demo::store::{Key, Store};

const CONTROLLER: From<'static> = From("job-controller", "");

impl World {
    pub(super) fn job(&mut self, store: &mut Store, key: &Key) {
        let Some(job) = store.object(key).cloned().filter(|job| !is_leaving(job)) else { return };
        if super::body::says(&job, "Complete") || super::body::says(&job, "Failed") {
            return self.expire(store, key, &job);
        }
        label(store, key, &job);
        let Some(job) = store.object(key).cloned() else { return };
        let pods = owned(store, "pods", &job);
        let phase = |wanted: &str| pods.iter().filter(|pod| text(pod, "status.phase") == wanted).count() as i64;
        let (succeeded, failed) = (phase("Succeeded"), phase("Failed"));
        let active: Vec<_> = pods.iter().filter(|pod| is_active(pod)).cloned().collect();
        let completions = number(&job, "spec.completions").unwrap_or(1);
        if succeeded >= completions {
            return self.complete(store, key, &job, succeeded, failed);
        }
        if failed > number(&job, "spec.backoffLimit").unwrap_or(6) {
            return self.fail(store, key, &job, &active, succeeded, failed);
        }
        let wanted = if is(&job, "spec.suspend") {
            0
        } else {
            number(&job, "spec.parallelism").unwrap_or(1).min(completions - succeeded)
        };
        self.keep(store, &job, &active, wanted.max(0) as usize);
        self.tell(store, key, succeeded, failed);
    }

    fn keep(&mut self, store: &mut Store, job: &Value, active: &[Arc<Value>], wanted: usize) {
        for _ in active.len()..wanted {
            let called = format!("{}-{}", name(job), self.dice.letters(5));
            store.put(the("pods"), build::pod(&job["spec"]["template"], job, &called, &[]));
            self.note(store, job, "SuccessfulCreate", &format!("Created pod: {called}"), CONTROLLER);
        }
        for pod in active.iter().skip(wanted) {
            self.note(store, job, "SuccessfulDelete", &format!("Deleted pod: {}", name(pod)), CONTROLLER);
            self.delete(store, &Key::new(the("pods"), namespace(pod), name(pod)));
        }
    }

    fn tell(&mut self, store: &mut Store, key: &Key, succeeded: i64, failed: i64) {
        let now = store.now;
        let Some(job) = store.object(key).cloned() else { return };
        let pods = owned(store, "pods", &job);
        let active = pods.iter().filter(|pod| is_active(pod)).count();
        let ready = pods.iter().filter(|pod| is_active(pod) && is_ready(pod)).count();
        store.update(the(key.resource), &key.namespace, &key.name, |job| {
            let status = &mut job["status"];
            if !status.is_object() {
                *status = json!({});
            }
            let suspended = job["spec"]["suspend"] == true;
            let status = &mut job["status"];
            if suspended {
                set_condition(status, "Suspended", "True", "JobSuspended", "Job suspended", now);
            } else if status["conditions"].is_array() {
                set_condition(status, "Suspended", "False", "JobResumed", "Job resumed", now);
            }
            if !suspended && status["startTime"].is_null() {
                status["startTime"] = json!(now.rfc3339());
            }
            for (field, value) in
                [("active", active as i64), ("ready", ready as i64), ("succeeded", succeeded), ("failed", failed)]
            {
                status[field] = json!(value);
            }
            status["terminating"] = json!(0);
            status["uncountedTerminatedPods"] = json!({});
        });
    }

    fn complete(&mut self, store: &mut Store, key: &Key, job: &Value, succeeded: i64, failed: i64) {
        let now = store.now;
        self.tell(store, key, succeeded, failed);
        store.update(the(key.resource), &key.namespace, &key.name, |job| {
            let status = &mut job["status"];
            let message = "Reached expected number of succeeded pods";
            set_condition(status, "SuccessCriteriaMet", "True", "CompletionsReached", message, now);
            set_condition(status, "Complete", "True", "CompletionsReached", message, now);
            status["completionTime"] = json!(now.rfc3339());
        });
        self.note(store, job, "Completed", "Job completed", CONTROLLER);
        self.over(store, key);
    }

    fn fail(&mut self, store: &mut Store, key: &Key, job: &Value, active: &[Arc<Value>], succeeded: i64, failed: i64) {
        let now = store.now;
        for pod in active {
            self.delete(store, &Key::new(the("pods"), namespace(pod), name(pod)));
        }
        self.tell(store, key, succeeded, failed);
        let message = "Job has reached the specified backoff limit";
        store.update(the(key.resource), &key.namespace, &key.name, |job| {
            set_condition(&mut job["status"], "FailureTarget", "True", "BackoffLimitExceeded", message, now);
            set_condition(&mut job["status"], "Failed", "True", "BackoffLimitExceeded", message, now);
        });
        self.warn(store, job, "BackoffLimitExceeded", message, CONTROLLER);
        self.over(store, key);
    }

    /// What is to be cleaned up is looked at again when its time has come.
    fn over(&mut self, store: &Store, key: &Key) {
        let lasts = store.object(key).and_then(|job| number(job, "spec.ttlSecondsAfterFinished"));
        if let Some(lasts) = lasts {
            self.later(store.now.plus_millis(lasts * 1000), What::Look(key.clone()));
        }
    }

    fn expire(&mut self, store: &mut Store, key: &Key, job: &Value) {
        let Some(lasts) = number(job, "spec.ttlSecondsAfterFinished") else { return };
        let ended = super::body::list(job, "status.conditions")
            .iter()
            .filter_map(|condition| time(condition, "lastTransitionTime"))
            .max();
        if ended.is_some_and(|ended| store.now >= ended.plus_millis(lasts * 1000)) {
            store.remove(key);
        }
    }
}

/// A selector and labels of its own, unless it has some.
fn label(store: &mut Store, key: &Key, job: &Value) {
    if job["spec"]["selector"].is_object() {
        return;
    }
    let (own, called) = (uid(job).to_owned(), name(job).to_owned());
    store.update(the(key.resource), &key.namespace, &key.name, |job| give_selector(job, &own, &called));
}

/// What the API server's defaulting does to a new Job.
pub fn give_selector(job: &mut Value, uid: &str, name: &str) {
    let labels = [
        ("batch.kubernetes.io/controller-uid", uid),
        ("batch.kubernetes.io/job-name", name),
        ("controller-uid", uid),
        ("job-name", name),
    ];
    for (label, value) in labels {
        job["spec"]["template"]["metadata"]["labels"][label] = json!(value);
        job["metadata"]["labels"][label] = json!(value);
    }
    let spec = &mut job["spec"];
    spec["selector"] = json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}});
    for (field, value) in [
        ("parallelism", json!(1)),
        ("completions", json!(1)),
        ("backoffLimit", json!(6)),
        ("completionMode", json!("NonIndexed")),
        ("suspend", json!(false)),
    ] {
        if spec[field].is_null() {
            spec[field] = value;
        }
    }
}
