//! Makes the rows of the systems and of their kinds.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, json};

use super::Present;
use super::tally::Tally;
use crate::kinds::kube::landscape::overview::{self, MEMBER, SYSTEM};
use crate::model::{Cell, Id, KindRef, Link, Object, Scope, SourceId, Str, Value};

/// What is known at one moment.
pub struct Survey {
    at: SourceId,
    systems: Vec<Present>,
    tallies: HashMap<KindRef, Tally>,
}

impl Survey {
    pub fn new(at: SourceId, systems: Vec<Present>) -> Self {
        Self { at, systems, tallies: HashMap::new() }
    }

    pub fn put(&mut self, kind: KindRef, tally: Tally) {
        self.tallies.insert(kind, tally);
    }

    /// The rows of the systems, or of their kinds.
    pub fn rows(&self, of: KindRef) -> Vec<Object> {
        match of.is(&SYSTEM) {
            true => self.systems.iter().map(|system| self.system(system)).collect(),
            false => self.members().map(|(system, kind)| self.member(system, kind)).collect(),
        }
    }

    /// The kinds on which those rows of a table depend that are wanted.
    pub fn kinds_of(&self, of: KindRef, is_wanted: &dyn Fn(&Object) -> bool) -> Vec<KindRef> {
        let is_needed = |system: &Present, kind: KindRef| match of.is(&SYSTEM) {
            true => is_wanted(&self.system(system)),
            false => is_wanted(&self.member(system, kind)),
        };
        self.members().filter(|(system, kind)| is_needed(system, *kind)).map(|(_, kind)| kind).collect()
    }

    fn members(&self) -> impl Iterator<Item = (&Present, KindRef)> {
        self.systems.iter().flat_map(|system| system.kinds.iter().map(move |kind| (system, *kind)))
    }

    /// The tallies of some kinds together; `None` until the first one is known.
    fn sum(&self, kinds: &[KindRef]) -> Option<Tally> {
        let known: Vec<&Tally> = kinds.iter().filter_map(|kind| self.tallies.get(kind)).collect();
        (!known.is_empty()).then(|| Tally::sum(known.into_iter()))
    }

    fn system(&self, present: &Present) -> Object {
        let name = present.system.name;
        let versions: BTreeSet<&str> = present.kinds.iter().map(|kind| kind.0.address.version).collect();
        let cells = [
            Cell::Count(present.kinds.len() as i64),
            Cell::text(present.version.clone()),
            Cell::text(joined(versions)),
            Cell::text(joined(overview::groups(&present.kinds))),
        ];
        let row = row(Id::new(self.at, KindRef(&SYSTEM), "", name), self.sum(&present.kinds).as_ref(), cells);
        Object { link: Some(Box::new(Link::to(&MEMBER, Scope::all().owner(name)))), ..row }
    }

    fn member(&self, present: &Present, kind: KindRef) -> Object {
        let address = &kind.0.address;
        let cells = [
            Cell::text(present.system.name),
            Cell::text(address.kind),
            Cell::text(format!("{}/{}", address.group, address.version)),
        ];
        let row = row(Id::new(self.at, KindRef(&MEMBER), "", kind.0.name), self.tallies.get(&kind), cells);
        Object { owner: present.system.name.into(), link: Some(Box::new(Link { kind, scope: Scope::all() })), ..row }
    }

    /// The whole body of one row.
    pub fn body(&self, id: &Id) -> Option<Value> {
        let is_meant = |system: &&Present| match id.kind.is(&SYSTEM) {
            true => system.system.name == id.name,
            false => system.kinds.iter().any(|kind| kind.0.name == id.name),
        };
        let system = self.systems.iter().find(is_meant)?;
        let is_told = |kind: &&KindRef| id.kind.is(&SYSTEM) || kind.0.name == id.name;
        let kinds: Vec<Value> = system.kinds.iter().filter(is_told).map(|kind| self.told(*kind)).collect();
        Some(json!({
            "kind": id.kind.address.kind,
            "metadata": {"name": id.name.as_str()},
            "system": system.system.name,
            "labelledVersion": system.version.as_str(),
            "evidence": overview::groups(&system.kinds),
            "kinds": kinds,
        }))
    }

    fn told(&self, kind: KindRef) -> Value {
        let address = &kind.0.address;
        let mut told = Map::new();
        told.insert("name".to_owned(), kind.0.name.into());
        told.insert("kind".to_owned(), address.kind.into());
        told.insert("apiVersion".to_owned(), format!("{}/{}", address.group, address.version).into());
        if let Some(tally) = self.tallies.get(&kind) {
            told.insert("objects".to_owned(), tally.objects.into());
            told.insert("read".to_owned(), tally.read.into());
            told.extend(tally.by_health().map(|(health, count)| (health.word().to_owned(), count.into())));
            told.extend(tally.refusal.iter().map(|why| ("refused".to_owned(), why.as_str().into())));
        }
        told.into()
    }
}

/// A row whose first cells are health and count.
fn row<const N: usize>(id: Id, tally: Option<&Tally>, further: [Cell; N]) -> Object {
    let (health, words) = tally.map(Tally::verdict).unwrap_or_default();
    let is_counted = |tally: &&Tally| tally.objects > 0 || tally.refusal.is_none();
    let count = tally.filter(is_counted).map_or(Cell::None, |tally| Cell::Count(tally.objects as i64));
    let cells: Vec<Cell> = [Cell::text(Str::from(words)), count].into_iter().chain(further).collect();
    Object::made(id, health, cells)
}

fn joined(words: BTreeSet<&str>) -> String {
    words.into_iter().collect::<Vec<_>>().join(",")
}
