//! Finds the row that answers a request. At a gateway: the narrowest listener and host. In the mesh: the first object
//! that has a rule for the client and port. Then the first row that lets the request through.

use std::collections::BTreeSet;

use super::host::{covers, narrowness};
use super::matching::Ask;
use super::route::{Action, Attach, Name, Owner, RouteRow};

/// The place where a request enters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// A gateway of Istio or of the Gateway API, at one of its ports.
    Gateway(Name, u16),
    /// The proxy beside a client in this namespace.
    Mesh(String),
    Class(String),
}

/// The answering row; `None` is "404" at a gateway, and "as if there were no route" in the mesh.
pub fn answer<'a>(rows: &'a [RouteRow], door: &Entrance, ask: &Ask) -> Option<&'a RouteRow> {
    let shared = scopes(rows, door);
    let here: Vec<&RouteRow> = rows.iter().filter(|row| exists(row) && at(row, door, ask, &shared)).collect();
    let listener = here
        .iter()
        .filter_map(|row| listener(row))
        .filter(|host| covers(host, &ask.host))
        .max_by_key(|host| narrowness(host));
    let here: Vec<&RouteRow> = here.into_iter().filter(|row| self::listener(row) == listener).collect();
    let hosts = here.iter().map(|row| row.host.as_str()).filter(|host| covers(host, &ask.host));
    let host = hosts.max_by_key(|host| narrowness(host))?;
    let list: Vec<&RouteRow> = here.into_iter().filter(|row| row.host == host).collect();
    let first = list.iter().filter_map(|row| Some((row.rank.place, holder(row)?))).min_by_key(|(place, _)| *place);
    let theirs = |row: &&RouteRow| holder(row).is_none_or(|holder| first.is_some_and(|(_, first)| first == holder));
    list.into_iter().filter(theirs).filter(|row| row.matching.allows(ask)).min_by_key(|row| row.rank.place)
}

/// The holder of a host in the mesh: an object, or the service itself.
fn holder(row: &RouteRow) -> Option<Option<&Owner>> {
    match row.attach {
        Attach::Mesh(_) => Some((row.action != Action::Default).then(|| row.claimant())),
        Attach::Gateway { .. } | Attach::Service { .. } | Attach::Class(_) | Attach::Nowhere { .. } => None,
    }
}

/// The scopes of a gateway. Gateways on the same pods and port share them, so the rules of all of them answer.
fn scopes<'a>(rows: &'a [RouteRow], door: &Entrance) -> BTreeSet<&'a str> {
    let Entrance::Gateway(name, wanted) = door else { return BTreeSet::new() };
    let scope = |row: &'a RouteRow| match &row.attach {
        Attach::Gateway { gateway, port, scope, .. } if gateway == name && port == wanted => Some(scope.as_str()),
        _ => None,
    };
    rows.iter().filter_map(scope).collect()
}

/// Whether the data plane has a rule for the requests of this row.
fn exists(row: &RouteRow) -> bool {
    !row.stream && row.rank.place > 0 && !row.shadow.as_ref().is_some_and(|shadow| shadow.why.is_left_out())
}

fn listener(row: &RouteRow) -> Option<&str> {
    match &row.attach {
        Attach::Gateway { host, .. } => Some(host),
        Attach::Mesh(_) | Attach::Service { .. } | Attach::Class(_) | Attach::Nowhere { .. } => None,
    }
}

fn at(row: &RouteRow, door: &Entrance, ask: &Ask, shared: &BTreeSet<&str>) -> bool {
    match (&row.attach, door) {
        (Attach::Gateway { gateway, port, scope, .. }, Entrance::Gateway(name, wanted)) => {
            (gateway == name && (port == wanted || *port == 0)) || (port == wanted && shared.contains(scope.as_str()))
        }
        // An object without a rule for the client and port does not have the host.
        (Attach::Mesh(clients), Entrance::Mesh(from)) => clients.hold(from) && row.matching.meets_client(ask),
        (Attach::Service { clients, port, .. }, Entrance::Mesh(from)) => {
            clients.hold(from) && port.is_none_or(|port| port == ask.port)
        }
        (Attach::Class(class), Entrance::Class(wanted)) => class == wanted,
        (
            Attach::Gateway { .. }
            | Attach::Mesh(_)
            | Attach::Service { .. }
            | Attach::Class(_)
            | Attach::Nowhere { .. },
            Entrance::Gateway(..) | Entrance::Mesh(_) | Entrance::Class(_),
        ) => false,
    }
}
