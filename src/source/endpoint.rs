//! How a server is reached that only answers GETs: by its address, or inside of a cluster through the cluster's API
//! server. What is inside is reached only while the gate permits it, request by request.

pub mod direct;
mod permit;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::model::{Error, Result, SourceId, Str};

pub use direct::Direct;
pub use permit::Permit;

/// The largest answer over a forward, in bytes.
const LARGEST: usize = 32 << 20;

/// Bytes both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection to a port of a pod.
pub struct Connection {
    pub stream: Box<dyn Duplex>,
    /// Ends the connection when it is dropped.
    pub held: Box<dyn Send + Sync>,
}

/// What an API server offers to reach the inside of its cluster. Only this module calls it, after it was judged.
pub trait Interior: Send + Sync + 'static {
    /// The id of the cluster as a source.
    fn at(&self) -> SourceId;

    /// The services of all namespaces that match a label selector.
    fn services(&self, labels: &'static str) -> BoxFuture<'static, Result<Vec<Service>>>;

    /// A running pod that answers for a service, and the port there.
    fn behind(&self, service: &Service) -> BoxFuture<'static, Result<PodPort>>;

    /// Sends a request through the proxy of a service. The path begins with a slash. A refusal of the API server is an
    /// error; whatever the service answers is an answer.
    fn proxy(&self, service: &Service, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>>>;

    /// A connection to a port of a pod, without a listener on this machine.
    fn forward(&self, pod: &PodPort) -> BoxFuture<'static, Result<Connection>>;
}

/// A service of a cluster, and the port at which it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub namespace: Str,
    pub name: Str,
    pub port: u16,
    /// The name of the port; it may be empty.
    pub port_name: Str,
    /// Whether the port speaks TLS.
    pub tls: bool,
}

/// A port of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodPort {
    pub namespace: Str,
    pub name: Str,
    pub port: u16,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.name, self.port)
    }
}

impl fmt::Display for PodPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}:{}", self.namespace, self.name, self.port)
    }
}

/// The inside of a cluster, and the judgement whether it may be reached.
#[derive(Clone)]
pub struct Inside {
    cluster: Arc<dyn Interior>,
    permit: Permit,
}

impl Inside {
    pub fn new(cluster: Arc<dyn Interior>, permit: Permit) -> Self {
        Self { cluster, permit }
    }

    /// The services that match a label selector, without those that may not be reached.
    pub async fn services(&self, labels: &'static str) -> Result<Vec<Service>> {
        self.judge(None)?;
        let mut all = self.cluster.services(labels).await?;
        all.retain(|service| self.judge(Some(&service.namespace)).is_ok());
        Ok(all)
    }

    /// The way to a service through a port-forward to one of its pods.
    pub async fn behind(&self, service: &Service) -> Result<Endpoint> {
        self.judge(Some(&service.namespace))?;
        if service.tls {
            return Err(Error::Unsupported(format!("{service} speaks TLS, which a forward cannot check")));
        }
        Ok(Endpoint::Forward(self.clone(), self.cluster.behind(service).await?))
    }

    /// Whether a namespace may be reached now, or with `None` the cluster at all.
    fn judge(&self, namespace: Option<&str>) -> Result<()> {
        self.permit.judge(self.cluster.at(), namespace)
    }
}

/// One way to a server.
pub enum Endpoint {
    Direct(Box<Direct>),
    /// Through the proxy that the API server has for each service.
    Proxy(Inside, Service),
    /// Through a port-forward within this process.
    Forward(Inside, PodPort),
}

impl Endpoint {
    /// Sends a GET to one of the paths in `reads`. Anything else is a write, and refused. Redirects are not followed.
    pub async fn send(&self, reads: &[&str], request: Request<Body>) -> Result<Response<Body>> {
        self.judge()?;
        listed(reads, &request)?;
        match self {
            Self::Direct(direct) => direct.send(request).await,
            Self::Proxy(inside, service) => inside.cluster.proxy(service, request).await,
            Self::Forward(_, pod) => {
                let connection = self.connect().await?;
                exchange(connection, pod, request).await
            }
        }
    }

    /// A connection for one exchange. Only a forward has one of its own.
    pub async fn connect(&self) -> Result<Connection> {
        self.judge()?;
        match self {
            Self::Forward(inside, pod) => inside.cluster.forward(pod).await,
            Self::Direct(_) | Self::Proxy(..) => {
                Err(Error::Unsupported("only a forward has a connection of its own".to_owned()))
            }
        }
    }

    /// How it is reached, in a word or two: `proxy monitoring/prometheus:80`.
    pub fn way(&self) -> String {
        match self {
            Self::Direct(_) => "directly".to_owned(),
            Self::Proxy(_, service) => format!("proxy {service}"),
            Self::Forward(_, pod) => format!("forward {pod}"),
        }
    }

    /// What is inside of a cluster may be reached only while the gate permits it.
    fn judge(&self) -> Result<()> {
        match self {
            Self::Direct(_) => Ok(()),
            Self::Proxy(inside, service) => inside.judge(Some(&service.namespace)),
            Self::Forward(inside, pod) => inside.judge(Some(&pod.namespace)),
        }
    }
}

/// Whether a request is one of the reads that a provider lists.
fn listed(reads: &[&str], request: &Request<Body>) -> Result<()> {
    let path = request.uri().path();
    match request.method() == Method::GET && reads.contains(&path) {
        true => Ok(()),
        false => Err(Error::Denied(format!("{} {path} is none of the reads that are listed", request.method()))),
    }
}

/// One request and its whole answer over a connection.
async fn exchange(connection: Connection, pod: &PodPort, mut request: Request<Body>) -> Result<Response<Body>> {
    let broken = |error: &dyn fmt::Display| Error::Offline(format!("the connection to {pod} broke: {error}"));
    let Connection { stream, held: _held } = connection;
    request.headers_mut().entry(header::HOST).or_insert(HeaderValue::from_static("localhost"));
    let (mut sender, work) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    let answer = async {
        let (head, body) = sender.send_request(request).await.map_err(|error| broken(&error))?.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.map_err(|error| broken(&error))?;
        Ok(Response::from_parts(head, Body::from(body.to_bytes().to_vec())))
    };
    // How the connection ended shows in the answer.
    let carried = async {
        let _ = work.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answer = answer => answer,
        () = carried => Err(broken(&"it ended")),
    }
}
