//! The table of kinds. A kind is one file and one line here; kinds that only a server knows are adopted.

mod adopt;
#[cfg(test)]
mod fixtures;
pub mod kube;
pub mod lens;

use crate::model::KindRef;

pub use adopt::{Definition, adopt, intern};

/// Every kind known at build time, all families.
pub fn all() -> impl Iterator<Item = KindRef> {
    kube::KINDS.iter().map(|kind| KindRef(kind))
}

/// The kind known at build time under this very name.
pub fn named(name: &str) -> Option<KindRef> {
    all().find(|kind| kind.name == name)
}

/// The kind that `word` means: a name, an alias, a singular, `name.group` or `group/version/name`, in any case.
/// `served` are the kinds of the current source; without them (not yet discovered) the built-in table answers.
/// Core and built-in kinds win over others of the same name, as in kubectl.
pub fn find(word: &str, served: &[KindRef]) -> Option<KindRef> {
    let word = word.trim().to_lowercase();
    if word.is_empty() {
        return None;
    }
    let fits = |kind: &&KindRef| answers_to(kind, &word);
    let known = || all().filter(|kind| answers_to(kind, &word));
    served.iter().find(fits).copied().or_else(|| known().next())
}

fn answers_to(kind: &KindRef, word: &str) -> bool {
    let address = &kind.address;
    kind.name == word
        || address.plural == word
        || kind.aliases.contains(&word)
        || address.kind.eq_ignore_ascii_case(word)
        || kind.family.len() + 1 < word.len() && word.strip_prefix(kind.family).and_then(|w| w.strip_prefix('/')) == Some(kind.name)
        || qualified(kind, word)
}

/// `deployments.apps`, `deployments.v1.apps`, `apps/v1/deployments`, `v1/pods`.
fn qualified(kind: &KindRef, word: &str) -> bool {
    let address = &kind.address;
    if let Some((name, rest)) = word.split_once('.') {
        let names = name == address.plural || kind.aliases.contains(&name) || address.kind.eq_ignore_ascii_case(name);
        return names && !address.group.is_empty() && (rest == address.group || rest == format!("{}.{}", address.version, address.group));
    }
    let Some((place, name)) = word.rsplit_once('/') else { return false };
    let here = match address.group {
        "" => address.version.to_owned(),
        group => format!("{group}/{}", address.version),
    };
    name == address.plural && place == here
}
