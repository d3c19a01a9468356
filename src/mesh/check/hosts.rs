//! Checks of hosts, parents and order.

use std::collections::BTreeMap;

use super::Scene;
use crate::mesh::resolve::istio::destination::half_name;
use crate::mesh::route::{Attach, Fault, Loose, Mesh, Row, Spot, Why};

/// What is nearer to some clients is meant to win there: no problem.
pub fn lost(scene: &Scene) -> Vec<(Spot, String)> {
    let one = |row: &Row| {
        let shadow = row.shadow.as_ref().filter(|shadow| shadow.why.lost_host() && shadow.why != Why::Nearer)?;
        let spot = Spot { owner: row.spot.owner.clone(), path: "/spec/hosts".to_owned() };
        Some((spot, format!("{}: {} ({}): none of these rules is used", row.host, shadow.why.text(), shadow.by.owner)))
    };
    scene.rows.iter().filter_map(one).collect()
}

/// A rule is dead when each of its matches is, wherever it is attached.
pub fn dead(scene: &Scene) -> Vec<(Spot, String)> {
    let mut rules: BTreeMap<Spot, Vec<&Row>> = BTreeMap::new();
    for row in scene.rows.iter().filter(|row| !matches!(row.attach, Attach::Nowhere { .. })) {
        rules.entry(row.rule()).or_default().push(row);
    }
    let one = |(rule, rows): (Spot, Vec<&Row>)| {
        let shadows: Vec<_> = rows.iter().filter_map(|row| row.shadow.as_ref()).collect();
        let all = shadows.len() == rows.len() && shadows.iter().any(|shadow| !shadow.why.lost_host());
        let first = shadows.iter().find(|shadow| !shadow.why.lost_host()).filter(|_| all)?;
        Some((rule, format!("{}: {}", first.why.text(), first.by)))
    };
    rules.into_iter().filter_map(one).collect()
}

fn loose(scene: &Scene, text: fn(&Row, &str, Loose) -> Option<String>) -> Vec<(Spot, String)> {
    let one = |row: &Row| {
        let Attach::Nowhere { wanted, why } = &row.attach else { return None };
        let path = if row.mesh == Mesh::Istio { "/spec/gateways" } else { "/spec/parentRefs" };
        let path = if *why == Loose::Host { hosts(row.mesh) } else { path };
        let spot = Spot { owner: row.spot.owner.clone(), path: path.to_owned() };
        Some((spot, text(row, wanted, *why)?))
    };
    scene.rows.iter().filter_map(one).collect()
}

fn hosts(mesh: Mesh) -> &'static str {
    if mesh == Mesh::Istio { "/spec/hosts" } else { "/spec/hostnames" }
}

pub fn no_parent(scene: &Scene) -> Vec<(Spot, String)> {
    loose(scene, |_, wanted, why| match why {
        Loose::Missing => Some(format!("{wanted} does not exist: requests never get here by it")),
        Loose::Section => {
            Some(format!("{} has no such listener or port: requests never get here by it", wanted.trim_end()))
        }
        Loose::Refused => Some(format!("{wanted} does not let this object in: requests never get here by it")),
        Loose::Host => None,
    })
}

pub fn no_host(scene: &Scene) -> Vec<(Spot, String)> {
    loose(scene, |row, wanted, why| {
        (why == Loose::Host).then(|| format!("{} is no host of {wanted}: requests for it never get here", row.host))
    })
}

pub fn half_names(scene: &Scene) -> Vec<(Spot, String)> {
    let mut out = Vec::new();
    for row in scene.rows.iter().filter(|row| row.mesh == Mesh::Istio) {
        let spot = |path: &str| Spot { owner: row.spot.owner.clone(), path: path.to_owned() };
        if let Some(service) = half_name(scene.world, &row.host) {
            let full = scene.world.fqdn(&service);
            out.push((
                spot("/spec/hosts"),
                format!("{} is not {full}: requests for the service never get here", row.host),
            ));
        }
        for to in row.backends.iter().filter(|to| to.fault == Some(Fault::HalfName)) {
            let full = half_name(scene.world, &to.host).map(|service| scene.world.fqdn(&service)).unwrap_or_default();
            out.push((spot(&to.path), format!("{} is not {full}: 503 for {}", to.host, row.matching)));
        }
    }
    out
}
