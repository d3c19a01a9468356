//! A question in the middle of the screen: what it is about, what can be chosen, and the two ways out. Keys go to
//! it before anything else; it starts on Cancel when what it asks for cannot be taken back.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::view::Line;
use super::{Effect, State};
use crate::model::{Error, Id, Result, Str};

/// What can be filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The cursor is a byte position on a character boundary.
    Text {
        text: String,
        cursor: usize,
    },
    Choice {
        options: Vec<Str>,
        chosen: usize,
    },
    Toggle(bool),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: Str,
    pub entry: Entry,
}

impl Field {
    pub fn text(name: impl Into<Str>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { name: name.into(), entry: Entry::Text { cursor: text.len(), text } }
    }

    pub fn choice(name: impl Into<Str>, options: impl IntoIterator<Item = Str>, chosen: usize) -> Self {
        Self { name: name.into(), entry: Entry::Choice { options: options.into_iter().collect(), chosen } }
    }

    pub fn toggle(name: impl Into<Str>, on: bool) -> Self {
        Self { name: name.into(), entry: Entry::Toggle(on) }
    }

    /// What it holds, in words: the text, the chosen option, `true` or `false`.
    pub fn value(&self) -> Str {
        match &self.entry {
            Entry::Text { text, .. } => Str::from(text.as_str()),
            Entry::Choice { options, chosen } => options.get(*chosen).cloned().unwrap_or_default(),
            Entry::Toggle(on) => Str::from(if *on { "true" } else { "false" }),
        }
    }
}

/// What a confirmed dialog does.
pub type Answered = fn(&mut State, &Dialog) -> Result<Vec<Effect>>;

#[derive(Clone, Debug)]
pub struct Dialog {
    pub title: String,
    pub lines: Vec<Line>,
    pub fields: Vec<Field>,
    /// The word on the button that does it.
    pub confirm: String,
    /// Cannot be taken back: the focus starts on Cancel, the button is red.
    pub risky: bool,
    /// Fields first, then Cancel, then the button.
    pub focus: usize,
    /// What it is about.
    pub ids: Vec<Id>,
    /// Whatever else `run` needs to know.
    pub word: Str,
    pub run: Answered,
    /// Why it cannot be done as filled in.
    pub problem: Option<String>,
    /// The same as a line for a shell, to copy.
    pub kubectl: String,
}

impl Dialog {
    pub fn new(title: impl Into<String>, confirm: impl Into<String>, ids: Vec<Id>, run: Answered) -> Self {
        Self {
            title: title.into(),
            lines: Vec::new(),
            fields: Vec::new(),
            confirm: confirm.into(),
            risky: false,
            focus: 0,
            ids,
            word: Str::new(),
            run,
            problem: None,
            kubectl: String::new(),
        }
    }

    pub fn field(&self, name: &str) -> Str {
        self.fields.iter().find(|field| field.name == name).map(Field::value).unwrap_or_default()
    }

    pub fn cancel_focus(&self) -> usize {
        self.fields.len()
    }

    pub fn confirm_focus(&self) -> usize {
        self.fields.len() + 1
    }

    fn step(&mut self, by: isize) {
        let stops = self.confirm_focus() as isize + 1;
        self.focus = (self.focus as isize + by).rem_euclid(stops) as usize;
    }

    fn type_key(&mut self, event: KeyEvent) {
        let Some(field) = self.fields.get_mut(self.focus) else { return };
        self.problem = None;
        match (&mut field.entry, event.code) {
            (Entry::Text { text, cursor }, code) => edit(text, cursor, code, event.modifiers),
            (Entry::Choice { options, chosen }, KeyCode::Left | KeyCode::Char('h')) => {
                *chosen = chosen.checked_sub(1).unwrap_or(options.len().saturating_sub(1));
            }
            (Entry::Choice { options, chosen }, KeyCode::Right | KeyCode::Char('l' | ' ')) => {
                *chosen = (*chosen + 1) % options.len().max(1);
            }
            (Entry::Toggle(on), KeyCode::Char(' ') | KeyCode::Left | KeyCode::Right) => *on = !*on,
            (Entry::Choice { .. } | Entry::Toggle(_), _) => {}
        }
    }
}

fn edit(text: &mut String, cursor: &mut usize, code: KeyCode, modifiers: KeyModifiers) {
    let before = text[..*cursor].chars().next_back().map_or(0, char::len_utf8);
    let after = text[*cursor..].chars().next().map_or(0, char::len_utf8);
    match code {
        KeyCode::Char('u') if modifiers.contains(KeyModifiers::CONTROL) => (*cursor, *text) = (0, String::new()),
        KeyCode::Char(c) if modifiers.difference(KeyModifiers::SHIFT).is_empty() => {
            text.insert(*cursor, c);
            *cursor += c.len_utf8();
        }
        KeyCode::Backspace => {
            *cursor -= before;
            text.drain(*cursor..*cursor + before);
        }
        KeyCode::Delete => drop(text.drain(*cursor..*cursor + after)),
        KeyCode::Left => *cursor -= before,
        KeyCode::Right => *cursor += after,
        KeyCode::Home => *cursor = 0,
        KeyCode::End => *cursor = text.len(),
        _ => {}
    }
}

impl State {
    pub fn ask(&mut self, mut dialog: Dialog) {
        dialog.focus = match (dialog.risky, dialog.fields.is_empty()) {
            (true, _) => dialog.cancel_focus(),
            (false, true) => dialog.confirm_focus(),
            (false, false) => 0,
        };
        self.dialog = Some(dialog);
        self.dirty = true;
    }

    /// A key while a question is asked.
    pub(super) fn dialog_key(&mut self, event: KeyEvent) -> Vec<Effect> {
        let Some(dialog) = &mut self.dialog else { return Vec::new() };
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Esc => self.dialog = None,
            KeyCode::Char('c') if ctrl => self.dialog = None,
            KeyCode::Tab | KeyCode::Down => dialog.step(1),
            KeyCode::BackTab | KeyCode::Up => dialog.step(-1),
            KeyCode::Left | KeyCode::Right if dialog.focus >= dialog.cancel_focus() => {
                dialog.focus = dialog.cancel_focus() + dialog.confirm_focus() - dialog.focus;
            }
            KeyCode::Enter if dialog.focus == dialog.cancel_focus() => self.dialog = None,
            KeyCode::Enter if dialog.focus == dialog.confirm_focus() || !dialog.risky => return self.confirm(),
            KeyCode::Enter => dialog.step(1),
            _ => dialog.type_key(event),
        }
        Vec::new()
    }

    /// Does what was asked; what cannot be done so is said in the dialog, which stays.
    fn confirm(&mut self) -> Vec<Effect> {
        let Some(mut dialog) = self.dialog.take() else { return Vec::new() };
        match (dialog.run)(self, &dialog) {
            Ok(effects) => effects,
            Err(Error::Invalid(problem)) => {
                dialog.problem = Some(problem);
                self.dialog = Some(dialog);
                Vec::new()
            }
            Err(error) => {
                self.complain(&error);
                Vec::new()
            }
        }
    }
}
