//! A plain text that is searched without regard to case.

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use crate::model::Cell;

/// All characters that written numbers can contain; see `Cell::write_searchable`. A percentage may be `NaN` or `inf`.
pub const FIGURES: &[u8] = b"0123456789.:/%+- kmgtinafsdhyebp";

#[derive(Clone, Debug)]
pub struct Needle {
    /// The text, in lower case, not empty.
    text: String,
    finder: Box<Finder<'static>>,
    /// Which sorts of figures contain all characters of the text.
    figures: Figures,
}

#[derive(Clone, Copy, Debug)]
struct Figures {
    digits: bool,
    address: bool,
    signed: bool,
    ratio: bool,
    bytes: bool,
    size: bool,
    rate: bool,
    cpu: bool,
    span: bool,
}

impl Needle {
    pub fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let of = |more: &[u8]| text.bytes().all(|byte| byte.is_ascii_digit() || more.contains(&byte));
        let figures = Figures {
            digits: of(b""),
            address: of(b"."),
            // A percentage may be `NaN` or `inf`.
            signed: of(b"-naif"),
            ratio: of(b"/"),
            bytes: of(b"kmgi"),
            size: of(b".kmgtpebi"),
            rate: of(b".-naif"),
            cpu: of(b"m"),
            span: of(b"-smhdy"),
        };
        let finder = Box::new(Finder::new(&text).into_owned());
        Self { text, finder, figures }
    }

    /// A finder for texts without upper-case letters.
    pub fn finder(&self) -> &Finder<'static> {
        &self.finder
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// False if the text of the cell cannot contain it. Most needles are words and most cells are numbers, and writing
    /// numbers takes longer than everything else.
    pub fn may_be_in(&self, cell: &Cell) -> bool {
        match cell {
            Cell::None | Cell::Since(_) | Cell::Aged(..) => false,
            Cell::Text(_) | Cell::Float(_) | Cell::Flag(_) => true,
            Cell::Address(_) => self.figures.address,
            Cell::Tally(..) => self.figures.digits,
            Cell::Count(_) | Cell::Percent(_) => self.figures.signed,
            Cell::Rate(_) => self.figures.rate,
            Cell::Ratio(..) => self.figures.ratio,
            Cell::Bytes(_) => self.figures.bytes,
            Cell::Size(..) => self.figures.size,
            Cell::Cpu(_) => self.figures.cpu,
            Cell::Span(_) => self.figures.span,
        }
    }

    /// The position of the first match from `from` on, whatever the case.
    pub fn find(&self, text: &str, from: usize) -> Option<usize> {
        let (hay, needle) = (text.as_bytes(), self.text.as_bytes());
        let (first, end) = (*needle.first()?, (hay.len() + 1).checked_sub(needle.len())?);
        let upper = first.to_ascii_uppercase();
        let mut at = from;
        while at < end {
            let starts = &hay[at..end];
            at += if upper == first { memchr(first, starts) } else { memchr2(first, upper, starts) }?;
            if hay[at..at + needle.len()].eq_ignore_ascii_case(needle) {
                return Some(at);
            }
            at += 1;
        }
        None
    }
}
