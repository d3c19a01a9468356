//! Prometheus operator: servers, and what they scrape and watch (prometheus-operator/prometheus-operator,
//! pkg/apis/monitoring).

use super::custom;
use super::state::{living, status_of};
use crate::kinds::kube::facts::{items, scalar, selector, strings, text};
use crate::kinds::{mask, verbs};
use crate::model::{Address, Cell, Door, Health, Kind, Property, Shape, Value};

pub static KINDS: &[&Kind] = &[
    &PROMETHEUS,
    &AGENT,
    &ALERTMANAGER,
    &RULER,
    &SERVICE_MONITOR,
    &POD_MONITOR,
    &PROBE,
    &SCRAPE_CONFIG,
    &RULE,
    &ALERTMANAGER_CONFIG,
];

const fn stable(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "monitoring.coreos.com", version: "v1", kind, plural, namespaced: true }
}

const fn early(kind: &'static str, plural: &'static str) -> Address {
    Address { group: "monitoring.coreos.com", version: "v1alpha1", kind, plural, namespaced: true }
}

static PROMETHEUS_COLUMNS: [Property; 7] = [
    Property::value("VERSION", 9, ".spec.version"),
    Property::value("DESIRED", 7, ".spec.replicas").rank(2).number(),
    Property::value("READY", 5, ".status.availableReplicas").rank(3).number(),
    Property::value("RECONCILED", 10, ".status.conditions[?(@.type==\"Reconciled\")].status").rank(4),
    Property::value("AVAILABLE", 9, ".status.conditions[?(@.type==\"Available\")].status").state(),
    Property::value("PAUSED", 6, ".status.paused").rank(6).wide(),
    Property::AGE,
];
static PROMETHEUS: Kind = Kind {
    name: "prometheuses",
    aliases: &["prom"],
    address: stable("Prometheus", "prometheuses"),
    columns: &Property::columns(&PROMETHEUS_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.paused"], ..Shape::of(&PROMETHEUS_COLUMNS, server) }),
    verbs: verbs::SCALED_OR_PAUSED,
    ..custom()
};

static AGENT: Kind = Kind {
    name: "prometheusagents",
    aliases: &["promagent"],
    address: early("PrometheusAgent", "prometheusagents"),
    ..PROMETHEUS
};

static ALERTMANAGER: Kind =
    Kind { name: "alertmanagers", aliases: &["am"], address: stable("Alertmanager", "alertmanagers"), ..PROMETHEUS };

static RULER: Kind = Kind {
    name: "thanosrulers",
    aliases: &["ruler"],
    address: stable("ThanosRuler", "thanosrulers"),
    verbs: verbs::PAUSED,
    ..PROMETHEUS
};

static SERVICE_MONITOR_COLUMNS: [Property; 4] = [
    Property::made("SELECTOR", 30, chosen),
    Property::made("PORTS", 14, |body| ports(body, "endpoints")).rank(2),
    Property::made("NAMESPACES", 14, namespaces).rank(3),
    Property::AGE,
];
static SERVICE_MONITOR: Kind = Kind {
    name: "servicemonitors",
    aliases: &["smon"],
    address: stable("ServiceMonitor", "servicemonitors"),
    columns: &Property::columns(&SERVICE_MONITOR_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.endpoints", ".spec.selector", ".spec.namespaceSelector", ".status.bindings"],
        ..Shape::of(&SERVICE_MONITOR_COLUMNS, monitor)
    }),
    ..custom()
};

static POD_MONITOR_COLUMNS: [Property; 4] = [
    Property::made("SELECTOR", 30, chosen),
    Property::made("PORTS", 14, |body| ports(body, "podMetricsEndpoints")).rank(2),
    Property::made("NAMESPACES", 14, namespaces).rank(3),
    Property::AGE,
];
static POD_MONITOR: Kind = Kind {
    name: "podmonitors",
    aliases: &["pmon"],
    address: stable("PodMonitor", "podmonitors"),
    columns: &Property::columns(&POD_MONITOR_COLUMNS),
    door: Door::Json(&Shape {
        needs: &[".spec.podMetricsEndpoints", ".spec.selector", ".spec.namespaceSelector"],
        ..Shape::of(&POD_MONITOR_COLUMNS, monitor)
    }),
    ..custom()
};

static PROBE_COLUMNS: [Property; 4] = [
    Property::value("PROBER", 24, ".spec.prober.url"),
    Property::value("MODULE", 12, ".spec.module").rank(2),
    Property::made("TARGETS", 30, probed).rank(3),
    Property::AGE,
];
static PROBE: Kind = Kind {
    name: "probes",
    aliases: &["prb"],
    address: stable("Probe", "probes"),
    columns: &Property::columns(&PROBE_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.targets"], ..Shape::of(&PROBE_COLUMNS, monitor) }),
    ..custom()
};

static SCRAPE_CONFIG_COLUMNS: [Property; 4] = [
    Property::value("JOB", 16, ".spec.jobName"),
    Property::made("DISCOVERY", 24, discovery).rank(2),
    Property::list("TARGETS", 30, ".spec.staticConfigs[*].targets").rank(3),
    Property::AGE,
];
static SCRAPE_CONFIG: Kind = Kind {
    name: "scrapeconfigs",
    aliases: &["scfg"],
    address: early("ScrapeConfig", "scrapeconfigs"),
    columns: &Property::columns(&SCRAPE_CONFIG_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec"], ..Shape::of(&SCRAPE_CONFIG_COLUMNS, monitor) }),
    ..custom()
};

static RULE_COLUMNS: [Property; 4] = [
    Property::count("GROUPS", 6, ".spec.groups[*]"),
    Property::count("RULES", 5, ".spec.groups[*].rules[*]").rank(2),
    Property::count("ALERTS", 6, ".spec.groups[*].rules[*].alert").rank(3),
    Property::AGE,
];
static RULE: Kind = Kind {
    name: "prometheusrules",
    aliases: &["promrule"],
    address: stable("PrometheusRule", "prometheusrules"),
    columns: &Property::columns(&RULE_COLUMNS),
    door: Door::Json(&Shape::of(&RULE_COLUMNS, monitor)),
    ..custom()
};

static ALERTMANAGER_CONFIG_COLUMNS: [Property; 3] = [
    Property::made("ROUTES", 6, |body| Cell::Count(routes(&body["spec"]["route"]))).number(),
    Property::list("RECEIVERS", 24, ".spec.receivers[*].name").rank(2),
    Property::AGE,
];
static ALERTMANAGER_CONFIG: Kind = Kind {
    name: "alertmanagerconfigs",
    aliases: &["amcfg"],
    address: early("AlertmanagerConfig", "alertmanagerconfigs"),
    columns: &Property::columns(&ALERTMANAGER_CONFIG_COLUMNS),
    door: Door::Json(&Shape { needs: &[".spec.route"], ..Shape::of(&ALERTMANAGER_CONFIG_COLUMNS, monitor) }),
    ..custom()
};

/// A server that nobody reconciles any more is paused. `Degraded` is a value of the condition `Available`.
fn server(body: &Value) -> Health {
    living(body, || match (status_of(body, "Reconciled"), status_of(body, "Available")) {
        _ if body["spec"]["paused"] == true => Health::Done,
        ("False", _) | (_, "False") => Health::Bad,
        (_, "Degraded") => Health::Warn,
        ("True", "True") => Health::Good,
        ("", "") => Health::Unknown,
        _ => Health::Progress,
    })
}

/// Which servers took it over is told only for some kinds. Whether its targets are up, only those servers know.
fn monitor(body: &Value) -> Health {
    let bindings = items(&body["status"], "bindings").iter().flat_map(|binding| items(binding, "conditions"));
    let accepted: Vec<&str> = bindings.filter(|one| one["type"] == "Accepted").map(|one| text(one, "status")).collect();
    living(body, || match () {
        () if accepted.contains(&"False") => Health::Bad,
        () if accepted.contains(&"True") => Health::Good,
        () => Health::Unknown,
    })
}

/// The names of ports, and the numbers of those that are not named.
fn ports(body: &Value, key: &str) -> Cell {
    let word = |endpoint: &Value| ["port", "portNumber", "targetPort"].map(|key| scalar(&endpoint[key]));
    let first = |endpoint: &Value| word(endpoint).into_iter().find(|word| !word.is_empty());
    Cell::text(items(&body["spec"], key).iter().filter_map(first).collect::<Vec<_>>().join(","))
}

fn chosen(body: &Value) -> Cell {
    Cell::text(selector(&body["spec"]["selector"]))
}

/// `*` for all, and nothing for its own.
fn namespaces(body: &Value) -> Cell {
    let chosen = &body["spec"]["namespaceSelector"];
    if chosen["any"] == true { Cell::text("*") } else { Cell::text(strings(chosen, "matchNames").join(",")) }
}

/// Addresses, or the ingresses that are chosen.
fn probed(body: &Value) -> Cell {
    let targets = &body["spec"]["targets"];
    match strings(&targets["staticConfig"], "static").join(",") {
        fixed if fixed.is_empty() => Cell::text(selector(&targets["ingress"]["selector"])),
        fixed => Cell::text(mask::urls(&fixed).as_ref()),
    }
}

/// `kubernetes,static`: the ways in which targets are found.
fn discovery(body: &Value) -> Cell {
    let fields = body["spec"].as_object().into_iter().flatten();
    let found = fields.filter(|(_, several)| several.as_array().is_some_and(|several| !several.is_empty()));
    let way = |name: &String| name.strip_suffix("SDConfigs").or(name.strip_suffix("Configs")).map(str::to_owned);
    Cell::text(found.filter_map(|(name, _)| way(name)).collect::<Vec<_>>().join(","))
}

/// The number of routes, those below it included.
fn routes(route: &Value) -> i64 {
    let below: i64 = items(route, "routes").iter().map(routes).sum();
    if route.is_object() { 1 + below } else { 0 }
}
