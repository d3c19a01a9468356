//! A typed line that waits for a server. The screen stays as it is until the line is resolved, and a later key cancels
//! the line. While only the present cluster is asked for its namespaces, which takes a moment, keys are held for the
//! view that the line opens.

use crossterm::event::{KeyCode, KeyEvent};

use super::open::{Care, Resolved};
use super::waiting::Then;
use super::{Effect, Focus, Level, Opening, State};
use crate::model::{Query, Time};

/// The longest wait for namespaces, in milliseconds. After it they are assumed to exist.
const PATIENCE: i64 = 1_000;
/// The most keys that are held.
const MOST_KEYS: usize = 4_096;

#[derive(Debug)]
pub struct Line {
    text: String,
    pub queries: Vec<Query>,
    care: Care,
    since: Time,
}

impl Line {
    fn is_about_namespaces(&self) -> bool {
        self.queries.iter().all(|query| matches!(query, Query::List { .. }))
    }

    /// The moment at which it has waited long enough.
    pub fn due(&self) -> Option<Time> {
        self.is_about_namespaces().then(|| self.since.plus_millis(PATIENCE))
    }

    #[cfg(test)]
    pub fn about(query: Query) -> Self {
        Self { text: String::new(), queries: vec![query], care: Care::Doubts, since: Time::default() }
    }
}

impl State {
    /// Lets a line wait until these queries are answered.
    pub(super) fn wait_for(&mut self, line: &str, queries: Vec<Query>, care: Care) {
        let here = self.here().map(|place| place.id);
        let asked = Line { text: line.to_owned(), queries, care, since: self.now };
        let holds = asked.is_about_namespaces() && asked.queries.iter().all(|query| Some(query.at()) == here);
        self.focus = if holds { Focus::Waiting(Vec::new()) } else { Focus::default() };
        if !asked.is_about_namespaces() {
            let names: Vec<&str> = asked
                .queries
                .iter()
                .filter_map(|query| self.place(query.at()))
                .map(|place| place.name.as_str())
                .collect();
            let first = line.split(' ').next().unwrap_or_default();
            self.tell(Level::Info, format!("asking {} about '{first}'; any key cancels", names.join(", ")));
        }
        self.waiting.expect(Then::Line(asked));
    }

    /// Whether a key is held for the view that the line opens. Any other key cancels the line.
    pub(super) fn holds_key(&mut self, event: KeyEvent) -> bool {
        let holds = matches!(self.focus, Focus::Waiting(_));
        if let Focus::Waiting(held) = &mut self.focus
            && event.code != KeyCode::Esc
            && held.len() < MOST_KEYS
        {
            held.push(event);
            return true;
        }
        if self.waiting.line().is_none() {
            return false;
        }
        self.take_line();
        self.display.notice = None;
        // Esc was meant for the line, so it does nothing else.
        holds
    }

    /// Stops waiting for a line, and returns the keys that were held for its view.
    pub(super) fn take_line(&mut self) -> Vec<KeyEvent> {
        self.waiting.cancel(|then| matches!(then, Then::Line(_)));
        self.focus.take_held()
    }

    /// Continues with a line that waits, if it can be resolved now.
    pub(super) fn follow_asked(&mut self) -> Vec<Effect> {
        let now = self.now;
        let Some(line) = self.waiting.line() else { return Vec::new() };
        let late = line.is_about_namespaces() && now.since(line.since) >= PATIENCE;
        let care = if late { Care::Doubts } else { line.care };
        let (text, asked) = (line.text.clone(), line.queries.clone());
        match self.resolve(&Opening::parse(&text), care) {
            Ok(Resolved::Waits(queries)) if queries == asked => Vec::new(),
            Ok(Resolved::Waits(queries)) => {
                self.wait_for(&text, queries, care);
                Vec::new()
            }
            Ok(Resolved::Way(way)) => {
                let held = self.take_line();
                self.display.notice = None;
                self.display.dirty = true;
                self.take_way(*way);
                held.into_iter().flat_map(|event| self.key(event)).collect()
            }
            Err(error) => {
                self.take_line();
                self.complain(&error);
                Vec::new()
            }
        }
    }
}
