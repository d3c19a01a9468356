//! JobSet and LeaderWorkerSet: jobs, and groups of pods, that belong together (kubernetes-sigs/jobset and kubernetes-
//! sigs/lws, api).

use super::custom;
use super::state::{labelled, living, status_of};
use crate::kinds::kube::facts::{items, text};
use crate::kinds::kube::{jobs, pods};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Door, Health, Kind, Link, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[&SET, &GROUPS];

const fn jobset(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "jobset.x-k8s.io", version: "v1alpha2", kind, plural, namespaced: true }
}

const fn group(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "leaderworkerset.x-k8s.io", version: "v1", kind, plural, namespaced: true }
}

static SET_COLUMNS: [Property; 8] = [
    Property::value("STATE", 10, ".status.terminalState").state(),
    Property::value("RESTARTS", 8, ".status.restarts").rank(2).number(),
    Property::value("COMPLETED", 9, ".status.conditions[?(@.type==\"Completed\")].status").rank(3),
    Property::value("SUSPENDED", 9, ".spec.suspend").rank(4),
    Property::list("JOBS", 24, ".spec.replicatedJobs[*].name").rank(5),
    Property::made("ACTIVE", 6, |body| sum(body, "active")).rank(6).number(),
    Property::made("FAILED", 6, |body| sum(body, "failed")).rank(7).number(),
    Property::AGE,
];
static SET: Kind = Kind {
    name: "jobsets",
    address: jobset("JobSet", "jobsets"),
    columns: &Property::columns(&SET_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".status.terminalState", ".spec.suspend", ".status.replicatedJobsStatus"],
        link: jobs_of,
        ..Shape::of(&SET_COLUMNS, set)
    }),
    verbs: verbs::SUSPENDED,
    ..custom()
};

static GROUPS_COLUMNS: [Property; 5] = [
    Property::made("READY", 6, ready).state(),
    Property::value("UP-TO-DATE", 10, ".status.updatedReplicas").rank(2).number(),
    Property::value("SIZE", 5, ".spec.leaderWorkerTemplate.size").rank(3).number(),
    Property::value("AVAILABLE", 9, ".status.conditions[?(@.type==\"Available\")].status").rank(4),
    Property::AGE,
];
static GROUPS: Kind = Kind {
    name: "leaderworkersets",
    aliases: &["lws"],
    address: group("LeaderWorkerSet", "leaderworkersets"),
    columns: &Property::columns(&GROUPS_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.replicas", ".status.readyReplicas"],
        link: pods_of,
        ..Shape::of(&GROUPS_COLUMNS, gathered)
    }),
    verbs: verbs::SCALED,
    ..custom()
};

fn set(body: &Value) -> Health {
    let is = |name: &str| status_of(body, name) == "True";
    living(body, || match text(&body["status"], "terminalState") {
        "Completed" => Health::Done,
        "Failed" => Health::Bad,
        _ if body["spec"]["suspend"] == true || is("Suspended") => Health::Done,
        _ if body["status"].is_null() => Health::Unknown,
        _ if is("StartupPolicyInProgress") => Health::Progress,
        _ => Health::Good,
    })
}

fn sum(body: &Value, state: &str) -> Cell {
    let all = items(&body["status"], "replicatedJobsStatus").iter();
    Cell::Count(all.filter_map(|one| one[state].as_i64()).sum())
}

fn jobs_of(set: &Value) -> Option<Link> {
    labelled(set, &jobs::KIND, "jobset.sigs.k8s.io/jobset-name")
}

/// The groups that are ready, and all of them.
fn groups(body: &Value) -> (i64, i64) {
    (body["status"]["readyReplicas"].as_i64().unwrap_or(0), body["spec"]["replicas"].as_i64().unwrap_or(1))
}

fn ready(body: &Value) -> Cell {
    let (ready, wanted) = groups(body);
    Cell::Ratio(ready.max(0) as u32, wanted.max(0) as u32)
}

fn gathered(body: &Value) -> Health {
    let (ready, wanted) = groups(body);
    living(body, || match () {
        () if body["status"].is_null() => Health::Unknown,
        () if ready < wanted || status_of(body, "UpdateInProgress") == "True" => Health::Progress,
        () => Health::Good,
    })
}

fn pods_of(set: &Value) -> Option<Link> {
    labelled(set, &pods::KIND, "leaderworkerset.sigs.k8s.io/name")
}
