//! Writes values as kubectl does: keys sorted, lists at their parent's indentation, long texts folded.

use std::cmp::Ordering;
use std::fmt::Write;
use std::ops::Range;

use serde_json::Map;

use super::scalar::{self, Style};
use crate::model::Value;

/// The column after which texts are folded at the next space.
const WIDTH: usize = 80;
/// The longest key, in bytes, that shares a line with its value.
const LONG_KEY: usize = 128;

#[derive(Default)]
pub struct Written {
    pub out: String,
    /// The ranges of lines that only continue a text.
    pub texts: Vec<Range<usize>>,
    /// The number of cells since the last line end.
    column: usize,
}

pub fn document(value: &Value) -> Written {
    let mut written = Written::default();
    match value {
        Value::Object(_) | Value::Array(_) if !is_empty(value) => written.collection(value, 0),
        value => written.scalar(value, 0),
    }
    written.line_end();
    written
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => true,
    }
}

impl Written {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn put_char(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    /// Ends the line, unless it has ended already.
    fn line_end(&mut self) {
        if self.column > 0 {
            self.out.push('\n');
            self.column = 0;
        }
    }

    /// Begins an indented line.
    fn indent(&mut self, depth: usize) {
        self.line_end();
        self.out.extend(std::iter::repeat_n(' ', depth));
        self.column = depth;
    }

    /// Writes a mapping or list whose first entry is on the present line. Its other entries are indented by `depth`.
    fn collection(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(map) => {
                for (i, (key, value)) in sorted(map).into_iter().enumerate() {
                    if i > 0 {
                        self.indent(depth);
                    }
                    self.entry(key, value, depth);
                }
            }
            Value::Array(list) => {
                for (i, value) in list.iter().enumerate() {
                    if i > 0 {
                        self.indent(depth);
                    }
                    self.item(value, depth, "- ");
                }
            }
            scalar => self.scalar(scalar, depth),
        }
    }

    fn entry(&mut self, key: &str, value: &Value, depth: usize) {
        if key.len() > LONG_KEY || key.contains('\n') {
            self.put("? ");
            self.string(key, depth, true);
            self.indent(depth);
            return self.item(value, depth, ": ");
        }
        self.string(key, depth, true);
        self.put(":");
        match value {
            Value::Object(_) if !is_empty(value) => {
                self.indent(depth + 2);
                self.collection(value, depth + 2);
            }
            Value::Array(_) if !is_empty(value) => {
                self.indent(depth);
                self.collection(value, depth);
            }
            scalar => {
                self.put(" ");
                self.scalar(scalar, depth);
            }
        }
    }

    fn item(&mut self, value: &Value, depth: usize, mark: &str) {
        self.put(mark);
        match is_empty(value) {
            true => self.scalar(value, depth),
            false => self.collection(value, depth + 2),
        }
    }

    fn scalar(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.put("null"),
            Value::Bool(yes) => self.put(if *yes { "true" } else { "false" }),
            Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
                Some(float) => self.put(&go_float(float)),
                None => self.put(&number.to_string()),
            },
            Value::String(text) => self.string(text, depth, false),
            Value::Array(_) => self.put("[]"),
            Value::Object(_) => self.put("{}"),
        }
    }

    fn string(&mut self, text: &str, depth: usize, key: bool) {
        let style = scalar::style(text, key);
        if style == Style::Literal {
            return self.literal(text, depth + 2);
        }
        let start = self.out.len();
        match style {
            Style::Double => self.double(text, depth + 2, key),
            _ => self.folded(text, depth + 2, key, style == Style::Single),
        }
        if let Some(end) = self.out[start..].find('\n') {
            self.texts.push(start + end + 1..self.out.len());
        }
    }

    fn literal(&mut self, text: &str, depth: usize) {
        self.put("|");
        if text.starts_with([' ', '\n']) {
            self.put("2");
        }
        match text.strip_suffix('\n') {
            None => self.put("-"),
            Some("") => self.put("+"),
            Some(more) if more.ends_with('\n') => self.put("+"),
            Some(_) => {}
        }
        self.line_end();
        let start = self.out.len();
        for line in text.split_terminator('\n') {
            if !line.is_empty() {
                self.indent(depth);
                self.out.push_str(line);
            }
            self.out.push('\n');
            self.column = 0;
        }
        self.texts.push(start..self.out.len());
    }

    /// Writes a text, plain or in single quotes, folded if it is long.
    fn folded(&mut self, text: &str, depth: usize, key: bool, quoted: bool) {
        if quoted {
            self.put("'");
        }
        let mut after_space = false;
        for (i, c) in text.char_indices() {
            let next = text[i + c.len_utf8()..].chars().next();
            let foldable = !quoted || (i > 0 && next.is_some());
            match c {
                ' ' if !key && !after_space && self.column > WIDTH && foldable && next != Some(' ') => {
                    self.indent(depth)
                }
                '\'' if quoted => self.put("''"),
                c => self.put_char(c),
            }
            after_space = c == ' ';
        }
        if quoted {
            self.put("'");
        }
    }

    fn double(&mut self, text: &str, depth: usize, key: bool) {
        self.put("\"");
        let mut after_space = false;
        for (i, c) in text.char_indices() {
            let next = text[i + c.len_utf8()..].chars().next();
            match c {
                ' ' if !key && !after_space && self.column > WIDTH && i > 0 && next.is_some() => {
                    self.indent(depth);
                    if next == Some(' ') {
                        self.put("\\");
                    }
                }
                '"' | '\\' | '\n' | '\u{2028}' | '\u{2029}' => self.escape(c),
                c if !scalar::is_printable(c) => self.escape(c),
                c => self.put_char(c),
            }
            after_space = c == ' ';
        }
        self.put("\"");
    }

    fn escape(&mut self, c: char) {
        let before = self.out.len();
        let short = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' | '\\' => c,
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => ' ',
        };
        let _ = match u32::from(c) {
            _ if short != ' ' => write!(self.out, "\\{short}"),
            n @ ..=0xff => write!(self.out, "\\x{n:02X}"),
            n @ ..=0xffff => write!(self.out, "\\u{n:04X}"),
            n => write!(self.out, "\\U{n:08X}"),
        };
        self.column += self.out.len() - before;
    }
}

/// Sorts by insertion. `by_key` is not a total order for every set of keys, and the standard sort may panic then.
fn sorted(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut entries: Vec<(&String, &Value)> = Vec::with_capacity(map.len());
    for entry in map {
        let at = entries.partition_point(|known| by_key(known.0, entry.0) != Ordering::Greater);
        entries.insert(at, entry);
    }
    entries
}

/// The order of keys: letters after all other characters, and runs of digits by value.
fn by_key(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(i) = a.iter().zip(&b).position(|(x, y)| x != y) else { return a.len().cmp(&b.len()) };
    match (a[i].is_alphabetic(), b[i].is_alphabetic()) {
        (true, true) => return a[i].cmp(&b[i]),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Within a number, a digit after other digits counts more than a zero that stands alone.
    let digits = a[..i].iter().rev().take_while(|c| c.is_ascii_digit());
    let within = (a[i] == '0' || b[i] == '0') && digits.clone().any(|c| *c != '0');
    let number = |chars: &[char]| {
        let run = chars[i..].iter().map_while(|c| c.to_digit(10));
        run.fold((u64::from(within), 0), |(n, len), digit| (n.wrapping_mul(10).wrapping_add(u64::from(digit)), len + 1))
    };
    number(&a).cmp(&number(&b)).then_with(|| a[i].cmp(&b[i]))
}

/// A float as Go prints it: with an exponent from a million on.
fn go_float(float: f64) -> String {
    let scientific = format!("{float:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return float.to_string() };
    match exponent.parse::<i32>() {
        Ok(exponent) if float != 0.0 && !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => float.to_string(),
    }
}
