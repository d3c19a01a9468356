//! What the program itself knows: its sources, its sessions, the words for kinds, what it uses. No server has them: the
//! program makes the rows, and they open wherever one is.

pub mod contexts;
pub mod forwards;
pub mod itself;
pub mod names;
pub mod sessions;
pub mod sources;

use std::time::Duration;

use crate::model::{Enter, Family, Finds, Home, Kind, Noun};

/// In the order in which the palette and help list them. A kind is its file, its `mod` line above, and its line here.
pub static KINDS: &[&Kind] =
    &[&contexts::KIND, &sessions::KIND, &forwards::KIND, &sources::KIND, &names::KIND, &itself::KIND];

pub static FAMILY: Family = Family {
    name: "spyhop",
    sources: Noun { one: "spyhop", many: "spyhop", none: "" },
    patience: Duration::ZERO,
    kinds: KINDS,
    systems: &[],
    namespaces: None,
    over: None,
    verbs: &[],
    read_only: Some("default, as all that it tells of itself"),
    discovers: false,
    is_home: false,
    is_near: true,
    remembers: false,
    finds: Finds::Name,
    lacks,
    shell_line: |_, _, words| words.join(" "),
};

impl Kind {
    /// What tables about the program have in common.
    const fn program() -> Self {
        Self { home: Home::Program, ..Self::of(&FAMILY) }
    }

    /// The same for those that stand beside what is looked at.
    const fn beside() -> Self {
        Self { home: Home::Beside, ..Self::program() }
    }
}

/// A row is all that there is of what it stands for.
fn lacks(kind: &Kind, command: &str) -> Option<&'static str> {
    if !["describe", "yaml", "edit"].contains(&command) {
        return None;
    }
    Some(match kind.enter {
        Enter::Session | Enter::Forward => "a session has no details; {enter} opens it",
        Enter::Kind => "a kind is all that this row says; {enter} lists its objects",
        Enter::Source if kind.name == contexts::KIND.name => {
            "a context is an entry of your kubeconfig; it has no details"
        }
        Enter::Source => "a source has no details; {enter} goes there",
        Enter::Nothing | Enter::Link(_) | Enter::Log => itself::NO_MORE,
    })
}
