//! Finds the end of a JSON value, wherever the chunks are cut. Only strings and depth are followed. The content is not
//! checked.

use super::wire::{MOST, too_large, unreadable};
use crate::model::Result;

/// The deepest nesting. No Kubernetes object is deeper.
const DEEPEST: u32 = 512;

/// Finds the end of one JSON value.
#[derive(Debug, Default)]
struct Scan {
    depth: u32,
    string: bool,
    escape: bool,
    /// Whether the scan is within a number, a bool or null at depth 0.
    bare: bool,
}

impl Scan {
    /// The number of bytes that belong to the value, if it ends within `bytes`.
    fn end(&mut self, bytes: &[u8]) -> Result<Option<usize>> {
        let mut at = 0;
        while at < bytes.len() {
            if self.string {
                at += self.string_end(&bytes[at..]);
                if !self.string && self.depth == 0 {
                    return Ok(Some(at));
                }
                continue;
            }
            match bytes[at] {
                b'"' => self.string = true,
                b'{' | b'[' => self.deeper()?,
                b'}' | b']' | b',' if self.bare => return Ok(Some(self.reset(at))),
                b'}' | b']' if self.depth == 0 => return Err(unreadable("a bracket too many")),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Ok(Some(at + 1));
                    }
                }
                byte if byte.is_ascii_whitespace() && self.bare => return Ok(Some(self.reset(at))),
                _ => self.bare = self.depth == 0,
            }
            at += 1;
        }
        Ok(None)
    }

    /// The number of bytes up to the closing quote, including it, or all of them.
    fn string_end(&mut self, bytes: &[u8]) -> usize {
        for (i, byte) in bytes.iter().enumerate() {
            match byte {
                _ if self.escape => self.escape = false,
                b'\\' => self.escape = true,
                b'"' => {
                    self.string = false;
                    return i + 1;
                }
                _ => {}
            }
        }
        bytes.len()
    }

    fn deeper(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > DEEPEST { Err(unreadable(format_args!("nested deeper than {DEEPEST}"))) } else { Ok(()) }
    }

    fn reset(&mut self, at: usize) -> usize {
        self.bare = false;
        at
    }
}

/// One value, which may be spread over several chunks.
#[derive(Debug, Default)]
pub struct Value {
    scan: Scan,
    bytes: Vec<u8>,
}

impl Value {
    /// If the value ends within `bytes`, passes it to `then` and returns how many of the bytes it took.
    pub fn feed(&mut self, bytes: &[u8], then: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Option<usize>> {
        let Some(end) = self.scan.end(bytes)? else {
            self.bytes.extend_from_slice(bytes);
            return if self.bytes.len() > MOST { Err(too_large(self.bytes.len())) } else { Ok(None) };
        };
        if self.bytes.is_empty() {
            then(&bytes[..end])?;
        } else {
            self.bytes.extend_from_slice(&bytes[..end]);
            then(&self.bytes)?;
            self.bytes.clear();
        }
        Ok(Some(end))
    }
}
