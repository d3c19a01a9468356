//! Recordings of a run: for sharing (`--record`), and for replay (`--record-all`).
//!
//! A recording for sharing tells what happened without names, contents and typed texts. A recording for replay holds
//! everything on which the screens depend. A thread of its own writes the file, so that the loop never waits for the disk.

mod alias;
pub mod contents;
pub mod file;
mod fingerprint;
mod lines;
mod outline;
mod outliner;
pub mod packed;
mod reduce;

use std::path::Path;

use crate::app::launch::Launch;
use crate::app::{Effect, Message, Recorded, State};
use crate::model::{Error, Result, Time};

use contents::Taker;
use file::{Fresh, Writer};
use lines::Lines;
use outliner::Outliner;
use packed::Packed;

pub use fingerprint::fingerprint;

/// A recording that is being made.
pub enum Recorder {
    Outline(Box<Outliner>, Writer<Lines>),
    Contents(Taker),
}

/// A file that is there, and into which nothing was written yet.
pub struct Recording {
    file: Fresh,
    holds: Recorded,
}

impl Recording {
    /// Makes the file. A file that exists is never overwritten, and a link is never followed.
    pub fn create(path: &Path, holds: Recorded) -> Result<Self> {
        let file = Fresh::create(path).map_err(|error| {
            let hint = match error.kind() {
                std::io::ErrorKind::AlreadyExists => "; a recording never replaces a file, so name a new one",
                _ => "",
            };
            Error::Invalid(format!("cannot record to {}: {error}{hint}", path.display()))
        });
        Ok(Self { file: file?, holds })
    }

    pub fn holds(&self) -> Recorded {
        self.holds
    }

    /// Removes the file again, because the program did not start.
    pub fn drop(self) {
        self.file.remove();
    }

    /// `tell` is called if the recording ends before the program.
    pub fn start(self, launch: &Launch, tell: impl FnOnce(Message) + Send + 'static) -> Recorder {
        let fail = move |why| tell(Message::Unrecorded(why));
        match self.holds {
            Recorded::Outline => Recorder::Outline(Box::default(), self.file.start(Lines, fail)),
            Recorded::Contents => {
                let writer = self.file.start(Packed::default(), fail);
                Recorder::Contents(Taker::new(launch.clone(), writer))
            }
        }
    }
}

impl Recorder {
    /// Takes in the messages of a turn. `state` is still as it was before them.
    pub fn hear(&mut self, now: Time, state: &State, messages: &[Message]) {
        match self {
            Self::Outline(outliner, _) => outliner.hear(state, messages),
            Self::Contents(taker) => taker.hear(now, messages),
        }
    }

    /// Takes in the state and the effects after the turn.
    pub fn turned(&mut self, now: Time, state: &State, effects: &[Effect]) {
        if let Self::Outline(outliner, writer) = self
            && let Some(turn) = outliner.turn(now, state, effects)
        {
            writer.write(0, turn);
        }
    }

    /// Notes a slice of preparation.
    pub fn prepared(&mut self) {
        if let Self::Contents(taker) = self {
            taker.prepared();
        }
    }

    /// Notes a slice of work for later frames.
    pub fn prepared_ahead(&mut self) {
        if let Self::Contents(taker) = self {
            taker.ahead();
        }
    }

    /// Notes the fingerprint of a frame.
    pub fn drawn(&mut self, now: Time, screen: u64) {
        if let Self::Contents(taker) = self {
            taker.drawn(now, screen);
        }
    }
}

#[cfg(test)]
mod tests;
