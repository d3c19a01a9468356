//! The screen of a session's program. Its output becomes cells, and its questions to the terminal are answered. Titles,
//! the clipboard and everything else beyond the screen are ignored.

use vt100::{Callbacks, Parser};

/// The number of lines to which one can scroll back.
const SCROLLBACK: usize = 10_000;
/// The size until the real one is known: rows and columns.
const SIZE: (u16, u16) = (24, 80);

pub struct Screen {
    parser: Parser<Answers>,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rows, cols) = self.parser.screen().size();
        write!(f, "Screen({cols}x{rows})")
    }
}

impl Default for Screen {
    fn default() -> Self {
        Self { parser: Parser::new_with_callbacks(SIZE.0, SIZE.1, SCROLLBACK, Answers::default()) }
    }
}

impl Screen {
    /// Takes in output, and returns answers for the program.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.parser.process(bytes);
        std::mem::take(&mut self.parser.callbacks_mut().said)
    }

    /// Sets the size in columns and rows. True if it changed.
    pub fn fit(&mut self, (cols, rows): (u16, u16)) -> bool {
        let wanted = (rows.max(1), cols.max(1));
        let changed = self.parser.screen().size() != wanted;
        if changed {
            self.parser.screen_mut().set_size(wanted.0, wanted.1);
        }
        changed
    }

    pub fn cells(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Scrolls by lines; a positive number scrolls back. Returns how far the screen is scrolled back.
    pub fn scroll(&mut self, lines: isize) -> usize {
        let screen = self.parser.screen_mut();
        screen.set_scrollback(screen.scrollback().saturating_add_signed(lines));
        screen.scrollback()
    }

    pub fn to_end(&mut self) {
        self.parser.screen_mut().set_scrollback(0);
    }
}

/// The answers to questions of the program.
#[derive(Default)]
struct Answers {
    said: Vec<u8>,
}

impl Answers {
    fn say(&mut self, text: &str) {
        // The most bytes of pending answers. A program that only asks gets no more than it can read at once.
        const MOST: usize = 4096;
        if self.said.len() < MOST {
            self.said.extend_from_slice(text.as_bytes());
        }
    }
}

impl Callbacks for Answers {
    /// Answers questions of ECMA-48 and xterm: status and cursor reports, device attributes (a VT220 with colours),
    /// modes.
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        mark: Option<u8>,
        end: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        let first = params.first().and_then(|param| param.first()).copied().unwrap_or(0);
        let (row, col) = screen.cursor_position();
        match (mark, end, first, c) {
            (None, None, 5, 'n') => self.say("\x1b[0n"),
            (None, None, 6, 'n') => self.say(&format!("\x1b[{};{}R", row + 1, col + 1)),
            (Some(b'?'), None, 6, 'n') => self.say(&format!("\x1b[?{};{}R", row + 1, col + 1)),
            (None, None, 0, 'c') => self.say("\x1b[?62;22c"),
            (Some(b'>'), None, 0, 'c') => self.say("\x1b[>1;10;0c"),
            (Some(b'?'), Some(b'$'), mode, 'p') => self.say(&format!("\x1b[?{mode};0$y")),
            _ => {}
        }
    }

    /// Answers the question for the colours of text and background, by which programs choose their own.
    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        match params {
            [b"10", b"?", ..] => self.say("\x1b]10;rgb:dddd/dddd/dddd\x1b\\"),
            [b"11", b"?", ..] => self.say("\x1b]11;rgb:0000/0000/0000\x1b\\"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_answered_and_nothing_else_leaves() {
        let mut screen = Screen::default();
        assert_eq!(screen.take(b"ab\x1b[6n"), b"\x1b[1;3R");
        assert_eq!(screen.take(b"\x1b[c\x1b[5n"), b"\x1b[?62;22c\x1b[0n");
        assert_eq!(screen.take(b"\x1b[>c"), b"\x1b[>1;10;0c");
        assert!(screen.take(b"\x1b]11;?\x07").starts_with(b"\x1b]11;rgb:"));
        assert_eq!(screen.take(b"\x1b]52;c;aGk=\x07\x1b]0;title\x07\x1b[8;1;1t"), b"");
    }

    #[test]
    fn the_size_changes_only_when_it_does() {
        let mut screen = Screen::default();
        assert!(screen.fit((100, 30)) && !screen.fit((100, 30)));
        assert!(screen.fit((0, 0)));
        assert_eq!(screen.cells().size(), (1, 1));
    }

    #[test]
    fn one_scrolls_back_as_far_as_there_are_lines() {
        let mut screen = Screen::default();
        (0..100).for_each(|i| drop(screen.take(format!("line {i}\r\n").as_bytes())));
        assert_eq!(screen.scroll(1000), 77);
        assert!(screen.cells().contents().starts_with("line 0\n"));
        screen.to_end();
        assert_eq!(screen.scroll(0), 0);
    }
}
