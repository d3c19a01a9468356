//! Protobuf messages read in place: their texts stay slices of the bytes they came in, and fields that nobody asked
//! for are stepped over. For the kinds that clusters hold by the hundred thousand; in JSON they are read like all others.

mod meta;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::field::{overrun, unreadable, varint};
use super::lens::{Moment, Quantity};
use crate::model::{Error, Result, Wire};

pub use meta::{Meta, Owner, Pairs};

/// What a field holds on the wire.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    Number(u64),
    /// A text, a message, or bytes.
    Bytes(&'a [u8]),
    /// A number of 4 or 8 bytes; no row needs one.
    Fixed,
}

/// What a field is read into. Of fields that come more than once the last counts, in lists all of them.
pub trait Fill<'a> {
    fn fill(&mut self, value: Value<'a>) -> Result<()>;
}

/// Declares a message: its fields with their numbers in the published `generated.proto`. One that lends names its
/// lifetime `'a`.
macro_rules! message {
    ($(#[$about:meta])* $name:ident $(<$life:lifetime>)? { $($(#[$field_about:meta])* $number:literal $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        pub struct $name $(<$life>)? { $($(#[$field_about])* pub $field: $type,)* }
        impl<'a> $crate::kinds::message::Fill<'a> for $name $(<$life>)? {
            fn fill(&mut self, value: $crate::kinds::message::Value<'a>) -> $crate::model::Result<()> {
                $crate::kinds::message::fields(value, |number, value| match number {
                    $($number => self.$field.fill(value),)*
                    _ => Ok(()),
                })
            }
        }
    };
}
pub(crate) use message;

/// Bytes of one object into its message.
pub fn read<'a, T: Fill<'a> + DeserializeOwned + Default>(wire: Wire, bytes: &'a [u8]) -> Result<T> {
    match wire {
        Wire::Json => super::lens::json(bytes),
        Wire::Proto => {
            let mut message = T::default();
            message.fill(Value::Bytes(bytes))?;
            Ok(message)
        }
    }
}

/// Goes through the fields of a message.
pub fn fields<'a>(message: Value<'a>, mut take: impl FnMut(u64, Value<'a>) -> Result<()>) -> Result<()> {
    let Value::Bytes(mut rest) = message else { return Err(another()) };
    while !rest.is_empty() {
        let (key, after) = number(rest)?;
        let (value, after) = value(key & 7, after)?;
        take(key >> 3, value)?;
        rest = after;
    }
    Ok(())
}

fn value(kind: u64, bytes: &[u8]) -> Result<(Value<'_>, &[u8])> {
    let fixed = |size| bytes.get(size..).map(|rest| (Value::Fixed, rest)).ok_or_else(overrun);
    match kind {
        0 => number(bytes).map(|(number, rest)| (Value::Number(number), rest)),
        1 => fixed(8),
        2 => {
            let (size, rest) = number(bytes)?;
            let size = usize::try_from(size).map_err(|_| overrun())?;
            rest.split_at_checked(size).map(|(body, rest)| (Value::Bytes(body), rest)).ok_or_else(overrun)
        }
        5 => fixed(4),
        kind => Err(unreadable(format_args!("wire type {kind}"))),
    }
}

fn number(bytes: &[u8]) -> Result<(u64, &[u8])> {
    if let [byte @ 0..0x80, rest @ ..] = bytes {
        return Ok((u64::from(*byte), rest));
    }
    let (number, length) = varint(bytes)?.ok_or_else(overrun)?;
    Ok((number, &bytes[length..]))
}

fn another() -> Error {
    unreadable("a field has an unexpected type")
}

/// A text of a message, lent where it can be.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl<'de> Deserialize<'de> for Text<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Cow::Owned(text)))
    }
}

impl<'a> Fill<'a> for Text<'a> {
    fn fill(&mut self, value: Value<'a>) -> Result<()> {
        let Value::Bytes(bytes) = value else { return Err(another()) };
        self.0 = Cow::Borrowed(std::str::from_utf8(bytes).map_err(unreadable)?);
        Ok(())
    }
}

impl Fill<'_> for i32 {
    fn fill(&mut self, value: Value<'_>) -> Result<()> {
        let Value::Number(number) = value else { return Err(another()) };
        // Negative ones are sent with the sign of 64 bits.
        *self = number as i32;
        Ok(())
    }
}

impl Fill<'_> for bool {
    fn fill(&mut self, value: Value<'_>) -> Result<()> {
        let Value::Number(number) = value else { return Err(another()) };
        *self = number != 0;
        Ok(())
    }
}

impl<'a, T: Fill<'a> + Default> Fill<'a> for Option<T> {
    fn fill(&mut self, value: Value<'a>) -> Result<()> {
        self.get_or_insert_default().fill(value)
    }
}

impl<'a, T: Fill<'a> + Default> Fill<'a> for Vec<T> {
    fn fill(&mut self, value: Value<'a>) -> Result<()> {
        let mut item = T::default();
        item.fill(value)?;
        self.push(item);
        Ok(())
    }
}

impl Fill<'_> for String {
    fn fill(&mut self, value: Value<'_>) -> Result<()> {
        let mut text = Text::default();
        text.fill(value)?;
        *self = text.0.into_owned();
        Ok(())
    }
}

impl<'a, T: Fill<'a> + Default> Fill<'a> for BTreeMap<String, T> {
    fn fill(&mut self, value: Value<'a>) -> Result<()> {
        let (key, item) = entry(value)?;
        self.insert(key, item);
        Ok(())
    }
}

/// A key and what stands under it.
fn entry<'a, K: Fill<'a> + Default, V: Fill<'a> + Default>(value: Value<'a>) -> Result<(K, V)> {
    let (mut key, mut item) = (K::default(), V::default());
    fields(value, |number, value| match number {
        1 => key.fill(value),
        2 => item.fill(value),
        _ => Ok(()),
    })?;
    Ok((key, item))
}

impl Fill<'_> for Quantity {
    fn fill(&mut self, value: Value<'_>) -> Result<()> {
        fields(value, |number, value| if number == 1 { self.text.fill(value) } else { Ok(()) })
    }
}

impl Fill<'_> for Moment {
    fn fill(&mut self, value: Value<'_>) -> Result<()> {
        fields(value, |number, value| match (number, value) {
            (1, Value::Number(seconds)) => {
                self.seconds = seconds as i64;
                Ok(())
            }
            (2, nanos) => self.nanos.fill(nanos),
            _ => Ok(()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::lens::or_default;

    message! {
        Sample<'a> {
            1 name: Text<'a>,
            2 count: i32,
            3 known: Option<bool>,
            #[serde(deserialize_with = "or_default")]
            4 parts: Vec<Part<'a>>,
            5 labels: Pairs<'a>,
            6 at: Option<Moment>,
        }
    }

    message! {
        Part<'a> {
            1 name: Text<'a>,
        }
    }

    /// A length-delimited field.
    fn bytes(number: u8, body: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, body.len() as u8], body].concat()
    }

    fn pair(key: &str, value: &str) -> Vec<u8> {
        bytes(5, &[bytes(1, key.as_bytes()), bytes(2, value.as_bytes())].concat())
    }

    fn labels(pairs: &Pairs<'_>) -> String {
        let mut out = String::new();
        pairs.join(&mut out);
        out
    }

    #[test]
    fn texts_are_lent_and_unknown_fields_stepped_over() {
        let negative = [&[2 << 3][..], &[0xff; 9], &[1]].concat();
        let unknown =
            [bytes(14, b"?"), vec![13 << 3, 0x96, 1], vec![12 << 3 | 5, 0, 0, 0, 0], vec![11 << 3 | 1; 1], vec![0; 8]];
        let wire = [
            bytes(1, b"first"),
            negative,
            vec![3 << 3, 0],
            unknown.concat(),
            bytes(4, &bytes(1, b"a")),
            bytes(4, &bytes(1, b"b")),
            bytes(6, &[1 << 3, 60, 2 << 3, 5]),
            bytes(1, b"last"),
        ]
        .concat();
        let sample: Sample<'_> = read(Wire::Proto, &wire).unwrap();
        assert_eq!((&*sample.name, sample.count, sample.known), ("last", -1, Some(false)));
        assert!(matches!(sample.name.0, Cow::Borrowed(_)));
        assert_eq!(sample.parts.iter().map(|part| &*part.name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(sample.at, Some(Moment { seconds: 60, nanos: 5 }));
    }

    #[test]
    fn json_reads_the_same() {
        let json = r#"{"name": "a\nb", "count": -1, "parts": null, "labels": {"b": "2", "a": "1"}, "at": "1970-01-01T00:01:00Z"}"#;
        let sample: Sample<'_> = read(Wire::Json, json.as_bytes()).unwrap();
        assert_eq!((&*sample.name, sample.count, sample.parts.len()), ("a\nb", -1, 0));
        assert_eq!((labels(&sample.labels), sample.at), ("a=1,b=2".to_owned(), Some(Moment { seconds: 60, nanos: 0 })));
        let none: Sample<'_> = read(Wire::Json, br#"{"labels": null}"#).unwrap();
        assert_eq!(labels(&none.labels), "");
    }

    #[test]
    fn labels_are_joined_in_the_order_of_their_keys_the_last_of_each() {
        for (sent, joined) in [
            (vec![pair("a", "1"), pair("b", "2")], "a=1,b=2"),
            (vec![pair("b", "2"), pair("a", "1")], "a=1,b=2"),
            (vec![pair("b", "1"), pair("a", "0"), pair("b", "2"), pair("a", "1")], "a=1,b=2"),
            (vec![pair("a", "")], "a="),
            (vec![], ""),
        ] {
            let wire = sent.concat();
            let sample: Sample<'_> = read(Wire::Proto, &wire).unwrap();
            assert_eq!(labels(&sample.labels), joined);
        }
    }

    #[test]
    fn what_is_no_such_message_is_refused() {
        for wire in [
            &[1 << 3, 1][..],         // a number in place of a text
            &[1 << 3 | 2, 2, b'a'],   // a text that is cut
            &[1 << 3 | 2, 1, 0xff],   // no UTF-8
            &[2 << 3 | 2, 1, 0],      // a text in place of a number
            &[2 << 3, 0xff],          // a number that is cut
            &[9 << 3 | 5, 0, 0],      // four bytes that are cut
            &[9 << 3 | 3],            // a group
            &[4 << 3 | 2, 1, 1 << 3], // a message that is cut
            &[1 << 3 | 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ] {
            assert!(read::<Sample<'_>>(Wire::Proto, wire).is_err(), "{wire:?}");
        }
    }

    /// Bytes from a linear congruential generator: the same on every run.
    #[test]
    fn noise_is_read_or_refused() {
        let mut seed: u64 = 11;
        let (mut taken, mut refused) = (0, 0);
        for length in (0..12).cycle().take(20_000) {
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 56) as u8
            };
            let wire: Vec<u8> = (0..length).map(|_| next() & 0x3f).collect();
            match read::<Sample<'_>>(Wire::Proto, &wire) {
                Ok(_) => taken += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(taken > 100 && refused > 100, "{taken} taken, {refused} refused");
    }
}
