//! Follows a run for a recording for sharing, and tells typed texts from keys that are commands.

use std::collections::HashSet;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::alias::Salt;
use super::outline::{Heard, Scene, Turn};
use super::reduce;
use crate::app::typing::Typing;
use crate::app::{Effect, Message, State};
use crate::model::{Query, SessionId, Time};

#[derive(Default)]
pub struct Outliner {
    salt: Salt,
    begun: Option<Time>,
    /// The turn that is under way.
    heard: Vec<Heard>,
    scene: Option<Scene>,
    text: Text,
    /// The sessions whose output was told.
    told: HashSet<SessionId>,
}

/// Whether the next keys may be a text.
#[derive(Default)]
pub(super) struct Text {
    /// The last key belonged to a text, which may go on although nothing takes it any more: the shell into which
    /// somebody types can end at any moment.
    goes_on: bool,
    /// Whether the recording already says that a text is being typed.
    said: bool,
}

impl Outliner {
    /// Takes in the messages of a turn. `state` is still as it was before them.
    pub fn hear(&mut self, state: &State, messages: &[Message]) {
        let mut typing = self.text.follows(state.typing());
        for message in messages {
            let heard = match message {
                Message::Key(key) => {
                    let heard = self.text.key(typing, key);
                    // The first key may have opened something into which the others go.
                    typing = Typing::Text;
                    heard
                }
                Message::Paste(_) => self.text.typed(),
                Message::Mouse(_) if typing == Typing::Text => None,
                Message::Answer { query: Query::Session { session, .. }, .. } => self.output(*session, message),
                other => self.salt.heard(other),
            };
            self.heard.extend(heard);
        }
    }

    /// Output is told once, because the echo of a typed key comes with every key.
    fn output(&mut self, session: SessionId, message: &Message) -> Option<Heard> {
        let first = self.told.insert(session).then_some(Heard::Output(session.0));
        self.salt.heard(message).or(first)
    }

    /// The turn, once it is over. `None` if there is nothing to tell.
    pub fn turn(&mut self, now: Time, state: &State, effects: &[Effect]) -> Option<Turn> {
        let begun = *self.begun.get_or_insert(now);
        let scene = self.salt.scene(state);
        let scene = (self.scene.as_ref() != Some(&scene)).then(|| self.scene.insert(scene).clone());
        let did: Vec<_> = effects.iter().filter_map(|effect| self.salt.did(effect)).collect();
        let heard = std::mem::take(&mut self.heard);
        let is_empty = heard.is_empty() && did.is_empty() && scene.is_none();
        (!is_empty).then(|| Turn { at: now.since(begun), heard, did, scene })
    }
}

impl Text {
    /// What takes the next key, which may be more than the state knows.
    pub(super) fn follows(&self, typing: Typing) -> Typing {
        if self.goes_on && typing == Typing::Commands { Typing::Line } else { typing }
    }

    pub(super) fn key(&mut self, typing: Typing, event: &KeyEvent) -> Option<Heard> {
        let is_sign = matches!(event.code, KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Delete);
        let hides = match typing {
            Typing::Commands => false,
            Typing::Line => is_sign,
            Typing::Text => true,
        };
        let is_chord = event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        self.goes_on = hides && is_sign && !is_chord;
        if hides {
            return self.typed();
        }
        self.said = false;
        Some(Heard::Key(reduce::press(event)))
    }

    fn typed(&mut self) -> Option<Heard> {
        (!std::mem::replace(&mut self.said, true)).then_some(Heard::Typed)
    }
}
