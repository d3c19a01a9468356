//! The metadata of an object, read in place.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Fill, Text, Value, entry, message};
use crate::kinds::lens::{Metadata, Moment, Owned, or_default};
use crate::model::Result;

/// A map of texts, in the order in which it was sent: servers sort by key.
#[derive(Clone, Debug, Default)]
pub struct Pairs<'a>(Vec<(Text<'a>, Text<'a>)>);

impl Pairs<'_> {
    /// Appends `a=1,b=2`, sorted by key.
    pub fn join(&self, out: &mut String) {
        if self.0.is_sorted_by(|(a, _), (b, _)| **a < **b) {
            return join(self.0.iter(), out);
        }
        let mut sorted: Vec<&(Text<'_>, Text<'_>)> = self.0.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
        // Of a key that comes twice the last counts.
        let later =
            |(i, _): &(usize, &&(Text<'_>, Text<'_>))| sorted.get(i + 1).is_none_or(|next| next.0 != sorted[*i].0);
        join(sorted.iter().enumerate().filter(later).map(|(_, pair)| *pair), out);
    }
}

fn join<'a>(pairs: impl Iterator<Item = &'a (Text<'a>, Text<'a>)>, out: &mut String) {
    for (key, value) in pairs {
        if !out.is_empty() {
            out.push(',');
        }
        out.extend([&**key, "=", &**value]);
    }
}

impl<'a> Fill<'a> for Pairs<'a> {
    fn fill(&mut self, value: Value<'a>) -> Result<()> {
        self.0.push(entry(value)?);
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Pairs<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;
        impl<'de> Visitor<'de> for Map {
            type Value = Pairs<'static>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
                Ok(Pairs::default())
            }
        }
        deserializer.deserialize_any(Map)
    }
}

message! {
    /// `meta.v1.ObjectMeta`.
    Meta<'a> {
        1 name: Text<'a>,
        3 namespace: Text<'a>,
        5 uid: Text<'a>,
        8 creation_timestamp: Option<Moment>,
        9 deletion_timestamp: Option<Moment>,
        11 labels: Pairs<'a>,
        #[serde(deserialize_with = "or_default")]
        13 owner_references: Vec<Owner<'a>>,
    }
}

message! {
    Owner<'a> {
        1 kind: Text<'a>,
        3 name: Text<'a>,
        4 uid: Text<'a>,
        6 controller: Option<bool>,
    }
}

impl Metadata for Meta<'_> {
    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn uid(&self) -> &str {
        &self.uid
    }

    fn created(&self) -> Option<Moment> {
        self.creation_timestamp
    }

    fn is_leaving(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    fn write_labels(&self, out: &mut String) {
        self.labels.join(out);
    }

    fn owners(&self) -> impl Iterator<Item = Owned<'_>> {
        self.owner_references.iter().map(|owner| {
            let Owner { kind, name, uid, controller } = owner;
            Owned { kind, name, uid, controls: *controller == Some(true) }
        })
    }
}
