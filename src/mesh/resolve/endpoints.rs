//! The endpoints behind a service, and how many of them are ready. Other look-ups that all rows share are here too.

use std::collections::{BTreeMap, HashMap};

use super::istio::destination::ByHost;
use crate::mesh::read::Labels;
use crate::mesh::read::core::{Endpoint, Slice};
use crate::mesh::route::{Backend, Fault, Name, Pods, Ready};
use crate::mesh::{World, weight};

pub struct Endpoints<'a> {
    pub world: &'a World,
    slices: HashMap<Name, Vec<&'a Slice>>,
    pub rules: ByHost<'a>,
}

impl<'a> Endpoints<'a> {
    pub fn new(world: &'a World) -> Self {
        Self { world, slices: world.slices_by_service(), rules: ByHost::new(world) }
    }

    /// The number of ready endpoints and of all endpoints of a service, or of those of its pods that have these labels.
    /// An endpoint in several slices (address families, moves) counts once, and is ready if it is ready in one of them.
    /// For a port of the service, only endpoints that have the port are ready. If no port is given and the service has
    /// only one, that port counts.
    pub fn ready(&self, service: &Name, selector: Option<&Labels>, port: Option<u16>) -> Option<Ready> {
        let world = self.world;
        let external = world.services.get(service).is_some_and(|service| service.spec.sort == "ExternalName");
        let place = &service.namespace;
        if !world.knows_slices(place) || external || (selector.is_some() && !world.knows_pods(place)) {
            return None;
        }
        let slices = self.slices.get(service).map(Vec::as_slice).unwrap_or_default();
        let port = world.services.get(service).and_then(|found| found.spec.port(port));
        let mut seen: BTreeMap<String, State> = BTreeMap::new();
        for (slice, endpoint) in slices.iter().flat_map(|slice| slice.endpoints.iter().map(move |one| (slice, one))) {
            if selector.map_or(Some(true), |selector| self.has(place, endpoint, selector))? {
                let open = port.is_none_or(|port| slice.ports.iter().any(|own| own.name == port.name));
                let best = if open { State::Ready } else { State::Waiting };
                let state = seen.entry(identity(endpoint)).or_default();
                *state = (*state).max(State::of(endpoint).min(best));
            }
        }
        let count = |wanted: State| u32::try_from(seen.values().filter(|state| **state == wanted).count()).unwrap_or(0);
        let ready = count(State::Ready);
        Some(Ready { ready, total: ready + count(State::Waiting), draining: count(State::Draining) })
    }

    /// Whether an endpoint has the labels of a subset. `None` if it is unknown: the region, cluster and network of an
    /// endpoint are in objects that are not read here.
    fn has(&self, namespace: &str, endpoint: &Endpoint, selector: &Labels) -> Option<bool> {
        let target = &endpoint.target_ref;
        let namespace = if target.namespace.is_empty() { namespace } else { &target.namespace };
        let pod = self.world.pods.get(&Name::new(namespace, &target.name)).filter(|_| target.kind == "Pod");
        let Some(labels) = pod.map(|pod| &pod.metadata.labels) else { return Some(false) };
        if !contains(labels, &plain(selector)) {
            return Some(false);
        }
        let place = |(name, wanted): (&String, &String)| {
            let own = match name.as_str() {
                "kubernetes.io/hostname" => Some(&endpoint.node_name).filter(|name| !name.is_empty()),
                "topology.kubernetes.io/zone" => Some(&endpoint.zone).filter(|zone| !zone.is_empty()),
                _ => None,
            };
            own.or_else(|| labels.get(name)).map(|own| own == wanted)
        };
        let places: Vec<Option<bool>> = selector.iter().filter(|(name, _)| is_place(name)).map(place).collect();
        if places.contains(&Some(false)) {
            return Some(false);
        }
        (!places.contains(&None)).then_some(true)
    }

    /// The port of the pods that a port of a service leads to.
    pub fn target(&self, service: &Name, port: Option<u16>) -> Option<u16> {
        let port = self.world.services.get(service)?.spec.port(port)?;
        match &port.target_port {
            None => Some(port.port),
            Some(target) => target.as_u64().and_then(|number| u16::try_from(number).ok()).or_else(|| {
                let slices = self.slices.get(service).map(Vec::as_slice).unwrap_or_default();
                let mut ports = slices.iter().flat_map(|slice| &slice.ports);
                ports.find(|own| own.name == port.name).and_then(|own| own.port)
            }),
        }
    }

    /// The fault of a port of an existing service: the service has no such port, or no pod has the port that it leads
    /// to although there are pods. `None` also if it is unknown.
    pub fn port_fault(&self, service: &Name, port: Option<u16>) -> Option<Fault> {
        let found = self.world.services.get(service)?;
        if port.is_some() && found.spec.port(port).is_none() {
            return Some(Fault::Port);
        }
        let named = found.spec.port(port)?;
        let slices = self.slices.get(service).map(Vec::as_slice).unwrap_or_default();
        let mut filled = slices.iter().filter(|slice| !slice.endpoints.is_empty()).peekable();
        let told = self.world.knows_slices(&service.namespace) && filled.peek().is_some();
        let none = filled.all(|slice| slice.ports.iter().all(|own| own.name != named.name));
        (told && none).then_some(Fault::Target)
    }

    /// The endpoints of a backend, given its fault. A port that does not exist has no ready endpoints.
    pub fn ready_by_fault(
        &self,
        service: &Name,
        selector: Option<&Labels>,
        port: Option<u16>,
        fault: Option<Fault>,
    ) -> Option<Ready> {
        match fault {
            None | Some(Fault::Target) => self.ready(service, selector, port),
            Some(Fault::Port) => self.ready(service, selector, None).map(|all| Ready { ready: 0, ..all }),
            Some(_) => None,
        }
    }

    /// The labels that select the pods of a service, or of a subset of them. A service without a selector selects no
    /// pods, not all: somebody else writes its endpoints.
    pub fn selection(&self, service: &Name, subset: Option<&Labels>) -> Option<Pods> {
        let spec = &self.world.services.get(service)?.spec;
        let selects = !spec.selector.is_empty() && spec.sort != "ExternalName";
        selects.then(|| selection(&service.namespace, &spec.selector, subset))
    }

    /// The pods behind a service, as far as they are known.
    pub fn pods(&self, service: &Name, selector: Option<&Labels>) -> Vec<&'a crate::mesh::read::core::Pod> {
        let spec = self.world.services.get(service).map(|service| &service.spec.selector);
        let Some(own) = spec.filter(|own| !own.is_empty()) else { return Vec::new() };
        let more = selector.map(plain).unwrap_or_default();
        let wanted = |labels: &Labels| contains(labels, own) && contains(labels, &more);
        let here = self.world.pods.range(Name::new(&service.namespace, "")..);
        let here = here.take_while(|(name, _)| name.namespace == service.namespace);
        here.map(|(_, pod)| pod).filter(|pod| wanted(&pod.metadata.labels)).collect()
    }
}

/// Adds the labels of a subset to the selector. Labels of places (of nodes, clusters, networks) are not labels of pods:
/// Istio adds them to endpoints.
pub fn selection(namespace: &str, own: &Labels, subset: Option<&Labels>) -> Pods {
    let more = subset.into_iter().flatten().filter(|(name, value)| !is_place(name) && own.get(*name) != Some(*value));
    let labels = own.iter().chain(more).map(|(name, value)| (name.clone(), value.clone())).collect();
    Pods { namespace: namespace.to_owned(), labels }
}

/// The labels that Istio's `AugmentLabels` gives to endpoints.
const PLACES: &[&str] = &[
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.istio.io/subzone",
    "topology.istio.io/cluster",
    "topology.istio.io/network",
    "kubernetes.io/hostname",
];

fn plain(selector: &Labels) -> Labels {
    selector.iter().filter(|(name, _)| !is_place(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

pub fn is_place(label: &str) -> bool {
    PLACES.contains(&label)
}

pub fn contains(labels: &Labels, selector: &Labels) -> bool {
    selector.iter().all(|(name, value)| labels.get(name) == Some(value))
}

/// The identity of an endpoint: the name of its target (slices of other writers may lack the uid), else its address.
fn identity(endpoint: &Endpoint) -> String {
    let target = &endpoint.target_ref;
    match target.name.is_empty() {
        true => endpoint.addresses.first().cloned().unwrap_or_default(),
        false => format!("{}/{}", target.kind, target.name),
    }
}

/// The state of an endpoint, from worst to best. An endpoint in several slices has the best of its states.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    #[default]
    Gone,
    Draining,
    Waiting,
    Ready,
}

impl State {
    fn of(endpoint: &Endpoint) -> Self {
        let conditions = &endpoint.conditions;
        match (conditions.terminating, conditions.ready.unwrap_or(true)) {
            (true, _) if conditions.serving.unwrap_or(true) => Self::Draining,
            (true, _) => Self::Gone,
            (false, true) => Self::Ready,
            (false, false) => Self::Waiting,
        }
    }
}

/// Computes shares from weights. A backend without a weight weighs `default`.
pub fn share(backends: &mut [Backend], default: i64) {
    let weights: Vec<i64> = backends.iter().map(|backend| backend.weight.unwrap_or(default)).collect();
    for (backend, share) in backends.iter_mut().zip(weight::shares(&weights)) {
        backend.share = share;
    }
}
