//! The rules of a VirtualService with their delegates resolved, each match separately.

use super::{MESH, merge, owner};
use crate::mesh::World;
use crate::mesh::from::exported;
use crate::mesh::matching::{Match, Path, Text};
use crate::mesh::read::ISTIO;
use crate::mesh::read::istio::{
    self, Destined, HttpMatch, HttpRule, Redirect, StreamMatch, StreamRule, VirtualService,
};
use crate::mesh::route::{Action, Name, Owner, Shadow, Spot, Why};

/// One match of one rule, and its position.
#[derive(Clone)]
pub struct ServiceMatch {
    pub owner: Owner,
    pub path: String,
    /// The match of the other object that delegates to this rule.
    pub via: Option<Spot>,
    pub list: String,
    pub matching: Match,
    /// The gateways of the match itself, by full name. If empty, those of the object apply.
    pub gateways: Vec<String>,
    pub route: Vec<Destined>,
    pub action: Action,
    pub badges: Vec<String>,
    pub layer: Layer,
    /// Why Istio makes no rule of it, if it does not.
    pub lost: Option<Shadow>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Http,
    Tls,
    Tcp,
}

impl Layer {
    /// The name of its field in the spec.
    pub fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
        }
    }
}

impl ServiceMatch {
    /// Whether this match applies at a gateway of its object. `mesh` counts as a gateway.
    pub fn meant_for(&self, gateway: &str) -> bool {
        self.gateways.is_empty() || self.gateways.iter().any(|name| name == gateway)
    }
}

/// All parts, in the order of evaluation.
pub fn parts(world: &World, service: &VirtualService) -> Vec<ServiceMatch> {
    let mut out = Vec::new();
    for (index, rule) in service.spec.http.iter().enumerate() {
        match &rule.delegate {
            None => out.extend(http(service, index, rule)),
            Some(to) => out.extend(delegated(world, service, index, rule, to)),
        }
    }
    out.extend(streams(service, &service.spec.tls, Layer::Tls));
    out.extend(streams(service, &service.spec.tcp, Layer::Tcp));
    out
}

/// The rules of a delegate, each within a match of the root. If the delegate is missing, or is not exported to the
/// root's namespace, Istio leaves out the root's rule, and requests go on to the next rule
/// (pilot/pkg/model/virtualservice_controller.go).
fn delegated(
    world: &World,
    root: &VirtualService,
    index: usize,
    rule: &HttpRule,
    to: &istio::Delegate,
) -> Vec<ServiceMatch> {
    let own = &root.metadata.namespace;
    let namespace = if to.namespace.is_empty() { own } else { &to.namespace };
    let name = Name::new(namespace, &to.name);
    let seen = |other: &&VirtualService| {
        let spec = &other.spec;
        spec.hosts.is_empty() && !spec.http.is_empty() && exported(&spec.export_to, namespace, own)
    };
    let Some(found) = world.istio.virtual_services.get(&name).filter(seen) else {
        let by = Spot { owner: Owner { name: name.clone(), ..owner(root) }, path: String::new() };
        let told =
            world.istio.virtual_services.contains_key(&name) || world.is_known(ISTIO, "VirtualService", namespace);
        let lost = told.then_some(Shadow { by, why: Why::NoDelegate });
        let left = |part| ServiceMatch { action: Action::Delegate(name.to_string()), lost: lost.clone(), ..part };
        return http(root, index, rule).into_iter().map(left).collect();
    };
    let roots = entries(root, index, rule);
    let ones = found.spec.http.iter().enumerate().filter(|(_, rule)| rule.delegate.is_none());
    ones.flat_map(|(place, own)| within(root, index, rule, &roots, found, place, own)).collect()
}

/// One rule of a delegate. Each of its matches is combined with each of the root's matches that it fits. If one of them
/// fits none, Istio drops the whole rule (`mergeHTTPMatchRequests`).
fn within(
    root: &VirtualService,
    index: usize,
    rule: &HttpRule,
    roots: &[Entry],
    found: &VirtualService,
    place: usize,
    own: &HttpRule,
) -> Vec<ServiceMatch> {
    let spot = |path: &str| Spot { owner: owner(root), path: path.to_owned() };
    let merged = merge::rule(rule, own);
    let mut out = Vec::new();
    for entry in entries(found, place, own) {
        let before = out.len();
        for outer in roots {
            // If one side has no matches, the matches of the other side are used unchanged.
            let matching = match (rule.matches.is_empty(), own.matches.is_empty()) {
                (true, _) => Some(entry.from.clone()),
                (false, true) => Some(outer.from.clone()),
                (false, false) => merge::matches(&outer.from, &entry.from),
            };
            let via = Some(spot(&outer.path));
            let one = matching
                .map(|from| ServiceMatch { via, ..part(found, place, &merged, &Entry { from, ..entry.clone() }) });
            out.extend(one);
        }
        if out.len() == before {
            let (by, via) = (spot(&format!("/spec/http/{index}")), Some(spot(&format!("/spec/http/{index}"))));
            let lost = Some(Shadow { by, why: Why::NoFit });
            let left = |part| ServiceMatch { via: via.clone(), lost: lost.clone(), ..part };
            return http(found, place, &merged).into_iter().map(left).collect();
        }
    }
    out
}

/// One match of a rule as written, and its path.
#[derive(Clone)]
struct Entry {
    path: String,
    from: HttpMatch,
}

/// The matches of a rule, with gateways by full name. A rule without matches gets one match without conditions.
fn entries(service: &VirtualService, index: usize, rule: &HttpRule) -> Vec<Entry> {
    let at = format!("/spec/http/{index}");
    if rule.matches.is_empty() {
        return vec![Entry { path: at, from: HttpMatch::default() }];
    }
    let one = |(j, from): (usize, &HttpMatch)| {
        let gateways = resolved(&from.gateways, &service.metadata.namespace);
        Entry { path: format!("{at}/match/{j}"), from: HttpMatch { gateways, ..from.clone() } }
    };
    rule.matches.iter().enumerate().map(one).collect()
}

fn http(service: &VirtualService, index: usize, rule: &HttpRule) -> Vec<ServiceMatch> {
    entries(service, index, rule).iter().map(|entry| part(service, index, rule, entry)).collect()
}

fn part(service: &VirtualService, index: usize, rule: &HttpRule, entry: &Entry) -> ServiceMatch {
    ServiceMatch {
        owner: owner(service),
        path: entry.path.clone(),
        via: None,
        list: format!("/spec/http/{index}/route"),
        matching: matching(&entry.from),
        gateways: entry.from.gateways.clone(),
        route: rule.route.clone(),
        action: action(rule),
        badges: badges(rule),
        layer: Layer::Http,
        lost: None,
    }
}

fn action(rule: &HttpRule) -> Action {
    match (&rule.redirect, &rule.direct_response) {
        (Some(to), _) => Action::Redirect(to.redirect_code.unwrap_or(301), target(to)),
        (None, Some(response)) => Action::Respond(response.status),
        (None, None) => Action::Forward,
    }
}

/// The target of a redirect, `https://shop.example.com:8443/v2`. Parts that are left out keep the values of the
/// request.
fn target(to: &Redirect) -> String {
    let scheme = if to.scheme.is_empty() { "" } else { &format!("{}://", to.scheme) };
    let port = match (to.port, to.derive_port.as_str()) {
        (Some(port), _) => format!(":{port}"),
        (None, "FROM_REQUEST_PORT") => ":(as asked)".to_owned(),
        (None, _) => String::new(),
    };
    let path = if to.prefix_rewrite.is_empty() { to.uri.clone() } else { format!("{}*", to.prefix_rewrite) };
    format!("{scheme}{}{port}{path}", to.authority)
}

fn badges(rule: &HttpRule) -> Vec<String> {
    let retries = rule.retries.as_ref().map(|retries| format!("retries {}", retries.attempts));
    let timeout = (!rule.timeout.is_empty()).then(|| format!("timeout {}", rule.timeout));
    let fault = rule.fault.as_ref().map(|_| "fault".to_owned());
    let mirror = (rule.mirror.is_some() || !rule.mirrors.is_empty()).then(|| "mirror".to_owned());
    let rewrite = rule.rewrite.as_ref().map(|_| "rewrite".to_owned());
    [timeout, retries, fault, mirror, rewrite].into_iter().flatten().collect()
}

fn matching(from: &HttpMatch) -> Match {
    let named = |map: &std::collections::BTreeMap<String, istio::Text>, fold: bool| -> Vec<(String, Text)> {
        let name = |name: &String| if fold { name.to_lowercase() } else { name.clone() };
        map.iter().map(|(key, value)| (name(key), text(value))).collect()
    };
    // If a match names gateways, only they decide where it applies.
    let sources = from.gateways.is_empty();
    Match {
        path: from.uri.as_ref().map(path).unwrap_or_default(),
        ignore_case: from.ignore_uri_case,
        method: from.method.as_ref().map(text),
        scheme: from.scheme.as_ref().map(text),
        authority: from.authority.as_ref().map(text),
        port: from.port.filter(|port| *port > 0),
        headers: named(&from.headers, true),
        without: named(&from.without_headers, true),
        query: named(&from.query_params, false),
        source_labels: if sources { from.source_labels.clone() } else { Default::default() },
        source_namespace: if sources { from.source_namespace.clone() } else { String::new() },
        ..Match::default()
    }
}

/// A text condition. The regular expression `*`, which is invalid, means presence (`canBeConvertedToPresentMatch` of
/// Istio's route.go).
fn text(from: &istio::Text) -> Text {
    match (&from.exact, &from.prefix, &from.regex) {
        (Some(exact), _, _) => Text::Exact(exact.clone()),
        (None, Some(prefix), _) => Text::Prefix(prefix.clone()),
        (None, None, Some(regex)) if regex != "*" => Text::Regex(regex.clone()),
        (None, None, _) => Text::Present,
    }
}

/// A path condition. Only the prefix `/` and the regular expression `.*` are catch-alls (`IsCatchAllRoute` of Istio's
/// route.go). An empty prefix lets everything through as well, but keeps its position.
fn path(from: &istio::Text) -> Path {
    match (&from.exact, &from.prefix, &from.regex) {
        (Some(path), _, _) => Path::Exact(path.clone()),
        (None, Some(path), _) if path.is_empty() => Path::Prefix(String::new()),
        (None, Some(path), _) => Path::prefix(path),
        (None, None, Some(pattern)) if pattern == ".*" => Path::Any,
        (None, None, Some(pattern)) => Path::Regex(pattern.clone()),
        (None, None, None) => Path::Any,
    }
}

fn streams(service: &VirtualService, rules: &[StreamRule], layer: Layer) -> Vec<ServiceMatch> {
    let one = |(index, rule): (usize, &StreamRule)| {
        let at = format!("/spec/{}/{index}", layer.word());
        let part = |path: String, matching: Match, gateways: &[String]| ServiceMatch {
            owner: owner(service),
            path,
            via: None,
            list: format!("{at}/route"),
            matching,
            gateways: resolved(gateways, &service.metadata.namespace),
            route: rule.route.clone(),
            action: Action::Forward,
            badges: vec![layer.word().to_owned()],
            layer,
            lost: None,
        };
        match rule.matches.is_empty() {
            true => vec![part(at.clone(), Match::default(), &[])],
            false => rule
                .matches
                .iter()
                .enumerate()
                .map(|(j, from)| part(format!("{at}/match/{j}"), stream(from), &from.gateways))
                .collect(),
        }
    };
    rules.iter().enumerate().flat_map(one).collect()
}

fn stream(from: &StreamMatch) -> Match {
    Match {
        sni: from.sni_hosts.clone(),
        port: from.port.filter(|port| *port > 0),
        to: from.destination_subnets.clone(),
        source_labels: from.source_labels.clone(),
        source_namespace: from.source_namespace.clone(),
        ..Match::default()
    }
}

/// The gateways of the object, by full name. An object without gateways is for the mesh.
pub fn gateways(service: &VirtualService) -> Vec<String> {
    let all = resolved(&service.spec.gateways, &service.metadata.namespace);
    if all.is_empty() { vec![MESH.to_owned()] } else { all }
}

/// Gateways as `namespace/name`. `name` and `./name` are in the namespace of the object. `name.ns` and `name.ns.svc...`
/// are the old way to name another namespace (`resolveGatewayName` of Istio's pilot/pkg/model/config.go).
fn resolved(gateways: &[String], namespace: &str) -> Vec<String> {
    let one = |gateway: &String| match (gateway.split_once('/'), gateway.split_once('.')) {
        (Some((".", name)), _) => format!("{namespace}/{name}"),
        (Some(_), _) => gateway.clone(),
        (None, Some((name, rest))) => format!("{}/{name}", rest.split('.').next().unwrap_or_default()),
        (None, None) if gateway == MESH => gateway.clone(),
        (None, None) => format!("{namespace}/{gateway}"),
    };
    gateways.iter().map(one).collect()
}
