//! Everything that was read, and what is known to be whole.

use std::collections::{BTreeMap, HashMap};

use super::Name;
use super::read::{self, All, GATEWAY_API, ISTIO, core, gateway, ingress, istio};
use crate::model::Value;

/// How much is known of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    All,
    /// The objects of one namespace, or of none: more is not allowed.
    Only(String),
}

/// The objects that routes are resolved from. A kind that was never read is unknown, which is not the same as empty.
#[derive(Debug)]
pub struct World {
    pub services: All<core::Service>,
    pub pods: All<core::Pod>,
    pub namespaces: All<core::Namespace>,
    pub slices: All<core::Slice>,
    pub ingresses: All<ingress::Ingress>,
    pub gateways: All<gateway::Gateway>,
    pub listener_sets: All<gateway::ListenerSet>,
    pub http_routes: All<gateway::HttpRoute>,
    pub grpc_routes: All<gateway::GrpcRoute>,
    pub tls_routes: All<gateway::StreamRoute>,
    pub tcp_routes: All<gateway::StreamRoute>,
    pub udp_routes: All<gateway::StreamRoute>,
    pub grants: All<gateway::Grant>,
    pub istio_gateways: All<istio::Gateway>,
    pub virtual_services: All<istio::VirtualService>,
    pub destination_rules: All<istio::DestinationRule>,
    pub service_entries: All<istio::ServiceEntry>,
    pub sidecars: All<istio::Sidecar>,
    pub peer_authentications: All<istio::PeerAuthentication>,
    /// Kinds (group, name) of which there is an answer, even if it is "none".
    pub known: BTreeMap<(&'static str, &'static str), Reach>,
    /// Objects that could not be read, and why.
    pub unread: Vec<String>,
    /// The cluster's DNS domain.
    pub domain: String,
    /// Istio's root namespace.
    pub root: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            services: All::new(),
            pods: All::new(),
            namespaces: All::new(),
            slices: All::new(),
            ingresses: All::new(),
            gateways: All::new(),
            listener_sets: All::new(),
            http_routes: All::new(),
            grpc_routes: All::new(),
            tls_routes: All::new(),
            tcp_routes: All::new(),
            udp_routes: All::new(),
            grants: All::new(),
            istio_gateways: All::new(),
            virtual_services: All::new(),
            destination_rules: All::new(),
            service_entries: All::new(),
            sidecars: All::new(),
            peer_authentications: All::new(),
            known: BTreeMap::new(),
            unread: Vec::new(),
            domain: "cluster.local".to_owned(),
            root: "istio-system".to_owned(),
        }
    }
}

impl World {
    pub fn of<'a>(bodies: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut world = Self::default();
        bodies.into_iter().for_each(|body| read::read(&mut world, body));
        world.unread.sort();
        world
    }

    /// There is an answer about all objects of this kind.
    pub fn knows(&mut self, group: &'static str, kind: &'static str) {
        self.known.insert((group, kind), Reach::All);
    }

    /// There is an answer about the objects of this kind in one namespace; about none, when it is empty.
    pub fn knows_only(&mut self, group: &'static str, kind: &'static str, namespace: &str) {
        self.known.insert((group, kind), Reach::Only(namespace.to_owned()));
    }

    /// Whether all objects of a kind in a namespace were told; what was not is unknown, never missing.
    pub fn is_known(&self, group: &'static str, kind: &'static str, namespace: &str) -> bool {
        match self.known.get(&(group, kind)) {
            Some(Reach::All) => true,
            Some(Reach::Only(name)) => !name.is_empty() && name == namespace,
            None => false,
        }
    }

    /// Somebody may not list all objects of a kind, so that some may be there that nobody told.
    pub fn is_limited(&self, group: &'static str, kind: &'static str) -> bool {
        matches!(self.known.get(&(group, kind)), Some(Reach::Only(_)))
    }

    pub fn knows_services(&self, namespace: &str) -> bool {
        self.is_known("", "Service", namespace)
    }

    pub fn knows_pods(&self, namespace: &str) -> bool {
        self.is_known("", "Pod", namespace)
    }

    pub fn knows_slices(&self, namespace: &str) -> bool {
        self.is_known("discovery.k8s.io", "EndpointSlice", namespace)
    }

    pub fn knows_namespaces(&self) -> bool {
        self.is_known("", "Namespace", "")
    }

    pub fn knows_gateways(&self, namespace: &str) -> bool {
        self.is_known(GATEWAY_API, "Gateway", namespace)
    }

    pub fn knows_istio_gateways(&self, namespace: &str) -> bool {
        self.is_known(ISTIO, "Gateway", namespace)
    }

    /// The full name of a service.
    pub fn fqdn(&self, service: &Name) -> String {
        format!("{}.{}.svc.{}", service.name, service.namespace, self.domain)
    }

    /// The service that a full name means, whether it exists or not.
    pub fn service_of(&self, host: &str) -> Option<Name> {
        let (name, namespace) = host.strip_suffix(&self.domain)?.strip_suffix(".svc.")?.split_once('.')?;
        (!namespace.contains('.')).then(|| Name::new(namespace, name))
    }

    /// Istio: a host without a dot is a service next to the object that names it; anything else is taken as it is,
    /// also `reviews.bookinfo`, which is then a name of its own.
    pub fn full(&self, host: &str, namespace: &str) -> String {
        self.full_as_written(host, namespace).to_lowercase()
    }

    /// The same in the case that it is written in: Istio compares the hosts of gateways so.
    pub fn full_as_written(&self, host: &str, namespace: &str) -> String {
        match host.contains('.') || host.contains('*') || host.contains(':') {
            true => host.to_owned(),
            false => self.fqdn(&Name::new(namespace, host)),
        }
    }

    /// Endpoint slices by their service, for many look-ups.
    pub fn slices_by_service(&self) -> HashMap<Name, Vec<&core::Slice>> {
        let mut out: HashMap<Name, Vec<&core::Slice>> = HashMap::new();
        for slice in self.slices.values() {
            if let Some(service) = slice.metadata.labels.get("kubernetes.io/service-name") {
                out.entry(Name::new(&slice.metadata.namespace, service)).or_default().push(slice);
            }
        }
        out
    }
}
