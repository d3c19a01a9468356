//! Makes the rows of releases and of their revisions.

use std::sync::Arc;

use super::Revision;
use crate::kinds::helm::{self, charts, extracts, history, releases};
use crate::model::{Cell, Health, Id, KindRef, Link, Object, Scope, SourceId, Str, Time, Uid};

/// All revisions at one moment. Those of one release stand together, the latest last.
pub struct Picture {
    all: Vec<Told>,
    now: Time,
    pub wake: Option<Time>,
}

/// A revision, and its position among those of its release.
pub struct Told {
    pub revision: Arc<Revision>,
    pub is_latest: bool,
    /// The name of the driver, if two drivers keep a release of the same name; usually empty.
    part: Str,
}

impl Picture {
    /// Makes a picture of all revisions, in their order, each with the number of its driver.
    pub fn new(all: impl Iterator<Item = (usize, Arc<Revision>)>, now: Time) -> Self {
        let mut told: Vec<Told> = Vec::new();
        let mut last = None;
        for (driver, revision) in all {
            let is_same = |other: &&mut Told| {
                other.revision.release == revision.release && other.revision.id.namespace == revision.id.namespace
            };
            let before = told.last_mut().filter(is_same);
            let part = match (before, last == Some(driver)) {
                (Some(before), true) => {
                    before.is_latest = false;
                    before.part.clone()
                }
                (Some(_), false) => Str::from(revision.id.kind.name),
                (None, _) => Str::new(),
            };
            last = Some(driver);
            told.push(Told { revision, is_latest: true, part });
        }
        let latest = told.iter().filter(|told| told.is_latest);
        let wake = latest.filter_map(|told| told.revision.health(now).1).min();
        Self { all: told, now, wake }
    }

    /// The rows of a kind; only those of one release if the scope names it.
    pub fn rows(&self, at: SourceId, kind: KindRef, scope: &Scope) -> Vec<Object> {
        let is_meant = |told: &&Told| scope.owner.is_empty() || scope.owner == told.title();
        let all = self.of(kind).filter(is_meant);
        all.map(|told| if kind.is(&releases::KIND) { told.release(at, self.now) } else { told.revision(at, self.now) })
            .collect()
    }

    /// The revisions that a kind shows.
    pub fn of(&self, kind: KindRef) -> impl Iterator<Item = &Told> {
        let all = !is_latest(kind);
        self.all.iter().filter(move |told| all || told.is_latest)
    }

    /// The revisions that an id is about: the one that a row stands for, or two that are compared. None if one is gone.
    pub fn about(&self, id: &Id) -> Vec<Arc<Revision>> {
        if [&extracts::CHANGES, &extracts::DRIFT].into_iter().any(|known| id.kind.is(known)) {
            return self.compared(id).unwrap_or_default();
        }
        let row = self.of(id.kind).find(|told| told.id(id.at, id.kind) == *id);
        row.map(|told| told.revision.clone()).into_iter().collect()
    }

    /// Two revisions, the one to compare with first; only one if that is the first of its release, or compared with the
    /// cluster.
    fn compared(&self, id: &Id) -> Option<Vec<Arc<Revision>>> {
        let (release, numbers) = match id.name.split_once('@') {
            Some((release, numbers)) => (release, Some(numbers)),
            None => (id.name.as_str(), None),
        };
        let is_meant = |told: &&Told| {
            let Revision { id: kept, release: of, .. } = &*told.revision;
            of == release && kept.namespace == id.namespace && told.part == id.part
        };
        let all: Vec<&Arc<Revision>> = self.all.iter().filter(is_meant).map(|told| &told.revision).collect();
        let place = |number: &str| all.iter().position(|one| Ok(one.number) == number.parse());
        if id.kind.is(&extracts::DRIFT) {
            let deployed = || all.iter().rposition(|one| one.status == "deployed").or(all.len().checked_sub(1));
            let at = numbers.map_or_else(deployed, place)?;
            return Some(vec![all[at].clone()]);
        }
        let (from, to) = match numbers.and_then(|numbers| numbers.split_once("..")) {
            Some((from, to)) => (Some(place(from)?), place(to)?),
            None => {
                let to = numbers.map_or_else(|| all.len().checked_sub(1), place)?;
                (to.checked_sub(1), to)
            }
        };
        Some(from.into_iter().chain([to]).map(|place| all[place].clone()).collect())
    }
}

/// Whether a kind shows only the latest revisions.
fn is_latest(kind: KindRef) -> bool {
    [&releases::KIND, &charts::RELEASES, &extracts::RELEASES].into_iter().any(|known| kind.is(known))
}

impl Told {
    /// The id of its row. The name of a revision contains an `@`, which no name of a release contains.
    pub fn id(&self, at: SourceId, kind: KindRef) -> Id {
        let Revision { id, release, number, .. } = &*self.revision;
        let name = if is_latest(kind) { release.clone() } else { arcstr::format!("{release}@{number}") };
        Id::new(at, kind, id.namespace.clone(), name).part(self.part.clone())
    }

    /// The name of the release as users see it.
    fn title(&self) -> Str {
        let release = &self.revision.release;
        if self.part.is_empty() { release.clone() } else { arcstr::format!("{release}/{}", self.part) }
    }

    fn release(&self, at: SourceId, now: Time) -> Object {
        let scope = Scope::namespace(self.revision.id.namespace.clone()).owner(self.title());
        let link = Some(Box::new(Link::to(&history::KIND, scope)));
        let cells = self.revision.cells();
        Object { link, ..self.object(self.id(at, KindRef(&releases::KIND)), cells.into(), now) }
    }

    fn revision(&self, at: SourceId, now: Time) -> Object {
        let name = std::iter::once(Cell::text(self.title()));
        let cells = name.chain(self.revision.cells()).collect();
        Object { owner: self.title(), ..self.object(self.id(at, KindRef(&history::KIND)), cells, now) }
    }

    fn object(&self, id: Id, cells: Box<[Cell]>, now: Time) -> Object {
        let Revision { uid, labels, .. } = &*self.revision;
        let health = self.revision.health(now).0;
        Object { uid: Uid::from(uid.clone()), labels: labels.clone(), ..Object::made(id, health, cells) }
    }
}

impl Revision {
    fn health(&self, now: Time) -> (Health, Option<Time>) {
        helm::health(&self.status, self.made, now)
    }

    fn cells(&self) -> [Cell; 3] {
        helm::cells(self.number, &self.status, self.made)
    }
}
