//! State, and the one function that changes it. Synchronous and deterministic: no I/O, no clock, no tasks.
//!
//! `turn` takes what happened, `wanted` says which streams should be open, `wake` says when something on the
//! screen changes by itself.

pub mod acts;
pub mod apply;
pub mod columns;
pub mod commands;
pub mod describe;
pub mod dialog;
pub mod diff;
pub mod drafts;
pub mod edit;
pub mod filter;
pub mod focus;
pub mod help;
pub mod input;
pub mod keymap;
pub mod layout;
pub mod logbook;
pub mod order;
pub mod own;
pub mod policy;
pub mod remembered;
pub mod session;
pub mod settings;
pub mod store;
pub mod tour;
pub mod trends;
pub mod twin;
pub mod view;
pub mod yaml;

mod asked;
mod keys;
mod mouse;
pub mod near;
pub mod open;
mod prepare;
mod stray;
mod turn;
mod waiting;

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use crate::model::{
    self, Delta, Error, Id, KindRef, Object, Query, Reply, Request, Result, Scope, SessionId, SourceId, Str, Time,
    Value,
};
use crate::theme::Theme;

pub use crate::model::{Looked, Place};
pub use focus::Focus;
pub use input::{Input, Purpose};
pub use keys::Pending;
pub use open::Opening;
pub use store::{Answer, Phase, Store};
use view::Heard;
pub use view::View;
pub use waiting::Ticket;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    Resize(u16, u16),
    /// Pieces of an answer.
    Answer {
        query: Query,
        deltas: Vec<Delta>,
    },
    /// A stream ended, and why; it is reopened by itself.
    Ended {
        query: Query,
        error: Error,
    },
    /// What became of a call.
    Replied(Ticket, Result<Reply>),
    /// What an effect came to: a line for the user.
    Told(Level, String),
    /// A job is done.
    Worked(Outcome),
    /// What the process takes, asked for by [`State::vitals_due`].
    Vitals(Box<own::Vitals>),
    /// The user's files say this now.
    Settings(Box<settings::Settings>),
    /// Texts that earlier runs left behind.
    Drafts(Vec<drafts::Draft>),
    /// The disk did not take a text, and why; or it takes it again.
    Kept {
        id: u32,
        error: Option<String>,
    },
    /// The program ends, whatever is on the screen.
    Leave,
}

/// Something to be done once, outside.
#[must_use]
#[derive(Debug)]
pub enum Effect {
    Call(Ticket, Box<Request>),
    /// What goes into a session.
    Input(SessionId, model::Input),
    /// Ask anew, from the start.
    Reopen(Query),
    /// Leave the screen to the login of a source, then come back.
    Login(SourceId),
    Work(Job),
    /// To the clipboard, by whichever way reaches it.
    Copy(Clip),
    /// The same through the terminal, which answers nothing.
    Emit(Clip),
    /// The values of a secret are shown in the clear from now on: it is recorded.
    Reveal(Id),
    /// Write a file of this name into the directory of screen dumps. `clear` is the object whose secret values it
    /// holds, if it does.
    Save {
        name: String,
        text: String,
        clear: Option<Id>,
    },
    /// Write a draft into the directory of states.
    Keep(Box<drafts::Draft>),
    /// Remove this draft.
    Forget(u32),
    /// Keep a choice of columns for the next start.
    KeepColumns(Box<columns::Chosen>),
    /// Look for what an earlier run kept of a list; it comes back as [`Outcome::Recalled`].
    Recall(Query, Box<remembered::Listing>),
    /// Read documents; they come back as [`Outcome::Read`].
    Read {
        ticket: Ticket,
        path: String,
        recursive: bool,
    },
    /// Leave the screen to the user's editor; the text comes back as [`Outcome::Edited`].
    Lend {
        ticket: Ticket,
        name: String,
        text: String,
        /// What is left of it should the program be killed meanwhile; nothing of secrets.
        draft: Option<Box<drafts::Draft>>,
    },
    /// Stop the program, as a shell's Ctrl-Z does.
    Pause,
    Quit,
}

/// A text for the clipboard, and what it is in a word or two: `web-1`, `12 lines`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    pub text: String,
    pub what: String,
}

impl Clip {
    pub fn new(text: impl Into<String>, what: impl Into<String>) -> Self {
        Self { text: text.into(), what: what.into() }
    }
}

/// Slow work, done off the loop.
#[derive(Debug)]
pub enum Job {
    Yaml {
        query: Query,
        revision: u64,
        body: Arc<Value>,
        managed_fields: bool,
        decoded: bool,
    },
    /// Nobody looks at this any more. A million rows are not dropped in a moment.
    Forget(Box<Answer>),
    /// What a write would change.
    Review {
        ticket: Ticket,
        stored: Arc<Value>,
        sent: Arc<Value>,
        would: Arc<Value>,
        warnings: Vec<String>,
        local: Option<String>,
    },
}

#[derive(Clone, Debug)]
pub enum Outcome {
    Yaml {
        query: Query,
        revision: u64,
        decoded: bool,
        lines: Vec<(Str, bool)>,
    },
    Review(Ticket, Box<view::Review>),
    /// What an earlier run kept of a list.
    Recalled(Query, Box<remembered::Remembered>),
    /// Something is gone, and that is all.
    Forgot,
    /// It could not be recorded that values are shown, so that they are not.
    Unrevealed(Error),
    /// No program took it to the clipboard.
    Uncopied(Clip),
    /// The text as the user's editor left it, or why there is none.
    Edited(Ticket, Result<Returned>),
    /// Names and texts of files, or why they could not be read.
    Read(Ticket, Result<Vec<(String, String)>>),
}

/// A text that comes back from the user's editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    pub text: String,
    /// How the editor failed after it had written this.
    pub failed: Option<String>,
}

impl From<String> for Returned {
    fn from(text: String) -> Self {
        Self { text, failed: None }
    }
}

impl Job {
    /// Does it: pure, but too long for a turn.
    pub fn run(self) -> Outcome {
        match self {
            Self::Yaml { query, revision, body, managed_fields, decoded } => {
                Outcome::Yaml { query, revision, decoded, lines: yaml::lines(&body, managed_fields, decoded) }
            }
            Self::Forget(answer) => {
                drop(answer);
                Outcome::Forgot
            }
            Self::Review { ticket, stored, sent, would, warnings, local } => {
                Outcome::Review(ticket, Box::new(view::Review::new(&stored, sent, would, warnings, local)))
            }
        }
    }
}

/// How loudly a notice is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Warn,
    Bad,
}

#[derive(Clone, Debug)]
pub struct Notice {
    pub level: Level,
    pub text: String,
    pub until: Time,
    /// What was on the screen once it was told; with that it goes.
    over: Option<Scene>,
}

/// What is on the screen: how deep, called what, asking for what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scene(usize, String, Option<Query>);

/// What stays as the user set it, whatever is on the screen.
#[derive(Clone, Debug)]
pub struct Options {
    /// A line about the cluster above the rest of the title.
    pub header: bool,
    pub crumbs: bool,
    /// Shapes outside ASCII may be drawn.
    pub unicode: bool,
    /// The mouse is heard; otherwise it is the terminal's, to select with.
    pub mouse: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { header: true, crumbs: true, unicode: true, mouse: true }
    }
}

/// Commands given so far, for `[`, `]`, `-` and the prompt.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub commands: Vec<String>,
    pub at: usize,
    pub filters: Vec<String>,
}

/// The sources, as the user knows them.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub all: Vec<Place>,
    /// The source that plain kinds open in while the screen is about none.
    pub home: Option<SourceId>,
    /// Where sources were looked for.
    pub looked: Vec<Looked>,
    /// Namespaces used lately, by source, latest first.
    pub recent: HashMap<SourceId, Vec<Str>>,
}

impl Deref for Places {
    type Target = [Place];

    fn deref(&self) -> &[Place] {
        &self.all
    }
}

/// What the screen shows besides views, how, and when.
#[derive(Debug)]
pub struct Display {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub options: Options,
    pub notice: Option<Notice>,
    /// The guided tour, while it goes on.
    pub tour: Option<tour::Tour>,
    pub trends: trends::Trends,
    /// The theme behind one that is only looked at.
    unpreviewed: Option<Theme>,
    /// When values of secrets that are shown are masked again.
    revealed: Option<Time>,
    /// When it was last drawn.
    drawn: Option<Time>,
    /// There is something to be drawn.
    pub dirty: bool,
    /// The program leaves it for good.
    pub done: bool,
}

impl Display {
    fn new(size: (u16, u16)) -> Self {
        Self {
            size,
            options: Options::default(),
            notice: None,
            tour: None,
            trends: trends::Trends::default(),
            unpreviewed: None,
            revealed: None,
            drawn: None,
            dirty: true,
            done: false,
        }
    }
}

/// Everything that must be remembered.
pub struct State {
    pub now: Time,
    pub display: Display,
    pub places: Places,
    pub store: Store,
    pub stack: Vec<View>,
    pub focus: Focus,
    pub acts: acts::Acts,
    pub sessions: session::Sessions,
    /// Texts that are on no server yet.
    pub drafts: drafts::Kept,
    /// The columns that the user chose.
    choices: columns::Choices,
    pub keymap: keymap::Keymap,
    pub theme: Theme,
    /// As last read.
    pub settings: settings::Settings,
    pub policy: policy::Policy,
    pub history: History,
    /// What the program knows of itself.
    pub own: own::Own,
    /// What goes on once a reply is there.
    waiting: waiting::Waiting,
}

/// How long the answer of a view that was left is followed, in milliseconds, so that coming back shows it at once,
pub const GRACE: i64 = 60_000;
/// and how long the rows of a list stay that is followed no more, so that coming back asks for what changed only.
pub const REST: i64 = 600_000;
/// Rows that one slice of settling takes in: well under a millisecond of work.
pub const SLICE: usize = 4096;

impl State {
    pub fn new(now: Time, size: (u16, u16), keymap: keymap::Keymap, theme: Theme) -> Self {
        Self {
            now,
            display: Display::new(size),
            places: Places::default(),
            store: Store::default(),
            stack: vec![View::Start(view::Start)],
            focus: Focus::default(),
            acts: acts::Acts::default(),
            sessions: session::Sessions::default(),
            drafts: drafts::Kept::default(),
            choices: columns::Choices::default(),
            keymap,
            theme,
            settings: settings::Settings::default(),
            policy: policy::Policy::default(),
            history: History::default(),
            own: own::Own::default(),
            waiting: waiting::Waiting::default(),
        }
    }

    pub fn top(&self) -> Option<&View> {
        self.stack.last()
    }

    pub fn top_mut(&mut self) -> Option<&mut View> {
        self.stack.last_mut()
    }

    /// Lets the view on top work with the rest of the state, which lacks it meanwhile.
    fn with_top<T>(&mut self, work: impl FnOnce(&mut View, &mut Self) -> T) -> Option<T> {
        let mut view = self.stack.pop()?;
        let done = work(&mut view, self);
        self.stack.push(view);
        Some(done)
    }

    /// Does what the view on top made of a key or a click, if it was for it.
    fn follow_heard(&mut self, heard: Option<Heard>) -> Option<Vec<Effect>> {
        let effects = match heard? {
            Heard::Nothing => return None,
            Heard::Done(effects) => effects,
            Heard::Command(line) => commands::run(self, line),
        };
        self.display.dirty = true;
        Some(effects)
    }

    pub fn table(&self) -> Option<&view::Table> {
        self.top()?.table()
    }

    pub fn table_mut(&mut self) -> Option<(&mut view::Table, &Store)> {
        let State { stack, store, .. } = self;
        Some((stack.last_mut()?.table_mut()?, store))
    }

    pub fn page(&self) -> Option<&view::Page> {
        self.top()?.page()
    }

    pub fn page_mut(&mut self) -> Option<&mut view::Page> {
        self.stack.last_mut()?.page_mut()
    }

    /// Whether a text has the whole screen.
    pub fn is_full(&self) -> bool {
        self.top().is_some_and(|view| view.is_full())
    }

    pub fn place(&self, at: SourceId) -> Option<&Place> {
        self.places.iter().find(|place| place.id == at)
    }

    /// The source that the screen is about.
    pub fn here(&self) -> Option<&Place> {
        let shown = self.stack.iter().rev().find_map(|view| view.at()).and_then(|at| self.place(at));
        shown.or_else(|| self.place(self.places.home?))
    }

    /// The kinds that a source says it serves; empty until it said so.
    pub fn served(&self, at: SourceId) -> &[KindRef] {
        self.found(at).map_or(&[], |found| &found.kinds)
    }

    /// What a source said about itself.
    fn found(&self, at: SourceId) -> Option<&model::Found> {
        self.store.answer(&Query::Kinds { at })?.found().map(AsRef::as_ref)
    }

    /// The answer that the top view is about.
    pub fn answer(&self) -> Option<&Answer> {
        self.store.answer(&self.top()?.query()?)
    }

    /// Whether what the screen shows is still arriving.
    pub fn loads(&self) -> bool {
        self.answer().is_some_and(|answer| matches!(answer.phase, Phase::Loading(_)))
    }

    /// Whether more rows arrive than the screen shows, and nobody waits for anything.
    pub fn is_filling(&self) -> bool {
        let rows = self.answer().map_or(0, Answer::len);
        self.table().is_some() && rows > usize::from(self.display.size.1) && self.focus.is_on_view()
    }

    /// Whether the screen shows rows that are all there, and nobody waits for anything.
    pub fn is_calm(&self) -> bool {
        let live = self.answer().is_some_and(|answer| answer.phase == Phase::Live);
        self.table().is_some() && live && self.focus.is_on_view()
    }

    pub fn tell(&mut self, level: Level, text: impl Into<String>) {
        let shown = match level {
            Level::Info => 4_000,
            Level::Warn => 6_000,
            Level::Bad => 10_000,
        };
        self.display.notice = Some(Notice { level, text: text.into(), until: self.now.plus_millis(shown), over: None });
        self.display.dirty = true;
    }

    /// A notice is about what it was told over: it goes as that is left.
    fn keep_notice_in_place(&mut self) {
        if self.display.notice.is_none() {
            return;
        }
        // What is told while nothing is looked at yet stays over the first view.
        let view = self.top().filter(|view| !matches!(view, View::Start(_)));
        let scene = view.map(|view| Scene(self.stack.len(), view.crumb(), view.query()));
        match &mut self.display.notice {
            Some(Notice { over: over @ None, .. }) => *over = scene,
            Some(notice) if notice.over != scene => {
                self.display.notice = None;
                self.display.dirty = true;
            }
            Some(_) | None => {}
        }
    }

    /// Gives a table the rows that this program makes for it.
    fn show_rows(&mut self, query: &Query, rows: Vec<Object>) {
        let rows = rows.into_iter().map(Delta::Upsert);
        let deltas = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect();
        self.store.apply(query, deltas, self.now);
        self.display.dirty = true;
    }

    /// Shows an error instead of passing it on.
    pub fn settle_result<T: Default>(&mut self, result: Result<T>) -> T {
        result.unwrap_or_else(|error| {
            self.tell(Level::Bad, error.text().to_owned());
            T::default()
        })
    }

    /// The namespace that kinds open in: that of the view, else the context's own.
    pub fn scope_here(&self) -> Scope {
        let tables = self.stack.iter().rev().filter_map(View::table);
        let current =
            tables.filter(|table| table.kind.address.namespaced).map(|table| table.scope.namespace.clone()).next();
        let own = || self.here().map(|place| place.namespace.clone());
        Scope { namespace: current.unwrap_or_else(own), ..Scope::default() }
    }
}
