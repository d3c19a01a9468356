//! The state inside the loop. Anybody may read it, but only turns and frames change it. So the messages of a run
//! determine its screens.

use std::ops::Deref;

use super::recording::Recorder;
use crate::app::{Effect, Message, State};
use crate::model::Time;

pub struct Turning {
    state: State,
    recorder: Option<Recorder>,
}

impl Deref for Turning {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl Turning {
    pub fn new(state: State, recorder: Option<Recorder>) -> Self {
        Self { state, recorder }
    }

    /// Takes in the messages that arrived until a moment.
    #[must_use]
    pub fn turn(&mut self, now: Time, messages: Vec<Message>) -> Vec<Effect> {
        if let Some(recorder) = &mut self.recorder {
            recorder.hear(&self.state, &messages);
        }
        self.state.now = now;
        let effects = self.state.turn(messages);
        if let Some(recorder) = &mut self.recorder {
            recorder.turned(now, &self.state, &effects);
        }
        effects
    }

    /// See [`State::prepare`].
    #[must_use]
    pub fn prepare(&mut self, budget: usize) -> (bool, Vec<Effect>) {
        self.state.prepare(budget)
    }

    /// See [`State::prepare_ahead`].
    #[must_use]
    pub fn prepare_ahead(&mut self, budget: usize) -> bool {
        self.state.prepare_ahead(budget)
    }

    /// Notes that a frame has been on the screen since this moment.
    pub fn was_drawn(&mut self, now: Time) {
        self.state.display.dirty = false;
        self.state.now = now;
        self.state.was_seen();
    }

    /// Waits for a moment until the disk has the recording.
    pub fn finish(self) {
        self.recorder.into_iter().for_each(Recorder::finish);
    }
}
