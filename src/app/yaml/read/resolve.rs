//! Decides what a plain word means, by the rules of the library that kubectl uses (a YAML 1.1 of its own: `0644` is
//! 420, `on` is true, `1:30` is a text).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, json};

use crate::model::Value;

/// The absolute value below which a float without a fraction becomes a whole number. JSON writes larger ones with an
/// exponent.
const WHOLE: f64 = 1e21;

/// The meaning of a word, before it becomes JSON.
enum Word {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    /// A text, or a date. A date stays the text that it is, but even a tag does not make it a number.
    Text,
}

/// The value of a scalar; `tag` is a name such as `str` or `int`.
pub fn scalar(text: &str, plain: bool, tag: Option<&str>) -> Result<Value, String> {
    let tag = tag.map(|tag| if tag.is_empty() { "str" } else { tag });
    let word = match tag {
        None if plain => word(text),
        None | Some("str") => return Ok(text.into()),
        Some("binary") => return binary(text),
        Some("int" | "float" | "bool" | "null") => word(text),
        Some(_) => return Ok(text.into()),
    };
    if !fits(&word, tag) {
        return Err(format!("\"{text}\" is not a valid {}", tag.unwrap_or("value")));
    }
    match word {
        Word::Null => Ok(Value::Null),
        Word::Bool(yes) => Ok(yes.into()),
        Word::Int(number) => Ok(whole(number)),
        Word::Float(number) => float(number).ok_or_else(|| format!("\"{text}\" cannot be stored: it is not a number")),
        Word::Text => Ok(text.into()),
    }
}

/// A key as JSON text.
pub fn key(text: &str, plain: bool, tag: Option<&str>) -> Result<String, String> {
    match scalar(text, plain, tag)? {
        Value::String(text) => Ok(text),
        Value::Null => Err("a key is missing here".to_owned()),
        other => Ok(other.to_string()),
    }
}

fn fits(word: &Word, tag: Option<&str>) -> bool {
    match (tag, word) {
        (None, _) | (Some("int"), Word::Int(_)) | (Some("float"), Word::Int(_) | Word::Float(_)) => true,
        (Some("bool"), Word::Bool(_)) | (Some("null"), Word::Null) => true,
        (Some(_), _) => false,
    }
}

fn binary(text: &str) -> Result<Value, String> {
    let packed: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let bytes = STANDARD.decode(packed).map_err(|_| "this is not base64".to_owned())?;
    Ok(String::from_utf8_lossy(&bytes).into())
}

/// Words with a special meaning.
fn named(text: &str) -> Option<Word> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Word::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Word::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Word::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Word::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Word::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Word::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn word(text: &str) -> Word {
    if let Some(word) = named(text) {
        return word;
    }
    let plain = text.replace('_', "");
    let number = match text.as_bytes()[0] {
        b'.' => decimal(&plain).map(Word::Float),
        b'0'..=b'9' | b'+' | b'-' => integer(&plain).map(Word::Int).or_else(|| decimal(&plain).map(Word::Float)),
        _ => None,
    };
    number.unwrap_or(Word::Text)
}

/// An integer, with a sign, in the base of its prefix. A leading zero means base eight.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let prefix = digits.get(..2).map(str::to_ascii_lowercase);
    let (digits, base) = match prefix.as_deref() {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        Some("0b") => (&digits[2..], 2),
        Some(_) if digits.starts_with('0') => (&digits[1..], 8),
        _ => (digits, 10),
    };
    if !digits.starts_with(|c: char| c.is_digit(base)) {
        return None;
    }
    let number = i128::from(u64::from_str_radix(digits, base).ok()?);
    let signed = if negative { -number } else { number };
    (signed >= i128::from(i64::MIN)).then_some(signed)
}

fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, power) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, p)| (m, Some(p)));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power_fits = |power: &str| {
        let power = power.strip_prefix(['+', '-']).unwrap_or(power);
        !power.is_empty() && digits(power)
    };
    let formed = digits(before) && digits(after) && !(before.is_empty() && after.is_empty());
    (formed && power.is_none_or(power_fits)).then(|| text.parse().ok()).flatten().filter(|n: &f64| n.is_finite())
}

fn whole(number: i128) -> Value {
    match i64::try_from(number) {
        Ok(number) => number.into(),
        // The server turns integers that fit no signed 64-bit integer into floats. The digits are kept until then.
        Err(_) => u64::try_from(number).map_or_else(|_| json!(number as f64), Value::from),
    }
}

/// A float as JSON. Without a fraction it becomes a whole number.
pub fn float(number: f64) -> Option<Value> {
    let is_whole = number.fract() == 0.0 && number.abs() < WHOLE;
    if is_whole && number > i64::MIN as f64 && number < i64::MAX as f64 {
        return Some((number as i64).into());
    }
    Number::from_f64(number).map(Value::Number)
}
