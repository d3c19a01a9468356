//! Projects of Argo CD: what its applications may come from, where they may go, and when.

use super::{address, destination};
use crate::kinds::describe::conditions;
use crate::kinds::kube::facts::{items, scalar, strings, text};
use crate::kinds::mask;
use crate::kinds::verbs;
use crate::model::{
    Around, Cell, Description, Door, Health, Kind, Link, Object, Property, Related, Scope, Section, Shape, Value,
};

static PROPERTIES: [Property; 7] = [
    Property::made("SOURCES", 24, |body| {
        Cell::text(mask::urls(&strings(&body["spec"], "sourceRepos").join(",")).as_ref())
    }),
    Property::made("DESTINATIONS", 20, destinations).rank(2),
    Property::count("ROLES", 5, ".spec.roles[*]").rank(3),
    Property::made("WINDOWS", 16, windows).rank(2),
    Property::made("ORPHANS", 7, orphans).rank(4),
    Property::value("DESCRIPTION", 30, ".spec.description").wide(),
    Property::AGE,
];

pub static KIND: Kind = Kind {
    name: "appprojects",
    aliases: &["appproj", "appproject", "appprojs"],
    address: address("AppProject", "appprojects"),
    columns: &Property::columns(&PROPERTIES),
    door: Door::Json(&Shape { needs: NEEDS, ..Shape::of(&PROPERTIES, |_| Health::Good) }),
    description: Description::of(describe).with(RELATED),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

const RELATED: &[Related] =
    &[Related::new("Applications", applications).keep(is_of).columns(&["STATE", "SYNC", "HEALTH", "LAST-SYNC"])];

const NEEDS: &[&str] =
    &[".spec.sourceRepos", ".spec.destinations", ".spec.syncWindows[0].kind", ".spec.orphanedResources"];

fn destinations(body: &Value) -> Cell {
    let all = items(&body["spec"], "destinations").iter().map(destination);
    Cell::text(all.collect::<Vec<_>>().join(","))
}

/// `1 allow, 2 deny`
fn windows(body: &Value) -> Cell {
    let all = items(&body["spec"], "syncWindows");
    let count = |kind: &str| all.iter().filter(|window| text(window, "kind") == kind).count();
    let told = ["allow", "deny"].map(|kind| (count(kind), kind));
    let told = told.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}"));
    Cell::text(told.collect::<Vec<_>>().join(", "))
}

fn orphans(body: &Value) -> Cell {
    match &body["spec"]["orphanedResources"] {
        Value::Null => Cell::None,
        rules if rules["warn"] == false => Cell::text("watched"),
        _ => Cell::text("warns"),
    }
}

/// Applications may be in other namespaces than their project.
fn applications(_: &Value) -> Option<Link> {
    Some(Link::to(&super::applications::KIND, Scope::all()))
}

fn is_of(project: &Value, _: &Around<'_>, application: &Object) -> bool {
    application.word("PROJECT") == text(&project["metadata"], "name")
}

fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let spec = &body["spec"];
    let mut project = Section::new("Project");
    project.pair("Description", text(spec, "description"));
    project.pair("Sources", mask::urls(&strings(spec, "sourceRepos").join("\n")).as_ref());
    project.cell("Orphans", orphans(body));
    let mut out = vec![project, places(spec), allowed(spec), sync_windows(spec), roles(spec)];
    out.extend(conditions(&body["status"]));
    out
}

fn places(spec: &Value) -> Section {
    let mut section = Section::new("Destinations");
    items(spec, "destinations").iter().for_each(|one| _ = section.line(0, destination(one)));
    section
}

fn allowed(spec: &Value) -> Section {
    let mut section = Section::new("Kinds");
    for (key, word) in [
        ("clusterResourceWhitelist", "Cluster-wide allowed"),
        ("clusterResourceBlacklist", "Cluster-wide denied"),
        ("namespaceResourceWhitelist", "In namespaces allowed"),
        ("namespaceResourceBlacklist", "In namespaces denied"),
    ] {
        let one = |kind: &Value| match (text(kind, "group"), text(kind, "kind")) {
            ("", kind) => kind.to_owned(),
            (group, kind) => format!("{kind}.{group}"),
        };
        section.pair(word, items(spec, key).iter().map(one).collect::<Vec<_>>().join(", "));
    }
    section
}

fn sync_windows(spec: &Value) -> Section {
    let mut section = Section::new("Sync windows");
    let titles = ["KIND", "SCHEDULE", "FOR", "ZONE", "BY HAND", "APPLICATIONS", "NAMESPACES", "CLUSTERS"];
    let row = |window: &Value| {
        let list = |key: &str| Cell::text(strings(window, key).join(","));
        let by_hand = if window["manualSync"] == true { "allowed" } else { "as others" };
        [
            Cell::text(text(window, "kind")),
            Cell::text(text(window, "schedule")),
            Cell::text(text(window, "duration")),
            Cell::text(text(window, "timeZone")),
            Cell::text(by_hand),
            list("applications"),
            list("namespaces"),
            list("clusters"),
        ]
    };
    section.table(titles, items(spec, "syncWindows").iter().map(row));
    section
}

/// Roles without their tokens.
fn roles(spec: &Value) -> Section {
    let mut section = Section::new("Roles");
    for role in items(spec, "roles") {
        let tokens = items(role, "jwtTokens").len();
        let told = if tokens > 0 { format!(" ({tokens} tokens)") } else { String::new() };
        section.line(0, format!("{}{told}: {}", text(role, "name"), scalar(&role["description"])));
        strings(role, "policies").iter().for_each(|policy| _ = section.line(1, *policy));
        strings(role, "groups").iter().for_each(|group| _ = section.line(1, format!("group {group}")));
    }
    section
}
