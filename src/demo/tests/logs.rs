use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_log_is_told_with_its_times() {
    let demo = cluster().await;
    let (name, container) = running(&demo).await;
    demo.advance(600_000);
    let path = format!("/api/v1/namespaces/shop/pods/{name}/log?container={container}");
    let (code, all) = get(&demo, &path).await;
    assert_eq!(code, 200);
    let all: Vec<&str> = all.as_str().unwrap().lines().collect();
    let (_, tail) = get(&demo, &format!("{path}&tailLines=2&timestamps=true")).await;
    let tail: Vec<&str> = tail.as_str().unwrap().lines().collect();
    assert_eq!(tail.len(), 2.min(all.len()));
    for (stamped, line) in tail.iter().rev().zip(all.iter().rev()) {
        let (time, text) = stamped.split_once(' ').unwrap();
        assert_eq!((text, time.len()), (*line, "2027-01-15T08:00:00.000000000Z".len()));
    }
    let (_, few) = get(&demo, &format!("{path}&limitBytes=3")).await;
    assert_eq!(few.as_str().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_questions_about_logs_are_refused() {
    let demo = cluster().await;
    let (name, container) = running(&demo).await;
    let ask = async |params: &str| {
        let (code, status) = get(&demo, &format!("/api/v1/namespaces/shop/pods/{name}/log?{params}")).await;
        (code, status["message"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(ask("container=none").await, (400, format!("container none is not valid for pod {name}")));
    let (code, message) = ask(&format!("container={container}&tailLines=-1")).await;
    assert_eq!(code, 422);
    assert!(message.ends_with("tailLines: Invalid value: -1: must be greater than or equal to 0"), "{message}");
    assert_eq!(get(&demo, "/api/v1/namespaces/shop/pods/none/log").await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_followed_goes_on_until_the_pod_does_not() {
    let demo = cluster().await;
    let (name, container) = running(&demo).await;
    let pod = format!("/api/v1/namespaces/shop/pods/{name}");
    let path = format!("{pod}/log?container={container}&follow=true&tailLines=0");
    let request = request(&demo, Method::GET, &path).body(Full::default()).unwrap();
    let mut body = open(&demo, request).await.into_body();
    demo.advance(600_000);
    let mut text = Vec::new();
    while !text.ends_with(b"\n") {
        text.extend_from_slice(&body.frame().await.unwrap().unwrap().into_data().unwrap());
    }
    let now = serde_json::json!({"gracePeriodSeconds": 0});
    send(&demo, Method::DELETE, &pod, JSON, now).await;
    while let Some(frame) = body.frame().await {
        frame.unwrap();
    }
}
