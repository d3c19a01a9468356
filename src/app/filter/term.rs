//! One term of a filter.

use std::cell::RefCell;
use std::ops::Range;

use nucleo_matcher::pattern::{self as fuzzy, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::compare::Comparison;
use super::excerpt::{Excerpt, Guess};
use super::memo::Memo;
use super::needle::Needle;
use super::pattern::Pattern;
use crate::app::view::{Field, Loans, Shown, short_name};
use crate::model::{Cell, Object, Selector, Time, Units};

#[derive(Clone, Debug)]
pub enum Term {
    Text(Needle),
    Regex(Pattern),
    Fuzzy(fuzzy::Pattern),
    Labels(Selector),
    Column(Box<Comparison>),
}

/// One row as a filter sees it.
pub struct FilterRow<'r, 'a> {
    pub object: &'a Object,
    /// The rows that lend their cells. They are looked up only if a term needs them.
    pub loans: &'r Loans<'a>,
    pub columns: &'r [Shown],
    pub now: Time,
    pub memo: &'r Memo<'a>,
}

thread_local! {
    /// A buffer that all rows use, because a filter reads a hundred thousand rows for each typed key.
    static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
    static MATCHER: RefCell<Matcher> = RefCell::new(Matcher::new(Config::DEFAULT.match_paths()));
}

/// Whether a selector admits labels in the form `a=1,b=2`.
fn admits(selector: &Selector, labels: &str) -> bool {
    let pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
    selector.admits(|key| pairs.clone().find(|(known, _)| *known == key).map(|(_, value)| value))
}

impl Term {
    pub fn text(text: &str) -> Self {
        Self::Text(Needle::new(text))
    }

    pub fn fuzzy(text: &str) -> Self {
        Self::Fuzzy(fuzzy::Pattern::new(text, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy))
    }

    /// The score of a row; `None` if it does not match.
    pub fn score<'a>(&'a self, row: &FilterRow<'_, 'a>) -> Option<u16> {
        let matches = match self {
            Self::Fuzzy(pattern) => return fuzzy_score(pattern, row.object),
            Self::Text(needle) => row.any(self, |cell| needle.may_be_in(cell), |text| needle.find(text, 0).is_some()),
            Self::Regex(pattern) => row.any(self, |_| !pattern.is_wordy(), |text| pattern.is_match(text)),
            Self::Labels(selector) => row.memo.recall(self, &row.object.labels, |labels| admits(selector, labels)),
            Self::Column(comparison) => row.compare(self, comparison),
        };
        matches.then_some(0)
    }

    /// What the term says about the rows of an excerpt. `lent` says that rows may have lent cells.
    pub fn guess(&self, excerpt: &Excerpt, lent: bool) -> Vec<Guess> {
        let (mut guesses, may_be_lent) = match self {
            Self::Text(needle) => (excerpt.have(needle), may_be_lent(|cell| needle.may_be_in(cell))),
            Self::Regex(pattern) => (excerpt.match_with(pattern), !pattern.is_wordy()),
            Self::Fuzzy(_) | Self::Labels(_) | Self::Column(_) => return excerpt.unknown(),
        };
        if lent && may_be_lent {
            guesses.iter_mut().for_each(|guess| *guess = (*guess).max(Guess::Maybe));
        }
        guesses
    }

    /// Whether the field decides about the term.
    pub fn looks_at(&self, field: Field) -> bool {
        match self {
            Self::Text(_) | Self::Regex(_) => true,
            Self::Fuzzy(_) => matches!(field, Field::Namespace | Field::Name),
            Self::Labels(_) | Self::Column(_) => false,
        }
    }

    pub fn highlight(&self, text: &str, out: &mut Vec<Range<usize>>) {
        match self {
            Self::Text(needle) => {
                let mut from = 0;
                while let Some(at) = needle.find(text, from) {
                    from = at + needle.text().len();
                    out.push(at..from);
                }
            }
            Self::Regex(pattern) => out.extend(pattern.find_all(text)),
            Self::Fuzzy(pattern) if text.is_ascii() => {
                let mut places = Vec::new();
                let ascii = Utf32Str::Ascii(text.as_bytes());
                MATCHER.with_borrow_mut(|matcher| pattern.indices(ascii, matcher, &mut places));
                out.extend(places.into_iter().map(|at| at as usize..at as usize + 1));
            }
            Self::Fuzzy(_) | Self::Labels(_) | Self::Column(_) => {}
        }
    }
}

impl<'a> FilterRow<'_, 'a> {
    /// Whether the text of any column fits. Ages are left out. `worth` excludes cells before their text is written.
    fn any(&self, term: &'a Term, worth: impl Fn(&Cell) -> bool, fits: impl Fn(&str) -> bool) -> bool {
        let object = self.object;
        self.columns.iter().any(|shown| match shown.field {
            Field::Context => fits(shown.context(&object.id)),
            Field::Namespace => self.memo.recall(term, &object.id.namespace, &fits),
            Field::Name => fits(short_name(&object.id)),
            // The lending row is looked up only if its cells may fit.
            Field::Lent(..) if !may_be_lent(&worth) => false,
            field => match self.cell(field) {
                Cell::None | Cell::Since(_) => false,
                Cell::Text(text) => self.memo.recall(term, text, &fits),
                cell => worth(cell) && written(cell, &fits),
            },
        })
    }

    fn cell(&self, field: Field) -> &'a Cell {
        static NOTHING: Cell = Cell::None;
        let cell = match field {
            Field::Context | Field::Namespace | Field::Name => None,
            Field::Own(i) => self.object.cells.get(i),
            Field::Lent(lender, i) => self.loans.cell(&self.object.id, lender, i),
        };
        cell.unwrap_or(&NOTHING)
    }

    fn compare(&self, term: &'a Term, comparison: &Comparison) -> bool {
        match comparison.field {
            Field::Context => {
                let shown = self.columns.iter().find(|shown| shown.field == Field::Context);
                comparison.admits_text(shown.map_or("", |shown| shown.context(&self.object.id)))
            }
            Field::Namespace => self.memo.recall(term, &self.object.id.namespace, |text| comparison.admits_text(text)),
            Field::Name => comparison.admits_text(short_name(&self.object.id)),
            field => match self.cell(field) {
                Cell::Text(text) => self.memo.recall(term, text, |text| comparison.admits_text(text)),
                cell => BUFFER.with_borrow_mut(|buffer| {
                    buffer.clear();
                    comparison.admits(cell, self.now, buffer)
                }),
            },
        }
    }
}

/// Whether a lent cell may fit. Lent cells are figures.
fn may_be_lent(worth: impl Fn(&Cell) -> bool) -> bool {
    [Cell::Cpu(0), Cell::Bytes(0), Cell::Size(0, Units::Thousands), Cell::Percent(0.0)].iter().any(worth)
}

fn written(cell: &Cell, fits: impl Fn(&str) -> bool) -> bool {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        cell.write_searchable(buffer);
        fits(buffer)
    })
}

fn fuzzy_score(pattern: &fuzzy::Pattern, object: &Object) -> Option<u16> {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        if !object.id.namespace.is_empty() {
            buffer.push_str(&object.id.namespace);
            buffer.push('/');
        }
        buffer.push_str(&object.id.name);
        if !object.id.part.is_empty() {
            buffer.extend(["/", &object.id.part]);
        }
        // Allocates nothing while names are ASCII, which most are.
        let mut wide = Vec::new();
        let text = Utf32Str::new(buffer, &mut wide);
        let score = MATCHER.with_borrow_mut(|matcher| pattern.score(text, matcher))?;
        Some(u16::try_from(score).unwrap_or(u16::MAX))
    })
}
