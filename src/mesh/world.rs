//! All objects that were read, and which kinds were read completely.

use std::collections::{BTreeMap, HashMap};

use super::Name;
use super::read::{self, All, GATEWAY_API, ISTIO, core, gateway, ingress, istio};
use crate::model::Value;

/// How much of a kind is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    All,
    /// The objects of these namespaces: the user may not list more.
    Only(Vec<String>),
}

/// The objects from which routes are resolved. A kind that was never read is unknown, which is not the same as empty.
#[derive(Debug)]
pub struct World {
    pub services: All<core::Service>,
    pub pods: All<core::Pod>,
    pub namespaces: All<core::Namespace>,
    pub slices: All<core::Slice>,
    pub ingresses: All<ingress::Ingress>,
    pub gateway_api: GatewayApi,
    pub istio: Istio,
    /// The kinds (group, name) that were read, even if there are no objects of them.
    pub known: BTreeMap<(&'static str, &'static str), Coverage>,
    /// The objects that could not be read, with the reasons.
    pub unread: Vec<String>,
    /// The cluster's DNS domain.
    pub domain: String,
    /// Istio's root namespace.
    pub root: String,
}

#[derive(Debug, Default)]
pub struct GatewayApi {
    pub gateways: All<gateway::Gateway>,
    pub listener_sets: All<gateway::ListenerSet>,
    pub http_routes: All<gateway::HttpRoute>,
    pub grpc_routes: All<gateway::GrpcRoute>,
    pub tls_routes: All<gateway::StreamRoute>,
    pub tcp_routes: All<gateway::StreamRoute>,
    pub udp_routes: All<gateway::StreamRoute>,
    pub grants: All<gateway::Grant>,
}

#[derive(Debug, Default)]
pub struct Istio {
    pub gateways: All<istio::Gateway>,
    pub virtual_services: All<istio::VirtualService>,
    pub destination_rules: All<istio::DestinationRule>,
    pub service_entries: All<istio::ServiceEntry>,
    pub sidecars: All<istio::Sidecar>,
    pub peer_authentications: All<istio::PeerAuthentication>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            services: All::new(),
            pods: All::new(),
            namespaces: All::new(),
            slices: All::new(),
            ingresses: All::new(),
            gateway_api: GatewayApi::default(),
            istio: Istio::default(),
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

    /// Notes that all objects of this kind were read.
    pub fn knows(&mut self, group: &'static str, kind: &'static str) {
        self.known.insert((group, kind), Coverage::All);
    }

    /// Notes that the objects of this kind were read in these namespaces only, or in none.
    pub fn knows_only<'a>(
        &mut self,
        group: &'static str,
        kind: &'static str,
        namespaces: impl IntoIterator<Item = &'a str>,
    ) {
        let namespaces = namespaces.into_iter().map(str::to_owned).collect();
        self.known.insert((group, kind), Coverage::Only(namespaces));
    }

    /// Whether all objects of a kind in a namespace were read. An object that was not read is unknown, never missing.
    pub fn is_known(&self, group: &'static str, kind: &'static str, namespace: &str) -> bool {
        match self.known.get(&(group, kind)) {
            Some(Coverage::All) => true,
            Some(Coverage::Only(names)) => names.iter().any(|name| name == namespace),
            None => false,
        }
    }

    /// Whether the user may not list all objects of a kind. Objects may exist then that were not read.
    pub fn is_limited(&self, group: &'static str, kind: &'static str) -> bool {
        matches!(self.known.get(&(group, kind)), Some(Coverage::Only(_)))
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

    /// The service that a full name means, whether or not it exists.
    pub fn service_of(&self, host: &str) -> Option<Name> {
        let (name, namespace) = host.strip_suffix(&self.domain)?.strip_suffix(".svc.")?.split_once('.')?;
        (!namespace.contains('.')).then(|| Name::new(namespace, name))
    }

    /// The full name of a host in Istio. A host without a dot is a service in the namespace of the object that names
    /// it. Any other host is used unchanged, also `reviews.bookinfo`, which is then a name of its own.
    pub fn full(&self, host: &str, namespace: &str) -> String {
        self.full_as_written(host, namespace).to_lowercase()
    }

    /// The full name with upper and lower case as written. Istio compares the hosts of gateways in this form.
    pub fn full_as_written(&self, host: &str, namespace: &str) -> String {
        match host.contains('.') || host.contains('*') || host.contains(':') {
            true => host.to_owned(),
            false => self.fqdn(&Name::new(namespace, host)),
        }
    }

    /// The endpoint slices by their service, for many look-ups.
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
