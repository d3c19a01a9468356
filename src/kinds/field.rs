//! Fields of protobuf messages, found without decoding them.

use crate::model::{Error, Result};

pub fn unreadable(what: impl std::fmt::Display) -> Error {
    Error::Invalid(format!("the server's answer cannot be read: {what}"))
}

pub fn overrun() -> Error {
    unreadable("a field runs over the end of its message")
}

/// A field of a message: where its body starts and how long it is.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub number: u64,
    /// Length-delimited: bytes, a string or a message.
    pub bytes: bool,
    pub start: usize,
    pub size: usize,
}

impl Field {
    /// The field at the front; `None` when its head is not complete.
    pub fn head(bytes: &[u8]) -> Result<Option<Self>> {
        let Some((key, start)) = varint(bytes)? else { return Ok(None) };
        let number = key >> 3;
        let fixed = |size| Ok(Some(Self { number, bytes: false, start, size }));
        match key & 7 {
            0 => Ok(varint(&bytes[start..])?.map(|(_, size)| Self { number, bytes: false, start, size })),
            1 => fixed(8),
            2 => Self::delimited(number, bytes, start),
            5 => fixed(4),
            kind => Err(unreadable(format_args!("wire type {kind}"))),
        }
    }

    fn delimited(number: u64, bytes: &[u8], start: usize) -> Result<Option<Self>> {
        let Some((size, length)) = varint(&bytes[start..])? else { return Ok(None) };
        // Far above anything real, and far below what could overflow.
        let size = usize::try_from(size).ok().filter(|size| *size <= 1 << 48).ok_or_else(overrun)?;
        Ok(Some(Self { number, bytes: true, start: start + length, size }))
    }

    pub fn is(&self, number: u64) -> bool {
        self.bytes && self.number == number
    }

    pub fn end(&self) -> usize {
        self.start + self.size
    }
}

/// A varint and how many bytes it took; `None` when it is not complete.
pub fn varint(bytes: &[u8]) -> Result<Option<(u64, usize)>> {
    let mut value = 0;
    for (i, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            return Ok(Some((value, i + 1)));
        }
    }
    if bytes.len() < 10 { Ok(None) } else { Err(unreadable("a number without an end")) }
}

/// The last body of a length-delimited field of a complete message; empty when there is none.
pub fn last(message: &[u8], number: u64) -> Result<&[u8]> {
    let (mut rest, mut found): (&[u8], &[u8]) = (message, &[]);
    while !rest.is_empty() {
        let field = Field::head(rest)?.ok_or_else(overrun)?;
        let body = rest.get(field.start..field.end()).ok_or_else(overrun)?;
        if field.is(number) {
            found = body;
        }
        rest = &rest[field.end()..];
    }
    Ok(found)
}

/// The first one, without looking at what follows.
pub fn first(message: &[u8], number: u64) -> Option<&[u8]> {
    let mut rest = message;
    while !rest.is_empty() {
        let field = Field::head(rest).ok()??;
        let body = rest.get(field.start..field.end())?;
        if field.is(number) {
            return Some(body);
        }
        rest = &rest[field.end()..];
    }
    None
}
