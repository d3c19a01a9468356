//! What the kinds of an engine share: how its objects are read, and how they become rows.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::kinds::lens::join;
use crate::model::{Cell, Error, Health, Id, Object, Reading, Result, Selector, Str, Time, Wire};

pub type Labels = BTreeMap<String, String>;

/// Characters of an id that people are shown.
const SHORT: usize = 12;

/// One object out of its JSON; engines speak nothing else.
pub fn decode<T: DeserializeOwned>(wire: Wire, bytes: &[u8]) -> Result<T> {
    match wire {
        Wire::Json => serde_json::from_slice(bytes).map_err(|e| Error::Invalid(format!("unreadable object: {e}"))),
        Wire::Proto => Err(Error::Unsupported("container engines speak JSON only".to_owned())),
    }
}

/// What fits is read. Null, another type or a number that is too large count as not said: one odd field of an engine
/// hides neither its row nor what else is known of it.
pub fn said<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_default())
}

/// The entries of a list that fit.
pub fn each<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let all: Vec<Box<RawValue>> = said(deserializer)?;
    Ok(all.iter().filter_map(|entry| serde_json::from_str(entry.get()).ok()).collect())
}

/// The values of a map that fit.
pub fn by_key<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let all: BTreeMap<String, Box<RawValue>> = said(deserializer)?;
    let fitting = |(key, value): (String, Box<RawValue>)| Some((key, serde_json::from_str(value.get()).ok()?));
    Ok(all.into_iter().filter_map(fitting).collect())
}

/// Stands in the place of a name that an engine did not say.
const NAMELESS: &str = "?";

/// A row, named and known.
pub fn object(reading: &mut Reading<'_>, name: &str, uid: &str, labels: &Labels, row: (Health, Vec<Cell>)) -> Object {
    let name = if name.is_empty() { NAMELESS } else { name };
    let id = Id::new(reading.at, reading.kind, Str::new(), name);
    let labels = reading.strings.share(&join(labels));
    Object { id, uid: uid.into(), health: row.0, cells: row.1.into(), labels, owner: Str::new(), link: None }
}

/// `c1f88fd28c67` of `sha256:c1f88fd28c6722...`.
pub fn short(id: &str) -> &str {
    let hash = id.split_once(':').map_or(id, |(_, hash)| hash);
    hash.get(..SHORT).unwrap_or(hash)
}

/// Seconds since 1970, as lists have them.
pub fn seconds(secs: i64) -> Cell {
    /// The year 9999 ends here: what is later was not meant.
    const LATEST: i64 = 253_402_300_799;
    if (1..=LATEST).contains(&secs) { Cell::Since(Time::from_secs(secs)) } else { Cell::None }
}

/// RFC 3339, as bodies have it, in whole seconds: ages that change at as many moments as there are rows would be
/// drawn as often. The year 1 stands for never.
pub fn moment(text: &str) -> Option<Time> {
    Time::parse(text).filter(|time| time.0 > 0).map(|time| Time::from_secs(time.0 / 1000))
}

/// How much of something a container has.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Attached {
    #[serde(deserialize_with = "said", rename = "NetworkID")]
    pub network_id: String,
    #[serde(deserialize_with = "said", rename = "IPAddress")]
    pub address: String,
}

/// Whether a selector fits some labels; one that cannot be read fits none.
pub fn fits(selector: &str, labels: &Labels) -> bool {
    let label = |key: &str| labels.get(key).map(String::as_str);
    Selector::foreign(selector).is_ok_and(|selector| selector.admits(label))
}
