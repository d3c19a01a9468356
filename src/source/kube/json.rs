//! Cuts JSON lists, tables and watches into their parts while the bytes arrive. The parts are not parsed here.

use serde::Deserialize;

use super::scan::Value;
use super::wire::{Change, Events, ListMeta, Piece, Pieces, unreadable};
use crate::model::Result;

/// The fields of the outermost object that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Metadata,
    Columns,
    /// `items` of a list, `rows` of a Table.
    Items,
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum JsonState {
    #[default]
    Start,
    /// Before a key, or before the end of the object.
    Key,
    InKey,
    Colon(Key),
    Value(Key),
    InValue(Key),
    /// Before an element, or before the end of the array.
    Element,
    InElement,
    Done,
}

/// A `List` of any kind, or a `meta.k8s.io/v1` Table.
#[derive(Debug, Default)]
pub struct List {
    place: JsonState,
    value: Value,
    /// Whether the body is a list: it has `items` or `rows`, even if they are null.
    is_list: bool,
}

impl List {
    pub fn feed(&mut self, mut chunk: &[u8], out: &mut Pieces<'_>) -> Result<()> {
        while !chunk.is_empty() {
            let size = match self.place {
                JsonState::InKey | JsonState::InValue(_) | JsonState::InElement => self.inside(chunk, out)?,
                _ => self.between(chunk[0])?,
            };
            chunk = &chunk[size..];
        }
        Ok(())
    }

    pub fn is_whole(&self) -> bool {
        self.place == JsonState::Done
    }

    pub fn is_list(&self) -> bool {
        self.is_list
    }

    /// Reads within a value, to its end or to the end of the chunk.
    fn inside(&mut self, chunk: &[u8], out: &mut Pieces<'_>) -> Result<usize> {
        let place = self.place;
        let mut next = place;
        let end = self.value.feed(chunk, &mut |bytes| {
            next = match place {
                JsonState::InKey => JsonState::Colon(key(bytes)),
                JsonState::InValue(key) => value(key, bytes, out)?,
                _ => element(bytes, out)?,
            };
            Ok(())
        })?;
        self.place = next;
        self.is_list |= next == JsonState::Colon(Key::Items);
        Ok(end.unwrap_or(chunk.len()))
    }

    /// Reads between values: one byte of punctuation, or nothing if a value begins.
    fn between(&mut self, byte: u8) -> Result<usize> {
        if byte.is_ascii_whitespace() {
            return Ok(1);
        }
        let (next, size) = match (self.place, byte) {
            (JsonState::Start, b'{') => (JsonState::Key, 1),
            (JsonState::Key, b',') => (JsonState::Key, 1),
            (JsonState::Key, b'}') => (JsonState::Done, 1),
            (JsonState::Key, b'"') => (JsonState::InKey, 0),
            (JsonState::Colon(key), b':') => (JsonState::Value(key), 1),
            (JsonState::Value(Key::Items), b'[') => (JsonState::Element, 1),
            (JsonState::Value(key), _) => (JsonState::InValue(key), 0),
            (JsonState::Element, b',') => (JsonState::Element, 1),
            (JsonState::Element, b']') => (JsonState::Key, 1),
            (JsonState::Element, _) => (JsonState::InElement, 0),
            (_, byte) => return Err(unreadable(format_args!("{:?} is not valid JSON here", char::from(byte)))),
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

fn value(key: Key, bytes: &[u8], out: &mut Pieces<'_>) -> Result<JsonState> {
    match key {
        Key::Metadata => out(Piece::Meta(parse::<Option<ListMeta>>(bytes)?.unwrap_or_default()))?,
        Key::Columns => out(Piece::Columns(bytes))?,
        Key::Items | Key::Other => {}
    }
    Ok(JsonState::Key)
}

fn element(bytes: &[u8], out: &mut Pieces<'_>) -> Result<JsonState> {
    out(Piece::Item(bytes))?;
    Ok(JsonState::Element)
}

/// A sequence of `{"type": "...", "object": {...}}`.
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
