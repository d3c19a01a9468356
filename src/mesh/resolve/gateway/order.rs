//! The order of Gateway API rules on one host: specificity, then age, then name, then position in the list.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Route;
use super::draft::RuleMatch;
use super::parents::{kind, name};
use crate::mesh::World;
use crate::mesh::matching::{Match, Path};
use crate::mesh::route::{Attach, Name, Owner, RouteRow, Shadow, Why};
use crate::model::Time;

/// The fields stand in the order of precedence.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Set only if two kinds of routes share a host.
    catch_all: bool,
    turn: Option<(Time, Name, &'static str)>,
    /// 0 for exact, then prefix, then regular expression (whose position is the controller's choice).
    sort: u8,
    path: Reverse<usize>,
    call: Reverse<usize>,
    method: Reverse<bool>,
    headers: Reverse<usize>,
    query: Reverse<usize>,
    born: Time,
    name: Name,
    rule: usize,
    entry: usize,
}

impl Key {
    pub fn new(route: &Route, part: &RuleMatch) -> Self {
        let matching = &part.matching;
        let (sort, path, call) = path(matching);
        Self {
            catch_all: false,
            turn: None,
            sort,
            path: Reverse(path),
            call: Reverse(call),
            method: Reverse(matching.method.is_some()),
            headers: Reverse(matching.headers.len()),
            query: Reverse(matching.query.len()),
            born: route.meta.born(),
            name: route.owner.name.clone(),
            rule: part.rule,
            entry: part.entry,
        }
    }
}

/// The specificity of a path: its sort, its length, and for gRPC the length of the service name, then of the method.
fn path(matching: &Match) -> (u8, usize, usize) {
    let length = |part: &Option<String>| part.as_ref().map_or(0, String::len);
    match &matching.path {
        Path::Exact(path) => (0, path.len(), 0),
        Path::Method(service, method) => (1, length(service), length(method)),
        Path::Segments(path) | Path::Prefix(path) => (1, path.len(), 0),
        Path::Any => (1, 0, 0),
        Path::Regex(pattern) => (2, pattern.len(), 0),
    }
}

pub fn reason(before: &Key, key: &Key) -> String {
    let text = match () {
        () if before.catch_all != key.catch_all => "catch-alls last",
        () if before.turn != key.turn => "a kind with a younger route",
        () if before.sort != key.sort && before.sort == 0 => "exact paths first",
        () if before.sort != key.sort => "regular expressions last",
        () if before.path != key.path => "a shorter path",
        () if before.call != key.call => "a shorter method",
        () if before.method != key.method => "no method",
        () if before.headers != key.headers => "fewer headers",
        () if before.query != key.query => "fewer query parameters",
        () if before.born != key.born => "a younger route",
        () if before.name != key.name => "a later name",
        () => "later in the list",
    };
    text.to_owned()
}

const KINDS: [&str; 2] = ["HTTPRoute", "GRPCRoute"];

/// The gateways at which HTTPRoutes and GRPCRoutes share a host, because Istio is the controller. Their class says so,
/// or the status that Istio gave to the routes there.
pub fn merging(world: &World, routes: &[Route]) -> BTreeSet<Name> {
    let classed =
        world.gateway_api.gateways.iter().filter(|(_, gateway)| gateway.spec.gateway_class_name.starts_with("istio"));
    let mut out: BTreeSet<Name> = classed.map(|(name, _)| name.clone()).collect();
    for route in routes {
        let told = route.told.iter().filter(|one| one.controller_name.starts_with("istio.io/"));
        out.extend(told.filter(|one| kind(&one.parent_ref) == "Gateway").map(|one| name(route, &one.parent_ref)));
    }
    out
}

/// Orders the rows as Istio does: one list for each kind, the list whose oldest route is younger comes second, and
/// catch-alls move to the end (`mergeHTTPRoutes` of Istio's pilot/pkg/config/kube/gateway/route_collections.go, and
/// gateway.go).
pub fn by_kind(list: &mut [(Key, RouteRow)], merging: &BTreeSet<Name>) {
    let merges = |row: &RouteRow| matches!(&row.attach, Attach::Gateway { gateway, .. } if merging.contains(gateway));
    if !list.iter().any(|(_, row)| merges(row)) {
        return;
    }
    let mut oldest: BTreeMap<&'static str, (Time, Name)> = BTreeMap::new();
    for (key, row) in list.iter().filter(|(_, row)| KINDS.contains(&row.spot.owner.kind)) {
        let age = (key.born, key.name.clone());
        let known = oldest.entry(row.spot.owner.kind).or_insert_with(|| age.clone());
        *known = age.min(known.clone());
    }
    if oldest.len() < 2 {
        return;
    }
    for (key, row) in list {
        key.catch_all = row.matching.is_everything();
        key.turn = oldest.get(row.spot.owner.kind).map(|(born, name)| (*born, name.clone(), row.spot.owner.kind));
    }
}

/// Marks the rows of the kind that loses a host. HTTPRoutes and GRPCRoutes do not share a host of a listener: the kind
/// of the older route has it.
pub fn one_kind_per_host(rows: &mut [RouteRow], merging: &BTreeSet<Name>, born: &BTreeMap<&Owner, Time>) {
    let age = |row: &RouteRow| (born.get(&row.spot.owner).copied(), row.spot.owner.name.clone());
    let mut winners: BTreeMap<(String, String), (usize, bool)> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let Attach::Gateway { gateway, scope, .. } = &row.attach else { continue };
        if merging.contains(gateway) || !KINDS.contains(&row.spot.owner.kind) {
            continue;
        }
        let (winner, mixed) = winners.entry((scope.clone(), row.host.clone())).or_insert((index, false));
        *mixed |= rows[*winner].spot.owner.kind != row.spot.owner.kind;
        if age(row) < age(&rows[*winner]) {
            *winner = index;
        }
    }
    for ((scope, host), (winner, _)) in winners.into_iter().filter(|(_, (_, mixed))| *mixed) {
        let by = rows[winner].spot.clone();
        let lost = |row: &&mut RouteRow| {
            matches!(&row.attach, Attach::Gateway { scope: other, .. } if *other == scope)
                && row.host == host
                && KINDS.contains(&row.spot.owner.kind)
                && row.spot.owner.kind != by.owner.kind
        };
        for row in rows.iter_mut().filter(lost) {
            row.shadow = Some(Shadow { by: by.clone(), why: Why::Kind });
        }
    }
}
