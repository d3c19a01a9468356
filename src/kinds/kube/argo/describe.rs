//! What a person wants to know about an application: why it is not as it should be, where it comes from, what it is
//! made of, what was done last.

use super::applications::{automation, is_asked_for};
use super::{destination, revision, source, sources};
use crate::kinds::describe::conditions;
use crate::kinds::kube::facts::{Trouble, because, items, lines, scalar, since, strings, text};
use crate::kinds::mask;
use crate::model::{Around, Cell, Health, Section, Value};

pub fn application(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let status = &body["status"];
    let trouble = trouble(body).section();
    let own = [
        overview(body),
        operation(body),
        resources(status),
        results(&status["operationState"]),
        history(status),
        lines("Addresses", strings(&status["summary"], "externalURLs").into_iter().map(str::to_owned)),
        lines("Images", strings(&status["summary"], "images").into_iter().map(str::to_owned)),
    ];
    trouble.into_iter().chain(own).chain(conditions(status)).collect()
}

fn trouble(body: &Value) -> Trouble {
    let (status, mut trouble) = (&body["status"], Trouble::default());
    let last = &status["operationState"];
    if ["Failed", "Error"].contains(&text(last, "phase")) {
        trouble.add("Last operation", text(last, "message"), Health::Bad);
    }
    // A sync that a window holds up goes on waiting.
    if text(last, "phase") == "Running" && text(last, "message").contains("blocked") {
        trouble.add("Operation", text(last, "message"), Health::Warn);
    }
    for condition in items(status, "conditions") {
        let name = text(condition, "type");
        let health = if name.ends_with("Error") { Health::Bad } else { Health::Warn };
        trouble.add(name, text(condition, "message"), health);
    }
    let is_degraded = |of: &Value| text(&of["health"], "status") == "Degraded";
    let degraded: Vec<&Value> = items(status, "resources").iter().filter(|one| is_degraded(one)).collect();
    for resource in &degraded {
        trouble.add(&called(resource), &because(&resource["health"]), Health::Bad);
    }
    // Unless it is told to, Argo CD 3 does not write the health of the resources into the application.
    if degraded.is_empty() && is_degraded(status) {
        let why = "Degraded: Argo CD does not say which of its resources";
        let message = text(&status["health"], "message");
        trouble.add("Health", if message.is_empty() { why } else { message }, Health::Bad);
    }
    trouble
}

fn overview(body: &Value) -> Section {
    let (spec, status) = (&body["spec"], &body["status"]);
    let (sync, mut section) = (&status["sync"], Section::new("Application"));
    section.pair("Project", text(spec, "project"));
    for one in sources(spec) {
        section.pair("Source", source(one));
        section.pair("Target", text(one, "targetRevision"));
    }
    section.pair("Destination", destination(&spec["destination"]));
    section.pair("Sync", text(sync, "status")).pair("Revision", revisions(sync));
    section.pair("Health", because_of(&status["health"]));
    section.pair("Automation", words(&automation(body)));
    section.pair("Options", strings(&spec["syncPolicy"], "syncOptions").join(", "));
    section.cell("Reconciled", since(status, "reconciledAt"));
    section
}

fn because_of(health: &Value) -> String {
    match (text(health, "status"), text(health, "message")) {
        (status, "") => status.to_owned(),
        (status, message) => format!("{status}: {message}"),
    }
}

/// What the letters of the column stand for.
fn words(letters: &Cell) -> String {
    let Cell::Text(letters) = letters else { return "none: it is synced by hand".to_owned() };
    let word = |letter: char| match letter {
        'S' => "heals itself",
        'P' => "prunes",
        _ => "syncs by itself",
    };
    letters.chars().map(word).collect::<Vec<_>>().join(", ")
}

fn revisions(value: &Value) -> String {
    let several = strings(value, "revisions").into_iter().map(revision).collect::<Vec<_>>().join(", ");
    if several.is_empty() { revision(text(value, "revision")).to_owned() } else { several }
}

fn operation(body: &Value) -> Section {
    let (state, mut section) = (&body["status"]["operationState"], Section::new("Operation"));
    if is_asked_for(body) {
        section.pair("Requested by", initiator(&body["operation"]["initiatedBy"]));
    }
    section.pair("Phase", text(state, "phase")).pair("Message", mask::urls(text(state, "message")).as_ref());
    section.pair("Revision", revisions(&state["syncResult"]));
    section.cell("Started", since(state, "startedAt")).cell("Finished", since(state, "finishedAt"));
    section.pair("By", initiator(&state["operation"]["initiatedBy"]));
    section.pair("Retries", state["retryCount"].as_i64().map(|count| count.to_string()).unwrap_or_default());
    section
}

fn initiator(by: &Value) -> String {
    match text(by, "username") {
        "" if by["automated"] == true => "Argo CD itself".to_owned(),
        name => name.to_owned(),
    }
}

/// `Deployment shop/web`
fn called(resource: &Value) -> String {
    let (kind, namespace, name) = (text(resource, "kind"), text(resource, "namespace"), text(resource, "name"));
    let slash = if namespace.is_empty() { "" } else { "/" };
    format!("{kind} {namespace}{slash}{name}")
}

/// What it is made of; what is out of sync comes first.
fn resources(status: &Value) -> Section {
    let mut section = Section::new("Resources");
    let mut all: Vec<&Value> = items(status, "resources").iter().collect();
    all.sort_by_key(|resource| text(resource, "status") == "Synced");
    let row = |resource: &Value| {
        let note = match () {
            () if resource["requiresPruning"] == true => "to be pruned",
            () if resource["hook"] == true => "hook",
            () => "",
        };
        [
            Cell::text(text(resource, "kind")),
            Cell::text(text(resource, "namespace")),
            Cell::text(text(resource, "name")),
            Cell::text(text(resource, "status")),
            Cell::text(text(&resource["health"], "status")),
            Cell::text(scalar(&resource["syncWave"])),
            Cell::text(note),
        ]
    };
    section.table(["KIND", "NAMESPACE", "NAME", "SYNC", "HEALTH", "WAVE", "NOTE"], all.into_iter().map(row));
    section
}

/// What the last operation did to each resource.
fn results(state: &Value) -> Section {
    let mut section = Section::new("Last sync");
    let row = |one: &Value| {
        let result = [text(one, "status"), text(one, "hookPhase")].into_iter().find(|word| !word.is_empty());
        [
            Cell::text(called(one)),
            Cell::text(result.unwrap_or_default()),
            Cell::text(text(one, "syncPhase")),
            Cell::text(mask::urls(text(one, "message")).as_ref()),
        ]
    };
    let all = items(&state["syncResult"], "resources").iter();
    section.table(["RESOURCE", "RESULT", "PHASE", "MESSAGE"], all.map(row));
    section
}

/// The newest first.
fn history(status: &Value) -> Section {
    let mut section = Section::new("History");
    let row = |one: &Value| {
        [
            Cell::text(scalar(&one["id"])),
            Cell::text(revisions(one)),
            since(one, "deployedAt"),
            Cell::text(initiator(&one["initiatedBy"])),
            Cell::text(sources(one).iter().map(source).collect::<Vec<_>>().join(", ")),
        ]
    };
    let all = items(status, "history").iter().rev();
    section.table(["ID", "REVISION", "DEPLOYED", "BY", "SOURCE"], all.map(row));
    section
}
