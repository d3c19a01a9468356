//! Names that could mean another object, or all of them: refused at the gate, and again by each source, before anything
//! is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::StreamExt;
use http::Request as Http;
use kube::client::Body;
use serde_json::{Value, json};
use spyhop::kinds;
use spyhop::model::{
    Args, Door, Error, Health, Id, KindRef, Object, Patch, Pods, Query, Reach, Request, Scope, SessionId, SourceId,
    Str, Tail, Time, Uid, Verb, What,
};
use spyhop::runtime::audit::Audit;
use spyhop::runtime::gate::Gate;
use spyhop::source::Source;
use spyhop::source::docker::{Docker, endpoint::Endpoint};
use spyhop::source::kube::{Kube, dial::Dial};

const AT: SourceId = SourceId(1);
const BAD: &[&str] = &["", ".", "..", "a/b", "a/", "/a", "a/status", "a%2Fb", "%2e%2e", "a/../b"];

/// An API server that counts what it is asked and knows nothing.
fn server(asked: &Arc<AtomicUsize>) -> Arc<dyn Source> {
    let asked = asked.clone();
    let service = tower::service_fn(move |_: Http<Body>| {
        asked.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, std::io::Error>(http::Response::builder().status(404).body(Body::empty()).unwrap()) }
    });
    Arc::new(Kube::new(AT, Dial::ready(kube::Client::new(service, "default"))))
}

/// An engine that cannot be reached: whatever is sent comes back as [`Error::Offline`].
fn engine() -> Arc<dyn Source> {
    Arc::new(Docker::new(AT, Endpoint::new("nowhere", "unix:///nowhere/docker.sock", "test")))
}

fn object(id: &Id) -> Object {
    let (labels, owner, link) = (Str::from("list=/spec/http/0/route"), Str::new(), None);
    Object { id: id.clone(), uid: Uid::from("u1"), health: Health::Good, cells: Box::default(), labels, owner, link }
}

/// Arguments with which each verb has something to send.
fn args(verb: &Verb) -> Args {
    let given: &[(&str, &str)] = match verb.name {
        "image" => &[("app", "image:2")],
        "shift" => &[("%2", "50")],
        _ => &[("replicas", "3"), ("state", "suspend"), ("changes", "a=b")],
    };
    given.iter().fold(Args::default(), |args, (name, value)| args.with(*name, *value))
}

fn body(id: &Id) -> Value {
    let spec = json!({"containers": [{"name": "app", "image": "image:1"}]});
    let template = json!({"spec": spec});
    let route = json!([{"destination": {"host": "a"}, "weight": 90}, {"destination": {"host": "b"}, "weight": 10}]);
    json!({"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"name": id.name.as_str(), "uid": "u", "resourceVersion": "1"}, "spec": {
        "http": [{"route": route}],
        "containers": spec["containers"], "template": template, "jobTemplate": {"spec": {"template": template}}}})
}

/// The same for a verb that needs more than the others may find.
fn body_of(verb: &Verb, id: &Id) -> Value {
    let mut body = body(id);
    if verb.name == "terminate" {
        body["operation"] = json!({"sync": {}});
        body["status"]["operationState"] = json!({"phase": "Running"});
    }
    body
}

/// What each verb of a kind sends, and what reading, editing and applying send.
fn requests(id: &Id) -> Vec<Request> {
    let verbs = id.kind.verbs.iter().map(|verb| {
        let request = verb.act.request(&object(id), &body_of(verb, id), &args(verb), Time(0));
        request.unwrap_or_else(|error| panic!("{verb:?} of {}: {error}", id.kind.name))
    });
    // A job that a cron job makes is named by us, whatever that one is called.
    let verbs = verbs.filter(|request| request.id.name == id.name);
    let own = || Box::new(body(id));
    let whole = [
        What::Get,
        What::Create(own()),
        What::Create(Box::default()),
        What::Replace(own()),
        What::Apply { body: own(), force: true },
        What::Patch(Box::new(Patch::Json(json!([])))),
        What::Delete { grace: None, propagation: None },
        What::Do { name: "remove", args: Vec::new() },
        What::Do { name: "stop", args: Vec::new() },
    ];
    let whole = whole.into_iter().flat_map(|what| {
        let request = Request::new(id.clone(), what);
        [request.clone(), request.clone().dry(), request.clone().of("u1"), request.on("scale")]
    });
    verbs.chain(whole).collect()
}

fn queries(id: &Id) -> Vec<Query> {
    let forward = Reach::Forward { address: "127.0.0.1".into(), local: 0, remote: 80 };
    let session = |reach| Query::Session { session: SessionId(1), id: id.clone(), container: Str::new(), reach };
    vec![Query::One { id: id.clone() }, session(Reach::Shell), session(Reach::Attach), session(forward)]
}

/// Whether it was refused here, and not by somebody who was asked.
fn is_refused<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Invalid(_) | Error::Unsupported(_)))
}

/// What a query ends with.
async fn end(source: &dyn Source, query: Query) -> Result<(), Error> {
    let (_input, output) = tokio::sync::mpsc::channel(1);
    let mut pieces = if query.is_session() { source.session(query, output) } else { source.open(query, None) };
    while let Some(piece) = pieces.next().await {
        piece?;
    }
    Ok(())
}

/// The kinds of a family that live on its servers.
fn served(family: &str) -> impl Iterator<Item = KindRef> {
    kinds::all().filter(move |kind| kind.family.name == family && !matches!(kind.door, Door::Own))
}

fn bad_ids(kind: KindRef) -> Vec<Id> {
    let namespace = if kind.address.namespaced { "shop" } else { "" };
    let named = BAD.iter().map(move |bad| Id::new(AT, kind, namespace, *bad));
    let placed = BAD.iter().filter(|bad| kind.address.namespaced || !bad.is_empty());
    named.chain(placed.map(|bad| Id::new(AT, kind, *bad, "web"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_about_a_name_that_is_none() {
    let asked = Arc::new(AtomicUsize::new(0));
    let gate = Gate::new(Audit::new(None), &[]);
    let mut tried = 0;
    for (family, source) in [("kube", server(&asked)), ("docker", engine())] {
        for id in served(family).flat_map(bad_ids) {
            for request in requests(&id) {
                // An engine's images have slashes in their names.
                if request.check().is_ok() {
                    assert_eq!((id.kind.name, id.name.contains('/')), ("images", true), "{request:?}");
                    continue;
                }
                let judged = gate.call(source.clone(), request.clone()).await;
                assert!(matches!(judged, Err(Error::Invalid(_))), "the gate let {request:?} pass: {judged:?}");
                let done = source.call(request.clone()).await;
                assert!(is_refused(&done), "{family} took {request:?}: {done:?}");
                tried += 1;
            }
            for query in queries(&id).into_iter().filter(|query| query.check().is_err()) {
                let told = end(source.as_ref(), query.clone()).await;
                assert!(is_refused(&told), "{family} took {query:?}: {told:?}");
            }
        }
    }
    let pods = kinds::named("pods").unwrap();
    let kube = server(&asked);
    for bad in BAD.iter().filter(|bad| !bad.is_empty()) {
        let list = Query::List { at: AT, kind: pods, scope: Scope::namespace(*bad) };
        assert!(is_refused(&end(kube.as_ref(), list).await), "{bad}");
        for (namespace, name) in [("shop", *bad), (*bad, "web")] {
            let pods = Pods { namespace: namespace.into(), name: name.into(), labels: Str::new() };
            let logs = Query::Logs { at: AT, pods, container: Str::new(), tail: Tail::default() };
            assert!(is_refused(&end(kube.as_ref(), logs).await), "{namespace} {name}");
        }
    }
    assert!(tried > 3000, "only {tried} were tried");
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    // The same way with a name that is one arrives: the count above can be wrong.
    let id = Id::new(AT, pods, "shop", "web");
    assert!(matches!(kube.call(Request::new(id, What::Get)).await, Err(Error::Unserved(_))));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}
