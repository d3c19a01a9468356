//! Kubernetes kinds, one file each.

pub mod configmaps;
pub mod containers;
pub mod contexts;
pub mod cronjobs;
pub mod customresourcedefinitions;
pub mod daemonsets;
pub mod deployments;
pub mod endpointslices;
pub mod events;
pub mod facts;
pub mod forwards;
pub mod horizontalpodautoscalers;
pub mod ingresses;
pub mod jobs;
pub mod leases;
pub mod limitranges;
pub mod names;
pub mod namespaces;
pub mod nodemetrics;
pub mod nodes;
pub mod own;
pub mod persistentvolumeclaims;
pub mod persistentvolumes;
pub mod poddisruptionbudgets;
pub mod podmetrics;
pub mod pods;
pub mod replicasets;
pub mod resourcequotas;
pub mod secrets;
pub mod serviceaccounts;
pub mod services;
pub mod sessions;
pub mod sources;
pub mod statefulsets;
#[cfg(test)]
mod testing;
mod workload;

use crate::model::Kind;

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
    &contexts::KIND,
    &sessions::KIND,
    &forwards::KIND,
    &sources::KIND,
    &names::KIND,
    &own::KIND,
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

/// The word for the family, before the slash of `kube/containers`.
pub const FAMILY: &str = "kube";
