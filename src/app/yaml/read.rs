//! Reads YAML and JSON texts as values, and the position of each value. The rules are those of kubectl (YAML 1.1
//! scalars), except that a repeated key is an error.

mod json;
mod resolve;
mod tabs;

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::Map;

use crate::model::Value;

/// A position: line and column, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spot {
    pub line: usize,
    pub column: usize,
}

/// Why a text cannot be read, and the position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub spot: Spot,
    pub text: String,
}

/// One document of a text.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub value: Value,
    /// The positions of values, by JSON pointer: that of the key of an entry, or of the dash of an item.
    spots: HashMap<String, Spot>,
}

impl Document {
    /// The position of the value at `path`, or of the nearest value around it.
    pub fn spot(&self, path: &[String]) -> Option<Spot> {
        (0..=path.len()).rev().find_map(|length| self.spots.get(&pointer(&path[..length])).copied())
    }
}

/// A path as a JSON pointer.
pub fn pointer(path: &[String]) -> String {
    path.iter().fold(String::new(), |all, step| format!("{all}/{}", step.replace('~', "~0").replace('/', "~1")))
}

/// The only document of a text.
pub fn one(text: &str) -> Result<Document, Trouble> {
    let mut all = documents(text)?;
    match all.len() {
        0 => Err(Trouble { spot: Spot { line: 1, column: 1 }, text: "this text is empty".to_owned() }),
        1 => Ok(all.remove(0)),
        _ => Err(Trouble {
            spot: all[1].spot(&[]).unwrap_or_default(),
            text: "a second document starts here; only one object can be edited at a time".to_owned(),
        }),
    }
}

/// All documents of a text, without empty ones. JSON documents may come before YAML documents, as for kubectl.
pub fn documents(text: &str) -> Result<Vec<Document>, Trouble> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json = json::documents(text)?;
    let mut out = json.documents;
    let rest = &text[json.end..];
    if rest.trim().is_empty() {
        return Ok(out);
    }
    // Positions count from the start of the whole text.
    let lines = text[..json.end].matches('\n').count();
    let rest = if lines > 0 { Cow::Owned("\n".repeat(lines) + rest) } else { Cow::Borrowed(rest) };
    out.extend(yaml(&rest).map_err(|trouble| json.trouble.unwrap_or(trouble))?);
    Ok(out)
}

fn yaml(text: &str) -> Result<Vec<Document>, Trouble> {
    match whole(text) {
        Err(trouble) if tabs::are_meant(&trouble.text) => whole(&tabs::spaced(text)),
        other => other,
    }
}

fn whole(text: &str) -> Result<Vec<Document>, Trouble> {
    let mut reader = Reader::new(text);
    let mut out = Vec::new();
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(out),
            (Event::DocumentStart(_), _) => {
                let document = reader.document()?;
                if !document.value.is_null() {
                    out.push(document);
                }
            }
            _ => {}
        }
    }
}

/// The deepest nesting. No object is deeper.
const DEEPEST: usize = 128;
const MOST: usize = 500_000;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Value>,
    spots: HashMap<String, Spot>,
    path: Vec<String>,
    count: usize,
}

type Read<T> = Result<T, Trouble>;
type Tagged<'a> = Option<Cow<'a, Tag>>;

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            anchors: HashMap::new(),
            spots: HashMap::new(),
            path: Vec::new(),
            count: 0,
        }
    }

    fn next(&mut self) -> Read<(Event<'a>, Spot)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, spot(span))),
            Some(Err(error)) => Err(unreadable(&error)),
            None => Ok((Event::StreamEnd, Spot::default())),
        }
    }

    fn document(&mut self) -> Read<Document> {
        self.anchors.clear();
        let (event, at) = self.next()?;
        self.spots.insert(String::new(), at);
        let value = self.value(event, at)?;
        Ok(Document { value, spots: std::mem::take(&mut self.spots) })
    }

    fn value(&mut self, event: Event<'a>, at: Spot) -> Read<Value> {
        self.count += 1;
        if self.path.len() > DEEPEST || self.count > MOST {
            return Err(trouble(at, "this text is nested too deeply or too large"));
        }
        let (value, anchor) = match event {
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned();
                let value = value.ok_or_else(|| trouble(at, "an alias refers to itself"))?;
                self.count += weight(&value);
                (value, 0)
            }
            Event::Scalar(text, style, anchor, tag) => (scalar(&text, style, &tag, at)?, anchor),
            Event::SequenceStart(anchor, _) => (self.sequence()?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping()?, anchor),
            _ => return Err(trouble(at, "a value is missing")),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    /// Reads the value to which `step` leads.
    fn child(&mut self, step: String, spot: Spot, event: Event<'a>, at: Spot) -> Read<Value> {
        self.path.push(step);
        self.spots.insert(pointer(&self.path), spot);
        let value = self.value(event, at)?;
        self.path.pop();
        Ok(value)
    }

    fn sequence(&mut self) -> Read<Value> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                (event, at) => items.push(self.child(items.len().to_string(), at, event, at)?),
            }
        }
    }

    fn mapping(&mut self) -> Read<Value> {
        let (mut map, mut merged) = (Map::new(), Map::new());
        loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, style, _, tag) => key(&text, style, &tag, at)?,
                _ => return Err(trouble(at, "a key must be a plain word")),
            };
            let (event, value_at) = self.next()?;
            let Some(key) = key else {
                let value = self.value(event, value_at)?;
                merge(value, &mut merged).ok_or_else(|| trouble(at, "'<<' takes mappings only"))?;
                continue;
            };
            if map.contains_key(&key) {
                return Err(trouble(at, format!("the key \"{key}\" is here twice")));
            }
            let value = self.child(key.clone(), at, event, value_at)?;
            map.insert(key, value);
        }
        for (key, value) in merged {
            map.entry(key).or_insert(value);
        }
        Ok(Value::Object(map))
    }
}

/// The number of values that an alias repeats. A few lines may stand for millions.
fn weight(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(weight).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(weight).sum::<usize>(),
        _ => 1,
    }
}

/// Adds the entries that `<<` names. Earlier entries win.
fn merge(value: Value, into: &mut Map<String, Value>) -> Option<()> {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                into.entry(key).or_insert(value);
            }
            Some(())
        }
        Value::Array(list) if list.iter().all(Value::is_object) => {
            list.into_iter().try_for_each(|value| merge(value, into))
        }
        _ => None,
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: &Tagged<'_>, at: Spot) -> Read<Value> {
    let plain = style == ScalarStyle::Plain;
    resolve::scalar(text, plain, core(tag)).map_err(|why| trouble(at, why))
}

/// A key as text; `None` for `<<`.
fn key(text: &str, style: ScalarStyle, tag: &Tagged<'_>, at: Spot) -> Read<Option<String>> {
    let plain = style == ScalarStyle::Plain;
    if plain && text == "<<" && tag.is_none() {
        return Ok(None);
    }
    resolve::key(text, plain, core(tag)).map(Some).map_err(|why| trouble(at, why))
}

/// The name of one of YAML's own tags. Any other tag makes a string of its value.
fn core<'t>(tag: &'t Tagged<'_>) -> Option<&'t str> {
    let tag = tag.as_deref()?;
    Some(if tag.is_yaml_core_schema() { tag.suffix.as_str() } else { "str" })
}

fn spot(span: Span) -> Spot {
    Spot { line: span.start.line(), column: span.start.col() + 1 }
}

fn unreadable(error: &ScanError) -> Trouble {
    let at = error.marker();
    trouble(Spot { line: at.line().max(1), column: at.col() + 1 }, error.info())
}

fn trouble(spot: Spot, text: impl Into<String>) -> Trouble {
    Trouble { spot, text: text.into() }
}

#[cfg(test)]
mod tests;
