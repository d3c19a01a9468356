//! Ways to servers, with a cluster that only notes what it is asked for.

use std::sync::Mutex;

use super::*;

const READS: &[&str] = &["/-/ready", "/api/v1/query"];

#[derive(Default)]
struct Noting(Mutex<Vec<String>>);

impl Noting {
    fn note<T: Send + 'static>(&self, what: String, answer: Result<T>) -> BoxFuture<'static, Result<T>> {
        self.0.lock().unwrap().push(what);
        Box::pin(std::future::ready(answer))
    }

    fn noted(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Interior for Noting {
    fn at(&self) -> SourceId {
        SourceId(7)
    }

    fn services(&self, labels: &'static str) -> BoxFuture<'static, Result<Vec<Service>>> {
        self.note(format!("services {labels}"), Ok(vec![service("shop"), service("secret")]))
    }

    fn behind(&self, service: &Service) -> BoxFuture<'static, Result<PodPort>> {
        self.note(format!("behind {service}"), Ok(pod(&service.namespace)))
    }

    fn proxy(&self, service: &Service, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>>> {
        let what = format!("proxy {service} {} {}", request.method(), request.uri());
        self.note(what, Ok(Response::new(Body::empty())))
    }

    /// What is at the other end answers each request with its head.
    fn forward(&self, pod: &PodPort) -> BoxFuture<'static, Result<Connection>> {
        let (here, mut there) = tokio::io::duplex(4096);
        tokio::spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let mut head = vec![0; 4096];
            let read = there.read(&mut head).await.unwrap();
            let said = format!("HTTP/1.1 200 OK\r\ncontent-length: {read}\r\n\r\n");
            there.write_all(said.as_bytes()).await.unwrap();
            there.write_all(&head[..read]).await.unwrap();
        });
        self.note(format!("forward {pod}"), Ok(Connection { stream: Box::new(here), held: Box::new(()) }))
    }
}

fn service(namespace: &str) -> Service {
    Service { namespace: namespace.into(), name: "web".into(), port: 80, port_name: Str::new(), tls: false }
}

fn pod(namespace: &str) -> PodPort {
    PodPort { namespace: namespace.into(), name: "web-1".into(), port: 9090 }
}

/// All ways into a namespace of a cluster.
fn ways(inside: &Inside, namespace: &str) -> [Endpoint; 2] {
    [Endpoint::Proxy(inside.clone(), service(namespace)), Endpoint::Forward(inside.clone(), pod(namespace))]
}

fn request(method: Method, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}

/// Only the namespace that is called so stays closed.
fn permit() -> Permit {
    let permit = Permit::default();
    permit.grant(|at, namespace| match (at, namespace) {
        (SourceId(7), None | Some("shop")) => Ok(()),
        _ => Err(Error::Denied("closed".to_owned())),
    });
    permit
}

#[tokio::test]
async fn nothing_but_the_listed_reads_is_sent() {
    let cluster = Arc::new(Noting::default());
    let inside = Inside::new(cluster.clone(), permit());
    let methods =
        [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let paths = ["/", "/-/quit", "/-/ready/", "/-/ready/x", "/api/v1/query/../admin", "/API/v1/query", "/%2d/ready"];
    let direct = || Endpoint::Direct(Box::new(Direct::new("http://127.0.0.1:1").unwrap()));
    for method in methods {
        for path in paths.into_iter().chain(READS.iter().copied()) {
            for endpoint in ways(&inside, "shop").into_iter().chain([direct()]) {
                let is_listed = method == Method::GET && READS.contains(&path);
                let sent = endpoint.send(READS, request(method.clone(), path)).await;
                let is_refused = matches!(&sent, Err(Error::Denied(text)) if text.contains("none of the reads"));
                assert_eq!(is_refused, !is_listed, "{method} {path}");
                assert_eq!(cluster.noted().is_empty(), !is_listed || matches!(endpoint, Endpoint::Direct(_)));
            }
        }
    }
    let endpoint = Endpoint::Proxy(inside, service("shop"));
    endpoint.send(READS, request(Method::GET, "/api/v1/query?query=up")).await.unwrap();
    assert_eq!(cluster.noted(), ["proxy shop/web:80 GET /api/v1/query?query=up"]);
}

#[tokio::test]
async fn nothing_is_sent_without_the_permission_of_the_gate() {
    let cluster = Arc::new(Noting::default());
    for (permit, namespace) in [(Permit::default(), "shop"), (permit(), "secret")] {
        let inside = Inside::new(cluster.clone(), permit);
        for endpoint in ways(&inside, namespace) {
            assert!(matches!(endpoint.send(READS, request(Method::GET, READS[0])).await, Err(Error::Denied(_))));
            assert!(matches!(endpoint.connect().await, Err(Error::Denied(_))));
        }
        assert!(matches!(inside.behind(&service(namespace)).await, Err(Error::Denied(_))));
        assert_eq!(cluster.noted(), Vec::<String>::new(), "{namespace}");
    }
    let closed = Inside::new(cluster.clone(), Permit::default());
    assert!(matches!(closed.services("a=b").await, Err(Error::Denied(_))));
    assert_eq!(cluster.noted(), Vec::<String>::new());
    let open = Inside::new(cluster, permit());
    assert_eq!(open.services("a=b").await.unwrap(), [service("shop")], "closed namespaces are not tried");
}

#[tokio::test]
async fn what_is_permitted_no_longer_is_not_sent() {
    let cluster = Arc::new(Noting::default());
    let permit = permit();
    let inside = Inside::new(cluster.clone(), permit.clone());
    let [proxy, forward] = ways(&inside, "shop");
    proxy.send(READS, request(Method::GET, READS[0])).await.unwrap();
    assert_eq!(cluster.noted().len(), 1);
    permit.grant(|_, _| Err(Error::Denied("switched off".to_owned())));
    for endpoint in [proxy, forward] {
        assert!(endpoint.send(READS, request(Method::GET, READS[0])).await.is_err());
    }
    assert_eq!(cluster.noted(), Vec::<String>::new());
}

#[tokio::test]
async fn a_forward_carries_one_exchange() {
    let cluster = Arc::new(Noting::default());
    let inside = Inside::new(cluster.clone(), permit());
    let forward = inside.behind(&service("shop")).await.unwrap();
    assert_eq!(forward.way(), "forward shop/web-1:9090");
    let answer = forward.send(READS, request(Method::GET, "/api/v1/query?query=up")).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let head = String::from_utf8(body.to_vec()).unwrap();
    assert!(head.starts_with("GET /api/v1/query?query=up HTTP/1.1\r\n") && head.contains("host: localhost"), "{head}");
    assert_eq!(cluster.noted(), ["behind shop/web:80", "forward shop/web-1:9090"]);
    let secure = Service { tls: true, ..service("shop") };
    assert!(matches!(inside.behind(&secure).await, Err(Error::Unsupported(_))), "nobody could check its certificate");
}
