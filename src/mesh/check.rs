//! The problems of routes: a table of checks. A check says nothing about objects that were not read.

mod backends;
mod hosts;
mod tls;

use std::collections::BTreeSet;

use super::World;
use super::resolve::Endpoints;
use super::route::{Owner, RouteRow, Spot};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Requests fail or go to the wrong place.
    Error,
    /// A rule or a setting has no effect.
    Warning,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One kind of problem.
pub struct Check {
    pub code: &'static str,
    pub severity: Severity,
    pub title: &'static str,
    /// The advice for the user.
    pub advice: &'static str,
    /// The codes of other tools for the same problem. Suppressing one of them suppresses this problem too.
    pub same: &'static [&'static str],
    find: fn(&Scene) -> Vec<(Spot, String)>,
}

/// The input of the checks.
pub struct Scene<'a> {
    pub world: &'a World,
    pub endpoints: &'a Endpoints<'a>,
    pub rows: &'a [RouteRow],
    pub from: Option<&'a str>,
}

pub static CHECKS: &[Check] = &[
    Check {
        code: "MR101",
        severity: Severity::Error,
        title: "the destination does not exist",
        advice: "correct the host, or create the Service (or ServiceEntry)",
        same: &["IST0101", "KIA1101", "KIA1402"],
        find: backends::missing,
    },
    Check {
        code: "MR102",
        severity: Severity::Error,
        title: "the subset is not defined",
        advice: "add the subset to the DestinationRule in effect, or export the one that has it",
        same: &["IST0101", "KIA1107"],
        find: backends::no_subset,
    },
    Check {
        code: "MR103",
        severity: Severity::Warning,
        title: "the subset selects no pod",
        advice: "correct the labels of the subset, or of the pods",
        same: &["IST0173", "KIA0203"],
        find: backends::empty_subset,
    },
    Check {
        code: "MR104",
        severity: Severity::Error,
        title: "a backend that gets requests has no ready pod",
        advice: "check its pods; until they are ready, give its weight to another backend",
        same: &[],
        find: backends::unready,
    },
    Check {
        code: "MR105",
        severity: Severity::Error,
        title: "the port does not exist",
        advice: "correct the port of the route, or the port and the targetPort of the Service",
        same: &["IST0101", "IST0112"],
        find: backends::no_port,
    },
    Check {
        code: "MR401",
        severity: Severity::Error,
        title: "client TLS and server mTLS do not match",
        advice: "set ISTIO_MUTUAL in the DestinationRule (or remove tls), or relax the PeerAuthentication",
        same: &["KIA0205", "KIA0206", "KIA0207", "KIA0208"],
        find: tls::conflict,
    },
    Check {
        code: "MR201",
        severity: Severity::Error,
        title: "another object already has the host",
        advice: "merge the two objects, or narrow the hosts or exportTo of one",
        same: &["IST0109", "KIA1106"],
        find: hosts::lost,
    },
    Check {
        code: "MR202",
        severity: Severity::Warning,
        title: "the rule never matches",
        advice: "move it before the rule that covers it, narrow that one, or delete it",
        same: &["IST0130"],
        find: hosts::dead,
    },
    Check {
        code: "MR106",
        severity: Severity::Error,
        title: "the parent does not exist, or does not accept the route",
        advice: "correct the reference, create the gateway or listener, or allow the route there",
        same: &["IST0101", "KIA1102", "KIA1401"],
        find: hosts::no_parent,
    },
    Check {
        code: "MR107",
        severity: Severity::Warning,
        title: "the gateway does not have this host",
        advice: "add the host to the gateway or listener, or remove it from the route",
        same: &["IST0132"],
        find: hosts::no_host,
    },
    Check {
        code: "MR113",
        severity: Severity::Error,
        title: "a host with a dot that is no full name",
        advice: "write the short name, or the full one",
        same: &[],
        find: hosts::half_names,
    },
    Check {
        code: "MR110",
        severity: Severity::Error,
        title: "a backend in another namespace without a ReferenceGrant",
        advice: "create a ReferenceGrant in the backend's namespace",
        same: &["KIA1601"],
        find: backends::forbidden,
    },
];

/// A problem that was found.
pub struct Problem {
    pub check: &'static Check,
    pub spot: Spot,
    pub text: String,
}

/// All problems, each once, the worst first.
pub fn problems(world: &World, rows: &[RouteRow], from: Option<&str>) -> Vec<Problem> {
    let endpoints = Endpoints::new(world);
    let scene = Scene { world, endpoints: &endpoints, rows, from };
    let mut out = Vec::new();
    for check in CHECKS {
        let found: BTreeSet<(Spot, String)> = (check.find)(&scene).into_iter().collect();
        let heard = found.into_iter().filter(|(spot, _)| !suppressed(world, &spot.owner, check));
        out.extend(heard.map(|(spot, text)| Problem { check, spot, text }));
    }
    out.sort_by_key(|problem| problem.check.severity);
    out
}

/// Whether Istio's annotation suppresses a check. It holds codes, or `*` for all.
fn suppressed(world: &World, owner: &Owner, check: &Check) -> bool {
    let name = &owner.name;
    let annotations = match owner.kind {
        "VirtualService" => world.istio.virtual_services.get(name).map(|object| &object.metadata.annotations),
        "DestinationRule" => world.istio.destination_rules.get(name).map(|object| &object.metadata.annotations),
        _ => None,
    };
    let list = annotations.and_then(|all| all.get("galley.istio.io/analyze-suppress"));
    let hit = |code: &str| code == "*" || code == check.code || check.same.contains(&code);
    list.is_some_and(|list| list.split(',').any(|code| hit(code.trim())))
}

/// A share as people write it: `10 %`, `33.34 %`.
pub fn percent(share: u32) -> String {
    match share % 100 {
        0 => format!("{} %", share / 100),
        rest => format!("{}.{rest:02} %", share / 100),
    }
}
