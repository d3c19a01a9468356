//! A regular expression that is searched in the texts of a row.

use std::ops::Range;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::needle::{FIGURES, Needle};
use super::wrong::Wrong;

/// The size limit of a compiled pattern, in bytes.
const LARGEST: usize = 1 << 20;

#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    /// Whether a match needs a character that no written number has. Most patterns are words and most cells are
    /// numbers, and writing numbers takes longer than everything else.
    wordy: bool,
    /// A text that every matching ASCII text contains. Finding it takes less time than matching.
    needle: Option<Needle>,
}

impl Pattern {
    pub fn new(pattern: &str) -> Result<Self, Wrong> {
        let regex = regex(pattern)?;
        let hir = regex_syntax::parse(pattern).ok();
        let wordy = hir.as_ref().is_some_and(is_wordy);
        let needle = hir.as_ref().and_then(literal).map(|text| Needle::new(&text));
        Ok(Self { regex, wordy, needle })
    }

    pub fn is_wordy(&self) -> bool {
        self.wordy
    }

    pub fn is_match(&self, text: &str) -> bool {
        // If case is ignored, a non-ASCII character may match an ASCII letter.
        let lacks = |needle: &Needle| needle.find(text, 0).is_none() && text.is_ascii();
        !self.needle.as_ref().is_some_and(lacks) && self.regex.is_match(text)
    }

    pub fn find_all(&self, text: &str) -> impl Iterator<Item = Range<usize>> {
        self.regex.find_iter(text).map(|found| found.range())
    }
}

/// Compiles a pattern that ignores case. The error says what is wrong, and where.
pub fn regex(pattern: &str) -> Result<Regex, Wrong> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST).build().map_err(|_| {
        let (range, why) = match regex_syntax::parse(pattern) {
            Err(regex_syntax::Error::Parse(error)) => (places(error.span()), error.kind().to_string()),
            Err(regex_syntax::Error::Translate(error)) => (places(error.span()), error.kind().to_string()),
            _ => (0..pattern.len(), "it is too large".to_owned()),
        };
        Wrong::new(range, format!("'{pattern}' is not a regular expression: {why}. Quote it to search for it as text"))
    })
}

fn places(span: &regex_syntax::ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

/// The longest ASCII text that every match contains.
fn literal(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) if literal.0.is_ascii() => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Capture(capture) => literal(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => literal(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(literal).max_by_key(String::len),
        _ => None,
    }
}

/// Whether every match contains a character that no number has. False if that is unknown.
fn is_wordy(hir: &Hir) -> bool {
    match hir.kind() {
        // If case is ignored, a non-ASCII character may match an ASCII letter.
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
    fn what_stands_in_every_match_is_looked_for_first() {
        for (pattern, needle) in [
            ("web-[0-3].*a", Some("web-")),
            ("^(Cart)+x?$", Some("cart")),
            ("a|b", None),
            ("x*", None),
            ("[ab]c", Some("c")),
        ] {
            let found = Pattern::new(pattern).ok().and_then(|pattern| pattern.needle);
            assert_eq!(found.as_ref().map(Needle::text), needle, "{pattern}");
        }
        let kelvin = Pattern::new("5k.").map(|pattern| pattern.is_match("5\u{212a}!"));
        assert_eq!(kelvin.ok(), Some(true));
    }

    #[test]
    fn patterns_that_need_a_word_are_known() {
        for (pattern, wordy) in [
            ("web-[0-3].*a", true),
            ("^Web", true),
            ("(web|cart)-1", true),
            ("(web|1)-1", false),
            ("w?1", false),
            ("[q-r]+", true),
            ("[o-r]+", false),
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
