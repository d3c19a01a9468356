//! The value that tells an object from a later object of the same name.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Str;

/// A uid is never used for a second object. It is usually a UUID, which is kept as its 16 bytes, because a large
/// cluster has hundreds of thousands of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Uid {
    #[default]
    None,
    /// A UUID in the form of API servers: small letters, with hyphens (RFC 9562, section 4).
    Uuid(#[serde(with = "hyphened")] [u8; 16]),
    /// Any other text: the id of a container, or a UUID with something behind it.
    Text(Str),
}

const _: () = assert!(size_of::<Uid>() <= 24);

/// The positions of the hyphens in a UUID.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

impl Uid {
    pub fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        match uuid(text.as_bytes()) {
            Some(bytes) => Self::Uuid(bytes),
            None if text.is_empty() => Self::None,
            None => Self::Text(text.into()),
        }
    }
}

impl From<Str> for Uid {
    fn from(text: Str) -> Self {
        if text.is_empty() { Self::None } else { Self::Text(text) }
    }
}

impl From<&Uid> for Str {
    fn from(uid: &Uid) -> Self {
        match uid {
            Uid::None => Self::new(),
            Uid::Uuid(_) => arcstr::format!("{uid}"),
            Uid::Text(text) => text.clone(),
        }
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Uuid(bytes) => {
                for (i, byte) in bytes.iter().enumerate() {
                    let hyphen = if matches!(i, 4 | 6 | 8 | 10) { "-" } else { "" };
                    write!(f, "{hyphen}{byte:02x}")?;
                }
                Ok(())
            }
        }
    }
}

/// The text of a UUID in a recording.
mod hyphened {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Uid, uuid};

    pub fn serialize<S: Serializer>(bytes: &[u8; 16], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Uid::Uuid(*bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 16], D::Error> {
        let text = String::deserialize(deserializer)?;
        uuid(text.as_bytes()).ok_or_else(|| D::Error::custom("no UUID"))
    }
}

/// Reads a UUID. The text is refused if the UUID would be written differently.
fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let mut bits: u128 = 0;
    for (i, sign) in text.iter().enumerate() {
        let digit = match (HYPHENS.contains(&i), sign) {
            (true, b'-') => continue,
            (false, b'0'..=b'9') => sign - b'0',
            (false, b'a'..=b'f') => sign - b'a' + 10,
            _ => return None,
        };
        bits = bits << 4 | u128::from(digit);
    }
    Some(bits.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_reads_the_same_again() {
        for (text, short) in [
            ("7c3bdfe4-0b8b-4a3d-9d5c-0123456789ab", true),
            ("00000000-0000-0000-0000-000000000000", true),
            ("7C3BDFE4-0B8B-4A3D-9D5C-0123456789AB", false),
            ("7c3bdfe40-b8b-4a3d-9d5c-0123456789ab", false),
            ("7c3bdfe4-0b8b-4a3d-9d5c-0123456789ag", false),
            ("7c3bdfe4-0b8b-4a3d-9d5c-0123456789ab/app", false),
            ("u1", false),
        ] {
            let uid = Uid::from(text);
            assert_eq!(uid.to_string(), text);
            assert_eq!(Str::from(&uid), text);
            assert_eq!(matches!(uid, Uid::Uuid(_)), short, "{text}");
            assert_eq!(uid, Uid::from(text));
        }
    }

    #[test]
    fn no_text_is_none() {
        assert!(Uid::from("").is_none());
        assert!(Uid::from(Str::new()).is_none());
        assert_eq!(Uid::None.to_string(), "");
    }
}
