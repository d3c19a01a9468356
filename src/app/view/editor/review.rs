//! What the server would store in place of what it stores: rows of changes, and the same as text.

use std::sync::Arc;

use crate::app::diff::{self, Change};
use crate::app::view::Line;
use crate::app::yaml::{self, cover};
use crate::model::Value;

/// What is to be known of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    None,
    /// The user did not ask for it.
    Server,
    /// The user asked for it, and the server would not store it.
    Ignored,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub path: String,
    pub old: Option<String>,
    pub new: Option<String>,
    pub note: Note,
}

#[derive(Debug)]
pub struct Review {
    /// What goes to the server.
    pub sent: Arc<Value>,
    /// What it would store, or `sent` again where it did not try.
    pub would: Arc<Value>,
    pub rows: Vec<Row>,
    pub unified: Vec<Line>,
    pub warnings: Vec<String>,
    /// Why the server did not try: the difference is our own guess.
    pub local: Option<String>,
    /// The text in place of the rows.
    pub as_text: bool,
    pub top: usize,
    height: usize,
}

impl Review {
    pub fn new(
        stored: &Value,
        sent: Arc<Value>,
        would: Arc<Value>,
        warnings: Vec<String>,
        local: Option<String>,
    ) -> Self {
        let (before, after) = cover::pair(&diff::steady(stored), &diff::steady(&would));
        let (_, asked) = cover::pair(&diff::steady(stored), &diff::steady(&sent));
        let mut rows: Vec<Row> = diff::changes(&before, &after)
            .into_iter()
            .map(|change| {
                let theirs = local.is_none() && change.path.find(&before) == change.path.find(&asked);
                Row::new(change, if theirs { Note::Server } else { Note::None })
            })
            .collect();
        let ignored = diff::changes(&before, &asked).into_iter();
        let ignored = ignored.filter(|change| {
            change.new.as_ref().is_none_or(|new| !new.is_null())
                && change.path.find(&before) == change.path.find(&after)
        });
        rows.extend(ignored.map(|change| Row::new(change, Note::Ignored)));
        let unified = diff::unified(&yaml::text(&before), &yaml::text(&after));
        Self { sent, would, rows, unified, warnings, local, as_text: false, top: 0, height: 1 }
    }

    /// Whether the server would store something else than it does.
    pub fn changes(&self) -> bool {
        self.rows.iter().any(|row| row.note != Note::Ignored)
    }

    /// `2 changed · 1 by the server · 0 warnings`
    pub fn summary(&self) -> String {
        let count = |note: Note| self.rows.iter().filter(|row| row.note == note).count();
        let mut out = format!("{} changed", count(Note::None));
        for (note, words) in [(Note::Server, "by the server"), (Note::Ignored, "ignored")] {
            if count(note) > 0 {
                out.push_str(&format!(" · {} {words}", count(note)));
            }
        }
        let warnings = self.warnings.len();
        out.push_str(&format!(" · {warnings} warning{}", if warnings == 1 { "" } else { "s" }));
        out
    }

    fn len(&self) -> usize {
        if self.as_text { self.unified.len() } else { self.rows.len() }
    }

    pub fn fit(&mut self, height: usize) {
        // A line of summary, a blank one, warnings, and what is said about a guess.
        let above = 2 + self.warnings.len() + usize::from(self.local.is_some()) * 2;
        self.height = height.saturating_sub(above).max(1);
        self.scroll(0);
    }

    pub fn scroll(&mut self, lines: isize) {
        let last = self.len().saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(lines).min(last);
    }
}

/// Longer values are cut: the text shows them whole.
const LONGEST: usize = 400;

impl Row {
    fn new(change: Change, note: Note) -> Self {
        let flat = |value: Value| match value {
            Value::String(text) => cut(text),
            other => cut(other.to_string()),
        };
        Self { path: change.path.to_string(), old: change.old.map(flat), new: change.new.map(flat), note }
    }
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None if text.is_empty() => "\"\"".to_owned(),
        None => text,
    }
}
