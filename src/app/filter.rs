//! What the filter line of a table means, and which rows it admits.
//!
//! Terms are separated by spaces and all required; `or` starts an alternative, `!` negates, quotes keep a text
//! as it is. A term is text or a regular expression, a comparison with a column (`restarts>5`), a label
//! selector (`app=web`, `-l tier`) or, after `-f`, a fuzzy name.

mod compare;
mod parse;
mod selector;
mod term;

use std::ops::Range;

use super::view::Shown;
use crate::model::{Object, Result, Time};

use term::{Row, Term};

#[derive(Default, Debug, Clone)]
pub struct Filter {
    text: String,
    /// One of these groups must admit a row with all of its terms.
    groups: Vec<Vec<Term>>,
}

impl Filter {
    pub fn parse(text: &str, titles: &[&str]) -> Result<Self> {
        Ok(Self { text: text.to_owned(), groups: parse::groups(text, titles)? })
    }

    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it compares with the column of this title.
    pub fn compares(&self, title: &str) -> bool {
        self.groups.iter().flatten().any(|term| term.compares(title))
    }

    /// How well a row matches (0 unless the filter is fuzzy), or `None` when it is left out.
    pub fn admit(&self, object: &Object, lent: Option<&Object>, columns: &[Shown], now: Time) -> Option<u16> {
        if self.groups.is_empty() {
            return Some(0);
        }
        let row = Row { object, lent, columns, now };
        let all =
            |terms: &Vec<Term>| terms.iter().try_fold(0u16, |sum, term| Some(sum.saturating_add(term.score(&row)?)));
        self.groups.iter().filter_map(all).max()
    }

    /// The parts of a drawn text that the filter looked for, in order and apart from each other.
    pub fn highlights(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.groups.iter().flatten().for_each(|term| term.highlight(text, &mut found));
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
