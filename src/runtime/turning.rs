//! The state inside the loop. Anybody may read it, but only turns and frames change it. So the messages of a run
//! determine its screens.

use std::ops::Deref;

use crate::app::{Effect, Message, State};
use crate::model::Time;

pub struct Turning(State);

impl Deref for Turning {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

impl Turning {
    pub fn new(state: State) -> Self {
        Self(state)
    }

    /// Takes in the messages that arrived until a moment.
    #[must_use]
    pub fn turn(&mut self, now: Time, messages: Vec<Message>) -> Vec<Effect> {
        self.0.now = now;
        self.0.turn(messages)
    }

    /// See [`State::prepare`].
    #[must_use]
    pub fn prepare(&mut self, budget: usize) -> (bool, Vec<Effect>) {
        self.0.prepare(budget)
    }

    /// See [`State::prepare_ahead`].
    #[must_use]
    pub fn prepare_ahead(&mut self, budget: usize) -> bool {
        self.0.prepare_ahead(budget)
    }

    /// Notes that a frame has been on the screen since this moment.
    pub fn was_drawn(&mut self, now: Time) {
        self.0.display.dirty = false;
        self.0.now = now;
        self.0.was_seen();
    }
}
