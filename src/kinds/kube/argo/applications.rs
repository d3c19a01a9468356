//! Applications: what is deployed from where, and whether the cluster is as the repository says.

use super::{address, destination, first, is_automated, revision, source, sources};
use crate::kinds::kube::facts::{items, text};
use crate::kinds::verbs;
use crate::model::{Cell, Description, Door, Health, Kind, Link, Property, Related, Scope, Shape, Value};

static PROPERTIES: [Property; 17] = [
    Property::made("STATE", 16, state).state(),
    Property::value("SYNC", 9, ".status.sync.status").rank(2),
    Property::value("HEALTH", 11, ".status.health.status").rank(2),
    Property::made("OPERATION", 9, |body| Cell::text(operation(body))).rank(4),
    Property::count("OUT-OF-SYNC", 11, ".status.resources[?(@.status==\"OutOfSync\")].status").rank(3),
    Property::made("AUTO", 4, automation).rank(5),
    Property::value("PROJECT", 10, ".spec.project").rank(4),
    Property::made("SOURCE", 30, first_source).rank(6),
    Property::made("TARGET", 8, target).rank(7),
    Property::made("REVISION", 8, synced_to).rank(5),
    Property::made("DESTINATION", 22, |body| Cell::text(destination(&body["spec"]["destination"]))).rank(6),
    Property::age("LAST-SYNC", 9, ".status.operationState.finishedAt").rank(3),
    Property::list("IMAGES", 30, ".status.summary.images").wide(),
    Property::list("CONDITIONS", 20, ".status.conditions[*].type").wide(),
    Property::value("REFRESH", 7, ".metadata.annotations.argocd\\.argoproj\\.io/refresh").wide(),
    Property::age("RECONCILED", 10, ".status.reconciledAt").wide(),
    Property::AGE,
];

pub static KIND: Kind = Kind {
    name: "applications",
    aliases: &["app", "apps", "application"],
    address: address("Application", "applications"),
    columns: &Property::columns(&PROPERTIES),
    door: Door::Json(&Shape { needs: NEEDS, ..Shape::of(&PROPERTIES, health) }),
    description: Description::of(super::describe::application).with(RELATED),
    verbs: verbs::with_common![REFRESH, SYNC, TERMINATE],
    ..Kind::kube()
};

const RELATED: &[Related] = &[Related::new("Project", project).columns(&["WINDOWS", "DESTINATIONS", "ORPHANS"])];

const NEEDS: &[&str] = &[
    ".operation.sync.revision",
    ".spec.source.repoURL",
    ".spec.source.path",
    ".spec.source.chart",
    ".spec.source.targetRevision",
    ".spec.sources[0].repoURL",
    ".spec.sources[0].path",
    ".spec.sources[0].chart",
    ".spec.sources[0].targetRevision",
    ".spec.destination",
    ".spec.syncPolicy.automated",
    ".status.operationState.phase",
    ".status.sync.revision",
    ".status.sync.revisions",
];

/// Its project, which may be in another namespace only where an administrator has set that up.
fn project(body: &Value) -> Option<Link> {
    let name = Some(text(&body["spec"], "project")).filter(|name| !name.is_empty())?;
    Some(Link::to(&super::appprojects::KIND, Scope::namespace(text(&body["metadata"], "namespace")).named(name)))
}

fn phase(body: &Value) -> &str {
    text(&body["status"]["operationState"], "phase")
}

/// Whether an operation is asked for that the controller has not begun.
pub fn is_asked_for(body: &Value) -> bool {
    !body["operation"].is_null()
}

/// Whether an operation runs, or is going to.
pub fn is_busy(body: &Value) -> bool {
    is_asked_for(body) || ["Running", "Terminating"].contains(&phase(body))
}

/// The word for the operation: `Running`.
pub fn operation(body: &Value) -> &str {
    match phase(body) {
        "" if is_asked_for(body) => "Requested",
        phase => phase,
    }
}

/// The last condition of a sort: `ComparisonError`.
fn condition<'a>(body: &'a Value, ending: &str) -> Option<&'a str> {
    let mut all = items(&body["status"], "conditions").iter().map(|condition| text(condition, "type"));
    all.find(|name| name.ends_with(ending))
}

/// What decides about the health, in a word, and the health.
fn judged(body: &Value) -> (&str, Health) {
    let status = &body["status"];
    let (health, sync) = (text(&status["health"], "status"), text(&status["sync"], "status"));
    match phase(body) {
        "Failed" => return ("SyncFailed", Health::Bad),
        "Error" => return ("SyncError", Health::Bad),
        _ => {}
    }
    if let Some(error) = condition(body, "Error") {
        return (error, Health::Bad);
    }
    match phase(body) {
        "Terminating" => return ("Terminating", Health::Progress),
        _ if is_busy(body) => return ("Syncing", Health::Progress),
        _ => {}
    }
    match (health, sync) {
        ("Degraded", _) => ("Degraded", Health::Bad),
        ("Progressing", _) => ("Progressing", Health::Progress),
        ("Suspended", _) => ("Suspended", Health::Done),
        ("Unknown", _) => ("Unknown", Health::Unknown),
        ("Missing", _) => ("Missing", Health::Warn),
        (_, "OutOfSync") => ("OutOfSync", Health::Warn),
        _ => match (condition(body, "Warning"), health, sync) {
            (Some(warning), ..) => (warning, Health::Warn),
            (None, "Healthy", "Synced") => ("Healthy", Health::Good),
            (None, ..) => ("Unknown", Health::Unknown),
        },
    }
}

pub fn health(body: &Value) -> Health {
    judged(body).1
}

fn state(body: &Value) -> Cell {
    Cell::text(judged(body).0)
}

/// `A` automated, `S` it heals itself, `P` it prunes.
pub fn automation(body: &Value) -> Cell {
    let automated = &body["spec"]["syncPolicy"]["automated"];
    if !is_automated(&body["spec"]) {
        return Cell::None;
    }
    let on = |key: &str, letter: &'static str| if automated[key] == true { letter } else { "" };
    Cell::text(format!("A{}{}", on("selfHeal", "S"), on("prune", "P")))
}

fn first_source(body: &Value) -> Cell {
    Cell::text(first(sources(&body["spec"]).iter().map(source)))
}

fn target(body: &Value) -> Cell {
    let wanted = |source: &Value| match text(source, "targetRevision") {
        "" => "HEAD".to_owned(),
        target => revision(target).to_owned(),
    };
    Cell::text(first(sources(&body["spec"]).iter().map(wanted)))
}

fn synced_to(body: &Value) -> Cell {
    let sync = &body["status"]["sync"];
    let several = items(sync, "revisions").iter().map(|one| revision(one.as_str().unwrap_or_default()).to_owned());
    match text(sync, "revision") {
        "" => Cell::text(first(several)),
        one => Cell::text(revision(one)),
    }
}
