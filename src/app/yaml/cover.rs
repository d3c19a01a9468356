//! Masks that can be put back. Each hidden value of a text has a mask of its own, which may move together with its key.

mod veil;

use std::collections::HashMap;

use super::mask;
use crate::kinds::mask::MASK;
use crate::model::Value;

pub use veil::veil;

const EDGE: &str = "•••";

/// The values for which the masks of a text stand.
#[derive(Clone, Debug, Default)]
pub struct Masks {
    hidden: HashMap<String, Hidden>,
    /// Whether the object itself contains dots like those of masks, so that foreign masks cannot be recognised.
    dotted: bool,
}

#[derive(Clone, Debug)]
struct Hidden {
    value: Value,
    part: ValueKind,
    /// The path of the value, for messages.
    path: String,
}

/// The sort of place of a value. A mask can be put back only in a place where the value means the same and is hidden as
/// well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ValueKind {
    Data,
    Variable,
    Copy,
    Text,
}

impl ValueKind {
    fn of(path: &[String], secret: bool) -> Self {
        let last = path.last().map(String::as_str);
        match path {
            _ if last == Some(mask::COPY) => Self::Copy,
            [first, ..] if secret && first == "data" => Self::Data,
            [.., list, _, _] if list == "env" && last == Some("value") => Self::Variable,
            _ => Self::Text,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Data => "under data",
            Self::Variable => "as the value of a variable",
            Self::Copy => "as the last applied configuration",
            Self::Text => "in a text like the one it came from",
        }
    }
}

/// A mask that cannot be put back: its path, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    pub path: Vec<String>,
    pub text: String,
}

/// The object with masks instead of secrets, and the values for which they stand.
pub fn cover(body: &Value) -> (Value, Masks) {
    let dotted = body.to_string().contains(EDGE);
    // The numbers of masks start above all numbers that the object may contain.
    let mut number = if dotted { 1_000_000 } else { 0 };
    let mut masks = Masks { dotted, ..Masks::default() };
    let secret = is_secret(body);
    let covered = walk(body, &mut |path, value| {
        number += 1;
        let token = format!("{EDGE}{number}{EDGE}");
        let hidden = Hidden { value: value.clone(), part: ValueKind::of(path, secret), path: path.join(".") };
        masks.hidden.insert(token.clone(), hidden);
        token
    });
    (covered, masks)
}

/// Two versions of an object with masks. The masks differ if the secrets differ.
pub fn pair(old: &Value, new: &Value) -> (Value, Value) {
    pair_as((old, &masked(old)), (new, &masked(new)))
}

/// The same where it was decided already what is hidden: each version, and the same with masks.
pub fn pair_as(old: (&Value, &Value), new: (&Value, &Value)) -> (Value, Value) {
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    let mut name = |path: &[String], value: &Value| {
        // The position of items is ignored, because items move within lists and their masks must not change for that.
        let place = path.iter().filter(|step| step.parse::<usize>().is_err()).cloned().collect::<Vec<_>>().join("/");
        let next = known.len() + 1;
        format!("{EDGE}{}{EDGE}", known.entry((place, value.to_string())).or_insert(next))
    };
    let mut apart = |(body, masked)| named(body, masked, &mut Vec::new(), &mut name);
    (apart(old), apart(new))
}

pub fn is_secret(body: &Value) -> bool {
    matches!(body.get("kind").and_then(Value::as_str), Some("Secret" | "SecretList"))
}

/// Replaces each hidden value by the name that `name` gives. `mask` decides which values are hidden.
fn walk(body: &Value, name: &mut dyn FnMut(&[String], &Value) -> String) -> Value {
    named(body, &masked(body), &mut Vec::new(), name)
}

fn masked(body: &Value) -> Value {
    let mut masked = body.clone();
    mask::apply(&mut masked, false);
    masked
}

fn named(
    body: &Value,
    masked: &Value,
    path: &mut Vec<String>,
    name: &mut dyn FnMut(&[String], &Value) -> String,
) -> Value {
    if body == masked {
        return body.clone();
    }
    let mut child = |step: String, body: &Value, masked: &Value| {
        path.push(step);
        let value = named(body, masked, path, name);
        path.pop();
        value
    };
    match (body, masked) {
        (Value::Object(all), Value::Object(shown)) => {
            let entry = |(key, value): (&String, &Value)| {
                let shown = shown.get(key).unwrap_or(&Value::Null);
                (key.clone(), child(key.clone(), value, shown))
            };
            Value::Object(all.iter().map(entry).collect())
        }
        (Value::Array(all), Value::Array(shown)) => {
            let items = all.iter().zip(shown).enumerate();
            Value::Array(items.map(|(i, (value, shown))| child(i.to_string(), value, shown)).collect())
        }
        (Value::String(text), Value::String(shown)) => match inner(text, shown).filter(|_| !is_copy(path)) {
            Some((before, hidden, after)) => format!("{before}{}{after}", name(path, &hidden.into())).into(),
            None => name(path, body).into(),
        },
        _ => name(path, body).into(),
    }
}

fn is_copy(path: &[String]) -> bool {
    path.last().map(String::as_str) == Some(mask::COPY)
}

/// The one piece of a text that is hidden; `None` if the whole text or several pieces are.
fn inner<'t>(text: &'t str, shown: &str) -> Option<(&'t str, &'t str, &'t str)> {
    let (before, after) = shown.split_once(MASK).filter(|(_, after)| !after.contains(MASK))?;
    let hidden = text.strip_prefix(before)?.strip_suffix(after).filter(|_| !(before.is_empty() && after.is_empty()))?;
    Some((&text[..before.len()], hidden, &text[before.len() + hidden.len()..]))
}

impl Masks {
    pub fn is_empty(&self) -> bool {
        self.hidden.is_empty()
    }

    /// Puts the hidden values back in place of their masks.
    pub fn uncover(&self, value: &mut Value) -> Result<(), Stray> {
        let secret = is_secret(value);
        self.put_back(value, &mut Vec::new(), secret)
    }

    fn put_back(&self, value: &mut Value, path: &mut Vec<String>, secret: bool) -> Result<(), Stray> {
        match value {
            Value::Object(map) => {
                for (key, value) in map.iter_mut() {
                    path.push(key.clone());
                    if !self.dotted && key.contains(EDGE) {
                        return Err(stray(path, "a mask replaces a value, not a key"));
                    }
                    self.put_back(value, path, secret)?;
                    path.pop();
                }
            }
            Value::Array(list) => {
                for (i, value) in list.iter_mut().enumerate() {
                    path.push(i.to_string());
                    self.put_back(value, path, secret)?;
                    path.pop();
                }
            }
            Value::String(text) if text.contains(EDGE) => *value = self.whole(text, path, secret)?,
            _ => {}
        }
        Ok(())
    }

    fn whole(&self, text: &str, path: &[String], secret: bool) -> Result<Value, Stray> {
        let part = ValueKind::of(path, secret);
        if let Some(hidden) = self.hidden.get(text) {
            return hidden.fits(part, path).map(|()| hidden.value.clone());
        }
        let (mut out, mut rest) = (String::new(), text);
        while let Some(start) = rest.find(EDGE) {
            let found = token(&rest[start..]).and_then(|token| Some((token, self.hidden.get(token)?)));
            let Some((token, hidden)) = found else {
                if self.dotted {
                    out.push_str(&rest[..start + EDGE.len()]);
                    rest = &rest[start + EDGE.len()..];
                    continue;
                }
                return Err(stray(path, "this mask is not from this text; type the value, or undo"));
            };
            hidden.fits(part, path)?;
            let piece = hidden.value.as_str().ok_or_else(|| stray(path, "this mask cannot be part of a text"))?;
            out.push_str(&rest[..start]);
            out.push_str(piece);
            rest = &rest[start + token.len()..];
        }
        out.push_str(rest);
        Ok(out.into())
    }

    /// Another version of the object. A value that has one of these masks gets it; other hidden values get a plain
    /// mask.
    pub fn cover_again(&self, body: &Value) -> Value {
        let secret = is_secret(body);
        walk(body, &mut |path, value| {
            let part = ValueKind::of(path, secret);
            let place = path.join(".");
            let fits = |hidden: &&(&String, &Hidden)| hidden.1.part == part && hidden.1.value == *value;
            let known = || self.hidden.iter().collect::<Vec<_>>();
            let same_place = known().iter().find(|all| fits(all) && all.1.path == place).map(|all| all.0.clone());
            same_place.or_else(|| known().iter().find(fits).map(|all| all.0.clone())).unwrap_or_else(|| MASK.to_owned())
        })
    }

    /// The masks that are at the same place in both of two masked objects.
    pub fn only_of(&self, one: &Value, other: &Value) -> Self {
        let (mut here, mut there) = (HashMap::new(), HashMap::new());
        places(one, &mut String::new(), &mut here);
        places(other, &mut String::new(), &mut there);
        let stays = |token: &String| here.get(token).is_some_and(|place| there.get(token) == Some(place));
        let hidden = self.hidden.iter().filter(|(token, _)| stays(token));
        Self { hidden: hidden.map(|(token, hidden)| (token.clone(), hidden.clone())).collect(), dotted: self.dotted }
    }

    /// Puts back the masks that can be put back, and leaves the others.
    pub fn uncover_known(&self, value: &mut Value) {
        match value {
            Value::Object(map) => map.values_mut().for_each(|value| self.uncover_known(value)),
            Value::Array(list) => list.iter_mut().for_each(|value| self.uncover_known(value)),
            Value::String(text) if text.contains(EDGE) => {
                if let Some(hidden) = self.hidden.get(text.as_str()) {
                    *value = hidden.value.clone();
                    return;
                }
                for (token, hidden) in &self.hidden {
                    if let Some(piece) = hidden.value.as_str().filter(|_| text.contains(token.as_str())) {
                        *text = text.replace(token.as_str(), piece);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Hidden {
    fn fits(&self, part: ValueKind, path: &[String]) -> Result<(), Stray> {
        match self.part == part {
            true => Ok(()),
            false => {
                let (from, words) = (&self.path, self.part.words());
                Err(stray(path, &format!("the mask of {from} works only {words}; type the value here")))
            }
        }
    }
}

/// The place of each mask of an object, with the names around it.
fn places(value: &Value, path: &mut String, out: &mut HashMap<String, String>) {
    let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
    let start = path.len();
    path.push_str(name);
    let mut child = |step: &str, value: &Value, path: &mut String| {
        let start = path.len();
        path.push('/');
        path.push_str(step);
        places(value, path, out);
        path.truncate(start);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| child(key, value, path)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| child(&i.to_string(), value, path)),
        Value::String(text) => {
            let mut rest = text.as_str();
            while let Some(at) = rest.find(EDGE) {
                let found = token(&rest[at..]);
                if let Some(token) = found {
                    out.insert(token.to_owned(), path.clone());
                }
                rest = &rest[at + found.map_or(EDGE.len(), str::len)..];
            }
        }
        _ => {}
    }
    path.truncate(start);
}

fn stray(path: &[String], text: &str) -> Stray {
    Stray { path: path.to_vec(), text: text.to_owned() }
}

/// The mask at the start of a text.
fn token(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(EDGE)?;
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    let whole = EDGE.len() + digits + EDGE.len();
    (digits > 0 && inner[digits..].starts_with(EDGE)).then(|| &text[..whole])
}

#[cfg(test)]
mod tests;
