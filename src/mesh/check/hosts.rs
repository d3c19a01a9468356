//! Checks of hosts, parents and order.

use std::collections::BTreeMap;

use super::Scene;
use crate::mesh::resolve::istio::destination::half_name;
use crate::mesh::route::{Attach, Fault, Loose, Mesh, RouteRow, Spot, Why};

/// Finds hosts that an object lost to another. A host that was lost to an object which is nearer to some clients is no
/// problem, because that is intended.
pub fn lost(scene: &Scene) -> Vec<(Spot, String)> {
    let one = |row: &RouteRow| {
        let shadow = row.shadow.as_ref().filter(|shadow| shadow.why.lost_host() && shadow.why != Why::Nearer)?;
        Some((
            whole(row, "/spec/hosts"),
            format!("{}: {} ({}): none of these rules are used", row.host, shadow.why.text(), shadow.by.owner),
        ))
    };
    scene.rows.iter().filter_map(one).collect()
}

/// Finds dead rules. A rule is dead if all of its matches are dead in every place to which it is attached.
pub fn dead(scene: &Scene) -> Vec<(Spot, String)> {
    let mut rules: BTreeMap<Spot, Vec<&RouteRow>> = BTreeMap::new();
    for row in scene.rows.iter().filter(|row| !matches!(row.attach, Attach::Nowhere { .. })) {
        rules.entry(row.rule()).or_default().push(row);
    }
    let one = |(rule, rows): (Spot, Vec<&RouteRow>)| {
        let shadows: Vec<_> = rows.iter().filter_map(|row| row.shadow.as_ref()).collect();
        let all = shadows.len() == rows.len() && shadows.iter().any(|shadow| !shadow.why.lost_host());
        let first = shadows.iter().find(|shadow| !shadow.why.lost_host()).filter(|_| all)?;
        Some((rule, first.why.told(first.by.to_string().trim_end())))
    };
    rules.into_iter().filter_map(one).collect()
}

fn loose(scene: &Scene, text: fn(&RouteRow, &str, Loose) -> Option<String>) -> Vec<(Spot, String)> {
    let one = |row: &RouteRow| {
        let Attach::Nowhere { wanted, why } = &row.attach else { return None };
        let spot = match why {
            // The problem belongs to one match of a rule, not to the object.
            Loose::Section | Loose::Layer | Loose::Source if row.mesh == Mesh::Istio => row.spot.clone(),
            Loose::Host => whole(row, hosts(row.mesh)),
            _ => whole(row, if row.mesh == Mesh::Istio { "/spec/gateways" } else { "/spec/parentRefs" }),
        };
        Some((spot, text(row, wanted, *why)?))
    };
    scene.rows.iter().filter_map(one).collect()
}

/// The position of a field of the object that claims hosts and names parents. This object may be another one than the
/// one that holds the rule.
fn whole(row: &RouteRow, path: &str) -> Spot {
    Spot { owner: row.claimant().clone(), path: path.to_owned() }
}

fn hosts(mesh: Mesh) -> &'static str {
    if mesh == Mesh::Istio { "/spec/hosts" } else { "/spec/hostnames" }
}

pub fn no_parent(scene: &Scene) -> Vec<(Spot, String)> {
    loose(scene, |_, wanted, why| match why {
        Loose::Missing => Some(format!("{wanted} does not exist: no requests arrive through it")),
        Loose::Section => {
            Some(format!("{} has no such listener or port: no requests arrive through it", wanted.trim_end()))
        }
        Loose::Refused => Some(format!("{wanted} does not accept this object: no requests arrive through it")),
        Loose::Layer => Some(format!("{wanted} has no server for rules of this kind: no requests arrive through it")),
        Loose::Source => Some(format!("this rule is not for clients such as {wanted}: it has no effect there")),
        Loose::Repeated => Some(format!(
            "{wanted} repeats a host of another server with TLS settings on its port: Istio leaves the whole server out"
        )),
        Loose::Host | Loose::Foreign => None,
    })
}

pub fn no_host(scene: &Scene) -> Vec<(Spot, String)> {
    loose(scene, |row, wanted, why| {
        (why == Loose::Host).then(|| format!("{} is not a host of {wanted}: requests for it never arrive", row.host))
    })
}

pub fn half_names(scene: &Scene) -> Vec<(Spot, String)> {
    let mut out = Vec::new();
    for row in scene.rows.iter().filter(|row| row.mesh == Mesh::Istio) {
        let spot = |path: &str| Spot { owner: row.spot.owner.clone(), path: path.to_owned() };
        if let Some(service) = half_name(scene.world, &row.host) {
            // Istio makes a virtual host of that very name, on port 80 where the mesh has no such service
            // (`buildSidecarVirtualHostsForVirtualService` of Istio's pilot/pkg/networking/core/route/route.go).
            let (full, host) = (scene.world.fqdn(&service), &row.host);
            let port = if matches!(row.attach, Attach::Mesh(_)) { " on port 80" } else { "" };
            out.push((
                whole(row, "/spec/hosts"),
                format!("{host} is not {full}: only requests with the host {host}{port} get here"),
            ));
        }
        for to in row.backends.iter().filter(|to| to.fault == Some(Fault::HalfName)) {
            let full = half_name(scene.world, &to.host).map(|service| scene.world.fqdn(&service)).unwrap_or_default();
            out.push((spot(&to.path), format!("{} get 503: {} is not {full}", row.matching, to.host)));
        }
    }
    out
}
