//! Parents of routes: the listeners, or the service of the mesh, that accept a route.

use std::collections::{BTreeMap, BTreeSet};

use super::Route;
use crate::mesh::read::gateway::{Listener, Ref, Selector};
use crate::mesh::route::{Attach, Clients, Loose, Name};
use crate::mesh::{World, host};

/// One place where requests meet a route.
#[derive(Clone)]
pub struct Attachment<'a> {
    pub attach: Attach,
    pub scope: String,
    pub host: String,
    pub written: &'a str,
    /// A narrower listener of the same port. It alone has the host, if the gateway keeps its listeners apart.
    pub narrower: Option<String>,
}

pub struct Parents<'a> {
    world: &'a World,
    /// The namespaces that have routes of their own for a service of another namespace.
    consumers: BTreeMap<Name, BTreeSet<String>>,
}

/// The places, or the reason why there are none. `None` means that the parent is ignored (an unknown kind, or other
/// clients than the requested ones).
type Found<'a> = Result<Vec<Attachment<'a>>, Option<(String, Loose)>>;

struct Listening<'a> {
    gateway: Name,
    namespace: &'a str,
    listener: &'a Listener,
}

/// The kinds of routes that a listener of a protocol accepts if it names none.
fn kinds(protocol: &str) -> &'static [&'static str] {
    match protocol {
        "HTTP" | "HTTPS" => &["HTTPRoute", "GRPCRoute"],
        "TLS" => &["TLSRoute", "TCPRoute"],
        "TCP" => &["TCPRoute"],
        "UDP" => &["UDPRoute"],
        _ => &[],
    }
}

pub fn kind(parent: &Ref) -> &str {
    parent.kind.as_deref().unwrap_or("Gateway")
}

pub fn name(route: &Route, parent: &Ref) -> Name {
    Name::new(parent.namespace.as_deref().unwrap_or(&route.meta.namespace), &parent.name)
}

/// The name of a parent in messages.
pub fn called(route: &Route, parent: &Ref) -> String {
    format!("{} {}", kind(parent), name(route, parent))
}

impl<'a> Parents<'a> {
    pub fn new(world: &'a World, routes: &[Route]) -> Self {
        let mut consumers: BTreeMap<Name, BTreeSet<String>> = BTreeMap::new();
        for route in routes {
            for parent in route.parents.iter().filter(|parent| kind(parent) == "Service") {
                let service = name(route, parent);
                if service.namespace != route.meta.namespace {
                    consumers.entry(service).or_default().insert(route.meta.namespace.clone());
                }
            }
        }
        Self { world, consumers }
    }

    pub fn places<'r>(&self, route: &'r Route, parent: &Ref, from: Option<&str>) -> Found<'r> {
        match kind(parent) {
            "Gateway" => self.at_listeners(route, parent, self.gateway(&name(route, parent))),
            "ListenerSet" => self.at_listeners(route, parent, self.listener_set(&name(route, parent))),
            "Service" => self.at_service(route, parent, from),
            _ => Err(None),
        }
    }

    fn gateway(&self, name: &Name) -> Option<Vec<Listening<'a>>> {
        let gateway = self.world.gateway_api.gateways.get(name)?;
        let one = |listener| Listening { gateway: name.clone(), namespace: &gateway.metadata.namespace, listener };
        Some(gateway.spec.listeners.iter().map(one).collect())
    }

    fn listener_set(&self, name: &Name) -> Option<Vec<Listening<'a>>> {
        let set = self.world.gateway_api.listener_sets.get(name)?;
        let parent = &set.spec.parent_ref;
        let gateway = Name::new(parent.namespace.as_deref().unwrap_or(&set.metadata.namespace), &parent.name);
        let one = |listener| Listening { gateway: gateway.clone(), namespace: &set.metadata.namespace, listener };
        Some(set.spec.listeners.iter().map(one).collect())
    }

    fn at_listeners<'r>(&self, route: &'r Route, parent: &Ref, all: Option<Vec<Listening>>) -> Found<'r> {
        let wanted = called(route, parent);
        let Some(all) = all else {
            return match self.world.knows_gateways(&name(route, parent).namespace) {
                true => Err(Some((wanted, Loose::Missing))),
                false => Ok(assumed(route, &name(route, parent), parent)),
            };
        };
        let meant = |at: &Listening| {
            (parent.section_name.is_empty() || parent.section_name == at.listener.name)
                && parent.port.is_none_or(|port| port == at.listener.port)
        };
        let meant: Vec<Listening> = all.into_iter().filter(meant).collect();
        if meant.is_empty() {
            let port = parent.port.map(|port| format!(" port {port}")).unwrap_or_default();
            return Err(Some((format!("{wanted} {}{port}", parent.section_name), Loose::Section)));
        }
        let open: Vec<&Listening> = meant.iter().filter(|at| self.lets_in(at, route)).collect();
        if open.is_empty() {
            return Err(Some((wanted, Loose::Refused)));
        }
        let places: Vec<Attachment> = open.iter().flat_map(|at| meetings(route, at, self.world)).collect();
        if places.is_empty() { Err(Some((wanted, Loose::Host))) } else { Ok(places) }
    }

    fn lets_in(&self, at: &Listening, route: &Route) -> bool {
        let allowed = &at.listener.allowed_routes;
        let kind = match allowed.kinds.is_empty() {
            true => kinds(&at.listener.protocol).contains(&route.owner.kind),
            false => allowed.kinds.iter().any(|kind| kind.kind == route.owner.kind),
        };
        let namespace = &route.meta.namespace;
        let near = match allowed.namespaces.from.as_str() {
            "All" => true,
            "Selector" => self.selected(&allowed.namespaces.selector, namespace),
            "None" => false,
            _ => namespace == at.namespace,
        };
        kind && near
    }

    /// Whether a selector selects a namespace. An unknown namespace counts as selected.
    fn selected(&self, selector: &Selector, namespace: &str) -> bool {
        let Some(found) = self.world.namespaces.get(&Name::new("", namespace)) else {
            return !self.world.knows_namespaces();
        };
        let mut labels = found.metadata.labels.clone();
        labels.entry("kubernetes.io/metadata.name".to_owned()).or_insert_with(|| namespace.to_owned());
        let expressions = selector.match_expressions.iter();
        let expressions = expressions.map(|one| (one.key.as_str(), one.operator.as_str(), one.values.clone()));
        let selector = crate::model::Selector::of(&selector.match_labels, expressions);
        selector.admits(|key| labels.get(key).map(String::as_str))
    }

    /// GAMMA: a route in the namespace of its service is for all clients. A route in another namespace is for the
    /// clients of that namespace, and replaces the first one for them.
    fn at_service<'r>(&self, route: &'r Route, parent: &Ref, from: Option<&str>) -> Found<'r> {
        let service = name(route, parent);
        let own = &route.meta.namespace;
        if self.world.knows_services(&service.namespace) && !self.world.services.contains_key(&service) {
            return Err(Some((format!("Service {service}"), Loose::Missing)));
        }
        let others = self.consumers.get(&service);
        let clients = match (service.namespace == *own, others) {
            (false, _) => Clients::Only(vec![own.clone()]),
            (true, Some(others)) => Clients::Except(others.iter().cloned().collect()),
            (true, None) => Clients::All,
        };
        if from.is_some_and(|from| !clients.hold(from)) {
            return Err(None);
        }
        let consumer = if service.namespace == *own { "" } else { own };
        let scope = format!("service {service} {:?} {consumer}", parent.port);
        let host = self.world.fqdn(&service);
        let attach = Attach::Service { service, port: parent.port, clients };
        Ok(vec![Attachment { attach, scope, host, written: "", narrower: None }])
    }
}

fn hosts<'r>(route: &'r Route) -> Vec<&'r str> {
    if route.hostnames.is_empty() { vec![""] } else { route.hostnames.iter().map(String::as_str).collect() }
}

fn or_all(host: &str) -> String {
    if host.is_empty() { "*".to_owned() } else { host.to_lowercase() }
}

fn meetings<'r>(route: &'r Route, at: &Listening, world: &World) -> Vec<Attachment<'r>> {
    let listener = at.listener;
    let own = or_all(&listener.hostname);
    let attach = Attach::Gateway {
        gateway: at.gateway.clone(),
        listener: listener.name.clone(),
        port: listener.port,
        protocol: listener.protocol.clone(),
        host: own.clone(),
        scope: format!("{} {}", at.gateway, listener.name),
    };
    let scope = format!("gateway {} {}", at.gateway, listener.name);
    let place = |written: &'r str| {
        let host = host::meet(&own, &or_all(written))?.to_owned();
        let narrower = narrower(at, &own, &host, world);
        Some(Attachment { attach: attach.clone(), scope: scope.clone(), host, written, narrower })
    };
    hosts(route).into_iter().filter_map(place).collect()
}

fn narrower(at: &Listening, own: &str, host: &str, world: &World) -> Option<String> {
    let others = &world.gateway_api.gateways.get(&at.gateway)?.spec.listeners;
    let takes = |other: &&Listener| {
        let pattern = or_all(&other.hostname);
        other.port == at.listener.port && pattern != own && host::covers(own, &pattern) && host::covers(&pattern, host)
    };
    others.iter().find(takes).map(|other| other.name.clone())
}

/// The place of a gateway that was not read. Its listeners are assumed to fit.
fn assumed<'r>(route: &'r Route, gateway: &Name, parent: &Ref) -> Vec<Attachment<'r>> {
    let section = &parent.section_name;
    let attach = Attach::Gateway {
        gateway: gateway.clone(),
        listener: if section.is_empty() { "(not read)".to_owned() } else { section.clone() },
        port: parent.port.unwrap_or(0),
        protocol: "HTTP".to_owned(),
        host: "*".to_owned(),
        scope: format!("{gateway} {section}"),
    };
    let place = |written: &'r str| Attachment {
        attach: attach.clone(),
        scope: format!("gateway {gateway} {section}"),
        host: or_all(written),
        written,
        narrower: None,
    };
    hosts(route).into_iter().map(place).collect()
}
