//! Secrets that are known by their text: what is masked at one place of a page must not stand in clear at another.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{MASK, is_secret};
use crate::model::Value;

/// A shorter text is too common: it would hide what is no secret, and gives nothing away where it stands.
const SHORTEST: usize = 6;

/// What stands in a Secret beside the secret, and in clear everywhere else.
const OPEN: [&str; 6] = ["user", "name", "host", "port", "database", "schema"];

/// The secrets of a page.
#[derive(Debug, Default)]
pub struct KnownSecrets(Vec<String>);

impl KnownSecrets {
    /// The texts below values that have telling names, at whatever depth.
    pub fn below<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut all = Vec::new();
        values.into_iter().for_each(|value| collect("", value, &mut all));
        Self(all).sorted()
    }

    /// The secrets of the Secrets among objects too; `objects` is an array, or none are there.
    pub fn and_secrets(self, objects: &Value) -> Self {
        let all = objects.as_array().into_iter().flatten();
        all.filter(|object| object["kind"] == "Secret").fold(self, Self::and_secret)
    }

    /// The secrets of a Secret too, in clear.
    fn and_secret(mut self, object: &Value) -> Self {
        let data = object["data"].as_object().into_iter().flatten();
        let decoded = data.filter_map(|(name, value)| {
            let text = String::from_utf8(STANDARD.decode(value.as_str()?.trim()).ok()?).ok()?;
            Some((name, text))
        });
        let plain = object["stringData"].as_object().into_iter().flatten();
        let plain = plain.filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
        let open = |name: &str| {
            let name = name.to_ascii_lowercase();
            !is_secret(&name) && OPEN.iter().any(|word| name.contains(word))
        };
        decoded.chain(plain).filter(|(name, _)| !open(name)).for_each(|(_, text)| add(&text, &mut self.0));
        self.sorted()
    }

    /// The longest first, so that none is left in part where one contains another.
    fn sorted(mut self) -> Self {
        self.0.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
        self
    }

    /// A text without them.
    pub fn hide<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.0.iter().fold(Cow::Borrowed(text), |text, secret| match without(&text, secret) {
            Some(hidden) => hidden.into(),
            None => text,
        })
    }

    /// All texts of a value without them.
    pub fn hide_below(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|value| self.hide_below(value)),
            Value::Array(items) => items.iter_mut().for_each(|value| self.hide_below(value)),
            Value::String(text) => {
                if let Cow::Owned(hidden) = self.hide(text) {
                    *text = hidden;
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn collect(name: &str, value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| collect(name, value, all)),
        Value::Array(items) => items.iter().for_each(|value| collect(name, value, all)),
        Value::String(text) if is_telling(name) => add(text, all),
        Value::Number(number) if is_telling(name) => add(&number.to_string(), all),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether a value of this name is a secret. The name of an object that holds one is none.
fn is_telling(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ends = ["name", "ref", "path", "file"];
    is_secret(name) && !lower.starts_with("existing") && !ends.iter().any(|end| lower.ends_with(end))
}

/// Adds a text and its base64 form.
fn add(text: &str, all: &mut Vec<String>) {
    let text = text.trim();
    if text.len() >= SHORTEST {
        all.extend([text.to_owned(), STANDARD.encode(text)]);
    }
}

/// The text without a secret that stands in it by itself, not as a part of a longer word.
fn without(text: &str, secret: &str) -> Option<String> {
    let is_inside =
        |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| a.is_alphanumeric() && b.is_alphanumeric());
    let (mut out, mut done) = (String::new(), 0);
    for (at, _) in text.match_indices(secret) {
        let (before, after) = (&text[..at], &text[at + secret.len()..]);
        let begins = is_inside(before.chars().next_back(), secret.chars().next());
        let goes_on = is_inside(secret.chars().next_back(), after.chars().next());
        if !begins && !goes_on {
            out.push_str(&text[done..at]);
            out.push_str(MASK);
            done = at + secret.len();
        }
    }
    (done > 0).then(|| out + &text[done..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_hidden_wherever_it_stands() {
        let values = json!({"auth": {"rootPassword": "hunter22", "secretName": "my-secret", "key": "short"},
            "tokens": ["tok-abcdef"], "image": {"tag": "1.2.3-alpine"}});
        let data = json!({"p": STANDARD.encode("geheim!"), "user": STANDARD.encode("postgres")});
        let known = KnownSecrets::below([&values]).and_secrets(&json!([
            {"kind": "Secret", "data": data},
            {"kind": "ConfigMap", "data": {"p": STANDARD.encode("1.2.3-alpine")}},
        ]));
        for (text, shown) in [
            ("mysql -u root --pw=hunter22!", "mysql -u root --pw=••••••!"),
            ("hunter22 hunter22", "•••••• ••••••"),
            ("hunter221 is another word", "hunter221 is another word"),
            (&STANDARD.encode("hunter22"), MASK),
            ("tok-abcdef,geheim!", "••••••,••••••"),
            ("my-secret short 1.2.3-alpine postgres", "my-secret short 1.2.3-alpine postgres"),
        ] {
            assert_eq!(known.hide(text), shown);
        }
        assert!(matches!(known.hide("nothing"), Cow::Borrowed(_)));
    }
}
