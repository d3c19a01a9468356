//! A landscape of kinds and of the sources that have them, as data: Kubernetes, container engines, meshes.

use std::fmt;
use std::time::Duration;

use super::{Kind, Place, Verb};

/// What all kinds of a landscape, and all its sources, have in common.
pub struct Family {
    /// The word before the slash of `kube/pods`.
    pub name: &'static str,
    /// What one of its sources is called: `cluster`, `engine`,
    pub source: &'static str,
    /// and what all of them are: `contexts`, `engines`.
    pub sources: &'static str,
    /// So long one of them may take over a write.
    pub patience: Duration,
    /// Said where none of them was found.
    pub none: &'static str,
    /// In the order in which the palette and help list them.
    pub kinds: &'static [&'static Kind],
    /// What one looks at first in one of its sources.
    pub first: &'static Kind,
    /// The kind whose objects are the namespaces of its sources, where they have any.
    pub namespaces: Option<&'static Kind>,
    /// The family of which its rows are computed, where it has no sources of its own.
    pub over: Option<&'static Family>,
    /// What can be done to objects of its kinds.
    pub verbs: &'static [&'static Verb],
    /// Why nothing is written to its sources until a rule or `--write` says so; without it they are written to unless a
    /// rule forbids it.
    pub read_only: Option<&'static str>,
    /// Its sources say which kinds they have. Without it they have those that are known here, and no others.
    pub discovers: bool,
    /// Whoever goes to one of its sources is at home there: plain words open there from other places too.
    pub is_home: bool,
    /// Its sources may be asked without anybody going there: they are near, and ask for no login.
    pub is_near: bool,
    /// Rows of its sources may be kept for the next start.
    pub remembers: bool,
    /// How one of its objects is found.
    pub finds: Finds,
    /// Why a command can never be answered about objects of a kind.
    pub lacks: fn(&Kind, &str) -> Option<&'static str>,
    /// A line for a shell that does the same: words of the family's own program, in a place and a namespace of it.
    pub shell_line: fn(&Place, &str, &[String]) -> String,
}

/// How a source finds an object that somebody names.
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
