//! Checks that no loop asks a server without a pause. Each query is kept answered for a minute of (paused) time by
//! servers that refuse, fail, forget what they sent, and end everything at once. The test counts the requests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request as Http, Response};
use http_body_util::StreamBody;
use kube::client::Body;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::Instant;
use tower::BoxError;

use super::*;
use crate::kinds::{self, Definition};
use crate::mesh::read::READERS;
use crate::model::{Id, KindRef, Pods, Scope, Tail, Value};
use crate::runtime::audit::Audit;
use crate::source::Source;
use crate::source::docker::{Docker, endpoint::Endpoint};
use crate::source::kube::{Kube, dial::Dial};

const AT: SourceId = SourceId(0);
const MINUTE: Duration = Duration::from_secs(60);
/// The most requests of one loop within one second: some turns at the start, each of some requests.
const SECOND: usize = 32;
/// The most requests of one loop within a minute: less than two a second.
const SLOW: usize = 100;
/// The number of requests after which a server stops answering. Without a pause, time would stand still and the test
/// would not end.
const ENOUGH: usize = 5_000;

/// The moments of a server's requests.
type Asked = Arc<Mutex<Vec<Instant>>>;

/// The fault of a server, or of a proxy before it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// Every request is refused with this code.
    Code(u16),
    /// No connection can be made.
    Away,
    /// Bodies are not JSON.
    Garbage,
    /// Bodies end before they are complete.
    Cut,
    /// Lists work. Watches end in this way.
    Watch(End),
    /// Every page of a list is followed by the same page again.
    Pages,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The watch is refused with this code.
    Code(u16),
    /// The watch sends an `ERROR` event with this code.
    Event(u16),
    /// The watch sends nothing and ends.
    Nothing,
    /// The watch sends one change and ends.
    Change,
    Bookmark,
    /// The connection of the watch breaks.
    Break,
}

const FAULTS: [Fault; 24] = [
    Fault::Code(400),
    Fault::Code(401),
    Fault::Code(403),
    Fault::Code(404),
    Fault::Code(405),
    Fault::Code(409),
    Fault::Code(410),
    Fault::Code(429),
    Fault::Code(500),
    Fault::Code(503),
    Fault::Away,
    Fault::Garbage,
    Fault::Cut,
    Fault::Pages,
    Fault::Watch(End::Code(400)),
    Fault::Watch(End::Code(403)),
    Fault::Watch(End::Code(410)),
    Fault::Watch(End::Code(500)),
    Fault::Watch(End::Event(410)),
    Fault::Watch(End::Event(500)),
    Fault::Watch(End::Nothing),
    Fault::Watch(End::Change),
    Fault::Watch(End::Bookmark),
    Fault::Watch(End::Break),
];

fn pod(version: usize) -> Value {
    json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": version.to_string()},
        "spec": {"containers": [{"name": "app"}]},
        "status": {"phase": "Running", "containerStatuses": [{
            "name": "app", "containerID": "c://1", "state": {"running": {}}, "lastState": {},
        }]},
    })
}

/// A status and a body. A body that is cut breaks off after its bytes.
struct Answer {
    code: u16,
    body: String,
    cut: bool,
}

fn good(body: impl ToString) -> Answer {
    Answer { code: 200, body: body.to_string(), cut: false }
}

fn refused(code: u16) -> Answer {
    let body = json!({"kind": "Status", "apiVersion": "v1", "code": code, "message": "no"});
    Answer { code, ..good(body) }
}

impl Fault {
    /// The answer of an API server to its n-th request; `None` refuses the connection.
    fn of_cluster(self, method: &Method, url: &str, n: usize) -> Option<Answer> {
        let lasts = url.contains("watch=1") || url.contains("follow=true");
        let whole = cluster(method, url, n);
        match self {
            Self::Code(code) => Some(refused(code)),
            Self::Away => None,
            Self::Garbage => Some(good("no such thing")),
            Self::Cut => Some(Answer { body: whole[..whole.len() / 2].to_owned(), cut: true, ..good("") }),
            Self::Watch(end) if lasts => Some(end.answer(n)),
            Self::Pages if !lasts => {
                Some(good(whole.replace(r#""resourceVersion":"5""#, r#""resourceVersion":"5","continue":"x""#)))
            }
            Self::Watch(_) | Self::Pages => Some(good(whole)),
        }
    }

    /// The same of an engine.
    fn of_engine(self, path: &str) -> Option<Answer> {
        let lasts = path.starts_with("/events") || path.contains("follow=1");
        let whole = engine(path);
        match self {
            Self::Code(code) => Some(Answer { code, ..good(r#"{"message":"no"}"#) }),
            Self::Away => None,
            Self::Garbage => Some(good("no such thing")),
            Self::Cut => Some(Answer { body: whole[..whole.len() / 2].to_owned(), cut: true, ..good("") }),
            Self::Watch(End::Code(code)) if lasts => Some(Answer { code, ..good(r#"{"message":"no"}"#) }),
            Self::Watch(End::Break) if lasts => Some(Answer { cut: true, ..good("") }),
            Self::Watch(End::Change) if path.starts_with("/events") => {
                let event = json!({"Type": "container", "Action": "start", "Actor": {"ID": "c1"}});
                Some(good(format!("{event}\n")))
            }
            Self::Watch(_) if lasts => Some(good("")),
            Self::Watch(_) | Self::Pages => Some(good(whole)),
        }
    }
}

impl End {
    fn answer(self, n: usize) -> Answer {
        let event = |kind: &str, object: Value| format!("{}\n", json!({"type": kind, "object": object}));
        match self {
            Self::Code(code) => refused(code),
            Self::Event(code) => good(event("ERROR", json!({"kind": "Status", "code": code, "message": "no"}))),
            Self::Nothing => good(""),
            Self::Change => good(event("MODIFIED", pod(100 + n))),
            Self::Bookmark => good(event("BOOKMARK", json!({"metadata": {"resourceVersion": (100 + n).to_string()}}))),
            Self::Break => Answer { cut: true, ..good("") },
        }
    }
}

/// The answer of a healthy API server, as far as these tests ask it.
fn cluster(method: &Method, url: &str, n: usize) -> String {
    let path = url.split('?').next().unwrap_or_default();
    if *method == Method::POST {
        return json!({"status": {"allowed": true, "resourceRules": [], "incomplete": false}}).to_string();
    }
    match path {
        "/version" => json!({"gitVersion": "v1.36.2"}).to_string(),
        "/api" | "/apis" => json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
            "metadata": {}, "items": []})
        .to_string(),
        _ if path.ends_with("/log") => format!("2026-01-31T12:00:00.{n:09}Z line {n}\n"),
        _ if path.ends_with("/web") => pod(3).to_string(),
        _ => json!({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": "5"}, "items": [pod(3)]})
            .to_string(),
    }
}

fn engine(path: &str) -> String {
    let place = path.split('?').next().unwrap_or_default();
    let container = json!({"Id": "c1", "Names": ["/web"], "State": "running", "Status": "Up", "Image": "a",
        "ImageID": "i1", "Labels": {"com.docker.compose.project": "shop"}});
    match place {
        "/containers/json" => json!([container]).to_string(),
        "/containers/c1/json" => json!({"Id": "c1", "Name": "/web", "State": {"Running": true,
            "StartedAt": "2026-01-31T12:00:00Z"}, "Config": {"Tty": true}})
        .to_string(),
        "/containers/c1/logs" => String::new(),
        "/volumes" => json!({"Volumes": []}).to_string(),
        "/images/json" | "/networks" => "[]".to_owned(),
        "/_ping" => "OK".to_owned(),
        _ => "{}".to_owned(),
    }
}

/// Notes a request. True when there were enough.
fn note(asked: &Asked) -> (usize, bool) {
    let mut asked = asked.lock().unwrap();
    asked.push(Instant::now());
    (asked.len(), asked.len() > ENOUGH)
}

fn cluster_with(fault: Fault, asked: Asked) -> Arc<dyn Source> {
    let service = tower::service_fn(move |request: Http<Body>| {
        let (n, enough) = note(&asked);
        let answer = fault.of_cluster(request.method(), &request.uri().to_string(), n);
        async move {
            if enough {
                return futures::future::pending().await;
            }
            let Answer { code, body, cut } = answer.ok_or_else(|| BoxError::from("connection refused"))?;
            let end = cut.then(|| Err(BoxError::from("connection reset")));
            let frames = futures::stream::iter([Ok(http_body::Frame::data(Bytes::from(body)))].into_iter().chain(end));
            let head = Response::builder().status(code).header("content-type", "application/json");
            Ok::<_, BoxError>(head.body(StreamBody::new(frames)).unwrap())
        }
    });
    Arc::new(Kube::new(AT, Dial::ready(kube::Client::new(service, "default"))))
}

/// A socket that is removed when this is dropped.
struct Socket(PathBuf, tokio::task::JoinHandle<()>);

impl Drop for Socket {
    fn drop(&mut self) {
        self.1.abort();
        let _ = std::fs::remove_file(&self.0);
    }
}

fn engine_with(fault: Fault, asked: Asked) -> (Arc<dyn Source>, Socket) {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("spyhop-storm-{}-{number}.sock", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).unwrap();
    let accepting = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, fault, asked.clone()));
        }
    });
    let host = format!("unix://{}", path.display());
    (Arc::new(Docker::new(AT, Endpoint::new("storm", &host, "test"))), Socket(path, accepting))
}

async fn serve(mut stream: UnixStream, fault: Fault, asked: Asked) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let (_, enough) = note(&asked);
    if enough {
        return futures::future::pending().await;
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let Some(Answer { code, body, cut }) = fault.of_engine(head.split(' ').nth(1).unwrap_or_default()) else { return };
    let length = body.len() + usize::from(cut);
    let answer = format!("HTTP/1.1 {code} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// Keeps a query answered for a minute, as the program does.
async fn keep(source: Arc<dyn Source>, query: &Query) {
    let (sender, mut inbox) = inbox::channel(INBOX);
    let keeper = Keeper {
        sources: Arc::new(Sources::new(vec![source])),
        gate: Gate::new(Audit::new(None), &[]),
        query: query.clone(),
        sender,
        mark: None,
        pause: Pause::new(7),
    };
    let all = async { while inbox.recv().await.is_some() {} };
    let _ = tokio::time::timeout(MINUTE, async { tokio::join!(keeper.keep(), all) }).await;
}

/// Why there were too many requests for so many loops; `None` if there were not.
fn storm(asked: &Asked, loops: usize) -> Option<String> {
    let asked = asked.lock().unwrap();
    let within =
        |from: &Instant| asked.iter().filter(|at| **at >= *from && **at < *from + Duration::from_secs(1)).count();
    let busiest = match asked.len() > ENOUGH {
        true => ENOUGH,
        false => asked.iter().map(within).max().unwrap_or(0),
    };
    let too_many = busiest > SECOND * loops || asked.len() > SLOW * loops;
    too_many.then(|| format!("{} requests in a minute, {busiest} within a second, {loops} loops", asked.len()))
}

fn kind(name: &str) -> KindRef {
    kinds::named(name).unwrap()
}

fn in_docker(name: &str) -> KindRef {
    kinds::named_in(&kinds::docker::FAMILY, name).unwrap()
}

fn custom() -> KindRef {
    kinds::adopt(&Definition::plain("example.org", "v1", "Storm", "storms"))
}

fn list(kind: KindRef, scope: Scope) -> Query {
    Query::List { at: AT, kind, scope }
}

fn one(kind: KindRef) -> Query {
    Query::One { id: Id::new(AT, kind, "shop", "web") }
}

fn logs(name: &str, labels: &str, tail: Tail) -> Query {
    let pods = Pods { namespace: "shop".into(), name: name.into(), labels: labels.into() };
    Query::Logs { at: AT, pods, container: "".into(), tail }
}

/// Every sort of query to a cluster, and the number of loops that answer it.
fn of_cluster() -> Vec<(Query, usize)> {
    vec![
        (list(kind("leases"), Scope::all()), 1),
        (list(kind("pods"), Scope::namespace("shop")), 1),
        (list(kind("leases"), Scope::namespace("mail,shop")), 2),
        (list(custom(), Scope::all()), 1),
        (list(kind("podmetrics"), Scope::all()), 1),
        (list(kind("routes"), Scope::all()), READERS.len()),
        (list(kind("problems"), Scope::namespace("shop")), READERS.len()),
        (one(kind("leases")), 1),
        (one(custom()), 1),
        (one(kind("routes")), READERS.len()),
        (logs("web", "", Tail::default()), 2),
        (logs("", "app=web", Tail::default()), 2),
        (logs("web", "", Tail { previous: true, ..Tail::default() }), 2),
        (Query::Kinds { at: AT }, 1),
        (Query::Rules { at: AT, namespace: "shop".into() }, 1),
    ]
}

/// The same of an engine.
fn of_engine() -> Vec<(Query, usize)> {
    let lists = ["containers", "images", "volumes", "networks", "projects", "containerstats"];
    let lists = lists.map(|name| (list(in_docker(name), Scope::all()), 1));
    let more = [
        (Query::One { id: Id::new(AT, in_docker("containers"), "", "web") }, 1),
        (logs("web", "", Tail::default()), 1),
        (logs("", "com.docker.compose.project=shop", Tail::default()), 1),
        (Query::Kinds { at: AT }, 1),
    ];
    lists.into_iter().chain(more).collect()
}

#[tokio::test(start_paused = true)]
async fn no_loop_asks_a_cluster_back_to_back() {
    let mut storms = Vec::new();
    for fault in FAULTS {
        for (query, loops) in of_cluster() {
            let asked = Asked::default();
            keep(cluster_with(fault, asked.clone()), &query).await;
            assert!(!asked.lock().unwrap().is_empty(), "{query:?} asks nothing");
            storms.extend(storm(&asked, loops).map(|why| format!("{fault:?}: {why}: {query:?}")));
        }
    }
    assert!(storms.is_empty(), "{}", storms.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn no_loop_asks_an_engine_back_to_back() {
    let mut storms = Vec::new();
    for fault in FAULTS {
        for (query, loops) in of_engine() {
            let asked = Asked::default();
            let (source, _socket) = engine_with(fault, asked.clone());
            keep(source, &query).await;
            let away = fault == Fault::Away;
            assert!(away || !asked.lock().unwrap().is_empty(), "{query:?} asks nothing");
            storms.extend(storm(&asked, loops).map(|why| format!("{fault:?}: {why}: {query:?}")));
        }
    }
    assert!(storms.is_empty(), "{}", storms.join("\n"));
}
