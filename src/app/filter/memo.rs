//! What terms found in texts that many rows share, as the names of nodes are: the next row need not be looked at.

use std::cell::Cell;
use std::ptr;

use super::term::Term;

/// Good for as long as rows and filter stay as they are, which their borrow sees to. The default remembers nothing.
#[derive(Default)]
pub struct Memo<'a>(Vec<Cell<Option<Known<'a>>>>);

#[derive(Clone, Copy)]
struct Known<'a> {
    term: &'a Term,
    text: &'a str,
    fits: bool,
}

/// Enough for the nodes of a large cluster, and small enough to stay in the nearest cache.
const BITS: u32 = 9;

impl<'a> Memo<'a> {
    /// Worth its making for some thousands of rows.
    pub fn new() -> Self {
        Self(vec![Cell::new(None); 1 << BITS])
    }

    /// What `look` says of a text, which is the same for the same term.
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

/// Fibonacci hashing of both addresses: the lowest bits are the same in all.
fn place(term: &Term, text: &str) -> usize {
    let both = (text.as_ptr().addr() as u64).wrapping_add((ptr::from_ref(term).addr() as u64).rotate_left(32));
    (both.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - BITS)) as usize
}
