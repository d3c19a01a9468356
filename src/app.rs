//! The state of the program, and the one function that changes it. This code is synchronous and deterministic: no I/O,
//! no clock, no tasks.
//!
//! [`State::turn`] takes in what happened. [`State::wanted`] says which streams should be open. [`State::wake`] says
//! when something on the screen changes by itself.

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
mod inside;
pub mod keymap;
pub mod launch;
pub mod layout;
pub mod logbook;
pub mod order;
pub mod own;
pub mod policy;
pub mod remembered;
pub mod session;
pub mod settings;
pub mod store;
pub mod tabs;
pub mod tour;
pub mod trends;
pub mod twin;
pub mod typing;
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

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};
use serde::{Deserialize, Serialize};

use crate::model::{
    self, Delta, Error, Extract, Id, KindRef, Object, Query, Reply, Request, Result, Scope, SessionId, SourceId, Str,
    Time, Value,
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
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    /// A stream ended, and the reason. The runtime opens it again.
    Ended {
        query: Query,
        error: Error,
    },
    /// The result of the [`Effect::Call`] with this ticket.
    Replied(Ticket, Result<Reply>),
    /// A line for the user about the result of an effect.
    Told(Level, String),
    /// The result of a job or of another effect.
    Worked(Outcome),
    /// The memory and the CPU that the process takes. [`State::vitals_due`] says when they are wanted.
    Vitals(Box<own::Vitals>),
    /// The contents of the user's files: they changed on the disk.
    Settings(Box<settings::Settings>),
    /// Drafts that earlier runs left on the disk.
    Drafts(#[serde(with = "drafts::whole")] Vec<drafts::Draft>),
    /// Whether the disk took a draft. `error` says why it did not; without one the disk takes the draft again.
    Kept {
        id: u32,
        error: Option<String>,
    },
    /// The recording ended before the program, and why.
    Unrecorded(String),
    /// The program ends, whatever is on the screen, and drafts are kept for the next start.
    Leave,
}

/// Something that the runtime shall do once.
#[must_use]
#[derive(Debug)]
pub enum Effect {
    Call(Ticket, Box<Request>),
    /// Bytes or a size for a running session.
    Input(SessionId, model::Input),
    /// Ask this query again from the start.
    Reopen(Query),
    /// Leave the screen to the login program of a source, and take the screen back afterwards.
    Login(SourceId),
    Work(Job),
    /// Copy a text to the clipboard, by whichever way reaches it.
    Copy(Clip),
    /// Copy a text to the clipboard through the terminal, which never says whether it did.
    Emit(Clip),
    /// Record in the audit log that the values of a secret are shown in the clear from now on.
    Reveal(Id),
    /// Write a file of this name into the directory of screen dumps. `clear` is the object whose secret values the text
    /// holds, if it holds any.
    Save {
        name: String,
        text: String,
        clear: Option<Id>,
    },
    /// Write a draft into the directory of states.
    Keep(Box<drafts::Draft>),
    /// Remove the draft of this number.
    Forget(u32),
    /// Record that services inside of a cluster are read from now on, or no longer, and keep that for the next start.
    /// It comes back as [`Outcome::LooksInside`] if they are to be read.
    LookInside {
        id: Id,
        server: Str,
        on: bool,
    },
    /// Keep a choice of columns for the next start.
    KeepColumns(Box<columns::Chosen>),
    /// Look for what an earlier run kept of a list; it comes back as [`Outcome::Recalled`].
    Recall(Query, Box<remembered::Listing>),
    /// Read the documents in a file or a directory. They come back as [`Outcome::Read`].
    Read {
        ticket: Ticket,
        path: String,
        recursive: bool,
    },
    /// Leave the screen to the user's editor. The text comes back as [`Outcome::Edited`].
    Lend {
        ticket: Ticket,
        name: String,
        text: String,
        /// The draft that stays on the disk if the program is killed meanwhile. There is none for a text that must not
        /// be on the disk, such as a Secret.
        draft: Option<Box<drafts::Draft>>,
    },
    /// Stop the program, as a shell's Ctrl-Z does.
    Pause,
    Quit,
}

/// A text for the clipboard, and its description in a word or two: `web-1`, `12 lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clip {
    pub text: String,
    pub what: String,
}

impl Clip {
    pub fn new(text: impl Into<String>, what: impl Into<String>) -> Self {
        Self { text: text.into(), what: what.into() }
    }
}

/// Slow work that is done outside the loop.
#[derive(Debug)]
pub enum Job {
    Yaml {
        query: Query,
        revision: u64,
        body: Arc<Value>,
        managed_fields: bool,
        decoded: bool,
    },
    /// Make a text that an object holds.
    Extract {
        query: Query,
        revision: u64,
        body: Arc<Value>,
        extract: &'static Extract,
        decoded: bool,
    },
    /// Drop an answer that nobody looks at any more: dropping a million rows takes too long for a turn.
    Forget(Box<Answer>),
    /// Compare the stored object, the object sent and the object as the write would leave it.
    Review {
        ticket: Ticket,
        stored: Arc<Value>,
        sent: Arc<Value>,
        would: Arc<Value>,
        warnings: Vec<String>,
        local: Option<String>,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Outcome {
    Yaml {
        query: Query,
        revision: u64,
        decoded: bool,
        lines: Vec<(Str, bool)>,
    },
    Extract(Box<Extracted>),
    Review(Ticket, Box<view::Review>),
    /// The rows that an earlier run kept of a list.
    Recalled(Query, Box<remembered::Remembered>),
    /// An answer was dropped. Nothing follows from that.
    Forgot,
    /// The audit log did not take the record that values are shown, so they are not shown.
    Unrevealed(Error),
    /// The audit log took the record that services inside of this cluster are read, or it did not.
    LooksInside(SourceId, Result<()>),
    /// No program took this text to the clipboard.
    Uncopied(Clip),
    /// The text as the user's editor left it, or why there is none.
    Edited(Ticket, Result<Returned>),
    /// The names and the texts of files, or why they could not be read.
    Read(Ticket, Result<Vec<(String, String)>>),
}

/// The lines of a text that an object holds, and what they were made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Extracted {
    pub query: Query,
    pub revision: u64,
    pub name: Str,
    pub decoded: bool,
    pub lines: Vec<view::Line>,
}

/// A text that came back from the user's editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    pub text: String,
    /// How the editor failed after it had written the text.
    pub failed: Option<String>,
}

impl From<String> for Returned {
    fn from(text: String) -> Self {
        Self { text, failed: None }
    }
}

impl Job {
    /// Does the work: a pure function, but too slow for a turn.
    pub fn run(self) -> Outcome {
        match self {
            Self::Yaml { query, revision, body, managed_fields, decoded } => {
                Outcome::Yaml { query, revision, decoded, lines: yaml::lines(&body, managed_fields, decoded) }
            }
            Self::Extract { query, revision, body, extract, decoded } => {
                let lines = yaml::extract::lines(&body, extract, decoded);
                Outcome::Extract(Box::new(Extracted { query, revision, name: extract.name.into(), decoded, lines }))
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

/// How serious a notice is: its colour and its time on the screen follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What the screen showed when the notice was told. The notice goes when the screen shows something else.
    over: Option<Scene>,
}

/// What the screen shows: the height of the stack, the title of the view on top, and its query.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scene(usize, String, Option<Query>);

/// Settings of the screen that stay, whatever view is on it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether a line about the cluster stands above the rest of the title.
    pub header: bool,
    pub crumbs: bool,
    /// Whether characters outside ASCII may be drawn as shapes.
    pub unicode: bool,
    /// Whether spyhop takes the mouse. Otherwise the terminal has it and selects text with it.
    pub mouse: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { header: true, crumbs: true, unicode: true, mouse: true }
    }
}

/// The commands and filters typed so far, for `[`, `]`, `-` and the prompt.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub commands: Vec<String>,
    pub at: usize,
    pub filters: Vec<String>,
}

/// The sources under the names that the user knows.
#[derive(Clone, Debug, Default)]
pub struct Places {
    pub all: Vec<Place>,
    /// Those inside of clusters. They are among `all` only while the user looks inside.
    pub inside: Vec<Place>,
    /// The source in which kinds open while the view on top belongs to no source.
    pub home: Option<SourceId>,
    /// The places in which the program looked for sources.
    pub looked: Vec<Looked>,
    /// The namespaces used lately in each source, the latest first.
    pub recent: HashMap<SourceId, Vec<Str>>,
    /// Lists that sources refused to the user.
    refused: HashSet<(SourceId, KindRef)>,
}

impl Deref for Places {
    type Target = [Place];

    fn deref(&self) -> &[Place] {
        &self.all
    }
}

/// What a recording of this run holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recorded {
    /// What happened, without names, contents and typed texts.
    Outline,
    /// Everything that came in, with its contents.
    Contents,
}

/// What the screen shows besides views, and when it was drawn.
#[derive(Debug)]
pub struct Display {
    /// The columns and the rows of the terminal.
    pub size: (u16, u16),
    pub options: Options,
    pub notice: Option<Notice>,
    /// The guided tour, while it is on the screen.
    pub tour: Option<tour::Tour>,
    pub trends: trends::Trends,
    /// The columns that the user chose.
    columns: columns::Choices,
    /// The theme to return to while another one is only tried.
    unpreviewed: Option<Theme>,
    /// When the values of secrets that are shown are masked again.
    revealed: Option<Time>,
    /// When the screen was last drawn.
    drawn: Option<Time>,
    /// The recording that is being made, if there is one.
    pub recorded: Option<Recorded>,
    /// Whether something must be drawn, which may be anything.
    pub dirty: bool,
    /// Whether rows of a table on the screen changed: values, order, or which there are.
    pub stirred: bool,
    /// Whether the program leaves the screen for good.
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
            columns: columns::Choices::default(),
            unpreviewed: None,
            revealed: None,
            drawn: None,
            recorded: None,
            dirty: true,
            stirred: false,
            done: false,
        }
    }

    /// Whether something changed since the last frame.
    pub fn is_due(&self) -> bool {
        self.dirty || self.stirred
    }

    /// Notes that a frame shows everything.
    pub fn was_drawn(&mut self) {
        (self.dirty, self.stirred) = (false, false);
    }
}

/// The whole state of the program.
pub struct State {
    pub now: Time,
    pub display: Display,
    pub places: Places,
    pub store: Store,
    pub tabs: tabs::Tabs,
    pub focus: Focus,
    pub acts: acts::Acts,
    pub sessions: session::Sessions,
    /// Texts of the user that no server has yet.
    pub drafts: drafts::Kept,
    pub keymap: keymap::Keymap,
    pub theme: Theme,
    /// The settings as they were last read.
    pub settings: settings::Settings,
    pub policy: policy::Policy,
    pub history: History,
    /// Figures of the program about itself.
    pub own: own::Own,
    /// What goes on once a reply is there.
    waiting: waiting::Waiting,
}

/// How long the query of a view that was left stays open, in milliseconds: a user who comes back sees the rows at once.
pub const GRACE: i64 = 60_000;
/// How long the rows of a list rest after the view was left, in milliseconds: a user who comes back within this time
/// asks only for what changed since.
pub const REST: i64 = 600_000;
/// The rows that one slice of settling takes in: that is well under a millisecond of work.
pub const SLICE: usize = 4096;

impl State {
    pub fn new(now: Time, size: (u16, u16), keymap: keymap::Keymap, theme: Theme) -> Self {
        Self {
            now,
            display: Display::new(size),
            places: Places::default(),
            store: Store::default(),
            tabs: tabs::Tabs::default(),
            focus: Focus::default(),
            acts: acts::Acts::default(),
            sessions: session::Sessions::default(),
            drafts: drafts::Kept::default(),
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
        self.tabs.tab().pane().top()
    }

    pub fn top_mut(&mut self) -> Option<&mut View> {
        self.tabs.top_mut()
    }

    /// Runs `work` with the view on top and with the state, which lacks this view meanwhile.
    fn with_top<T>(&mut self, work: impl FnOnce(&mut View, &mut Self) -> T) -> Option<T> {
        let mut view = self.tabs.stack_mut().pop()?;
        let done = work(&mut view, self);
        self.tabs.stack_mut().push(view);
        Some(done)
    }

    /// Does what the view on top made of a key or a click. `None` means that the view did not want it.
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
        let State { tabs, store, .. } = self;
        Some((tabs.top_mut()?.table_mut()?, store))
    }

    pub fn page(&self) -> Option<&view::Page> {
        self.top()?.page()
    }

    pub fn page_mut(&mut self) -> Option<&mut view::Page> {
        self.tabs.top_mut()?.page_mut()
    }

    /// Whether a page or a log has the whole screen.
    pub fn is_full(&self) -> bool {
        self.top().is_some_and(|view| view.is_full())
    }

    pub fn place(&self, at: SourceId) -> Option<&Place> {
        self.places.iter().find(|place| place.id == at)
    }

    /// The source that the screen is about.
    pub fn here(&self) -> Option<&Place> {
        self.here_in(self.tabs.tab().pane())
    }

    /// The source that a pane is about.
    pub fn here_in(&self, pane: &tabs::Pane) -> Option<&Place> {
        let shown = pane.stack.iter().rev().find_map(|view| view.at()).and_then(|at| self.place(at));
        shown.or_else(|| self.place(self.places.home?))
    }

    /// The kinds that a source says it serves. They are empty until it said so.
    pub fn served(&self, at: SourceId) -> &[KindRef] {
        self.found(at).map_or(&[], |found| &found.kinds)
    }

    /// What a source said about itself and its kinds.
    fn found(&self, at: SourceId) -> Option<&model::Found> {
        self.store.answer(&Query::Kinds { at })?.found().map(AsRef::as_ref)
    }

    /// The answer to the main query of the view on top.
    pub fn answer(&self) -> Option<&Answer> {
        self.answer_of(self.top()?)
    }

    /// The answer that a view is about.
    pub fn answer_of(&self, view: &View) -> Option<&Answer> {
        self.store.answer(&view.query()?)
    }

    /// Whether the rows of the view on top are still arriving.
    pub fn loads(&self) -> bool {
        let mut answers = self.shown_views().filter_map(|view| self.answer_of(view));
        answers.any(|answer| matches!(answer.phase, Phase::Loading(_)))
    }

    /// Whether more rows arrive than the screen shows, and nobody waits for anything.
    pub fn is_filling(&self) -> bool {
        let rows = self.answer().map_or(0, Answer::len);
        self.table().is_some() && rows > usize::from(self.display.size.1) && self.focus.is_on_view()
    }

    /// Whether all rows of the view on top are there and nobody waits for anything.
    pub fn is_calm(&self) -> bool {
        let is_live = |view: &View| self.answer_of(view).is_some_and(|answer| answer.phase == Phase::Live);
        self.focus.is_on_view() && self.shown_views().all(|view| view.table().is_some() && is_live(view))
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

    /// Removes a notice when the view that it was told over is left.
    fn keep_notice_in_place(&mut self) {
        if self.display.notice.is_none() {
            return;
        }
        // A notice that is told before any view is open stays over the first view.
        let view = self.top().filter(|view| !matches!(view, View::Start(_)));
        let scene = view.map(|view| Scene(self.tabs.stack().len(), view.crumb(), view.query()));
        match &mut self.display.notice {
            Some(Notice { over: over @ None, .. }) => *over = scene,
            Some(notice) if notice.over != scene => {
                self.display.notice = None;
                self.display.dirty = true;
            }
            Some(_) | None => {}
        }
    }

    /// Gives a table the rows that the program itself makes for it.
    fn show_rows(&mut self, query: &Query, rows: Vec<Object>) {
        let rows = rows.into_iter().map(Delta::Upsert);
        let deltas = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect();
        self.store.apply(query, deltas, self.now);
        self.display.dirty = true;
    }

    /// Takes the value out of a result. An error becomes a notice.
    pub fn settle_result<T: Default>(&mut self, result: Result<T>) -> T {
        result.unwrap_or_else(|error| {
            self.tell(Level::Bad, error.text().to_owned());
            T::default()
        })
    }

    /// The scope in which kinds open: the namespace of the view, or else the context's own.
    pub fn scope_here(&self) -> Scope {
        let tables = self.tabs.stack().iter().rev().filter_map(View::table);
        let current =
            tables.filter(|table| table.kind.address.namespaced).map(|table| table.scope.namespace.clone()).next();
        let own = || self.here().map(|place| place.namespace.clone());
        Scope { namespace: current.unwrap_or_else(own), ..Scope::default() }
    }
}
