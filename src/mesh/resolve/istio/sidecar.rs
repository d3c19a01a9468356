//! Routes of the mesh. For each client and port, the first VirtualService that has a rule for them has the host.
//! Further VirtualServices are not merged. If none has a rule, the service answers as if there were no VirtualService
//! (`BuildSidecarVirtualHostWrapper` of Istio's pilot/pkg/networking/core/route/route.go).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::rules::{Layer, ServiceMatch, gateways, parts};
use super::{MESH, narrowest, owner, row};
use crate::mesh::from::{Visibility, exported, nearness};
use crate::mesh::matching::Match;
use crate::mesh::read::istio::VirtualService;
use crate::mesh::resolve::endpoints::Endpoints;
use crate::mesh::resolve::ranked;
use crate::mesh::route::{Action, Attach, Clients, Mesh, Rank, RouteRow, Shadow, Spot, Why};
use crate::mesh::{World, host};

/// One VirtualService that claims a host.
struct Claimant<'a> {
    service: &'a VirtualService,
    written: &'a str,
    /// Its parts for the mesh, for any host.
    parts: Rc<Vec<ServiceMatch>>,
}

/// All VirtualServices that claim one host.
struct Claim<'a> {
    host: &'a str,
    claimants: Vec<Claimant<'a>>,
    /// The namespace of the client whose view is computed. Without it, each row says which clients it answers.
    from: Option<&'a str>,
    /// The client namespaces for which the result may differ; "" stands for all others.
    clients: Vec<String>,
    /// Whether the host is that of a service, or covers some services. Services answer by themselves if no rule
    /// applies.
    registered: bool,
    endpoints: &'a Endpoints<'a>,
}

/// The claimants that answer for a host. Each answers if those before it have no rule.
struct Line {
    taken: Vec<usize>,
    /// The last claimant, if some requests are left to the service itself.
    open: Option<usize>,
}

pub fn rows(world: &World, endpoints: &Endpoints, from: Option<&str>) -> Vec<RouteRow> {
    let sight = from.map(|client| Visibility::new(world, client));
    let mut claims: BTreeMap<String, Vec<Claimant>> = BTreeMap::new();
    let of_mesh = |service: &&VirtualService| gateways(service).iter().any(|gateway| gateway == MESH);
    for service in world.istio.virtual_services.values().filter(of_mesh) {
        let own = Rc::new(parts(world, service).into_iter().filter(|part| part.meant_for(MESH)).collect::<Vec<_>>());
        for written in &service.spec.hosts {
            let (namespace, host) = (&service.metadata.namespace, world.full(written, &service.metadata.namespace));
            let export = &service.spec.export_to;
            if sight.as_ref().is_none_or(|sight| sight.sees(namespace, &host, export)) {
                let claimants = claims.entry(host).or_default();
                // Two spellings of one host in the same object are one claim.
                if claimants.last().is_none_or(|other| !std::ptr::eq(other.service, service)) {
                    claimants.push(Claimant { service, written, parts: Rc::clone(&own) });
                }
            }
        }
    }
    let mut out = Vec::new();
    for (host, claimants) in claims {
        let clients = from.map_or_else(|| interesting(&claimants), |client| BTreeSet::from([client.to_owned()]));
        let clients = clients.into_iter().collect();
        let registered = registered(world, &host);
        let claim = Claim { host: &host, claimants, from, clients, registered, endpoints };
        claim.http(&mut out);
        claim.streams(Layer::Tls, &mut out);
        claim.streams(Layer::Tcp, &mut out);
    }
    out
}

/// Whether a service has this name, or a name that the pattern covers.
fn registered(world: &World, host: &str) -> bool {
    let entries = world.istio.service_entries.values().flat_map(|entry| &entry.spec.hosts);
    let service = || match host.starts_with('*') {
        true => world.services.keys().any(|name| host::covers(host, &world.fqdn(name))),
        false => world.service_of(host).is_some_and(|name| world.services.contains_key(&name)),
    };
    service() || entries.map(|entry| entry.to_lowercase()).any(|entry| host::covers(host, &entry))
}

impl Claimant<'_> {
    fn of(&self, layer: Layer) -> impl Iterator<Item = &ServiceMatch> {
        self.parts.iter().filter(move |part| part.layer == layer)
    }

    /// The matches of which Istio makes rules for some clients of a namespace, at some port.
    fn rules(&self, client: &str) -> impl Iterator<Item = &Match> {
        let made = self.of(Layer::Http).filter(|part| part.lost.is_none()).map(|part| &part.matching);
        made.filter(move |from| from.source_namespace.is_empty() || from.source_namespace == client)
    }

    fn is_seen(&self, client: &str) -> bool {
        exported(&self.service.spec.export_to, &self.service.metadata.namespace, client)
    }
}

impl Claim<'_> {
    /// The claimants that a client sees: first those that are private to its namespace, then those that name it, then
    /// public ones. Within each group the oldest comes first, then the order is by name and namespace.
    fn seen(&self, client: &str) -> Vec<usize> {
        let mut out: Vec<usize> =
            (0..self.claimants.len()).filter(|index| self.claimants[*index].is_seen(client)).collect();
        out.sort_by_cached_key(|index| {
            let service = self.claimants[*index].service;
            let meta = &service.metadata;
            let near = nearness(&service.spec.export_to, &meta.namespace, client);
            (near, meta.born(), meta.name.clone(), meta.namespace.clone())
        });
        out
    }

    /// The line of claimants for a client. Services that a pattern covers belong to the first VirtualService that has
    /// the pattern, even if it has no rule for the client (`computeWildcardHostVirtualServiceIndex` of Istio's
    /// pilot/pkg/model/sidecar.go).
    fn line(&self, client: &str) -> Line {
        let mut seen = self.seen(client);
        if self.registered && self.host.starts_with('*') {
            seen.truncate(1);
        }
        let mut line = Line { taken: Vec::new(), open: seen.last().copied().filter(|_| self.registered) };
        for index in seen {
            let mut rules = self.claimants[index].rules(client).peekable();
            if rules.peek().is_none() {
                continue;
            }
            line.taken.push(index);
            if rules.any(|from| from.port.is_none() && from.source_labels.is_empty()) {
                line.open = None;
                break;
            }
        }
        line
    }

    /// A short form of these client namespaces.
    fn clients(&self, held: &[&str]) -> Clients {
        let (held, rest): (Vec<String>, Vec<String>) =
            self.clients.iter().cloned().partition(|client| held.contains(&client.as_str()));
        match (held.iter().any(String::is_empty), rest.is_empty()) {
            (true, true) => Clients::All,
            (true, false) => Clients::Except(rest),
            (false, _) => Clients::Only(held),
        }
    }

    fn http(&self, out: &mut Vec<RouteRow>) {
        let lines: Vec<(&str, Line)> = self.clients.iter().map(|client| (client.as_str(), self.line(client))).collect();
        // The clients that reach the same claimant in the same way, and those for whom the service itself is left at
        // the end.
        let mut ways: BTreeMap<&[usize], Vec<&str>> = BTreeMap::new();
        let mut left: BTreeMap<(&[usize], usize), Vec<&str>> = BTreeMap::new();
        for (client, line) in &lines {
            for depth in 1..=line.taken.len() {
                ways.entry(&line.taken[..depth]).or_default().push(client);
            }
            if let Some(last) = line.open {
                left.entry((&line.taken, last)).or_default().push(client);
            }
        }
        for (way, clients) in &ways {
            self.at(way, self.clients(clients), out);
        }
        for ((way, last), clients) in left {
            out.push(self.default_route(way, last, &clients));
        }
        for index in 0..self.claimants.len() {
            if !ways.keys().any(|way| way.contains(&index)) {
                self.without_clients(index, &lines, out);
            }
        }
    }

    /// The rules of the last claimant of a way.
    fn at(&self, way: &[usize], clients: Clients, out: &mut Vec<RouteRow>) {
        let Some((last, before)) = way.split_last() else { return };
        let first = match before.last() {
            Some(index) => {
                format!("where {} has no rule for the client or port", owner(self.claimants[*index].service))
            }
            None => "the first in the list".to_owned(),
        };
        let mut rows = self.listed(&[*last], Layer::Http, &clients, &first, |part| self.taken(before, part));
        rows.iter_mut().for_each(|row| row.rank.place += self.length(before));
        out.extend(rows);
    }

    fn length(&self, way: &[usize]) -> usize {
        way.iter().map(|index| self.claimants[*index].of(Layer::Http).count()).sum()
    }

    /// Why a part never answers: a claimant before it has a rule for all of its clients and ports.
    fn taken(&self, before: &[usize], part: &ServiceMatch) -> Option<Shadow> {
        let holds = |index: &&usize| {
            let rules = self.claimants[**index].of(Layer::Http).filter(|other| other.lost.is_none());
            rules.into_iter().any(|other| other.matching.of_client().covers(&part.matching))
        };
        let by = self.claimants[*before.iter().find(holds)?].service;
        Some(Shadow { by: Spot { owner: owner(by), path: String::new() }, why: Why::Taken })
    }

    /// The parts of some claimants as one list.
    fn listed(
        &self,
        indices: &[usize],
        layer: Layer,
        clients: &Clients,
        first: &str,
        lost: impl Fn(&ServiceMatch) -> Option<Shadow>,
    ) -> Vec<RouteRow> {
        let mut list = Vec::new();
        for (order, index) in indices.iter().enumerate() {
            for (place, part) in self.claimants[*index].of(layer).enumerate() {
                let mut row = self.row(*index, part, clients.clone());
                row.shadow = row.shadow.or_else(|| lost(part));
                list.push(((Reverse(narrowest(part)), order, place), row));
            }
        }
        ranked(list, first, |_, _| "the next in the list".to_owned())
    }

    fn row(&self, index: usize, part: &ServiceMatch, clients: Clients) -> RouteRow {
        let claimant = &self.claimants[index];
        let client = self.from.unwrap_or(&claimant.service.metadata.namespace);
        row(part, Attach::Mesh(clients), self.host, claimant.written, client, self.endpoints)
    }

    /// A claimant that answers nobody: it has no rules at all, no client sees it, or others have the host.
    fn without_clients(&self, index: usize, lines: &[(&str, Line)], out: &mut Vec<RouteRow>) {
        let claimant = &self.claimants[index];
        let beaten = |(client, _): &&(&str, Line)| claimant.is_seen(client) && claimant.rules(client).next().is_some();
        let by = lines
            .iter()
            .find(beaten)
            .and_then(|(client, line)| line.taken.last().or(self.seen(client).first()).copied());
        match by {
            Some(by) => out.extend(claimant.of(Layer::Http).map(|part| RouteRow {
                shadow: Some(shadow(self.claimants[by].service, claimant.service)),
                ..self.row(index, part, Clients::Only(Vec::new()))
            })),
            None => {
                let seers: Vec<&str> =
                    self.clients.iter().map(String::as_str).filter(|client| claimant.is_seen(client)).collect();
                let clients = self.clients(&seers);
                out.extend(self.listed(&[index], Layer::Http, &clients, "the first in the list", |_| None));
            }
        }
    }

    /// The row of the service itself, for clients and ports without a rule.
    fn default_route(&self, way: &[usize], last: usize, clients: &[&str]) -> RouteRow {
        let claimant = &self.claimants[last];
        RouteRow {
            mesh: Mesh::Istio,
            spot: Spot { owner: owner(claimant.service), path: String::new() },
            via: None,
            list: String::new(),
            attach: Attach::Mesh(self.clients(clients)),
            host: self.host.to_owned(),
            written: claimant.written.to_owned(),
            matching: Match::default(),
            rank: Rank { place: self.length(way) + 1, reason: "where no rule is for the client or port".to_owned() },
            shadow: None,
            action: Action::Default,
            stream: false,
            backends: Vec::new(),
            badges: Vec::new(),
            narrower: None,
        }
    }

    /// The rules for connections. Those of all VirtualServices form one list (`buildSidecarOutboundTLSFilterChainOpts`
    /// of Istio's pilot/pkg/networking/core/tls.go).
    fn streams(&self, layer: Layer, out: &mut Vec<RouteRow>) {
        let mut lists: BTreeMap<Vec<usize>, Vec<&str>> = BTreeMap::new();
        let mut unseen: BTreeSet<usize> = (0..self.claimants.len()).collect();
        for client in &self.clients {
            let seen = self.seen(client);
            unseen.retain(|index| !seen.contains(index));
            lists.entry(seen).or_default().push(client);
        }
        for (list, clients) in lists {
            out.extend(self.listed(&list, layer, &self.clients(&clients), "the first in the list", |_| None));
        }
        let unseen: Vec<usize> = unseen.into_iter().collect();
        out.extend(self.listed(&unseen, layer, &Clients::Only(Vec::new()), "the first in the list", |_| None));
    }
}

fn shadow(by: &VirtualService, service: &VirtualService) -> Shadow {
    let client = &by.metadata.namespace;
    let near = |one: &VirtualService| nearness(&one.spec.export_to, &one.metadata.namespace, client);
    let why = match (near(by) < near(service), by.metadata.born() < service.metadata.born()) {
        (true, _) => Why::Nearer,
        (false, true) => Why::Older,
        (false, false) => Why::Named,
    };
    Shadow { by: Spot { owner: owner(by), path: String::new() }, why }
}

/// The namespaces for which the answer may differ, and "" for all others.
fn interesting(claimants: &[Claimant]) -> BTreeSet<String> {
    let mut out = BTreeSet::from([String::new()]);
    for Claimant { service, parts, .. } in claimants {
        out.insert(service.metadata.namespace.clone());
        let named = service.spec.export_to.iter().filter(|entry| !["*", ".", "~"].contains(&entry.as_str()));
        out.extend(named.cloned());
        out.extend(parts.iter().map(|part| part.matching.source_namespace.clone()));
    }
    out
}
