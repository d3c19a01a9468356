//! The latest log lines of one answer. Each line has a number that never changes.

use std::collections::VecDeque;

use crate::model::{LogLine, Str, Time};

/// The most lines that are kept. The oldest are dropped first.
const LINES: usize = 200_000;
const BYTES: usize = 64 << 20;
/// The number of bytes of a line besides its text.
const FRAME: usize = 64;
/// The number of seconds over which the speed is computed.
const SPAN: i64 = 5;

#[derive(Debug, Default)]
pub struct Logbook {
    lines: VecDeque<LogLine>,
    /// The number of the oldest line that is kept.
    first: u64,
    bytes: usize,
    dropped: u64,
    /// The sources of the lines, in the order in which they first appeared.
    sources: Vec<Str>,
    /// The number of lines that arrived in each second.
    arrived: VecDeque<(i64, u32)>,
    /// Whether the log is being read again. The old lines stay until the first new line arrives.
    stale: bool,
}

impl Logbook {
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The number of bytes of all lines.
    pub fn held(&self) -> usize {
        self.bytes
    }

    pub fn first(&self) -> u64 {
        self.first
    }

    /// The number after that of the newest line.
    pub fn end(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    pub fn sources(&self) -> &[Str] {
        &self.sources
    }

    pub fn line(&self, number: u64) -> Option<&LogLine> {
        self.lines.get(number.checked_sub(self.first)? as usize)
    }

    /// Notes that the log is read again from its start.
    pub fn reset(&mut self) {
        self.stale = true;
    }

    pub fn clear(&mut self) {
        self.first = self.end();
        self.lines.clear();
        self.bytes = 0;
        self.dropped = 0;
    }

    /// Takes in lines. Lines of the log so far (`live` is false) do not count for the speed.
    pub fn take(&mut self, lines: Vec<LogLine>, live: bool, now: Time) {
        if std::mem::take(&mut self.stale) {
            self.clear();
            self.sources.clear();
        }
        if live {
            self.count(lines.len() as u32, now);
        }
        lines.into_iter().for_each(|line| self.push(line));
    }

    pub fn push(&mut self, line: LogLine) {
        let known = line.from.is_empty() || self.lines.back().is_some_and(|last| last.from == line.from);
        if !known && !self.sources.contains(&line.from) {
            self.sources.push(line.from.clone());
        }
        self.bytes += line.text.len() + FRAME;
        self.lines.push_back(line);
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(old) = self.lines.pop_front() else { return };
            self.bytes -= old.text.len() + FRAME;
            self.first += 1;
            self.dropped += 1;
        }
    }

    fn count(&mut self, lines: u32, now: Time) {
        let second = now.0.div_euclid(1000);
        match self.arrived.back_mut() {
            Some((last, count)) if *last == second => *count += lines,
            _ => self.arrived.push_back((second, lines)),
        }
        while self.arrived.front().is_some_and(|(oldest, _)| *oldest < second - SPAN) {
            self.arrived.pop_front();
        }
    }

    /// The number of lines in a second, over the last whole seconds.
    pub fn speed(&self, now: Time) -> u32 {
        let second = now.0.div_euclid(1000);
        let recent = self.arrived.iter().filter(|(at, _)| (second - SPAN..second).contains(at));
        recent.map(|(_, count)| count).sum::<u32>().div_ceil(SPAN as u32)
    }

    /// The next moment at which the speed changes if no line arrives.
    pub fn wake(&self, now: Time) -> Option<Time> {
        let second = now.0.div_euclid(1000);
        let recent = self.arrived.back().is_some_and(|(at, _)| second - at <= SPAN);
        recent.then(|| Time::from_secs(second + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> LogLine {
        LogLine { time: 1, from: "web/app".into(), text: text.into(), mark: false }
    }

    #[test]
    fn the_oldest_go_and_are_counted() {
        let mut book = Logbook::default();
        (0..LINES + 3).for_each(|i| book.push(line(&i.to_string())));
        assert_eq!((book.len(), book.dropped(), book.first()), (LINES, 3, 3));
        assert_eq!(book.line(2), None);
        assert_eq!(book.line(3).map(|line| line.text.as_str()), Some("3"));
    }

    #[test]
    fn long_lines_are_bounded_by_their_size() {
        let mut book = Logbook::default();
        let long = "x".repeat(1 << 20);
        (0..70).for_each(|_| book.push(line(&long)));
        assert_eq!((book.len(), book.dropped()), (63, 7));
    }

    #[test]
    fn a_new_reading_takes_the_place_of_the_old_one() {
        let mut book = Logbook::default();
        book.take(vec![line("old")], false, Time(0));
        book.reset();
        assert_eq!(book.len(), 1);
        book.take(vec![line("new")], false, Time(0));
        assert_eq!(book.line(1).map(|line| line.text.as_str()), Some("new"));
        assert_eq!((book.len(), book.dropped()), (1, 0));
    }

    #[test]
    fn the_speed_is_that_of_the_last_seconds() {
        let mut book = Logbook::default();
        book.take(vec![line("a"); 50], true, Time(1000));
        assert_eq!(book.speed(Time(2500)), 10);
        assert_eq!(book.speed(Time(7500)), 0);
        assert_eq!(book.wake(Time(2500)), Some(Time(3000)));
        assert_eq!(book.wake(Time(9500)), None);
    }
}
