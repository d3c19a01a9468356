//! Everything that was read, and what is known to be whole.

use std::collections::{BTreeSet, HashMap};

use super::Name;
use super::read::{self, All, GATEWAY_API, ISTIO, core, gateway, ingress, istio};
use crate::model::Value;

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
    pub grants: All<gateway::Grant>,
    pub istio_gateways: All<istio::Gateway>,
    pub virtual_services: All<istio::VirtualService>,
    pub destination_rules: All<istio::DestinationRule>,
    pub service_entries: All<istio::ServiceEntry>,
    pub sidecars: All<istio::Sidecar>,
    pub peer_authentications: All<istio::PeerAuthentication>,
    /// Kinds (group, name) of which there is an answer, even if it is "none".
    pub known: BTreeSet<(&'static str, &'static str)>,
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
            grants: All::new(),
            istio_gateways: All::new(),
            virtual_services: All::new(),
            destination_rules: All::new(),
            service_entries: All::new(),
            sidecars: All::new(),
            peer_authentications: All::new(),
            known: BTreeSet::new(),
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
        self.known.insert((group, kind));
    }

    pub fn knows_services(&self) -> bool {
        self.known.contains(&("", "Service"))
    }

    pub fn knows_pods(&self) -> bool {
        self.known.contains(&("", "Pod"))
    }

    pub fn knows_slices(&self) -> bool {
        self.known.contains(&("discovery.k8s.io", "EndpointSlice"))
    }

    pub fn knows_namespaces(&self) -> bool {
        self.known.contains(&("", "Namespace"))
    }

    pub fn knows_gateways(&self) -> bool {
        self.known.contains(&(GATEWAY_API, "Gateway"))
    }

    pub fn knows_istio_gateways(&self) -> bool {
        self.known.contains(&(ISTIO, "Gateway"))
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
    /// also `reviews.bookinfo`, which then matches nothing.
    pub fn full(&self, host: &str, namespace: &str) -> String {
        match host.contains('.') || host.contains('*') || host.contains(':') {
            true => host.to_lowercase(),
            false => self.fqdn(&Name::new(namespace, &host.to_lowercase())),
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
