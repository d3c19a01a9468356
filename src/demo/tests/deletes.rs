use serde_json::json;

use super::*;

async fn uid(demo: &Demo, name: &str, owner: Option<&str>) -> String {
    let owners: Vec<Value> = owner
        .map(|uid| json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}))
        .into_iter()
        .collect();
    let (code, made) = create(demo, MAPS, json!({"metadata": {"name": name, "ownerReferences": owners}})).await;
    assert_eq!(code, 201);
    made["metadata"]["uid"].as_str().unwrap().to_owned()
}

async fn delete(demo: &Demo, name: &str, options: Value) -> (u16, Value) {
    send(demo, Method::DELETE, &format!("{MAPS}/{name}"), JSON, options).await
}

async fn is_there(demo: &Demo, name: &str) -> bool {
    get(demo, &format!("{MAPS}/{name}")).await.0 == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_takes_along_what_it_owns() {
    let demo = cluster().await;
    for (policy, left) in [("Background", false), ("Foreground", false), ("Orphan", true)] {
        let owner = uid(&demo, "owner", None).await;
        uid(&demo, "owned", Some(&owner)).await;
        let (code, _) = delete(&demo, "owner", json!({"propagationPolicy": policy})).await;
        assert_eq!(code, 200);
        assert!(!is_there(&demo, "owner").await, "{policy}");
        assert_eq!(is_there(&demo, "owned").await, left, "{policy}");
    }
    let (_, orphan) = get(&demo, &format!("{MAPS}/owned")).await;
    assert!(orphan["metadata"]["ownerReferences"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_uid_is_a_precondition() {
    let demo = cluster().await;
    let owner = uid(&demo, "owner", None).await;
    let (code, status) = delete(&demo, "owner", json!({"preconditions": {"uid": "other"}})).await;
    assert_eq!(code, 409);
    let expected = format!("Precondition failed: UID in precondition: other, UID in object meta: {owner}");
    assert!(status["message"].as_str().unwrap().ends_with(&expected), "{status}");
    let (code, status) = delete(&demo, "owner", json!({"preconditions": {"uid": owner}})).await;
    assert_eq!(
        (code, status["status"].as_str(), status["details"]["kind"].as_str()),
        (200, Some("Success"), Some("configmaps"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn finalizers_hold_an_object_until_they_are_gone() {
    let demo = cluster().await;
    create(&demo, MAPS, json!({"metadata": {"name": "held", "finalizers": ["example.com/x"]}})).await;
    let (_, going) = delete(&demo, "held", Value::Null).await;
    assert!(going["metadata"]["deletionTimestamp"].is_string());
    assert!(is_there(&demo, "held").await);
    change(&demo, &format!("{MAPS}/held"), MERGE, json!({"metadata": {"finalizers": null}})).await;
    assert!(!is_there(&demo, "held").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn pods_get_their_grace() {
    let demo = cluster().await;
    let (name, _) = running(&demo).await;
    let path = format!("/api/v1/namespaces/shop/pods/{name}");
    let (code, going) = send(&demo, Method::DELETE, &path, JSON, json!({"gracePeriodSeconds": 5})).await;
    assert_eq!((code, going["metadata"]["deletionTimestamp"].as_str()), (200, Some("2027-01-15T08:00:05Z")));
    assert_eq!(get(&demo, &path).await.0, 200);
    assert_eq!(send(&demo, Method::DELETE, &path, JSON, json!({"gracePeriodSeconds": 0})).await.0, 200);
    assert_eq!(get(&demo, &path).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_empties_itself() {
    let demo = cluster().await;
    create(&demo, "/api/v1/namespaces", json!({"metadata": {"name": "mine"}})).await;
    create(
        &demo,
        "/api/v1/namespaces/mine/configmaps",
        json!({"metadata": {"name": "m", "finalizers": ["example.com/x"]}}),
    )
    .await;
    let (_, going) = send(&demo, Method::DELETE, "/api/v1/namespaces/mine", JSON, Value::Null).await;
    assert_eq!(going["status"]["phase"], "Terminating");
    let (code, status) = create(&demo, "/api/v1/namespaces/mine/configmaps", json!({"metadata": {"name": "n"}})).await;
    assert_eq!(code, 403);
    assert!(status["message"].as_str().unwrap().contains("because it is being terminated"));
    let free = json!({"metadata": {"finalizers": null}});
    change(&demo, "/api/v1/namespaces/mine/configmaps/m", MERGE, free).await;
    assert_eq!(get(&demo, "/api/v1/namespaces/mine").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_is_deleted_by_its_selector() {
    let demo = cluster().await;
    for (name, app) in [("a", "x"), ("b", "y")] {
        create(&demo, MAPS, json!({"metadata": {"name": name, "labels": {"app": app}}})).await;
    }
    let (code, _) = send(&demo, Method::DELETE, &format!("{MAPS}?labelSelector=app%3Dx"), JSON, Value::Null).await;
    assert_eq!((code, is_there(&demo, "a").await, is_there(&demo, "b").await), (200, false, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_holds_off_an_eviction() {
    let demo = cluster().await;
    let pods = "/api/v1/namespaces/default/pods";
    let labels = json!({"app": "kept"});
    create(&demo, pods, json!({"metadata": {"name": "kept", "labels": labels}, "spec": {"containers": [{"name": "app", "image": "a"}]}})).await;
    let ready = json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}});
    change(&demo, &format!("{pods}/kept/status"), MERGE, ready).await;
    let budget = json!({"metadata": {"name": "b"}, "spec": {"minAvailable": 1, "selector": {"matchLabels": labels}}});
    create(&demo, "/apis/policy/v1/namespaces/default/poddisruptionbudgets", budget).await;
    let (code, status) = create(&demo, &format!("{pods}/kept/eviction"), json!({})).await;
    assert_eq!((code, status["details"]["causes"][0]["reason"].as_str()), (429, Some("DisruptionBudget")));
}
