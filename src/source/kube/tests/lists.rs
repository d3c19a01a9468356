//! Lists and watches against servers as they are and as they should not be.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use tokio::time::timeout_at;

use super::bodies::*;
use super::canned::*;
use crate::model::{Part, Query, Scope, SourceId};
use crate::source::Source;

fn proto(version: u64, next: &str, names: &[&str]) -> Answer {
    Answer::new(PROTO, proto_list(version, next, names))
}

fn watch(events: &[(&str, &str, u64)]) -> Answer {
    let frames: Vec<u8> = events.iter().flat_map(|(kind, name, at)| proto_event(kind, &lease(name, *at))).collect();
    Answer::new(PROTO, frames)
}

fn quiet() -> Answer {
    watch(&[]).then(Chunk::Stall)
}

fn expired() -> Answer {
    let status = serde_json::json!({"kind": "Status", "code": 410, "message": "too old resource version"});
    Answer::new(JSON, json_event("ERROR", &status))
}

#[tokio::test(start_paused = true)]
async fn the_page_fills_the_time_until_the_list_is_there() {
    let server = Canned::default()
        .on("limit", proto(12, "more", &["a", "b"]))
        .on("resourceVersion=0", Answer::late(100, PROTO, proto_list(11, "", &["a", "c"])))
        .on("watch=1", quiet());
    let page = ["reset", "7 more", "+a", "+b"];
    let list = ["7 more", "+a", "+c", "-b", "ready", "mark 11"];
    assert_eq!(server.leases(None).await, [page.as_slice(), list.as_slice()].concat());
    assert!(server.asked()[2].contains("watch=1&allowWatchBookmarks=true&resourceVersion=11"));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_late_is_not_waited_for() {
    let server = Canned::default()
        .on("limit", Answer::late(100, PROTO, proto_list(12, "more", &["b"])))
        .on("resourceVersion=0", proto(11, "", &["a"]))
        .on("watch=1", quiet());
    assert_eq!(server.leases(None).await, ["reset", "7 more", "+a", "ready", "mark 11"]);
}

#[tokio::test(start_paused = true)]
async fn metrics_are_asked_of_the_namespaces_that_are_looked_at() {
    let list = |name: &str| {
        let items = serde_json::json!([{"metadata": {"name": name, "namespace": "any"}, "containers": []}]);
        Answer::new(JSON, serde_json::json!({"kind": "PodMetricsList", "metadata": {}, "items": items}).to_string())
    };
    let server = Canned::default().on("namespaces/mail/pods", list("a")).on("namespaces/shop/pods", list("b"));
    let part = Part::Namespaces(["mail".into(), "shop".into()].into_iter().collect());
    let said = server.list_of(crate::kinds::named("podmetrics").unwrap(), Scope::all().part(part), None).await;
    assert_eq!(said, ["every 15 s", "reset", "+a", "+b", "ready"]);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_all_there_is_saves_the_list() {
    let server = Canned::default().on("limit", proto(10, "", &["a", "b"]));
    let server = server.on("watch=1", watch(&[("ADDED", "c", 12), ("DELETED", "a", 13)]).then(Chunk::Stall));
    assert_eq!(server.leases(None).await, ["reset", "7 more", "+a", "+b", "ready", "mark 10", "+c", "-a", "mark 13"]);
    assert!(server.asked()[1].contains("watch=1&allowWatchBookmarks=true&resourceVersion=10"));
}

#[tokio::test(start_paused = true)]
async fn recorded_bodies_are_understood() {
    let server = Canned::default()
        .on("limit", Answer::new(PROTO, LEASES))
        .on("resourceVersion=0", Answer::late(10, JSON, LEASES_JSON))
        .on("watch=1", Answer::new(PROTO, LEASES_WATCH).then(Chunk::Stall));
    let said = server.leases(None).await.join(" ");
    let page = "reset 19 more +fake-0 +fake-1 +fake-10 20 more +fake-0 +fake-1 -fake-10 ready mark ";
    assert!(said.starts_with(page), "{said}");
    assert!(said.ends_with(" +spare +spare -spare mark 29663"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_goes_on_where_it_was() {
    let server = Canned::default()
        .on("resourceVersion=5", watch(&[("MODIFIED", "a", 6), ("BOOKMARK", "", 9)]))
        .on("resourceVersion=9", watch(&[("ADDED", "b", 10)]).then(Chunk::Break))
        .on("resourceVersion=10", quiet());
    assert_eq!(server.leases(Some("5")).await, ["mark 5", "+a", "mark 9", "+b", "mark 10"]);
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_version_lists_again_within_the_stream() {
    let gone = Answer::status(410, "too old resource version");
    for (forgotten, resumed) in [(expired(), ["mark 5"].as_slice()), (gone, &[])] {
        let server = Canned::default().on("resourceVersion=5", forgotten);
        let server = server.on("limit", proto(20, "more", &["a"])).silent("resourceVersion=0");
        let server = server.on("leases", proto(21, "", &["b"])).on("watch=1", quiet());
        let page = ["reset", "7 more", "+a"];
        let list = ["7 more", "+b", "-a", "ready", "mark 21"];
        assert_eq!(server.leases(Some("5")).await, [resumed, page.as_slice(), list.as_slice()].concat());
        assert!(!server.asked()[2].contains("resourceVersion=0"), "a list after 410 must not be older");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_knows_only_json_is_read_as_json() {
    let json = Answer::new(JSON, json_list(10, "", &["a", "b"]));
    let events = [json_event("ADDED", &json_lease("c", 11)), json_event("DELETED", &json_lease("b", 12))].concat();
    let server = Canned::default().on("limit", json).silent("resourceVersion=0");
    let server = server.on("watch=1", Answer::new(JSON, events).then(Chunk::Stall));
    assert_eq!(server.leases(None).await, ["reset", "7 more", "+a", "+b", "ready", "mark 10", "+c", "-b", "mark 12"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_cut_in_half_is_read_in_pages() {
    let mut half = proto_list(10, "", &["a", "b", "c"]);
    half.truncate(half.len() / 2);
    for end in [Chunk::Break, Chunk::Bytes(Vec::new())] {
        let server = Canned::default()
            .on("limit", Answer::late(60, PROTO, ""))
            .on("resourceVersion=0", Answer::new(PROTO, half.clone()).then(end))
            .on("continue=token", proto(10, "", &["c"]))
            .on("limit", proto(10, "token", &["a", "b"]))
            .on("watch=1", quiet());
        let said = server.leases(None).await;
        let last = ["reset", "7 more", "+a", "+b", "7 more", "+c", "ready", "mark 10"];
        assert!(said.ends_with(&last.map(str::to_owned)), "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_end_the_stream_with_what_the_user_can_do() {
    for (status, word) in [
        (401, "login needed: the server does not know who you are: no"),
        (403, "denied: no"),
        (404, "gone: no"),
        (406, "unsupported: no"),
        (422, "invalid: no"),
        (429, "offline: the server is busy: no (retry after 7 s)"),
        (500, "offline: the server failed (500): no"),
    ] {
        let no = Answer::status(status, "no");
        let server = Canned::default().on("limit", no);
        let said = server.list(Scope::namespace("shop"), None).await;
        assert_eq!(said[0], "reset");
        assert_eq!(said[1], word);
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_left_alone_for_as_long_as_it_asks() {
    let server = Canned::default().on("limit", Answer::status(429, "no")).on("limit", proto(10, "", &["a"]));
    let kind = crate::kinds::named("leases").unwrap();
    let query = Query::List { at: SourceId(0), kind, scope: Scope::all() };
    let source = server.source();
    said(source.open(query.clone(), None)).await;
    let start = tokio::time::Instant::now();
    let mut again = source.open(query, None);
    said_within(&mut again, Duration::from_secs(8)).await;
    assert_eq!(server.asked().len(), 3);
    assert!(start.elapsed() >= Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_watch_the_list_is_asked_again() {
    let server = Canned::default()
        .on("watch=1", Answer::status(403, "no watching"))
        .on("leases", proto(6, "", &["a"]))
        .on("leases", proto(7, "", &["b"]));
    let kind = crate::kinds::named("leases").unwrap();
    let query = Query::List { at: SourceId(0), kind, scope: Scope::all() };
    let mut stream = server.source().open(query, Some("5".into()));
    let said = said_within(&mut stream, Duration::from_secs(20)).await;
    let again = ["reset", "7 more", "+b", "ready"];
    assert_eq!(said[..5], ["every 15 s", "reset", "7 more", "+a", "ready"]);
    assert_eq!(said[5..9], again);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_hangs_is_noticed() {
    let server = Canned::default().silent("limit").silent("resourceVersion=0").silent("/version");
    let kind = crate::kinds::named("leases").unwrap();
    let query = Query::List { at: SourceId(0), kind, scope: Scope::all() };
    let mut stream = server.source().open(query, None);
    let start = tokio::time::Instant::now();
    let said = said_within(&mut stream, Duration::from_secs(100)).await;
    assert_eq!(said, ["reset", "offline: no answer from http://127.0.0.1 for 15 s"]);
    assert_eq!(start.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_waited_for_while_the_server_lives() {
    let mut server = Canned::default().silent("limit");
    server = server.on("resourceVersion=0", proto(10, "", &[]).then(Chunk::Stall));
    for _ in 0..10 {
        server = server.on("/version", Answer::new(JSON, "{}"));
    }
    let kind = crate::kinds::named("leases").unwrap();
    let query = Query::List { at: SourceId(0), kind, scope: Scope::all() };
    let mut stream = server.source().open(query, None);
    let said = said_within(&mut stream, Duration::from_secs(100)).await;
    assert!(said.last().unwrap().contains("does not answer (60 s)"), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_says_nothing_is_opened_anew() {
    let mut server = Canned::default().on("watch=1", quiet()).on("watch=1", watch(&[("ADDED", "a", 6)]));
    for _ in 0..20 {
        server = server.on("/version", Answer::new(JSON, "{}"));
    }
    let server = server.on("watch=1", quiet());
    let kind = crate::kinds::named("leases").unwrap();
    let query = Query::List { at: SourceId(0), kind, scope: Scope::all() };
    let mut stream = server.source().open(query, Some("5".into()));
    assert_eq!(said_within(&mut stream, Duration::from_secs(160)).await[..3], ["mark 5", "+a", "mark 6"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ends_every_watch_at_once_is_not_hammered() {
    let server = Canned::default().on("watch=1", watch(&[]));
    assert_eq!(server.leases(Some("5")).await, ["mark 5", "offline: the server closes every watch immediately"]);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_changes_hands_goes() {
    let server = Canned::default().on("watch=1", watch(&[("MODIFIED", "a", 6)]).then(Chunk::Stall));
    assert_eq!(server.list(Scope::all().owner("somebody"), Some("5")).await, ["mark 5", "-a", "mark 6"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_forgets_every_version_is_not_listed_back_to_back() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let source = source_by(move |url| {
        count.fetch_add(1, Ordering::Relaxed);
        Some(if url.contains("watch=1") { expired() } else { proto(20, "", &["a"]) })
    });
    let query = Query::List { at: SourceId(0), kind: crate::kinds::named("leases").unwrap(), scope: Scope::all() };
    let mut stream = source.open(query, None);
    let until = tokio::time::Instant::now() + Duration::from_secs(60);
    while timeout_at(until, stream.next()).await.is_ok() {}
    let asked = asked.load(Ordering::Relaxed);
    assert!((10..=50).contains(&asked), "{asked} requests in a minute");
}

#[tokio::test(start_paused = true)]
async fn pages_that_go_round_in_circles_are_an_error() {
    let page = || Answer::new(JSON, r#"{"metadata": {"resourceVersion": "5", "continue": "x"}, "items": []}"#);
    let source = source_by(move |_| Some(page()));
    let query = Query::List { at: SourceId(0), kind: crate::kinds::named("podmetrics").unwrap(), scope: Scope::all() };
    let said = said(source.open(query, None)).await;
    assert!(said.last().unwrap().contains("the same page"), "{said:?}");
}

/// What a watch has told may be newer than what a server's cache holds.
#[tokio::test(start_paused = true)]
async fn feeds_of_routes_do_not_go_back_in_time_after_a_410() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = asked.clone();
    let source = source_by(move |url| {
        let watches = url.contains("watch=1");
        heard.lock().unwrap().push(url);
        let list = r#"{"metadata": {"resourceVersion": "5"}, "items": []}"#;
        Some(if watches { expired() } else { Answer::new(JSON, list) })
    });
    let query = Query::List { at: SourceId(0), kind: crate::kinds::named("routes").unwrap(), scope: Scope::all() };
    said_within(&mut source.open(query, None), Duration::from_secs(5)).await;
    let asked = asked.lock().unwrap();
    let lists = |path: &str| asked.iter().filter(|url| url.starts_with(path) && !url.contains("watch=1")).count();
    let from_cache = |path: &str| asked.iter().filter(|url| **url == format!("{path}?resourceVersion=0")).count();
    for path in ["/api/v1/services", "/apis/networking.k8s.io/v1/ingresses"] {
        assert!(lists(path) > 1, "{path}: {asked:?}");
        assert_eq!(from_cache(path), 1, "{path}: {asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_items_is_no_list() {
    for body in ["{}", r#"{"kind": "Status", "status": "Success"}"#, r#"{"metadata": {"resourceVersion": "3"}}"#] {
        let server = Canned::default().on("limit", Answer::new(JSON, body)).on("leases", Answer::new(JSON, body));
        let said = server.leases(None).await;
        assert!(said.last().is_some_and(|last| last.contains("it is not a list")), "{body}: {said:?}");
    }
    let server =
        Canned::default().on("limit", Answer::new(JSON, r#"{"metadata": {"resourceVersion": "3"}, "items": null}"#));
    assert_eq!(server.leases(None).await[..2], ["reset", "ready"]);
}

#[tokio::test(start_paused = true)]
async fn named_objects_are_read_one_by_one() {
    let lease = |name: &str| format!(r#"{{"metadata": {{"name": "{name}", "namespace": "shop"}}}}"#);
    let server = Canned::default()
        .on("leases/a%2C%3D", Answer::new(JSON, lease("a,=")))
        .on("leases/b", Answer::status(404, "not found"))
        .on("leases/c", Answer::new(JSON, lease("c")));
    let names = ["a,=", "b", "c"].map(crate::model::Str::from);
    let said = server.list(Scope::namespace("shop").part(Part::Names(names.into())), None).await;
    assert_eq!(said[..5], ["every 15 s", "reset", "+a,=", "+c", "ready"]);
    assert!(
        server
            .asked()
            .iter()
            .take(3)
            .all(|url| url.starts_with("/apis/coordination.k8s.io/v1/namespaces/shop/leases/"))
    );
}
