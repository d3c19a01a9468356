//! JSON lists, tables and watches, cut into their parts as the bytes arrive. The parts are not parsed: only strings
//! and depth are followed.

use serde::Deserialize;

use super::wire::{Change, Events, ListMeta, MOST, Piece, Pieces, too_large, unreadable};
use crate::model::Result;

/// Deeper nesting is no Kubernetes object.
const DEEPEST: u32 = 512;

/// Finds the end of one JSON value.
#[derive(Debug, Default)]
struct Scan {
    depth: u32,
    string: bool,
    escape: bool,
    /// Within a number, a bool or null at depth 0.
    bare: bool,
}

impl Scan {
    /// How many of `bytes` belong to the value when it ends within them.
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

    /// Bytes up to and with the closing quote, or all of them.
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

/// One value that may cross chunks.
#[derive(Debug, Default)]
struct Value {
    scan: Scan,
    bytes: Vec<u8>,
}

impl Value {
    /// Hands the value to `then` when it ends within `bytes`, and says how many of them it took.
    fn feed(&mut self, bytes: &[u8], then: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Option<usize>> {
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

/// The fields of the outermost object that somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Metadata,
    Columns,
    /// `items` of a list, `rows` of a Table.
    Items,
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Start,
    /// In front of a key, or of the end.
    Key,
    InKey,
    Colon(Key),
    Value(Key),
    InValue(Key),
    /// In front of an element, or of the end of the array.
    Element,
    InElement,
    Done,
}

/// A `List` of any kind, or a `meta.k8s.io/v1` Table.
#[derive(Debug, Default)]
pub struct List {
    place: Place,
    value: Value,
}

impl List {
    pub fn feed(&mut self, mut chunk: &[u8], out: &mut Pieces<'_>) -> Result<()> {
        while !chunk.is_empty() {
            let size = match self.place {
                Place::InKey | Place::InValue(_) | Place::InElement => self.inside(chunk, out)?,
                _ => self.between(chunk[0])?,
            };
            chunk = &chunk[size..];
        }
        Ok(())
    }

    pub fn is_whole(&self) -> bool {
        self.place == Place::Done
    }

    /// Within a value: to its end, or to the end of the chunk.
    fn inside(&mut self, chunk: &[u8], out: &mut Pieces<'_>) -> Result<usize> {
        let place = self.place;
        let mut next = place;
        let end = self.value.feed(chunk, &mut |bytes| {
            next = match place {
                Place::InKey => Place::Colon(key(bytes)),
                Place::InValue(key) => value(key, bytes, out)?,
                _ => element(bytes, out)?,
            };
            Ok(())
        })?;
        self.place = next;
        Ok(end.unwrap_or(chunk.len()))
    }

    /// Between values: one byte of punctuation, or none in front of a value.
    fn between(&mut self, byte: u8) -> Result<usize> {
        if byte.is_ascii_whitespace() {
            return Ok(1);
        }
        let (next, size) = match (self.place, byte) {
            (Place::Start, b'{') => (Place::Key, 1),
            (Place::Key, b',') => (Place::Key, 1),
            (Place::Key, b'}') => (Place::Done, 1),
            (Place::Key, b'"') => (Place::InKey, 0),
            (Place::Colon(key), b':') => (Place::Value(key), 1),
            (Place::Value(Key::Items), b'[') => (Place::Element, 1),
            (Place::Value(key), _) => (Place::InValue(key), 0),
            (Place::Element, b',') => (Place::Element, 1),
            (Place::Element, b']') => (Place::Key, 1),
            (Place::Element, _) => (Place::InElement, 0),
            (_, byte) => return Err(unreadable(format_args!("{:?} is no JSON here", char::from(byte)))),
        };
        self.place = next;
        Ok(size)
    }
}

fn key(quoted: &[u8]) -> Key {
    match quoted {
        br#""metadata""# => Key::Metadata,
        br#""columnDefinitions""# => Key::Columns,
        br#""items""# | br#""rows""# => Key::Items,
        _ => Key::Other,
    }
}

fn value(key: Key, bytes: &[u8], out: &mut Pieces<'_>) -> Result<Place> {
    match key {
        Key::Metadata => out(Piece::Meta(parse::<Option<ListMeta>>(bytes)?.unwrap_or_default()))?,
        Key::Columns => out(Piece::Columns(bytes))?,
        Key::Items | Key::Other => {}
    }
    Ok(Place::Key)
}

fn element(bytes: &[u8], out: &mut Pieces<'_>) -> Result<Place> {
    out(Piece::Item(bytes))?;
    Ok(Place::Element)
}

/// A run of `{"type": "...", "object": {...}}`.
#[derive(Debug, Default)]
pub struct Watch {
    started: bool,
    value: Value,
}

impl Watch {
    pub fn feed(&mut self, mut chunk: &[u8], out: &mut Events<'_>) -> Result<()> {
        while !chunk.is_empty() {
            if !self.started {
                chunk = chunk.trim_ascii_start();
                self.started = !chunk.is_empty();
                continue;
            }
            let Some(end) = self.value.feed(chunk, &mut |bytes| event(bytes, out))? else { return Ok(()) };
            self.started = false;
            chunk = &chunk[end..];
        }
        Ok(())
    }
}

fn event(bytes: &[u8], out: &mut Events<'_>) -> Result<()> {
    #[derive(Deserialize)]
    struct Event<'a> {
        #[serde(rename = "type", borrow)]
        change: std::borrow::Cow<'a, str>,
        #[serde(borrow)]
        object: &'a serde_json::value::RawValue,
    }
    let event: Event<'_> = parse(bytes)?;
    out(Change::named(event.change.as_bytes())?, event.object.get().as_bytes())
}

pub fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(unreadable)
}

/// `metadata.resourceVersion`.
pub fn version(object: &[u8]) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Object {
        metadata: ListMeta,
    }
    parse::<Object>(object).unwrap_or_default().metadata.resource_version
}
