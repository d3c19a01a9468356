use http_body_util::BodyExt;

use super::*;
use crate::kinds;
use crate::model::{Id, Propagation, SourceId};

fn id() -> Id {
    let kind = kinds::named("deployments").unwrap();
    Id::new(SourceId(1), kind, "shop", "web")
}

/// Method and address, type of the body, body.
fn sent(request: Request) -> (String, String, Value) {
    let (head, body) = http(&request).unwrap().into_parts();
    let bytes = futures::executor::block_on(body.collect()).unwrap().to_bytes();
    let kind = head.headers.get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
    (format!("{} {}", head.method, head.uri), kind, serde_json::from_slice(&bytes).unwrap_or_default())
}

const WEB: &str = "/apis/apps/v1/namespaces/shop/deployments/web";

#[test]
fn requests_are_spelled_as_the_api_wants_them() {
    let body = || Box::new(json!({"metadata": {"name": "web"}}));
    let patch = |patch: fn(Value) -> Patch| What::Patch(Box::new(patch(*body())));
    let strict = "fieldManager=spyhop-edit&fieldValidation=Strict";
    let as_applied = "fieldManager=spyhop&fieldValidation=Strict";
    let applied = |force| What::Apply { body: body(), force };
    for (what, line, kind) in [
        (What::Get, format!("GET {WEB}"), ""),
        (What::Create(body()), format!("POST /apis/apps/v1/namespaces/shop/deployments?{strict}"), JSON),
        (What::Replace(body()), format!("PUT {WEB}?{strict}"), JSON),
        (applied(false), format!("PATCH {WEB}?{as_applied}"), APPLY),
        (applied(true), format!("PATCH {WEB}?{as_applied}&force=true"), APPLY),
        (patch(Patch::Merge), format!("PATCH {WEB}?fieldManager=spyhop-edit"), MERGE),
        (patch(Patch::Strategic), format!("PATCH {WEB}?fieldManager=spyhop-edit"), STRATEGIC),
    ] {
        let (sent_line, sent_kind, sent_body) = sent(Request::new(id(), what.clone()));
        assert_eq!((sent_line.as_str(), sent_kind.as_str()), (line.as_str(), kind));
        assert_eq!(sent_body, if what == What::Get { Value::Null } else { *body() });
        let (dry, ..) = sent(Request::new(id(), what.clone()).dry());
        assert_eq!(dry.ends_with("dryRun=All"), what.writes(), "{dry}");
    }
}

#[test]
fn deletions_carry_their_wishes() {
    let what = What::Delete { grace: Some(0), propagation: Some(Propagation::Foreground) };
    let (line, _, body) = sent(Request::new(id(), what).of("u1"));
    assert_eq!(line, format!("DELETE {WEB}"));
    let wishes = json!({"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "u1"},
        "gracePeriodSeconds": 0, "propagationPolicy": "Foreground"});
    assert_eq!(body, wishes);
    let (_, _, body) = sent(Request::new(id(), What::Delete { grace: None, propagation: None }));
    assert_eq!(body, json!({"kind": "DeleteOptions", "apiVersion": "v1"}));
    let (_, _, body) = sent(Request::new(id(), What::Delete { grace: None, propagation: None }).dry());
    assert_eq!(body["dryRun"], json!(["All"]));
}

#[test]
fn parts_have_paths_and_patches_carry_the_uid() {
    let patch = |patch: Patch| Request::new(id(), What::Patch(Box::new(patch))).of("u1");
    let (line, _, body) = sent(patch(Patch::Merge(json!({"spec": {"replicas": 3}}))).on("scale"));
    assert_eq!(line, format!("PATCH {WEB}/scale?fieldManager=spyhop-edit"));
    assert_eq!(body, json!({"spec": {"replicas": 3}, "metadata": {"uid": "u1"}}));
    let (_, kind, body) = sent(patch(Patch::Json(json!([{"op": "remove", "path": "/a"}]))));
    assert_eq!(kind, OPERATIONS);
    assert_eq!(body[0], json!({"op": "test", "path": "/metadata/uid", "value": "u1"}));
    assert_eq!(body[1], json!({"op": "remove", "path": "/a"}));
}

#[test]
fn warnings_are_read_once_each() {
    let mut headers = HeaderMap::new();
    for text in ["299 - \"spec.x is \\\"old\\\"\"", "299 - \"unknown field\"", "299 - \"unknown field\""] {
        headers.append(header::WARNING, text.parse().unwrap());
    }
    assert_eq!(warnings(&headers), ["spec.x is \"old\"", "unknown field"]);
}
