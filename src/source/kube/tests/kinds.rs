//! Discovery, short and long.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::canned::*;
use crate::model::{Delta, Door, Found, Query, SourceId};
use crate::source::Source;
use futures::StreamExt;

fn resource(name: &str, kind: &str, verbs: &[&str]) -> serde_json::Value {
    json!({"resource": name, "responseKind": {"group": "", "version": "", "kind": kind}, "scope": "Namespaced",
        "singularResource": kind.to_lowercase(), "verbs": verbs, "shortNames": ["x"],
        "subresources": [{"subresource": "status", "verbs": ["get"]}]})
}

fn group(name: &str, versions: &[(&str, &str, Vec<serde_json::Value>)]) -> serde_json::Value {
    let versions: Vec<_> = versions
        .iter()
        .map(|(version, freshness, resources)| json!({"version": version, "resources": resources, "freshness": freshness}))
        .collect();
    json!({"metadata": {"name": name}, "versions": versions})
}

fn groups(items: &[serde_json::Value]) -> Answer {
    Answer::new(JSON, json!({"kind": "APIGroupDiscoveryList", "items": items}).to_string())
}

fn core() -> Answer {
    groups(&[json!({"metadata": {}, "versions": [{"version": "v1", "resources": [
        resource("widgets", "Widget", &["list", "watch"]), resource("bindings", "Binding", &["create"])]}]})])
}

async fn found(server: &Canned, wait: u64) -> Vec<Found> {
    let mut stream = server.source().open(Query::Kinds { at: SourceId(0) }, None);
    let mut all = Vec::new();
    while let Ok(Some(delta)) = timeout(Duration::from_secs(wait), stream.next()).await {
        match delta {
            Ok(Delta::Found(found)) => all.push(*found),
            other => panic!("{other:?}"),
        }
    }
    all
}

fn names(found: &Found) -> Vec<String> {
    found.kinds.iter().map(|kind| format!("{}/{}", kind.address.version, kind.name)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_short_way_takes_two_requests() {
    let leases = || resource("leases", "Lease", &["list", "watch"]);
    let metrics = resource("loads", "Load", &["list"]);
    let server = Canned::default()
        .on("/version", Answer::new(JSON, r#"{"gitVersion":"v1.36.2"}"#))
        .on(
            "/apis",
            groups(&[
                group("coordination.k8s.io", &[("v2", "Current", vec![leases()]), ("v1", "Current", vec![leases()])]),
                group("metrics.x", &[("v1beta1", "Stale", vec![metrics])]),
            ]),
        )
        .on("/api", core())
        .silent("customresourcedefinitions");
    let found = found(&server, 1).await;
    assert_eq!(found[0].version, "v1.36.2");
    assert_eq!(names(&found[0]), ["v1/widgets", "v1/leases", "v1beta1/loads"], "the version we can read wins");
    assert_eq!(found[0].broken, ["metrics.x/v1beta1: its server does not answer"]);
    assert!(matches!(found[0].kinds[0].door, Door::Table(_)));
    assert!(matches!(found[0].kinds[2].door, Door::TablePoll(_)));
}

#[tokio::test(start_paused = true)]
async fn old_servers_are_asked_group_by_group() {
    let list = |names: &[&str]| {
        let resource = |name: &&str| json!({"name": name, "kind": "K", "namespaced": true, "verbs": ["list", "watch"]});
        let resources: Vec<_> = names.iter().map(resource).collect();
        Answer::new(JSON, json!({"kind": "APIResourceList", "resources": resources}).to_string())
    };
    let versions = json!([{"groupVersion": "g/v1"}, {"groupVersion": "g/v2"}]);
    let groups = json!({"groups": [{"versions": versions, "preferredVersion": {"groupVersion": "g/v2"}},
        {"versions": [{"groupVersion": "down/v1"}], "preferredVersion": {"groupVersion": "down/v1"}}]});
    let server = Canned::default()
        .on("/version", Answer::status(403, "no"))
        .on("/apis/g/v1", list(&["olds", "news"]))
        .on("/apis/g/v2", list(&["news", "news/status"]))
        .on("/apis/down/v1", Answer::status(503, "no endpoints"))
        .on("/api/v1", list(&["gadgets"]))
        .on("/apis", Answer::new(JSON, groups.to_string()))
        .on("/api", Answer::new(JSON, r#"{"kind":"APIVersions","versions":["v1"]}"#))
        .silent("customresourcedefinitions");
    let found = found(&server, 1).await;
    assert_eq!(names(&found[0]), ["v1/gadgets", "v2/news", "v1/olds"]);
    assert_eq!(found[0].broken, ["down/v1: the server failed (503): no endpoints (retry after 7 s)"]);
    assert_eq!(found[0].version, "");
}

#[tokio::test(start_paused = true)]
async fn a_new_definition_is_found_and_an_unchanged_answer_is_not_said_again() {
    let definitions = || Answer::new(JSON, r#"{"metadata":{"resourceVersion":"7"}}"#);
    let change = Answer::late(1000, JSON, "{}").then(Chunk::Stall);
    let more =
        groups(&[group("acme.io", &[("v1", "Current", vec![resource("rockets", "Rocket", &["list", "watch"])])])]);
    let server = Canned::default()
        .on("/version", Answer::status(403, "no"))
        .on("customresourcedefinitions?limit=1", definitions())
        .on("customresourcedefinitions?watch=1&resourceVersion=7", change)
        .on("/apis", groups(&[]).tagged("one"))
        .on("/api", core())
        .on("/apis", Answer::status(304, "").tagged("one"))
        .on("/api", core())
        .on("/apis", more.tagged("two"))
        .on("/api", core())
        .silent("/api");
    let found = found(&server, 65).await;
    assert_eq!(found.iter().map(|found| names(found).len()).collect::<Vec<_>>(), [1, 2]);
}
