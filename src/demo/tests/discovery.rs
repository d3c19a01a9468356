use super::*;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_the_token() {
    let demo = cluster().await;
    let ask = |path: &str| Request::get(path).header(header::HOST, "demo").body(Full::default()).unwrap();
    let (code, status) = answer(open(&demo, ask("/version")).await).await;
    assert_eq!((code, status["reason"].as_str()), (401, Some("Unauthorized")));
    let (code, version) = answer(open(&demo, ask("/secret/version")).await).await;
    assert_eq!((code, version["major"].as_str()), (200, Some("1")));
    let (code, _) = answer(open(&demo, ask("/secretversion")).await).await;
    assert_eq!(code, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_says_the_same_both_ways() {
    let demo = cluster().await;
    let (_, new) = accepting(&demo, "/apis", AGGREGATED).await;
    assert_eq!(new["kind"], "APIGroupDiscoveryList");
    let (_, old) = get(&demo, "/apis").await;
    let names = |list: &Value, name: fn(&Value) -> &Value| {
        list.as_array().unwrap().iter().map(|one| name(one).as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&new["items"], |group| &group["metadata"]["name"]), names(&old["groups"], |group| &group["name"]));
    let (_, apps) = get(&demo, "/apis/apps/v1").await;
    let listed = names(&apps["resources"], |resource| &resource["name"]);
    assert!(listed.contains(&"deployments".to_owned()) && listed.contains(&"deployments/scale".to_owned()));
    let (_, core) = accepting(&demo, "/api", AGGREGATED).await;
    assert_eq!(core["items"][0]["versions"][0]["resources"][0]["resource"], "namespaces");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_told_again() {
    let demo = cluster().await;
    let ask = |tag: &str| {
        request(&demo, Method::GET, "/apis")
            .header(header::ACCEPT, AGGREGATED)
            .header(header::IF_NONE_MATCH, tag)
            .body(Full::default())
            .unwrap()
    };
    let first = open(&demo, ask("none")).await;
    let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    assert_eq!(open(&demo, ask(&tag)).await.status(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_served_is_not_found() {
    let demo = cluster().await;
    for path in ["/openapi/v2", "/openapi/v3", "/apis/none", "/apis/apps/v9", "/api/v1/none", "/api/v1/pods/web/none"] {
        let (code, status) = get(&demo, path).await;
        assert_eq!((code, status["reason"].as_str()), (404, Some("NotFound")), "{path}");
    }
    assert_eq!(get(&demo, "/readyz").await, (200, Value::from("ok")));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_allowed_but_deleting_nodes() {
    let demo = cluster().await;
    let review = |verb: &str, resource: &str| serde_json::json!({"spec": {"resourceAttributes": {"verb": verb, "resource": resource, "group": ""}}});
    let place = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    assert_eq!(create(&demo, place, review("delete", "pods")).await.1["status"]["allowed"], true);
    assert_eq!(create(&demo, place, review("delete", "nodes")).await.1["status"]["allowed"], false);
    let (code, rules) =
        create(&demo, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", serde_json::json!({})).await;
    assert_eq!((code, rules["status"]["incomplete"].as_bool()), (201, Some(false)));
    let (_, nodes) = get(&demo, "/api/v1/nodes").await;
    let name = nodes["items"][0]["metadata"]["name"].as_str().unwrap();
    let (code, status) = send(&demo, Method::DELETE, &format!("/api/v1/nodes/{name}"), JSON, Value::Null).await;
    assert_eq!(code, 403);
    assert!(status["message"].as_str().unwrap().contains("cannot delete resource \"nodes\""), "{status}");
}
