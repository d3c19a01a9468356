//! Which systems a cluster has, of servers that have one, two or none.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::canned::*;
use super::computed::{list, query, refused, said, server};
use crate::kinds;
use crate::model::{Id, Request, Scope, SourceId, What};
use crate::source::Source;

fn group(name: &str, version: &str, resources: &[(&str, &str)]) -> Value {
    let resource = |(plural, kind): &(&str, &str)| {
        json!({"resource": plural, "responseKind": {"group": "", "version": "", "kind": kind}, "scope": "Namespaced",
            "singularResource": kind.to_lowercase(), "verbs": ["list", "watch"]})
    };
    let resources: Vec<Value> = resources.iter().map(resource).collect();
    json!({"metadata": {"name": name}, "versions": [{"version": version, "freshness": "Current", "resources": resources}]})
}

fn groups(items: &Value) -> Option<Answer> {
    Some(Answer::new(JSON, json!({"kind": "APIGroupDiscoveryList", "items": items}).to_string()))
}

fn named(name: &str, ready: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "shop", "uid": name},
        "status": {"conditions": [{"type": "Ready", "status": ready}]}})
}

/// Flux with two kinds and Kyverno, whose kind may not be listed.
fn two(path: &str) -> Option<Answer> {
    let definition = json!({"metadata": {"name": "kustomizations.kustomize.toolkit.fluxcd.io",
        "labels": {"app.kubernetes.io/version": "v2.9.0"}}});
    match path {
        "/api" => groups(&json!([])),
        "/apis" => groups(&json!([
            group("kustomize.toolkit.fluxcd.io", "v1", &[("kustomizations", "Kustomization")]),
            group("source.toolkit.fluxcd.io", "v1", &[("gitrepositories", "GitRepository")]),
            group("kyverno.io", "v1", &[("clusterpolicies", "ClusterPolicy")]),
        ])),
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" => Some(list(7, &json!([definition]))),
        "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations" => {
            let items = [named("apps", "True"), named("infra", "False")];
            let metadata = json!({"resourceVersion": "7", "continue": "more", "remainingItemCount": 98});
            Some(Answer::new(JSON, json!({"metadata": metadata, "items": items}).to_string()))
        }
        "/apis/source.toolkit.fluxcd.io/v1/gitrepositories" => Some(list(7, &json!([named("fleet", "True")]))),
        "/apis/kyverno.io/v1/clusterpolicies" => Some(refused()),
        _ => None,
    }
}

/// The last that was said of each row.
fn last(mut told: Vec<String>) -> Vec<String> {
    let name = |word: &str| word.split(' ').next().unwrap_or_default().to_owned();
    told.reverse();
    let mut seen = std::collections::HashSet::new();
    told.retain(|word| seen.insert(name(word)));
    told.sort();
    told
}

#[tokio::test(start_paused = true)]
async fn a_system_is_told_with_its_worst_object_and_what_it_was_recognised_by() {
    let told = last(said(&mut server(two).open(query("landscape", Scope::all()), None)).await);
    let flux = "+/flux 1 failed (3 read) 101 2 v2.9.0 v1 kustomize.toolkit.fluxcd.io,source.toolkit.fluxcd.io bad";
    assert!(told.iter().any(|row| row == flux), "{told:?}");
    let kyverno = "+/kyverno may not be listed  1  v1 kyverno.io unknown";
    assert!(told.iter().any(|row| row == kyverno), "{told:?}");
    assert_eq!(told.iter().filter(|word| word.starts_with('+')).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_kinds_of_one_system_are_counted_and_no_others() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let source = server(move |path| {
        seen.lock().unwrap().push(path.to_owned());
        two(path)
    });
    let told = last(said(&mut source.open(query("kinds.landscape", Scope::all().owner("flux")), None)).await);
    let rows = [
        "+/gitrepositories well 1 flux GitRepository source.toolkit.fluxcd.io/v1 good",
        "+/kustomizations 1 failed (2 read) 100 flux Kustomization kustomize.toolkit.fluxcd.io/v1 bad",
    ];
    assert!(rows.iter().all(|row| told.iter().any(|word| word == row)), "{told:?}");
    let count = |end: &str| asked.lock().unwrap().iter().filter(|path| path.ends_with(end)).count();
    assert_eq!((count("clusterpolicies"), count("kustomizations")), (0, 1));
    // Whoever goes back to the systems does not ask again.
    let told = said(&mut source.open(query("landscape", Scope::all()), None)).await;
    assert!(told.iter().any(|word| word.starts_with("+/flux 1 failed (3 read)")), "{told:?}");
    assert_eq!((count("clusterpolicies"), count("kustomizations")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_any_system_is_asked_for_its_kinds_only() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let source = server(move |path| {
        seen.lock().unwrap().push(path.to_owned());
        groups(&json!([]))
    });
    let told = said(&mut source.open(query("landscape", Scope::all()), None)).await;
    assert_eq!(told.iter().filter(|word| word.starts_with(['+', '-'])).count(), 0, "{told:?}");
    assert!(told.iter().any(|word| word == "ready"), "{told:?}");
    let mut asked = asked.lock().unwrap().clone();
    asked.sort();
    asked.dedup();
    assert_eq!(asked, ["/api", "/apis"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_tells_each_kind_and_nothing_can_be_written() {
    let kind = kinds::named("landscape").unwrap();
    let source = server(two);
    let id = |name: &str| Id::new(SourceId(0), kind, "", name);
    let body = source.call(Request::new(id("flux"), What::Get)).await.unwrap().body;
    assert_eq!((&body["labelledVersion"], &body["kinds"][0]["bad"]), (&json!("v2.9.0"), &json!(1)), "{body}");
    assert!(source.call(Request::new(id("knative"), What::Get)).await.is_err());
    assert!(source.call(Request::new(id("flux"), What::Replace(Box::default()))).await.is_err());
}
