//! A filter as a tree of terms.

use std::fmt;

use super::compare::Comparison;
use super::excerpt::{Excerpt, Guess};
use super::term::{FilterRow, Term};
use crate::app::view::Field;

#[derive(Clone, Debug)]
pub enum Expr {
    /// At least one of these, which are two or more.
    Any(Vec<Expr>),
    /// All of these, which are two or more.
    All(Vec<Expr>),
    Not(Box<Expr>),
    /// A term, and a form of it that can be written anywhere in a line.
    Term(Term, String),
}

impl Expr {
    /// All of the parts. Parts that are of this sort themselves are taken apart.
    pub fn all(parts: Vec<Self>) -> Option<Self> {
        let parts = parts.into_iter().flat_map(|part| match part {
            Self::All(inner) => inner,
            other => vec![other],
        });
        Self::joined(parts.collect(), Self::All)
    }

    pub fn any(parts: Vec<Self>) -> Option<Self> {
        let parts = parts.into_iter().flat_map(|part| match part {
            Self::Any(inner) => inner,
            other => vec![other],
        });
        Self::joined(parts.collect(), Self::Any)
    }

    fn joined(mut parts: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Option<Self> {
        if parts.len() < 2 { parts.pop() } else { Some(join(parts)) }
    }

    /// The negation. Two negations cancel each other.
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// The score of a row; `None` if it does not match.
    pub fn score<'a>(&'a self, row: &FilterRow<'_, 'a>) -> Option<u16> {
        match self {
            Self::Term(term, _) => term.score(row),
            Self::Not(inner) => inner.score(row).is_none().then_some(0),
            Self::All(parts) => parts.iter().try_fold(0u16, |sum, part| Some(sum.saturating_add(part.score(row)?))),
            Self::Any(parts) => {
                let mut scores = parts.iter().filter_map(|part| part.score(row));
                if self.is_fuzzy() { scores.max() } else { scores.next() }
            }
        }
    }

    /// What the filter says about the rows of an excerpt. Admitted rows have no score.
    pub fn guess(&self, excerpt: &Excerpt, lent: bool) -> Vec<Guess> {
        let joined = |parts: &[Self], join: fn(Guess, Guess) -> Guess| {
            let each = parts.iter().map(|part| part.guess(excerpt, lent));
            let both = |a: Vec<Guess>, b: Vec<Guess>| a.into_iter().zip(b).map(|(a, b)| join(a, b)).collect();
            each.reduce(both).unwrap_or_else(|| excerpt.unknown())
        };
        match self {
            Self::Term(term, _) => term.guess(excerpt, lent),
            Self::Not(inner) => inner.guess(excerpt, lent).into_iter().map(Guess::negated).collect(),
            Self::All(parts) => joined(parts, Guess::min),
            // A text has no score, but a fuzzy name beside it may give one, so the rows have to be read.
            Self::Any(_) if self.is_fuzzy() => excerpt.unknown(),
            Self::Any(parts) => joined(parts, Guess::max),
        }
    }

    /// Whether rows are ranked, and not only told apart.
    pub fn is_fuzzy(&self) -> bool {
        match self {
            Self::Term(term, _) => matches!(term, Term::Fuzzy(_)),
            Self::Not(_) => false,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_fuzzy),
        }
    }

    /// The terms that an admitted row contains because the filter asks for them.
    pub fn wanted<'a>(&'a self, out: &mut Vec<&'a Term>) {
        match self {
            Self::Term(term, _) => out.push(term),
            Self::Not(_) => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.wanted(out)),
        }
    }

    pub fn compares_lent(&self) -> bool {
        self.has(&|term| matches!(term, Term::Column(comparison) if matches!(comparison.field, Field::Lent(..))))
    }

    /// Whether an admitted row may be left out later when only time passes.
    pub fn ages(&self) -> bool {
        self.has(&|term| matches!(term, Term::Column(comparison) if comparison.ages()))
    }

    /// All comparisons with columns, negated or not.
    pub fn comparisons<'a>(&'a self, out: &mut Vec<&'a Comparison>) {
        match self {
            Self::Term(Term::Column(comparison), _) => out.push(comparison),
            Self::Term(..) => {}
            Self::Not(inner) => inner.comparisons(out),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.comparisons(out)),
        }
    }

    /// Whether any term, negated or not, is of this sort.
    fn has(&self, such: &dyn Fn(&Term) -> bool) -> bool {
        match self {
            Self::Term(term, _) => such(term),
            Self::Not(inner) => inner.has(such),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.has(such)),
        }
    }

    fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            Self::Any(_) | Self::Not(_) | Self::Term(..) => std::slice::from_ref(self),
        }
    }

    /// Whether every row that this filter admits was certainly admitted by `before`. Only simple cases are found: equal
    /// parts, or longer texts.
    pub fn narrows(&self, before: &Self) -> bool {
        const MOST: usize = 32;
        let (new, old) = (self.parts(), before.parts());
        let comparable = new.len() <= MOST && old.len() <= MOST && !self.is_fuzzy() && !before.is_fuzzy();
        if !comparable || before.ages() {
            return false;
        }
        let written: Vec<String> = new.iter().map(Self::to_string).collect();
        old.iter().all(|old| {
            let same = old.to_string();
            written.contains(&same) || new.iter().any(|new| new.is_longer(old))
        })
    }

    fn is_longer(&self, before: &Self) -> bool {
        let (Self::Term(Term::Text(new), _), Self::Term(Term::Text(old), _)) = (self, before) else { return false };
        new.text().contains(old.text())
    }
}

/// A line that means the same.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(_, written) => f.write_str(written),
            Self::Not(inner) => {
                f.write_str("not ")?;
                inner.within(matches!(**inner, Self::All(_) | Self::Any(_)), f)
            }
            Self::All(parts) => list(parts, " and ", f),
            Self::Any(parts) => list(parts, " or ", f),
        }
    }
}

fn list(parts: &[Expr], between: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        part.within(matches!(part, Expr::Any(_)), f)?;
    }
    Ok(())
}

impl Expr {
    fn within(&self, parentheses: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if parentheses { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}
