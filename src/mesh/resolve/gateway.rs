//! Gateway API routes (mesh.md 2.4): attachment to listeners and services, and one order over all routes of a host.

mod backends;
mod draft;
mod order;
mod parents;

use super::Drafts;
use super::endpoints::Endpoints;
use crate::mesh::World;
use crate::mesh::read::gateway::{Ref, RouteSpec};
use crate::mesh::read::{GATEWAY_API, Meta};
use crate::mesh::route::{Attach, Loose, Owner, Row};
use draft::{Part, row};
use order::Key;
use parents::Place;

/// A route of either kind, with its rules already in one shape.
struct Route<'a> {
    owner: Owner,
    meta: &'a Meta,
    parents: &'a [Ref],
    hostnames: &'a [String],
    parts: Vec<Part>,
}

pub fn rows(world: &World, endpoints: &Endpoints, from: Option<&str>) -> Vec<Row> {
    let mut routes: Vec<Route> = Vec::new();
    for route in world.http_routes.values() {
        routes.push(shape("HTTPRoute", &route.metadata, &route.spec, draft::http));
    }
    for route in world.grpc_routes.values() {
        routes.push(shape("GRPCRoute", &route.metadata, &route.spec, draft::grpc));
    }
    let parents = parents::Parents::new(world, &routes);
    let mut drafts = Drafts::new();
    let mut loose = Vec::new();
    for route in &routes {
        attach(route, &parents, endpoints, from, &mut drafts, &mut loose);
    }
    drop(parents);
    let mut rows = drafts.ranked("the most specific", order::reason);
    rows.extend(loose);
    order::one_kind_per_host(&mut rows, &routes.iter().map(|route| (&route.owner, route.meta.born())).collect());
    rows
}

fn shape<'a, R>(kind: &'static str, meta: &'a Meta, spec: &'a RouteSpec<R>, parts: fn(&[R]) -> Vec<Part>) -> Route<'a> {
    let owner = Owner { group: GATEWAY_API, kind, name: meta.key() };
    Route { owner, meta, parents: &spec.parent_refs, hostnames: &spec.hostnames, parts: parts(&spec.rules) }
}

/// Drafts for every place that lets the route in; what gets in nowhere is kept, with the reason.
fn attach(
    route: &Route,
    parents: &parents::Parents,
    endpoints: &Endpoints,
    from: Option<&str>,
    drafts: &mut Drafts<Key>,
    loose: &mut Vec<Row>,
) {
    let mut met: Vec<&str> = Vec::new();
    let mut tried = None;
    for parent in route.parents {
        match parents.places(route, parent, from) {
            Ok(places) => {
                for Place { attach, scope, host, written, narrower } in places {
                    met.push(written);
                    for part in &route.parts {
                        let mut row = row(route, part, attach.clone(), &host, written, endpoints);
                        row.narrower.clone_from(&narrower);
                        drafts.push(scope.clone(), Key::new(route, part), row);
                    }
                }
            }
            Err(None) => {}
            // A host may meet the listener of another parent.
            Err(Some((wanted, Loose::Host))) => tried = Some(wanted),
            Err(Some((wanted, why))) => loose.extend(nowhere(route, "*", &wanted, why, endpoints)),
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

fn nowhere(route: &Route, host: &str, wanted: &str, why: Loose, endpoints: &Endpoints) -> Vec<Row> {
    let hosts: Vec<&str> = match (host, route.hostnames) {
        ("*", []) => vec!["*"],
        ("*", hosts) => hosts.iter().map(String::as_str).collect(),
        (host, _) => vec![host],
    };
    let attach = Attach::Nowhere { wanted: wanted.to_owned(), why };
    let one = |host: &str, part: &Part| row(route, part, attach.clone(), host, host, endpoints);
    hosts.iter().flat_map(|host| route.parts.iter().map(|part| one(host, part))).collect()
}
