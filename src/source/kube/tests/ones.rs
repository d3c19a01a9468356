//! One object: looked at, written, gone.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};

use super::bodies::json_event;
use super::canned::*;
use crate::kinds;
use crate::model::{Delta, Error, Id, Patch, Query, Reply, Request, SourceId, What};
use crate::source::Source;

fn id(name: &str) -> Id {
    Id::new(SourceId(0), kinds::named("leases").unwrap(), "shop", name)
}

fn object(version: u64, spec: &str) -> Value {
    json!({"metadata": {"name": "a", "resourceVersion": version.to_string(), "managedFields": []}, "spec": spec})
}

/// The words of the question for all objects of this name.
const ALONE: &str = "leases?fieldSelector=metadata.name%3Da";

/// A list of at most one object.
fn alone(version: u64, items: &[Value]) -> Answer {
    let list = json!({"metadata": {"resourceVersion": version.to_string()}, "items": items});
    Answer::new(JSON, list.to_string())
}

async fn one(server: &Canned, name: &str, secs: u64) -> Vec<String> {
    let mut stream = server.source().open(Query::One { id: id(name) }, None);
    said_within(&mut stream, Duration::from_secs(secs)).await
}

#[tokio::test(start_paused = true)]
async fn an_object_is_read_and_followed() {
    let events = [
        json_event("MODIFIED", &object(6, "two")),
        json_event("BOOKMARK", &object(8, "")),
        json_event("DELETED", &object(9, "two")),
    ];
    let server = Canned::default()
        .on(ALONE, alone(7, &[object(5, "one")]))
        .on("watch=1 fieldSelector=metadata.name%3Da", Answer::new(JSON, events.concat()).then(Chunk::Stall));
    assert_eq!(one(&server, "a", 1).await, [r#"="one""#, "mark 7", r#"="two""#, "nothing", "mark 9"]);
    assert!(server.asked()[1].ends_with("resourceVersion=7"), "the object's own version may be forgotten");
}

/// What one answer says of the object, whole.
async fn whole(server: &Canned, id: Id) -> Value {
    let mut stream = server.source().open(Query::One { id }, None);
    match stream.next().await {
        Some(Ok(Delta::Body(Some(body)))) => Arc::unwrap_or_clone(body),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_of_a_list_is_told_as_the_object_alone() {
    let kind = "coordination.k8s.io/v1";
    let list = json!({"kind": "LeaseList", "apiVersion": kind, "metadata": {"resourceVersion": "7"},
        "items": [object(5, "one")]});
    let typed = whole(&Canned::default().on(ALONE, Answer::new(JSON, list.to_string())), id("a")).await;
    assert_eq!((typed["kind"].as_str(), typed["apiVersion"].as_str()), (Some("Lease"), Some(kind)));
    let mut custom = object(5, "one");
    custom["kind"] = "Storm".into();
    let list = json!({"kind": "LeaseList", "apiVersion": kind, "metadata": {}, "items": [custom]});
    let own = whole(&Canned::default().on(ALONE, Answer::new(JSON, list.to_string())), id("a")).await;
    assert_eq!((own["kind"].as_str(), own.get("apiVersion")), (Some("Storm"), None), "what it says stays");
}

#[tokio::test(start_paused = true)]
async fn names_that_mean_something_in_a_selector_are_escaped() {
    let server = Canned::default();
    one(&server, r"a=b,c\d", 1).await;
    assert!(
        server.asked()[0].ends_with("?fieldSelector=metadata.name%3Da%5C%3Db%5C%2Cc%5C%5Cd"),
        "{:?}",
        server.asked()
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_410_it_is_listed_again_and_not_at_once() {
    let gone = || Answer::status(410, "too old resource version");
    let server = (0..9)
        .fold(Canned::default(), |server, n| server.on("watch=1", gone()).on(ALONE, alone(7 + n, &[object(5, "one")])));
    one(&server, "a", 1).await;
    let asked = server.asked().len();
    assert!((4..=16).contains(&asked), "{asked} requests before a pause of a second");
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_list_it_is_read_and_watched_without_a_version() {
    let events = [json_event("ADDED", &object(5, "one")), json_event("MODIFIED", &object(6, "two"))];
    for refusal in [Answer::status(403, "no"), Answer::status(405, "no"), Answer::status(400, "unknown field label")] {
        let server = Canned::default()
            .on("watch=1", Answer::new(JSON, events.concat()).then(Chunk::Stall))
            .on(ALONE, refusal)
            .on("/leases/a", Answer::new(JSON, object(5, "one").to_string()));
        assert_eq!(one(&server, "a", 1).await, [r#"="one""#, r#"="one""#, r#"="two""#, "mark 6"]);
        let asked = server.asked();
        assert!(asked[1].ends_with("/leases/a") && !asked[2].contains("resourceVersion"), "{asked:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_knows_no_selector_tells_of_others_as_well() {
    let mut other = object(9, "other");
    other["metadata"]["name"] = "b".into();
    let events =
        [json_event("MODIFIED", &other), json_event("DELETED", &other), json_event("MODIFIED", &object(10, "two"))];
    let server = Canned::default()
        .on("watch=1", Answer::new(JSON, events.concat()).then(Chunk::Stall))
        .on(ALONE, alone(8, &[other.clone(), object(5, "one")]));
    assert_eq!(one(&server, "a", 1).await, [r#"="one""#, "mark 8", r#"="two""#, "mark 10"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_named_by_the_server() {
    let server =
        Canned::default().on(ALONE, alone(8, &[])).on("/leases/a", Answer::status(404, "leases \"a\" not found"));
    assert_eq!(one(&server, "a", 1).await, ["gone: leases \"a\" not found"]);
}

#[tokio::test(start_paused = true)]
async fn a_row_within_an_object_stands_for_the_object() {
    let server = Canned::default().silent("metadata.name%3Da&").on(ALONE, alone(5, &[object(5, "one")]));
    let mut stream = server.source().open(Query::One { id: id("a").part("part") }, None);
    assert_eq!(said_within(&mut stream, Duration::from_secs(1)).await, [r#"="one""#, "mark 5"]);
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_watch_it_is_read_again() {
    let server = Canned::default()
        .on("watch=1", Answer::status(403, "no"))
        .on(ALONE, alone(5, &[object(5, "one")]))
        .on("/leases/a", Answer::new(JSON, object(6, "two").to_string()))
        .on("/leases/a", Answer::status(404, "not found"));
    assert_eq!(one(&server, "a", 16).await, [r#"="one""#, "mark 5", "every 15 s", r#"="two""#, "gone: not found"]);
}

async fn call(server: &Canned, what: What, dry: bool) -> Result<Reply, Error> {
    server.source().call(Request { dry, ..Request::new(id("a"), what) }).await
}

#[tokio::test(start_paused = true)]
async fn requests_are_sent_once_and_as_the_api_wants_them() {
    let body = || Box::new(object(5, "one"));
    let path = "/apis/coordination.k8s.io/v1/namespaces/shop/leases";
    let (whole, part) = ("fieldManager=spyhop-edit&fieldValidation=Strict", "fieldManager=spyhop-edit");
    let applied = "fieldManager=spyhop&fieldValidation=Strict";
    for (what, url) in [
        (What::Get, format!("{path}/a")),
        (What::Create(body()), format!("POST {path}?{whole}&dryRun=All")),
        (What::Replace(body()), format!("PUT {path}/a?{whole}&dryRun=All")),
        (What::Apply { body: body(), force: false }, format!("PATCH {path}/a?{applied}&dryRun=All")),
        (What::Patch(Box::new(Patch::Merge(*body()))), format!("PATCH {path}/a?{part}&dryRun=All")),
        (What::Delete { grace: None, propagation: None }, format!("DELETE {path}/a?dryRun=All")),
    ] {
        let server = Canned::default().on("leases", Answer::new(JSON, object(6, "two").to_string()));
        assert_eq!(call(&server, what.clone(), true).await.unwrap().body["spec"], "two");
        assert_eq!(server.asked(), [url]);
        let busy = Canned::default().on("leases", Answer::status(409, "somebody was faster"));
        assert_eq!(call(&busy, what, false).await, Err(Error::Conflict("somebody was faster".into())));
        assert_eq!(busy.asked().len(), 1);
    }
}
