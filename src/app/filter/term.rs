//! One term, and how it looks at a row.

use std::cell::RefCell;
use std::ops::Range;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use regex::{Regex, RegexBuilder};

use super::compare::{Comparison, same_title};
use super::selector::Selector;
use crate::app::view::{Field, Shown, short_name};
use crate::model::{Cell, Error, Object, Result, Time};

/// A pattern that needs more than this is refused.
const LARGEST: usize = 1 << 20;

#[derive(Clone, Debug)]
pub enum Term {
    /// Lower-case ASCII.
    Text(String),
    Regex(Regex),
    Fuzzy(Pattern),
    Labels(Selector),
    Column(Comparison),
    Not(Box<Term>),
}

pub struct Row<'a> {
    pub object: &'a Object,
    pub lent: Option<&'a Object>,
    pub columns: &'a [Shown],
    pub now: Time,
}

thread_local! {
    /// Reused for every row: a filter looks at a hundred thousand of them while a key is typed.
    static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
    static MATCHER: RefCell<Matcher> = RefCell::new(Matcher::new(Config::DEFAULT.match_paths()));
}

/// Ignores case; says in words what is wrong.
pub fn regex(pattern: &str) -> Result<Regex> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(LARGEST).build().map_err(|error| {
        let error = error.to_string();
        let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Error::Invalid(format!("'{pattern}' is no regular expression: {why}. Quotes look for it as text"))
    })
}

impl Term {
    pub fn fuzzy(text: &str) -> Self {
        Self::Fuzzy(Pattern::new(text, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy))
    }

    /// `None` when the row does not match.
    pub fn score(&self, row: &Row<'_>) -> Option<u16> {
        let matches = match self {
            Self::Fuzzy(pattern) => return fuzzy_score(pattern, row.object),
            Self::Text(needle) => row.any(|text| find(text, needle, 0).is_some()),
            Self::Regex(pattern) => row.any(|text| pattern.is_match(text)),
            Self::Labels(selector) => selector.admits(&row.object.labels),
            Self::Column(comparison) => row.compare(comparison),
            Self::Not(term) => term.score(row).is_none(),
        };
        matches.then_some(0)
    }

    pub fn compares(&self, title: &str) -> bool {
        match self {
            Self::Column(comparison) => same_title(title, &comparison.title),
            Self::Not(term) => term.compares(title),
            Self::Text(_) | Self::Regex(_) | Self::Fuzzy(_) | Self::Labels(_) => false,
        }
    }

    pub fn highlight(&self, text: &str, out: &mut Vec<Range<usize>>) {
        match self {
            Self::Text(needle) => {
                let mut from = 0;
                while let Some(at) = find(text, needle, from) {
                    from = at + needle.len();
                    out.push(at..from);
                }
            }
            Self::Regex(pattern) => out.extend(pattern.find_iter(text).map(|found| found.range())),
            Self::Fuzzy(pattern) if text.is_ascii() => {
                let mut places = Vec::new();
                let ascii = Utf32Str::Ascii(text.as_bytes());
                MATCHER.with_borrow_mut(|matcher| pattern.indices(ascii, matcher, &mut places));
                out.extend(places.into_iter().map(|at| at as usize..at as usize + 1));
            }
            Self::Fuzzy(_) | Self::Labels(_) | Self::Column(_) | Self::Not(_) => {}
        }
    }
}

impl Row<'_> {
    /// Whether the text of any column fits; ages are left out.
    fn any(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.columns.iter().any(|shown| match shown.field {
            Field::Namespace => fits(&self.object.id.namespace),
            Field::Name => fits(short_name(&self.object.id)),
            Field::Own(_) | Field::Lent(_) => match shown.cell(self.object, self.lent) {
                Cell::None | Cell::Since(_) => false,
                Cell::Text(text) => fits(text),
                cell => BUFFER.with_borrow_mut(|buffer| {
                    buffer.clear();
                    cell.write_searchable(buffer);
                    fits(buffer)
                }),
            },
        })
    }

    fn compare(&self, comparison: &Comparison) -> bool {
        let shown = self.columns.iter().find(|shown| same_title(shown.column.title, &comparison.title));
        match (shown.map(|shown| (shown, shown.field)), comparison.title.as_str()) {
            (Some((_, Field::Namespace)), _) | (None, "NAMESPACE") => comparison.admits_text(&self.object.id.namespace),
            (Some((_, Field::Name)), _) | (None, "NAME") => comparison.admits_text(short_name(&self.object.id)),
            (Some((shown, _)), _) => BUFFER.with_borrow_mut(|buffer| {
                buffer.clear();
                comparison.admits(shown.cell(self.object, self.lent), self.now, buffer)
            }),
            (None, _) => false,
        }
    }
}

fn fuzzy_score(pattern: &Pattern, object: &Object) -> Option<u16> {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        if !object.id.namespace.is_empty() {
            buffer.push_str(&object.id.namespace);
            buffer.push('/');
        }
        buffer.push_str(&object.id.name);
        let mut wide = Vec::new();
        let text = Utf32Str::new(buffer, &mut wide);
        let score = MATCHER.with_borrow_mut(|matcher| pattern.score(text, matcher))?;
        Some(u16::try_from(score).unwrap_or(u16::MAX))
    })
}

/// Where a lower-case ASCII text stands, from `from` on, whatever the case.
fn find(text: &str, needle: &str, from: usize) -> Option<usize> {
    let (hay, needle) = (text.as_bytes(), needle.as_bytes());
    let (first, last) = (*needle.first()?, hay.len().checked_sub(needle.len())?);
    let starts = |at: &usize| {
        hay[*at].to_ascii_lowercase() == first && hay[*at..*at + needle.len()].eq_ignore_ascii_case(needle)
    };
    (from..=last).find(starts)
}
