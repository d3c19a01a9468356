//! Gateway API routes: attachment to listeners and services, and one order over all routes of a host.

mod backends;
mod draft;
mod order;
mod parents;

use super::Drafts;
use super::endpoints::Endpoints;
use crate::mesh::World;
use crate::mesh::read::gateway::{self as read, Ref};
use crate::mesh::read::{GATEWAY_API, Meta};
use crate::mesh::route::{Attach, Loose, Owner, RouteRow};
use draft::{RuleMatch, row};
use order::Key;
use parents::Attachment;

/// An HTTPRoute or GRPCRoute, its rules already in one form.
struct Route<'a> {
    owner: Owner,
    meta: &'a Meta,
    parents: &'a [Ref],
    told: &'a [read::ParentStatus],
    hostnames: &'a [String],
    parts: Vec<RuleMatch>,
}

pub fn rows(world: &World, endpoints: &Endpoints, from: Option<&str>) -> Vec<RouteRow> {
    let mut routes: Vec<Route> = Vec::new();
    routes.extend(world.gateway_api.http_routes.values().map(|route| shape("HTTPRoute", route, draft::http)));
    routes.extend(world.gateway_api.grpc_routes.values().map(|route| shape("GRPCRoute", route, draft::grpc)));
    for (kind, all) in [
        ("TLSRoute", &world.gateway_api.tls_routes),
        ("TCPRoute", &world.gateway_api.tcp_routes),
        ("UDPRoute", &world.gateway_api.udp_routes),
    ] {
        routes.extend(all.values().map(|route| shape(kind, route, draft::stream)));
    }
    let merging = order::merging(world, &routes);
    let parents = parents::Parents::new(world, &routes);
    let mut drafts = Drafts::new();
    let mut loose = Vec::new();
    for route in &routes {
        attach(route, &parents, endpoints, from, &mut drafts, &mut loose);
    }
    drop(parents);
    drafts.groups.values_mut().for_each(|list| order::by_kind(list, &merging));
    let mut rows = drafts.ranked("the most specific", order::reason);
    rows.extend(loose);
    order::one_kind_per_host(
        &mut rows,
        &merging,
        &routes.iter().map(|route| (&route.owner, route.meta.born())).collect(),
    );
    rows
}

fn shape<'a, R>(kind: &'static str, route: &'a read::Route<R>, parts: fn(&[R]) -> Vec<RuleMatch>) -> Route<'a> {
    let (meta, spec) = (&route.metadata, &route.spec);
    let owner = Owner { group: GATEWAY_API, kind, name: meta.key() };
    let (parents, hostnames) = (&spec.parent_refs, &spec.hostnames);
    Route { owner, meta, parents, told: &route.status.parents, hostnames, parts: parts(&spec.rules) }
}

/// Makes a draft for every place that accepts the route. A route that no place accepts is kept, with the reason.
fn attach(
    route: &Route,
    parents: &parents::Parents,
    endpoints: &Endpoints,
    from: Option<&str>,
    drafts: &mut Drafts<Key>,
    loose: &mut Vec<RouteRow>,
) {
    let mut met: Vec<&str> = Vec::new();
    let mut tried = None;
    let mut all: Vec<(Attachment, Vec<&str>)> = Vec::new();
    for parent in route.parents {
        match parents.places(route, parent, from) {
            Ok(places) => {
                for place in places {
                    met.push(place.written);
                    // Hostnames that one listener narrows to the same host are one place, and so are two references to
                    // one listener.
                    let here = |(other, _): &&mut (Attachment, Vec<&str>)| {
                        other.scope == place.scope && other.host == place.host
                    };
                    match all.iter_mut().find(here) {
                        Some((_, written)) if written.contains(&place.written) => {}
                        Some((_, written)) => written.push(place.written),
                        None => all.push((place.clone(), vec![place.written])),
                    }
                }
            }
            Err(None) => {}
            // The host may fit a listener of another parent.
            Err(Some((wanted, Loose::Host))) => tried = Some(wanted),
            Err(Some((wanted, why))) => loose.extend(nowhere(route, "*", &wanted, why, endpoints)),
        }
    }
    for (place, written) in all {
        for part in &route.parts {
            let mut row = row(route, part, place.attach.clone(), &place.host, &written.join(", "), endpoints);
            row.narrower.clone_from(&place.narrower);
            drafts.push(place.scope.clone(), Key::new(route, part), row);
        }
    }
    let Some(wanted) = tried
        .or_else(|| route.parents.first().filter(|_| !met.is_empty()).map(|parent| parents::called(route, parent)))
    else {
        return;
    };
    for host in route.hostnames.iter().filter(|host| !met.contains(&host.as_str())) {
        loose.extend(nowhere(route, host, &wanted, Loose::Host, endpoints));
    }
}

fn nowhere(route: &Route, host: &str, wanted: &str, why: Loose, endpoints: &Endpoints) -> Vec<RouteRow> {
    let hosts: Vec<&str> = match (host, route.hostnames) {
        ("*", []) => vec!["*"],
        ("*", hosts) => hosts.iter().map(String::as_str).collect(),
        (host, _) => vec![host],
    };
    let attach = Attach::Nowhere { wanted: wanted.to_owned(), why };
    let one = |host: &str, part: &RuleMatch| row(route, part, attach.clone(), host, host, endpoints);
    hosts.iter().flat_map(|host| route.parts.iter().map(|part| one(host, part))).collect()
}
