use serde_json::json;

use super::*;

async fn maps(demo: &Demo, names: &[&str]) {
    for name in names {
        let body = json!({"metadata": {"name": name, "labels": {"set": "mine", "app": name}}, "data": {"a": "1"}});
        assert_eq!(create(demo, MAPS, body).await.0, 201);
    }
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["metadata"]["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_chosen_by_labels_and_fields() {
    let demo = cluster().await;
    maps(&demo, &["a", "b", "c"]).await;
    let (_, list) = get(&demo, &format!("{MAPS}?labelSelector=set%3Dmine%2Capp+in+(a,c)")).await;
    assert_eq!((list["kind"].as_str(), names(&list)), (Some("ConfigMapList"), vec!["a", "c"]));
    let (_, list) = get(&demo, "/api/v1/configmaps?fieldSelector=metadata.name=b&labelSelector=set").await;
    assert_eq!(names(&list), ["b"]);
    let (code, status) = get(&demo, &format!("{MAPS}?fieldSelector=data.a=1")).await;
    assert_eq!(code, 400);
    assert!(status["message"].as_str().unwrap().ends_with("field label not supported: data.a"));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_come_page_by_page() {
    let demo = cluster().await;
    maps(&demo, &["a", "b", "c"]).await;
    let path = format!("{MAPS}?labelSelector=set&limit=2");
    let (_, first) = get(&demo, &path).await;
    assert_eq!(names(&first), ["a", "b"]);
    let (_, second) = get(&demo, &format!("{path}&continue={}", first["metadata"]["continue"].as_str().unwrap())).await;
    assert_eq!(names(&second), ["c"]);
    assert!(second["metadata"]["continue"].is_null());
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_and_metadata_are_told_when_asked_for() {
    let demo = cluster().await;
    maps(&demo, &["a"]).await;
    let path = format!("{MAPS}?labelSelector=set&includeObject=Object");
    let (_, table) = accepting(&demo, &path, "application/json;as=Table;v=v1;g=meta.k8s.io, application/json").await;
    assert_eq!((table["kind"].as_str(), &table["rows"][0]["cells"][0]), (Some("Table"), &json!("a")));
    assert_eq!(table["rows"][0]["object"]["data"], json!({"a": "1"}));
    let accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    let (_, list) = accepting(&demo, &path, accept).await;
    assert_eq!((list["kind"].as_str(), &list["items"][0]["data"]), (Some("PartialObjectMetadataList"), &Value::Null));
    // Whoever prefers protobuf takes JSON.
    let (_, list) = accepting(&demo, &path, "application/vnd.kubernetes.protobuf, application/json").await;
    assert_eq!(list["kind"], "ConfigMapList");
    assert_eq!(accepting(&demo, &path, "application/vnd.kubernetes.protobuf").await.0, 406);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_those_of_pods_and_nodes() {
    let demo = cluster().await;
    let (name, _) = running(&demo).await;
    let (code, pod) = get(&demo, &format!("/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/{name}")).await;
    assert_eq!((code, pod["kind"].as_str()), (200, Some("PodMetrics")));
    let (_, nodes) = get(&demo, "/apis/metrics.k8s.io/v1beta1/nodes").await;
    assert!(nodes["items"][0]["usage"]["cpu"].is_string());
    assert_eq!(get(&demo, "/apis/metrics.k8s.io/v1beta1/nodes?watch=1").await.0, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_in_the_servers_words() {
    let demo = cluster().await;
    let (code, status) = get(&demo, "/apis/apps/v1/namespaces/default/deployments/none").await;
    assert_eq!(code, 404);
    assert_eq!(status["message"], "deployments.apps \"none\" not found");
    assert_eq!(status["details"], json!({"name": "none", "group": "apps", "kind": "deployments"}));
}
