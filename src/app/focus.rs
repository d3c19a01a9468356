//! What receives the keys. It is always exactly one.

use crossterm::event::KeyEvent;

use super::dialog::Dialog;
use super::input::Input;
use super::keys::Pending;

#[derive(Debug)]
pub enum Focus {
    /// The view on top. The keys of an incomplete chord wait for the next key.
    View(Pending),
    /// The line into which the user types.
    Prompt(Box<Input>),
    /// The question over the screen.
    Question(Box<Dialog>),
    /// The view that a typed line is about to open. These keys are held for it.
    Waiting(Vec<KeyEvent>),
}

impl Default for Focus {
    fn default() -> Self {
        Self::View(Pending::default())
    }
}

impl Focus {
    /// Whether the view on top has no prompt or question over it.
    pub fn is_on_view(&self) -> bool {
        match self {
            Self::View(_) | Self::Waiting(_) => true,
            Self::Prompt(_) | Self::Question(_) => false,
        }
    }

    pub fn chord(&self) -> Option<&Pending> {
        if let Self::View(chord) = self { Some(chord) } else { None }
    }

    pub fn input(&self) -> Option<&Input> {
        if let Self::Prompt(input) = self { Some(input) } else { None }
    }

    pub(super) fn input_mut(&mut self) -> Option<&mut Input> {
        if let Self::Prompt(input) = self { Some(input) } else { None }
    }

    pub fn dialog(&self) -> Option<&Dialog> {
        if let Self::Question(dialog) = self { Some(dialog) } else { None }
    }

    pub(super) fn dialog_mut(&mut self) -> Option<&mut Dialog> {
        if let Self::Question(dialog) = self { Some(dialog) } else { None }
    }

    /// Goes back to the view, and returns the line.
    pub(super) fn take_input(&mut self) -> Option<Box<Input>> {
        match std::mem::take(self) {
            Self::Prompt(input) => Some(input),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Goes back to the view, and returns the question.
    pub(super) fn take_dialog(&mut self) -> Option<Box<Dialog>> {
        match std::mem::take(self) {
            Self::Question(dialog) => Some(dialog),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Goes back to the view, and returns the keys that were held for it.
    pub(super) fn take_held(&mut self) -> Vec<KeyEvent> {
        match std::mem::take(self) {
            Self::Waiting(held) => held,
            other => {
                *self = other;
                Vec::new()
            }
        }
    }
}
