//! Kubernetes kinds, one file each.

pub mod leases;
pub mod pods;

use crate::model::Kind;

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&pods::KIND, &leases::KIND];
