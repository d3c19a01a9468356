//! The pods of Istio's gateways: their namespaces, their labels, and which gateways share them.

use std::collections::{BTreeMap, BTreeSet};

use crate::mesh::World;
use crate::mesh::read::Labels;
use crate::mesh::read::istio::Gateway;
use crate::mesh::resolve::endpoints::contains;
use crate::mesh::route::Name;

/// The pods of one gateway.
pub struct Seat {
    /// The namespace whose destination rules and exports apply; the gateway's own namespace if its pods are unknown.
    pub namespace: String,
    /// A key that is equal for gateways on the same pods.
    pub pods: String,
    /// The labels of each pod; empty if they are unknown.
    labels: Vec<Labels>,
    selector: Labels,
}

impl Seat {
    /// Whether a pod of the gateway has these labels; `None` if it is unknown.
    pub fn has(&self, wanted: &Labels) -> Option<bool> {
        match contains(&self.selector, wanted) || self.labels.iter().any(|labels| contains(labels, wanted)) {
            true => Some(true),
            false => (!self.labels.is_empty()).then_some(false),
        }
    }
}

pub struct Seats<'a> {
    all: BTreeMap<&'a Name, std::rc::Rc<Seat>>,
}

impl<'a> Seats<'a> {
    pub fn new(world: &'a World) -> Self {
        let mut groups: BTreeMap<BTreeSet<Name>, String> = BTreeMap::new();
        let seat = |(name, gateway): (&'a Name, &'a Gateway)| {
            let pods = selected(world, gateway);
            let spelled = spelled(&gateway.spec.selector);
            let group = match pods.is_empty() {
                true => spelled,
                false => {
                    groups.entry(pods.iter().map(|(name, _)| (*name).clone()).collect()).or_insert(spelled).clone()
                }
            };
            let seat = Seat {
                namespace: pods.first().map_or(&name.namespace, |(pod, _)| &pod.namespace).clone(),
                pods: group,
                labels: pods.into_iter().map(|(_, labels)| labels.clone()).collect(),
                selector: gateway.spec.selector.clone(),
            };
            (name, std::rc::Rc::new(seat))
        };
        Self { all: world.istio.gateways.iter().map(seat).collect() }
    }

    pub fn of(&self, gateway: &Name) -> Option<std::rc::Rc<Seat>> {
        self.all.get(gateway).cloned()
    }
}

/// The pods that a gateway selects. A gateway without a selector means all gateway pods, which cannot be told from
/// other pods.
fn selected<'a>(world: &'a World, gateway: &Gateway) -> Vec<(&'a Name, &'a Labels)> {
    let selector = &gateway.spec.selector;
    if selector.is_empty() {
        return Vec::new();
    }
    let labels = world.pods.iter().map(|(name, pod)| (name, &pod.metadata.labels));
    labels.filter(|(_, labels)| contains(labels, selector)).collect()
}

fn spelled(selector: &Labels) -> String {
    selector.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}
