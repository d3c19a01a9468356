//! Checks of where rules lead.

use std::collections::BTreeMap;

use super::{Scene, percent};
use crate::mesh::read::ISTIO;
use crate::mesh::route::{Backend, Fault, Mesh, Name, Owner, Ready, RouteRow, Spot};

/// A backend of a rule, with all rows (matches, hosts, attachments) that lead to it.
type Found<'a> = BTreeMap<Spot, (&'a Backend, Vec<&'a RouteRow>)>;

/// The backends for which `is` returns true. Rules that no request reaches are included, because they are still worth
/// correcting.
pub fn backends<'a>(scene: &'a Scene, is: impl Fn(&RouteRow, &Backend) -> bool) -> Found<'a> {
    let mut out = Found::new();
    for row in scene.rows {
        for backend in row.backends.iter().filter(|backend| is(row, backend)) {
            let spot = Spot { owner: row.spot.owner.clone(), path: backend.path.clone() };
            out.entry(spot).or_insert((backend, Vec::new())).1.push(row);
        }
    }
    out
}

fn faulty(scene: &Scene, fault: Fault, what: fn(&Backend) -> String) -> Vec<(Spot, String)> {
    let found = backends(scene, |_, backend| backend.fault == Some(fault));
    let status = |rows: &[&RouteRow]| if rows.iter().any(|row| row.mesh == Mesh::GatewayApi) { 500 } else { 503 };
    let text = |to: &Backend, rows: &[&RouteRow]| format!("{}: {}", effect(status(rows), rows, to), what(to));
    found.into_iter().map(|(spot, (to, rows))| (spot, text(to, &rows))).collect()
}

pub fn is_reached(row: &RouteRow) -> bool {
    row.rank.place > 0 && row.shadow.is_none()
}

/// The effect of a problem on requests: `10 % of GET /api/* get 503`.
pub fn effect(status: u16, rows: &[&RouteRow], backend: &Backend) -> String {
    let mut matches: Vec<String> = Vec::new();
    for row in rows.iter().filter(|row| is_reached(row)) {
        let text = row.matching.to_string();
        if !matches.contains(&text) {
            matches.push(text);
        }
    }
    match (matches.is_empty(), backend.share) {
        (true, _) | (_, 0) => "no requests go there now".to_owned(),
        (false, share) => format!("{} of {} get {status}", percent(share), matches.join(", ")),
    }
}

pub fn missing(scene: &Scene) -> Vec<(Spot, String)> {
    faulty(scene, Fault::Missing, |to| format!("there is no {}", to.host))
}

pub fn no_port(scene: &Scene) -> Vec<(Spot, String)> {
    let mut out = faulty(scene, Fault::Port, |to| match to.port {
        Some(port) => format!("{} has no port {port}", to.host),
        None if to.host.contains(':') => format!("there is no {}", to.host),
        None => format!("{} has several ports, and none is the gateway's: set one", to.host),
    });
    let gone = backends(scene, |_, to| to.fault == Some(Fault::Target));
    let text = |to: &Backend, rows: &[&RouteRow]| {
        let port = to.port.map_or_else(|| "its port".to_owned(), |port| format!("port {port}"));
        format!("{}: {port} of {} targets a port that no pod has", effect(503, rows, to), to.host)
    };
    out.extend(gone.into_iter().map(|(spot, (to, rows))| (spot, text(to, &rows))));
    out
}

pub fn no_subset(scene: &Scene) -> Vec<(Spot, String)> {
    faulty(scene, Fault::Subset, |to| format!("subset {} of {} is not defined", to.subset, to.host))
}

pub fn forbidden(scene: &Scene) -> Vec<(Spot, String)> {
    faulty(scene, Fault::Forbidden, |to| format!("no ReferenceGrant allows {}", to.host))
}

pub fn unready(scene: &Scene) -> Vec<(Spot, String)> {
    let down = |row: &RouteRow, to: &Backend| {
        is_reached(row) && to.share > 0 && to.fault.is_none() && matches!(to.ready, Some(Ready { ready: 0, .. }))
    };
    let text = |to: &Backend, rows: &[&RouteRow]| {
        let total = to.ready.map_or(0, |ready| ready.total);
        let subset = if to.subset.is_empty() { String::new() } else { format!(" subset {}", to.subset) };
        let state = match total {
            0 => "has no pods".to_owned(),
            total => format!("has 0 of {total} pods ready"),
        };
        format!("{}: {}{subset} {state}", effect(503, rows, to), to.host)
    };
    backends(scene, down).into_iter().map(|(spot, (to, rows))| (spot, text(to, &rows))).collect()
}

/// Finds subsets that select no pods, in all destination rules, whether or not a route names the subset.
pub fn empty_subset(scene: &Scene) -> Vec<(Spot, String)> {
    let world = scene.world;
    let mut out = Vec::new();
    for (name, rule) in &world.istio.destination_rules {
        let service = world.service_of(&world.full(&rule.spec.host, &name.namespace));
        let selects = |service: &_| world.services.get(service).is_some_and(|found| !found.spec.selector.is_empty());
        let told = |service: &Name| world.knows_pods(&service.namespace);
        let Some(service) = service.filter(selects).filter(told) else { continue };
        for (index, subset) in rule.spec.subsets.iter().enumerate() {
            // Labels of places (region, cluster, network) are not labels of pods, so they say nothing about whether an
            // endpoint exists.
            if scene.endpoints.pods(&service, Some(&subset.labels)).is_empty() {
                let owner = Owner { group: ISTIO, kind: "DestinationRule", name: name.clone() };
                let path = format!("/spec/subsets/{index}");
                out.push((Spot { owner, path }, format!("subset {} of {service} selects no pod", subset.name)));
            }
        }
    }
    out
}
