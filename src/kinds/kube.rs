//! Kubernetes kinds, one file each.

pub mod containers;
pub mod deployments;
pub mod leases;
pub mod nodemetrics;
pub mod nodes;
pub mod podmetrics;
pub mod pods;
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
    &podmetrics::KIND,
    &nodemetrics::KIND,
    &leases::KIND,
];
