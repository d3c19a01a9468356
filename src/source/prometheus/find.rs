//! Finds a Prometheus server among the services of a cluster.

use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};
use kube::client::Body;

use super::{READS, READY};
use crate::model::{Error, Result};
use crate::source::endpoint::{Endpoint, Inside, Service};
use crate::source::meter::Meter;

/// The labels of its services, each by who sets them: the Prometheus operator (its governing service,
/// `prometheus-operated`), charts and manifests of today, and earlier versions of the chart.
const LABELS: &[&str] =
    &["operated-prometheus=true", "app.kubernetes.io/name=prometheus", "app=prometheus,component=server"];
/// The names of its port, the best first. A sidecar of Thanos adds ports of other names.
const PORTS: &[&str] = &["web", "http-web", "https-web", "http", "https"];
/// Its port, if the name says nothing.
const PORT: u16 = 9090;
/// The most services that are tried.
const MOST: usize = 4;

/// Finds the server when it is first asked, and again after it did not answer.
pub struct Finder {
    inside: Inside,
    meter: Arc<Meter>,
    found: Mutex<Option<Arc<Endpoint>>>,
}

impl Finder {
    pub fn new(inside: Inside, meter: Arc<Meter>) -> Self {
        Self { inside, meter, found: Mutex::default() }
    }

    /// Sends a request to the server that was found.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Body>> {
        let endpoint = match self.known() {
            Some(endpoint) => endpoint,
            None => self.find().await?,
        };
        let answer = endpoint.send(READS, request).await;
        answer.inspect_err(|_| self.note(None))
    }

    fn known(&self) -> Option<Arc<Endpoint>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, endpoint: Option<Arc<Endpoint>>) {
        self.meter.reach(endpoint.as_ref().map(|endpoint| endpoint.way()).unwrap_or_default());
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = endpoint;
    }

    /// The first service that answers, through the proxy or else through a forward.
    async fn find(&self) -> Result<Arc<Endpoint>> {
        let mut failed = None;
        for service in self.candidates().await? {
            match self.reach(service).await {
                Ok(endpoint) => {
                    let endpoint = Arc::new(endpoint);
                    self.note(Some(endpoint.clone()));
                    return Ok(endpoint);
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let none = "there is no service of Prometheus in this cluster that may be reached";
        let remedy = "write prometheus = \"URL\" in config.toml";
        Err(failed.unwrap_or_else(|| Error::Gone(format!("{none}; {remedy}"))))
    }

    /// The services with the first labels that any has.
    async fn candidates(&self) -> Result<Vec<Service>> {
        for labels in LABELS {
            let mut found: Vec<Service> = by_service(self.inside.services(labels).await?);
            if !found.is_empty() {
                found.truncate(MOST);
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    async fn reach(&self, service: Service) -> Result<Endpoint> {
        let proxy = Endpoint::Proxy(self.inside.clone(), service.clone());
        let Err(refused) = ready(&proxy).await else { return Ok(proxy) };
        let forward = match self.inside.behind(&service).await {
            Ok(forward) => ready(&forward).await.map(|()| forward),
            Err(error) => Err(error),
        };
        forward.map_err(|closed| neither(refused, &closed))
    }
}

/// Why neither the proxy nor a forward leads to a service. The proxy is the usual way, so its reason stands first and says
/// what can be done.
fn neither(proxy: Error, forward: &Error) -> Error {
    match proxy == *forward {
        true => proxy,
        false => proxy.told_as(|text| format!("{text}; nor does a port-forward lead to it: {forward}")),
    }
}

async fn ready(endpoint: &Endpoint) -> Result<()> {
    let request = Request::get(READY).body(Body::empty());
    let request = request.map_err(|error| Error::Invalid(format!("this cannot be asked: {error}")))?;
    let status = endpoint.send(READS, request).await?.status();
    match status.is_success() {
        true => Ok(()),
        false => Err(Error::Offline(format!("Prometheus is not ready ({}): {status}", endpoint.way()))),
    }
}

/// The best port of each service, if one may be that of Prometheus.
fn by_service(ports: Vec<Service>) -> Vec<Service> {
    let rank = |service: &Service| match PORTS.iter().position(|name| *name == service.port_name) {
        Some(place) => Some(place),
        None if service.port == PORT => Some(PORTS.len()),
        None if service.port_name.is_empty() => Some(PORTS.len() + 1),
        None => None,
    };
    let mut best: Vec<(usize, Service)> = Vec::new();
    for service in ports {
        let Some(rank) = rank(&service) else { continue };
        let same =
            |known: &&mut (usize, Service)| known.1.namespace == service.namespace && known.1.name == service.name;
        match best.iter_mut().find(same) {
            Some(known) if known.0 <= rank => {}
            Some(known) => *known = (rank, service),
            None => best.push((rank, service)),
        }
    }
    best.into_iter().map(|(_, service)| service).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_why_neither_way_leads_to_it() {
        let denied = |text: &str| Error::Denied(text.to_owned());
        let closed = Error::Gone("no pod is ready behind web".to_owned());
        let both = neither(denied("no right to get services/proxy"), &closed);
        let told = "no right to get services/proxy; nor does a port-forward lead to it: no pod is ready behind web";
        assert_eq!(both, denied(told));
        let same = denied("services inside of the cluster are not read");
        assert_eq!(neither(same.clone(), &same), same);
    }
}
