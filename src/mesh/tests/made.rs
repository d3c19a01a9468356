//! Objects made up at random, from a seed, and requests to go with them.

use serde_json::json;

use crate::mesh::answer::Entrance;
use crate::mesh::matching::{Ask, Path, Text};
use crate::mesh::route::{Attach, Clients, RouteRow};
use crate::model::Value;
use crate::random::Random;

const PLACES: &[&str] = &["a", "b", "c"];
const PATHS: &[&str] = &["/", "/v2", "/v2/", "/v2/one", "/v2x", "/Shop", "/shop/cart"];
const METHODS: &[&str] = &["GET", "POST"];
const NAMES: &[&str] = &["version", "user"];
const VALUES: &[&str] = &["one", "two"];
const HOSTS: &[&str] = &["a.com", "*.a.com", "b.a.com", "*"];

fn meta(dice: &mut Random, name: &str) -> Value {
    json!({"name": name, "namespace": dice.pick(PLACES), "creationTimestamp": format!("2026-01-0{}T00:00:00Z", 1 + dice.below(3))})
}

fn some<T>(dice: &mut Random, most: usize, mut one: impl FnMut(&mut Random) -> T) -> Vec<T> {
    (0..dice.below(most + 1)).map(|_| one(dice)).collect()
}

/// Routes of all systems, services, gateways.
pub fn world(dice: &mut Random) -> Vec<Value> {
    let mut out = vec![
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "gw", "namespace": "a"},
            "spec": {"listeners": [
                {"name": "any", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}},
                {"name": "wild", "port": 80, "protocol": "HTTP", "hostname": "*.a.com", "allowedRoutes": {"namespaces": {"from": "All"}}}]}}),
        json!({"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": {"name": "gw", "namespace": "b"},
            "spec": {"servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]}}),
    ];
    for place in PLACES {
        out.push(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": place}, "spec": {"ports": [{"port": 80}]}}));
    }
    for index in 0..4 {
        out.push(http_route(dice, index));
        out.push(virtual_service(dice, index));
        out.push(ingress(dice, index));
    }
    out
}

/// Such a world with everything that makes rows look alike: delegates, routes of two kinds with one name, hostnames
/// that become the same host.
pub fn odd_world(dice: &mut Random) -> Vec<Value> {
    let mut out = world(dice);
    for index in 0..2 {
        let mut delegate = virtual_service(dice, index);
        delegate["metadata"]["name"] = format!("d{index}").into();
        delegate["spec"]["hosts"] = json!([]);
        delegate["spec"]["gateways"] = json!([]);
        let mut root = virtual_service(dice, index);
        root["metadata"]["name"] = format!("root{index}").into();
        for rule in root["spec"]["http"].as_array_mut().into_iter().flatten() {
            rule["route"] = json!([]);
            rule["delegate"] = json!({"name": dice.pick(&["d0", "d1", "gone"]), "namespace": dice.pick(PLACES)});
        }
        out.extend([delegate, root, grpc_route(dice, index)]);
    }
    for body in &mut out {
        if body["kind"] == "HTTPRoute" && dice.below(2) == 0 {
            body["spec"]["hostnames"] = json!(["b.a.com", "*.a.com", "*", "b.a.com"]);
        }
        if body["kind"] == "VirtualService" && dice.below(3) == 0 && body["spec"]["hosts"] != json!([]) {
            body["spec"]["hosts"] = json!(["web", "web.b.svc.cluster.local", "A.com", "a.com", "*.a.com"]);
        }
        if body["kind"] == "Gateway" && body["apiVersion"] == "networking.istio.io/v1" && dice.below(2) == 0 {
            let port = json!({"number": 80, "name": "http", "protocol": "HTTP"});
            body["spec"]["servers"] = json!([{"port": port, "hosts": ["*.a.com", "*/a.com", "b.a.com"]},
                {"port": port, "hosts": ["*"], "tls": {"httpsRedirect": true}}]);
        }
    }
    out
}

fn grpc_route(dice: &mut Random, index: usize) -> Value {
    let one = |dice: &mut Random| json!({"method": {"service": dice.pick(&["v2", "shop"]), "method": dice.pick(&["one", "cart"])}});
    let weight = |dice: &mut Random| json!({"name": dice.pick(&["web", "gone"]), "port": 80, "weight": dice.below(4)});
    let rule = |dice: &mut Random| json!({"matches": some(dice, 2, one), "backendRefs": some(dice, 3, weight)});
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GRPCRoute", "metadata": meta(dice, &format!("r{index}")),
        "spec": {"parentRefs": [{"name": "gw", "namespace": "a"}], "hostnames": some(dice, 2, |dice| dice.pick(HOSTS)),
            "rules": some(dice, 3, rule)}})
}

/// Such a world with rules for one port or for some clients only.
pub fn narrow_world(dice: &mut Random) -> Vec<Value> {
    let mut out = world(dice);
    for body in out.iter_mut().filter(|body| body["kind"] == "VirtualService") {
        let rules = body["spec"]["http"].as_array_mut().into_iter().flatten();
        for one in rules.flat_map(|rule| rule["match"].as_array_mut().into_iter().flatten()) {
            match dice.below(4) {
                0 => one["port"] = json!(if dice.below(2) == 0 { 80 } else { 8080 }),
                1 => one["sourceLabels"] = json!({"app": dice.pick(VALUES)}),
                2 => one["sourceNamespace"] = json!(dice.pick(PLACES)),
                _ => {}
            }
        }
    }
    out
}

/// Such a world without excluded headers. A rule "not x" and a rule "x" together leave nothing to a third rule, and
/// that is not detected.
pub fn plain_world(dice: &mut Random) -> Vec<Value> {
    let mut out = world(dice);
    for body in out.iter_mut().filter(|body| body["kind"] == "VirtualService") {
        let rules = body["spec"]["http"].as_array_mut().into_iter().flatten();
        let matches = rules.flat_map(|rule| rule["match"].as_array_mut().into_iter().flatten());
        matches.for_each(|one| drop(one.as_object_mut().unwrap().remove("withoutHeaders")));
    }
    out
}

fn http_route(dice: &mut Random, index: usize) -> Value {
    let one = |dice: &mut Random| {
        let mut out = json!({"path": {"type": dice.pick(&["Exact", "PathPrefix"]), "value": dice.pick(PATHS)}});
        out["headers"] = some(dice, 2, |dice| json!({"name": dice.pick(NAMES), "value": dice.pick(VALUES)})).into();
        out["queryParams"] = some(dice, 1, |dice| json!({"name": "q", "value": dice.pick(VALUES)})).into();
        if dice.below(3) == 0 {
            out["method"] = dice.pick(METHODS).into();
        }
        out
    };
    let weight = |dice: &mut Random| json!({"name": dice.pick(&["web", "gone"]), "port": 80, "weight": dice.below(4)});
    let rule = |dice: &mut Random| json!({"matches": some(dice, 3, one), "backendRefs": some(dice, 3, weight)});
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": meta(dice, &format!("r{index}")),
        "spec": {"parentRefs": [{"name": "gw", "namespace": "a"}], "hostnames": some(dice, 2, |dice| dice.pick(HOSTS)),
            "rules": some(dice, 3, rule)}})
}

fn virtual_service(dice: &mut Random, index: usize) -> Value {
    let one = |dice: &mut Random| {
        let mut out = json!({});
        if dice.below(4) > 0 {
            out["uri"] = json!({dice.pick(&["exact", "prefix"]): dice.pick(PATHS)});
            out["ignoreUriCase"] = (dice.below(4) == 0).into();
        }
        for field in ["headers", "withoutHeaders", "queryParams"] {
            if dice.below(4) == 0 {
                out[field] = json!({dice.pick(NAMES): {dice.pick(&["exact", "prefix"]): dice.pick(VALUES)}});
            }
        }
        out
    };
    let weight = |dice: &mut Random| json!({"destination": {"host": dice.pick(&["web", "web.a", "gone"])}, "weight": dice.below(4)});
    let rule = |dice: &mut Random| json!({"match": some(dice, 3, one), "route": some(dice, 3, weight)});
    let export: Vec<&str> = some(dice, 1, |dice| dice.pick(&[".", "*", "a", "c"]));
    let gateways: &[&str] = [&[][..], &["mesh"], &["b/gw"], &["b/gw", "mesh"]][dice.below(4)];
    json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": meta(dice, &format!("v{index}")),
        "spec": {"hosts": [dice.pick(&["web", "web.b.svc.cluster.local", "a.com", "*.a.com"])], "gateways": gateways,
            "exportTo": export, "http": some(dice, 4, rule)}})
}

fn ingress(dice: &mut Random, index: usize) -> Value {
    let path = |dice: &mut Random| {
        json!({"path": dice.pick(PATHS), "pathType": dice.pick(&["Exact", "Prefix"]),
            "backend": {"service": {"name": dice.pick(&["web", "gone"]), "port": {"number": 80}}}})
    };
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta(dice, &format!("i{index}")),
        "spec": {"rules": some(dice, 2, |dice| json!({"host": dice.pick(&["a.com", "b.a.com"]), "http": {"paths": some(dice, 3, path)}}))}})
}

/// The place where requests of a row enter, if any can.
pub fn door(row: &RouteRow) -> Option<Entrance> {
    match &row.attach {
        Attach::Gateway { gateway, port, .. } => Some(Entrance::Gateway(gateway.clone(), *port)),
        Attach::Mesh(Clients::Only(names)) => names.first().cloned().map(Entrance::Mesh),
        Attach::Mesh(_) => Some(Entrance::Mesh("somebody".to_owned())),
        Attach::Class(class) => Some(Entrance::Class(class.clone())),
        Attach::Service { .. } | Attach::Nowhere { .. } => None,
    }
}

/// The smallest request that the row's match lets through: only what the match requires is in it.
pub fn barest(row: &RouteRow) -> Ask {
    let matching = &row.matching;
    let path = match &matching.path {
        Path::Any => "/unlikely".to_owned(),
        Path::Exact(path) => path.clone(),
        Path::Prefix(path) => format!("{path}unlikely"),
        Path::Segments(path) => format!("{path}/unlikely"),
        Path::Regex(_) | Path::Method(..) => unreachable!("not made here"),
    };
    let text = |text: &Text| match text {
        Text::Exact(text) => text.clone(),
        Text::Prefix(text) => format!("{text}unlikely"),
        Text::Regex(_) | Text::Present => "unlikely".to_owned(),
    };
    let all = |list: &[(String, Text)]| list.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    Ask {
        host: row.host.replace('*', "unlikely"),
        // Rules that respect upper and lower case do not fit.
        path: if matching.ignore_case { path.to_uppercase() } else { path },
        method: matching.method.as_ref().map_or("PUT".to_owned(), text),
        port: 80,
        headers: all(&matching.headers),
        query: all(&matching.query),
        ..Ask::default()
    }
}

pub fn any_ask(dice: &mut Random) -> Ask {
    let headers = some(dice, 3, |dice| (dice.pick(NAMES).to_owned(), dice.pick(VALUES).to_owned()));
    let tail = dice.pick(&["", "/", "x", "/x"]);
    Ask {
        host: dice
            .pick(&["a.com", "b.a.com", "c.a.com", "web.b.svc.cluster.local", "web.a.svc.cluster.local"])
            .to_owned(),
        path: format!("{}{tail}", dice.pick(PATHS)),
        method: dice.pick(&["GET", "POST", "PUT"]).to_owned(),
        port: if dice.below(3) == 0 { 8080 } else { 80 },
        source_labels: some(dice, 1, |dice| ("app".to_owned(), dice.pick(VALUES).to_owned())).into_iter().collect(),
        headers,
        query: some(dice, 1, |dice| ("q".to_owned(), dice.pick(VALUES).to_owned())),
        ..Ask::default()
    }
}
