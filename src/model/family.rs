//! A family of kinds and of the sources that serve them, as data: Kubernetes, container engines, meshes.

use std::fmt;
use std::time::Duration;

use super::{Kind, Place, Verb};

/// The properties that all kinds and all sources of a family share.
pub struct Family {
    /// The word before the slash of `kube/pods`.
    pub name: &'static str,
    /// The words for its sources.
    pub sources: Noun,
    /// The longest time that one of its sources may need for a write.
    pub patience: Duration,
    /// Its kinds, in the order of the palette and of help. The first one is shown first in one of its sources.
    pub kinds: &'static [&'static Kind],
    /// Systems that a source may have or not, after its own kinds.
    pub systems: &'static [System],
    /// The kind whose objects are the namespaces of its sources, if they have namespaces.
    pub namespaces: Option<&'static Kind>,
    /// The family from whose objects its rows are computed, if it has no sources of its own.
    pub over: Option<&'static Family>,
    /// The verbs that work on objects of its kinds.
    pub verbs: &'static [&'static Verb],
    /// Why its sources are read-only until a rule or `--write` allows writes. If `None`, writes are allowed unless a
    /// rule forbids them.
    pub read_only: Option<&'static str>,
    /// Whether its sources report their kinds. If not, they have the kinds that are known here, and no others.
    pub discovers: bool,
    /// Whether a user who goes to one of its sources stays there: plain words then open kinds of that source from other
    /// places too.
    pub is_home: bool,
    /// Whether its sources may be asked before the user goes there: they are on this machine or near it, and ask for no
    /// login.
    pub is_near: bool,
    /// Whether rows of its sources may be kept for the next start.
    pub remembers: bool,
    /// How a source finds a named object.
    pub finds: Finds,
    /// Why a command can never work on objects of a kind, if so.
    pub lacks: fn(&Kind, &str) -> Option<&'static str>,
    /// The shell command that does the same, from the words of the family's own program, in a place and in a namespace
    /// of it.
    pub shell_line: fn(&Place, &str, &[String]) -> String,
}

/// A system that extends a source with kinds of its own: `flux`.
pub struct System {
    pub name: &'static str,
    /// One without a plural says how all kinds of its group are read.
    pub kinds: &'static [&'static Kind],
}

/// The words for the sources of a family.
#[derive(Clone, Copy)]
pub struct Noun {
    /// One of them: `cluster`, `engine`.
    pub one: &'static str,
    /// All of them: `contexts`, `engines`.
    pub many: &'static str,
    /// The message if there is none.
    pub none: &'static str,
}

impl Family {
    fn of_systems(&self) -> impl Iterator<Item = &'static &'static Kind> {
        self.systems.iter().flat_map(|system| system.kinds)
    }

    /// The kind that says how all kinds of a group are read, of which only a server knows which there are.
    pub fn of_group(&self, group: &str) -> Option<&'static Kind> {
        self.of_systems().find(|kind| kind.address.plural.is_empty() && kind.address.group == group).copied()
    }

    /// Its kinds and those of its systems.
    pub fn all_kinds(&self) -> impl Iterator<Item = &'static Kind> {
        self.kinds.iter().chain(self.of_systems().filter(|kind| !kind.address.plural.is_empty())).copied()
    }

    /// The kind that is shown first in one of its sources.
    pub fn first(&self) -> &'static Kind {
        self.kinds[0]
    }

    /// Why none of its sources is among these places.
    pub fn nothing(&self, places: &[Place]) -> String {
        match places.iter().any(|place| place.made_up && place.is_current) {
            true => format!("the demo has no {}; start spyhop without --demo", self.sources.many),
            false => self.sources.none.to_owned(),
        }
    }

    /// Why a name means none of its sources.
    pub fn unknown(&self, name: &str) -> String {
        let one = self.sources.many.strip_suffix('s').unwrap_or(self.sources.many);
        format!("no {one} is called '{name}'")
    }
}

/// How a source finds an object that the user names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finds {
    /// By its name alone, without a list.
    Name,
    /// By its name, or by the beginning of its id.
    NameOrId,
}

impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Family {}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
