//! The table of kinds. A kind is one file and one line here; kinds that only a server knows are adopted.

mod adopt;
pub mod describe;
pub mod docker;
pub mod field;
#[cfg(test)]
mod fixtures;
pub mod kube;
pub mod lens;
pub mod mesh;
pub mod message;
pub mod verbs;

use crate::model::KindRef;

pub use adopt::{Definition, adopt, intern, known, served};

/// Every kind known at build time, all families.
pub fn all() -> impl Iterator<Item = KindRef> {
    kube::KINDS.iter().chain(mesh::KINDS).chain(docker::KINDS).map(|kind| KindRef(kind))
}

/// The kind known at build time under this very name; that of a cluster where two families have one.
pub fn named(name: &str) -> Option<KindRef> {
    all().find(|kind| kind.name == name)
}

/// The same within a family.
pub fn named_in(family: &str, name: &str) -> Option<KindRef> {
    all().find(|kind| kind.family == family && kind.name == name)
}

/// The kind that `word` means: a name, an alias, a singular, `name.group` or `group/version/name`, in any case.
/// `served` are the kinds of the current source; without them (not yet discovered) the built-in table answers.
/// Core and built-in kinds win over others of the same name, as in kubectl.
pub fn find(word: &str, served: &[KindRef]) -> Option<KindRef> {
    find_in(kube::FAMILY, word, served)
}

/// The same where the current source is of this family: its kinds win over those of others with the same name.
pub fn find_in(family: &str, word: &str, served: &[KindRef]) -> Option<KindRef> {
    let word = word.trim().to_lowercase();
    if word.is_empty() {
        return None;
    }
    let fits = |kind: &&KindRef| answers_to(kind, &word);
    let own = || all().find(|kind| kind.family == family && answers_to(kind, &word));
    let other = || all().find(|kind| answers_to(kind, &word));
    served.iter().find(fits).copied().or_else(own).or_else(other)
}

fn answers_to(kind: &KindRef, word: &str) -> bool {
    let address = &kind.address;
    kind.name == word
        || kind.aliases.contains(&word)
        || speaks_for_its_resource(kind) && (address.plural == word || address.kind.eq_ignore_ascii_case(word))
        || kind.family.len() + 1 < word.len()
            && word.strip_prefix(kind.family).and_then(|w| w.strip_prefix('/')) == Some(kind.name)
        || qualified(kind, word)
}

/// Containers are read from pods and podmetrics share a plural with them, yet neither is what `pods` means.
fn speaks_for_its_resource(kind: &KindRef) -> bool {
    kind.name.split('.').next() == Some(kind.address.plural)
}

/// `deployments.apps`, `deployments.v1.apps`, `apps/v1/deployments`, `v1/pods`.
fn qualified(kind: &KindRef, word: &str) -> bool {
    let address = &kind.address;
    // A group holds dots itself, so the slash decides.
    if let Some((place, name)) = word.rsplit_once('/') {
        let here = match address.group {
            "" => address.version.to_owned(),
            group => format!("{group}/{}", address.version),
        };
        return name == address.plural && place == here;
    }
    let Some((name, rest)) = word.split_once('.') else { return false };
    let names = name == address.plural || kind.aliases.contains(&name) || address.kind.eq_ignore_ascii_case(name);
    names
        && !address.group.is_empty()
        && (rest == address.group || rest == format!("{}.{}", address.version, address.group))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition(group: &str, version: &str, kind: &str, plural: &str) -> Definition {
        let (group, version, kind, plural) = (group.into(), version.into(), kind.into(), plural.into());
        Definition {
            group,
            version,
            kind,
            plural,
            singular: String::new(),
            short: Vec::new(),
            namespaced: true,
            watch: true,
            verbs: Vec::new(),
            parts: Vec::new(),
        }
    }

    #[test]
    fn kinds_that_share_a_plural_are_told_apart() {
        let metrics = served(&definition("metrics.k8s.io", "v1beta1", "PodMetrics", "pods"));
        let pods = served(&definition("", "v1", "Pod", "pods"));
        let here: Vec<KindRef> = metrics.iter().chain(&pods).copied().collect();
        for (word, name) in [
            ("pods", "pods"),
            ("Pod", "pods"),
            ("po", "pods"),
            ("v1/pods", "pods"),
            ("containers", "containers"),
            ("podmetrics", "podmetrics"),
            ("PodMetrics", "podmetrics"),
            ("pods.metrics.k8s.io", "podmetrics"),
            ("metrics.k8s.io/v1beta1/pods", "podmetrics"),
            ("nodes", "nodes"),
            ("node", "nodes"),
            ("nodemetrics", "nodemetrics"),
        ] {
            assert_eq!(find(word, &[]).map(|kind| kind.name), Some(name), "{word}");
            assert!(
                name.starts_with("node") || find(word, &here).map(|kind| kind.name) == Some(name),
                "{word}, served"
            );
        }
    }

    #[test]
    fn a_definition_is_adopted_by_the_kind_of_its_group() {
        let names = |group: &str, version: &str, kind: &str, plural: &str| -> Vec<&str> {
            served(&definition(group, version, kind, plural)).iter().map(|kind| kind.name).collect()
        };
        assert_eq!(names("", "v1", "Pod", "pods"), ["pods", "containers"]);
        assert_eq!(names("metrics.k8s.io", "v1beta1", "PodMetrics", "pods"), ["podmetrics"]);
        assert_eq!(names("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes"), ["nodemetrics"]);
        assert_eq!(names("", "v1", "Node", "nodes"), ["nodes"]);
        assert_eq!(names("apps", "v1", "Deployment", "deployments"), ["deployments"]);
    }
}
