//! A regular expression that is looked for in the texts of a row.

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::needle::FIGURES;
use super::wrong::Wrong;

/// A pattern that needs more than this is refused.
const LARGEST: usize = 1 << 20;

#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    /// It needs a character that no written number has: most texts are words, most cells are numbers, and writing
    /// numbers takes longer than all the rest.
    wordy: bool,
}

impl Pattern {
    pub fn new(pattern: &str) -> Result<Self, Wrong> {
        let regex = regex(pattern)?;
        let wordy = regex_syntax::parse(pattern).is_ok_and(|hir| is_wordy(&hir));
        Ok(Self { regex, wordy })
    }

    pub fn is_wordy(&self) -> bool {
        self.wordy
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    pub fn find_all(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.regex.find_iter(text).map(|found| found.range())
    }
}

/// Ignores case; says in words what is wrong, and where in the pattern.
pub fn regex(pattern: &str) -> Result<Regex, Wrong> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST).build().map_err(|_| {
        let (range, why) = match regex_syntax::parse(pattern) {
            Err(regex_syntax::Error::Parse(error)) => (places(error.span()), error.kind().to_string()),
            Err(regex_syntax::Error::Translate(error)) => (places(error.span()), error.kind().to_string()),
            _ => (0..pattern.len(), "it is too large".to_owned()),
        };
        Wrong::new(range, format!("'{pattern}' is no regular expression: {why}. Quotes look for it as text"))
    })
}

fn places(span: &regex_syntax::ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

/// Whether every text that matches has a character that no number has; what cannot be told is false.
fn is_wordy(hir: &Hir) -> bool {
    match hir.kind() {
        // Others than ASCII may stand for a letter of ASCII where case is ignored.
        HirKind::Literal(literal) => {
            literal.0.iter().any(|byte| byte.is_ascii() && !FIGURES.contains(&byte.to_ascii_lowercase()))
        }
        HirKind::Class(class) => !may_be_figure(class),
        HirKind::Repetition(repetition) => repetition.min > 0 && is_wordy(&repetition.sub),
        HirKind::Capture(capture) => is_wordy(&capture.sub),
        HirKind::Concat(parts) => parts.iter().any(is_wordy),
        HirKind::Alternation(parts) => parts.iter().all(is_wordy),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

fn may_be_figure(class: &Class) -> bool {
    let held = |byte: &u8| match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| {
            let has = |byte: u8| (range.start()..=range.end()).contains(&char::from(byte));
            has(*byte) || has(byte.to_ascii_uppercase())
        }),
        Class::Bytes(_) => true,
    };
    FIGURES.iter().any(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_need_a_word_are_known() {
        for (pattern, wordy) in [
            ("web-[0-3].*a", true),
            ("^Web", true),
            ("(web|cart)-1", true),
            ("(web|1)-1", false),
            ("w?1", false),
            ("[o-r]+", true),
            ("[^w]", false),
            ("1/2", false),
            ("64Mi", false),
            (".*", false),
            ("w{2}", true),
            ("$", false),
            ("ſ", false),
        ] {
            assert_eq!(Pattern::new(pattern).map(|pattern| pattern.is_wordy()).ok(), Some(wordy), "{pattern}");
        }
    }
}
