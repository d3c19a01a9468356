//! The systems that extend a cluster with kinds of their own: one file each, with the kinds as data. Titles are those of
//! their definitions and of their own command lines.

mod flux;
#[cfg(test)]
mod tests;

use crate::kinds::kube::facts::text;
use crate::kinds::verbs;
use crate::model::{Cell, Kind, Property, System, Value};

/// In the order in which they are listed. A system is its file, its `mod` line above, and its line here.
pub static SYSTEMS: &[System] = &[System { name: "flux", kinds: flux::KINDS }];

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
