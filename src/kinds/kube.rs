//! Kubernetes kinds, one file each.

pub mod leases;

use crate::model::Kind;

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&leases::KIND];
