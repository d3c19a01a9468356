//! Which lines match: a regular expression and the numbers of its hits, kept while lines come and go.

use std::collections::VecDeque;

use regex::{Regex, RegexBuilder};

use super::plain;
use crate::app::logbook::Logbook;
use crate::model::{Error, LogLine, Result};

/// Bytes of lines that one line of the budget stands for: long lines cost more.
const COST: usize = 256;

#[derive(Debug)]
pub struct Sieve {
    pub text: String,
    pub regex: Regex,
    /// The lines that do not match are wanted.
    pub inverse: bool,
    hits: VecDeque<u64>,
    /// The number of the first line that was not looked at.
    seen: u64,
}

impl Sieve {
    /// `None` for an empty text, which is no filter.
    pub fn parse(text: &str) -> Result<Option<Self>> {
        let (inverse, pattern) = text.strip_prefix('!').map_or((false, text), |pattern| (true, pattern));
        if pattern.is_empty() {
            return Ok(None);
        }
        let regex = RegexBuilder::new(pattern).case_insensitive(true).size_limit(1 << 20).build();
        let wrong = |_| Error::Invalid(format!("'{pattern}' is not a regular expression; escape ( [ * + ? with \\"));
        let regex = regex.map_err(wrong)?;
        Ok(Some(Self { text: text.to_owned(), regex, inverse, hits: VecDeque::new(), seen: 0 }))
    }

    pub fn hits(&self) -> &VecDeque<u64> {
        &self.hits
    }

    pub fn begin(&mut self) {
        self.hits.clear();
        self.seen = 0;
    }

    pub fn matches(&self, line: &LogLine) -> bool {
        self.regex.is_match(&plain(line)) != self.inverse
    }

    /// Looks at new lines, and forgets those that are gone. True when all were seen.
    pub fn scan(&mut self, book: &Logbook, budget: usize) -> bool {
        let gone = self.hits.partition_point(|hit| *hit < book.first());
        self.hits.drain(..gone);
        self.seen = self.seen.max(book.first());
        let mut left = budget;
        while let Some(line) = book.line(self.seen).filter(|_| left > 0) {
            left = left.saturating_sub(1 + line.text.len() / COST);
            if self.matches(line) {
                self.hits.push_back(self.seen);
            }
            self.seen += 1;
        }
        self.seen >= book.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(texts: &[&str]) -> Logbook {
        let mut book = Logbook::default();
        let line = |text: &&str| LogLine { time: 1, from: "a/b".into(), text: (*text).into(), mark: false };
        texts.iter().map(line).for_each(|line| book.push(line));
        book
    }

    #[test]
    fn lines_are_sifted_in_slices() {
        let mut book = book(&["an error", "fine", "\u{1b}[31mErr\u{1b}[0mor", "fine"]);
        let mut sieve = Sieve::parse("error").unwrap().unwrap();
        assert!(!sieve.scan(&book, 2));
        assert_eq!(sieve.hits(), &[0]);
        assert!(sieve.scan(&book, 2));
        assert_eq!(sieve.hits(), &[0, 2]);
        book.clear();
        assert!(sieve.scan(&book, 2));
        assert!(sieve.hits().is_empty());
    }

    #[test]
    fn what_is_after_an_exclamation_mark_must_not_match() {
        let mut sieve = Sieve::parse("!fine").unwrap().unwrap();
        assert!(sieve.scan(&book(&["an error", "fine"]), 9));
        assert_eq!(sieve.hits(), &[0]);
        assert!(Sieve::parse("!").unwrap().is_none());
        assert!(Sieve::parse("(").is_err());
    }
}
