//! Routes of the mesh: for each client the first VirtualService that claims a host has it; others are dropped, not
//! merged.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::rules::{Layer, Part, gateways, parts};
use super::{MESH, narrowest, owner, row};
use crate::mesh::World;
use crate::mesh::from::{Sight, exported, nearness};
use crate::mesh::read::istio::VirtualService;
use crate::mesh::resolve::Drafts;
use crate::mesh::resolve::endpoints::Endpoints;
use crate::mesh::route::{Attach, Clients, Row, Shadow, Spot, Why};

/// Who has a host: for each claimant the clients it answers, or the index of the one that has it instead.
enum Claim {
    Held(Clients),
    Lost(usize),
}

pub fn rows(world: &World, endpoints: &Endpoints, from: Option<&str>) -> Vec<Row> {
    let sight = from.map(|client| Sight::new(world, client));
    let mut claims: BTreeMap<String, Vec<(&VirtualService, &str)>> = BTreeMap::new();
    let of_mesh = |service: &&VirtualService| gateways(service).iter().any(|gateway| gateway == MESH);
    for service in world.virtual_services.values().filter(of_mesh) {
        for written in &service.spec.hosts {
            let (namespace, host) = (&service.metadata.namespace, world.full(written, &service.metadata.namespace));
            let export = &service.spec.export_to;
            if sight.as_ref().is_none_or(|sight| sight.sees(namespace, &host, export)) {
                let claimants = claims.entry(host).or_default();
                // Two ways to write one host are one claim.
                if claimants.last().is_none_or(|(other, _)| !std::ptr::eq(*other, service)) {
                    claimants.push((service, written));
                }
            }
        }
    }
    let (mut drafts, mut lost) = (Drafts::new(), Vec::new());
    for (host, claimants) in &claims {
        for (index, claim) in judge(claimants, from).into_iter().enumerate() {
            let (service, written) = claimants[index];
            let client = from.unwrap_or(&service.metadata.namespace);
            let parts = parts(world, service).into_iter().filter(|part| part.meant_for(MESH));
            for (place, part) in parts.enumerate() {
                let (clients, by) = match &claim {
                    Claim::Held(clients) => (clients.clone(), None),
                    Claim::Lost(by) => (Clients::Only(Vec::new()), Some(*by)),
                };
                let mut row = row(&part, Attach::Mesh(clients), host, written, client, endpoints);
                match by {
                    None => drafts.push(scope(service, &part), (Reverse(narrowest(&part)), place), row),
                    Some(by) => {
                        row.shadow = Some(shadow(claimants[by].0, service));
                        lost.push(row);
                    }
                }
            }
        }
    }
    let mut rows = drafts.ranked("the first in the list", |_, _| "the next in the list".to_owned());
    rows.extend(lost);
    rows
}

fn scope(service: &VirtualService, part: &Part) -> String {
    let layer = match part.layer {
        Layer::Http => "http",
        Layer::Tls => "tls",
        Layer::Tcp => "tcp",
    };
    format!("mesh {} {layer}", service.metadata.key())
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

/// Istio looks at what is private to a client's namespace, then at what names it, then at what is public; within each
/// the oldest first, then by name and namespace.
fn winner(claimants: &[(&VirtualService, &str)], client: &str) -> Option<usize> {
    let seen = |index: &usize| {
        let service = claimants[*index].0;
        exported(&service.spec.export_to, &service.metadata.namespace, client)
    };
    (0..claimants.len()).filter(seen).min_by_key(|index| {
        let meta = &claimants[*index].0.metadata;
        let near = nearness(&claimants[*index].0.spec.export_to, &meta.namespace, client);
        (near, meta.born(), meta.name.clone(), meta.namespace.clone())
    })
}

fn judge(claimants: &[(&VirtualService, &str)], from: Option<&str>) -> Vec<Claim> {
    let clients: Vec<&str> = match from {
        Some(client) => vec![client],
        None => interesting(claimants).into_iter().collect(),
    };
    let winners: Vec<(&str, Option<usize>)> =
        clients.into_iter().map(|client| (client, winner(claimants, client))).collect();
    let claim = |index: usize| {
        let won = |(_, winner): &&(&str, Option<usize>)| *winner == Some(index);
        let names = |list: Vec<(&str, Option<usize>)>| -> Vec<String> {
            list.into_iter().map(|(client, _)| client.to_owned()).collect()
        };
        if !winners.iter().any(|winner| won(&winner)) {
            let seen = |(client, _): &&(&str, Option<usize>)| {
                let service = claimants[index].0;
                exported(&service.spec.export_to, &service.metadata.namespace, client)
            };
            let by = winners.iter().find(seen).and_then(|(_, winner)| *winner);
            return by.map_or(Claim::Held(Clients::Only(Vec::new())), Claim::Lost);
        }
        let (held, rest): (Vec<_>, Vec<_>) = winners.iter().copied().partition(|one| won(&one));
        match (held.iter().any(|(client, _)| client.is_empty()), rest.is_empty()) {
            (true, true) => Claim::Held(Clients::All),
            (true, false) => Claim::Held(Clients::Except(names(rest))),
            (false, _) => Claim::Held(Clients::Only(names(held))),
        }
    };
    (0..claimants.len()).map(claim).collect()
}

/// Namespaces for which the answer may differ, and "" for all others.
fn interesting<'a>(claimants: &[(&'a VirtualService, &str)]) -> BTreeSet<&'a str> {
    let mut out = BTreeSet::from([""]);
    for (service, _) in claimants {
        out.insert(&service.metadata.namespace);
        let named = service.spec.export_to.iter().map(String::as_str);
        out.extend(named.filter(|entry| !["*", ".", "~"].contains(entry)));
    }
    out
}
