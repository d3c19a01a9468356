//! Checks of where rules lead.

use super::{Scene, percent};
use crate::mesh::read::ISTIO;
use crate::mesh::route::{Backend, Fault, Mesh, Owner, Ready, Row, Spot};

/// Backends of rows that are reached, with those rows.
fn reached<'a>(scene: &'a Scene) -> impl Iterator<Item = (&'a Row, &'a Backend)> {
    let rows = scene.rows.iter().filter(|row| row.rank.place > 0 && row.shadow.is_none());
    rows.flat_map(|row| row.backends.iter().map(move |backend| (row, backend)))
}

fn faulty(scene: &Scene, fault: Fault, text: impl Fn(&Row, &Backend) -> String) -> Vec<(Spot, String)> {
    // A rule that nothing reaches is still worth correcting.
    let all = scene.rows.iter().flat_map(|row| row.backends.iter().map(move |backend| (row, backend)));
    all.filter(|(_, backend)| backend.fault == Some(fault))
        .map(|(row, backend)| (spot(row, backend), text(row, backend)))
        .collect()
}

fn spot(row: &Row, backend: &Backend) -> Spot {
    Spot { owner: row.spot.owner.clone(), path: backend.path.clone() }
}

/// What it means for requests: `503 for 10 % of GET /api/*`.
fn effect(row: &Row, backend: &Backend) -> String {
    let status = if row.mesh == Mesh::GatewayApi { 500 } else { 503 };
    match (row.shadow.is_some() || row.rank.place == 0, backend.share) {
        (true, _) | (_, 0) => "no request goes there now".to_owned(),
        (false, share) => format!("{status} for {} of {}", percent(share), row.matching),
    }
}

pub fn missing(scene: &Scene) -> Vec<(Spot, String)> {
    faulty(scene, Fault::Missing, |row, to| format!("there is no {}: {}", to.host, effect(row, to)))
}

pub fn no_subset(scene: &Scene) -> Vec<(Spot, String)> {
    faulty(scene, Fault::Subset, |row, to| {
        format!("subset {} of {} is not defined: {}", to.subset, to.host, effect(row, to))
    })
}

pub fn forbidden(scene: &Scene) -> Vec<(Spot, String)> {
    faulty(scene, Fault::Forbidden, |row, to| format!("{} has not been granted: {}", to.host, effect(row, to)))
}

pub fn unready(scene: &Scene) -> Vec<(Spot, String)> {
    let down = |backend: &Backend| {
        backend.share > 0 && backend.fault.is_none() && matches!(backend.ready, Some(Ready { ready: 0, .. }))
    };
    let text = |row: &Row, to: &Backend| {
        let total = to.ready.map_or(0, |ready| ready.total);
        let subset = if to.subset.is_empty() { String::new() } else { format!(" subset {}", to.subset) };
        let what = format!("{}{subset} has no ready endpoint of {total}", to.host);
        format!("{what}: 503 for {} of {}", percent(to.share), row.matching)
    };
    reached(scene).filter(|(_, to)| down(to)).map(|(row, to)| (spot(row, to), text(row, to))).collect()
}

/// Of all destination rules, whether routes name the subset or not.
pub fn empty_subset(scene: &Scene) -> Vec<(Spot, String)> {
    let world = scene.world;
    let mut out = Vec::new();
    if !world.knows_pods() {
        return out;
    }
    for (name, rule) in &world.destination_rules {
        let service = world.service_of(&world.full(&rule.spec.host, &name.namespace));
        let selects = |service: &_| world.services.get(service).is_some_and(|found| !found.spec.selector.is_empty());
        let Some(service) = service.filter(selects) else { continue };
        for (index, subset) in rule.spec.subsets.iter().enumerate() {
            if scene.endpoints.pods(&service, Some(&subset.labels)).is_empty() {
                let owner = Owner { group: ISTIO, kind: "DestinationRule", name: name.clone() };
                let path = format!("/spec/subsets/{index}");
                out.push((Spot { owner, path }, format!("subset {} of {service} selects no pod", subset.name)));
            }
        }
    }
    out
}
