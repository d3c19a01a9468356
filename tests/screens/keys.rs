//! Keys by the names that key maps give them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// A key as a key map names it.
pub fn named(name: &str) -> Option<KeyEvent> {
    let (mut rest, mut modifiers) = (name, KeyModifiers::NONE);
    let words = [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];
    for (word, modifier) in words {
        if let Some(after) = rest.strip_prefix(word).filter(|after| !after.is_empty()) {
            (rest, modifiers) = (after, modifiers | modifier);
        }
    }
    let code = match rest {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "f1" => KeyCode::F(1),
        "f3" => KeyCode::F(3),
        _ => KeyCode::Char(rest.chars().next().filter(|_| rest.chars().count() == 1)?),
    };
    Some(KeyEvent::new(code, modifiers))
}
