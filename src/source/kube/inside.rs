//! The API server as the way to the inside of its cluster: its proxy of services, and port-forwards without a listener.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, Portforwarder};
use kube::client::Body;
use serde::Deserialize;

use super::ask::{self, Ask, JSON};
use super::error;
use super::server::Server;
use crate::kinds::kube::{endpointslices, pods, services};
use crate::kinds::lens::or_default;
use crate::model::{Error, Id, KindRef, Result, Scope, SourceId, Str};
use crate::source::endpoint::{Connection, Interior, PodPort, Service};

/// The largest refusal that is read, in bytes.
const LARGEST: usize = 64 << 10;
/// The most services, and the most slices, that are looked at.
const MOST: &str = "100";
/// The label that names the service of a slice.
const SERVICE: &str = "kubernetes.io/service-name";

pub struct ApiServer(pub Arc<Server>);

impl Interior for ApiServer {
    fn at(&self) -> SourceId {
        self.0.at
    }

    fn services(&self, labels: &'static str) -> BoxFuture<'static, Result<Vec<Service>>> {
        let server = self.0.clone();
        async move {
            let ask = Ask::list(&services::KIND, &Scope::all().labels(labels), JSON).with("limit", MOST);
            let list: List<Object<ServiceSpec>> = server.read(&ask).await?;
            Ok(list.items.into_iter().flat_map(ports).collect())
        }
        .boxed()
    }

    fn behind(&self, service: &Service) -> BoxFuture<'static, Result<PodPort>> {
        let (server, service) = (self.0.clone(), service.clone());
        async move {
            let labels = format!("{SERVICE}={}", service.name);
            let scope = Scope::namespace(service.namespace.clone()).labels(labels);
            let ask = Ask::list(&endpointslices::KIND, &scope, JSON).with("limit", MOST);
            let slices: List<Slice> = server.read(&ask).await?;
            let none = || Error::Gone(format!("no pod is ready behind {service}"));
            slices.items.iter().find_map(|slice| slice.pod(&service)).ok_or_else(none)
        }
        .boxed()
    }

    fn proxy(&self, service: &Service, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>>> {
        let (server, service) = (self.0.clone(), service.clone());
        async move {
            let sent = proxy(&server, &service, request).await;
            sent.inspect_err(|error| server.meter.fail(error))
        }
        .boxed()
    }

    fn forward(&self, pod: &PodPort) -> BoxFuture<'static, Result<Connection>> {
        let (server, pod) = (self.0.clone(), pod.clone());
        async move {
            // The kube crate puts names into paths without checking them.
            Id::new(server.at, KindRef(&pods::KIND), pod.namespace.clone(), pod.name.clone()).check()?;
            let pods: Api<Pod> = Api::namespaced(server.client().await?, &pod.namespace);
            let way = pods.portforward(&pod.name, &[pod.port]).await;
            let mut way = Forward(way.map_err(|error| server.failure(&error))?);
            let lost = || Error::Offline(format!("the connection to {pod} was lost"));
            let stream = way.0.take_stream(pod.port).ok_or_else(lost)?;
            Ok(Connection { stream: Box::new(stream), held: Box::new(way) })
        }
        .boxed()
    }
}

/// Ends a forward when it is dropped.
struct Forward(Portforwarder);

impl Drop for Forward {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn proxy(server: &Server, service: &Service, mut request: Request<Body>) -> Result<Response<Body>> {
    let rest = request.uri().path_and_query().map_or("/", |rest| rest.as_str());
    let url = format!("{}{rest}", place(server.at, service)?);
    *request.uri_mut() = url.parse::<Uri>().map_err(|error| ask::malformed(error.into()))?;
    let path = request.uri().path().to_owned();
    let response = server.answer(request).await?;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let broken = |error| Error::Lost(format!("the answer of {service} was cut off: {error}"));
    let body = Limited::new(body, LARGEST).collect().await.map_err(broken)?.to_bytes();
    if !is_status(&body) {
        return Ok(Response::from_parts(head, Body::from(body.to_vec())));
    }
    if status == StatusCode::UNAUTHORIZED {
        server.dial.forget();
    }
    Err(remedied(error::refusal(&path, status, &head.headers, &body), service))
}

/// The path of a service's proxy: `/api/v1/namespaces/shop/services/https:web:8443/proxy`.
fn place(at: SourceId, service: &Service) -> Result<String> {
    let Service { namespace, name, port, tls, .. } = service;
    let id = Id::new(at, KindRef(&services::KIND), namespace.clone(), name.clone());
    let path = ask::object(&id)?;
    let (services, name) = path.rsplit_once('/').unwrap_or_default();
    let scheme = if *tls { "https:" } else { "" };
    Ok(format!("{services}/{scheme}{name}:{port}/proxy"))
}

/// Whether a body is the `Status` with which the API server itself refuses.
fn is_status(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Said {
        kind: String,
    }
    serde_json::from_slice::<Said>(body).is_ok_and(|said| said.kind == "Status")
}

/// Says what a user needs who may not use the proxy.
fn remedied(error: Error, service: &Service) -> Error {
    match error {
        Error::Denied(text) => {
            let needed = format!("you need the right to get services/proxy in {}", service.namespace);
            Error::Denied(format!("{needed} ({text})"))
        }
        error => error,
    }
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct List<T> {
    #[serde(deserialize_with = "or_default", default = "Vec::new")]
    items: Vec<T>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    name: Str,
    namespace: Str,
}

#[derive(Deserialize)]
struct Object<T> {
    metadata: Meta,
    spec: T,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServiceSpec {
    r#type: Str,
    #[serde(deserialize_with = "or_default")]
    ports: Vec<Port>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Port {
    name: Str,
    port: u16,
    protocol: Str,
    app_protocol: Option<Str>,
}

/// The ports of a service. The API server has no proxy for an external name.
fn ports(service: Object<ServiceSpec>) -> Vec<Service> {
    let Object { metadata: Meta { name, namespace }, spec } = service;
    if spec.r#type == "ExternalName" {
        return Vec::new();
    }
    let tcp = spec.ports.into_iter().filter(|port| matches!(port.protocol.as_str(), "" | "TCP"));
    tcp.map(|port| Service {
        namespace: namespace.clone(),
        name: name.clone(),
        port: port.port,
        tls: port.name.starts_with("https") || port.app_protocol.is_some_and(|protocol| protocol == "https"),
        port_name: port.name,
    })
    .collect()
}

/// An EndpointSlice (`discovery.k8s.io/v1`).
#[derive(Default, Deserialize)]
#[serde(default)]
struct Slice {
    #[serde(deserialize_with = "or_default")]
    ports: Vec<SlicePort>,
    #[serde(deserialize_with = "or_default")]
    endpoints: Vec<Address>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SlicePort {
    name: Option<Str>,
    port: Option<u16>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Address {
    #[serde(deserialize_with = "or_default")]
    conditions: Conditions,
    target_ref: Option<Target>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Conditions {
    ready: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Target {
    kind: Str,
    name: Str,
}

impl Slice {
    /// The first pod that is ready. A slice names its ports as the service does.
    fn pod(&self, service: &Service) -> Option<PodPort> {
        let is_meant = |port: &&SlicePort| port.name.as_deref().unwrap_or_default() == service.port_name;
        let port = self.ports.iter().find(is_meant)?.port?;
        // Unknown counts as ready (discovery.k8s.io/v1).
        let ready = self.endpoints.iter().filter(|address| address.conditions.ready.unwrap_or(true));
        let pod = ready.filter_map(|address| address.target_ref.as_ref()).find(|target| target.kind == "Pod")?;
        Some(PodPort { namespace: service.namespace.clone(), name: pod.name.clone(), port })
    }
}
