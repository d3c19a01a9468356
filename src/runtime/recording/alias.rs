//! Words and pseudonyms: the only texts that a recording for sharing can hold.

use std::hash::{BuildHasher, RandomState};

use serde::Serialize;

use crate::kinds;
use crate::model::{Id, KindRef};

use super::outline::Named;

/// A pseudonym. Equal names of one recording have equal pseudonyms, and nothing leads back from it to the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Alias(u64);

/// The key of the pseudonyms of one recording. It is random, it is written nowhere, and it ends with the program. The
/// hash is SipHash, a keyed function whose results tell nothing about names without the key.
#[derive(Default)]
pub struct Salt(RandomState);

/// A kind: its name if spyhop itself knows it, otherwise a pseudonym, because a custom resource may bear the name of a
/// company or of a product that nobody is to know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sort(Known);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Known {
    Built(&'static str, &'static str),
    Custom(Alias),
}

impl Salt {
    pub fn alias(&self, text: &str) -> Alias {
        // 48 bits are enough to tell the names of a cluster apart, and every program reads such a number exactly.
        Alias(self.0.hash_one(text) >> 16)
    }

    /// The pseudonym of a text that may be missing.
    pub fn some(&self, text: &str) -> Option<Alias> {
        (!text.is_empty()).then(|| self.alias(text))
    }

    /// The words come from the table of the program, never from the kind, whose words may be those of a server.
    pub fn sort(&self, kind: KindRef) -> Sort {
        let built = kinds::all().find(|built| built.name == kind.name && built.family == kind.family);
        Sort(match built {
            Some(built) => Known::Built(built.0.family.name, built.0.name),
            None => Known::Custom(self.alias(&kind.resource())),
        })
    }

    pub fn named(&self, id: &Id) -> Named {
        Named {
            at: id.at.0,
            kind: self.sort(id.kind),
            namespace: self.some(&id.namespace),
            name: self.alias(&id.name),
            part: self.some(&id.part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Definition;

    #[test]
    fn a_name_has_one_pseudonym_in_a_recording_and_another_in_the_next() {
        let (one, other) = (Salt::default(), Salt::default());
        assert_eq!(one.alias("shop"), one.alias("shop"));
        assert_ne!(one.alias("shop"), one.alias("shop2"));
        assert_ne!(one.alias("shop"), other.alias("shop"));
        assert_eq!(one.some(""), None);
    }

    #[test]
    fn only_kinds_of_the_program_are_named() {
        let salt = Salt::default();
        let written = |kind| serde_json::to_string(&salt.sort(kind)).unwrap();
        assert_eq!(written(kinds::named("pods").unwrap()), r#"["kube","pods"]"#);
        let custom = kinds::adopt(&Definition::plain("secretproduct.acme.io", "v1", "Merger", "mergers"));
        assert!(written(custom).parse::<u64>().is_ok(), "{}", written(custom));
    }
}
