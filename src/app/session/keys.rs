//! Encodes keys, pastes and mouse events as a terminal (xterm) sends them to a program.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// The bytes of a key; empty for keys that terminals do not send.
pub fn key(event: KeyEvent, application: bool) -> Vec<u8> {
    let held = held(event.modifiers);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    match event.code {
        KeyCode::Char(c) => character(c, event.modifiers),
        KeyCode::Enter => led(alt, "\r"),
        KeyCode::Tab => led(alt, "\t"),
        KeyCode::BackTab => b"\x1b[Z".to_vec(),
        KeyCode::Backspace => led(alt, if event.modifiers.contains(KeyModifiers::CONTROL) { "\x08" } else { "\x7f" }),
        KeyCode::Esc => led(alt, "\x1b"),
        KeyCode::Up => letter('A', held, application),
        KeyCode::Down => letter('B', held, application),
        KeyCode::Right => letter('C', held, application),
        KeyCode::Left => letter('D', held, application),
        KeyCode::Home => letter('H', held, application),
        KeyCode::End => letter('F', held, application),
        KeyCode::Insert => number(2, held),
        KeyCode::Delete => number(3, held),
        KeyCode::PageUp => number(5, held),
        KeyCode::PageDown => number(6, held),
        KeyCode::F(n @ 1..=4) => letter(char::from(b'P' + n - 1), held, true),
        KeyCode::F(n @ 5..=12) => number([15, 17, 18, 19, 20, 21, 23, 24][usize::from(n - 5)], held),
        _ => Vec::new(),
    }
}

/// xterm's parameter for modifiers: 1, plus 1 for Shift, 2 for Alt, 4 for Ctrl.
fn held(modifiers: KeyModifiers) -> u8 {
    let each = [(KeyModifiers::SHIFT, 1), (KeyModifiers::ALT, 2), (KeyModifiers::CONTROL, 4)];
    1 + each.iter().filter(|(modifier, _)| modifiers.contains(*modifier)).map(|(_, weight)| weight).sum::<u8>()
}

fn led(alt: bool, text: &str) -> Vec<u8> {
    let lead = if alt { "\x1b" } else { "" };
    format!("{lead}{text}").into_bytes()
}

fn letter(c: char, held: u8, application: bool) -> Vec<u8> {
    match (held, application) {
        (1, true) => format!("\x1bO{c}"),
        (1, false) => format!("\x1b[{c}"),
        (held, _) => format!("\x1b[1;{held}{c}"),
    }
    .into_bytes()
}

fn number(n: u8, held: u8) -> Vec<u8> {
    if held == 1 { format!("\x1b[{n}~") } else { format!("\x1b[{n};{held}~") }.into_bytes()
}

fn character(c: char, modifiers: KeyModifiers) -> Vec<u8> {
    let alt = modifiers.contains(KeyModifiers::ALT);
    let byte = match c {
        _ if !modifiers.contains(KeyModifiers::CONTROL) => None,
        'a'..='z' | 'A'..='Z' => Some(c.to_ascii_lowercase() as u8 - b'a' + 1),
        ' ' | '@' | '2' => Some(0),
        '[' | '3' => Some(0x1b),
        '\\' | '4' => Some(0x1c),
        ']' | '5' => Some(0x1d),
        '^' | '6' => Some(0x1e),
        '_' | '/' | '7' | '-' => Some(0x1f),
        '?' | '8' => Some(0x7f),
        _ => None,
    };
    match byte {
        Some(byte) => led(alt, char::from(byte).encode_utf8(&mut [0; 4])),
        None => led(alt, c.encode_utf8(&mut [0; 4])),
    }
}

/// A pasted text. It is marked as such if the program asked for marks. A mark for its end within the text is removed.
pub fn paste(text: &str, bracketed: bool) -> Vec<u8> {
    let text = text.replace("\r\n", "\r").replace('\n', "\r");
    match bracketed {
        true => format!("\x1b[200~{}\x1b[201~", text.replace("\x1b[201~", "")).into_bytes(),
        false => text.into_bytes(),
    }
}

/// A mouse event at a cell of the program's screen, in SGR encoding (xterm's 1006).
pub fn mouse(event: MouseEvent, column: u16, row: u16) -> Vec<u8> {
    let button = |button| match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
    };
    let (code, end) = match event.kind {
        MouseEventKind::Down(which) => (button(which), 'M'),
        MouseEventKind::Up(which) => (button(which), 'm'),
        MouseEventKind::Drag(which) => (32 + button(which), 'M'),
        MouseEventKind::Moved => (35, 'M'),
        MouseEventKind::ScrollUp => (64, 'M'),
        MouseEventKind::ScrollDown => (65, 'M'),
        MouseEventKind::ScrollLeft => (66, 'M'),
        MouseEventKind::ScrollRight => (67, 'M'),
    };
    let code = code + (held(event.modifiers) - 1) * 4;
    format!("\x1b[<{code};{};{}{end}", column + 1, row + 1).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_xterm_sends() {
        let press = |code, modifiers| key(KeyEvent::new(code, modifiers), false);
        let none = KeyModifiers::NONE;
        for (code, modifiers, bytes) in [
            (KeyCode::Char('ä'), none, "ä"),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, "\x03"),
            (KeyCode::Char(']'), KeyModifiers::CONTROL, "\x1d"),
            (KeyCode::Char('5'), KeyModifiers::CONTROL, "\x1d"),
            (KeyCode::Char('x'), KeyModifiers::ALT, "\x1bx"),
            (KeyCode::Char('x'), KeyModifiers::ALT | KeyModifiers::CONTROL, "\x1b\x18"),
            (KeyCode::Enter, none, "\r"),
            (KeyCode::Backspace, none, "\x7f"),
            (KeyCode::Up, none, "\x1b[A"),
            (KeyCode::Up, KeyModifiers::CONTROL, "\x1b[1;5A"),
            (KeyCode::F(1), none, "\x1bOP"),
            (KeyCode::F(5), KeyModifiers::SHIFT, "\x1b[15;2~"),
            (KeyCode::PageDown, none, "\x1b[6~"),
        ] {
            assert_eq!(press(code, modifiers), bytes.as_bytes(), "{code:?} {modifiers:?}");
        }
        assert_eq!(key(KeyEvent::from(KeyCode::Up), true), b"\x1bOA");
    }

    #[test]
    fn a_paste_cannot_end_itself() {
        assert_eq!(paste("a\r\nb\n", false), b"a\rb\r");
        assert_eq!(paste("a\x1b[201~rm\n", true), b"\x1b[200~arm\r\x1b[201~");
    }
}
