//! Writes objects as YAML, as kubectl prints them, and for the screen with secrets masked.

pub mod cover;
mod emit;
pub mod extract;
mod mask;
pub mod read;
mod scalar;

use crate::model::{Str, Value};
use crate::theme::Role;

use super::view::{self, Line};

pub use mask::COPY;

/// The lines of a page, and for each whether it only continues a text of the line above.
pub fn lines(body: &Value, managed_fields: bool, decoded: bool) -> Vec<(Str, bool)> {
    let mut body = body.clone();
    if !managed_fields {
        drop_managed_fields(&mut body);
    }
    mask::apply(&mut body, decoded);
    shown(&emit::document(&body))
}

fn shown(written: &emit::Written) -> Vec<(Str, bool)> {
    let mut texts = written.texts.iter().peekable();
    let mut start = 0;
    let mut out = Vec::new();
    for line in written.out.split_terminator('\n') {
        while texts.next_if(|text| text.end <= start).is_some() {}
        out.push((Str::from(line), texts.peek().is_some_and(|text| text.contains(&start))));
        start += line.len() + 1;
    }
    out
}

/// The whole object as `kubectl get -o yaml` prints it. Nothing is masked.
pub fn text(body: &Value) -> String {
    let mut body = body.clone();
    drop_managed_fields(&mut body);
    emit::document(&body).out
}

fn drop_managed_fields(body: &mut Value) {
    if let Some(Value::Object(metadata)) = body.get_mut("metadata") {
        metadata.shift_remove("managedFields");
    }
    if let Some(Value::Array(items)) = body.get_mut("items") {
        items.iter_mut().for_each(drop_managed_fields);
    }
}

/// One line with its roles. A line `in_block` is text, whatever it looks like.
pub fn highlight(line: &str, in_block: bool) -> Line {
    if in_block {
        return vec![(line.into(), Role::Text)];
    }
    let mut out = Line::new();
    let mut push = |piece: &str, role| {
        if !piece.is_empty() {
            out.push((Str::from(piece), role));
        }
    };
    let (lead, rest) = line.split_at(lead(line));
    push(lead, Role::Faint);
    match key_end(rest) {
        Some(end) => {
            push(&rest[..end], Role::Key);
            push(":", Role::Faint);
            let value = &rest[end + 1..];
            push(value, role(value.trim()));
        }
        None => push(rest, role(rest.trim())),
    }
    out
}

/// The length of the indentation and the dashes of a line.
fn lead(line: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &line[at..];
        let blank = rest.len() - rest.trim_start_matches(' ').len();
        match rest[blank..].strip_prefix('-') {
            Some(after) if after.is_empty() || after.starts_with(' ') => at += blank + 1,
            _ => return at + blank,
        }
    }
}

/// The position of the colon after a key.
fn key_end(rest: &str) -> Option<usize> {
    let quoted = match rest.chars().next()? {
        '#' => return None,
        '"' => closing(rest, '"')?,
        '\'' => closing(rest, '\'')?,
        _ => 0,
    };
    let is_end = |at: &usize| rest[at + 1..].is_empty() || rest[at + 1..].starts_with(' ');
    let mut colons = rest.match_indices(':').map(|(at, _)| at);
    match quoted {
        0 => colons.find(is_end),
        end => Some(end).filter(|end| rest[*end..].starts_with(':')).filter(is_end),
    }
}

fn closing(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn role(value: &str) -> Role {
    let header = value.starts_with(['|', '>']) && value.len() <= 3;
    match value {
        "{}" | "[]" => Role::Faint,
        value if header || value.starts_with('#') => Role::Faint,
        value if value.starts_with(['"', '\'']) => Role::Text,
        value if scalar::is_other(value) => Role::Info,
        _ => Role::Text,
    }
}

#[cfg(test)]
mod tests;
