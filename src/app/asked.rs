//! A typed line that waits for a server: what is looked at stays until the line is resolved, and a later key cancels it.
//! Only while the cluster that is looked at is asked for its namespaces, which takes a moment, keys are held for the view
//! that the line opens.

use crossterm::event::{KeyCode, KeyEvent};

use super::open::{Care, Resolved};
use super::{Effect, Level, Opening, State};
use crate::model::{Query, Time};

/// So long is waited for namespaces, in milliseconds; then they are taken to be there.
const PATIENCE: i64 = 1_000;
/// More keys are no longer typed ahead.
const MOST_KEYS: usize = 4_096;

#[derive(Debug)]
pub struct Asked {
    line: String,
    queries: Vec<Query>,
    care: Care,
    since: Time,
    held: Vec<KeyEvent>,
    holds: bool,
}

impl Asked {
    fn is_about_namespaces(&self) -> bool {
        self.queries.iter().all(|query| matches!(query, Query::List { .. }))
    }
}

impl State {
    /// Lets a line wait until some questions are answered.
    pub(super) fn wait_for(&mut self, line: &str, queries: Vec<Query>, care: Care) {
        let here = self.here().map(|place| place.id);
        let mut asked = Asked { line: line.to_owned(), queries, care, since: self.now, held: Vec::new(), holds: false };
        asked.holds = asked.is_about_namespaces() && asked.queries.iter().all(|query| Some(query.at()) == here);
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
        self.asked = Some(asked);
    }

    pub(super) fn asked_queries(&self) -> impl Iterator<Item = &Query> {
        self.asked.iter().flat_map(|asked| &asked.queries)
    }

    /// When a line has waited long enough.
    pub(super) fn asked_due(&self) -> Option<Time> {
        let asked = self.asked.as_ref().filter(|asked| asked.is_about_namespaces())?;
        Some(asked.since.plus_millis(PATIENCE))
    }

    /// Whether a key is held for the view that a line opens; any other cancels the line.
    pub(super) fn holds_key(&mut self, event: KeyEvent) -> bool {
        let Some(asked) = &mut self.asked else { return false };
        if asked.holds && event.code != KeyCode::Esc && asked.held.len() < MOST_KEYS {
            asked.held.push(event);
            return true;
        }
        // Esc has nothing else to do: it was meant for the line.
        let ends_here = asked.holds;
        self.asked = None;
        self.notice = None;
        ends_here
    }

    /// Goes on with a line that waited, once it can be resolved.
    pub(super) fn follow_asked(&mut self) -> Vec<Effect> {
        let Some(asked) = self.asked.take() else { return Vec::new() };
        let late = asked.is_about_namespaces() && self.now.since(asked.since) >= PATIENCE;
        let care = if late { Care::Doubts } else { asked.care };
        match self.resolve(&Opening::parse(&asked.line), care) {
            Ok(Resolved::Waits(queries)) if queries == asked.queries => {
                self.asked = Some(asked);
                Vec::new()
            }
            Ok(Resolved::Waits(queries)) => {
                self.wait_for(&asked.line, queries, care);
                Vec::new()
            }
            Ok(Resolved::Way(way)) => {
                self.notice = None;
                self.dirty = true;
                self.take_way(*way);
                asked.held.into_iter().flat_map(|event| self.key(event)).collect()
            }
            Err(error) => {
                self.complain(&error);
                Vec::new()
            }
        }
    }
}
