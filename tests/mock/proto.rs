//! Just enough protobuf to write what an API server writes.

/// A field with a length.
pub fn bytes(out: &mut Vec<u8>, number: u32, body: &[u8]) {
    varint(out, u64::from(number << 3 | 2));
    varint(out, body.len() as u64);
    out.extend_from_slice(body);
}

pub fn text(out: &mut Vec<u8>, number: u32, body: &str) {
    bytes(out, number, body.as_bytes());
}

pub fn number(out: &mut Vec<u8>, number: u32, value: u64) {
    varint(out, u64::from(number << 3));
    varint(out, value);
}

/// A field whose body is written by `fill`.
pub fn message(out: &mut Vec<u8>, number: u32, fill: impl FnOnce(&mut Vec<u8>)) {
    let mut body = Vec::with_capacity(256);
    fill(&mut body);
    bytes(out, number, &body);
}

/// `meta.v1.Time`.
pub fn time(out: &mut Vec<u8>, field: u32, seconds: u64) {
    message(out, field, |out| number(out, 1, seconds));
}

pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The head of an envelope whose raw has `size` bytes: magic, type, and the header of field 2 of `Unknown`.
pub fn head(kind: &str, size: usize) -> Vec<u8> {
    let mut out = b"k8s\0".to_vec();
    message(&mut out, 1, |out| {
        text(out, 1, "v1");
        text(out, 2, kind);
    });
    varint(&mut out, 2 << 3 | 2);
    varint(&mut out, size as u64);
    out
}

/// What follows raw in an envelope: two empty strings, as servers write them.
pub const TAIL: &[u8] = &[0x1a, 0, 0x22, 0];

pub fn envelope(kind: &str, raw: &[u8]) -> Vec<u8> {
    [head(kind, raw.len()).as_slice(), raw, TAIL].concat()
}

/// A frame of a watch.
pub fn frame(out: &mut Vec<u8>, what: &str, kind: &str, raw: &[u8]) {
    let mut event = Vec::with_capacity(raw.len() + 64);
    text(&mut event, 1, what);
    message(&mut event, 2, |out| bytes(out, 1, &envelope(kind, raw)));
    out.extend_from_slice(&(event.len() as u32).to_be_bytes());
    out.extend_from_slice(&event);
}

/// `meta.v1.Status`.
pub fn status(code: u16, reason: &str, words: &str) -> Vec<u8> {
    let mut out = Vec::new();
    text(&mut out, 2, "Failure");
    text(&mut out, 3, words);
    text(&mut out, 4, reason);
    number(&mut out, 6, code.into());
    out
}

/// `meta.v1.ListMeta`.
pub fn list_meta(version: u64, next: &str, remaining: Option<u64>) -> Vec<u8> {
    let mut out = Vec::new();
    text(&mut out, 2, &version.to_string());
    text(&mut out, 3, next);
    if let Some(remaining) = remaining {
        number(&mut out, 4, remaining);
    }
    out
}
