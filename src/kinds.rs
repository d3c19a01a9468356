//! The table of kinds. A kind is one file and one line here; kinds that only a server knows are adopted.

mod adopt;
pub mod custom;
pub mod describe;
pub mod docker;
pub mod field;
#[cfg(test)]
mod fixtures;
pub mod helm;
pub mod kstatus;
pub mod kube;
pub mod lens;
pub mod mask;
pub mod mesh;
pub mod message;
pub mod print;
pub mod program;
pub mod prometheus;
mod recorded;
pub mod verbs;

use crate::model::{Door, Family, KindRef};

pub use adopt::{Definition, adopt, adopted_after, intern, known, served};

/// All families. Of kinds with one name, that of the first is meant.
pub static FAMILIES: &[&Family] =
    &[&kube::FAMILY, &mesh::FAMILY, &helm::FAMILY, &program::FAMILY, &docker::FAMILY, &prometheus::FAMILY];

/// The family whose kinds plain words mean where nothing is looked at.
pub static USUAL: &Family = &kube::FAMILY;

/// Every kind known at build time, all families.
pub fn all() -> impl Iterator<Item = KindRef> {
    FAMILIES.iter().flat_map(|family| family.all_kinds()).map(KindRef)
}

/// Kinds in no table of a family, because nobody opens them: they lend their cells to others, or hold texts.
fn lending() -> impl Iterator<Item = KindRef> {
    let own = std::iter::once(&program::itself::METER);
    own.chain(helm::COMPUTED.iter().copied().filter(|kind| !all().any(|known| known.is(kind)))).map(KindRef)
}

/// Kinds as describe looks at them from elsewhere.
fn detailed() -> impl Iterator<Item = KindRef> {
    kube::IN_DETAIL.iter().map(|kind| KindRef(kind))
}

/// Whether to offer a kind that may be lacking: a custom resource only where the server has it.
pub fn is_offered(kind: KindRef, served: &[KindRef]) -> bool {
    !matches!(kind.door, Door::Json(_)) || served.iter().any(|other| other.shares_resource(&kind))
}

/// The kind known at build time under this very name; that of a cluster where two families have one.
pub fn named(name: &str) -> Option<KindRef> {
    all().find(|kind| kind.name == name)
}

/// The same within a family.
pub fn named_in(family: &Family, name: &str) -> Option<KindRef> {
    family.all_kinds().find(|kind| kind.name == name).map(KindRef)
}

/// A kind as describe looks at it from elsewhere, where there is more to see than a row of a table.
pub fn in_detail(kind: KindRef) -> KindRef {
    let same = |other: &KindRef| other.name == kind.name && other.address == kind.address;
    detailed().find(same).unwrap_or(kind)
}

/// Words that k9s ships for kinds that have no file here.
const SHIPPED: &[(&str, &str)] = &[
    ("cr", "clusterroles.rbac.authorization.k8s.io"),
    ("crb", "clusterrolebindings.rbac.authorization.k8s.io"),
    ("ro", "roles.rbac.authorization.k8s.io"),
    ("rb", "rolebindings.rbac.authorization.k8s.io"),
    ("np", "networkpolicies.networking.k8s.io"),
];

/// Short words for a kind besides its own.
pub fn shipped(kind: KindRef) -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().filter(move |(_, address)| *address == kind.resource()).map(|(short, _)| *short)
}

/// The kind that `word` means: a name, an alias, a singular, `name.group`, `name.version.group` or
/// `group/version/name`, in any case. `served` are the kinds of the current source; without them (not yet discovered)
/// the built-in table answers.
pub fn find(word: &str, served: &[KindRef]) -> Option<KindRef> {
    find_in(USUAL, word, served)
}

/// The same where the current source is of this family. Tables of ours keep their words whatever a server calls its
/// custom resources; those have addresses. What the server has comes before what other families have.
pub fn find_in(family: &Family, word: &str, served: &[KindRef]) -> Option<KindRef> {
    let own = own(family, word);
    let as_served = own.and_then(|kind| as_served(kind, served));
    as_served.or_else(|| find_served(word, served)).or(own).or_else(|| answering(word, |_| true))
}

/// A kind of ours that a word means where the current source is of this family: one of the family, a table that the
/// program makes for all of them, or one that is named with its family.
pub fn own(family: &Family, word: &str) -> Option<KindRef> {
    let everywhere = |kind: &KindRef| kind.is_of_program() || kind.is_of(USUAL) && kind.is_made();
    let named = |kind: &KindRef| plain(word).is_some_and(|word| is_named_with_family(kind, &word));
    let own = answering(word, |kind| kind.is_of(family));
    own.or_else(|| answering(word, everywhere)).or_else(|| answering(word, named))
}

/// The kind that a word means among those that a server says it has.
pub fn find_served(word: &str, served: &[KindRef]) -> Option<KindRef> {
    let word = plain(word)?;
    let shipped = SHIPPED.iter().find(|(short, _)| *short == word).map(|(_, address)| *address);
    let fits = |word: &str| served.iter().find(|kind| !kind.is_made() && answers_to(kind, word)).copied();
    shipped.and_then(fits).or_else(|| fits(&word))
}

/// The kind of an owner as a row tells it: `ReplicaSet.apps`, `Node`.
pub fn find_owner(word: &str, served: &[KindRef]) -> Option<KindRef> {
    let (name, group) = word.split_once('.').unwrap_or((word, ""));
    let is_it = |kind: &KindRef| (kind.address.group, kind.address.kind) == (group, name);
    let fits = |kind: &KindRef| is_it(kind) && !kind.is_made() && kind.whole().is_none();
    served.iter().copied().find(fits).or_else(|| all().find(fits))
}

/// The kind at an address: `deployments.apps`, `pods`. As a server has it, where it has told.
pub fn at(resource: &str, served: &[KindRef]) -> Option<KindRef> {
    let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
    let is_there = |kind: &KindRef| (kind.address.group, kind.address.plural) == (group, plural);
    let fits = |kind: &KindRef| is_there(kind) && !kind.is_made() && kind.whole().is_none();
    served.iter().copied().find(fits).or_else(|| all().find(fits))
}

/// A kind that something links to, in the version that a server has. Whether it has it at all shows when it is asked.
pub fn serving(kind: KindRef, served: &[KindRef]) -> KindRef {
    as_served(kind, served).unwrap_or(kind)
}

/// The words that mean some kind, for those who mistype them.
pub fn words(served: &[KindRef]) -> impl Iterator<Item = &'static str> {
    let offered = all().filter(|kind| is_offered(*kind, served));
    offered
        .chain(served.iter().copied())
        .flat_map(|kind| std::iter::once(kind.0.name).chain(kind.0.aliases.iter().copied()))
}

/// The kind and the name of `pod/web`. An address of a kind may have slashes of its own: `apps/v1/deployments/web`. The
/// name of a family may be a word for one of its kinds as well: `helm/releases/web` and `helm/web` are the same.
pub fn split(word: &str) -> (String, Option<String>) {
    let parts: Vec<&str> = word.split('/').collect();
    let of_kind = match parts.as_slice() {
        [first, _, ..] if is_version(first) => 2,
        [first, second, ..] if is_family(first) && (is_kind_of(first, second) || !is_kind(first)) => 2,
        [_, second, _, ..] if is_version(second) => 3,
        _ => 1,
    };
    let name = parts.get(of_kind..).filter(|rest| !rest.is_empty()).map(|rest| rest.join("/"));
    (parts[..of_kind].join("/"), name)
}

/// Whether a word is the name of a family.
pub fn is_family(word: &str) -> bool {
    FAMILIES.iter().any(|family| family.name == word)
}

/// Whether a word alone means a kind.
fn is_kind(word: &str) -> bool {
    answering(word, |_| true).is_some()
}

fn is_kind_of(family: &str, word: &str) -> bool {
    answering(word, |kind| kind.family.name == family).is_some()
}

/// `v1`, `v2beta1`.
fn is_version(word: &str) -> bool {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let Some(rest) = word.strip_prefix('v').filter(|rest| digits(rest) > 0) else { return false };
    let rest = &rest[digits(rest)..];
    let stage = rest.strip_prefix("alpha").or_else(|| rest.strip_prefix("beta"));
    rest.is_empty() || stage.is_some_and(|number| !number.is_empty() && digits(number) == number.len())
}

/// A kind of ours in the version that a server has, where it has one.
fn as_served(kind: KindRef, served: &[KindRef]) -> Option<KindRef> {
    let same = |other: &&KindRef| kind.shares_resource(other) && kind.whole().is_some() == other.whole().is_some();
    let certain = kind.is_made() || !kind.family.discovers;
    match certain || served.is_empty() || served.contains(&kind) {
        true => Some(kind),
        false => served.iter().find(same).copied(),
    }
}

fn answering(word: &str, fits: impl Fn(&KindRef) -> bool) -> Option<KindRef> {
    let word = plain(word)?;
    all().find(|kind| fits(kind) && answers_to(kind, &word))
}

/// Without capitals; `None` for no word.
fn plain(word: &str) -> Option<String> {
    Some(word.trim().to_lowercase()).filter(|word| !word.is_empty())
}

fn answers_to(kind: &KindRef, word: &str) -> bool {
    let address = &kind.address;
    kind.name == word
        || kind.aliases.contains(&word)
        || speaks_for_its_resource(kind) && (address.plural == word || address.kind.eq_ignore_ascii_case(word))
        || is_named_with_family(kind, word)
        || qualified(kind, word)
}

/// `docker/containers`. Computed tables belong to the mesh as well as to the cluster that they are computed of.
fn is_named_with_family(kind: &KindRef, word: &str) -> bool {
    let Some((family, name)) = word.split_once('/') else { return false };
    name == kind.name && std::iter::once(kind.family).chain(kind.family.over).any(|known| known.name == family)
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

    #[test]
    fn kinds_that_share_a_plural_are_told_apart() {
        let metrics = served(&Definition::plain("metrics.k8s.io", "v1beta1", "PodMetrics", "pods"));
        let pods = served(&Definition::plain("", "v1", "Pod", "pods"));
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

    /// What clusters call kinds of theirs: OpenShift, Envoy Gateway, Longhorn, Knative.
    #[test]
    fn no_custom_resource_takes_the_word_of_a_table_of_ours() {
        let custom = |plural: &str, kind: &str, short: &str| {
            let short = if short.is_empty() { Vec::new() } else { vec![short.to_owned()] };
            adopt(&Definition {
                short,
                singular: kind.to_lowercase(),
                ..Definition::plain("acme.io", "v1", kind, plural)
            })
        };
        let clashing = [
            ("routes", "Route"),
            ("backends", "Backend"),
            ("problems", "Problem"),
            ("contexts", "Context"),
            ("sessions", "Session"),
            ("sources", "Source"),
            ("services", "Service"),
            ("nodes", "Node"),
        ];
        let core = |name: &str| named_in(&kube::FAMILY, name);
        for (plural, kind) in clashing {
            let theirs = custom(plural, kind, "");
            let mut here = vec![theirs];
            here.extend(core("services").into_iter().chain(core("nodes")));
            for word in [plural.to_owned(), kind.to_lowercase(), kind.to_owned()] {
                assert_eq!(find(&word, &here).map(|kind| kind != theirs), Some(true), "{word}");
            }
            for word in [format!("{plural}.acme.io"), format!("{plural}.v1.acme.io"), format!("acme.io/v1/{plural}")] {
                assert_eq!(find(&word, &here), Some(theirs), "{word}");
            }
            assert_eq!(theirs.name, format!("{plural}.acme.io"));
        }
        let here = [custom("queues", "Queue", "ctx"), custom("rooms", "Room", "rt")];
        assert_eq!(find("ctx", &here).map(|kind| kind.name), Some("contexts"));
        assert_eq!(find("rt", &here).map(|kind| kind.name), Some("routes"));
        assert_eq!(find("mesh/routes", &here).map(|kind| kind.name), Some("routes"));
    }

    #[test]
    fn what_a_cluster_has_comes_before_what_an_engine_has() {
        for (plural, kind) in
            [("volumes", "Volume"), ("images", "Image"), ("projects", "Project"), ("networks", "Network")]
        {
            let theirs = adopt(&Definition::plain("acme.io", "v1", kind, plural));
            assert_eq!(find(plural, &[theirs]), Some(theirs));
            assert_eq!(find(plural, &[]).map(|kind| kind.family), Some(&docker::FAMILY));
            let named = find(&format!("docker/{plural}"), &[theirs]);
            assert_eq!(named.map(|kind| kind.family), Some(&docker::FAMILY));
            let engines = named_in(&docker::FAMILY, plural);
            assert_eq!(find_in(&docker::FAMILY, plural, &[theirs]), engines);
        }
    }

    #[test]
    fn words_of_k9s_mean_kinds_without_a_file() {
        let group = "rbac.authorization.k8s.io";
        let roles = adopt(&Definition::plain(group, "v1", "Role", "roles"));
        let theirs =
            adopt(&Definition { short: vec!["ro".into()], ..Definition::plain("acme.io", "v1", "Rover", "rovers") });
        assert_eq!(find("ro", &[theirs, roles]), Some(roles));
        assert_eq!(find("ro", &[theirs]), Some(theirs));
        assert_eq!(find("RO", &[roles]), Some(roles));
    }

    #[test]
    fn an_owner_is_found_by_its_group() {
        let volcano = adopt(&Definition::plain("batch.volcano.sh", "v1alpha1", "Job", "jobs"));
        let knative = adopt(&Definition::plain("serving.knative.dev", "v1", "Service", "services"));
        let here: Vec<KindRef> =
            ["jobs", "services", "pods", "containers"].iter().filter_map(|name| named(name)).collect();
        let here: Vec<KindRef> = here.into_iter().chain([volcano, knative]).collect();
        let name = |word: &str| find_owner(word, &here).map(|kind| kind.name);
        assert_eq!(name("Job.batch"), Some("jobs"));
        assert_eq!(name("Job.batch.volcano.sh"), Some("jobs.batch.volcano.sh"));
        assert_eq!(name("Service.serving.knative.dev"), Some("ksvc"));
        assert_eq!(name("Pod"), Some("pods"));
        assert_eq!(name("Node"), Some("nodes"));
        assert_eq!(name("Service.acme.io"), None);
    }

    #[test]
    fn links_go_by_address() {
        let volcano = adopt(&Definition::plain("batch.volcano.sh", "v1alpha1", "Job", "jobs"));
        let knative = adopt(&Definition::plain("serving.knative.dev", "v1", "Service", "services"));
        let newer = adopt(&Definition::plain("batch", "v2", "Job", "jobs"));
        let (jobs, services) = (KindRef(&kube::jobs::KIND), KindRef(&kube::services::KIND));
        assert_eq!(serving(jobs, &[volcano, knative]), jobs, "another group is another kind");
        assert_eq!(serving(jobs, &[volcano, newer]), newer, "as the server has it");
        assert_eq!(serving(services, &[knative]), services);
        assert_eq!(at("jobs.batch.volcano.sh", &[volcano]), Some(volcano));
        assert_eq!(at("services", &[knative]), Some(services));
        assert_eq!(at("pods", &served(&Definition::plain("", "v1", "Pod", "pods"))), Some(KindRef(&kube::pods::KIND)));
        assert_eq!(at("routes", &[]), None, "what is computed is at no address");
    }

    #[test]
    fn a_definition_is_adopted_by_the_kind_of_its_group() {
        let names = |group: &str, version: &str, kind: &str, plural: &str| -> Vec<&str> {
            served(&Definition::plain(group, version, kind, plural)).iter().map(|kind| kind.name).collect()
        };
        assert_eq!(names("", "v1", "Pod", "pods"), ["pods", "containers"]);
        assert_eq!(names("metrics.k8s.io", "v1beta1", "PodMetrics", "pods"), ["podmetrics"]);
        assert_eq!(names("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes"), ["nodemetrics"]);
        assert_eq!(names("", "v1", "Node", "nodes"), ["nodes"]);
        assert_eq!(names("apps", "v1", "Deployment", "deployments"), ["deployments"]);
    }
}
