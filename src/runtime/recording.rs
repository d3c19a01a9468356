//! Recordings of a run, for bug reports. `--record` tells what happened without names, contents and typed texts.
//!
//! A recording is a file with one JSON value on each line. A thread of its own writes it, so that the loop never waits
//! for the disk.

mod alias;
mod file;
mod outline;
mod outliner;
mod reduce;

use std::path::Path;

use crate::app::{Effect, Message, Recorded, State};
use crate::model::{Error, Result, Time};

use file::Writer;
use outliner::Outliner;

/// A recording that is being made.
pub struct Recorder {
    outliner: Outliner,
    writer: Writer,
}

/// A file that is there, and into which nothing was written yet.
pub struct Recording(file::Fresh);

impl Recording {
    /// Makes the file. A file that exists is never overwritten, and a link is never followed.
    pub fn create(path: &Path) -> Result<Self> {
        file::Fresh::create(path).map(Self).map_err(|error| {
            let hint = match error.kind() {
                std::io::ErrorKind::AlreadyExists => "; a recording never replaces a file, so name a new one",
                _ => "",
            };
            Error::Invalid(format!("cannot record to {}: {error}{hint}", path.display()))
        })
    }

    pub fn holds(&self) -> Recorded {
        Recorded::Outline
    }

    /// Removes the file again, because the program did not start.
    pub fn drop(self) {
        self.0.remove();
    }

    /// `tell` is called if the recording ends before the program.
    pub fn start(self, tell: impl FnOnce(Message) + Send + 'static) -> Recorder {
        let writer = self.0.start(move |why| tell(Message::Unrecorded(why)));
        Recorder { outliner: Outliner::default(), writer }
    }
}

impl Recorder {
    /// Takes in the messages of a turn. `state` is still as it was before them.
    pub fn hear(&mut self, state: &State, messages: &[Message]) {
        self.outliner.hear(state, messages);
    }

    /// Takes in the state and the effects after the turn.
    pub fn turned(&mut self, now: Time, state: &State, effects: &[Effect]) {
        if let Some(turn) = self.outliner.turn(now, state, effects) {
            self.writer.write(turn);
        }
    }

    /// Waits for a moment until the disk has everything.
    pub fn finish(self) {
        self.writer.finish();
    }
}

#[cfg(test)]
mod tests;
