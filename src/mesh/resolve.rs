//! Turns objects into rows: every rule at every place where a request can meet it, in the order in which the rules are
//! tried.

mod endpoints;
pub mod gateway;
mod ingress;
pub mod istio;

use std::collections::BTreeMap;

use super::matching::Path;
use super::route::{Attach, Mesh, Rank, RouteRow, Shadow, Why};
use super::{World, host};
pub use endpoints::Endpoints;

/// All rows. `from` limits the view to clients in that namespace. Without it, each row says which clients it answers.
pub fn resolve(world: &World, from: Option<&str>) -> Vec<RouteRow> {
    let endpoints = Endpoints::new(world);
    let mut rows = istio::rows(world, &endpoints, from);
    rows.extend(gateway::rows(world, &endpoints, from));
    rows.extend(ingress::rows(world, &endpoints));
    rows.sort_by(|one, other| place(one).cmp(&place(other)));
    rows.dedup();
    rows
}

/// The sort key of a row: host (narrow hosts first), attachment, rank, and last the position of the rule.
fn place(row: &RouteRow) -> impl Ord + '_ {
    let (exact, length) = host::narrowness(&row.host);
    let group = match &row.attach {
        Attach::Gateway { scope, port, .. } => (1, scope.clone(), *port),
        Attach::Mesh(_) => (0, String::new(), 0),
        Attach::Service { service, port, .. } => (2, service.to_string(), port.unwrap_or(0)),
        Attach::Class(class) => (3, class.clone(), 0),
        Attach::Nowhere { wanted, .. } => (4, wanted.clone(), 0),
    };
    let lost = row.rank.place == 0;
    let host = (std::cmp::Reverse(exact), std::cmp::Reverse(length), &row.host);
    (host, row.mesh, group, (lost, row.rank.place), &row.attach, &row.spot)
}

/// Rows with the keys that decide their order.
struct Drafts<K> {
    groups: BTreeMap<(String, String), Vec<(K, RouteRow)>>,
}

impl<K: Ord> Drafts<K> {
    fn new() -> Self {
        Self { groups: BTreeMap::new() }
    }

    /// Adds a row. Rows of the same `scope` and host form one list.
    fn push(&mut self, scope: String, key: K, row: RouteRow) {
        self.groups.entry((scope, row.host.clone())).or_default().push((key, row));
    }

    /// Sorts and numbers each list. `reason` says why the second of two rows comes after the first.
    fn ranked(self, first: &str, reason: fn(&K, &K) -> String) -> Vec<RouteRow> {
        let lists = self.groups.into_values();
        lists.flat_map(|list| ranked(list, first, reason)).collect()
    }
}

fn ranked<K: Ord>(mut list: Vec<(K, RouteRow)>, first: &str, reason: fn(&K, &K) -> String) -> Vec<RouteRow> {
    list.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.spot.cmp(&b.spot)));
    for index in 0..list.len() {
        let reason = match index {
            0 => first.to_owned(),
            _ => reason(&list[index - 1].0, &list[index].0),
        };
        let shadow = list[index].1.shadow.take().or_else(|| covering(&list[..index], &list[index].1));
        let row = &mut list[index].1;
        row.rank = Rank { place: index + 1, reason };
        row.shadow = shadow;
    }
    list.into_iter().map(|(_, row)| row).collect()
}

/// The first earlier row that takes all requests of `row`, or `row` itself if no request fits it. Several rows that
/// together leave nothing are not detected.
fn covering<K>(earlier: &[(K, RouteRow)], row: &RouteRow) -> Option<Shadow> {
    let covers = |other: &RouteRow| {
        other.shadow.is_none()
            && other.matching.covers(&row.matching)
            && (is_firm(row) || other.matching == row.matching)
    };
    if row.matching.excludes_itself() {
        return Some(Shadow { by: row.spot.clone(), why: Why::Itself });
    }
    let (_, by) = earlier.iter().find(|(_, other)| covers(other))?;
    let why = match by.matching == row.matching {
        _ if by.spot.owner.kind == "Gateway" => Why::Secured,
        true => Why::Same,
        false => Why::Covered,
    };
    Some(Shadow { by: by.spot.clone(), why })
}

/// Whether the position of a row is certain. Some positions are the controller's choice: regular expressions of the
/// Gateway API, and paths of an Ingress that are neither exact nor prefixes. Rows in such positions are never called
/// dead.
fn is_firm(row: &RouteRow) -> bool {
    match row.mesh {
        Mesh::Istio => true,
        Mesh::GatewayApi => !matches!(row.matching.path, Path::Regex(_)),
        Mesh::Ingress => !matches!(row.matching.path, Path::Prefix(_)),
    }
}
