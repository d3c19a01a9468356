//! The state inside the loop. Anybody may read it, but only turns and frames change it. So the messages of a run
//! determine its screens.

use std::ops::Deref;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::recording::{Recorder, fingerprint};
use crate::app::{Effect, Message, SLICE, State};
use crate::model::Time;
use crate::ui::{self, Painter};

pub struct Turning {
    state: State,
    recorder: Option<Recorder>,
    /// The fingerprint of the frame that was painted last.
    painted: u64,
    painter: Painter,
}

impl Deref for Turning {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl Turning {
    pub fn new(state: State, recorder: Option<Recorder>) -> Self {
        Self { state, recorder, painted: 0, painter: Painter::default() }
    }

    /// Takes in the messages that arrived until a moment.
    #[must_use]
    pub fn turn(&mut self, now: Time, messages: Vec<Message>) -> Vec<Effect> {
        if let Some(recorder) = &mut self.recorder {
            recorder.hear(now, &self.state, &messages);
        }
        self.state.now = now;
        let effects = self.state.turn(messages);
        if let Some(recorder) = &mut self.recorder {
            recorder.turned(now, &self.state, &effects);
        }
        effects
    }

    /// A slice of [`State::prepare`].
    #[must_use]
    pub fn prepare(&mut self) -> (bool, Vec<Effect>) {
        self.recorder.as_mut().into_iter().for_each(Recorder::prepared);
        self.state.prepare(SLICE)
    }

    /// A slice of [`State::prepare_ahead`].
    #[must_use]
    pub fn prepare_ahead(&mut self) -> bool {
        self.recorder.as_mut().into_iter().for_each(Recorder::prepared_ahead);
        self.state.prepare_ahead(SLICE)
    }

    /// See [`Painter::changed`].
    pub fn changed(&mut self, reordered: bool) -> Option<Vec<u16>> {
        self.painter.changed(&self.state, reordered)
    }

    /// Paints these lines over the last frame, or all. Returns the position of the cursor, if there is one.
    pub fn paint(&mut self, lines: Option<&[u16]>, buffer: &mut Buffer) -> Option<Position> {
        let cursor = match lines {
            Some(lines) => {
                ui::repaint(&self.state, lines, buffer);
                debug_assert!(ui::is_whole(&self.state, buffer), "lines were left out that changed");
                None
            }
            None => ui::paint(&self.state, buffer),
        };
        if let Some(Recorder::Contents(_)) = self.recorder {
            self.painted = fingerprint(buffer, cursor);
        }
        cursor
    }

    /// Notes that the painted frame has been on the screen since this moment.
    pub fn was_drawn(&mut self, now: Time) {
        if let Some(recorder) = &mut self.recorder {
            recorder.drawn(now, self.painted);
        }
        self.state.display.was_drawn();
        self.state.now = now;
        self.state.was_seen();
    }
}
