use serde_json::json;

use super::*;

/// A watch, read event by event.
struct Watch {
    body: Incoming,
    rest: Vec<u8>,
}

impl Watch {
    async fn open(demo: &Demo, path: &str, accept: &str) -> Self {
        let request = request(demo, Method::GET, path).header(header::ACCEPT, accept).body(Full::default());
        Self { body: open(demo, request.unwrap()).await.into_body(), rest: Vec::new() }
    }

    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return serde_json::from_slice(&line).ok();
            }
            let frame = self.body.frame().await?.ok()?;
            self.rest.extend_from_slice(frame.data_ref()?);
        }
    }

    async fn seen(&mut self) -> (String, String) {
        let event = self.next().await.unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&event["type"]), text(&event["object"]["metadata"]["name"]))
    }
}

fn pair(kind: &str, name: &str) -> (String, String) {
    (kind.to_owned(), name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_tells_what_happens_after_its_version() {
    let demo = cluster().await;
    let version = get(&demo, MAPS).await.1["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let path = format!("{MAPS}?watch=1&resourceVersion={version}&labelSelector=app%3Dweb");
    let mut watch = Watch::open(&demo, &path, JSON).await;
    create(&demo, MAPS, json!({"metadata": {"name": "other"}})).await;
    create(&demo, MAPS, json!({"metadata": {"name": "m", "labels": {"app": "web"}}})).await;
    assert_eq!(watch.seen().await, pair("ADDED", "m"));
    change(&demo, &format!("{MAPS}/m"), MERGE, json!({"data": {"a": "1"}})).await;
    assert_eq!(watch.seen().await, pair("MODIFIED", "m"));
    // It leaves the selection, comes back, and goes for good.
    change(&demo, &format!("{MAPS}/m"), MERGE, json!({"metadata": {"labels": {"app": "db"}}})).await;
    assert_eq!(watch.seen().await, pair("DELETED", "m"));
    change(&demo, &format!("{MAPS}/m"), MERGE, json!({"metadata": {"labels": {"app": "web"}}})).await;
    assert_eq!(watch.seen().await, pair("ADDED", "m"));
    send(&demo, Method::DELETE, &format!("{MAPS}/m"), JSON, Value::Null).await;
    assert_eq!(watch.seen().await, pair("DELETED", "m"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_can_begin_with_what_is_there() {
    let demo = cluster().await;
    create(&demo, MAPS, json!({"metadata": {"name": "m", "labels": {"mine": ""}}})).await;
    let path = format!("{MAPS}?watch=1&labelSelector=mine&sendInitialEvents=true&allowWatchBookmarks=true");
    let mut watch = Watch::open(&demo, &path, JSON).await;
    assert_eq!(watch.seen().await, pair("ADDED", "m"));
    let mark = watch.next().await.unwrap();
    assert_eq!(mark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_are_told_with_the_first_row_only() {
    let demo = cluster().await;
    for name in ["a", "b"] {
        create(&demo, MAPS, json!({"metadata": {"name": name, "labels": {"mine": ""}}})).await;
    }
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let mut watch = Watch::open(&demo, &format!("{MAPS}?watch=1&labelSelector=mine"), accept).await;
    let (first, second) = (watch.next().await.unwrap(), watch.next().await.unwrap());
    assert_eq!(first["object"]["columnDefinitions"][0]["name"], "Name");
    assert_eq!(
        (&second["object"]["columnDefinitions"], &second["object"]["rows"][0]["cells"][0]),
        (&Value::Null, &json!("b"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_ends_when_its_time_is_over() {
    let demo = cluster().await;
    let mut watch = Watch::open(&demo, &format!("{MAPS}?watch=1&resourceVersion=999999&timeoutSeconds=0"), JSON).await;
    assert!(watch.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_forgotten_is_gone() {
    let demo = cluster().await;
    demo.api.forget();
    let mut watch = Watch::open(&demo, &format!("{MAPS}?watch=1&resourceVersion=5"), JSON).await;
    let event = watch.next().await.unwrap();
    assert_eq!((event["type"].as_str(), event["object"]["code"].as_i64()), (Some("ERROR"), Some(410)));
    assert!(watch.next().await.is_none());
}
