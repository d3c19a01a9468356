//! The destinations of a VirtualService: services, the DestinationRule in effect for a client, and its subsets.

use std::collections::HashMap;

use super::rules::ServiceMatch;
use crate::mesh::from::{annotated, exported};
use crate::mesh::read::ISTIO;
use crate::mesh::read::Labels;
use crate::mesh::read::istio::{DestinationRule, Destined, ServiceEntry, Subset, TrafficPolicy};
use crate::mesh::resolve::endpoints::{Endpoints, selection, share};
use crate::mesh::route::{Backend, Fault, Name, Pods};
use crate::mesh::{World, host};

/// The backends of a rule. Istio takes an absent weight as zero, and a single destination as everything.
pub fn backends(part: &ServiceMatch, at: &Caller, endpoints: &Endpoints) -> Vec<Backend> {
    let one = |(index, to): (usize, &Destined)| backend(part, to, format!("{}/{index}", part.list), at, endpoints);
    let mut out: Vec<Backend> = part.route.iter().enumerate().map(one).collect();
    let single = if out.len() == 1 { 1 } else { 0 };
    share(&mut out, single);
    if let [only] = out.as_mut_slice() {
        only.share = crate::mesh::weight::WHOLE;
    }
    out
}

/// The sender of requests: the namespace whose destination rules apply, and the port of the gateway at which the
/// requests entered.
pub struct Caller<'a> {
    pub client: &'a str,
    pub port: Option<u16>,
}

/// One backend. A destination without a port means the only port of its service. If the service has several, it means
/// the port at which the request entered (`GetDestinationCluster` of Istio's route.go).
fn backend(part: &ServiceMatch, to: &Destined, path: String, at: &Caller, endpoints: &Endpoints) -> Backend {
    let client = at.client;
    let world = endpoints.world;
    let written = &to.destination.host;
    let full = world.full(written, &part.owner.name.namespace);
    let service = world.service_of(&full);
    let mut fault = fault(world, &full, client);
    let rule = in_effect(endpoints, client, &full);
    let subset = &to.destination.subset;
    let found = rule.iter().flat_map(|rule| &rule.subsets).find(|other| other.name == *subset);
    if fault.is_none() && !subset.is_empty() && found.is_none() && knows_rules(world, client, &full) {
        fault = Some(Fault::Subset);
    }
    let selector = found.map(|subset| subset.labels.clone());
    let port = to.destination.port.number;
    let several = |name: &Name| world.services.get(name).is_some_and(|found| found.spec.ports.len() > 1);
    let meant = port.or(at.port.filter(|_| service.as_ref().is_some_and(several)));
    if fault.is_none() {
        fault = service.as_ref().and_then(|service| endpoints.port_fault(service, meant));
    }
    let told = subset.is_empty() || selector.is_some();
    let ready = service
        .as_ref()
        .filter(|_| told)
        .and_then(|service| endpoints.ready_by_fault(service, selector.as_ref(), meant, fault));
    Backend {
        path,
        host: written.clone(),
        pods: pods(endpoints, service.as_ref(), &full, client, selector.as_ref()),
        port,
        subset: subset.clone(),
        weight: to.weight,
        ready,
        fault,
        service: service
            .filter(|service| world.services.contains_key(service) || !world.knows_services(&service.namespace)),
        selector,
        ..Backend::default()
    }
}

/// The pods of the service, or of the ServiceEntry that has exactly this host and selects pods.
fn pods(
    endpoints: &Endpoints,
    service: Option<&Name>,
    full: &str,
    client: &str,
    subset: Option<&Labels>,
) -> Option<Pods> {
    let of_service = service.and_then(|service| endpoints.selection(service, subset));
    let of_entry = || {
        let fits = |entry: &&ServiceEntry| {
            let spec = &entry.spec;
            exported(&spec.export_to, &entry.metadata.namespace, client) && spec.hosts.iter().any(|host| host == full)
        };
        let entry = endpoints.world.istio.service_entries.values().find(fits)?;
        let own = &entry.spec.workload_selector.labels;
        (!own.is_empty()).then(|| selection(&entry.metadata.namespace, own, subset))
    };
    of_service.or_else(of_entry)
}

/// Whether all destination rules were read that may be in effect for a client and a host.
pub fn knows_rules(world: &World, client: &str, full: &str) -> bool {
    let of_service = world.service_of(full).map(|name| name.namespace);
    let places = [client, world.root.as_str()].into_iter().chain(of_service.as_deref());
    places.into_iter().all(|namespace| world.is_known(ISTIO, "DestinationRule", namespace))
}

/// The fault of a destination for the clients of a namespace. `None` as long as services were not read.
pub fn fault(world: &World, full: &str, client: &str) -> Option<Fault> {
    let entry = world.istio.service_entries.values().any(|entry| {
        let seen = exported(&entry.spec.export_to, &entry.metadata.namespace, client);
        seen && entry.spec.hosts.iter().any(|pattern| host::covers(pattern, full))
    });
    let name = world.service_of(full);
    // A host that is no service of the cluster may have an entry in any namespace.
    let told = match &name {
        Some(name) => world.knows_services(&name.namespace),
        None => {
            ["Service", "ServiceEntry"].iter().all(|kind| {
                let group = if *kind == "Service" { "" } else { ISTIO };
                !world.is_limited(group, kind)
            }) && world.known.contains_key(&("", "Service"))
        }
    };
    if entry || !told {
        return None;
    }
    match name.and_then(|name| world.services.get(&name)) {
        Some(service) => {
            let export = annotated(&service.metadata.annotations);
            (!exported(&export, &service.metadata.namespace, client)).then_some(Fault::Missing)
        }
        None if half_name(world, full).is_some() => Some(Fault::HalfName),
        None => Some(Fault::Missing),
    }
}

/// The service that the author probably meant by `reviews.bookinfo`, `reviews.bookinfo.svc` or the like.
pub fn half_name(world: &World, full: &str) -> Option<Name> {
    let mut labels = full.split('.');
    let (name, namespace) = (labels.next()?, labels.next()?);
    let rest: Vec<&str> = labels.collect();
    let whole = format!("svc.{}", world.domain);
    let name = Name::new(namespace, name);
    let begun = whole.starts_with(&rest.join(".")) && rest.join(".") != whole;
    (begun && world.services.contains_key(&name)).then_some(name)
}

/// Destination rules of one host in one namespace, merged.
#[derive(Debug, Default)]
pub struct Effective {
    pub names: Vec<Name>,
    pub subsets: Vec<Subset>,
    pub policy: TrafficPolicy,
}

/// Destination rules by namespace and full host.
pub struct ByHost<'a> {
    exact: HashMap<(&'a str, String), Vec<&'a DestinationRule>>,
    wild: HashMap<&'a str, Vec<(String, &'a DestinationRule)>>,
}

impl<'a> ByHost<'a> {
    /// Rules with a workload selector are left out, because they apply to some pods only.
    pub fn new(world: &'a World) -> Self {
        let mut out = Self { exact: HashMap::new(), wild: HashMap::new() };
        let general = |rule: &&DestinationRule| rule.spec.workload_selector.match_labels.is_empty();
        for rule in world.istio.destination_rules.values().filter(general) {
            let namespace = rule.metadata.namespace.as_str();
            let host = world.full(&rule.spec.host, namespace);
            match host.starts_with('*') {
                true => out.wild.entry(namespace).or_default().push((host, rule)),
                false => out.exact.entry((namespace, host)).or_default().push(rule),
            }
        }
        out
    }

    /// The rules of the narrowest host that fits and has a rule for which `counts` is true.
    fn narrowest(
        &self,
        namespace: &str,
        full: &str,
        counts: impl Fn(&DestinationRule) -> bool,
    ) -> Vec<&'a DestinationRule> {
        let exact = self.exact.get(&(namespace, full.to_owned())).map(Vec::as_slice).unwrap_or_default();
        let exact: Vec<_> = exact.iter().copied().filter(|rule| counts(rule)).collect();
        if !exact.is_empty() {
            return exact;
        }
        let wild = self.wild.get(namespace).map(Vec::as_slice).unwrap_or_default();
        let fits: Vec<_> = wild.iter().filter(|(host, rule)| host::covers(host, full) && counts(rule)).collect();
        let longest = fits.iter().map(|(host, _)| host.len()).max();
        fits.into_iter().filter(|(host, _)| Some(host.len()) == longest).map(|(_, rule)| *rule).collect()
    }
}

/// The rule in effect for the clients of a namespace. Three levels are searched, and the first that has any rule
/// decides: the clients' own namespace (if that is the root namespace, only private rules count), the namespace of the
/// service, the root namespace. Within a level the narrowest host decides.
pub fn in_effect(endpoints: &Endpoints, client: &str, full: &str) -> Option<Effective> {
    let world = endpoints.world;
    let of_service = world.service_of(full).map(|name| name.namespace).unwrap_or_default();
    let levels = [(client, client == world.root), (&of_service, false), (&world.root, false)];
    levels.into_iter().filter(|(namespace, _)| !namespace.is_empty()).find_map(|(namespace, private)| {
        let rules = endpoints.rules.narrowest(namespace, full, |rule| {
            (!private || rule.spec.export_to == ["."]) && exported(&rule.spec.export_to, namespace, client)
        });
        (!rules.is_empty()).then(|| merged(rules))
    })
}

/// Merges rules, the oldest first. New subset names are added. Of several subsets of one name, and of several policies,
/// the first counts.
fn merged(mut rules: Vec<&DestinationRule>) -> Effective {
    rules.sort_by_key(|rule| (rule.metadata.born(), &rule.metadata.name));
    let mut out = Effective::default();
    for rule in rules {
        out.names.push(rule.metadata.key());
        for subset in &rule.spec.subsets {
            if !out.subsets.iter().any(|other| other.name == subset.name) {
                out.subsets.push(subset.clone());
            }
        }
        let bare = out.policy.tls.is_none() && out.policy.port_level_settings.is_empty();
        if bare {
            out.policy = rule.spec.traffic_policy.clone();
        }
    }
    out
}
