//! The metadata of an object, read in place.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Fill, Text, Value, entry, message};
use crate::kinds::lens::{Moment, metadata, or_default, write_pairs};
use crate::model::Result;

/// A map of texts, in the order in which it was sent: servers sort by key.
#[derive(Clone, Debug, Default)]
pub struct Pairs<'a>(Vec<(Text<'a>, Text<'a>)>);

impl Pairs<'_> {
    /// Appends `a=1,b=2`, sorted by key.
    pub fn join(&self, out: &mut String) {
        if self.0.is_sorted_by(|(a, _), (b, _)| **a < **b) {
            return write_pairs(self.0.iter().map(texts), out);
        }
        let mut sorted: Vec<&(Text<'_>, Text<'_>)> = self.0.iter().collect();
        sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
        // Of a key that comes twice the last counts.
        let later =
            |(i, _): &(usize, &&(Text<'_>, Text<'_>))| sorted.get(i + 1).is_none_or(|next| next.0 != sorted[*i].0);
        write_pairs(sorted.iter().enumerate().filter(later).map(|(_, pair)| texts(pair)), out);
    }
}

fn texts<'a>((key, value): &'a (Text<'_>, Text<'_>)) -> (&'a str, &'a str) {
    (key, value)
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
        5 api_version: Text<'a>,
        6 controller: Option<bool>,
    }
}

metadata!(Meta<'_>, |meta, out| meta.labels.join(out));
