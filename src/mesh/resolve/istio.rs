//! Istio's VirtualServices. In the mesh, the first one that a client sees has a host alone. At gateways,
//! all VirtualServices of one host are merged: the oldest first, catch-alls last.

pub mod destination;
mod edge;
mod merge;
mod rules;
mod seats;
mod servers;
mod sidecar;

use super::endpoints::Endpoints;
use crate::mesh::read::ISTIO;
use crate::mesh::read::istio::VirtualService;
use crate::mesh::route::{Action, Attach, Mesh, Owner, Rank, RouteRow, Spot};
use crate::mesh::{World, host};
use rules::ServiceMatch;

pub fn rows(world: &World, endpoints: &Endpoints, from: Option<&str>) -> Vec<RouteRow> {
    let mut rows = sidecar::rows(world, endpoints, from);
    rows.extend(edge::rows(endpoints));
    rows
}

/// The gateway that stands for all proxies beside clients.
const MESH: &str = "mesh";

/// The sort key by the narrowest server name of a part. Envoy looks for it first, whatever the order of rules.
fn narrowest(part: &ServiceMatch) -> (bool, usize) {
    part.matching.sni.iter().map(|name| host::narrowness(name)).max().unwrap_or_default()
}

fn owner(service: &VirtualService) -> Owner {
    Owner { group: ISTIO, kind: "VirtualService", name: service.metadata.key() }
}

/// A row without a position. `client` is the namespace whose destination rules apply.
fn row(
    part: &ServiceMatch,
    attach: Attach,
    host: &str,
    written: &str,
    client: &str,
    endpoints: &Endpoints,
) -> RouteRow {
    let port = match &attach {
        Attach::Gateway { port, .. } => Some(*port).filter(|port| *port > 0),
        Attach::Mesh(_) | Attach::Service { .. } | Attach::Class(_) | Attach::Nowhere { .. } => None,
    };
    let backends = destination::backends(part, &destination::Caller { client, port }, endpoints);
    let action = match part.action.clone() {
        Action::Forward if backends.is_empty() => Action::Fail(404, "no route"),
        Action::Forward if backends.iter().all(|backend| backend.share == 0) => {
            Action::Fail(503, "all weights are zero")
        }
        action => action,
    };
    RouteRow {
        mesh: Mesh::Istio,
        spot: Spot { owner: part.owner.clone(), path: part.path.clone() },
        via: part.via.clone(),
        list: part.list.clone(),
        attach,
        host: host.to_owned(),
        written: written.to_owned(),
        matching: part.matching.clone(),
        rank: Rank::default(),
        shadow: part.lost.clone(),
        action,
        stream: part.layer != rules::Layer::Http,
        backends,
        badges: part.badges.clone(),
        narrower: None,
    }
}
