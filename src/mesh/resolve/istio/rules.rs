//! Rules of a VirtualService, delegates opened, each match on its own.

use super::merge::merged;
use super::{MESH, owner};
use crate::mesh::World;
use crate::mesh::from::exported;
use crate::mesh::matching::{Match, Path, Text};
use crate::mesh::read::istio::{self, Destined, HttpMatch, HttpRule, StreamMatch, StreamRule, VirtualService};
use crate::mesh::route::{Action, Name, Owner};

/// One match of one rule, and where it stands.
#[derive(Clone)]
pub struct Part {
    pub owner: Owner,
    pub path: String,
    pub list: String,
    pub matching: Match,
    /// The gateways of the match itself; empty for those of the object.
    pub gateways: Vec<String>,
    pub route: Vec<Destined>,
    pub action: Action,
    pub badges: Vec<String>,
    pub layer: Layer,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Http,
    Tls,
    Tcp,
}

impl Layer {
    /// Its field of the spec.
    fn word(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
        }
    }
}

impl Part {
    /// Whether this match is for that gateway of its object, `mesh` among them.
    pub fn meant_for(&self, gateway: &str) -> bool {
        self.gateways.is_empty() || self.gateways.iter().any(|name| name == gateway)
    }
}

/// All parts, in the order of evaluation.
pub fn parts(world: &World, service: &VirtualService) -> Vec<Part> {
    let mut out = Vec::new();
    for (index, rule) in service.spec.http.iter().enumerate() {
        let parts = http(service, index, rule);
        match &rule.delegate {
            None => out.extend(parts),
            Some(to) => out.extend(delegated(world, service, parts, to)),
        }
    }
    out.extend(streams(service, &service.spec.tls, Layer::Tls));
    out.extend(streams(service, &service.spec.tcp, Layer::Tcp));
    out
}

/// The delegate's rules, each where it meets a match of the root. One that is missing, or not exported to the root's
/// namespace, leaves a rule that answers nothing.
fn delegated(world: &World, root: &VirtualService, roots: Vec<Part>, to: &istio::Delegate) -> Vec<Part> {
    let own = &root.metadata.namespace;
    let namespace = if to.namespace.is_empty() { own } else { &to.namespace };
    let found = world.virtual_services.get(&Name::new(namespace, &to.name));
    let seen = |other: &&VirtualService| other.spec.hosts.is_empty() && exported(&other.spec.export_to, namespace, own);
    let Some(found) = found.filter(seen) else {
        let lost = |part: Part| Part { action: Action::Fail(404, "the delegate is missing"), ..part };
        return roots.into_iter().map(lost).collect();
    };
    let mut out = Vec::new();
    for (index, rule) in found.spec.http.iter().enumerate().filter(|(_, rule)| rule.delegate.is_none()) {
        for part in http(found, index, rule) {
            for root in &roots {
                let Some(matching) = merged(&root.matching, &part.matching) else { continue };
                let mut badges = part.badges.clone();
                badges.extend(root.badges.iter().filter(|badge| !part.badges.contains(badge)).cloned());
                out.push(Part { matching, badges, gateways: root.gateways.clone(), ..part.clone() });
            }
        }
    }
    out
}

fn http(service: &VirtualService, index: usize, rule: &HttpRule) -> Vec<Part> {
    let at = format!("/spec/http/{index}");
    let part = |path: String, matching: Match, gateways: &[String]| Part {
        owner: owner(service),
        path,
        list: format!("{at}/route"),
        matching,
        gateways: gateways.to_vec(),
        route: rule.route.clone(),
        action: action(rule),
        badges: badges(rule),
        layer: Layer::Http,
    };
    if rule.matches.is_empty() {
        return vec![part(at.clone(), Match::default(), &[])];
    }
    let one = |(j, from): (usize, &HttpMatch)| part(format!("{at}/match/{j}"), matching(from), &from.gateways);
    rule.matches.iter().enumerate().map(one).collect()
}

fn action(rule: &HttpRule) -> Action {
    match (&rule.redirect, &rule.direct_response) {
        (Some(to), _) => {
            let scheme = if to.scheme.is_empty() { "" } else { &format!("{}://", to.scheme) };
            Action::Redirect(to.redirect_code.unwrap_or(301), format!("{scheme}{}{}", to.authority, to.uri))
        }
        (None, Some(response)) => Action::Respond(response.status),
        (None, None) => Action::Forward,
    }
}

fn badges(rule: &HttpRule) -> Vec<String> {
    let retries = rule.retries.as_ref().map(|retries| format!("retries {}", retries.attempts));
    let timeout = (!rule.timeout.is_empty()).then(|| format!("timeout {}", rule.timeout));
    let fault = rule.fault.as_ref().map(|_| "fault".to_owned());
    let mirror = (rule.mirror.is_some() || !rule.mirrors.is_empty()).then(|| "mirror".to_owned());
    let rewrite = rule.rewrite.as_ref().map(|_| "rewrite".to_owned());
    [timeout, retries, fault, mirror, rewrite].into_iter().flatten().collect()
}

/// Header keys that Istio leaves out: they have fields of their own.
const PSEUDO: &[&str] = &["uri", "scheme", "method", "authority"];

fn matching(from: &HttpMatch) -> Match {
    let named = |map: &std::collections::BTreeMap<String, istio::Text>, fold: bool| -> Vec<(String, Text)> {
        let name = |name: &String| if fold { name.to_lowercase() } else { name.clone() };
        let kept = map.iter().filter(|(name, _)| !fold || !PSEUDO.contains(&name.as_str()));
        kept.map(|(key, value)| (name(key), text(value))).collect()
    };
    // A match that names gateways is decided by them alone.
    let sources = from.gateways.is_empty();
    Match {
        path: from.uri.as_ref().map(|uri| path(&text(uri))).unwrap_or_default(),
        ignore_case: from.ignore_uri_case,
        method: from.method.as_ref().map(text),
        scheme: from.scheme.as_ref().map(text),
        authority: from.authority.as_ref().map(text),
        port: from.port,
        headers: named(&from.headers, true),
        without: named(&from.without_headers, true),
        query: named(&from.query_params, false),
        source_labels: if sources { from.source_labels.clone() } else { Default::default() },
        source_namespace: if sources { from.source_namespace.clone() } else { String::new() },
        sni: Vec::new(),
    }
}

fn text(from: &istio::Text) -> Text {
    match (&from.exact, &from.prefix, &from.regex) {
        (Some(exact), _, _) => Text::Exact(exact.clone()),
        (None, Some(prefix), _) => Text::Prefix(prefix.clone()),
        (None, None, Some(regex)) => Text::Regex(regex.clone()),
        (None, None, None) => Text::Present,
    }
}

fn path(text: &Text) -> Path {
    match text {
        Text::Exact(path) => Path::Exact(path.clone()),
        Text::Prefix(path) => Path::prefix(path),
        Text::Regex(pattern) => Path::regex(pattern),
        Text::Present => Path::Any,
    }
}

fn streams(service: &VirtualService, rules: &[StreamRule], layer: Layer) -> Vec<Part> {
    let one = |(index, rule): (usize, &StreamRule)| {
        let at = format!("/spec/{}/{index}", layer.word());
        let part = |path: String, matching: Match, gateways: &[String]| Part {
            owner: owner(service),
            path,
            list: format!("{at}/route"),
            matching,
            gateways: gateways.to_vec(),
            route: rule.route.clone(),
            action: Action::Forward,
            badges: vec![layer.word().to_owned()],
            layer,
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
        port: from.port,
        source_labels: from.source_labels.clone(),
        source_namespace: from.source_namespace.clone(),
        // Subnets decide like a header that nothing else has.
        without: from.destination_subnets.iter().map(|net| (format!("to {net}"), Text::Present)).collect(),
        ..Match::default()
    }
}

/// The gateways of the object; without any it is for the mesh.
pub fn gateways(service: &VirtualService) -> Vec<&str> {
    let all = &service.spec.gateways;
    if all.is_empty() { vec![MESH] } else { all.iter().map(String::as_str).collect() }
}
