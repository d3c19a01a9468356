//! Ingresses: exact paths before prefixes, longer before shorter, the controller's own kind last.

use std::cmp::Reverse;

use super::Drafts;
use super::endpoints::{Endpoints, share};
use crate::mesh::matching::{Match, Path};
use crate::mesh::read::ingress::{self, Ingress, ServiceRef};
use crate::mesh::route::{Action, Attach, Backend, Fault, Mesh, Name, Owner, Rank, RouteRow, Spot};
use crate::model::Time;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The default backend is tried last.
    default: bool,
    sort: u8,
    length: Reverse<usize>,
    born: Time,
    name: Name,
    entry: (usize, usize),
}

fn reason(before: &Key, key: &Key) -> String {
    let text = match () {
        () if before.default != key.default => "the default backend",
        () if before.sort != key.sort && key.sort == 1 => "exact paths first",
        () if before.sort != key.sort => "the controller decides",
        () if before.length != key.length => "a shorter path",
        () if before.born != key.born => "a younger Ingress (the order is the controller's choice)",
        () if before.name != key.name => "a later name (the order is the controller's choice)",
        () => "later in the list",
    };
    text.to_owned()
}

pub fn rows(world: &crate::mesh::World, endpoints: &Endpoints) -> Vec<RouteRow> {
    let mut drafts = Drafts::new();
    for ingress in world.ingresses.values() {
        rules(ingress, endpoints, &mut drafts);
    }
    drafts.ranked("the first by path", reason)
}

fn class(ingress: &Ingress) -> String {
    let old = ingress.metadata.annotations.get("kubernetes.io/ingress.class");
    let spec = &ingress.spec.ingress_class_name;
    if spec.is_empty() { old.cloned().unwrap_or_default() } else { spec.clone() }
}

fn rules(ingress: &Ingress, endpoints: &Endpoints, drafts: &mut Drafts<Key>) {
    for (i, rule) in ingress.spec.rules.iter().enumerate() {
        for (j, path) in rule.http.paths.iter().enumerate() {
            let at = format!("/spec/rules/{i}/http/paths/{j}");
            let (sort, matching) = matching(path);
            let mut row = row(ingress, &at, &rule.host, matching);
            row.backends = backend(path.backend.service.as_ref(), &format!("{at}/backend"), ingress, endpoints);
            let key = key(ingress, sort, path.path.len(), (i, j));
            drafts.push(class(ingress), key, row);
        }
    }
    if let Some(default) = &ingress.spec.default_backend {
        let mut row = row(ingress, "/spec/defaultBackend", "", Match::default());
        row.backends = backend(default.service.as_ref(), "/spec/defaultBackend", ingress, endpoints);
        let key = Key { default: true, ..key(ingress, 3, 0, (usize::MAX, 0)) };
        drafts.push(class(ingress), key, row);
    }
}

fn key(ingress: &Ingress, sort: u8, length: usize, entry: (usize, usize)) -> Key {
    let meta = &ingress.metadata;
    Key { default: false, sort, length: Reverse(length), born: meta.born(), name: meta.key(), entry }
}

fn matching(path: &ingress::Path) -> (u8, Match) {
    let (sort, path) = match path.path_type.as_str() {
        "Exact" => (0, Path::Exact(path.path.clone())),
        "Prefix" => (1, Path::segments(&path.path)),
        _ => (2, Path::prefix(&path.path)),
    };
    (sort, Match { path, ..Match::default() })
}

fn row(ingress: &Ingress, at: &str, host: &str, matching: Match) -> RouteRow {
    let owner = Owner { group: "networking.k8s.io", kind: "Ingress", name: ingress.metadata.key() };
    RouteRow {
        mesh: Mesh::Ingress,
        spot: Spot { owner, path: at.to_owned() },
        via: None,
        list: String::new(),
        attach: Attach::Class(class(ingress)),
        host: if host.is_empty() { "*".to_owned() } else { host.to_lowercase() },
        written: host.to_owned(),
        matching,
        rank: Rank::default(),
        shadow: None,
        action: Action::Forward,
        stream: false,
        backends: Vec::new(),
        badges: Vec::new(),
        narrower: None,
    }
}

fn backend(service: Option<&ServiceRef>, at: &str, ingress: &Ingress, endpoints: &Endpoints) -> Vec<Backend> {
    let Some(service) = service else { return Vec::new() };
    let name = Name::new(&ingress.metadata.namespace, &service.name);
    let found = endpoints.world.services.get(&name);
    let named = |found: &crate::mesh::read::core::Service| {
        found.spec.ports.iter().find(|port| port.name == service.port.name).map(|port| port.port)
    };
    let port = service.port.number.or_else(|| found.and_then(named));
    let missing = found.is_none() && endpoints.world.knows_services(&name.namespace);
    // A named port that the service does not have counts as a missing port.
    let unnamed = found.is_some() && port.is_none() && !service.port.name.is_empty();
    let fault = match (missing, unnamed) {
        (true, _) => Some(Fault::Missing),
        (false, true) => Some(Fault::Port),
        (false, false) => endpoints.port_fault(&name, port),
    };
    let ready = endpoints.ready_by_fault(&name, None, port, fault);
    let host = match unnamed {
        true => format!("{}:{}", service.name, service.port.name),
        false => service.name.clone(),
    };
    let mut out = [Backend {
        path: at.to_owned(),
        host,
        pods: endpoints.selection(&name, None),
        service: Some(name),
        port,
        ready,
        fault,
        ..Backend::default()
    }];
    share(&mut out, 1);
    out.into()
}
