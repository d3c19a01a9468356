//! What is on the screen and where its cursor is. Views hold no rows and no bodies; a page keeps the lines it
//! was last drawn from.

mod caution;
mod columns;
mod contexts;
mod editor;
mod flow;
mod log;
mod page;
mod sight;
mod table;
mod terminal;

pub use caution::Caution;
pub use columns::{Field, Shown};
pub use contexts::Contexts;
pub use editor::{Base, DRAFT, Editor, EditorId, Note, Problem, Review, Row, Stage, Why, drawn};
pub use flow::{Passage, Row as FlowRow, Span, rows as flow_rows};
pub use log::{Log, Sieve, TAIL, drawn as drawn_line, plain, source as log_source};
pub use page::{Line, Page, Search, Subject, Text, related};
pub use sight::Sight;
pub use table::{Lending, Loans, Sort, SortBy, Table, Travel, short_name, write_field, write_searched};
pub use terminal::Terminal;

use crate::model::{Query, SourceId, Time};

/// What is prepared for: the moment that it shows, and the room that it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    pub now: Time,
    pub width: u16,
    pub height: u16,
}

/// A view on the stack.
#[derive(Debug)]
pub enum View {
    /// Nothing to connect to: what was looked for and found.
    Start,
    Table(Box<Table>),
    Page(Box<Page>),
    Log(Box<Log>),
    Editor(Box<Editor>),
    Terminal(Box<Terminal>),
}

impl View {
    pub fn table(&self) -> Option<&Table> {
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

    pub fn editor(&self) -> Option<&Editor> {
        if let Self::Editor(editor) = self { Some(editor) } else { None }
    }

    pub fn editor_mut(&mut self) -> Option<&mut Editor> {
        if let Self::Editor(editor) = self { Some(editor) } else { None }
    }

    /// The questions whose answers this view shows.
    pub fn queries(&self) -> Vec<Query> {
        match self {
            Self::Start | Self::Editor(_) | Self::Terminal(_) => Vec::new(),
            Self::Table(table) => table.queries(),
            Self::Page(page) => page.queries(),
            Self::Log(log) => vec![log.query()],
        }
    }

    pub fn at(&self) -> Option<SourceId> {
        match self {
            Self::Start => None,
            Self::Table(table) => Some(table.at),
            Self::Page(page) => page.at(),
            Self::Log(log) => Some(log.at),
            Self::Editor(editor) => Some(editor.id.at),
            Self::Terminal(terminal) => Some(terminal.at),
        }
    }

    /// The key map's scopes, narrowest first.
    pub fn scopes(&self) -> Vec<String> {
        let own = match self {
            Self::Start => vec!["view.start".to_owned()],
            Self::Table(table) => vec![format!("kind.{}", table.kind.name), "view.table".to_owned()],
            Self::Page(page) => page.scopes(),
            Self::Log(_) => vec!["view.log".to_owned(), "view.text".to_owned()],
            // What is typed goes into them: no other scope takes a key away.
            Self::Editor(editor) => return vec![editor.scope().to_owned()],
            Self::Terminal(_) => return vec!["view.terminal".to_owned()],
        };
        own.into_iter().chain(["global".to_owned()]).collect()
    }

    /// The last of the crumbs.
    pub fn crumb(&self) -> String {
        match self {
            Self::Start => "start".to_owned(),
            Self::Table(table) => table.crumb(),
            Self::Page(page) => page.crumb(),
            Self::Log(log) => log.crumb(),
            Self::Editor(editor) => editor.crumb(),
            Self::Terminal(terminal) => terminal.title.to_string(),
        }
    }
}
