//! One key, as people write it and as terminals send it.

use serde::{Deserialize, Serialize};

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key with its modifiers, in a normal form: capitals have no shift, and letters with Ctrl are lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

static NAMES: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("space", KeyCode::Char(' ')),
];

static MODIFIERS: &[(&str, KeyModifiers)] =
    &[("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];

impl Key {
    /// The key that leaves a chord and closes what is over the view, in every key map.
    pub const ESC: Self = Self { code: KeyCode::Esc, modifiers: KeyModifiers::NONE };
    pub const ENTER: Self = Self { code: KeyCode::Enter, modifiers: KeyModifiers::NONE };

    /// Reads `x`, `X`, `shift-x`, `ctrl-x`, `alt-x`, `f5`, `enter`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (mut modifiers, mut rest) = (KeyModifiers::NONE, text);
        while let Some((modifier, after)) = modifier(rest) {
            (modifiers, rest) = (modifiers | modifier, after);
        }
        let code = code(rest)?;
        // The sign that Shift makes of a digit depends on the keyboard, so the sign itself has to be written.
        let is_sign = matches!(code, KeyCode::Char(c) if !c.is_alphabetic());
        let shift_only = modifiers.contains(KeyModifiers::SHIFT) && !modifiers.contains(KeyModifiers::CONTROL);
        (!(is_sign && shift_only)).then(|| Self::normal(code, modifiers))
    }

    /// Terminals without an extended protocol send Ctrl-\ ] ^ _ as Ctrl-4 to Ctrl-7, and Ctrl-Space as Ctrl-@ or
    /// Ctrl-2. Shift with a letter may arrive as a capital, as Shift, or as both.
    fn normal(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let control = modifiers.contains(KeyModifiers::CONTROL);
        let (code, modifiers) = match code {
            KeyCode::Char('\0') => (KeyCode::Char(' '), modifiers | KeyModifiers::CONTROL),
            KeyCode::Char('4') if control => (KeyCode::Char('\\'), modifiers),
            KeyCode::Char('5') if control => (KeyCode::Char(']'), modifiers),
            KeyCode::Char('6') if control => (KeyCode::Char('^'), modifiers),
            KeyCode::Char('7') if control => (KeyCode::Char('_'), modifiers),
            KeyCode::Char('2' | '@') if control => (KeyCode::Char(' '), modifiers),
            KeyCode::Char(c) if control => (KeyCode::Char(c.to_ascii_lowercase()), modifiers),
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::SHIFT) => {
                (KeyCode::Char(capital(c)), modifiers.difference(KeyModifiers::SHIFT))
            }
            KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => (KeyCode::BackTab, modifiers),
            code => (code, modifiers),
        };
        let modifiers = if code == KeyCode::BackTab { modifiers.difference(KeyModifiers::SHIFT) } else { modifiers };
        Self { code, modifiers }
    }
}

/// Writes the form that [`Key::parse`] reads.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, _) in MODIFIERS.iter().filter(|(_, modifier)| self.modifiers.contains(*modifier)) {
            f.write_str(name)?;
        }
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(c)) => write!(f, "{c}"),
            (None, KeyCode::F(n)) => write!(f, "f{n}"),
            (None, _) => f.write_str("?"),
        }
    }
}

/// The first modifier of a written key, and the rest.
fn modifier(text: &str) -> Option<(KeyModifiers, &str)> {
    let (name, modifier) = MODIFIERS.iter().find(|(name, _)| text.starts_with(name))?;
    Some((*modifier, &text[name.len()..])).filter(|(_, after)| !after.is_empty())
}

fn capital(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

fn code(text: &str) -> Option<KeyCode> {
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Some(*code);
    }
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_control() => Some(KeyCode::Char(c)),
        (Some('f'), Some(_)) => text[1..].parse().ok().filter(|n| (1..=12).contains(n)).map(KeyCode::F),
        _ => None,
    }
}

impl From<KeyEvent> for Key {
    fn from(event: KeyEvent) -> Self {
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        Self::normal(event.code, event.modifiers & known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
        Some(Key::from(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn what_terminals_send_is_what_maps_write() {
        let (none, shift, control) = (KeyModifiers::NONE, KeyModifiers::SHIFT, KeyModifiers::CONTROL);
        for (written, code, modifiers) in [
            ("x", KeyCode::Char('x'), none),
            ("X", KeyCode::Char('X'), shift),
            ("X", KeyCode::Char('X'), none),
            ("shift-x", KeyCode::Char('X'), shift),
            ("ctrl-\\", KeyCode::Char('4'), control),
            ("ctrl-]", KeyCode::Char('5'), control),
            ("ctrl-space", KeyCode::Char('\0'), none),
            ("ctrl-space", KeyCode::Char(' '), control),
            ("backtab", KeyCode::BackTab, shift),
            ("shift-left", KeyCode::Left, shift),
            ("f10", KeyCode::F(10), none),
            ("-", KeyCode::Char('-'), none),
            ("ctrl-c", KeyCode::Char('c'), control),
            ("ctrl--", KeyCode::Char('-'), control),
            ("?", KeyCode::Char('?'), shift),
            ("shift-é", KeyCode::Char('É'), shift),
            ("alt-ctrl-x", KeyCode::Char('x'), control | KeyModifiers::ALT),
            ("shift-ctrl-left", KeyCode::Left, control | shift),
        ] {
            assert_eq!(Key::parse(written), sent(code, modifiers), "{written}");
        }
        for written in ["", "ctrl-", "f99", "nothing", "shift-1", "shift-space"] {
            assert_eq!(Key::parse(written), None, "{written}");
        }
    }
}
