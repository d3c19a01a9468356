//! A Prometheus that answers from a script.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::{Request, Response};
use http_body_util::Full;
use kube::client::Body;
use serde_json::{Value, json};
use tower::BoxError;

use super::Prometheus;
use super::client::Client;
use crate::kinds::prometheus::{podusage, targets};
use crate::model::{
    Cell, Delta, Error, Health, Id, KindRef, Object, Part, Query, Request as Order, Result, Scope, SourceId, Str, Time,
    What,
};
use crate::source::Source;
use crate::source::endpoint::direct::shown;

const AT: SourceId = SourceId(3);
const URL: &str = "http://me:canary@prometheus:9090/prefix/";

/// Words of a path, and what comes back: a code, a place to go to, a body.
type Line = (&'static str, u16, &'static str, Value);

/// Answers by the first line whose word is in the path, and notes method and path.
fn server(lines: Vec<Line>) -> (Prometheus, Arc<Mutex<Vec<String>>>) {
    answering(move |path| {
        let found = lines.iter().find(|(word, ..)| path.contains(word));
        found.map_or((404, "", "\"no such page\"".to_owned()), |(_, code, to, body)| (*code, *to, body.to_string()))
    })
}

/// Answers each path with a code, a place to go to and a body, and notes what is asked.
fn answering(
    answer: impl Fn(&str) -> (u16, &'static str, String) + Send + 'static,
) -> (Prometheus, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = asked.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        noted.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
        let (code, to, body) = answer(&request.uri().to_string());
        let response = Response::builder().status(code).header("location", to);
        let response = response.body(Full::new(Bytes::from(body))).unwrap();
        async move { Ok::<_, BoxError>(response) }
    });
    (Prometheus::new(AT, Client::ready(URL, kube::Client::new(service, "default"))), asked)
}

fn told(data: Value) -> Value {
    json!({"status": "success", "data": data})
}

fn sample(namespace: &str, pod: &str, value: &str) -> Value {
    json!({"metric": {"namespace": namespace, "pod": pod}, "value": [1_700_000_000.5, value]})
}

fn vector(samples: Vec<Value>) -> Value {
    told(json!({"resultType": "vector", "result": samples}))
}

fn list(source: &Prometheus, kind: KindRef, scope: Scope) -> BoxStream<'static, Result<Delta>> {
    source.open(Query::List { at: AT, kind, scope }, None)
}

/// The rows until the list is whole.
async fn rows(mut deltas: BoxStream<'static, Result<Delta>>) -> Result<Vec<Object>> {
    let mut rows = Vec::new();
    while let Some(delta) = deltas.next().await {
        match delta? {
            Delta::Ready => break,
            Delta::Upsert(row) => rows.push(row),
            _ => {}
        }
    }
    Ok(rows)
}

fn line(row: &Object) -> String {
    let cells = row.cells.iter().map(|cell| format!(" {}", cell.to_text(Time::default())));
    format!("{}/{}{}", row.id.namespace, row.id.title(), cells.collect::<String>())
}

#[tokio::test(start_paused = true)]
async fn pods_get_what_their_containers_use() {
    let cpu = vector(vec![sample("shop", "web", "0.0123"), sample("shop", "idle", "0"), sample("shop", "new", "NaN")]);
    let memory = vector(vec![sample("shop", "web", "67108864"), sample("", "", "5"), sample("db", "pg", "1.5e+09")]);
    let (source, asked) = server(vec![("cpu", 200, "", cpu), ("memory", 200, "", memory)]);
    let found = rows(list(&source, KindRef(&podusage::KIND), Scope::all())).await.unwrap();
    assert_eq!(found.iter().map(line).collect::<Vec<_>>(), ["db/pg  1430Mi", "shop/idle 0m ", "shop/web 13m 64Mi"]);
    let asked = asked.lock().unwrap().clone();
    assert!(asked.iter().all(|line| line.starts_with("GET /api/v1/query?query=sum%20by%20")), "{asked:?}");
    assert!(asked.iter().all(|line| !line.contains("namespace%3D")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn only_the_namespaces_that_are_looked_at_are_asked_about() {
    let (source, asked) = server(vec![("query", 200, "", vector(Vec::new()))]);
    let part = Part::Namespaces(["a.b".into(), "shop".into()].into_iter().collect());
    rows(list(&source, KindRef(&podusage::KIND), Scope::all().part(part))).await.unwrap();
    rows(list(&source, KindRef(&podusage::KIND), Scope::namespace("shop"))).await.unwrap();
    let asked = asked.lock().unwrap().clone();
    // namespace=~"a\\.b|shop"
    assert!(asked[..2].iter().all(|line| line.contains("namespace%3D~%22a%5C%5C.b%7Cshop%22")), "{asked:?}");
    assert!(asked[2..].iter().all(|line| line.contains("namespace%3D~%22shop%22")), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn targets_tell_how_they_are() {
    let target = |pool: &str, health: &str, error: &str| {
        json!({"labels": {"instance": "10.0.0.1:80", "job": pool}, "scrapePool": pool, "health": health,
            "scrapeUrl": "http://10.0.0.1:80/metrics", "lastError": error, "lastScrape": "0001-01-01T00:00:00Z",
            "lastScrapeDuration": 0.0123, "scrapeInterval": "15s", "discoveredLabels": {}})
    };
    let all = [target("a", "up", ""), target("b", "down", "connection refused"), target("c", "unknown", "")];
    let (source, asked) = server(vec![("/api/v1/targets", 200, "", told(json!({"activeTargets": all})))]);
    let found = rows(list(&source, KindRef(&targets::KIND), Scope::all())).await.unwrap();
    assert_eq!(found.iter().map(|row| row.health).collect::<Vec<_>>(), [Health::Good, Health::Bad, Health::Unknown]);
    assert_eq!(
        line(&found[1]),
        "/b http://10.0.0.1:80/metrics/10.0.0.1:80 b down  12ms 15s connection refused http://10.0.0.1:80/metrics"
    );
    assert_eq!(*asked.lock().unwrap(), ["GET /api/v1/targets?state=active"]);
    let id = found[1].id.clone();
    let Some(Ok(Delta::Body(Some(body)))) = source.open(Query::One { id }, None).next().await else { panic!() };
    assert_eq!(body["lastError"], "connection refused");
    let read = source.call(Order::new(found[1].id.clone(), What::Get)).await;
    assert_eq!(read.map(|reply| reply.body), Ok(Arc::unwrap_or_clone(body)));
    let id = Id::new(AT, KindRef(&targets::KIND), "", "gone");
    assert!(matches!(source.open(Query::One { id }, None).next().await, Some(Err(Error::Gone(_)))));
}

#[tokio::test(start_paused = true)]
async fn its_version_is_told_or_at_least_that_it_is_ready() {
    let build = told(json!({"version": "3.5.0"}));
    for (lines, version) in [
        (vec![("buildinfo", 200, "", build)], "3.5.0"),
        (vec![("buildinfo", 404, "", json!("no")), ("ready", 200, "", json!("ok"))], ""),
    ] {
        let (source, _) = server(lines);
        let Some(Ok(Delta::Found(found))) = source.open(Query::Kinds { at: AT }, None).next().await else { panic!() };
        assert_eq!((found.version.as_str(), found.kinds.len()), (version, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_is_told_without_the_password() {
    let parse = json!({"status": "error", "errorType": "bad_data", "error": "1:5: parse error"});
    for (answer, word, text) in [
        (
            ("", 302, "http://me:canary@elsewhere/login?token=canary", json!("")),
            "invalid",
            "redirects to http://••••••@elsewhere/login, which is not followed",
        ),
        (("", 400, "", parse), "invalid", "1:5: parse error"),
        (("", 503, "", json!("Service Unavailable")), "offline", "503 Service Unavailable"),
        (("", 401, "", json!("who?")), "denied", "401 Unauthorized"),
        (("", 200, "", json!("a page")), "invalid", "answers something else than Prometheus"),
    ] {
        let (source, asked) = server(vec![answer]);
        let error = rows(list(&source, KindRef(&podusage::KIND), Scope::all())).await.unwrap_err();
        assert_eq!(error.word(), word, "{error}");
        assert!(error.text().contains(text) && error.text().contains("http://••••••@prometheus:9090"), "{error}");
        assert!(!error.text().contains("canary"), "{error}");
        assert_eq!(asked.lock().unwrap().len(), 1, "nothing is asked elsewhere");
    }
}

#[tokio::test(start_paused = true)]
async fn hostile_answers_are_bounded_and_told() {
    let many = format!("[{}{{}}]", "{},".repeat(200_000));
    let long = json!({"status": "error", "error": format!("\u{1b}[31m{}", "x".repeat(1 << 20))}).to_string();
    for (code, body, text) in [
        (200, format!("{{\"data\": {{\"result\": {many}}}}}"), "a list has more than 200000 items"),
        (200, "[".repeat(1 << 20), "answers something else than Prometheus"),
        (200, format!("{{\"data\": \"{}\"}}", "y".repeat(1 << 20)), "answers something else than Prometheus"),
        (200, " ".repeat((32 << 20) + 1), "answers with more than 33554432 bytes"),
        (400, long, "xxx…"),
    ] {
        let (source, _) = answering(move |_| (code, "", body.clone()));
        let error = rows(list(&source, KindRef(&podusage::KIND), Scope::all())).await.unwrap_err();
        assert!(error.text().contains(text) && error.text().len() < 500, "{text}: {error}");
        assert!(!error.text().contains('\u{1b}'), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_never_answers_is_given_up() {
    let service =
        tower::service_fn(|_: Request<Body>| std::future::pending::<Result<Response<Full<Bytes>>, BoxError>>());
    let source = Prometheus::new(AT, Client::ready(URL, kube::Client::new(service, "default")));
    let error = rows(list(&source, KindRef(&podusage::KIND), Scope::all())).await.unwrap_err();
    assert_eq!(error.text(), "no answer from http://••••••@prometheus:9090/prefix for 20 s");
}

#[tokio::test(start_paused = true)]
async fn odd_figures_are_no_figures() {
    let pod = |name: &str, value: &str| sample("shop", name, value);
    let odd = vec![pod("a", "+Inf"), pod("b", "-5"), pod("c", "1e300"), pod("d", "word"), json!({"metric": {}})];
    let (source, _) = server(vec![("query", 200, "", vector(odd))]);
    let found = rows(list(&source, KindRef(&podusage::KIND), Scope::all())).await.unwrap();
    let names: Vec<&str> = found.iter().map(|row| row.id.name.as_str()).collect();
    assert_eq!(names, ["b", "c"]);
    assert_eq!(*found[0].cells, [Cell::Cpu(0), Cell::Bytes(0)]);
    assert_eq!(*found[1].cells, [Cell::Cpu(1_000_000_000_000_000), Cell::Bytes(1_000_000_000_000_000)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_to_it() {
    let (source, asked) = server(Vec::new());
    let id = Id::new(AT, KindRef(&targets::KIND), Str::new(), "a");
    assert!(matches!(
        source.call(Order::new(id, What::Delete { grace: None, propagation: None })).await,
        Err(Error::Unsupported(_))
    ));
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn an_address_is_checked_and_its_password_hidden() {
    for (url, seen) in [
        ("http://a:9090", "http://a:9090"),
        ("https://me:p%40ss@a/x", "https://••••••@a/x"),
        ("https://me@a", "https://••••••@a"),
    ] {
        assert_eq!(shown(url), seen);
        assert!(Client::new(url).is_ok());
    }
    for (url, why) in [
        ("prometheus:9090", "write an address like http://prometheus:9090"),
        ("ftp://a", "write an address like http://prometheus:9090"),
        ("http://a/?x=1", "leave out what follows the '?'"),
        ("http://a b", "is not an address"),
    ] {
        let Err(error) = Client::new(url) else { panic!("{url}") };
        assert!(error.text().contains(why), "{url}: {error}");
    }
}
