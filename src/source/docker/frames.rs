//! Output of containers: raw from a terminal, otherwise in frames that say which stream they are of. Which of the two
//! it is, the container's configuration says; it is never guessed from the bytes.

use bytes::{Buf, Bytes, BytesMut};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Out,
    Err,
}

/// Type, three zeros, length in big endian.
const HEAD: usize = 8;

pub struct Frames {
    tty: bool,
    rest: BytesMut,
    /// What is left of the frame that has begun.
    open: Option<(From, usize)>,
}

impl Frames {
    pub fn new(tty: bool) -> Self {
        Self { tty, rest: BytesMut::new(), open: None }
    }

    /// Whether a terminal writes, so that nothing tells its pieces apart.
    pub fn is_raw(&self) -> bool {
        self.tty
    }

    /// The pieces in some bytes, each with whether it ends its frame. Long frames come in several pieces, so nothing
    /// is collected.
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
                    // 0 is standard input, echoed; 2 errors of the program, 3 of the engine.
                    let from = if self.rest[0] >= 2 { From::Err } else { From::Out };
                    self.rest.advance(4);
                    self.open = Some((from, self.rest.get_u32() as usize));
                }
            }
        }
    }
}
