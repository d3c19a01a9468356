use serde_json::json;

use super::*;

async fn map(demo: &Demo) -> Value {
    create(demo, MAPS, json!({"metadata": {"name": "m", "labels": {"a": "1"}}, "data": {"k": "v"}})).await.1
}

const MAP: &str = "/api/v1/namespaces/default/configmaps/m";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_created_is_checked_first() {
    let demo = cluster().await;
    let made = map(&demo).await;
    assert_eq!((made["kind"].as_str(), made["metadata"]["namespace"].as_str()), (Some("ConfigMap"), Some("default")));
    let refused = async |path: &str, body: Value| {
        let (code, status) = create(&demo, path, body).await;
        (code, status["reason"].as_str().unwrap_or_default().to_owned(), status["message"].as_str().unwrap().to_owned())
    };
    let (code, reason, message) = refused(MAPS, json!({"metadata": {"name": "m"}})).await;
    assert_eq!((code, reason.as_str(), message.as_str()), (409, "AlreadyExists", "configmaps \"m\" already exists"));
    let (code, _, message) = refused("/api/v1/namespaces/none/configmaps", json!({"metadata": {"name": "m"}})).await;
    assert_eq!((code, message.as_str()), (404, "namespaces \"none\" not found"));
    let (code, reason, message) = refused(MAPS, json!({"metadata": {"name": "Wrong"}})).await;
    assert_eq!((code, reason.as_str()), (422, "Invalid"));
    assert!(
        message.starts_with("ConfigMap \"Wrong\" is invalid: metadata.name: Invalid value: \"Wrong\": a lowercase")
    );
    let (code, _, _) = refused(MAPS, json!({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "x"}})).await;
    assert_eq!(code, 400);
    let (code, generated) = create(&demo, MAPS, json!({"metadata": {"generateName": "job-"}})).await;
    assert_eq!((code, generated["metadata"]["name"].as_str().unwrap().len()), (201, "job-".len() + 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_changes_nothing() {
    let demo = cluster().await;
    let body = json!({"metadata": {"name": "dry"}, "data": {}});
    let (code, made) = create(&demo, &format!("{MAPS}?dryRun=All"), body).await;
    assert_eq!(code, 201);
    assert!(made["metadata"]["uid"].is_string());
    assert_eq!(get(&demo, &format!("{MAPS}/dry")).await.0, 404);
    let old = map(&demo).await;
    let patch = json!({"data": {"k": "other"}});
    let (_, patched) = change(&demo, &format!("{MAP}?dryRun=All"), MERGE, patch).await;
    assert_eq!(patched["data"]["k"], "other");
    assert_eq!(get(&demo, MAP).await.1, old);
    let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "dryRun": ["All"]});
    assert_eq!(send(&demo, Method::DELETE, MAP, JSON, options).await.0, 200);
    assert_eq!(get(&demo, MAP).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_is_not_written() {
    let demo = cluster().await;
    let old = map(&demo).await;
    change(&demo, MAP, MERGE, json!({"data": {"k": "new"}})).await;
    let (code, status) = send(&demo, Method::PUT, MAP, JSON, old.clone()).await;
    assert_eq!((code, status["reason"].as_str()), (409, Some("Conflict")));
    assert_eq!(
        status["message"],
        "Operation cannot be fulfilled on configmaps \"m\": the object has been modified; please apply your changes to \
         the latest version and try again"
    );
    let mut fresh = get(&demo, MAP).await.1;
    fresh["data"]["k"] = json!("mine");
    let (code, put) = send(&demo, Method::PUT, MAP, JSON, fresh).await;
    assert_eq!((code, put["data"]["k"].as_str()), (200, Some("mine")));
    assert_eq!(put["metadata"]["uid"], old["metadata"]["uid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn patches_speak_four_languages() {
    let demo = cluster().await;
    let made = map(&demo).await;
    let operations = json!([{"op": "test", "path": "/metadata/uid", "value": made["metadata"]["uid"]},
        {"op": "add", "path": "/data/x", "value": "1"}]);
    let (code, patched) = change(&demo, MAP, "application/json-patch+json", operations).await;
    assert_eq!((code, &patched["data"]), (200, &json!({"k": "v", "x": "1"})));
    let wrong = json!([{"op": "test", "path": "/metadata/uid", "value": "other"}]);
    let (code, status) = change(&demo, MAP, "application/json-patch+json", wrong).await;
    assert_eq!((code, status["reason"].as_str()), (422, Some("Invalid")));
    let (_, patched) = change(&demo, MAP, "application/strategic-merge-patch+json", json!({"data": {"x": null}})).await;
    assert_eq!(patched["data"], json!({"k": "v"}));
    let other = json!({"metadata": {"uid": "other"}, "data": {}});
    let (code, status) = change(&demo, MAP, MERGE, other).await;
    assert_eq!(code, 409);
    assert!(status["message"].as_str().unwrap().contains("Precondition failed: UID in precondition: other"));
    assert_eq!(change(&demo, MAP, "text/plain", json!({})).await.0, 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn apply_creates_and_then_merges() {
    let demo = cluster().await;
    let (kind, path) = ("application/apply-patch+yaml", format!("{MAP}?fieldManager=me"));
    let body = |data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": data});
    assert_eq!(change(&demo, &path, kind, body(json!({"a": "1"}))).await.0, 201);
    let (code, applied) = change(&demo, &path, kind, body(json!({"b": "2"}))).await;
    assert_eq!((code, &applied["data"]), (200, &json!({"a": "1", "b": "2"})));
    assert_eq!(change(&demo, MAP, kind, body(json!({}))).await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_are_a_part_of_their_own() {
    let demo = cluster().await;
    let place = "/apis/apps/v1/namespaces/default/deployments";
    let labels = json!({"app": "web"});
    let template = json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": "web:1"}]}});
    let body = json!({"metadata": {"name": "web"}, "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}});
    assert_eq!(create(&demo, place, body).await.0, 201);
    let scale = format!("{place}/web/scale");
    let (_, before) = get(&demo, &scale).await;
    assert_eq!((before["kind"].as_str(), before["spec"]["replicas"].as_i64()), (Some("Scale"), Some(1)));
    assert_eq!(before["status"]["selector"], "app=web");
    let (code, after) = change(&demo, &scale, MERGE, json!({"spec": {"replicas": 3}})).await;
    assert_eq!((code, after["spec"]["replicas"].as_i64()), (200, Some(3)));
    assert_eq!(get(&demo, &format!("{place}/web")).await.1["spec"]["replicas"], 3);
    assert_eq!(change(&demo, &scale, MERGE, json!({"spec": {"replicas": -1}})).await.0, 422);
}
