//! Prometheus inside of a cluster, over an API server that answers from a script: what is sent, through the gate, under
//! each policy.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use http::{Request, Response};
use http_body_util::Full;
use kube::client::Body;
use serde_json::{Value, json};
use spyhop::app::policy::Policy;
use spyhop::config::Config;
use spyhop::kinds;
use spyhop::kinds::prometheus::podusage;
use spyhop::model::{Delta, Error, KindRef, Object, Query, Result, Scope, SourceId};
use spyhop::runtime::audit::Audit;
use spyhop::runtime::gate::Gate;
use spyhop::source::Permit;
use spyhop::source::kube::{Kube, dial::Dial};
use spyhop::source::prometheus::Prometheus;
use tower::BoxError;

const CLUSTER: SourceId = SourceId(0);
const HERE: SourceId = SourceId(1);
/// The labels of the charts of today, as they stand in a URL.
const CHARTS: &str = "app.kubernetes.io%2Fname%3Dprometheus";
const PROXY: &str = "/api/v1/namespaces/monitoring/services/prometheus-server:80/proxy";

/// What an API server answers: a code and a body.
type Script = fn(&str) -> (u16, Value);

struct Scene {
    gate: Gate,
    source: Prometheus,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scene {
    fn new(script: Script) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            noted.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
            let (code, body) = script(&request.uri().to_string());
            let response = Response::builder().status(code).header("location", "http://elsewhere/");
            let response = response.body(Full::new(bytes::Bytes::from(body.to_string()))).unwrap();
            async move { Ok::<_, BoxError>(response) }
        });
        let kube = Kube::new(CLUSTER, Dial::ready(kube::Client::new(service, "default")));
        let (gate, permit) = (Gate::new(Audit::new(None), &[]), Permit::default());
        gate.grant(&permit);
        let source = Prometheus::inside(HERE, "prod", &kube, &permit).unwrap();
        Self { gate, source, asked }
    }

    /// Asks once what pods use, under a policy.
    async fn usage(&self, policy: &Policy) -> Result<Vec<Object>> {
        self.gate.obey(policy);
        let query = Query::List { at: HERE, kind: KindRef(&podusage::KIND), scope: Scope::all() };
        let mut deltas = self.gate.open(&self.source, &query, None);
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

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// A policy of a cluster by its configuration. `chosen` is whether the user switched looking inside on.
fn policy(config: &str, chosen: bool, read_only: bool) -> Policy {
    let mut policy = Policy::new(read_only, false);
    let config = Config::parse("config.toml", config).unwrap();
    for (at, family) in [(CLUSTER, kinds::USUAL), (HERE, &kinds::prometheus::FAMILY)] {
        policy.guard(at, "prod", config.guard("prod", family.read_only));
    }
    policy.look_inside(CLUSTER, chosen);
    policy
}

fn services(namespace: &str, labelled: bool) -> Value {
    let service = json!({"metadata": {"name": "prometheus-server", "namespace": namespace}, "spec": {"type": "ClusterIP",
        "ports": [{"name": "grpc", "port": 10901}, {"name": "http", "port": 80, "protocol": "TCP"}]}});
    json!({"kind": "ServiceList", "apiVersion": "v1", "items": if labelled { vec![service] } else { vec![] }})
}

fn answers(path: &str) -> (u16, Value) {
    let sample = json!({"metric": {"namespace": "shop", "pod": "web"}, "value": [1, "0.5"]});
    match path {
        path if path.starts_with("/api/v1/services?") => (200, services("monitoring", path.contains(CHARTS))),
        path if path.starts_with(PROXY) => (200, json!({"data": {"resultType": "vector", "result": [sample]}})),
        _ => (404, json!({"kind": "Status", "message": "no such thing"})),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_found_by_its_labels_and_asked_through_the_proxy() {
    let scene = Scene::new(answers);
    let rows = scene.usage(&policy("", true, false)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id.name.as_str()).collect::<Vec<_>>(), ["web"]);
    let asked = scene.asked();
    assert!(asked[0].contains("operated-prometheus") && asked[1].contains(CHARTS), "{asked:?}");
    assert_eq!(asked[2], format!("GET {PROXY}/-/ready"));
    assert!(asked[3..].iter().all(|line| line.starts_with(&format!("GET {PROXY}/api/v1/query?query="))), "{asked:?}");
    assert_eq!(asked.len(), 5);
    // It is not looked for again.
    scene.usage(&policy("", true, false)).await.unwrap();
    assert_eq!(scene.asked().len(), 2);
}

/// Under each policy that does not allow it: not one request, not even for a list of services.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_unless_it_is_allowed() {
    let scene = Scene::new(answers);
    let mut words = BTreeSet::new();
    for (config, chosen, read_only, why) in [
        ("", false, false, ":look-inside, or look_inside = true"),
        ("look_inside = false\n", true, false, ":look-inside, or look_inside = true"),
        ("read_only = true\n", true, false, "read-only by config.toml"),
        ("", true, true, "read-only: start without --readonly"),
        ("look_inside = true\n[[context]]\nmatch = \"prod\"\nprotected = true\n", true, false, "prod is protected"),
    ] {
        let error = scene.usage(&policy(config, chosen, read_only)).await.unwrap_err();
        assert!(matches!(&error, Error::Denied(text) if text.contains(why)), "{config:?}: {error:?}");
        assert_eq!(scene.asked(), Vec::<String>::new(), "{config:?}");
        words.insert(why);
    }
    assert_eq!(words.len(), 4);
    let mut held = policy("look_inside = true\n", true, false);
    held.hold(&Error::Invalid("config.toml, line 1".to_owned()));
    assert!(matches!(scene.usage(&held).await, Err(Error::Denied(text)) if text.contains("fix this first")));
    assert_eq!(scene.asked(), Vec::<String>::new());
    // A source that nobody made rules for.
    assert!(scene.usage(&Policy::new(false, true)).await.is_err());
    assert_eq!(scene.asked(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_cluster_that_is_read_only_the_configuration_allows_it() {
    for read_only in [false, true] {
        let scene = Scene::new(answers);
        scene.usage(&policy("read_only = true\nlook_inside = true\n", false, read_only)).await.unwrap();
        assert!(scene.asked().iter().all(|line| line.starts_with("GET ")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_namespace_stays_closed() {
    let scene = Scene::new(answers);
    let config = "look_inside = true\n[[context]]\nmatch = \"prod\"\nprotected = [\"monitor*\"]\n";
    let error = scene.usage(&policy(config, true, false)).await.unwrap_err();
    assert!(error.text().contains("no service of Prometheus in this cluster that may be reached"), "{error:?}");
    let asked = scene.asked();
    assert!(asked.iter().all(|line| line.starts_with("GET /api/v1/services?")), "{asked:?}");
    // It closes while rows are kept up to date, too.
    scene.usage(&policy("", true, false)).await.unwrap();
    scene.asked();
    let error = scene.usage(&policy(config, true, false)).await.unwrap_err();
    assert!(error.text().contains("monitoring is protected by config.toml"), "{error:?}");
    assert_eq!(scene.asked(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_user_lacks_is_told() {
    let scene = Scene::new(|path| match path.starts_with(PROXY) {
        true => (403, json!({"kind": "Status", "message": "services \"http:a:80\" is forbidden"})),
        false => answers(path),
    });
    let error = scene.usage(&policy("", true, false)).await.unwrap_err();
    let needed = "you need the right to get services/proxy in monitoring";
    assert!(matches!(&error, Error::Denied(text) if text.contains(needed)), "{error:?}");
    let asked = scene.asked();
    // The other way is tried once, and leads nowhere.
    assert!(asked.last().unwrap().starts_with("GET /apis/discovery.k8s.io/v1/namespaces/monitoring/endpointslices?"));
    assert_eq!(asked.len(), 4, "{asked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_itself_answers_is_no_refusal_of_the_api_server() {
    let scene = Scene::new(|path| match path.contains("/api/v1/query?") {
        true => (422, json!({"status": "error", "error": "query processing would load too many samples"})),
        false => answers(path),
    });
    let error = scene.usage(&policy("", true, false)).await.unwrap_err();
    assert_eq!(error.text(), "Prometheus in prod: query processing would load too many samples");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let scene = Scene::new(|path| match path.contains("/api/v1/query?") {
        true => (302, Value::Null),
        false => answers(path),
    });
    let error = scene.usage(&policy("", true, false)).await.unwrap_err();
    assert!(error.text().contains("redirects to http://elsewhere/, which is not followed"), "{error:?}");
    assert!(scene.asked().iter().all(|line| line.starts_with("GET /api/v1/")));
}
