//! Reads the output of containers. A terminal's output is raw. Other output comes in frames that name their stream. The
//! configuration of the container says which of the two it is; it is never guessed from the bytes.

use bytes::{Buf, Bytes, BytesMut};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Out,
    Err,
}

/// The bytes of a head: the type, three zeros, and the length in big endian.
const HEAD: usize = 8;

pub struct Frames {
    tty: bool,
    rest: BytesMut,
    /// The rest of the frame that has begun.
    open: Option<(From, usize)>,
}

impl Frames {
    pub fn new(tty: bool) -> Self {
        Self { tty, rest: BytesMut::new(), open: None }
    }

    /// Whether a terminal writes, so that the streams cannot be told apart.
    pub fn is_raw(&self) -> bool {
        self.tty
    }

    /// The pieces in some bytes, and for each whether it ends its frame. A long frame gives several pieces, so that
    /// nothing is collected.
    pub fn feed(&mut self, bytes: Bytes) -> Vec<(From, Bytes, bool)> {
        if self.tty {
            return vec![(From::Out, bytes, true)];
        }
        self.rest.extend_from_slice(&bytes);
        let mut out = Vec::new();
        loop {
            match self.open.take() {
                Some((from, left)) if self.rest.is_empty() && left > 0 => {
                    self.open = Some((from, left));
                    return out;
                }
                Some((from, left)) => {
                    let piece = self.rest.split_to(left.min(self.rest.len())).freeze();
                    let left = left - piece.len();
                    out.push((from, piece, left == 0));
                    self.open = (left > 0).then_some((from, left));
                }
                None if self.rest.len() < HEAD => return out,
                None => {
                    // 0 is echoed input, 1 is output, 2 is errors of the program, 3 is errors of the engine.
                    let from = if self.rest[0] >= 2 { From::Err } else { From::Out };
                    self.rest.advance(4);
                    self.open = Some((from, self.rest.get_u32() as usize));
                }
            }
        }
    }
}
