//! How recordings name kinds and families: by words, from which each kind is found again.
//!
//! A kind of ours is `family/name`, with a `+` behind it where a page sees more than a table. An adopted kind has the word
//! of its definition, which stands in the recording before it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FAMILIES, adopt, all, detailed, lending};
use crate::model::{Family, KindRef};

static OURS: LazyLock<HashMap<String, KindRef>> = LazyLock::new(|| {
    let plain = all().chain(lending()).map(|kind| (format!("{}/{}", kind.family.name, kind.name), kind));
    let detailed = detailed().map(|kind| (format!("{}/{}+", kind.family.name, kind.name), kind));
    plain.chain(detailed).collect()
});

static WORDS: LazyLock<HashMap<KindRef, &'static str>> =
    LazyLock::new(|| OURS.iter().map(|(word, kind)| (*kind, word.as_str())).collect());

impl Serialize for KindRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(word) = WORDS.get(self) {
            return word.serialize(serializer);
        }
        let word = adopt::word_of(*self).ok_or_else(|| S::Error::custom(format!("{self:?} has no word")))?;
        word.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for KindRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let kind = OURS.get(&*word).copied().or_else(|| adopt::by_word(&word));
        kind.ok_or_else(|| D::Error::custom("an unknown kind"))
    }
}

impl Serialize for Family {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.name.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for &'static Family {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let found = FAMILIES.iter().find(|family| family.name == word);
        found.copied().ok_or_else(|| D::Error::custom("an unknown family"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Definition, adopted_after};

    fn again(kind: KindRef) -> KindRef {
        serde_json::from_str(&serde_json::to_string(&kind).unwrap()).unwrap()
    }

    #[test]
    fn every_kind_is_found_again_by_its_word() {
        let ours: Vec<KindRef> = all().chain(lending()).chain(detailed()).collect();
        assert_eq!(OURS.len(), ours.len());
        ours.into_iter().for_each(|kind| assert_eq!(again(kind), kind));
        let definition = Definition { short: vec!["wd".into()], ..Definition::plain("w.io", "v1", "Word", "words") };
        let adopted = adopt(&definition);
        assert_eq!(again(adopted), adopted);
        assert!(adopted_after(0).contains(&definition));
        for word in ["\"kube/nothing\"", "\"words.w.io#0\"", "7"] {
            assert!(serde_json::from_str::<KindRef>(word).is_err(), "{word}");
        }
    }

    #[test]
    fn every_family_is_found_again() {
        for family in FAMILIES {
            assert_eq!(serde_json::from_str::<&Family>(&serde_json::to_string(family).unwrap()).unwrap(), *family);
        }
    }
}
