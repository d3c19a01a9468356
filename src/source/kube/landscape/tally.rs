//! How many objects of a kind there are, and how the first of them are: one request.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::kinds::custom::Reader;
use crate::model::{Door, Error, Health, KindRef, Reading, Result, Scope, Str, Strings};
use crate::source::kube::ask::{Ask, JSON};
use crate::source::kube::server::Server;
use crate::source::kube::wire::ListMeta;

/// The most objects of a kind that are read. The server tells how many more there are.
const MOST: &str = "100";

/// What is known of the objects of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them, as the server counts them.
    pub objects: u64,
    /// Those that were read.
    pub read: u64,
    /// How many of those that were read have each health, in the order of [`Health::ALL`].
    pub healths: [u64; Health::ALL.len()],
    /// Why they could not be listed.
    pub refusal: Option<Str>,
}

/// A list of which nothing but names and labels is needed.
#[derive(Default, Deserialize)]
pub struct Names {
    pub items: Vec<Named>,
}

#[derive(Deserialize)]
pub struct Named {
    pub metadata: Meta,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Meta {
    pub name: String,
    pub labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    metadata: ListMeta,
    items: Vec<Box<RawValue>>,
}

/// Reads the first objects of a kind. A kind that may not be listed is no error: the others are told nevertheless.
pub async fn read(server: &Arc<Server>, kind: KindRef) -> Result<Tally> {
    match server.read::<List>(&Ask::list(&kind, &Scope::all(), JSON).with("limit", MOST)).await {
        Ok(list) => Ok(told(server, kind, &list)),
        Err(error @ (Error::Offline(_) | Error::Lost(_))) => Err(error),
        Err(error) => Ok(Tally { refusal: Some(error.to_string().into()), ..Tally::default() }),
    }
}

fn told(server: &Server, kind: KindRef, list: &List) -> Tally {
    let read = list.items.len() as u64;
    let more = list.metadata.remaining.and_then(|more| u64::try_from(more).ok()).unwrap_or(0);
    let mut tally = Tally { objects: read + more, read, ..Tally::default() };
    let Door::Json(shape) = kind.door else { return tally };
    let (reader, scope, mut strings, mut rows) = (Reader::new(shape), Scope::all(), Strings::default(), Vec::new());
    let mut reading = Reading { at: server.at, kind, scope: &scope, strings: &mut strings };
    for item in &list.items {
        // An object that cannot be read is counted as one of unknown health.
        let _ = reader.read(&mut reading, item.get().as_bytes(), &mut rows);
    }
    rows.iter().for_each(|row| tally.add(row.health, 1));
    tally.add(Health::Unknown, read.saturating_sub(rows.len() as u64));
    tally
}

impl Tally {
    fn add(&mut self, health: Health, count: u64) {
        let place = Health::ALL.iter().position(|known| *known == health);
        place.and_then(|place| self.healths.get_mut(place)).into_iter().for_each(|known| *known += count);
    }

    fn of(&self, health: Health) -> u64 {
        Health::ALL.iter().zip(self.healths).find(|(known, _)| **known == health).map_or(0, |(_, count)| count)
    }

    /// All of several kinds together. The refusal is the first one.
    pub fn sum<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            objects: sum.objects + one.objects,
            read: sum.read + one.read,
            healths: std::array::from_fn(|at| sum.healths[at] + one.healths[at]),
            refusal: sum.refusal.or_else(|| one.refusal.clone()),
        })
    }

    /// The worst health with its count, in words: `2 failed`. If not all objects were read, that is said.
    pub fn verdict(&self) -> (Health, String) {
        let part = if self.read < self.objects { format!(" ({} read)", self.read) } else { String::new() };
        let bad = [
            (Health::Bad, "failed"),
            (Health::Warn, "with a warning"),
            (Health::Progress, "on the way"),
            (Health::Leaving, "going away"),
        ];
        if let Some((health, word)) = bad.into_iter().find(|(health, _)| self.of(*health) > 0) {
            return (health, format!("{} {word}{part}", self.of(health)));
        }
        match &self.refusal {
            Some(_) if self.objects == 0 => (Health::Unknown, "may not be listed".to_owned()),
            _ if self.objects == 0 => (Health::Done, "no objects".to_owned()),
            _ if self.of(Health::Good) > 0 => (Health::Good, format!("well{part}")),
            _ if self.of(Health::Done) > 0 => (Health::Done, format!("idle{part}")),
            _ => (Health::Unknown, format!("not told{part}")),
        }
    }

    /// The counts by health, without those that are zero.
    pub fn by_health(&self) -> impl Iterator<Item = (Health, u64)> {
        Health::ALL.into_iter().zip(self.healths).filter(|(_, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(objects: u64, healths: &[(Health, u64)]) -> Tally {
        let mut tally = Tally { objects, read: healths.iter().map(|(_, count)| count).sum(), ..Tally::default() };
        healths.iter().for_each(|(health, count)| tally.add(*health, *count));
        tally
    }

    #[test]
    fn the_worst_of_all_kinds_is_told_and_how_many_were_read() {
        let (good, bad) = (tally(3, &[(Health::Good, 3)]), tally(900, &[(Health::Bad, 2), (Health::Good, 98)]));
        assert_eq!(good.verdict(), (Health::Good, "well".to_owned()));
        assert_eq!(Tally::sum([&good, &bad].into_iter()).verdict(), (Health::Bad, "2 failed (103 read)".to_owned()));
        assert_eq!(tally(0, &[]).verdict(), (Health::Done, "no objects".to_owned()));
        assert_eq!(tally(1, &[(Health::Unknown, 1)]).verdict(), (Health::Unknown, "not told".to_owned()));
        let refused = Tally { refusal: Some("no".into()), ..Tally::default() };
        assert_eq!(refused.verdict().1, "may not be listed");
        assert_eq!(Tally::sum([&refused, &good].into_iter()).verdict().1, "well");
    }
}
