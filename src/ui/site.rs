//! A pane while it is drawn, together with the state.

use std::ops::Deref;

use crate::app::tabs::Pane;
use crate::app::view::Table;
use crate::app::{Answer, Place, State, View};
use crate::model::Id;

/// Its own methods are about the pane, not about the pane that has the focus. Everything else comes from the state.
pub struct Site<'a> {
    state: &'a State,
    pane: &'a Pane,
    /// Whether another pane has the focus.
    pub is_dim: bool,
}

impl Deref for Site<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        self.state
    }
}

impl<'a> Site<'a> {
    pub fn new(state: &'a State, pane: &'a Pane, is_dim: bool) -> Self {
        Self { state, pane, is_dim }
    }

    /// Whether this pane has the focus and there is a second one.
    pub fn stands_out(&self) -> bool {
        !self.is_dim && self.state.tabs.tab().is_split()
    }

    pub fn stack(&self) -> &'a [View] {
        &self.pane.stack
    }

    pub fn top(&self) -> Option<&'a View> {
        self.pane.top()
    }

    pub fn table(&self) -> Option<&'a Table> {
        self.top()?.table()
    }

    pub fn here(&self) -> Option<&'a Place> {
        self.state.here_in(self.pane)
    }

    pub fn answer(&self) -> Option<&'a Answer> {
        self.state.answer_of(self.top()?)
    }

    pub fn selected_id(&self) -> Option<Id> {
        self.top()?.object(&self.state.store)
    }

    /// The text, with the commands in braces replaced by the keys of this view.
    pub fn in_keys(&self, text: &str) -> String {
        let scopes = self.top().map(|view| view.scopes()).unwrap_or_default();
        let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
        self.state.keymap.spell(text, &names)
    }
}
