//! The text of an object while it is changed.

use crossterm::event::KeyEvent;

use crate::app::{Effect, Ticket};
use crate::model::{Id, Reply, Result};

#[derive(Debug)]
pub struct Editor {
    pub id: Id,
    /// The answer that it waits for.
    pub waits: Option<Ticket>,
}

impl Editor {
    pub fn new(id: Id) -> Self {
        Self { id, waits: None }
    }

    pub fn crumb(&self) -> String {
        format!("{} › edit", self.id.name)
    }

    /// A key that the key map leaves to the text.
    pub fn key(&mut self, _event: KeyEvent) {}

    pub fn paste(&mut self, _text: &str) {}

    /// Takes the answer that it waited for.
    pub fn replied(&mut self, _result: Result<Reply>) -> Vec<Effect> {
        self.waits = None;
        Vec::new()
    }
}
