//! Reads the filter line of a table, and decides which rows it admits.
//!
//! All terms are required unless `or` stands between them. `not` and `!` negate a term or a group in parentheses.
//! Quotes keep a text as it is. A term is a text or a regular expression, a comparison with a column (`restarts>5`), a
//! label selector (`app=web`, `-l tier`) or, after `-f`, a fuzzy name.

mod compare;
pub mod complete;
mod excerpt;
mod expr;
mod memo;
mod needle;
mod parse;
mod pattern;
mod term;
mod word;
mod wrong;

use std::fmt;
use std::ops::Range;

use super::view::{Field, Loans, Shown};
use crate::model::{Cell, Object, Time, Title};

use expr::Expr;
use term::{FilterRow, Term};

pub use compare::same_title;
pub use excerpt::{Excerpt, Guess};
pub use memo::Memo;
pub use wrong::Wrong;

/// A column that can be compared: the position of its cells, and its title.
pub type Titled = (Field, Title);

#[derive(Default, Debug, Clone)]
pub struct Filter {
    text: String,
    expr: Option<Expr>,
}

/// Writes a line with the same meaning.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.iter().try_for_each(|expr| write!(f, "{expr}"))
    }
}

impl Filter {
    pub fn parse(text: &str, titles: &[Titled]) -> Result<Self, Wrong> {
        wrong::refuse_long(text)?;
        // A text that asks for nothing, such as a single quote, becomes an empty filter, which users can neither see
        // nor need to remove.
        let expr = parse::expression(text, titles)?;
        Ok(Self { text: expr.as_ref().map_or_else(String::new, |_| text.to_owned()), expr })
    }

    pub fn is_empty(&self) -> bool {
        self.expr.is_none()
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A comparison that no row can fulfil, because of what its column holds. `cells` gives the cells of a field.
    pub fn misfit<'a, C: Iterator<Item = &'a Cell>>(&self, cells: impl Fn(Field) -> C) -> Option<Wrong> {
        let mut all = Vec::new();
        self.expr.iter().for_each(|expr| expr.comparisons(&mut all));
        all.into_iter().find_map(|comparison| comparison.misfit(cells(comparison.field)))
    }

    /// Whether it compares with a column that another kind lends.
    pub fn compares_lent(&self) -> bool {
        self.expr.as_ref().is_some_and(Expr::compares_lent)
    }

    /// Whether the admitted rows may change when only time passes.
    pub fn ages(&self) -> bool {
        self.expr.as_ref().is_some_and(Expr::ages)
    }

    /// The score of a row (0 unless the filter is fuzzy), or `None` if it is left out.
    pub fn admit<'a>(
        &'a self,
        object: &'a Object,
        loans: &Loans<'a>,
        columns: &[Shown],
        now: Time,
        memo: &Memo<'a>,
    ) -> Option<u16> {
        let Some(expr) = &self.expr else { return Some(0) };
        expr.score(&FilterRow { object, loans, columns, now, memo })
    }

    /// What the filter says about the rows of an excerpt with the same columns. Admitted rows have no score. `lent`
    /// says that rows may have lent cells, which are not in the excerpt.
    pub fn guess(&self, excerpt: &Excerpt, lent: bool) -> Vec<Guess> {
        self.expr.as_ref().map_or_else(|| vec![Guess::Yes; excerpt.health.len()], |expr| expr.guess(excerpt, lent))
    }

    /// Whether rows get scores.
    pub fn is_fuzzy(&self) -> bool {
        self.expr.as_ref().is_some_and(Expr::is_fuzzy)
    }

    /// Whether every row that this filter admits was certainly admitted by `before`. False if that is unknown.
    pub fn narrows(&self, before: &Self) -> bool {
        match (&self.expr, &before.expr) {
            (Some(new), Some(old)) => new.narrows(old),
            (Some(new), None) => !new.is_fuzzy(),
            (None, _) => before.is_empty(),
        }
    }

    /// For each text that the filter looks for: the columns of a row that contain it. `row` is the field and the text
    /// of each column.
    pub fn places(&self, row: &[(Field, String)]) -> Vec<Vec<usize>> {
        let has = |term: &Term, (field, text): &(Field, String)| {
            let mut found = Vec::new();
            if term.looks_at(*field) {
                term.highlight(text, &mut found);
            }
            !found.is_empty()
        };
        let places = |term: &&Term| (0..row.len()).filter(|i| has(term, &row[*i])).collect();
        self.wanted().iter().map(places).collect()
    }

    /// A column whose title is being looked for as a text.
    pub fn named_column(&self, titles: &[Titled]) -> Option<Title> {
        let wanted = self.wanted();
        let texts = wanted.iter().filter_map(|term| match term {
            Term::Text(needle) => Some(needle.text()),
            Term::Regex(_) | Term::Fuzzy(_) | Term::Labels(_) | Term::Column(_) => None,
        });
        texts.filter_map(|text| parse::column(text, titles)).map(|(_, title)| title).next()
    }

    fn wanted(&self) -> Vec<&Term> {
        let mut terms = Vec::new();
        self.expr.iter().for_each(|expr| expr.wanted(&mut terms));
        terms
    }

    /// The parts of a field's text that the filter looked for, in order and without overlap.
    pub fn highlights(&self, field: Field, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for term in self.wanted().iter().filter(|term| term.looks_at(field)) {
            term.highlight(text, &mut found);
        }
        found.retain(|range| !range.is_empty());
        found.sort_by_key(|range| range.start);
        let mut out: Vec<Range<usize>> = Vec::with_capacity(found.len());
        for range in found {
            match out.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => out.push(range),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests;
