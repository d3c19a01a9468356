//! Kubernetes kinds, one file each.

pub mod containers;
pub mod cronjobs;
pub mod daemonsets;
pub mod deployments;
mod facts;
pub mod jobs;
pub mod leases;
pub mod nodemetrics;
pub mod nodes;
pub mod podmetrics;
pub mod pods;
pub mod replicasets;
pub mod statefulsets;
#[cfg(test)]
mod testing;
mod workload;

use crate::model::Kind;

/// In the order in which the palette and help list them.
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
];
