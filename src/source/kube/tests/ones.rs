//! One object: looked at, written, gone.

use std::time::Duration;

use serde_json::{Value, json};

use super::bodies::json_event;
use super::canned::*;
use crate::kinds;
use crate::model::{Error, Id, Patch, Query, Reply, Request, SourceId, What};
use crate::source::Source;

fn id(name: &str) -> Id {
    Id { at: SourceId(0), kind: kinds::named("leases").unwrap(), namespace: "shop".into(), name: name.into() }
}

fn object(version: u64, spec: &str) -> Value {
    json!({"metadata": {"name": "a", "resourceVersion": version.to_string(), "managedFields": []}, "spec": spec})
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
        .on("/leases/a", Answer::new(JSON, object(5, "one").to_string()))
        .on("watch=1 fieldSelector=metadata.name%3Da", Answer::new(JSON, events.concat()).then(Chunk::Stall));
    assert_eq!(one(&server, "a", 1).await, [r#"="one""#, r#"="two""#, "nothing", "mark 9"]);
    assert!(server.asked()[1].ends_with("resourceVersion=5"));
}

#[tokio::test(start_paused = true)]
async fn a_row_within_an_object_stands_for_the_object() {
    let server = Canned::default().on("/leases/a", Answer::new(JSON, object(5, "one").to_string()));
    assert_eq!(one(&server.silent("metadata.name%3Da&"), "a/part", 1).await, [r#"="one""#]);
}

#[tokio::test(start_paused = true)]
async fn without_the_right_to_watch_it_is_read_again() {
    let server = Canned::default()
        .on("watch=1", Answer::status(403, "no"))
        .on("/leases/a", Answer::new(JSON, object(5, "one").to_string()))
        .on("/leases/a", Answer::new(JSON, object(6, "two").to_string()))
        .on("/leases/a", Answer::status(404, "not found"));
    assert_eq!(one(&server, "a", 16).await, [r#"="one""#, r#"="two""#, "gone: not found"]);
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
