//! Cron jobs: now, and not at all.

use serde_json::{Map, json};

use super::{full, pairs, words};
use crate::model::{Act, Args, Cell, Error, Form, Id, Kind, Object, Param, Patch, Request, Result, Time, Value, What};

pub const TRIGGER: Act = Act::body(trigger);
pub const SUSPEND: Act = Act::row(suspend);
pub const RESUME: Act = Act::row(|object, _, _| Ok(switched(object, false)));

/// The annotation by which a job of one's own is told from one of the schedule.
const MANUAL: &str = "cronjob.kubernetes.io/instantiate";

/// A job's name may have 63 characters; the ending takes 13.
const LONGEST: usize = 50;

fn job_name(cron: &str, now: Time) -> String {
    let cron: String = cron.chars().take(LONGEST).collect();
    format!("{}-manual-{}", cron.trim_end_matches(['-', '.']), ending(now))
}

/// Five characters that differ from one moment to the next.
fn ending(now: Time) -> String {
    const DIGITS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let base = DIGITS.len() as u64;
    let mut rest = now.0.unsigned_abs();
    let digit = |_| {
        let digit = DIGITS[(rest % base) as usize];
        rest /= base;
        char::from(digit)
    };
    (0..5).map(digit).collect()
}

/// The job that the schedule would make, owned by the cron job.
fn trigger(object: &Object, body: &Value, _: &Args, now: Time) -> Result<Request> {
    let id = &object.id;
    let broken = || Error::Invalid(format!("{} has no job template", id.name));
    let template = body.pointer("/spec/jobTemplate").ok_or_else(broken)?;
    let spec = template.get("spec").ok_or_else(broken)?;
    let metadata = |key: &str| template.pointer(&format!("/metadata/{key}")).and_then(Value::as_object).cloned();
    let mut annotations: Map<String, Value> = metadata("annotations").unwrap_or_default();
    annotations.insert(MANUAL.to_owned(), json!("manual"));
    let name = job_name(&id.name, now);
    let uid = body.pointer("/metadata/uid").cloned().unwrap_or_default();
    let owner =
        json!({"apiVersion": "batch/v1", "kind": "CronJob", "name": id.name.as_str(), "uid": uid, "controller": true});
    let job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": id.namespace.as_str(),
            "annotations": annotations,
            "labels": metadata("labels").unwrap_or_default(),
            "ownerReferences": [owner],
        },
        "spec": spec,
    });
    let jobs = crate::kinds::named("jobs").ok_or_else(broken)?;
    let id = Id { kind: jobs, name: name.into(), ..id.clone() };
    Ok(Request::new(id, What::Create(Box::new(job))))
}

pub fn kubectl_trigger(kind: &Kind, names: &[&str], _: &Args) -> Vec<Vec<String>> {
    let line = |name: &&str| {
        let job: String = name.chars().take(LONGEST).collect();
        words(["create", "job", &format!("{job}-manual-1"), &format!("--from={}", full(kind, name))])
    };
    names.iter().map(line).collect()
}

const STATES: &[&str] = &["suspend", "resume"];

/// The other one of what it is.
pub fn params(object: &Object, _: Option<&Value>) -> Vec<Param> {
    let cell = object.id.kind.column("SUSPEND").and_then(|i| object.cells.get(i)).unwrap_or(&Cell::None);
    let suspended = cell.to_text(Time::default()).eq_ignore_ascii_case("true");
    vec![Param::new("state", Form::Choice(STATES), STATES[usize::from(suspended)])]
}

pub fn ask(args: &Args) -> String {
    if suspends(args) { "suspend".to_owned() } else { "resume".to_owned() }
}

pub fn done(args: &Args) -> String {
    if suspends(args) { "suspended".to_owned() } else { "resumed".to_owned() }
}

pub fn typed(words: &str) -> Result<Args> {
    match words.trim() {
        "" => Ok(Args::default()),
        word if STATES.contains(&word) => Ok(Args::default().with("state", word)),
        words => pairs(words),
    }
}

fn suspend(object: &Object, args: &Args, _: Time) -> Result<Request> {
    Ok(switched(object, suspends(args)))
}

fn suspends(args: &Args) -> bool {
    args.text("state") != "resume"
}

fn spec(suspended: bool) -> Value {
    json!({"spec": {"suspend": suspended}})
}

fn switched(object: &Object, suspended: bool) -> Request {
    Request::new(object.id.clone(), What::Patch(Box::new(Patch::Merge(spec(suspended)))))
}

fn kubectl_switch(kind: &Kind, names: &[&str], suspended: bool) -> Vec<Vec<String>> {
    let patch = spec(suspended).to_string();
    names.iter().map(|name| words(["patch", &full(kind, name), "-p", &patch])).collect()
}

pub fn kubectl_suspend(kind: &Kind, names: &[&str], args: &Args) -> Vec<Vec<String>> {
    kubectl_switch(kind, names, suspends(args))
}

pub fn kubectl_resume(kind: &Kind, names: &[&str], _: &Args) -> Vec<Vec<String>> {
    kubectl_switch(kind, names, false)
}
