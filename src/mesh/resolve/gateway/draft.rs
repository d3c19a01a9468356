//! The rules of routes as rows without a place.

use super::Route;
use super::backends::backends;
use crate::mesh::matching::{Match, Path, Text};
use crate::mesh::read::gateway::{
    Filter, GrpcMatch, GrpcRule, HttpMatch, HttpRule, Redirect, Ref, StreamRule, Timeouts, Typed,
};
use crate::mesh::resolve::endpoints::Endpoints;
use crate::mesh::route::{Action, Attach, Mesh, Rank, RouteRow, Spot};

/// One match of one rule.
pub struct RuleMatch {
    pub rule: usize,
    pub entry: usize,
    pub matching: Match,
    pub path: String,
    pub refs: Vec<Ref>,
    pub redirect: Option<Redirect>,
    pub badges: Vec<String>,
}

pub fn http(rules: &[HttpRule]) -> Vec<RuleMatch> {
    let one = |(index, rule): (usize, &HttpRule)| {
        let matches: Vec<Match> = rule.matches.iter().map(http_match).collect();
        let badges = badges(&rule.filters, &rule.timeouts);
        parts(index, matches, &rule.backend_refs, &rule.filters, badges)
    };
    rules.iter().enumerate().flat_map(one).collect()
}

pub fn grpc(rules: &[GrpcRule]) -> Vec<RuleMatch> {
    let one = |(index, rule): (usize, &GrpcRule)| {
        let matches: Vec<Match> = rule.matches.iter().map(grpc_match).collect();
        let badges = badges(&rule.filters, &Timeouts::default());
        parts(index, matches, &rule.backend_refs, &rule.filters, badges)
    };
    rules.iter().enumerate().flat_map(one).collect()
}

pub fn stream(rules: &[StreamRule]) -> Vec<RuleMatch> {
    let one = |(index, rule): (usize, &StreamRule)| parts(index, Vec::new(), &rule.backend_refs, &[], Vec::new());
    rules.iter().enumerate().flat_map(one).collect()
}

/// The parts of a rule. A rule without matches lets everything through.
fn parts(rule: usize, matches: Vec<Match>, refs: &[Ref], filters: &[Filter], badges: Vec<String>) -> Vec<RuleMatch> {
    let bare = matches.is_empty();
    let matches = if bare { vec![Match::default()] } else { matches };
    let part = |(entry, matching)| RuleMatch {
        rule,
        entry,
        matching,
        path: if bare { format!("/spec/rules/{rule}") } else { format!("/spec/rules/{rule}/matches/{entry}") },
        refs: refs.to_vec(),
        redirect: filters.iter().find_map(|filter| filter.request_redirect.clone()),
        badges: badges.clone(),
    };
    matches.into_iter().enumerate().map(part).collect()
}

fn http_match(from: &HttpMatch) -> Match {
    let value = from.path.value.as_deref().unwrap_or("/");
    let path = match from.path.sort.as_str() {
        "Exact" => Path::Exact(value.to_owned()),
        "RegularExpression" => Path::Regex(value.to_owned()),
        _ => Path::segments(value),
    };
    let method = Some(&from.method).filter(|method| !method.is_empty()).cloned().map(Text::Exact);
    Match {
        path,
        method,
        headers: named(&from.headers, true),
        query: named(&from.query_params, false),
        ..Match::default()
    }
}

fn grpc_match(from: &GrpcMatch) -> Match {
    let method = &from.method;
    let path = match (method.sort.as_str(), &method.service, &method.method) {
        (_, None, None) => Path::Any,
        ("RegularExpression", service, method) => {
            let part = |part: &Option<String>| part.clone().unwrap_or_else(|| "[^/]+".to_owned());
            Path::Regex(format!("/{}/{}", part(service), part(method)))
        }
        (_, service, method) => Path::Method(service.clone(), method.clone()),
    };
    Match { path, headers: named(&from.headers, true), ..Match::default() }
}

/// The conditions of a list. Of several entries with equivalent names only the first counts.
fn named(list: &[Typed], fold: bool) -> Vec<(String, Text)> {
    let mut out: Vec<(String, Text)> = Vec::new();
    for one in list {
        let name = if fold { one.name.to_lowercase() } else { one.name.clone() };
        let value = one.value.clone().unwrap_or_default();
        let text = if one.sort == "RegularExpression" { Text::Regex(value) } else { Text::Exact(value) };
        if !out.iter().any(|(other, _)| *other == name) {
            out.push((name, text));
        }
    }
    out
}

fn badges(filters: &[Filter], timeouts: &Timeouts) -> Vec<String> {
    let word = |filter: &Filter| match filter.sort.as_str() {
        "RequestMirror" => "mirror".to_owned(),
        "URLRewrite" => "rewrite".to_owned(),
        "RequestHeaderModifier" | "ResponseHeaderModifier" => "headers".to_owned(),
        "RequestRedirect" => "redirect".to_owned(),
        other => other.to_owned(),
    };
    let mut out: Vec<String> = filters.iter().map(word).collect();
    let times = [&timeouts.request, &timeouts.backend_request];
    out.extend(times.iter().filter(|time| !time.is_empty()).map(|time| format!("timeout {time}")));
    out.dedup();
    out
}

pub fn row(
    route: &Route,
    part: &RuleMatch,
    attach: Attach,
    host: &str,
    written: &str,
    endpoints: &Endpoints,
) -> RouteRow {
    let list = format!("/spec/rules/{}/backendRefs", part.rule);
    let backends = backends(route, &part.refs, &list, endpoints);
    let action = match &part.redirect {
        Some(redirect) => Action::Redirect(redirect.status_code.unwrap_or(302), target(redirect)),
        None if backends.is_empty() => Action::Fail(500, "no backends"),
        None if backends.iter().all(|backend| backend.share == 0) => Action::Fail(500, "all weights are zero"),
        None => Action::Forward,
    };
    let stream = !["HTTPRoute", "GRPCRoute"].contains(&route.owner.kind);
    let sort = stream.then(|| route.owner.kind.trim_end_matches("Route").to_lowercase());
    RouteRow {
        mesh: Mesh::GatewayApi,
        spot: Spot { owner: route.owner.clone(), path: part.path.clone() },
        via: None,
        list,
        attach,
        host: host.to_owned(),
        written: written.to_owned(),
        matching: part.matching.clone(),
        rank: Rank::default(),
        shadow: None,
        action,
        stream,
        backends,
        badges: sort.into_iter().chain(part.badges.iter().cloned()).collect(),
        narrower: None,
    }
}

fn target(redirect: &Redirect) -> String {
    let part = |field: &str| {
        let path = redirect.path.as_ref()?;
        path[field].as_str().map(str::to_owned)
    };
    let scheme = if redirect.scheme.is_empty() { "" } else { &format!("{}://", redirect.scheme) };
    let port = redirect.port.map(|port| format!(":{port}")).unwrap_or_default();
    let path = part("replaceFullPath").or_else(|| part("replacePrefixMatch")).unwrap_or_default();
    format!("{scheme}{}{port}{path}", redirect.hostname)
}
