//! What a recording for sharing can hold. No field of these types can hold a text: there are numbers, marks, and the
//! pseudonyms and words of `alias.rs`. `tests/house/recording.rs` checks this, so nothing that a server, a program or
//! the user wrote can get into such a recording.

use serde::Serialize;

use super::alias::{Alias, Sort};

/// What happened at one moment.
#[derive(Debug, PartialEq, Serialize)]
pub struct Turn {
    /// Milliseconds since the start of the recording.
    pub at: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub heard: Vec<Heard>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub did: Vec<Did>,
    /// What the screen shows from now on, if that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scene: Option<Scene>,
}

/// What came in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heard {
    Key(Press),
    /// The user types a text. It is said once for the whole text, because the number and the moments of keys tell
    /// something about a password.
    Typed,
    Mouse {
        does: Mouse,
        column: u16,
        row: u16,
    },
    Resize(u16, u16),
    Answer {
        to: Asked,
        pieces: Vec<(Piece, usize)>,
    },
    Ended {
        to: Asked,
        why: Failure,
    },
    /// A session wrote something. It is said once for each session.
    Output(u32),
    Reply {
        ticket: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        failed: Option<Failure>,
        warnings: usize,
    },
    Told(Grade),
    Worked(Work),
    Vitals(Vitals),
    Settings {
        problems: usize,
    },
    Drafts(usize),
    Kept(bool),
    Unrecorded,
    Leave,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Press {
    pub key: Key,
    /// The bits that crossterm has for shift (1), control (2), alt (4) and others.
    pub with: u8,
}

/// A key. A character stands here only where keys are commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Key {
    Character(char),
    F(u8),
    Backspace,
    Enter,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    Tab,
    BackTab,
    Delete,
    Insert,
    Escape,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mouse {
    Down,
    Up,
    Drag,
    Moved,
    ScrollUp,
    ScrollDown,
    ScrollLeft,
    ScrollRight,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    Kinds {
        at: u16,
    },
    List {
        at: u16,
        kind: Sort,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        namespaces: Vec<Alias>,
        #[serde(skip_serializing_if = "Option::is_none")]
        labels: Option<Alias>,
        #[serde(skip_serializing_if = "Option::is_none")]
        fields: Option<Alias>,
        #[serde(skip_serializing_if = "Option::is_none")]
        owner: Option<Alias>,
        /// The number of names, or of namespaces, that the question is limited to.
        #[serde(skip_serializing_if = "Option::is_none")]
        part: Option<usize>,
        others: usize,
        extras: usize,
    },
    One(Named),
    Logs {
        at: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<Alias>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pod: Option<Alias>,
        #[serde(skip_serializing_if = "Option::is_none")]
        labels: Option<Alias>,
        #[serde(skip_serializing_if = "Option::is_none")]
        container: Option<Alias>,
        #[serde(skip_serializing_if = "Option::is_none")]
        lines: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<u32>,
        previous: bool,
        head: bool,
        once: bool,
    },
    Rules {
        at: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<Alias>,
    },
    Session {
        session: u32,
        of: Named,
        #[serde(skip_serializing_if = "Option::is_none")]
        container: Option<Alias>,
        does: Reach,
    },
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    pub at: u16,
    pub kind: Sort,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Alias>,
    pub name: Alias,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Alias>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    Shell,
    Attach,
    Forward,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Piece {
    Reset,
    Columns(usize),
    Row,
    Removed,
    Remaining(u64),
    Ready,
    Every(Option<u16>),
    Mark,
    Body,
    NoBody,
    Found { kinds: usize, broken: usize },
    Rules { rules: usize, incomplete: bool },
    Within(usize),
    Member(u16, Standing),
    Lines(usize),
    Traffic,
    Ended(i32),
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Listing,
    Live,
    Within(usize),
    Lost(Failure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    Offline,
    Lost,
    Login,
    Denied,
    Gone,
    Unserved,
    Conflict,
    Invalid,
    Unsupported,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    Info,
    Warn,
    Bad,
}

/// The result of work beside the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    Yaml {
        lines: usize,
    },
    Review(u32),
    Recalled,
    Forgot,
    Unrevealed,
    LooksInside(u16),
    Uncopied,
    Edited {
        ticket: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        failed: Option<Failure>,
    },
    Read {
        ticket: u32,
        files: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        failed: Option<Failure>,
    },
}

/// Figures of the process: bytes, percent, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Vitals {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<f32>,
    pub turn: Timing,
    pub frame: Timing,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Timing {
    pub rate: f32,
    pub half: u32,
    pub most: u32,
}

/// What went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Did {
    Call { ticket: u32, of: Named, act: Act, dry: bool },
    Reopen(Asked),
    Login(u16),
    Yaml,
    Forget,
    Review(u32),
    Copy,
    Reveal,
    LookInside(u16),
    Save,
    Draft,
    Columns,
    Recall,
    Read(u32),
    Lend(u32),
    Pause,
    Quit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    Get,
    Create,
    Replace,
    Apply,
    Patch,
    Delete,
    Own,
}

/// What the screen shows, without what stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scene {
    pub size: (u16, u16),
    pub focus: Focus,
    pub view: View,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Sort>,
    /// The number of views of the pane, of panes of the tab, and of tabs.
    pub views: usize,
    pub panes: usize,
    pub tabs: usize,
    /// The rows or lines of the answer, before any filter.
    pub rows: usize,
    pub complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Grade>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Focus {
    View,
    Prompt,
    Question,
    Waiting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    None,
    Start,
    Table,
    Page,
    Log,
    Editor,
    Terminal,
}
