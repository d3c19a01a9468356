//! A packed copy of what filters look at in neighbouring rows, column by column. In a large table the rows are
//! scattered in memory, and reading each row takes longer than the rest of a filter.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::needle::Needle;
use super::pattern::Pattern;
use crate::app::view::{Field, Loans, Shown, short_name};
use crate::model::{Cell, Health, Object};

/// What an excerpt says about a row. By the order of the variants, `min` is a logical and, and `max` is a logical or.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guess {
    No,
    /// The row itself has to be read.
    Maybe,
    Yes,
}

impl Guess {
    pub fn negated(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

/// The excerpt of some rows, in their order.
#[derive(Debug, Default)]
pub struct Excerpt {
    /// The health of each row; `None` if there is no row.
    pub health: Vec<Option<Health>>,
    columns: Vec<Column>,
}

/// The texts of one column.
#[derive(Debug, Default)]
struct Column {
    texts: Pile,
    /// The number of the text of each row, counted from one; 0 for a row without a text.
    rows: Vec<u16>,
}

/// Texts, one after the other.
#[derive(Debug, Default)]
struct Pile {
    text: String,
    ends: Vec<u32>,
    /// Whether there is an upper-case letter. Without one, all texts can be searched at once, because needles are in
    /// lower case.
    capitals: bool,
}

impl Excerpt {
    /// The most rows of one excerpt, so that 16 bits are enough to number their texts.
    pub const MOST: u32 = 4096;

    /// Makes an excerpt. Lent columns are left out: they change all the time, and mostly for few rows.
    pub fn new<'a>(rows: impl Iterator<Item = Option<&'a Object>>, columns: &[Shown]) -> Self {
        let shown: Vec<&Shown> = columns.iter().filter(|shown| !matches!(shown.field, Field::Lent(..))).collect();
        let mut drafts: Vec<Draft<'_>> = shown.iter().map(|_| Draft::default()).collect();
        let mut buffer = String::new();
        let mut health = Vec::with_capacity(Self::MOST as usize);
        for object in rows.take(Self::MOST as usize) {
            health.push(object.map(|object| object.health));
            for (draft, shown) in drafts.iter_mut().zip(&shown) {
                draft.add(shown, object, &mut buffer);
            }
        }
        health.shrink_to_fit();
        Self { health, columns: drafts.into_iter().map(Draft::finish).collect() }
    }

    /// The guess that every row has to be read.
    pub fn unknown(&self) -> Vec<Guess> {
        vec![Guess::Maybe; self.health.len()]
    }

    /// The rows that contain a needle in one of the columns.
    pub fn have(&self, needle: &Needle) -> Vec<Guess> {
        self.guess(|texts, found| texts.find(needle, found))
    }

    /// The rows that have a text which matches.
    pub fn match_with(&self, pattern: &Pattern) -> Vec<Guess> {
        self.guess(|texts, found| texts.each(|text| pattern.is_match(text), found))
    }

    /// The guesses for all rows. `find` reports the numbers of the texts that fit.
    fn guess(&self, find: impl Fn(&Pile, &mut dyn FnMut(usize))) -> Vec<Guess> {
        let mut guesses = vec![Guess::No; self.health.len()];
        for Column { texts, rows } in &self.columns {
            let (mut fits, mut any) = (vec![Guess::No; texts.ends.len() + 1], false);
            find(texts, &mut |text| (fits[text + 1], any) = (Guess::Yes, true));
            if any {
                let both = guesses.iter_mut().zip(rows);
                both.for_each(|(guess, text)| *guess = (*guess).max(fits[usize::from(*text)]));
            }
        }
        guesses
    }
}

/// A column that is being built.
#[derive(Default)]
struct Draft<'a> {
    column: Column,
    /// The numbers of texts that several rows may share.
    known: HashTable<u16>,
    hasher: DefaultHashBuilder,
    /// The last figure, because the next row often has the same one.
    last: Option<(&'a Cell, u16)>,
}

impl<'a> Draft<'a> {
    fn add(&mut self, shown: &Shown, object: Option<&'a Object>, buffer: &mut String) {
        let text = object.map_or(0, |object| match shown.field {
            Field::Context => self.share(shown.context(&object.id)),
            Field::Namespace => self.share(&object.id.namespace),
            // Names and addresses are seldom equal, so they are not shared.
            Field::Name => self.push(short_name(&object.id)),
            Field::Own(_) | Field::Lent(..) => match shown.cell(object, &Loans::default()) {
                Cell::None | Cell::Since(_) | Cell::Aged(..) => 0,
                Cell::Text(text) => self.share(text),
                // These are floating-point numbers: zero can have two signs, and the sign is written.
                cell @ (Cell::Percent(_) | Cell::Rate(_) | Cell::Float(_)) => self.write(cell, buffer),
                cell => {
                    self.last.filter(|(last, _)| *last == cell).map_or_else(|| self.write(cell, buffer), |(_, n)| n)
                }
            },
        });
        self.column.rows.push(text);
    }

    fn write(&mut self, cell: &'a Cell, buffer: &mut String) -> u16 {
        buffer.clear();
        cell.write_searchable(buffer);
        let number = if matches!(cell, Cell::Address(_)) { self.push(buffer) } else { self.share(buffer) };
        self.last = Some((cell, number));
        number
    }

    fn push(&mut self, text: &str) -> u16 {
        self.column.texts.push(text);
        self.column.texts.ends.len() as u16
    }

    fn share(&mut self, text: &str) -> u16 {
        let Self { column, known, hasher, .. } = self;
        let texts = &column.texts;
        let place = |number: &u16| texts.at(usize::from(*number) - 1);
        if let Some(last) = column.rows.last().filter(|last| **last > 0 && place(last) == text) {
            return *last;
        }
        let hash = hasher.hash_one(text);
        if let Some(number) = known.find(hash, |number| place(number) == text) {
            return *number;
        }
        let number = texts.ends.len() as u16 + 1;
        known.insert_unique(hash, number, |number| hasher.hash_one(place(number)));
        self.push(text)
    }

    fn finish(mut self) -> Column {
        self.column.texts.text.shrink_to_fit();
        self.column.texts.ends.shrink_to_fit();
        self.column
    }
}

impl Pile {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        self.capitals |= text.bytes().any(|byte| byte.is_ascii_uppercase());
    }

    fn at(&self, i: usize) -> &str {
        let start = i.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[i] as usize]
    }

    fn each(&self, fits: impl Fn(&str) -> bool, found: &mut dyn FnMut(usize)) {
        (0..self.ends.len()).filter(|i| fits(self.at(*i))).for_each(found);
    }

    fn find(&self, needle: &Needle, found: &mut dyn FnMut(usize)) {
        if self.capitals {
            return self.each(|text| needle.find(text, 0).is_some(), found);
        }
        let (bytes, finder) = (self.text.as_bytes(), needle.finder());
        let (mut from, mut i) = (0, 0);
        while let Some(at) = finder.find(&bytes[from..]) {
            let at = from + at;
            while self.ends[i] as usize <= at {
                i += 1;
            }
            // A match that reaches into the next text does not count, and a later match in this text adds nothing.
            from = self.ends[i] as usize;
            if at + needle.text().len() <= from {
                found(i);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_needle_is_found_in_the_texts_that_have_it() {
        let texts = ["", "web", "", "bweb-a", "we", "bxweb", "web", "w", "eb"];
        for capitals in [false, true] {
            let mut pile = Pile::default();
            texts.iter().for_each(|text| pile.push(text));
            pile.capitals |= capitals;
            for needle in ["web", "b", "w", "bw", "webb", "ebw", "we", "bx"] {
                let mut found = Vec::new();
                pile.find(&Needle::new(needle), &mut |i| found.push(texts[i]));
                let expected: Vec<&str> = texts.into_iter().filter(|text| text.contains(needle)).collect();
                assert_eq!(found, expected, "{needle} {capitals}");
            }
        }
    }
}
