//! The words for rows and problems, the same on the screen and on the command line.

use serde_json::json;

use super::Problem;
use super::check::percent;
use super::route::{Action, Backend, Fault, RouteRow, Spot};
use crate::model::Value;

/// `VirtualService shop/web http/0/match/1`
pub fn rule(spot: &Spot) -> String {
    let path = spot.path.strip_prefix("/spec/").unwrap_or(&spot.path);
    format!("{} {path}", spot.owner).trim_end().to_owned()
}

/// The notes of a row: why it has its position, what else it does, and the codes of its problems.
pub fn notes(row: &RouteRow, problems: &[&Problem]) -> String {
    let mut out: Vec<String> = Vec::new();
    match &row.shadow {
        Some(shadow) => out.push(format!("never reached: {}", shadow.why.told(&rule(&shadow.by)))),
        None if row.rank.place > 1 => out.push(row.rank.reason.clone()),
        None => {}
    }
    out.extend(row.via.iter().map(|via| format!("by {}", rule(via))));
    out.extend(row.narrower.iter().map(|listener| format!("not if listeners are isolated: {listener}")));
    out.extend(row.badges.iter().cloned());
    let mut codes: Vec<&str> = problems.iter().filter(|problem| concerns(problem, row)).map(|p| p.check.code).collect();
    codes.dedup();
    out.extend(codes.into_iter().map(str::to_owned));
    out.join(", ")
}

/// Whether a problem belongs to this row.
pub fn concerns(problem: &Problem, row: &RouteRow) -> bool {
    let spot = &problem.spot;
    let here = |path: &str| path == spot.path || path.starts_with(&format!("{}/", spot.path));
    // A problem of one host of an object names the host, and does not belong to the object's other hosts.
    let told = || problem.text.strip_prefix(&row.host).is_some_and(|rest| rest.starts_with([' ', ':']));
    let whole = match spot.path.as_str() {
        "/spec/hosts" | "/spec/hostnames" => told(),
        "/spec/gateways" | "/spec/parentRefs" => row.rank.place == 0,
        _ => false,
    };
    let own = || here(&row.spot.path) || row.backends.iter().any(|to| here(&to.path));
    let via = row.via.as_ref().is_some_and(|via| via.owner == spot.owner && here(&via.path));
    (spot.owner == *row.claimant() && whole) || via || (spot.owner == row.spot.owner && own())
}

/// The action, if the row does not forward.
pub fn action(action: &Action) -> String {
    match action {
        Action::Forward => String::new(),
        Action::Redirect(status, to) => format!("{status} to {}", target_of(to)),
        Action::Respond(status) => format!("answers {status}"),
        Action::Default => "no rule: the service itself".to_owned(),
        Action::Delegate(to) => format!("delegates to {to}"),
        Action::Fail(status, why) => format!("{status}: {why}"),
    }
}

/// The target of a redirect as a URL. The rule names only the parts that change, and a host that stays has no other
/// place in a URL.
fn target_of(to: &str) -> String {
    const SAME: &str = "(same host)";
    match to.split_once("://") {
        Some((scheme, rest)) if rest.is_empty() || rest.starts_with([':', '/']) => format!("{scheme}://{SAME}{rest}"),
        None if to.is_empty() || to.starts_with(':') => format!("{SAME}{to}"),
        Some(_) | None => to.to_owned(),
    }
}

/// The word for a backend's fault.
pub fn word(fault: Fault) -> &'static str {
    match fault {
        Fault::Missing => "missing",
        Fault::HalfName => "bad host",
        Fault::Subset => "no subset",
        Fault::Forbidden => "not granted",
        Fault::Kind => "bad kind",
        Fault::Port => "no such port",
        Fault::Target => "no pod has the port",
    }
}

pub fn row_json(row: &RouteRow) -> Value {
    let backend = |to: &Backend| {
        let ready =
            to.ready.map(|ready| json!({"ready": ready.ready, "total": ready.total, "draining": ready.draining}));
        json!({"path": to.path, "host": to.host, "service": to.service.as_ref().map(ToString::to_string),
            "port": to.port, "subset": to.subset, "weight": to.weight, "percent": f64::from(to.share) / 100.0,
            "ready": ready, "fault": to.fault.map(word)})
    };
    let shadow = row.shadow.as_ref();
    json!({"mesh": row.mesh.word(), "host": row.host, "written": row.written, "attach": row.attach.to_string(),
        "object": row.spot.owner.to_string(), "path": row.spot.path,
        "via": row.via.as_ref().map(ToString::to_string), "match": row.matching.to_string(),
        "rank": row.rank.place, "reason": row.rank.reason,
        "shadowed_by": shadow.map(|shadow| shadow.by.to_string()), "shadowed_why": shadow.map(|shadow| shadow.why.text()),
        "action": action(&row.action), "narrower_listener": row.narrower, "badges": row.badges, "backends": row.backends.iter().map(backend).collect::<Vec<_>>()})
}

pub fn problem_json(problem: &Problem) -> Value {
    let check = problem.check;
    json!({"code": check.code, "severity": check.severity.word(), "object": problem.spot.owner.to_string(),
        "path": problem.spot.path, "text": problem.text, "advice": check.advice, "same": check.same})
}

/// `reviews:9080 (v2)`
pub fn target(to: &Backend) -> String {
    let port = to.port.map(|port| format!(":{port}")).unwrap_or_default();
    let subset = if to.subset.is_empty() { String::new() } else { format!(" ({})", to.subset) };
    format!("{}{port}{subset}", to.host)
}

/// The readiness of a backend: `3/4`, `2/3 -1` with one that is terminating, or the fault; `?` if nothing is known.
pub fn readiness(to: &Backend) -> String {
    match (to.fault, to.ready) {
        (Some(fault), _) => word(fault).to_owned(),
        (None, Some(ready)) if ready.draining > 0 => format!("{}/{} -{}", ready.ready, ready.total, ready.draining),
        (None, Some(ready)) => format!("{}/{}", ready.ready, ready.total),
        (None, None) => "?".to_owned(),
    }
}

/// `90 = 90 %`, or the share alone.
pub fn share(to: &Backend) -> String {
    let weight = to.weight.map(|weight| format!("{weight} = ")).unwrap_or_default();
    format!("{weight}{}", percent(to.share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_that_keeps_the_host_says_so() {
        for (to, told) in [
            ("https://", "301 to https://(same host)"),
            ("https://:8443/x", "301 to https://(same host):8443/x"),
            ("https:///x", "301 to https://(same host)/x"),
            ("https://shop.example.com/x", "301 to https://shop.example.com/x"),
            (":8443", "301 to (same host):8443"),
            ("/x", "301 to /x"),
            ("shop.example.com", "301 to shop.example.com"),
        ] {
            assert_eq!(action(&Action::Redirect(301, to.to_owned())), told, "{to}");
        }
    }
}
