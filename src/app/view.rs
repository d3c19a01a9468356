//! What is on the screen and where its cursor is. Views hold no rows and no bodies; a page keeps the lines it
//! was last drawn from.

mod columns;
mod page;
mod table;

pub use columns::{Field, Shown};
pub use page::{Line, Page, Search, Subject, Text};
pub use table::{Sort, SortBy, Table, Travel, short_name, write_field};

use crate::model::{Query, SourceId};

/// A view on the stack.
#[derive(Debug)]
pub enum View {
    /// Nothing to connect to: what was looked for and found.
    Start,
    Table(Box<Table>),
    Page(Box<Page>),
}

impl View {
    /// The questions whose answers this view shows.
    pub fn queries(&self) -> Vec<Query> {
        match self {
            Self::Start => Vec::new(),
            Self::Table(table) => table.queries(),
            Self::Page(page) => page.queries(),
        }
    }

    pub fn at(&self) -> Option<SourceId> {
        match self {
            Self::Start => None,
            Self::Table(table) => Some(table.at),
            Self::Page(page) => page.at(),
        }
    }

    /// The key map's scopes, narrowest first.
    pub fn scopes(&self) -> Vec<String> {
        let own = match self {
            Self::Start => vec!["view.start".to_owned()],
            Self::Table(table) => vec![format!("kind.{}", table.kind.name), "view.table".to_owned()],
            Self::Page(page) => page.scopes(),
        };
        own.into_iter().chain(["global".to_owned()]).collect()
    }

    /// The last of the crumbs.
    pub fn crumb(&self) -> String {
        match self {
            Self::Start => "start".to_owned(),
            Self::Table(table) => table.crumb(),
            Self::Page(page) => page.crumb(),
        }
    }
}
