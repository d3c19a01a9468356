//! Kubernetes kinds, one file each.

pub mod argo;
pub mod configmaps;
pub mod containers;
pub mod cronjobs;
pub mod customresourcedefinitions;
pub mod daemonsets;
pub mod deployments;
pub mod endpointslices;
pub mod events;
pub mod facts;
pub mod horizontalpodautoscalers;
pub mod ingresses;
pub mod jobs;
pub mod landscape;
pub mod leases;
pub mod limitranges;
pub mod namespaces;
pub mod nodemetrics;
pub mod nodes;
pub mod persistentvolumeclaims;
pub mod persistentvolumes;
pub mod poddisruptionbudgets;
pub mod podmetrics;
pub mod pods;
pub mod replicasets;
pub mod resourcequotas;
pub mod rules;
pub mod secrets;
pub mod serviceaccounts;
pub mod services;
pub mod statefulsets;
#[cfg(test)]
mod testing;
mod workload;

use std::time::Duration;

use super::verbs;
use crate::model::text::line;
use crate::model::{Family, Finds, Kind, Noun, Place, Represents};

/// In the order in which the palette and help list them. A kind is its file, its `mod` line above, and its line here.
pub static KINDS: &[&Kind] = &[
    &pods::KIND,
    &containers::KIND,
    &nodes::KIND,
    &deployments::KIND,
    &replicasets::KIND,
    &statefulsets::KIND,
    &daemonsets::KIND,
    &jobs::KIND,
    &cronjobs::KIND,
    &podmetrics::KIND,
    &nodemetrics::KIND,
    &leases::KIND,
    &services::KIND,
    &namespaces::KIND,
    &events::KIND,
    &configmaps::KIND,
    &secrets::KIND,
    &serviceaccounts::KIND,
    &ingresses::KIND,
    &endpointslices::KIND,
    &horizontalpodautoscalers::KIND,
    &poddisruptionbudgets::KIND,
    &persistentvolumeclaims::KIND,
    &persistentvolumes::KIND,
    &resourcequotas::KIND,
    &limitranges::KIND,
    &customresourcedefinitions::KIND,
    &argo::APPLICATIONS,
    &argo::PROJECTS,
    &argo::SETS,
    &landscape::overview::SYSTEM,
    &landscape::overview::MEMBER,
];

/// Kinds as describe looks at them from elsewhere, under the names of those that are listed: with more of each object than
/// a row of a table needs.
pub static IN_DETAIL: &[&Kind] = &[
    &pods::detail::KIND,
    &events::DETAIL,
    &jobs::DETAIL,
    &endpointslices::DETAIL,
    &resourcequotas::DETAIL,
    &limitranges::DETAIL,
];

pub static FAMILY: Family = Family {
    name: "kube",
    sources: Noun {
        one: "cluster",
        many: "contexts",
        none: "no cluster to ask: set KUBECONFIG or --kubeconfig, and --context",
    },
    patience: Duration::from_secs(60),
    kinds: KINDS,
    systems: landscape::SYSTEMS,
    namespaces: Some(&namespaces::KIND),
    over: None,
    verbs: verbs::ALL,
    read_only: None,
    discovers: true,
    is_home: true,
    is_near: false,
    remembers: true,
    finds: Finds::Name,
    lacks,
    shell_line: kubectl,
};

impl Kind {
    /// What most kinds of an API server have in common.
    pub const fn kube() -> Self {
        Self::of(&FAMILY)
    }
}

/// What is computed of several objects is none that can be edited. Rows that stand for one object lead to that.
fn lacks(kind: &Kind, command: &str) -> Option<&'static str> {
    let is_nobodys = kind.is_made() && matches!(kind.represents, Represents::Object);
    (is_nobodys && command == "edit").then_some("it is computed from what the cluster has; there is nothing to edit")
}

/// In the same context, whatever that shell's own is.
fn kubectl(cluster: &Place, namespace: &str, words: &[String]) -> String {
    let namespace = Some(namespace).filter(|name| !name.is_empty()).map(|name| ["-n".to_owned(), name.to_owned()]);
    let context = format!("--context={}", cluster.name);
    let words = words.iter().cloned().chain(namespace.into_iter().flatten()).chain([context]);
    format!("kubectl {}", line(&words.collect::<Vec<_>>()))
}
