//! Lists over several namespaces, and over those that are allowed where all are not.

use std::time::Duration;

use futures::StreamExt;

use super::bodies::*;
use super::canned::*;
use crate::kinds;
use crate::model::{Delta, Query, Scope, SourceId};
use crate::source::Source;

const REVIEW: &str = "POST selfsubjectaccessreviews";
const EVERYWHERE: &str = "v1/leases";
const NAMESPACES: &str = "/api/v1/namespaces?";

fn proto(version: u64, names: &[&str]) -> Answer {
    Answer::new(PROTO, proto_list(version, "", names))
}

fn quiet() -> Answer {
    Answer::new(PROTO, "").then(Chunk::Stall)
}

fn refused() -> Answer {
    Answer::status(403, "no")
}

fn names(names: &[&str], more: u32) -> Answer {
    let items: Vec<_> = names.iter().map(|name| serde_json::json!({"metadata": {"name": name}})).collect();
    Answer::new(JSON, serde_json::json!({"metadata": {"remainingItemCount": more}, "items": items}).to_string())
}

fn review(allowed: bool) -> Answer {
    Answer::new(JSON, serde_json::json!({"status": {"allowed": allowed}}).to_string())
}

fn sorted(said: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = said.iter().map(String::as_str).collect();
    words.sort_unstable();
    words
}

#[tokio::test(start_paused = true)]
async fn where_all_are_refused_those_that_are_allowed_are_one_answer() {
    let server = Canned::default()
        .on(EVERYWHERE, refused())
        .on(NAMESPACES, names(&["a", "b", "c"], 38))
        .on(REVIEW, review(false))
        .on(REVIEW, review(true))
        .on(REVIEW, review(false))
        .on(REVIEW, review(true))
        .on("namespaces/a/leases limit", proto(10, &["a1", "a2"]))
        .on("namespaces/c/leases limit", Answer::late(30, PROTO, proto_list(11, "", &["c1"])))
        .on("namespaces/a/leases watch=1", quiet())
        .on(
            "namespaces/c/leases watch=1",
            Answer::new(PROTO, proto_event("ADDED", &lease("c2", 12))).then(Chunk::Stall),
        );
    let said = server.leases(None).await;
    assert_eq!(said[..3], ["reset", "reset", "2 of 41 namespaces: a c"], "{said:?}");
    let ready = said.iter().position(|word| word == "ready").unwrap();
    assert_eq!(sorted(&said[3..ready]), ["+a1", "+a2", "+c1", "7 more", "7 more"]);
    // No mark: there is no version of both.
    assert_eq!(said[ready + 1..], ["+c2"], "{said:?}");
    let reviews = server.asked().iter().filter(|url| url.contains("selfsubjectaccessreviews")).count();
    assert_eq!(reviews, 4, "the context's own and three that were listed");
}

#[tokio::test(start_paused = true)]
async fn a_relist_of_one_namespace_drops_no_row_of_the_other() {
    let gone = serde_json::json!({"kind": "Status", "code": 410, "message": "too old"});
    let server = Canned::default()
        .on("namespaces/a/leases limit", proto(10, &["a1", "a2"]))
        .on("namespaces/b/leases limit", proto(10, &["b1"]))
        .on("namespaces/a/leases watch=1", Answer::late(100, JSON, json_event("ERROR", &gone)))
        .on("namespaces/b/leases watch=1", quiet())
        .on("namespaces/a/leases limit", proto(20, &["a2", "a3"]))
        .on("namespaces/a/leases watch=1", quiet());
    let said = server.list(Scope::namespace("a,b"), None).await;
    let ready = said.iter().position(|word| word == "ready").unwrap();
    assert_eq!(sorted(&said[..ready])[..3], ["+a1", "+a2", "+b1"]);
    assert_eq!(said[ready + 1..], ["7 more", "+a2", "+a3", "-a1"], "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_refused_is_left_out_and_named() {
    let server = Canned::default()
        .on("namespaces/a/leases limit", proto(10, &["a1"]))
        .on("namespaces/b/leases limit", refused())
        .on("namespaces/a/leases watch=1", quiet());
    let said = server.list(Scope::namespace("a,b"), None).await;
    assert_eq!(sorted(&said), ["+a1", "1 of 2 namespaces: a", "7 more", "ready", "reset"]);
    let server = Canned::default().on("namespaces/a/leases", refused()).on("namespaces/b/leases", refused());
    assert_eq!(server.list(Scope::namespace("a,b"), None).await, ["reset", "1 of 2 namespaces: b", "denied: no"]);
}

#[tokio::test(start_paused = true)]
async fn rights_that_are_taken_away_take_the_rows_along() {
    let changed = proto_event("MODIFIED", &lease("b1", 11));
    let server = Canned::default()
        .on("namespaces/a/leases limit", proto(10, &["a1"]))
        .on("namespaces/b/leases limit", proto(10, &["b1"]))
        .on("namespaces/a/leases watch=1", quiet())
        .on("namespaces/b/leases watch=1", Answer::late(100, PROTO, changed).then(Chunk::Break))
        .on("namespaces/b/leases watch=1", refused())
        .on("namespaces/b/leases", refused());
    let said = server.list(Scope::namespace("a,b"), None).await;
    let ready = said.iter().position(|word| word == "ready").unwrap();
    let then = ["+b1", "every 15 s", "watched", "-b1", "1 of 2 namespaces: a"];
    assert_eq!(said[ready + 1..], then, "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_allowed_the_servers_words_stay() {
    let server = Canned::default()
        .on(EVERYWHERE, Answer::status(403, "leases is forbidden at the cluster scope"))
        .on(NAMESPACES, refused())
        .on(REVIEW, review(false));
    assert_eq!(server.leases(None).await, ["reset", "denied: leases is forbidden at the cluster scope"]);
}

#[tokio::test(start_paused = true)]
async fn namespaces_that_were_looked_at_are_tried_where_none_can_be_listed() {
    let server = Canned::default()
        .on("namespaces/shop/leases", refused())
        .on(EVERYWHERE, refused())
        .on(NAMESPACES, refused())
        // A server that tells nobody his rights: the lists themselves tell.
        .on(REVIEW, refused())
        .on(REVIEW, refused())
        .on("namespaces/default/leases limit", proto(10, &["d1"]))
        .on("namespaces/shop/leases limit", proto(10, &["s1"]))
        .on("namespaces/default/leases watch=1", quiet())
        .on("namespaces/shop/leases watch=1", quiet());
    let source = server.source();
    let kind = kinds::named("leases").unwrap();
    let query = |scope| Query::List { at: SourceId(0), kind, scope };
    said(source.open(query(Scope::namespace("shop")), None)).await;
    let said = said(source.open(query(Scope::all()), None)).await;
    assert_eq!(said[2], "2 namespaces: default shop");
    assert_eq!(sorted(&said[3..])[..2], ["+d1", "+s1"], "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_looked_at_joins_what_is_shown() {
    let server = Canned::default()
        .on(EVERYWHERE, refused())
        .on(NAMESPACES, refused())
        .on(REVIEW, review(true))
        .on("namespaces/default/leases limit", proto(10, &["d1"]))
        .on("namespaces/default/leases watch=1", quiet())
        .on("namespaces/shop/leases limit", proto(10, &["s1"]))
        .on("namespaces/shop/leases watch=1", quiet())
        .on(NAMESPACES, refused())
        .on(REVIEW, review(true))
        .on(REVIEW, review(true))
        .on("namespaces/default/leases limit", proto(10, &["d1"]))
        .on("namespaces/shop/leases limit", proto(10, &["s1"]))
        .on("namespaces/default/leases watch=1", quiet())
        .on("namespaces/shop/leases watch=1", quiet());
    let source = server.source();
    let query = |scope| Query::List { at: SourceId(0), kind: kinds::named("leases").unwrap(), scope };
    let mut all = source.open(query(Scope::all()), None);
    let first = said_within(&mut all, Duration::from_millis(100)).await;
    assert_eq!(first[1..], ["reset", "1 namespace: default", "7 more", "+d1", "ready"]);
    said(source.open(query(Scope::namespace("shop")), None)).await;
    let then = said_within(&mut all, Duration::from_millis(100)).await;
    assert_eq!(then[..2], ["reset", "2 namespaces: default shop"], "{then:?}");
    assert_eq!(sorted(&then)[..2], ["+d1", "+s1"]);
    // Looking there again changes nothing.
    said(source.open(query(Scope::namespace("shop")), None)).await;
    assert!(said_within(&mut all, Duration::from_millis(100)).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_outage_ends_the_whole_so_that_it_is_asked_anew() {
    let server = Canned::default()
        .on("namespaces/a/leases limit", proto(10, &["a1"]))
        .on("namespaces/b/leases limit", Answer::status(500, "no"))
        .on("namespaces/a/leases watch=1", quiet());
    let said = server.list(Scope::namespace("a,b"), None).await;
    assert_eq!(said.last().unwrap(), "offline: the server failed (500): no");
    assert!(!said.contains(&"ready".to_owned()));
}

/// A hundred lists at once would be no way to treat a server.
#[tokio::test(start_paused = true)]
async fn lists_of_many_namespaces_wait_for_each_other() {
    let all: Vec<String> = (10..40).map(|i| format!("n{i}")).collect();
    let server = Canned::default().silent("limit");
    let server = (0..7).fold(server, |server, _| server.silent("limit"));
    let kind = kinds::named("leases").unwrap();
    let query = Query::List { at: SourceId(0), kind, scope: Scope::namespace(all.join(",")) };
    let mut stream = server.source().open(query, None);
    said_within(&mut stream, Duration::from_millis(20)).await;
    assert_eq!(server.asked().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn requests_bytes_and_watches_are_counted() {
    let body = proto_list(10, "", &["a", "b"]);
    let length = body.len();
    let server = Canned::default().on("limit", Answer::new(PROTO, body)).on("watch=1", quiet());
    let source = server.source();
    let query = |kind| Query::List { at: SourceId(0), kind, scope: Scope::all() };
    let mut leases = source.open(query(kinds::named("leases").unwrap()), None);
    said_within(&mut leases, Duration::from_millis(100)).await;
    let mut meter = source.open(query((&kinds::program::itself::METER).into()), None);
    let mut figures = async || loop {
        if let Some(Ok(Delta::Upsert(row))) = meter.next().await {
            let texts = row.cells.iter().map(|cell| cell.to_text(Default::default()));
            return (texts.skip(2).collect::<Vec<_>>(), row.cells[4].clone());
        }
    };
    let (texts, bytes) = figures().await;
    assert_eq!(texts[..2], ["2", "1"], "{texts:?}");
    assert_eq!(bytes, crate::model::Cell::Bytes(length as u64));
    drop(leases);
    assert_eq!(figures().await.0[..2], ["2", "0"], "a watch that is left is closed");
    said(source.open(query(kinds::named("leases").unwrap()), None)).await;
    let (texts, _) = figures().await;
    assert_eq!(texts[0], "3");
    assert!(texts[4].ends_with("ago: the server failed (500): not in the script"), "{texts:?}");
}
