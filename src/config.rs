//! The configuration: how it looks, which contexts may be written to, what in them is protected, and how acts are confirmed.
//! Every problem of a file is told at once, with line and column; a file is never written.
//!
//! ```toml
//! theme = "spyhop-light"        # of the directory themes, or embedded
//! keymap = "vim"                # of the directory keymaps, or embedded
//! editor = "external"           # `e` goes straight to the program that $VISUAL or $EDITOR names; "own" is the default
//! mouse = false                 # the mouse stays the terminal's, to select text with
//! read_only = true              # everywhere, unless a context says otherwise; of engines it is the default
//! confirm = "plain"             # or "name", "phrase": what a destructive act asks for
//! ask_kill = true               # whether killing a pod asks first
//! prometheus = "http://a:9090"  # lends CPU and memory to pods where no metrics server does
//! look_inside = false           # whether services in the cluster are read through its API server, as Prometheus
//! remember = true               # whether the first rows of lists are kept, to be shown at the next start
//!
//! [[context]]                   # for contexts and engines of these names; later ones win over earlier ones
//! match = "prod-*"
//! read_only = false
//! protected = ["kube-system"]   # namespaces, added up; true is the whole context. --write does not lift it
//! confirm = "name"
//! ```

mod pattern;
pub mod problems;
mod read;

use serde::{Deserialize, Serialize};

use crate::model::{Error, Result};

pub use pattern::Pattern;

/// What a destructive act asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confirm {
    /// A button.
    #[default]
    Plain,
    /// The name of the object, or how many there are.
    Name,
    /// A sentence with the act, the objects and the context.
    Phrase,
}

impl Confirm {
    pub const ALL: [(Self, &'static str); 3] = [(Self::Plain, "plain"), (Self::Name, "name"), (Self::Phrase, "phrase")];
}

/// Where `e` takes the text of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Editing {
    /// The editor within the program.
    #[default]
    Own,
    /// The program that the user's environment names.
    External,
}

impl Editing {
    pub const ALL: [(Self, &'static str); 2] = [(Self::Own, "own"), (Self::External, "external")];

    pub fn word(self) -> &'static str {
        if self == Self::Own { "own" } else { "external" }
    }
}

/// Something chosen by name, and where that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub name: String,
    /// File, line and column.
    pub place: String,
}

/// What holds for a set of contexts; what is not said is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Rule {
    /// How refusals name it.
    place: String,
    applies: Option<Pattern>,
    read_only: Option<bool>,
    confirm: Option<Confirm>,
    ask_kill: Option<bool>,
    remember: Option<bool>,
    look_inside: Option<bool>,
    prometheus: Option<String>,
    protected: Vec<Pattern>,
    protects_all: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub theme: Option<Choice>,
    pub keymap: Option<Choice>,
    pub editor: Option<Editing>,
    pub mouse: Option<bool>,
    rules: Vec<Rule>,
}

/// A part of a context that is not written to, and the rule that says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Protected {
    /// `None` is all of it.
    pub namespaces: Option<Pattern>,
    pub by: String,
}

/// What holds for one context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// The rule by which nothing is written.
    pub read_only: Option<String>,
    pub protected: Vec<Protected>,
    pub confirm: Confirm,
    pub ask_kill: bool,
    /// Whether rows are kept for the next start.
    pub remember: bool,
    /// Whether services inside of the cluster may be read. If nothing is said, the user switches it.
    pub look_inside: Option<bool>,
}

impl Default for Guard {
    fn default() -> Self {
        let (confirm, protected) = (Confirm::Plain, Vec::new());
        Self { read_only: None, protected, confirm, ask_kill: true, remember: true, look_inside: None }
    }
}

impl Config {
    /// Reads a file; `file` is for errors.
    pub fn parse(file: &str, text: &str) -> Result<Self> {
        read::config(file, text).map_err(|problems| Error::Invalid(format!("{file}, {problems}")))
    }

    /// Whether there is no file at all.
    pub fn is_absent(&self) -> bool {
        *self == Self::default()
    }

    /// The address of the Prometheus server of a context.
    pub fn prometheus(&self, name: &str) -> Option<&str> {
        let applies = |rule: &&Rule| rule.applies.as_ref().is_none_or(|pattern| pattern.fits(name));
        self.rules.iter().rev().filter(applies).find_map(|rule| rule.prometheus.as_deref())
    }

    /// What holds for a source. `read_only` is why nothing is written to any of its family until a rule says otherwise.
    pub fn guard(&self, name: &str, read_only: Option<&str>) -> Guard {
        let mut guard = Guard { read_only: read_only.map(str::to_owned), ..Guard::default() };
        let applies = |rule: &&Rule| rule.applies.as_ref().is_none_or(|pattern| pattern.fits(name));
        for rule in self.rules.iter().filter(applies) {
            rule.lay_over(&mut guard);
        }
        guard
    }
}

impl Rule {
    fn lay_over(&self, guard: &mut Guard) {
        if let Some(read_only) = self.read_only {
            guard.read_only = read_only.then(|| self.place.clone());
        }
        guard.confirm = self.confirm.unwrap_or(guard.confirm);
        guard.ask_kill = self.ask_kill.unwrap_or(guard.ask_kill);
        guard.remember = self.remember.unwrap_or(guard.remember);
        guard.look_inside = self.look_inside.or(guard.look_inside);
        let protect = |namespaces| Protected { namespaces, by: self.place.clone() };
        guard.protected.extend(self.protected.iter().cloned().map(|pattern| protect(Some(pattern))));
        guard.protected.extend(self.protects_all.then(|| protect(None)));
    }
}

#[cfg(test)]
mod tests;
