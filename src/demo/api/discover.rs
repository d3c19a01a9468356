//! Discovery, both ways: all at once (`apidiscovery.k8s.io` v2, with a tag) and group by group. Version and health, too.

use std::hash::{DefaultHasher, Hash, Hasher};

use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{Either, Full};
use serde_json::{Value, json};

use super::ask::Ask;
use super::reply::{self, Answer, Reply};
use super::review::REVIEWS;
use crate::demo::refusal::Refusal;
use crate::demo::resources::{RESOURCES, Resource};

const AGGREGATED: HeaderValue =
    HeaderValue::from_static("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const MEASURED: &[&str] = &["get", "list"];

/// The answer to what is asked about the server itself; `None` for everything else.
pub fn answer(ask: &Ask) -> Option<Answer> {
    let words: Vec<&str> = ask.path.split('/').filter(|word| !word.is_empty()).collect();
    let found = match words.as_slice() {
        [] => Some(reply::json(
            &json!({"paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/readyz", "/version"]}),
        )),
        ["version"] => Some(reply::json(&version())),
        ["healthz" | "livez" | "readyz", ..] => Some(reply::bytes(reply::TEXT, "ok")),
        ["api"] if aggregated(ask) => Some(tagged(ask, &[""])),
        ["api"] => {
            Some(reply::json(&json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})))
        }
        ["apis"] if aggregated(ask) => Some(tagged(ask, &groups())),
        ["apis"] => Some(reply::json(&old_groups())),
        ["apis", group] => served(group).then(|| reply::json(&old_group(group, true))),
        ["api", version] => list("", version),
        ["apis", group, version] => list(group, version),
        _ => return None,
    };
    Some(match found {
        Some(_) if ask.method != Method::GET && ask.method != Method::HEAD => Err(Refusal::method()),
        Some(reply) => Ok(reply),
        None => Err(Refusal::no_such_place()),
    })
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "36", "gitVersion": "v1.36.0+spyhop.demo", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "2026-04-22T00:00:00Z", "goVersion": "", "compiler": "", "platform": "demo",
    })
}

fn aggregated(ask: &Ask) -> bool {
    ask.header(header::ACCEPT)
        .split(',')
        .any(|media| media.contains("as=APIGroupDiscoveryList") && media.contains("v=v2"))
}

/// Named groups, in the order of the table.
fn groups() -> Vec<&'static str> {
    let mut groups: Vec<&str> = Vec::new();
    for group in RESOURCES.iter().map(|resource| resource.group).chain(REVIEWS.iter().map(|review| review.group)) {
        if !group.is_empty() && !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

fn served(group: &str) -> bool {
    groups().contains(&group)
}

fn within<'a>(group: &'a str, version: Option<&'a str>) -> impl Iterator<Item = &'static Resource> + use<'a> {
    let fits = move |resource: &&Resource| resource.group == group && version.is_none_or(|v| resource.version == v);
    RESOURCES.iter().filter(fits)
}

fn versions(group: &str) -> Vec<&'static str> {
    let mut versions: Vec<&str> = Vec::new();
    let reviews = REVIEWS.iter().filter(|review| review.group == group).map(|review| review.version);
    for version in within(group, None).map(|resource| resource.version).chain(reviews) {
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    versions
}

pub fn verbs(resource: &Resource) -> &'static [&'static str] {
    if resource.is_measured() { MEASURED } else { VERBS }
}

/// What can be done with a part, and the kind that it speaks.
struct Part {
    name: &'static str,
    verbs: &'static [&'static str],
    kind: Option<(&'static str, &'static str, &'static str)>,
}

const STREAM: &[&str] = &["create", "get"];
const FIELD: &[&str] = &["get", "patch", "update"];

const PARTS: &[Part] = &[
    Part { name: "attach", verbs: STREAM, kind: Some(("", "v1", "PodAttachOptions")) },
    Part { name: "eviction", verbs: &["create"], kind: Some(("policy", "v1", "Eviction")) },
    Part { name: "exec", verbs: STREAM, kind: Some(("", "v1", "PodExecOptions")) },
    Part { name: "log", verbs: &["get"], kind: None },
    Part { name: "portforward", verbs: STREAM, kind: Some(("", "v1", "PodPortForwardOptions")) },
    Part { name: "scale", verbs: FIELD, kind: Some(("autoscaling", "v1", "Scale")) },
    Part { name: "status", verbs: FIELD, kind: None },
];

fn parts(resource: &Resource) -> impl Iterator<Item = &'static Part> {
    PARTS.iter().filter(|part| resource.has(part.name))
}

/// All at once, or nothing when it is what the asker knows.
fn tagged(ask: &Ask, groups: &[&str]) -> Reply {
    let items: Vec<Value> = groups.iter().map(|group| aggregate(group)).collect();
    let list = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items});
    let body = list.to_string();
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let tag = format!("\"{:016X}\"", hasher.finish());
    let mut reply = match ask.header(header::IF_NONE_MATCH) == tag {
        true => reply::with_status(Response::new(Either::Left(Full::default())), StatusCode::NOT_MODIFIED),
        false => reply::bytes(AGGREGATED, body),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        reply.headers_mut().insert(header::ETAG, tag);
    }
    reply.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    reply
}

fn aggregate(group: &str) -> Value {
    let versions: Vec<Value> = versions(group)
        .into_iter()
        .map(|version| {
            let resources = within(group, Some(version)).map(aggregate_one);
            let reviews = REVIEWS.iter().filter(|review| review.group == group).map(|review| {
                json!({"resource": review.plural, "responseKind": kind(group, version, review.kind), "scope": "Cluster",
                    "singularResource": review.kind.to_lowercase(), "verbs": ["create"]})
            });
            json!({"version": version, "resources": resources.chain(reviews).collect::<Vec<_>>(), "freshness": "Current"})
        })
        .collect();
    json!({"metadata": {"name": group, "creationTimestamp": null}, "versions": versions})
}

fn kind(group: &str, version: &str, kind: &str) -> Value {
    json!({"group": group, "version": version, "kind": kind})
}

fn aggregate_one(resource: &'static Resource) -> Value {
    let own = kind(resource.group, resource.version, resource.kind);
    let parts: Vec<Value> = parts(resource)
        .map(|part| {
            let kind = part.kind.map_or_else(|| own.clone(), |(group, version, name)| kind(group, version, name));
            json!({"subresource": part.name, "responseKind": kind, "verbs": part.verbs})
        })
        .collect();
    let mut one = json!({
        "resource": resource.plural, "responseKind": own, "scope": if resource.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": resource.singular, "verbs": verbs(resource),
    });
    if !resource.short.is_empty() {
        one["shortNames"] = json!(resource.short);
    }
    if !resource.categories().is_empty() {
        one["categories"] = json!(resource.categories());
    }
    if !parts.is_empty() {
        one["subresources"] = Value::Array(parts);
    }
    one
}

fn old_groups() -> Value {
    let groups: Vec<Value> = groups().into_iter().map(|group| old_group(group, false)).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

fn old_group(group: &str, alone: bool) -> Value {
    let version = |version: &str| json!({"groupVersion": format!("{group}/{version}"), "version": version});
    let versions: Vec<Value> = versions(group).into_iter().map(version).collect();
    let mut told = json!({"name": group, "versions": versions, "preferredVersion": versions[0]});
    if alone {
        told["kind"] = json!("APIGroup");
        told["apiVersion"] = json!("v1");
    }
    told
}

fn list(group: &str, version: &str) -> Option<Reply> {
    if !versions(group).contains(&version) {
        return None;
    }
    let place = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let resources: Vec<Value> = within(group, Some(version)).flat_map(old_resources).collect();
    let reviews = REVIEWS.iter().filter(|review| review.group == group).map(|review| {
        json!({"name": review.plural, "singularName": review.kind.to_lowercase(), "namespaced": false, "kind": review.kind,
            "verbs": ["create"]})
    });
    let all: Vec<Value> = resources.into_iter().chain(reviews).collect();
    Some(reply::json(&json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": place, "resources": all})))
}

/// A resource and its parts.
fn old_resources(resource: &'static Resource) -> Vec<Value> {
    let mut whole = json!({
        "name": resource.plural, "singularName": resource.singular, "namespaced": resource.namespaced,
        "kind": resource.kind, "verbs": verbs(resource),
    });
    if !resource.short.is_empty() {
        whole["shortNames"] = json!(resource.short);
    }
    if !resource.categories().is_empty() {
        whole["categories"] = json!(resource.categories());
    }
    let part = |part: &'static Part| {
        let mut told = json!({"name": format!("{}/{}", resource.plural, part.name), "singularName": "",
            "namespaced": resource.namespaced, "kind": resource.kind, "verbs": part.verbs});
        if let Some((group, version, kind)) = part.kind {
            told["kind"] = json!(kind);
            told["group"] = json!(group);
            told["version"] = json!(version);
        }
        told
    };
    std::iter::once(whole).chain(parts(resource).map(part)).collect()
}
