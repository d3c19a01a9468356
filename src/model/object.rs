//! One thing, already reduced to a row.

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::{Cell, Kind, KindRef, Scope, Str, Uid};

/// Which source answers: an index into the list of sources, fixed for the life of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u16);

impl SourceId {
    /// Of no source: what the program knows by itself. Nothing is ever asked of it, and nothing written to it.
    pub const PROGRAM: Self = Self(u16::MAX);
}

/// The name of one object in the whole world, or of a part of one that has a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    pub at: SourceId,
    pub kind: KindRef,
    /// Empty for cluster-wide objects.
    pub namespace: Str,
    /// That of the object alone, as requests and the policy take it.
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

    /// Whether it names the same object, where the kind is known to be the same.
    pub fn is_same(&self, other: &Self) -> bool {
        self.at == other.at && self.name == other.name && self.namespace == other.namespace && self.part == other.part
    }

    /// What users see: `web`, and `web/app` for a part of it. Never what is sent.
    pub fn title(&self) -> Str {
        match self.part.is_empty() {
            true => self.name.clone(),
            false => arcstr::format!("{}/{}", self.name, self.part),
        }
    }
}

/// How it is, drawn as a shape and a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Health {
    /// Failed: needs somebody.
    Bad,
    /// Works, but not as it should.
    Warn,
    /// On its way.
    Progress,
    /// Being deleted.
    Leaving,
    #[default]
    Unknown,
    Good,
    /// Finished or idle on purpose.
    Done,
}

impl Health {
    pub const ALL: [Self; 7] =
        [Self::Good, Self::Progress, Self::Warn, Self::Bad, Self::Done, Self::Leaving, Self::Unknown];

    /// The word of headless output.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq)]
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

impl Object {
    /// A row that this program makes: nobody owns it, and it leads nowhere by itself.
    pub fn made(id: Id, health: Health, cells: impl Into<Box<[Cell]>>) -> Self {
        let uid = Uid::from(id.name.clone());
        Self { id, uid, health, cells: cells.into(), labels: Str::new(), owner: Str::new(), link: None }
    }
}

/// Shares strings that many rows repeat (namespaces, nodes, states, label sets).
#[derive(Debug, Default)]
pub struct Strings {
    known: HashSet<Str>,
    /// Where a text is put together that may be known already.
    draft: String,
}

impl Strings {
    /// Past this many different strings sharing no longer pays and the pool starts anew.
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

    /// Shares what `write` appends to an empty string.
    pub fn share_written(&mut self, write: impl FnOnce(&mut String)) -> Str {
        let mut draft = std::mem::take(&mut self.draft);
        draft.clear();
        write(&mut draft);
        let shared = self.share(&draft);
        self.draft = draft;
        shared
    }
}
