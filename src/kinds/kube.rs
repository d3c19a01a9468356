//! Kubernetes kinds, one file each.

pub mod facts;
#[cfg(test)]
mod testing;
mod workload;

use crate::model::Kind;

/// A kind is its file and its line here: the line names the module and puts its `KIND` into the table.
macro_rules! kinds {
    ($($name:ident),* $(,)?) => {
        $(pub mod $name;)*
        /// In the order in which the palette and help list them.
        pub static KINDS: &[&Kind] = &[$(&$name::KIND),*];
    };
}

kinds! {
    pods,
    containers,
    nodes,
    deployments,
    replicasets,
    statefulsets,
    daemonsets,
    jobs,
    cronjobs,
    podmetrics,
    nodemetrics,
    leases,
    services,
    namespaces,
    events,
    configmaps,
    secrets,
    serviceaccounts,
    ingresses,
    endpointslices,
    customresourcedefinitions,
    contexts,
    sessions,
    sources,
    own,
}

/// The word for the family, before the slash of `kube/containers`.
pub const FAMILY: &str = "kube";
