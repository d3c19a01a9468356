//! The systems that extend a cluster with kinds of their own: one file each, with the kinds as data. Titles are those of
//! their definitions and of their own command lines.

mod flux;
mod knative;
mod olm;
mod openfaas;
mod rollouts;
#[cfg(test)]
mod tests;
mod workflows;

use crate::kinds::kube::facts::text;
use crate::kinds::{find_owner, verbs};
use crate::model::{Cell, Kind, Link, Property, Scope, System, Value};

/// In the order in which they are listed. A system is its file, its `mod` line above, and its line here.
pub static SYSTEMS: &[System] = &[
    System { name: "flux", kinds: flux::KINDS },
    System { name: "knative", kinds: knative::KINDS },
    System { name: "olm", kinds: olm::KINDS },
    System { name: "rollouts", kinds: rollouts::KINDS },
    System { name: "workflows", kinds: workflows::KINDS },
    System { name: "openfaas", kinds: openfaas::KINDS },
];

/// What most of these kinds have in common.
const fn custom() -> Kind {
    Kind { verbs: verbs::COMMON, ..Kind::kube() }
}

/// Whether it is well, as most controllers tell it.
const READY: Property = Property::value("READY", 7, ".status.conditions[?(@.type==\"Ready\")].status").state();
/// Why it is ready or not, in one word.
const REASON: Property = Property::value("REASON", 16, ".status.conditions[?(@.type==\"Ready\")].reason").rank(3);
/// The same in a sentence.
const STATUS: Property = Property::value("STATUS", 36, ".status.conditions[?(@.type==\"Ready\")].message").rank(4);
const SUSPENDED: Property = Property::made("SUSPENDED", 9, |body| Cell::Flag(body["spec"]["suspend"] == true)).rank(5);

/// What a reference leads to: `Kind/name`, and `Kind/namespace/name` if that is not beside the object.
fn reference(body: &Value, to: &Value) -> String {
    let (kind, namespace, name) = (text(to, "kind"), text(to, "namespace"), text(to, "name"));
    match namespace {
        _ if name.is_empty() => String::new(),
        namespace if namespace.is_empty() || namespace == text(&body["metadata"], "namespace") => {
            format!("{kind}/{name}")
        }
        namespace => format!("{kind}/{namespace}/{name}"),
    }
}

/// The one object that a reference leads to, if its kind is known here.
fn target(body: &Value, to: &Value) -> Option<Link> {
    let name = Some(text(to, "name")).filter(|name| !name.is_empty())?;
    let word = match text(to, "apiVersion").rsplit_once('/') {
        Some((group, _)) => format!("{}.{group}", text(to, "kind")),
        None => text(to, "kind").to_owned(),
    };
    let kind = find_owner(&word, &[])?;
    let namespaces = [text(to, "namespace"), text(&body["metadata"], "namespace")];
    let namespace = namespaces.into_iter().find(|namespace| !namespace.is_empty()).unwrap_or_default();
    let scope = if kind.address.namespaced { Scope::namespace(namespace) } else { Scope::all() };
    Some(Link { kind, scope: scope.named(name) })
}
