//! Kubernetes kinds, one file each.

pub mod containers;
pub mod events;
pub mod leases;
pub mod namespaces;
pub mod pods;
pub mod services;
#[cfg(test)]
mod testing;

use crate::model::Kind;

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&pods::KIND, &containers::KIND, &leases::KIND, &services::KIND, &namespaces::KIND, &events::KIND];
