//! Reads JSON documents at the start of a text, with the position of each value. JSON has escapes and lengths of keys
//! that a YAML parser refuses. Everything after the JSON documents is left to that parser.

use std::collections::HashMap;

use serde_json::Value;

use super::resolve;
use super::{Document, MOST, Read, Spot, Trouble, pointer, trouble};

/// The documents, and where they end.
#[derive(Debug, Default)]
pub struct Found {
    pub documents: Vec<Document>,
    /// The position after the JSON documents. From there on it is YAML, or nothing.
    pub end: usize,
    /// The error in the text from there on, if it was meant as JSON.
    pub trouble: Option<Trouble>,
}

pub fn documents(text: &str) -> Read<Found> {
    let mut found = Found::default();
    let mut places =
        ValueSpots { text: text.as_bytes(), at: 0, spot: Spot { line: 1, column: 1 }, ..ValueSpots::default() };
    loop {
        let start = skip(text, found.end);
        let rest = &text[start..];
        if !rest.starts_with('{') {
            found.end = if rest.is_empty() { text.len() } else { found.end };
            return Ok(found);
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let value = stream.next();
        let end = start + stream.byte_offset();
        match value {
            Some(Ok(value)) if ends_document(&text[end..]) => {
                places.forward(start);
                places.spots.insert(String::new(), places.spot);
                places.value()?;
                let spots = std::mem::take(&mut places.spots);
                found.documents.push(Document { value: whole_numbers(value), spots });
                found.end = end;
            }
            Some(Err(error)) => {
                // `{a: b}` is YAML.
                let quoted = rest[1..].trim_start().starts_with('"');
                places.forward(start);
                found.trouble = quoted.then(|| broken(&error, places.spot));
                return Ok(found);
            }
            Some(Ok(_)) | None => return Ok(found),
        }
    }
}

/// Skips blanks and lines that divide documents.
fn skip(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start().len();
        match text[at..].strip_prefix("---").map(|rest| rest.split('\n').next().unwrap_or_default()) {
            Some(line) if line.trim().is_empty() => at += 3 + line.len(),
            _ => return at,
        }
    }
}

/// Whether a JSON document may end before this text.
fn ends_document(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with('{') || rest.starts_with("---")
}

fn broken(error: &serde_json::Error, start: Spot) -> Trouble {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let column = if line == 1 { start.column + column - 1 } else { column };
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    trouble(Spot { line: start.line + line - 1, column }, text)
}

/// Turns floats without a fraction into whole numbers, as in YAML.
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            number.as_f64().and_then(resolve::float).unwrap_or(Value::Number(number))
        }
        Value::Array(list) => list.into_iter().map(whole_numbers).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, whole_numbers(value))).collect(),
        other => other,
    }
}

/// Finds the positions of the values in a text that is known to be JSON.
#[derive(Default)]
struct ValueSpots<'t> {
    text: &'t [u8],
    at: usize,
    spot: Spot,
    path: Vec<String>,
    spots: HashMap<String, Spot>,
}

impl ValueSpots<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or_default()
    }

    fn step(&mut self) {
        match self.peek() {
            b'\n' => self.spot = Spot { line: self.spot.line + 1, column: 1 },
            // The rest of a character that has several bytes.
            0x80..=0xbf => {}
            _ => self.spot.column += 1,
        }
        self.at += 1;
    }

    fn forward(&mut self, to: usize) {
        while self.at < to {
            self.step();
        }
    }

    fn blanks(&mut self) {
        while self.peek().is_ascii_whitespace() {
            self.step();
        }
    }

    fn value(&mut self) -> Read<()> {
        if self.spots.len() > MOST {
            return Err(trouble(self.spot, "this text is too large"));
        }
        self.blanks();
        match self.peek() {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => {
                self.string();
                Ok(())
            }
            _ => {
                while !matches!(self.peek(), 0 | b',' | b'}' | b']') {
                    self.step();
                }
                Ok(())
            }
        }
    }

    /// Skips a string, and returns it with its quotes.
    fn string(&mut self) -> &[u8] {
        let start = self.at;
        self.step();
        while !matches!(self.peek(), 0 | b'"') {
            if self.peek() == b'\\' {
                self.step();
            }
            self.step();
        }
        self.step();
        &self.text[start..self.at.min(self.text.len())]
    }

    fn object(&mut self) -> Read<()> {
        self.step();
        loop {
            self.blanks();
            match self.peek() {
                b'"' => {}
                b',' => {
                    self.step();
                    continue;
                }
                _ => {
                    self.step();
                    return Ok(());
                }
            }
            let spot = self.spot;
            let key: String = serde_json::from_slice(self.string()).unwrap_or_default();
            self.blanks();
            // The colon.
            self.step();
            self.child(key, spot)?;
        }
    }

    fn array(&mut self) -> Read<()> {
        self.step();
        let mut count = 0;
        loop {
            self.blanks();
            match self.peek() {
                b',' => self.step(),
                0 | b']' => {
                    self.step();
                    return Ok(());
                }
                _ => {
                    self.child(count.to_string(), self.spot)?;
                    count += 1;
                }
            }
        }
    }

    fn child(&mut self, step: String, spot: Spot) -> Read<()> {
        let twice = format!("the key \"{step}\" is here twice");
        self.path.push(step);
        if self.spots.insert(pointer(&self.path), spot).is_some() {
            return Err(trouble(spot, twice));
        }
        self.value()?;
        self.path.pop();
        Ok(())
    }
}
