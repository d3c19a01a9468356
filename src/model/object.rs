//! One thing, already reduced to a row.

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::{Cell, Column, Kind, KindRef, Scope, Str, Uid};

/// The identity of a source: its index in the list of sources. It never changes while the program runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u16);

impl SourceId {
    /// Of no source: what the program knows by itself. Nothing is ever asked of it, and nothing written to it.
    pub const PROGRAM: Self = Self(u16::MAX);
}

/// The identity of one object among all sources, or of a part of an object that has a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Id {
    pub at: SourceId,
    pub kind: KindRef,
    /// Empty for cluster-wide objects.
    pub namespace: Str,
    /// The name of the object without its part, as requests and the policy use it.
    pub name: Str,
    /// The container of a pod; empty for the object itself.
    pub part: Str,
}

impl Id {
    pub fn new(at: SourceId, kind: KindRef, namespace: impl Into<Str>, name: impl Into<Str>) -> Self {
        Self { at, kind, namespace: namespace.into(), name: name.into(), part: Str::new() }
    }

    #[must_use]
    pub fn part(self, part: impl Into<Str>) -> Self {
        Self { part: part.into(), ..self }
    }

    /// Whether both ids name the same object. The caller knows that their kinds are the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.at == other.at && self.name == other.name && self.namespace == other.namespace && self.part == other.part
    }

    /// The name that users see: `web`, and `web/app` for a part. This text is never sent to a server.
    pub fn title(&self) -> Str {
        match self.part.is_empty() {
            true => self.name.clone(),
            false => arcstr::format!("{}/{}", self.name, self.part),
        }
    }
}

/// The state of an object, drawn as a shape and a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Health {
    /// The object failed, and somebody has to act.
    Bad,
    /// The object works, but not as it should.
    Warn,
    /// The object is on its way to the wanted state.
    Progress,
    /// The object is being deleted.
    Leaving,
    #[default]
    Unknown,
    Good,
    /// The object is finished, or idle on purpose.
    Done,
}

impl Health {
    pub const ALL: [Self; 7] =
        [Self::Good, Self::Progress, Self::Warn, Self::Bad, Self::Done, Self::Leaving, Self::Unknown];

    /// The word for this state in headless output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Progress => "progress",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Done => "done",
            Self::Leaving => "leaving",
            Self::Unknown => "unknown",
        }
    }
}

/// Where Enter goes: a kind by its address, and the part of it to show. A server may have the kind in another version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub kind: KindRef,
    pub scope: Scope,
}

impl Link {
    pub fn to(kind: &'static Kind, scope: Scope) -> Self {
        Self { kind: KindRef(kind), scope }
    }
}

/// A row. `cells` follow the columns of its kind; namespace and name stand in `id`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub id: Id,
    pub uid: Uid,
    pub health: Health,
    pub cells: Box<[Cell]>,
    /// `a=1,b=2`, sorted by key, shared between objects with the same labels.
    pub labels: Str,
    /// The controller that owns it, with its API group: `ReplicaSet.apps/web-5c9f`; empty without one.
    pub owner: Str,
    pub link: Option<Box<Link>>,
}

/// What an object of a list becomes: a row, or what a computed table needs of the object.
pub trait Identified: Send + 'static {
    fn id(&self) -> &Id;

    /// Puts the cells that were read for the columns `own` in the order of the columns `shared`. Only rows have cells.
    fn arrange(&mut self, _own: &[Column], _shared: &[Column]) {}

    /// Puts further cells behind its first `own` ones.
    fn append(&mut self, _own: usize, _cells: &mut dyn FnMut(&Object) -> Vec<Cell>) {}
}

impl Identified for Object {
    fn id(&self) -> &Id {
        &self.id
    }

    fn arrange(&mut self, own: &[Column], shared: &[Column]) {
        let place = |column: &Column| own.iter().position(|own| own.title == column.title);
        let cell = |column: &Column| place(column).and_then(|i| self.cells.get(i)).cloned().unwrap_or_default();
        self.cells = shared.iter().map(cell).collect();
    }

    fn append(&mut self, own: usize, cells: &mut dyn FnMut(&Object) -> Vec<Cell>) {
        let more = cells(self);
        let mut all = std::mem::take(&mut self.cells).into_vec();
        all.resize(own, Cell::None);
        all.extend(more);
        self.cells = all.into();
    }
}

impl Object {
    /// The value of one of its labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        let mut labels = self.labels.split(',').filter_map(|pair| pair.split_once('='));
        labels.find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// A row that spyhop makes itself: it has no owner and no link.
    pub fn made(id: Id, health: Health, cells: impl Into<Box<[Cell]>>) -> Self {
        let uid = Uid::from(id.name.clone());
        Self { id, uid, health, cells: cells.into(), labels: Str::new(), owner: Str::new(), link: None }
    }
}

/// Shares strings that many rows repeat (namespaces, nodes, states, label sets).
#[derive(Debug, Default)]
pub struct Strings {
    known: HashSet<Str>,
    /// A buffer in which a text is built before it is looked up.
    draft: String,
}

impl Strings {
    /// The most different strings that are shared. Beyond this number sharing no longer saves memory, and the pool
    /// starts empty again.
    const MOST: usize = 1 << 16;

    pub fn share(&mut self, text: &str) -> Str {
        if text.is_empty() {
            return Str::new();
        }
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        if self.known.len() >= Self::MOST {
            self.known.clear();
        }
        let fresh = Str::from(text);
        self.known.insert(fresh.clone());
        fresh
    }

    /// Builds a text with `write`, and returns the shared string that equals it.
    pub fn share_written(&mut self, write: impl FnOnce(&mut String)) -> Str {
        let mut draft = std::mem::take(&mut self.draft);
        draft.clear();
        write(&mut draft);
        let shared = self.share(&draft);
        self.draft = draft;
        shared
    }
}
