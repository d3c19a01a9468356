//! Helm releases, of servers that keep them in Secrets, in ConfigMaps, or from the user.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::canned::*;
use super::computed::{list, query, query_of, quiet, refused, said, server};
use crate::kinds;
use crate::kinds::helm::{charts, extracts, stored};
use crate::model::{Error, Id, KindRef, Part, Request, Scope, SourceId, What};
use crate::source::Source;

fn revision(namespace: &str, name: &str, number: u32, status: &str) -> Value {
    let labels =
        json!({"owner": "helm", "name": name, "status": status, "version": number.to_string(), "team": "blue"});
    json!({"metadata": {"name": stored::object(name, number), "namespace": namespace, "uid": format!("{namespace}-{name}-{number}"),
        "resourceVersion": "7", "creationTimestamp": "2026-01-01T00:00:00Z", "labels": labels}})
}

fn kept(version: &str) -> Value {
    let release = json!({"name": "web", "namespace": "shop", "version": 2, "config": {"password": "canary"},
        "info": {"description": "Upgrade complete"}, "chart": {"metadata": {"name": "nginx", "version": version, "appVersion": "1.29"}}});
    json!({"data": {"release": STANDARD.encode(stored::packed(&release))}})
}

fn helm(path: &str) -> Option<Answer> {
    let secrets = [
        revision("shop", "web", 10, "deployed"),
        revision("shop", "web", 9, "superseded"),
        revision("mail", "web", 1, "failed"),
        json!({"metadata": {"name": "unlike-any-release", "namespace": "shop", "labels": {"owner": "helm"}}}),
    ];
    match path {
        "/api/v1/secrets" => Some(list(7, &json!(secrets))),
        "/api/v1/configmaps" => Some(list(7, &json!([revision("shop", "web", 1, "pending-install")]))),
        "/api/v1/namespaces/shop/secrets" => Some(list(7, &json!(secrets[..2]))),
        "/api/v1/namespaces/shop/configmaps" => Some(list(7, &json!([]))),
        "/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v10" => {
            Some(Answer::new(JSON, kept("2.0.0").to_string()))
        }
        "/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v9" => Some(Answer::new(JSON, "{\"data\": null}")),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_is_its_latest_revision_whoever_keeps_it() {
    let mut stream = server(helm).open(query("releases", Scope::all()), None);
    let rows = ["+mail/web 1 failed bad", "+shop/web 10 deployed good", "+shop/web/configmaps 1 pending-install warn"];
    assert_eq!(said(&mut stream).await, [&["reset"][..], &rows, &["ready"]].concat());
    let mut history = server(helm).open(query("history", Scope::namespace("shop").owner("web")), None);
    let rows = ["+shop/web@10 web 10 deployed good", "+shop/web@9 web 9 superseded done"];
    assert_eq!(said(&mut history).await, [&["reset"][..], &rows, &["ready"]].concat());
    let labels = Scope::all().labels("team in (blue),status notin (failed,deployed)");
    let mut some = server(helm).open(query("releases", labels), None);
    assert_eq!(said(&mut some).await, ["reset", "+shop/web/configmaps 1 pending-install warn", "ready"]);
}

#[tokio::test(start_paused = true)]
async fn lists_bring_metadata_only() {
    let is_metadata = |form: &str| form.contains(";as=PartialObjectMetadata");
    let source = source_of(move |request| {
        let forms = request.headers()["accept"].to_str().unwrap();
        Some(match forms.split(',').all(is_metadata) {
            false => Answer::status(406, forms),
            true if request.uri().query().is_some_and(|query| query.contains("watch=1")) => quiet(),
            true => helm(request.uri().path()).unwrap(),
        })
    });
    for (kind, rows) in [("releases", 3), ("history", 4)] {
        let told = said(&mut source.open(query(kind, Scope::all()), None)).await;
        assert_eq!((told.len(), told.last().unwrap().as_str()), (rows + 2, "ready"), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_are_read_for_the_rows_that_are_looked_at() {
    let names = |names: &[&str]| Part::Names(names.iter().map(|name| (*name).into()).collect());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let source = server(move |path| {
        seen.lock().unwrap().push(path.to_owned());
        helm(path)
    });
    let scope = Scope::namespace("shop").part(names(&["web@10"]));
    let mut stream = source.open(query_of(KindRef(&charts::HISTORY), scope), None);
    assert_eq!(said(&mut stream).await, ["reset", "+shop/web@10 nginx-2.0.0 1.29 Upgrade complete unknown", "ready"]);
    let bodies = asked.lock().unwrap().iter().filter(|path| path.contains("sh.helm")).count();
    assert_eq!(bodies, 1);
    // One that cannot be read hides no other.
    let scope = Scope::namespace("shop").part(names(&["web@10", "web@9"]));
    let mut stream = source.open(query_of(KindRef(&charts::HISTORY), scope), None);
    let told = said(&mut stream).await;
    assert!(
        told.iter().any(|word| word.starts_with("+shop/web@9 unreadable  this release cannot be read")),
        "{told:?}"
    );
    let bodies = asked.lock().unwrap().iter().filter(|path| path.ends_with("web.v10")).count();
    assert_eq!(bodies, 1, "what was read is remembered");
}

#[tokio::test(start_paused = true)]
async fn a_page_shows_the_release_and_nothing_can_be_written() {
    let kind = kinds::named("releases").unwrap();
    let source = server(helm);
    let id = |name: &str| Id::new(SourceId(0), kind, "shop", name);
    let body = source.call(Request::new(id("web"), What::Get)).await.unwrap().body;
    assert_eq!((&body["chart"]["version"], &body["values"]["password"]), (&json!("2.0.0"), &json!("canary")));
    assert!(matches!(source.call(Request::new(id("gone"), What::Get)).await, Err(Error::Gone(_))));
    let write = Request::new(id("web"), What::Replace(Box::default()));
    assert!(matches!(source.call(write).await, Err(Error::Unsupported(_))));
}

#[tokio::test(start_paused = true)]
async fn two_revisions_are_read_together() {
    let source = server(|path| match path {
        "/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v9" => {
            Some(Answer::new(JSON, kept("1.0.0").to_string()))
        }
        path => helm(path),
    });
    let versions = async |name: &str| {
        let id = Id::new(SourceId(0), KindRef(&extracts::CHANGES), "shop", name);
        let body = source.call(Request::new(id, What::Get)).await?.body;
        Ok(["before", "after"].map(|side| body[side]["chart"]["version"].as_str().unwrap_or_default().to_owned()))
    };
    for (name, expected) in [
        ("web", ["1.0.0", "2.0.0"]),
        ("web@10", ["1.0.0", "2.0.0"]),
        ("web@9", ["", "1.0.0"]),
        ("web@10..9", ["2.0.0", "1.0.0"]),
    ] {
        let told: Result<_, Error> = versions(name).await;
        assert_eq!(told.unwrap(), expected, "{name}");
    }
    for gone in ["web@8", "web@9..11", "web@", "web@x", "other"] {
        assert!(matches!(versions(gone).await, Err(Error::Gone(_))), "{gone}");
    }
}

/// A release of four objects: one differs, one is missing, one may not be read, one is of a kind that no server has.
fn deployed(path: &str) -> Option<Answer> {
    let resource =
        |name: &str, kind: &str| json!({"name": name, "kind": kind, "namespaced": true, "verbs": ["get", "list"]});
    let object = |kind: &str, data: &str| json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "web"}, "data": {"a": data}});
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: '1'}\n---\n\
                    apiVersion: v1\nkind: Secret\nmetadata: {name: web, namespace: other}\ndata: {a: QQ==}\n---\n\
                    apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n---\n\
                    apiVersion: apps/v1/../v2\nkind: Deployment\nmetadata: {name: ../web}\n";
    let release = json!({"name": "web", "namespace": "shop", "version": 10, "manifest": manifest});
    match path {
        "/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v10" => {
            let body = json!({"data": {"release": STANDARD.encode(stored::packed(&release))}});
            Some(Answer::new(JSON, body.to_string()))
        }
        "/api/v1" => {
            let list = json!({"resources": [resource("configmaps", "ConfigMap"), resource("secrets", "Secret")]});
            Some(Answer::new(JSON, list.to_string()))
        }
        "/apis/apps/v1" => {
            let list = json!({"resources": [resource("deployments", "Deployment")]});
            Some(Answer::new(JSON, list.to_string()))
        }
        "/api/v1/namespaces/shop/configmaps/web" => Some(Answer::new(JSON, object("ConfigMap", "2").to_string())),
        "/api/v1/namespaces/other/secrets/web" => Some(refused()),
        "/apis/apps/v1/namespaces/shop/deployments/web" => {
            let status =
                json!({"kind": "Status", "reason": "NotFound", "details": {"name": "web"}, "message": "not found"});
            Some(Answer::status(404, &status.to_string()))
        }
        path => helm(path),
    }
}

#[tokio::test(start_paused = true)]
async fn objects_of_a_release_are_read_one_by_one_and_nothing_else_is_sent() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let source = server(move |path| {
        seen.lock().unwrap().push(path.to_owned());
        deployed(path)
    });
    let id = Id::new(SourceId(0), KindRef(&extracts::DRIFT), "shop", "web");
    let body = source.call(Request::new(id, What::Get)).await.unwrap().body;
    assert_eq!(body["before"]["revision"], 10);
    let live = body["after"]["manifest"].as_array().unwrap();
    assert_eq!(
        (live.len(), &live[0]["data"]["a"], &live[1..]),
        (4, &json!("2"), &[Value::Null, Value::Null, Value::Null][..])
    );
    let unread: Vec<&str> = body["unread"].as_array().unwrap().iter().map(|why| why.as_str().unwrap_or("")).collect();
    assert!(unread[1].contains("no") && unread[3].contains("no kind Deployment in apps/v1/../v2"), "{unread:?}");
    assert_eq!((unread[0], unread[2]), ("", ""));
    let mut objects: Vec<String> = asked.lock().unwrap().iter().filter(|path| path.contains("web")).cloned().collect();
    objects.sort();
    assert_eq!(
        objects,
        [
            "/api/v1/namespaces/other/secrets/web",
            "/api/v1/namespaces/shop/configmaps/web",
            "/api/v1/namespaces/shop/secrets/sh.helm.release.v1.web.v10",
            "/apis/apps/v1/namespaces/shop/deployments/web",
        ]
    );
    let writes: Vec<String> = asked.lock().unwrap().iter().filter(|path| !path.starts_with('/')).cloned().collect();
    assert_eq!(writes, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn releases_of_someone_who_may_not_list_secrets_are_an_error() {
    let refuses = |path: &str| if path.contains("secrets") { Some(refused()) } else { helm(path) };
    let mut stream = server(refuses).open(query("releases", Scope::namespace("shop")), None);
    assert_eq!(said(&mut stream).await, ["reset", "denied: helm keeps releases in Secrets: no"]);
}

#[tokio::test(start_paused = true)]
async fn releases_are_found_in_the_namespaces_that_are_allowed() {
    let narrow = |path: &str| match path {
        "/api/v1/secrets" => Some(refused()),
        "/api/v1/namespaces" => Some(list(1, &json!([{"metadata": {"name": "shop"}}]))),
        path if path.starts_with("POST ") => Some(Answer::new(JSON, json!({"status": {"allowed": true}}).to_string())),
        path => helm(path),
    };
    let mut stream = server(narrow).open(query("releases", Scope::all()), None);
    let told = said(&mut stream).await;
    assert!(
        told.contains(&"within shop".to_owned()) && told.contains(&"+shop/web 10 deployed good".to_owned()),
        "{told:?}"
    );
}
