//! What is on the screen and where its cursor is. Views hold no rows and no bodies; a page keeps the lines it
//! was last drawn from.
//!
//! A shape of view is one file or folder here that implements [`Face`], and one of `ui/` that draws it.

mod caution;
mod columns;
mod contexts;
mod editor;
mod face;
mod flow;
mod log;
mod page;
mod sight;
mod start;
mod table;
mod terminal;

use std::ops::{Deref, DerefMut};

use crate::model::Time;

pub use caution::Caution;
pub use columns::{Field, Shown};
pub use contexts::Contexts;
pub use editor::{Base, DRAFT, Editor, EditorId, Note, Problem, Review, ReviewRow, Stage, Why, drawn};
pub use face::{Face, Heard};
pub use flow::{FlowRow, Passage, Span, rows as flow_rows};
pub use log::{Log, Sieve, TAIL, drawn as drawn_line, plain, source as log_source};
pub use page::{Line, Page, Search, Subject, Text, related};
pub use sight::Sight;
pub use start::Start;
pub use table::{ColumnChoice, Lending, Loans, Sort, SortBy, Table, Travel, short_name, write_field, write_searched};
pub use terminal::Terminal;

/// What is prepared for: the moment that it shows, and the room that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub now: Time,
    pub width: u16,
    pub height: u16,
}

/// A view on the stack. It is used as its [`Face`]; whoever needs more matches on the shape.
#[derive(Debug)]
pub enum View {
    Start(Start),
    Table(Box<Table>),
    Page(Box<Page>),
    Log(Box<Log>),
    Editor(Box<Editor>),
    Terminal(Box<Terminal>),
}

impl Deref for View {
    type Target = dyn Face;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Start(start) => start,
            Self::Table(table) => &**table,
            Self::Page(page) => &**page,
            Self::Log(log) => &**log,
            Self::Editor(editor) => &**editor,
            Self::Terminal(terminal) => &**terminal,
        }
    }
}

impl DerefMut for View {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Start(start) => start,
            Self::Table(table) => &mut **table,
            Self::Page(page) => &mut **page,
            Self::Log(log) => &mut **log,
            Self::Editor(editor) => &mut **editor,
            Self::Terminal(terminal) => &mut **terminal,
        }
    }
}

impl View {
    pub fn table(&self) -> Option<&Table> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }

    pub fn table_mut(&mut self) -> Option<&mut Table> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }

    pub fn page(&self) -> Option<&Page> {
        if let Self::Page(page) = self { Some(page) } else { None }
    }

    pub fn page_mut(&mut self) -> Option<&mut Page> {
        if let Self::Page(page) = self { Some(page) } else { None }
    }

    pub fn log(&self) -> Option<&Log> {
        if let Self::Log(log) = self { Some(log) } else { None }
    }

    pub fn log_mut(&mut self) -> Option<&mut Log> {
        if let Self::Log(log) = self { Some(log) } else { None }
    }

    pub fn terminal(&self) -> Option<&Terminal> {
        if let Self::Terminal(terminal) = self { Some(terminal) } else { None }
    }

    pub fn editor(&self) -> Option<&Editor> {
        if let Self::Editor(editor) = self { Some(editor) } else { None }
    }

    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        if let Self::Editor(editor) = self { Some(editor) } else { None }
    }
}
