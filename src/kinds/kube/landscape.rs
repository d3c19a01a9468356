//! The systems that extend a cluster with kinds of their own: one file each, with the kinds as data. Titles are those of
//! their definitions and of their own command lines.

mod cert_manager;
mod chaos_mesh;
mod cilium;
mod cluster_api;
mod flux;
mod gatekeeper;
mod jobset;
mod karmada;
mod knative;
mod kserve;
mod kubeedge;
mod kubeflow;
mod kubernetes;
mod kueue;
mod kyverno;
mod litmus;
mod multicluster;
mod olm;
mod openfaas;
mod opentelemetry;
pub mod overview;
mod policy_reports;
mod prometheus_operator;
mod ray;
mod rollouts;
mod rook;
mod spinkube;
mod state;
#[cfg(test)]
mod tests;
mod tetragon;
mod trivy;
mod wasmcloud;
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
    System { name: "cert-manager", kinds: cert_manager::KINDS },
    System { name: "chaos-mesh", kinds: chaos_mesh::KINDS },
    System { name: "cilium", kinds: cilium::KINDS },
    System { name: "cluster-api", kinds: cluster_api::KINDS },
    System { name: "gatekeeper", kinds: gatekeeper::KINDS },
    System { name: "jobset", kinds: jobset::KINDS },
    System { name: "karmada", kinds: karmada::KINDS },
    System { name: "kserve", kinds: kserve::KINDS },
    System { name: "kubeedge", kinds: kubeedge::KINDS },
    System { name: "kubeflow", kinds: kubeflow::KINDS },
    System { name: "kubernetes", kinds: kubernetes::KINDS },
    System { name: "kueue", kinds: kueue::KINDS },
    System { name: "kyverno", kinds: kyverno::KINDS },
    System { name: "litmus", kinds: litmus::KINDS },
    System { name: "multicluster", kinds: multicluster::KINDS },
    System { name: "opentelemetry", kinds: opentelemetry::KINDS },
    System { name: "policy-reports", kinds: policy_reports::KINDS },
    System { name: "prometheus-operator", kinds: prometheus_operator::KINDS },
    System { name: "ray", kinds: ray::KINDS },
    System { name: "rook", kinds: rook::KINDS },
    System { name: "spinkube", kinds: spinkube::KINDS },
    System { name: "tetragon", kinds: tetragon::KINDS },
    System { name: "trivy", kinds: trivy::KINDS },
    System { name: "wasmcloud", kinds: wasmcloud::KINDS },
];

/// What most of these kinds have in common. A kind that is read as another one of its system takes over that one instead.
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
