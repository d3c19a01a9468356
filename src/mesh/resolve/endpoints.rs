//! Who stands behind a service: endpoints, and how many of them are ready. Also the other look-ups that all rows share.

use std::collections::{BTreeMap, HashMap};

use super::istio::destination::ByHost;
use crate::mesh::read::Labels;
use crate::mesh::read::core::{Endpoint, Slice};
use crate::mesh::route::{Backend, Name, Ready};
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

    /// Ready and all endpoints of a service, or of the pods with these labels among them. One endpoint may stand in
    /// several slices (address families, moves): it counts once, ready if it is in one of them.
    pub fn ready(&self, service: &Name, selector: Option<&Labels>) -> Option<Ready> {
        let world = self.world;
        let external = world.services.get(service).is_some_and(|service| service.spec.sort == "ExternalName");
        if !world.knows_slices() || external || (selector.is_some() && !world.knows_pods()) {
            return None;
        }
        let slices = self.slices.get(service).map(Vec::as_slice).unwrap_or_default();
        let mut seen: BTreeMap<String, State> = BTreeMap::new();
        for endpoint in slices.iter().flat_map(|slice| &slice.endpoints) {
            if selector.is_none_or(|selector| self.has(&service.namespace, endpoint, selector)) {
                let state = seen.entry(identity(endpoint)).or_default();
                *state = (*state).max(State::of(endpoint));
            }
        }
        let count = |wanted: State| u32::try_from(seen.values().filter(|state| **state == wanted).count()).unwrap_or(0);
        let ready = count(State::Ready);
        Some(Ready { ready, total: ready + count(State::Waiting), draining: count(State::Draining) })
    }

    fn has(&self, namespace: &str, endpoint: &Endpoint, selector: &Labels) -> bool {
        let target = &endpoint.target_ref;
        let namespace = if target.namespace.is_empty() { namespace } else { &target.namespace };
        let pod = self.world.pods.get(&Name::new(namespace, &target.name)).filter(|_| target.kind == "Pod");
        pod.is_some_and(|pod| contains(&pod.metadata.labels, selector))
    }

    /// The pods behind a service, where they are known.
    pub fn pods(&self, service: &Name, selector: Option<&Labels>) -> Vec<&'a crate::mesh::read::core::Pod> {
        let spec = self.world.services.get(service).map(|service| &service.spec.selector);
        let Some(own) = spec.filter(|own| !own.is_empty()) else { return Vec::new() };
        let wanted = |labels: &Labels| contains(labels, own) && selector.is_none_or(|more| contains(labels, more));
        let here = self.world.pods.range(Name::new(&service.namespace, "")..);
        let here = here.take_while(|(name, _)| name.namespace == service.namespace);
        here.map(|(_, pod)| pod).filter(|pod| wanted(&pod.metadata.labels)).collect()
    }
}

pub fn contains(labels: &Labels, selector: &Labels) -> bool {
    selector.iter().all(|(name, value)| labels.get(name) == Some(value))
}

/// What it stands for, by name (slices of other writers may lack the uid), else its address.
fn identity(endpoint: &Endpoint) -> String {
    let target = &endpoint.target_ref;
    match target.name.is_empty() {
        true => endpoint.addresses.first().cloned().unwrap_or_default(),
        false => format!("{}/{}", target.kind, target.name),
    }
}

/// From worst to best: an endpoint of several slices counts as its best.
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

/// Shares from the weights; without one a backend weighs `default`.
pub fn share(backends: &mut [Backend], default: i64) {
    let weights: Vec<i64> = backends.iter().map(|backend| backend.weight.unwrap_or(default)).collect();
    for (backend, share) in backends.iter_mut().zip(weight::shares(&weights)) {
        backend.share = share;
    }
}
