//! Route configurations for Envoy from Istio's objects, by Istio's rules alone: each step names the function of
//! istio/istio (master of August 2026) that it follows. Nothing here comes from the resolver that it judges.
//!
//! Every route answers with the header [`TELLS`], the number of an entry of the book: which rule of which object it is,
//! and where it sends. Its clusters do not exist, so what is forwarded is answered 503, with that header.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::made::{CLIENTS, PODS, PORTS};

pub const TELLS: &str = "x-rule";
/// Said in place of a number by what Istio makes where there is no VirtualService.
pub const NO_RULE: &str = "none";
const MESH: &str = "mesh";
const DOMAIN: &str = "cluster.local";

/// Where requests come in: a port of a pod with gateways, or the proxy beside a client that asks for a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Gateway { pod: usize, port: u64 },
    Client { client: usize, port: u64 },
}

impl Place {
    pub fn port(self) -> u64 {
        match self {
            Self::Gateway { port, .. } | Self::Client { port, .. } => port,
        }
    }
}

/// What stands behind a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `VirtualService a/web`
    pub object: String,
    /// JSON pointer of the match, or of the rule if it has none.
    pub path: String,
    /// By which root it came, if it is a delegate's: `VirtualService a/root /spec/http/0`.
    pub root: Option<String>,
    /// Of a delegate, merged with the root's.
    pub matching: Value,
    pub does: Does,
    /// `timeout 3s`, `retries 2`, `mirror`, `rewrite`.
    pub besides: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Does {
    /// Clusters with their weights; those that get nothing are not there.
    Forward(Vec<(Cluster, i64)>),
    Redirect,
    Respond(u64),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cluster {
    pub host: String,
    pub port: u64,
    pub subset: String,
}

/// A place with its route configuration.
pub struct Scope {
    pub config: Value,
    /// Gateways of which servers listen there, as `(namespace, name)`.
    pub gateways: Vec<(String, String)>,
    /// Hosts for which several VirtualServices have routes.
    pub merged: Vec<String>,
    /// Hosts of the mesh of which a VirtualService has no rule here.
    pub passed_on: BTreeSet<String>,
}

impl Scope {
    /// The domains of each virtual host that has rules, and the numbers of its rules.
    pub fn hosts(&self) -> Vec<(Vec<String>, Vec<usize>)> {
        let number = |route: &Value| text(route, "/response_headers_to_add/0/header/value").parse().ok();
        let one = |host: &Value| (texts(host, "/domains"), list(host, "/routes").filter_map(number).collect());
        list(&self.config, "/virtual_hosts").map(one).filter(|(_, rules): &(_, Vec<usize>)| !rules.is_empty()).collect()
    }
}

/// A VirtualService with its names in full and its delegates merged in; they stand in the order of their age.
struct Virtual {
    name: String,
    namespace: String,
    hosts: Vec<String>,
    gateways: Vec<String>,
    exported: BTreeSet<String>,
    http: Vec<Rule>,
}

/// A rule, and where it and its matches stand.
#[derive(Clone)]
struct Rule {
    object: String,
    path: String,
    root: Option<String>,
    body: Value,
    /// `None`: the rule lists none.
    matches: Vec<(String, Value)>,
}

/// The proxy for which a configuration is made.
struct Node<'a> {
    namespace: &'a str,
    labels: &'a [(&'a str, &'a str)],
}

#[derive(Clone)]
struct Route {
    body: Value,
    catch_all: bool,
}

fn text<'a>(body: &'a Value, path: &str) -> &'a str {
    body.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(body: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    body.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

fn texts(body: &Value, path: &str) -> Vec<String> {
    list(body, path).filter_map(Value::as_str).map(str::to_owned).collect()
}

fn of_kind<'a>(bodies: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let mut out: Vec<&Value> = bodies.iter().filter(|body| body["kind"] == kind).collect();
    out.sort_by_key(|body| age(body));
    out
}

/// `configCompareByCreationTime` (pilot/pkg/model/config.go).
fn age(body: &Value) -> [String; 3] {
    ["creationTimestamp", "name", "namespace"].map(|field| text(&body["metadata"], &format!("/{field}")).to_owned())
}

pub fn scopes(bodies: &[Value], book: &mut Vec<Told>) -> BTreeMap<Place, Scope> {
    let virtuals = virtuals(bodies);
    let mut out = BTreeMap::new();
    for (pod, (namespace, labels)) in PODS.iter().enumerate() {
        for &port in PORTS {
            let node = Node { namespace, labels };
            if let Some(scope) = at_gateways(bodies, &virtuals, &node, port, book) {
                out.insert(Place::Gateway { pod, port }, scope);
            }
        }
    }
    for (client, (namespace, labels)) in CLIENTS.iter().enumerate() {
        for &port in PORTS {
            let node = Node { namespace, labels };
            if let Some(scope) = beside(bodies, &virtuals, &node, port, book) {
                out.insert(Place::Client { client, port }, scope);
            }
        }
    }
    out
}

// ---- Objects: short names, exports, delegates

/// `ResolveShortnameToFQDN` (pilot/pkg/model/config.go): only a name without a dot is completed.
fn full(host: &str, namespace: &str) -> String {
    match host == "*" || host.contains('.') {
        true => host.to_owned(),
        false => format!("{host}.{namespace}.svc.{DOMAIN}"),
    }
}

/// `resolveGatewayName` (pilot/pkg/model/config.go).
fn gateway_name(written: &str, namespace: &str) -> String {
    match (written.split_once('/'), written.split_once('.')) {
        _ if written == MESH => MESH.to_owned(),
        (Some((".", name)), _) => format!("{namespace}/{name}"),
        (Some(_), _) => written.to_owned(),
        (None, Some((name, rest))) => format!("{}/{name}", rest.split('.').next().unwrap_or_default()),
        (None, None) => format!("{namespace}/{written}"),
    }
}

/// `convertExportToSet` (pilot/pkg/model/virtualservice_controller.go); the mesh's default is everybody.
fn exported(body: &Value, namespace: &str) -> BTreeSet<String> {
    let all = texts(body, "/spec/exportTo");
    let own = |entry: String| if entry == "." { namespace.to_owned() } else { entry };
    match all.is_empty() {
        true => BTreeSet::from(["*".to_owned()]),
        false => all.into_iter().map(own).collect(),
    }
}

/// `ResolveVirtualServiceShortnames` (pilot/pkg/model/virtualservice.go), one rule at a time.
fn rules(body: &Value) -> Vec<Rule> {
    let (namespace, name) = (text(body, "/metadata/namespace"), text(body, "/metadata/name"));
    let one = |(index, rule): (usize, &Value)| {
        let mut rule = rule.clone();
        for route in rule.get_mut("route").and_then(Value::as_array_mut).into_iter().flatten() {
            route["destination"]["host"] = full(text(route, "/destination/host"), namespace).into();
        }
        let path = format!("/spec/http/{index}");
        let matched = |(index, one): (usize, &Value)| {
            let mut one = one.clone();
            for gateway in one.get_mut("gateways").and_then(Value::as_array_mut).into_iter().flatten() {
                *gateway = gateway_name(gateway.as_str().unwrap_or_default(), namespace).into();
            }
            (format!("{path}/match/{index}"), one)
        };
        let matches = list(&rule, "/match").enumerate().map(matched).collect();
        Rule {
            object: format!("VirtualService {namespace}/{name}"),
            path: path.clone(),
            root: None,
            body: rule,
            matches,
        }
    };
    list(body, "/spec/http").enumerate().map(one).collect()
}

/// `mergeVirtualServices` (pilot/pkg/model/virtualservice_controller.go): a delegate that is missing, or is not exported
/// to its root, drops that one rule.
fn virtuals(bodies: &[Value]) -> Vec<Virtual> {
    let all = of_kind(bodies, "VirtualService");
    let mut out = Vec::new();
    for body in all.iter().filter(|body| list(body, "/spec/hosts").next().is_some()) {
        let namespace = text(body, "/metadata/namespace");
        let mut http = Vec::new();
        for rule in rules(body) {
            let Some(to) = rule.body.get("delegate") else {
                http.push(rule);
                continue;
            };
            let place = Some(text(to, "/namespace")).filter(|place| !place.is_empty()).unwrap_or(namespace);
            let is = |body: &&&Value| {
                list(body, "/spec/hosts").next().is_none()
                    && text(body, "/metadata/namespace") == place
                    && text(body, "/metadata/name") == text(to, "/name")
            };
            let Some(found) = all.iter().find(is) else { continue };
            let to = exported(found, place);
            if to.contains("*") || to.contains(namespace) {
                http.extend(rules(found).into_iter().filter_map(|own| merged(&rule, own)));
            }
        }
        let gateways = texts(body, "/spec/gateways");
        let gateways = if gateways.is_empty() { vec![MESH.to_owned()] } else { gateways };
        out.push(Virtual {
            name: text(body, "/metadata/name").to_owned(),
            namespace: namespace.to_owned(),
            hosts: texts(body, "/spec/hosts").iter().map(|host| full(host, namespace)).collect(),
            gateways: gateways.iter().map(|gateway| gateway_name(gateway, namespace)).collect(),
            exported: exported(body, namespace),
            http,
        });
    }
    out
}

/// `mergeHTTPRoute` (pilot/pkg/model/virtualservice.go): what the delegate does not set comes from the root.
fn merged(root: &Rule, mut own: Rule) -> Option<Rule> {
    own.matches = merged_matches(root, &own)?;
    own.root = Some(format!("{} {}", root.object, root.path));
    for field in ["rewrite", "directResponse", "timeout", "retries", "fault", "mirror", "mirrors", "headers"] {
        if let (None, Some(value)) = (own.body.get(field), root.body.get(field)) {
            own.body[field] = value.clone();
        }
    }
    Some(own)
}

/// `mergeHTTPMatchRequests`: each match of the delegate with every one of the root that it fits; one that fits none
/// drops the rule.
fn merged_matches(root: &Rule, own: &Rule) -> Option<Vec<(String, Value)>> {
    if root.matches.is_empty() {
        return Some(own.matches.clone());
    }
    if own.matches.is_empty() {
        return Some(root.matches.iter().map(|(_, one)| (own.path.clone(), one.clone())).collect());
    }
    let mut out = Vec::new();
    for (path, leaf) in &own.matches {
        let fitting: Vec<_> = root.matches.iter().filter(|(_, root)| !conflict(root, leaf)).collect();
        if fitting.is_empty() {
            return None;
        }
        out.extend(fitting.into_iter().map(|(_, root)| (path.clone(), merged_match(root, leaf))));
    }
    Some(out)
}

/// `mergeHTTPMatchRequest`.
fn merged_match(root: &Value, leaf: &Value) -> Value {
    let mut out = leaf.clone();
    for field in ["uri", "scheme", "method", "authority", "port", "sourceNamespace", "gateways"] {
        if let (None, Some(value)) = (leaf.get(field), root.get(field)) {
            out[field] = value.clone();
        }
    }
    for field in ["headers", "withoutHeaders", "queryParams", "sourceLabels"] {
        let mut both = root[field].as_object().cloned().unwrap_or_default();
        both.extend(leaf[field].as_object().cloned().unwrap_or_default());
        if !both.is_empty() {
            out[field] = both.into();
        }
    }
    out
}

/// `hasConflict`.
fn conflict(root: &Value, leaf: &Value) -> bool {
    let single = ["uri", "scheme", "method", "authority"];
    let keyed = ["headers", "withoutHeaders", "queryParams"];
    let pairs = |field: &'static str| leaf[field].as_object().into_iter().flatten();
    let differs = |field: &str| root.get(field).is_some() && leaf.get(field).is_some() && root[field] != leaf[field];
    let (roots, leaves) = (texts(root, "/gateways"), texts(leaf, "/gateways"));
    single.iter().any(|field| text_conflict(root.get(*field), leaf.get(*field)))
        || keyed.iter().any(|field| pairs(field).any(|(key, value)| text_conflict(root[*field].get(key), Some(value))))
        || (root["ignoreUriCase"] == true) != (leaf["ignoreUriCase"] == true)
        || differs("port")
        || (root.get("sourceNamespace").is_some() && root["sourceNamespace"] != leaf["sourceNamespace"])
        || pairs("sourceLabels").any(|(key, value)| root["sourceLabels"].get(key).is_some_and(|root| root != value))
        || (!roots.is_empty()
            && !leaves.is_empty()
            && (roots.len() < leaves.len() || leaves.iter().any(|gateway| !roots.contains(gateway))))
}

/// `stringMatchConflict`; an empty text counts as none there.
fn text_conflict(root: Option<&Value>, leaf: Option<&Value>) -> bool {
    let (Some(root), Some(leaf)) = (root, leaf) else { return false };
    let (exact, prefix, regex) = (text(root, "/exact"), text(root, "/prefix"), text(root, "/regex"));
    let (own_exact, own_prefix, own_regex) = (text(leaf, "/exact"), text(leaf, "/prefix"), text(leaf, "/regex"));
    let any = |texts: [&str; 3]| texts.iter().any(|text| !text.is_empty());
    if (!regex.is_empty() && any([own_exact, own_prefix, own_regex]))
        || (!own_regex.is_empty() && any([exact, prefix, regex]))
    {
        return true;
    }
    if !exact.is_empty() {
        return !own_prefix.is_empty() || own_exact != exact;
    }
    match (prefix.is_empty(), own_prefix.is_empty(), own_exact.is_empty()) {
        (false, false, _) => !own_prefix.starts_with(prefix),
        (false, true, false) => !own_exact.starts_with(prefix),
        _ => true,
    }
}

// ---- Routes of one VirtualService

/// `BuildHTTPRoutesForVirtualService` (pilot/pkg/networking/core/route/route.go): nothing is made behind a catch-all.
/// Without any route the VirtualService is as if it were not there.
fn routes(
    node: &Node,
    of: &Virtual,
    port: u64,
    gateway: &str,
    cluster: &dyn Fn(&Value) -> Cluster,
    book: &mut Vec<Told>,
) -> Vec<Route> {
    let mut out: Vec<Route> = Vec::new();
    for rule in &of.http {
        let whole = [(rule.path.clone(), json!({}))];
        let matches = if rule.matches.is_empty() { &whole[..] } else { &rule.matches };
        for (path, matching) in matches {
            if !source_matches(node, matching, port, gateway) {
                continue;
            }
            let route = route(rule, path, matching, port, cluster, book);
            out.push(route);
            if out.last().is_some_and(|route| route.catch_all) {
                return out;
            }
        }
    }
    out
}

/// The beginning of `TranslateRoute`, and `sourceMatchHTTP`: a list of gateways decides alone.
fn source_matches(node: &Node, matching: &Value, port: u64, gateway: &str) -> bool {
    if matching["port"].as_u64().is_some_and(|wanted| wanted != port) {
        return false;
    }
    let gateways = texts(matching, "/gateways");
    if !gateways.is_empty() {
        return gateways.iter().any(|name| name == gateway);
    }
    let wanted = matching["sourceLabels"].as_object().into_iter().flatten();
    let namespace = text(matching, "/sourceNamespace");
    wanted.into_iter().all(|(name, value)| node.labels.iter().any(|(own, is)| own == name && value == is))
        && (namespace.is_empty() || namespace == node.namespace)
}

/// `TranslateRoute`.
fn route(
    rule: &Rule,
    path: &str,
    matching: &Value,
    port: u64,
    cluster: &dyn Fn(&Value) -> Cluster,
    book: &mut Vec<Told>,
) -> Route {
    let (does, action) = action(&rule.body, port, cluster);
    let mut body = json!({"match": route_match(matching),
        "response_headers_to_add": [{"header": {"key": TELLS, "value": book.len().to_string()}}]});
    let (field, action) = action;
    body[field] = action;
    book.push(Told {
        object: rule.object.clone(),
        path: path.to_owned(),
        root: rule.root.clone(),
        matching: matching.clone(),
        does,
        besides: besides(&rule.body),
    });
    Route { catch_all: catch_all(&body["match"]), body }
}

fn besides(rule: &Value) -> BTreeSet<String> {
    let timeout = rule.get("timeout").and_then(Value::as_str).map(|timeout| format!("timeout {timeout}"));
    let retries = rule.get("retries").map(|retries| format!("retries {}", retries["attempts"]));
    let named = ["mirror", "rewrite"].into_iter().filter(|field| rule.get(*field).is_some()).map(str::to_owned);
    [timeout, retries].into_iter().flatten().chain(named).collect()
}

/// `ApplyRedirect`, `ApplyDirectResponse`, `applyHTTPRouteDestination`.
fn action(rule: &Value, port: u64, cluster: &dyn Fn(&Value) -> Cluster) -> (Does, (&'static str, Value)) {
    if let Some(to) = rule.get("redirect") {
        return (Does::Redirect, ("redirect", redirect(to, port)));
    }
    if let Some(response) = rule.get("directResponse") {
        let status = response["status"].as_u64().unwrap_or_default();
        let body = json!({"status": status, "body": {"inline_string": text(response, "/body/string")}});
        return (Does::Respond(status), ("direct_response", body));
    }
    let all: Vec<&Value> = list(rule, "/route").collect();
    let weight = |one: &Value| one["weight"].as_i64().unwrap_or_default();
    // One destination has everything, and among several those without a weight are left out.
    let sent: Vec<(Cluster, i64)> = match all.as_slice() {
        [only] => vec![(cluster(only), 1)],
        all => all.iter().filter(|one| weight(one) != 0).map(|one| (cluster(one), weight(one))).collect(),
    };
    let named = |cluster: &Cluster| format!("outbound|{}|{}|{}", cluster.port, cluster.subset, cluster.host);
    let action = match sent.as_slice() {
        [(only, _)] if all.len() == 1 => json!({"cluster": named(only)}),
        many => {
            let clusters: Vec<Value> =
                many.iter().map(|(to, weight)| json!({"name": named(to), "weight": weight})).collect();
            json!({"weighted_clusters": {"clusters": clusters}})
        }
    };
    (Does::Forward(sent), ("route", action))
}

fn redirect(to: &Value, port: u64) -> Value {
    let scheme = text(to, "/scheme");
    let mut out = json!({"host_redirect": text(to, "/authority"), "path_redirect": text(to, "/uri")});
    if !scheme.is_empty() {
        out["scheme_redirect"] = scheme.into();
    }
    let wanted = match text(to, "/derivePort") {
        "FROM_REQUEST_PORT" => Some(port),
        _ => to["port"].as_u64(),
    };
    let usual = match scheme {
        "https" => 443,
        _ => 80,
    };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != usual) {
        out["port_redirect"] = wanted.into();
    }
    let code = match to["redirectCode"].as_u64() {
        Some(302) => "FOUND",
        Some(303) => "SEE_OTHER",
        Some(307) => "TEMPORARY_REDIRECT",
        Some(308) => "PERMANENT_REDIRECT",
        _ => "MOVED_PERMANENTLY",
    };
    out["response_code"] = code.into();
    out
}

/// `TranslateRouteMatch`.
fn route_match(matching: &Value) -> Value {
    let mut out = json!({"prefix": "/"});
    if let Some(uri) = matching.get("uri") {
        let (field, value) = match (uri.get("exact"), uri.get("prefix"), uri.get("regex")) {
            (Some(exact), _, _) => ("path", exact.clone()),
            (None, Some(prefix), _) => ("prefix", prefix.clone()),
            (None, None, Some(regex)) => ("safe_regex", json!({"regex": regex})),
            (None, None, None) => ("prefix", json!("/")),
        };
        out = json!({field: value});
    }
    let mut headers: Vec<Value> = Vec::new();
    let pairs = |field: &'static str| matching[field].as_object().into_iter().flatten();
    headers.extend(pairs("headers").map(|(name, value)| string_match(name, value)));
    for (name, value) in pairs("withoutHeaders") {
        let mut header = string_match(name, value);
        header["invert_match"] = true.into();
        if !only_present(value) {
            header["treat_missing_header_as_empty"] = true.into();
        }
        headers.push(header);
    }
    for (field, name) in [("method", ":method"), ("authority", ":authority"), ("scheme", ":scheme")] {
        headers.extend(matching.get(field).map(|value| string_match(name, value)));
    }
    if !headers.is_empty() {
        out["headers"] = headers.into();
    }
    let query: Vec<Value> = pairs("queryParams").map(|(name, value)| string_match(name, value)).collect();
    if !query.is_empty() {
        out["query_parameters"] = query.into();
    }
    out["case_sensitive"] = (matching["ignoreUriCase"] != true).into();
    out
}

/// `translateHeaderMatch`, `translateQueryParamMatch`.
fn string_match(name: &str, value: &Value) -> Value {
    if only_present(value) {
        return json!({"name": name, "present_match": true});
    }
    let inner = match (value.get("exact"), value.get("prefix"), value.get("regex")) {
        (Some(exact), _, _) => json!({"exact": exact}),
        (None, Some(prefix), _) => json!({"prefix": prefix}),
        (None, None, regex) => json!({"safe_regex": {"regex": regex}}),
    };
    json!({"name": name, "string_match": inner})
}

/// `canBeConvertedToPresentMatch`: a lone star is no regular expression.
fn only_present(value: &Value) -> bool {
    match (value.get("exact"), value.get("prefix"), value.get("regex")) {
        (None, None, None) => true,
        (None, None, Some(regex)) => regex == "*",
        _ => false,
    }
}

/// `IsCatchAllRoute`.
fn catch_all(matching: &Value) -> bool {
    let path = matching["prefix"] == "/" || matching["safe_regex"]["regex"] == ".*";
    path && matching.get("headers").is_none() && matching.get("query_parameters").is_none()
}

// ---- Hosts

fn wild(host: &str) -> bool {
    host.starts_with('*')
}

/// `Name.SubsetOf` (pkg/config/host/name.go).
pub fn subset(one: &str, of: &str) -> bool {
    match (wild(one), wild(of)) {
        (true, true) => one.len() >= of.len() && one[1..].ends_with(&of[1..]),
        (true, false) => false,
        (false, true) => one.ends_with(&of[1..]),
        (false, false) => one == of,
    }
}

/// `Names.Intersection` (pkg/config/host/names.go): upper and lower case differ.
fn intersection(ours: &[String], theirs: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for our in ours {
        for their in theirs {
            let met = if subset(our, their) { Some(our) } else { Some(their).filter(|their| subset(their, our)) };
            if let Some(host) = met.filter(|host| !out.contains(host)) {
                out.push(host.clone());
            }
        }
    }
    out
}

/// `sanitizeServerHostNamespace` (pilot/pkg/model/gateway.go); with a namespace, `NamesForNamespace` for it
/// (pkg/config/host/names.go).
fn server_hosts(server: &Value, gateway: &str, namespace: Option<&str>) -> Vec<String> {
    let mut out = Vec::new();
    for written in texts(server, "/hosts") {
        let (place, host) = written.split_once('/').unwrap_or(("*", &written));
        let place = if place == "." { gateway } else { place };
        match namespace {
            _ if place == "*" => out.push(host.to_owned()),
            None => out.push(format!("{place}/{host}")),
            Some(namespace) if place == namespace => out.push(host.to_owned()),
            Some(_) => {}
        }
    }
    out
}

/// `VirtualServicesForGateway` over the index of `initVirtualServices` (pilot/pkg/model/push_context.go): those private
/// to the namespace, then those exported to it by name, then public ones, each the oldest first.
fn seen<'a>(virtuals: &'a [Virtual], namespace: &str, gateway: &str) -> Vec<&'a Virtual> {
    let nearness = |of: &&Virtual| {
        if of.exported.contains("*") {
            return Some(2);
        }
        of.exported.contains(namespace).then(|| if of.namespace == namespace { 0 } else { 1 })
    };
    let bound = virtuals.iter().filter(|of| of.gateways.iter().any(|name| name == gateway));
    let mut out: Vec<(u8, &Virtual)> = bound.filter_map(|of| Some((nearness(&of)?, of))).collect();
    out.sort_by_key(|(near, _)| *near);
    out.into_iter().map(|(_, of)| of).collect()
}

fn config(hosts: Vec<Value>) -> Value {
    json!({"virtual_hosts": hosts, "validate_clusters": false, "ignore_port_in_host_matching": true})
}

fn virtual_host(name: String, domains: Vec<String>, routes: &[Route]) -> Value {
    let routes: Vec<&Value> = routes.iter().map(|route| &route.body).collect();
    json!({"name": name, "domains": domains, "routes": routes})
}

// ---- Gateways

/// `mergeGateways` (pilot/pkg/model/push_context.go and gateway.go) for plain servers of one port, then
/// `buildGatewayHTTPRouteConfig` (pilot/pkg/networking/core/gateway.go).
fn at_gateways(bodies: &[Value], virtuals: &[Virtual], node: &Node, port: u64, book: &mut Vec<Told>) -> Option<Scope> {
    let selected = |body: &&Value| {
        let mut wanted = body["spec"]["selector"].as_object().into_iter().flatten();
        wanted.all(|(name, value)| node.labels.iter().any(|(own, is)| own == name && value == is))
    };
    let registry = services(bodies);
    let mut names = Vec::new();
    let (mut hosts, mut shared): (Vec<(String, Vec<Route>)>, _) = (Vec::new(), Vec::new());
    let (mut secured, mut known): (BTreeSet<String>, BTreeSet<String>) = Default::default();
    for gateway in of_kind(bodies, "Gateway").into_iter().filter(selected) {
        let (namespace, name) = (text(gateway, "/metadata/namespace"), text(gateway, "/metadata/name"));
        let full = format!("{namespace}/{name}");
        // Routes are made once for each gateway and VirtualService, for whichever of its servers comes first.
        let mut made: BTreeMap<(String, String), Vec<Route>> = BTreeMap::new();
        for server in list(gateway, "/spec/servers").filter(|server| server["port"]["number"] == port) {
            if names.last() != Some(&(namespace.to_owned(), name.to_owned())) {
                names.push((namespace.to_owned(), name.to_owned()));
            }
            let secure = server["tls"]["httpsRedirect"] == true;
            let own: Vec<String> = server_hosts(server, namespace, None);
            // `CheckDuplicates`: of servers with TLS settings the second of a host is left out whole.
            if secure && own.iter().any(|host| known.contains(host)) {
                continue;
            }
            known.extend(own.iter().filter(|_| secure).cloned());
            for of in seen(virtuals, node.namespace, &full) {
                let met = intersection(&server_hosts(server, namespace, Some(&of.namespace)), &of.hosts);
                if met.is_empty() {
                    continue;
                }
                let cluster = |to: &Value| cluster(to, &registry, port);
                let routes = made
                    .entry((of.name.clone(), of.namespace.clone()))
                    .or_insert_with(|| routes(node, of, port, &full, &cluster, book));
                if routes.is_empty() {
                    continue;
                }
                for host in met.into_iter().map(|host| host.to_lowercase()) {
                    secured.extend(Some(host.clone()).filter(|_| secure));
                    match hosts.iter_mut().find(|(other, _)| *other == host) {
                        Some((_, all)) => {
                            all.extend(routes.iter().cloned());
                            shared.push(host);
                        }
                        None => hosts.push((host, routes.clone())),
                    }
                }
            }
            // The server's own hosts are sent to HTTPS too; one that is led by a namespace fits no request.
            for host in own.into_iter().filter(|_| secure).map(|host| host.to_lowercase()) {
                if hosts.iter().all(|(other, _)| *other != host) {
                    hosts.push((host.clone(), Vec::new()));
                }
                secured.insert(host);
            }
        }
    }
    if names.is_empty() {
        return None;
    }
    // `SortVHostRoutes`: catch-alls go to the end.
    let one = |(host, mut routes): (String, Vec<Route>)| {
        routes.sort_by_key(|route| route.catch_all);
        let mut out = virtual_host(format!("{host}:{port}"), vec![host.clone()], &routes);
        if secured.contains(&host) {
            out["require_tls"] = "ALL".into();
        }
        out
    };
    Some(Scope {
        config: config(hosts.into_iter().map(one).collect()),
        gateways: names,
        merged: shared,
        passed_on: BTreeSet::new(),
    })
}

// ---- The mesh

/// Services by their full name, with their ports.
fn services(bodies: &[Value]) -> BTreeMap<String, Vec<u64>> {
    let one = |body: &Value| {
        let host = full(text(body, "/metadata/name"), text(body, "/metadata/namespace"));
        (host, list(body, "/spec/ports").filter_map(|port| port["port"].as_u64()).collect())
    };
    bodies.iter().filter(|body| body["kind"] == "Service").map(one).collect()
}

/// `GetDestinationCluster` (pilot/pkg/networking/core/route/route.go).
fn cluster(to: &Value, registry: &BTreeMap<String, Vec<u64>>, port: u64) -> Cluster {
    let host = text(to, "/destination/host").to_owned();
    let written = to["destination"]["port"]["number"].as_u64();
    let single = registry.get(&host).filter(|ports| ports.len() == 1).map(|ports| ports[0]);
    let port = written.or(single).unwrap_or(port);
    Cluster { host, port, subset: text(to, "/destination/subset").to_owned() }
}

/// A VirtualService with what it has for one port: hosts that are no services, and services.
struct Wrapper {
    hosts: Vec<String>,
    services: Vec<String>,
    routes: Vec<Route>,
}

/// `BuildSidecarOutboundVirtualHosts` (pilot/pkg/networking/core/httproute.go) for a client without a Sidecar object;
/// `None` where no service has the port, so that nothing listens.
fn beside(bodies: &[Value], virtuals: &[Virtual], node: &Node, port: u64, book: &mut Vec<Told>) -> Option<Scope> {
    let all = services(bodies);
    let here: BTreeMap<String, Vec<u64>> =
        all.iter().filter(|(_, ports)| ports.contains(&port)).map(|(host, _)| (host.clone(), vec![port])).collect();
    if here.is_empty() {
        return None;
    }
    let seen = seen(virtuals, node.namespace, MESH);
    let narrowest = narrowest(&seen, &all);
    let mut wrappers: Vec<Wrapper> = Vec::new();
    let mut passed_on = BTreeSet::new();
    for of in seen.iter().filter(|of| port == 80 || selected(of, &here)) {
        let cluster = |to: &Value| cluster(to, &here, port);
        let routes = routes(node, of, port, MESH, &cluster, book);
        if !routes.is_empty() {
            wrappers.extend(wrapper(of, &here, &narrowest, port, routes));
        } else {
            passed_on.extend(of.hosts.iter().map(|host| host.to_lowercase()));
        }
    }
    // Services without a VirtualService have a route of their own.
    let taken: BTreeSet<String> = wrappers.iter().flat_map(|wrapper| wrapper.services.clone()).collect();
    for host in here.keys().filter(|host| !taken.contains(*host)) {
        let body = json!({"match": {"prefix": "/"}, "route": {"cluster": format!("outbound|{port}||{host}")},
            "response_headers_to_add": [{"header": {"key": TELLS, "value": NO_RULE}}]});
        let routes = vec![Route { body, catch_all: true }];
        wrappers.push(Wrapper { hosts: Vec::new(), services: vec![host.clone()], routes });
    }
    let mut hosts = virtual_hosts(&wrappers, node, port);
    hosts.push(json!({"name": "allow_any", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "PassthroughCluster"},
        "response_headers_to_add": [{"header": {"key": TELLS, "value": NO_RULE}}]}]}));
    Some(Scope { config: config(hosts), gateways: Vec::new(), merged: Vec::new(), passed_on })
}

/// `selectVirtualServices` (httproute.go): away from port 80 only those with a service on the port.
fn selected(of: &Virtual, here: &BTreeMap<String, Vec<u64>>) -> bool {
    of.hosts.iter().map(|host| host.to_lowercase()).any(|host| match wild(&host) {
        true => here.keys().any(|service| subset(service, &host)),
        false => here.contains_key(&host),
    })
}

/// `computeWildcardHostVirtualServiceIndex` (pilot/pkg/model/sidecar.go): which VirtualService a service belongs to when
/// several hosts cover it.
fn narrowest<'a>(seen: &[&'a Virtual], all: &BTreeMap<String, Vec<u64>>) -> BTreeMap<String, &'a Virtual> {
    let mut first: BTreeMap<&str, &Virtual> = BTreeMap::new();
    for &of in seen {
        for host in &of.hosts {
            first.entry(host).or_insert(of);
        }
    }
    let mut out = BTreeMap::new();
    for service in all.keys() {
        let wilds = first.keys().filter(|host| wild(host) && service.ends_with(&host[1..]));
        let host = first.keys().find(|host| *host == service).or(wilds.max_by_key(|host| host.len()));
        if let Some(host) = host {
            out.insert(service.clone(), first[host]);
        }
    }
    out
}

/// `separateVSHostsAndServices` and `buildSidecarVirtualHostsForVirtualService` (route.go).
fn wrapper(
    of: &Virtual,
    here: &BTreeMap<String, Vec<u64>>,
    narrowest: &BTreeMap<String, &Virtual>,
    port: u64,
    routes: Vec<Route>,
) -> Option<Wrapper> {
    let (mut hosts, mut services) = (Vec::new(), Vec::new());
    for host in of.hosts.iter().filter(|host| !wild(host)) {
        match here.contains_key(&host.to_lowercase()) {
            true => services.push(host.to_lowercase()),
            false => hosts.push(host.clone()),
        }
    }
    for host in of.hosts.iter().filter(|host| wild(host)).map(|host| host.to_lowercase()) {
        let covered: Vec<&String> = here.keys().filter(|service| subset(service, &host)).collect();
        let own = |service: &&&String| narrowest.get(**service).is_some_and(|by| std::ptr::eq(*by, of));
        services.extend(covered.iter().filter(own).map(|service| (*service).clone()));
        if covered.is_empty() {
            hosts.push(host);
        }
    }
    (!services.is_empty() || port == 80).then_some(Wrapper { hosts, services, routes })
}

/// `buildVirtualHost` within `BuildSidecarOutboundVirtualHosts`, and `dedupeDomains`: who comes first has a name.
fn virtual_hosts(wrappers: &[Wrapper], node: &Node, port: u64) -> Vec<Value> {
    let known: BTreeSet<&String> = wrappers.iter().flat_map(|wrapper| &wrapper.services).collect();
    let (mut names, mut taken): (BTreeSet<String>, BTreeSet<String>) = Default::default();
    let mut out = Vec::new();
    for wrapper in wrappers {
        let plain = wrapper.hosts.iter().map(|host| (host.to_lowercase(), false));
        for (host, service) in plain.chain(wrapper.services.iter().map(|host| (host.clone(), true))) {
            if !names.insert(format!("{host}:{port}")) {
                continue;
            }
            let alternatives = if service { alternatives(&host, node.namespace) } else { Vec::new() };
            let domains = [host.clone()].into_iter().chain(alternatives.clone());
            let free = domains.filter(|domain| {
                !(alternatives.contains(domain) && known.contains(domain)) && taken.insert(domain.to_lowercase())
            });
            let free: Vec<String> = free.collect();
            if !free.is_empty() {
                out.push(virtual_host(format!("{host}:{port}"), free, &wrapper.routes));
            }
        }
    }
    out
}

/// `GenerateAltVirtualHosts` (httproute.go): the names by which a client of a namespace may call a service.
fn alternatives(host: &str, namespace: &str) -> Vec<String> {
    let mut out = vec![format!("{host}.")];
    let Some((short, of)) = host.strip_suffix(&format!(".svc.{DOMAIN}")).and_then(|name| name.split_once('.')) else {
        return out;
    };
    if of == namespace {
        out.push(short.to_owned());
    }
    out.extend([format!("{short}.{of}.svc"), format!("{short}.{of}")]);
    out
}
