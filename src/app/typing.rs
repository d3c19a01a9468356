//! Whether the keys that come next may be a text of the user, as far as the state can know.

use super::{Focus, State};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// Each key is a command.
    Commands,
    /// Characters go into a line. Other keys move in it, accept it or leave it.
    Line,
    /// Everything goes into a text or a session, or will do so in a moment.
    Text,
}

impl State {
    pub fn typing(&self) -> Typing {
        let is_text = self.top().is_some_and(|view| view.is_typed_into());
        match &self.focus {
            Focus::Prompt(_) | Focus::Question(_) => Typing::Line,
            Focus::View(_) if !is_text && !self.waiting.takes_screen() => Typing::Commands,
            Focus::View(_) | Focus::Waiting(_) => Typing::Text,
        }
    }
}
