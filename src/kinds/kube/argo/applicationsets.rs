//! Application sets: what makes applications of a template.

use super::address;
use crate::kinds::kube::facts::{items, text};
use crate::kinds::verbs;
use crate::model::{Cell, Door, Enter, Health, Kind, Link, Property, Scope, Shape, Str, Value};

static PROPERTIES: [Property; 9] = [
    Property::made("GENERATORS", 20, generators),
    Property::made("APPS", 5, |body| Cell::Count(apps(body))).number().rank(2),
    Property::value("HEALTH", 11, ".status.health.status").rank(4),
    Property::value("ERROR", 6, ".status.conditions[?(@.type==\"ErrorOccurred\")].status").rank(2),
    Property::value("PARAMETERS", 10, ".status.conditions[?(@.type==\"ParametersGenerated\")].status").rank(5),
    Property::value("UP-TO-DATE", 10, ".status.conditions[?(@.type==\"ResourcesUpToDate\")].status").state(),
    Property::value("ROLLOUT", 7, ".status.conditions[?(@.type==\"RolloutProgressing\")].status").rank(4),
    Property::value("MESSAGE", 40, ".status.conditions[?(@.type==\"ErrorOccurred\")].message").wide(),
    Property::AGE,
];

pub static KIND: Kind = Kind {
    name: "applicationsets",
    aliases: &["appset", "appsets", "applicationset"],
    address: address("ApplicationSet", "applicationsets"),
    columns: &Property::columns(&PROPERTIES),
    door: Door::Json(&Shape { needs: NEEDS, ..Shape::of(&PROPERTIES, health) }),
    enter: Enter::Link(|set| {
        let scope = Scope::namespace(set.id.namespace.clone()).owner(Str::from(set.uid.to_string()));
        Some(Link::to(&super::applications::KIND, scope))
    }),
    verbs: verbs::with_common![REFRESH_SET],
    ..Kind::kube()
};

const NEEDS: &[&str] = &[".spec.generators", ".status.resourcesCount", ".status.resources[0].name"];

/// `git,list`
fn generators(body: &Value) -> Cell {
    let all = items(&body["spec"], "generators").iter().filter_map(|one| {
        let mut keys = one.as_object()?.keys().filter(|key| *key != "selector");
        keys.next().cloned()
    });
    Cell::text(all.collect::<Vec<_>>().join(","))
}

fn apps(body: &Value) -> i64 {
    let status = &body["status"];
    status["resourcesCount"].as_i64().unwrap_or(items(status, "resources").len() as i64)
}

fn health(body: &Value) -> Health {
    let is_true = |name: &str| {
        let mut all = items(&body["status"], "conditions").iter();
        all.any(|condition| text(condition, "type") == name && text(condition, "status") == "True")
    };
    match () {
        () if is_true("ErrorOccurred") => Health::Bad,
        () if is_true("RolloutProgressing") => Health::Progress,
        () if is_true("ResourcesUpToDate") => Health::Good,
        () => Health::Unknown,
    }
}
