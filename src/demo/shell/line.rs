//! The line that is typed at a prompt. As in a terminal, it can be edited, and the arrows go through earlier lines.

/// The longest line that a terminal takes.
const LONGEST: usize = 4096;

#[derive(Debug)]
pub struct LineEditor {
    /// Whether a terminal is on the other side. Without one nothing is echoed and nothing is edited.
    pub tty: bool,
    line: Vec<u8>,
    history: Vec<String>,
    /// The position of the arrows in the history; its length if they are nowhere.
    back: usize,
    /// Bytes of an escape sequence so far.
    escape: Vec<u8>,
}

/// What a byte means to the shell.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    Nothing,
    /// A whole line.
    Line(String),
    /// The line was given up.
    Interrupt,
    /// The end of the input.
    End,
    /// The screen was cleared; the prompt is missing.
    Clear,
}

impl LineEditor {
    pub fn new(tty: bool) -> Self {
        Self { tty, line: Vec::new(), history: Vec::new(), back: 0, escape: Vec::new() }
    }

    pub fn line(&self) -> &[u8] {
        &self.line
    }

    pub fn key(&mut self, byte: u8, out: &mut Vec<u8>) -> Typed {
        if !self.escape.is_empty() {
            self.sequence(byte, out);
            return Typed::Nothing;
        }
        match byte {
            b'\r' | b'\n' => return Typed::Line(self.enter(out)),
            0x1b if self.tty => self.escape.push(byte),
            0x7f | 0x08 if self.tty => self.rub_out(out),
            0x03 if self.tty => {
                self.line.clear();
                return Typed::Interrupt;
            }
            0x04 if self.line.is_empty() => return Typed::End,
            0x15 if self.tty => self.rub_out_while(out, |_| true),
            0x17 if self.tty => {
                self.rub_out_while(out, |last| last == b' ');
                self.rub_out_while(out, |last| last != b' ');
            }
            0x0c if self.tty => {
                out.extend_from_slice(b"\x1b[H\x1b[2J");
                return Typed::Clear;
            }
            0..0x20 => {}
            byte if self.line.len() < LONGEST => {
                self.line.push(byte);
                self.echo(&[byte], out);
            }
            _ => self.echo(b"\x07", out),
        }
        Typed::Nothing
    }

    pub fn echo(&self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.tty {
            out.extend_from_slice(bytes);
        }
    }

    /// The arrows go through the history. Other sequences mean nothing here.
    fn sequence(&mut self, byte: u8, out: &mut Vec<u8>) {
        self.escape.push(byte);
        let begun = self.escape.len() == 2 && (byte == b'[' || byte == b'O');
        if begun || !(0x40..0x7f).contains(&byte) && self.escape.len() < 16 {
            return;
        }
        match self.escape.as_slice() {
            [_, _, b'A'] => self.recall(self.back.saturating_sub(1), out),
            [_, _, b'B'] => self.recall((self.back + 1).min(self.history.len()), out),
            _ => {}
        }
        self.escape.clear();
    }

    fn recall(&mut self, place: usize, out: &mut Vec<u8>) {
        self.rub_out_while(out, |_| true);
        self.back = place;
        self.line = self.history.get(place).cloned().unwrap_or_default().into_bytes();
        self.echo(&self.line, out);
    }

    fn rub_out_while(&mut self, out: &mut Vec<u8>, is_meant: impl Fn(u8) -> bool) {
        while self.line.last().is_some_and(|last| is_meant(*last)) {
            self.rub_out(out);
        }
    }

    /// Takes the last character away, which may be several bytes long.
    fn rub_out(&mut self, out: &mut Vec<u8>) {
        while self.line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
        self.echo(b"\x08 \x08", out);
        if self.line.is_empty() && out.is_empty() {
            self.echo(b"\x07", out);
        }
    }

    fn enter(&mut self, out: &mut Vec<u8>) -> String {
        self.echo(b"\r\n", out);
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
        if !line.trim().is_empty() && self.history.last() != Some(&line) {
            self.history.push(line.clone());
        }
        self.back = self.history.len();
        line
    }
}
