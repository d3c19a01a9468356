//! Errors in a typed filter, with their positions.

use std::ops::Range;

use crate::model::{Error, text};

/// The most bytes of a line. More would be a pasted mistake, and each key reads the line again.
const LONGEST: usize = 4096;

pub fn refuse_long(line: &str) -> Result<(), Wrong> {
    if line.len() <= LONGEST {
        return Ok(());
    }
    let fits = (0..=LONGEST).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
    Err(Wrong::new(fits..line.len(), format!("a filter has {LONGEST} bytes at most; this one has {}", line.len())))
}

/// The bytes of the line that cannot be understood, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub range: Range<usize>,
    pub text: String,
}

impl Wrong {
    pub fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    /// The same error for a line in which the text begins at `start`.
    #[must_use]
    pub fn from(self, start: usize) -> Self {
        Self { range: self.range.start + start..self.range.end + start, ..self }
    }

    /// The error for a command line: the message, the line, and carets below the wrong part.
    pub fn pointed(&self, line: &str) -> Error {
        if line.len() > LONGEST {
            return Error::Invalid(self.text.clone());
        }
        let cells = |range: Range<usize>| text::width(line.get(range).unwrap_or_default());
        let (before, wrong) = (cells(0..self.range.start), cells(self.range.clone()).max(1));
        Error::Invalid(format!("{}\n  {line}\n  {}{}", self.text, " ".repeat(before), "^".repeat(wrong)))
    }
}

impl From<Wrong> for Error {
    fn from(wrong: Wrong) -> Self {
        Self::Invalid(wrong.text)
    }
}
