//! Remembers what terms found in texts that many rows share, such as names of nodes, so that the next row need not be
//! searched.

use std::cell::Cell;
use std::ptr;

use super::term::Term;

/// Valid while rows and filter stay the same, which the borrow guarantees. The default value remembers nothing.
#[derive(Default)]
pub struct Memo<'a>(Vec<Cell<Option<Known<'a>>>>);

#[derive(Clone, Copy)]
struct Known<'a> {
    term: &'a Term,
    text: &'a str,
    fits: bool,
}

/// The number of entries, as a power of two: enough for the nodes of a large cluster, and small enough for the
/// first-level cache.
const BITS: u32 = 9;

impl<'a> Memo<'a> {
    /// A memory. Making one pays for some thousands of rows.
    pub fn new() -> Self {
        Self(vec![Cell::new(None); 1 << BITS])
    }

    /// The result of `look` for a text, from memory if possible. It must be the same each time for one term.
    pub fn recall(&self, term: &'a Term, text: &'a str, look: impl FnOnce(&str) -> bool) -> bool {
        let Some(place) = self.0.get(place(term, text)) else { return look(text) };
        if let Some(known) = place.get()
            && ptr::eq(known.text, text)
            && ptr::eq(known.term, term)
        {
            return known.fits;
        }
        let fits = look(text);
        place.set(Some(Known { term, text, fits }));
        fits
    }
}

/// Fibonacci hashing of both addresses. Their lowest bits are not used, because they are always the same.
fn place(term: &Term, text: &str) -> usize {
    let both = (text.as_ptr().addr() as u64).wrapping_add((ptr::from_ref(term).addr() as u64).rotate_left(32));
    (both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BITS)) as usize
}
