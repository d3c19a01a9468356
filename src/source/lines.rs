//! Cuts the bytes of a log into lines, each with the time that the server gave it.

use bytes::Bytes;

use super::out::Out;
use crate::model::{Delta, LogLine, Str};

/// The most lines of one delta.
const BATCH: usize = 512;
/// The most bytes of one line that are kept.
const LONGEST: usize = 1 << 20;

/// Sends lines, at most [`BATCH`] in one delta.
pub fn say(lines: Vec<LogLine>, out: &mut Out) {
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        out.say(Delta::Lines(lines.by_ref().take(BATCH).collect()));
    }
}

/// Cuts bytes into lines. The start of a line waits here for its end.
pub struct Lines {
    from: Str,
    rest: Vec<u8>,
    /// The number of bytes of the present line that were dropped because it is too long.
    over: usize,
}

impl Lines {
    pub fn new(from: Str) -> Self {
        Self { from, rest: Vec::new(), over: 0 }
    }

    /// Takes in one piece of a body, or its end. Returns `None` for a piece, `Some(true)` if the body has ended, and
    /// `Some(false)` if it broke off. After a body that broke off, a half line must be read again from its start.
    pub fn take_in<E>(&mut self, piece: Result<Option<Bytes>, E>, out: &mut Vec<LogLine>) -> Option<bool> {
        match piece {
            Ok(Some(bytes)) => {
                self.feed(&bytes, out);
                None
            }
            Ok(None) => Some(true),
            Err(_) => Some(false),
        }
    }

    pub fn feed(&mut self, mut bytes: &[u8], out: &mut Vec<LogLine>) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.take(&bytes[..end]);
            out.push(self.line());
            bytes = &bytes[end + 1..];
        }
        self.take(bytes);
    }

    /// Adds the last line, if it has no line end.
    pub fn finish(&mut self, out: &mut Vec<LogLine>) {
        if !self.rest.is_empty() {
            out.push(self.line());
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.rest.len()).min(bytes.len());
        self.rest.extend_from_slice(&bytes[..room]);
        self.over += bytes.len() - room;
    }

    fn line(&mut self) -> LogLine {
        let whole = String::from_utf8_lossy(&self.rest);
        let whole = whole.strip_suffix('\r').unwrap_or(&whole);
        let (time, text) = match whole.split_once(' ').map_or((whole, ""), |parts| parts) {
            (stamp, text) if stamp.ends_with('Z') || stamp.contains('+') => match nanos(stamp) {
                Some(time) => (time, text),
                None => (0, whole),
            },
            _ => (0, whole),
        };
        let text = match self.over {
            0 => Str::from(text),
            over => arcstr::format!("{text} … {over} bytes more"),
        };
        self.rest.clear();
        self.rest.shrink_to(64 << 10);
        self.over = 0;
        LogLine { time, from: self.from.clone(), text, mark: false }
    }
}

/// RFC 3339 as nanoseconds since 1970.
fn nanos(stamp: &str) -> Option<i64> {
    i64::try_from(stamp.parse::<jiff::Timestamp>().ok()?.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(pieces: &[&[u8]]) -> Vec<(i64, String)> {
        let (mut lines, mut out) = (Lines::new("web/app".into()), Vec::new());
        pieces.iter().for_each(|piece| lines.feed(piece, &mut out));
        lines.finish(&mut out);
        out.into_iter().map(|line| (line.time, line.text.to_string())).collect()
    }

    #[test]
    fn lines_are_cut_wherever_the_chunks_end() {
        let whole: &[u8] = b"1970-01-01T00:00:01.000000002Z one\n1970-01-01T00:00:02Z \nno stamp\n";
        let expected = [(1_000_000_002, "one".to_owned()), (2_000_000_000, String::new()), (0, "no stamp".to_owned())];
        for at in 0..whole.len() {
            assert_eq!(cut(&[&whole[..at], &whole[at..]]), expected, "cut at {at}");
        }
    }

    #[test]
    fn a_line_without_end_is_cut_and_says_so() {
        let long = vec![b'x'; LONGEST + 7];
        let lines = cut(&[&long, b"\nnext\n"]);
        assert_eq!(lines[0].1.len(), LONGEST + " … 7 bytes more".len());
        assert_eq!(lines[1].1, "next");
    }
}
