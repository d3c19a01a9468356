//! What a recording with contents holds: everything on which the screens of a run depend, in its order.

use serde::{Deserialize, Serialize};

use super::file::Writer;
use super::packed::Packed;
use crate::app::launch::Launch;
use crate::app::{Message, Outcome};
use crate::kinds::Definition;
use crate::model::{Delta, Time};

/// One thing that happened to the state.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// Kinds that only servers know, before anything names them.
    Kinds(Vec<Definition>),
    /// The begin.
    Launch(Box<Launch>),
    /// A turn of the state, see [`crate::app::State::turn`].
    Turn { at: Time, messages: Vec<Message> },
    /// So many slices of preparation, after which no frame was drawn.
    Prepared(u32),
    /// So many slices of work for later frames.
    Ahead(u32),
    /// So many slices of preparation, and the frame that was drawn then.
    Drawn { prepared: u32, at: Time, screen: u64 },
    /// The end, and why it came before that of the program, if it did.
    End(Option<String>),
}

/// Takes down what happens to the state.
pub struct Taker {
    writer: Writer<Packed>,
    prepared: u32,
    ahead: u32,
}

impl Taker {
    pub fn new(launch: Launch, mut writer: Writer<Packed>) -> Self {
        writer.write(LIGHT, Moment::Launch(Box::new(launch)));
        Self { writer, prepared: 0, ahead: 0 }
    }

    pub fn hear(&mut self, at: Time, messages: &[Message]) {
        self.pass_on();
        let weight = LIGHT + messages.iter().map(weight).sum::<usize>();
        self.writer.write(weight, Moment::Turn { at, messages: messages.to_vec() });
    }

    pub fn prepared(&mut self) {
        if self.ahead > 0 {
            self.pass_on();
        }
        self.prepared += 1;
    }

    pub fn ahead(&mut self) {
        if self.prepared > 0 {
            self.pass_on();
        }
        self.ahead += 1;
    }

    pub fn drawn(&mut self, at: Time, screen: u64) {
        let prepared = std::mem::take(&mut self.prepared);
        self.pass_on();
        self.writer.write(LIGHT, Moment::Drawn { prepared, at, screen });
    }

    /// Tells the slices that no frame followed.
    fn pass_on(&mut self) {
        let (prepared, ahead) = (std::mem::take(&mut self.prepared), std::mem::take(&mut self.ahead));
        if prepared > 0 {
            self.writer.write(LIGHT, Moment::Prepared(prepared));
        }
        if ahead > 0 {
            self.writer.write(LIGHT, Moment::Ahead(ahead));
        }
    }
}

/// The memory of small things, in bytes.
const LIGHT: usize = 256;
/// The memory of an object with all its fields, in bytes. Most objects take less.
const OBJECT: usize = 64 << 10;

/// The memory in bytes, about, that a message takes.
fn weight(message: &Message) -> usize {
    match message {
        Message::Answer { deltas, .. } => deltas.iter().map(weight_of_delta).sum(),
        Message::Paste(text) => text.len(),
        Message::Replied(..) => OBJECT,
        Message::Worked(Outcome::Yaml { lines, .. }) => lines.len() * 64,
        Message::Worked(Outcome::Extract(made)) => made.lines.len() * 128,
        Message::Worked(_) | Message::Settings(_) => OBJECT,
        Message::Key(_)
        | Message::Mouse(_)
        | Message::Resize(..)
        | Message::Ended { .. }
        | Message::Told(..)
        | Message::Vitals(_)
        | Message::Drafts(_)
        | Message::Kept { .. }
        | Message::Unrecorded(_)
        | Message::Leave => LIGHT,
    }
}

fn weight_of_delta(delta: &Delta) -> usize {
    match delta {
        Delta::Upsert(object) => LIGHT + 16 * object.cells.len(),
        Delta::Body(Some(_)) | Delta::Found(_) => OBJECT,
        Delta::Lines(lines) => lines.iter().map(|line| 64 + line.text.len()).sum(),
        Delta::Output(bytes) => LIGHT + bytes.len(),
        _ => LIGHT,
    }
}
