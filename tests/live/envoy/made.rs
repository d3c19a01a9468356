//! Sets of objects made up at random: gateways, services, VirtualServices of every sort, and requests near their rules.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// A client beside which a proxy runs: its namespace and labels.
pub const CLIENTS: &[(&str, &[(&str, &str)])] =
    &[("a", &[("app", "web"), ("version", "v1")]), ("b", &[("app", "api")]), ("c", &[])];

/// The pods that gateways run on: namespace and labels.
pub const PODS: &[(&str, &[(&str, &str)])] =
    &[("edge", &[("istio", "in"), ("tier", "front")]), ("a", &[("istio", "out")])];

pub const PORTS: &[u64] = &[80, 8080];
const PLACES: &[&str] = &["edge", "a", "b"];
const GATEWAYS: &[&str] = &["one", "two"];
const PATHS: &[&str] = &["/", "/v2", "/v2/", "/v2/one", "/v2x", "/Shop", "/shop/cart"];
const PATTERNS: &[&str] = &[".*", "/.*", "/v[0-9]+(/.*)?", "/shop/[^/]+", "/(v2|Shop)", "/V2.*"];
const METHODS: &[&str] = &["GET", "POST", "PUT"];
/// Names of fields of a match among them: as headers they are like others.
const HEADERS: &[&str] = &["x-user", "Version", "method", "authority"];
const VALUES: &[&str] = &["one", "two", "one-more", ""];
const VALUE_PATTERNS: &[&str] = &[".*", "on.*", "one|two", "t[a-z]o", ".+"];
const PARAMETERS: &[&str] = &["q", "Q", "page"];
const PUBLIC: &[&str] = &["a.com", "*.a.com", "b.a.com", "c.b.a.com", "*.b.a.com", "B.a.com", "*"];
const INNER: &[&str] = &[
    "web",
    "api",
    "web.a.svc.cluster.local",
    "api.b.svc.cluster.local",
    "*.a.svc.cluster.local",
    "*.cluster.local",
    "ext.example.com",
    "*.example.com",
];

fn odds(dice: &mut Random, one_in: usize) -> bool {
    dice.below(one_in) == 0
}

fn one_of<T: Copy>(dice: &mut Random, all: &[T]) -> T {
    all[dice.below(all.len())]
}

fn some<T>(dice: &mut Random, least: usize, most: usize, mut one: impl FnMut(&mut Random) -> T) -> Vec<T> {
    (0..least + dice.below(most + 1 - least)).map(|_| one(dice)).collect()
}

fn labels(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Map<_, _>>().into()
}

/// Few different ages, so that names decide too.
fn meta(dice: &mut Random, namespace: &str, name: &str) -> Value {
    json!({"name": name, "namespace": namespace, "creationTimestamp": format!("2026-01-0{}T00:00:00Z", 1 + dice.below(4))})
}

pub fn objects(dice: &mut Random) -> Vec<Value> {
    let mut out: Vec<Value> = PODS
        .iter()
        .enumerate()
        .map(|(index, (namespace, own))| {
            json!({"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": format!("gateway-{index}"), "namespace": namespace, "labels": labels(own)}})
        })
        .collect();
    for place in ["a", "b"] {
        for name in ["web", "api"].into_iter().filter(|_| !odds(&mut *dice, 5)).collect::<Vec<_>>() {
            out.push(service(dice, place, name));
            if odds(dice, 2) {
                out.push(destination_rule(dice, place, name));
            }
        }
    }
    let mut gateways = Vec::new();
    for place in ["edge", "a"] {
        for name in GATEWAYS {
            if gateways.is_empty() || odds(dice, 2) {
                out.push(gateway(dice, place, name));
                gateways.push((place, *name));
            }
        }
    }
    let delegates: Vec<(&str, usize)> = (0..dice.below(4)).map(|index| (dice.pick(PLACES), index)).collect();
    for (place, index) in &delegates {
        out.push(delegate(dice, place, *index));
    }
    // One that is missing.
    gateways.extend(odds(dice, 4).then_some(("edge", "gone")));
    let delegates = [delegates, vec![("edge", 9)]].concat();
    for index in 0..2 + dice.below(5) {
        let place = dice.pick(PLACES);
        out.push(virtual_service(dice, place, index, &gateways, &delegates));
    }
    dice.shuffle(&mut out);
    out
}

fn service(dice: &mut Random, place: &str, name: &str) -> Value {
    let ports: &[u64] = [&[80][..], &[80, 8080], &[8080]][dice.below(3)];
    let ports: Vec<Value> = ports.iter().map(|port| json!({"name": format!("http-{port}"), "port": port})).collect();
    json!({"apiVersion": "v1", "kind": "Service", "metadata": meta(dice, place, name),
        "spec": {"selector": {"app": name}, "ports": ports}})
}

fn destination_rule(dice: &mut Random, place: &str, name: &str) -> Value {
    let subsets: Vec<Value> = some(dice, 1, 2, |dice| dice.pick(&["v1", "v2"]))
        .into_iter()
        .map(|name| json!({"name": name, "labels": {"version": name}}))
        .collect();
    json!({"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule", "metadata": meta(dice, place, name),
        "spec": {"host": format!("{name}.{place}.svc.cluster.local"), "subsets": subsets}})
}

fn gateway(dice: &mut Random, place: &str, name: &str) -> Value {
    let selector = dice.pick(&["in", "in", "out"]);
    let mut number = 0;
    let servers = some(dice, 1, 3, |dice| {
        number += 1;
        let hosts = some(dice, 1, 2, |dice| {
            let prefix = one_of(dice, &["", "", "", "*/", "./", "a/"]);
            let host = if odds(dice, 3) { "*" } else { dice.pick(PUBLIC) };
            // Istio loses count of the hosts behind this one.
            if host == "*" && prefix == "*/" { host.to_owned() } else { format!("{prefix}{host}") }
        });
        let protocol = one_of(dice, &["HTTP", "HTTP", "HTTP2", "GRPC"]);
        let mut out = json!({"port": {"number": one_of(dice, PORTS), "name": format!("p{number}"), "protocol": protocol}, "hosts": hosts});
        if odds(dice, 8) {
            out["tls"] = json!({"httpsRedirect": true});
        }
        out
    });
    json!({"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": meta(dice, place, name),
        "spec": {"selector": {"istio": selector}, "servers": servers}})
}

fn delegate(dice: &mut Random, place: &str, index: usize) -> Value {
    let rules = some(dice, 1, 3, |dice| rule(dice, place, &[]));
    let mut spec = json!({"http": rules});
    exported(dice, &mut spec);
    json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": meta(dice, place, &format!("d{index}")), "spec": spec})
}

fn exported(dice: &mut Random, spec: &mut Value) {
    let to: &[&str] =
        [&[][..], &[], &[], &["."], &["*"], &["a"], &[".", "b"], &["edge", "a"], &["b", "*"]][dice.below(9)];
    if !to.is_empty() {
        spec["exportTo"] = json!(to);
    }
}

/// One gateway in one of the ways in which it can be written in an object of `place`.
fn named(dice: &mut Random, place: &str, (namespace, name): (&str, &str)) -> String {
    let full = format!("{namespace}/{name}");
    let mut ways =
        vec![full.clone(), full, format!("{name}.{namespace}"), format!("{name}.{namespace}.svc.cluster.local")];
    if place == namespace {
        ways.extend([name.to_owned(), name.to_owned(), format!("./{name}")]);
    }
    ways.swap_remove(dice.below(ways.len()))
}

fn virtual_service(
    dice: &mut Random,
    place: &str,
    index: usize,
    gateways: &[(&str, &str)],
    delegates: &[(&str, usize)],
) -> Value {
    let mut bound: Vec<(&str, &str)> = some(dice, 0, 3, |dice| one_of(dice, gateways));
    bound.sort_unstable();
    bound.dedup();
    let mesh = bound.is_empty() || odds(dice, 4);
    let mut gateways: Vec<String> = bound.iter().map(|gateway| named(dice, place, *gateway)).collect();
    // Left out is the mesh too.
    if mesh && (!gateways.is_empty() || odds(dice, 2)) {
        gateways.push("mesh".to_owned());
    }
    let pool = if bound.is_empty() || (mesh && odds(dice, 2)) { INNER } else { PUBLIC };
    let mut hosts: Vec<&str> = Vec::new();
    for host in some(dice, 1, 2, |dice| dice.pick(pool)) {
        // Istio refuses hosts of which one covers the other, and `*` for the mesh.
        let overlaps = hosts.iter().any(|other| overlap(&full(other, place), &full(host, place)));
        if !overlaps && (!mesh || host != "*") {
            hosts.push(host);
        }
    }
    if hosts.is_empty() {
        hosts.push("*.a.com");
    }
    let scene: Vec<(&str, &str)> = bound.iter().copied().chain(mesh.then_some(("", "mesh"))).collect();
    let mut rules: Vec<Value> = some(dice, 1, 4, |dice| {
        let mut rule = rule(dice, place, &scene);
        if odds(dice, 3) {
            delegated(dice, place, &mut rule, delegates);
        }
        rule
    });
    // Mostly there is a rule for every client and port. Some have none for this one or that, some have none at all.
    if mesh && odds(dice, 3) {
        narrowed(dice, &mut rules);
    } else if mesh {
        let plain =
            json!({"match": [{"uri": {"prefix": dice.pick(&["/v2", "/shop", "/Shop"])}}], "route": route(dice)});
        rules.insert(dice.below(rules.len() + 1), plain);
    }
    let mut spec = json!({"hosts": hosts, "http": rules});
    if !gateways.is_empty() {
        spec["gateways"] = json!(gateways);
    }
    exported(dice, &mut spec);
    if odds(dice, 6) {
        spec["tcp"] = json!([{"route": [{"destination": {"host": "api", "port": {"number": 80}}}]}]);
        spec["tls"] =
            json!([{"match": [{"port": 443, "sniHosts": hosts}], "route": [{"destination": {"host": "api"}}]}]);
    }
    json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": meta(dice, place, &format!("v{index}")), "spec": spec})
}

/// All rules are for the same port, or for the same clients.
fn narrowed(dice: &mut Random, rules: &mut [Value]) {
    let (field, value) = match dice.below(5) {
        0 => ("port", json!(one_of(dice, PORTS))),
        1 => ("sourceLabels", json!({"app": dice.pick(&["web", "api"])})),
        2 => ("sourceNamespace", json!(dice.pick(PLACES))),
        3 => ("gateways", json!(["edge/one"])),
        // Now and then something is left for all.
        _ => return,
    };
    for rule in rules {
        let matches = rule["match"].as_array_mut().filter(|all| !all.is_empty());
        match matches {
            Some(all) => all.iter_mut().for_each(|one| one[field] = value.clone()),
            None => rule["match"] = json!([{field: value}]),
        }
    }
}

/// Leads to a delegate, mostly with matches in which those of the delegate have room.
fn delegated(dice: &mut Random, place: &str, rule: &mut Value, delegates: &[(&str, usize)]) {
    for field in ["route", "redirect", "directResponse", "rewrite"] {
        rule.as_object_mut().unwrap().remove(field);
    }
    match dice.below(3) {
        0 => drop(rule.as_object_mut().unwrap().remove("match")),
        1 => {
            rule["match"] = some(dice, 1, 2, |dice| json!({"uri": {"prefix": dice.pick(&["/", "/v", "/shop"])}})).into()
        }
        _ => {}
    }
    let (namespace, index) = one_of(dice, delegates);
    let mut to = json!({"name": format!("d{index}")});
    if namespace != place || odds(dice, 2) {
        to["namespace"] = json!(namespace);
    }
    rule["delegate"] = to;
}

fn full(host: &str, place: &str) -> String {
    if host.contains(['.', '*']) { host.to_owned() } else { format!("{host}.{place}.svc.cluster.local") }
}

fn overlap(one: &str, other: &str) -> bool {
    let ends = |pattern: &str, host: &str| {
        pattern.strip_prefix('*').is_some_and(|tail| host.trim_start_matches('*').ends_with(tail))
    };
    one == other || ends(one, other) || ends(other, one)
}

/// `scene`: the gateways that the object is bound to, `mesh` among them; empty for a delegate.
fn rule(dice: &mut Random, place: &str, scene: &[(&str, &str)]) -> Value {
    let matches = some(dice, 0, 3, |dice| matching(dice, place, scene));
    let mut out = json!({});
    if !matches.is_empty() {
        out["match"] = matches.into();
    }
    match dice.below(10) {
        0 => out["redirect"] = redirect(dice),
        1 => out["directResponse"] = json!({"status": one_of(dice, &[200, 418, 503]), "body": {"string": "said"}}),
        _ => {
            out["route"] = route(dice);
            if odds(dice, 6) {
                out["rewrite"] = json!({"uri": "/new"});
            }
            if odds(dice, 8) {
                out["mirror"] = json!({"host": "api"});
            }
        }
    }
    if odds(dice, 5) {
        out["timeout"] = json!(dice.pick(&["3s", "700ms"]));
    }
    if odds(dice, 6) {
        out["retries"] = json!({"attempts": 1 + dice.below(4)});
    }
    out
}

fn redirect(dice: &mut Random) -> Value {
    let mut out = json!({});
    match dice.below(3) {
        0 => out["uri"] = json!("/elsewhere"),
        1 => out["authority"] = json!("other.example.com"),
        _ => out["scheme"] = json!("https"),
    }
    match dice.below(4) {
        0 => out["port"] = json!(dice.pick(&["8443", "80"]).parse::<u16>().unwrap()),
        1 => out["derivePort"] = json!("FROM_REQUEST_PORT"),
        _ => {}
    }
    if odds(dice, 2) {
        out["redirectCode"] = json!(one_of(dice, &[301, 302, 303, 307, 308]));
    }
    out
}

fn route(dice: &mut Random) -> Value {
    let mut all = some(dice, 1, 3, |dice| {
        let host = dice.pick(&["web", "api", "web.a.svc.cluster.local", "api.b.svc.cluster.local", "gone", "web.b"]);
        let mut to = json!({"host": host});
        if odds(dice, 2) {
            to["port"] = json!({"number": one_of(dice, PORTS)});
        }
        if odds(dice, 4) {
            to["subset"] = json!(dice.pick(&["v1", "v2"]));
        }
        json!({"destination": to, "weight": one_of(dice, &[0, 1, 10, 33, 90])})
    });
    // Istio refuses nothing but zeros.
    if all.iter().all(|one| one["weight"] == 0) {
        match all.len() {
            1 => drop(all[0].as_object_mut().unwrap().remove("weight")),
            _ => all[0]["weight"] = json!(50),
        }
    }
    all.into()
}

/// `None` stands for a text that only has to be there.
fn text(dice: &mut Random, values: &[&str], patterns: &[&str]) -> Value {
    match dice.below(8) {
        0 => json!({}),
        1 => json!({"regex": dice.pick(patterns)}),
        2 | 3 => {
            let value = dice.pick(values);
            // An empty prefix is refused.
            if value.is_empty() {
                json!({"exact": value})
            } else {
                json!({"prefix": &value[..1 + dice.below(value.len())]})
            }
        }
        _ => json!({"exact": dice.pick(values)}),
    }
}

fn matching(dice: &mut Random, place: &str, scene: &[(&str, &str)]) -> Value {
    let mut out = json!({});
    match dice.below(10) {
        0 | 1 => {}
        2 => out["uri"] = json!({"regex": dice.pick(PATTERNS)}),
        3 => out["uri"] = json!({"prefix": one_of(dice, &["/", "/", ""])}),
        4..=6 => out["uri"] = json!({"exact": dice.pick(PATHS)}),
        _ => out["uri"] = json!({"prefix": dice.pick(PATHS)}),
    }
    if odds(dice, 5) {
        out["ignoreUriCase"] = json!(true);
    }
    if odds(dice, 5) {
        out["method"] = match dice.below(4) {
            0 => json!({"regex": "GET|POST"}),
            1 => json!({"prefix": "P"}),
            _ => json!({"exact": dice.pick(METHODS)}),
        };
    }
    if odds(dice, 8) {
        out["authority"] = match dice.below(4) {
            0 => json!({"regex": "[a-z.]+(:[0-9]+)?"}),
            1 => json!({"prefix": dice.pick(&["a.", "b.", "web"])}),
            _ => json!({"exact": dice.pick(&["a.com", "b.a.com", "A.com", "a.com:80", "b.a.com:8080", "web"])}),
        };
    }
    if odds(dice, 20) {
        out["scheme"] = json!({"exact": dice.pick(&["http", "https"])});
    }
    if odds(dice, 5) {
        out["headers"] = named_texts(dice, HEADERS, VALUE_PATTERNS);
    }
    if odds(dice, 6) {
        let patterns: Vec<&str> = VALUE_PATTERNS.iter().copied().chain(["*"]).collect();
        out["withoutHeaders"] = named_texts(dice, HEADERS, &patterns);
    }
    if odds(dice, 6) {
        out["queryParams"] = named_texts(dice, PARAMETERS, VALUE_PATTERNS);
    }
    if odds(dice, 7) {
        out["port"] = json!(one_of(dice, PORTS));
    }
    if odds(dice, 8) {
        let (name, value) = one_of(dice, &[("app", "web"), ("app", "api"), ("version", "v1"), ("tier", "front")]);
        out["sourceLabels"] = json!({name: value});
    }
    if odds(dice, 10) {
        out["sourceNamespace"] = json!(dice.pick(PLACES));
    }
    if odds(dice, 6) {
        let mut all: Vec<String> = some(dice, 1, 2, |dice| match scene.len() {
            0 => "mesh".to_owned(),
            many => match scene[dice.below(many)] {
                ("", mesh) => mesh.to_owned(),
                gateway => named(dice, place, gateway),
            },
        });
        all.dedup();
        out["gateways"] = json!(all);
    }
    out
}

fn named_texts(dice: &mut Random, names: &[&str], patterns: &[&str]) -> Value {
    let all = some(dice, 1, 2, |dice| (dice.pick(names).to_owned(), text(dice, VALUES, patterns)));
    all.into_iter().collect::<Map<_, _>>().into()
}
