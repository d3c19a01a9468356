//! One thing, already reduced to a row.

use hashbrown::HashSet;

use super::{Cell, KindRef, Scope, Str};

/// Which source answers: an index into the list of sources, fixed for the life of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u16);

/// The name of one object in the whole world.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id {
    pub at: SourceId,
    pub kind: KindRef,
    /// Empty for cluster-wide objects.
    pub namespace: Str,
    pub name: Str,
}

/// How it is, drawn as a shape and a colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Where Enter goes: a kind by name, and the part of it to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub kind: &'static str,
    pub scope: Scope,
}

/// A row. `cells` follow the columns of its kind; namespace and name stand in `id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    pub id: Id,
    pub uid: Str,
    pub health: Health,
    pub cells: Box<[Cell]>,
    /// `a=1,b=2`, sorted by key, shared between objects with the same labels.
    pub labels: Str,
    /// The controller that owns it, `ReplicaSet/web-5c9f`; empty without one.
    pub owner: Str,
    pub link: Option<Box<Link>>,
}

/// Shares strings that many rows repeat (namespaces, nodes, states, label sets).
#[derive(Debug, Default)]
pub struct Strings(HashSet<Str>);

impl Strings {
    /// Past this many different strings sharing no longer pays and the pool starts anew.
    const MOST: usize = 1 << 16;

    pub fn share(&mut self, text: &str) -> Str {
        if text.is_empty() {
            return Str::new();
        }
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        let fresh = Str::from(text);
        self.0.insert(fresh.clone());
        fresh
    }
}
