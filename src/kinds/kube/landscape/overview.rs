//! Which systems extend a cluster: the table of the systems, and the kinds of each. Both are computed from discovery and
//! from short lists.

use std::collections::BTreeSet;

use super::{SYSTEMS, kubernetes};
use crate::kinds::kube::argo;
use crate::model::{Address, Column, Door, Enter, Home, Kind, KindRef, Naming, Presentation, System};

/// In the order in which the palette and help list them.
pub static KINDS: &[&Kind] = &[&SYSTEM, &MEMBER];

/// What is said where no system is.
const ABSENT: &str = "a row would stand here for each of Flux, Argo CD, Knative, cert-manager and the like whose definitions \
                      the cluster has; it has none that spyhop knows (:crds lists all definitions)";

const HEALTH: Column = Column::new("HEALTH", 16).state().rank(0);
const OBJECTS: Column = Column::new("OBJECTS", 7).number().rank(1);

pub static SYSTEM: Kind = Kind {
    name: "landscape",
    aliases: &["systems"],
    address: Address { group: "", version: "", kind: "System", plural: "landscape", namespaced: false },
    naming: Naming::titled("SYSTEM"),
    columns: &[
        HEALTH,
        OBJECTS,
        Column::new("KINDS", 5).number().rank(2),
        Column::new("VERSION", 10).rank(3),
        Column::new("API", 10).rank(4),
        Column::new("EVIDENCE", 30).rank(5),
    ],
    presentation: Presentation::PLAIN.absent(ABSENT),
    ..computed()
};

pub static MEMBER: Kind = Kind {
    name: "kinds.landscape",
    aliases: &[],
    address: Address { group: "", version: "", kind: "SystemKind", plural: "kinds.landscape", namespaced: false },
    columns: &[
        HEALTH,
        OBJECTS,
        Column::new("SYSTEM", 12).rank(2),
        Column::new("KIND", 20).rank(4),
        Column::new("GROUP/VERSION", 24).rank(3),
    ],
    presentation: Presentation::PLAIN.absent(ABSENT),
    ..computed()
};

const fn computed() -> Kind {
    Kind {
        home: Home::Computed,
        door: Door::Own,
        enter: Enter::Link(|object| object.link.as_deref().cloned()),
        ..Kind::kube()
    }
}

/// Argo CD is read in more detail than the others, so its kinds are not data alone.
static ARGO: System = System { name: "argocd", kinds: &[&argo::APPLICATIONS, &argo::PROJECTS, &argo::SETS] };

/// The systems that are looked for. What every API server serves by itself extends no cluster.
pub fn looked_for() -> impl Iterator<Item = &'static System> {
    SYSTEMS.iter().filter(|system| !is_served_by_all(system)).chain([&ARGO])
}

fn is_served_by_all(system: &System) -> bool {
    system.kinds.iter().zip(kubernetes::KINDS).any(|(one, own)| std::ptr::eq(*one, *own))
}

/// The kinds of a system that a server has, each in the version that it has.
pub fn present(system: &System, served: &[KindRef]) -> Vec<KindRef> {
    let is_known = |kind: KindRef| {
        let is_it = |known: &&Kind| match known.address.plural {
            "" => known.address.group == kind.address.group,
            _ => kind.shares_resource(known),
        };
        matches!(kind.door, Door::Json(_)) && system.kinds.iter().any(is_it)
    };
    served.iter().copied().filter(|kind| is_known(*kind)).collect()
}

/// The API groups of some kinds, sorted.
pub fn groups(kinds: &[KindRef]) -> BTreeSet<&'static str> {
    kinds.iter().map(|kind| kind.0.address.group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Definition, adopt};

    fn served(group: &str, version: &str, kind: &str, plural: &str) -> KindRef {
        adopt(&Definition::plain(group, version, kind, plural))
    }

    fn found(served: &[KindRef]) -> Vec<(&'static str, usize)> {
        let systems = looked_for().map(|system| (system.name, present(system, served).len()));
        systems.filter(|(_, kinds)| *kinds > 0).collect()
    }

    #[test]
    fn a_system_is_there_if_the_server_has_a_kind_of_it() {
        let here = [
            served("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations"),
            served("argoproj.io", "v1alpha1", "Application", "applications"),
            served("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses"),
            served("", "v1", "Pod", "pods"),
            served("acme.io", "v1", "Kustomization", "kustomizations"),
        ];
        assert_eq!(found(&here), [("flux", 1), ("argocd", 1)]);
        assert_eq!(found(&[]), []);
    }

    /// Constraints of Gatekeeper are named by the templates of a cluster.
    #[test]
    fn kinds_that_only_a_server_names_belong_to_their_system() {
        let here = [
            served("constraints.gatekeeper.sh", "v1beta1", "K8sNoRoot", "k8snoroot"),
            served("templates.gatekeeper.sh", "v1", "ConstraintTemplate", "constrainttemplates"),
        ];
        assert_eq!(found(&here), [("gatekeeper", 2)]);
        let groups: Vec<&str> = groups(&here).into_iter().collect();
        assert_eq!(groups, ["constraints.gatekeeper.sh", "templates.gatekeeper.sh"]);
    }
}
