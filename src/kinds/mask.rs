//! Secrets in plain sight: values that describe must not show.

mod known;
mod line;

use std::borrow::Cow;

use crate::model::Value;

pub use known::KnownSecrets;
pub use line::{line, words};

/// As long for every secret, so that not even its length shows.
pub const MASK: &str = "••••••";

const TELLING: [&str; 8] = ["pass", "secret", "token", "key", "cred", "auth", "dsn", "conn"];

/// Whether a value under this name is likely a secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TELLING.iter().any(|word| name.contains(word))
}

/// What may be shown of a named value.
pub fn value<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if is_secret(name) && !value.is_empty() { MASK.into() } else { urls(value) }
}

/// A text in which the user and password of every address are masked, the secrets among its parameters, and paths that
/// are secrets themselves.
pub fn urls(text: &str) -> Cow<'_, str> {
    match hook(text) {
        Some(text) => logins(&text).into_owned().into(),
        None => logins(text),
    }
}

/// The path of a receiver of Flux, which whoever knows it can call (notification-controller, `GetWebhookPath`): the 64
/// digits of a checksum.
fn hook(text: &str) -> Option<String> {
    const HOOK: &str = "/hook/";
    let start = text.find(HOOK)? + HOOK.len();
    let rest = &text[start..];
    let end = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
    (end == 64).then(|| format!("{}{MASK}{}", &text[..start], &rest[end..]))
}

fn logins(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return text.into();
    }
    let (mut out, mut rest) = (String::new(), text);
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`')).unwrap_or(after.len());
        // Another address in the same word is looked at by itself.
        let end = after[..end].find("://").unwrap_or(end);
        let mut address = &after[..end];
        rest = &after[end..];
        if let Some(at) = login(address) {
            out.push_str(MASK);
            address = &address[at..];
        }
        parameters(address, &mut out);
    }
    out.push_str(rest);
    out.into()
}

/// Adds an address to a text, with masks for the values of its parameters that are likely secrets:
/// `?access_token=x`, or the signature of an address that was signed to be handed on.
fn parameters(address: &str, out: &mut String) {
    let Some((path, query)) = address.split_once('?') else { return out.push_str(address) };
    out.push_str(path);
    for (i, pair) in query.split('&').enumerate() {
        out.push(if i == 0 { '?' } else { '&' });
        let Some((name, value)) = pair.split_once('=') else {
            out.push_str(pair);
            continue;
        };
        // What follows the last parameter is no part of it.
        let rest = value.find(['#', ')', ']', '>', ',', ';']).map_or("", |at| &value[at..]);
        let is_hidden = (is_secret(name) || name.to_ascii_lowercase().contains("sig")) && value != rest;
        let shown = if is_hidden { &format!("{MASK}{rest}") } else { value };
        out.push_str(name);
        out.push('=');
        out.push_str(shown);
    }
}

/// Where the `@` after a login stands, in what follows `://`. Passwords may hold a raw `/`, so an `@` further on
/// counts as well when what stands before the first `/` is no host with a port.
pub fn login(address: &str) -> Option<usize> {
    let end = address.find(['/', '?', '#']).unwrap_or(address.len());
    if let Some(at) = address[..end].rfind('@') {
        return Some(at);
    }
    let (_, port) = address[..end].split_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit());
    if is_port { None } else { address.rfind('@') }
}

/// Masks what a field of an engine's body may hold: command lines, variables, labels, options, what programs printed.
pub fn field(key: &str, value: &mut Value) {
    match (key, value) {
        ("Env" | "Cmd" | "Entrypoint" | "Args" | "Test", list) => command(list),
        ("Labels" | "Options" | "DriverOpts", Value::Object(all)) => all.iter_mut().for_each(named),
        ("LogConfig", log) => log.get_mut("Config").into_iter().for_each(|config| field("Options", config)),
        ("Command" | "CreatedBy" | "Output", Value::String(text)) => *text = line(text),
        _ => {}
    }
}

/// The words of a command line; what else is among them stays.
pub fn command(list: &mut Value) {
    let all = list.as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
    let texts: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
    let mut masked = words(&texts).into_iter();
    for word in all.iter_mut().filter(|word| word.is_string()) {
        *word = masked.next().unwrap_or_default().into();
    }
}

/// Labels and options are given on command lines, passwords among them.
fn named((name, value): (&String, &mut Value)) {
    let Value::String(text) = value else { return };
    *text = if is_secret(name) { self::value(name, text).into_owned() } else { line(text) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_with_telling_names_are_masked_whatever_their_length() {
        for name in ["DB_PASSWORD", "apiKey", "GITHUB_TOKEN", "DSN", "Authorization", "AWS_CREDENTIALS", "CONN_STRING"]
        {
            assert_eq!(value(name, "hunter2"), MASK, "{name}");
        }
        assert_eq!(value("LOG_LEVEL", "debug"), "debug");
        assert_eq!(value("PASSWORD", ""), "", "nothing to hide");
    }

    #[test]
    fn the_path_of_a_receiver_is_masked() {
        let path = "bed6d00b5555b1603e1f59b94d7fdbca58089cb5663633fb83f2815dc626d92b";
        assert_eq!(urls(&format!("for path: /hook/{path}")), "for path: /hook/••••••");
        assert_eq!(urls(&format!("https://u:p@h/hook/{path}?x")), "https://••••••@h/hook/••••••?x");
        assert_eq!(urls("/hook/deploy /hook/abc"), "/hook/deploy /hook/abc");
    }

    #[test]
    fn logins_in_addresses_are_masked() {
        for (text, shown) in [
            ("postgres://bob:pw@db:5432/shop", "postgres://••••••@db:5432/shop"),
            ("https://ghp_abc@github.com/x", "https://••••••@github.com/x"),
            ("amqp://u:p/w@mq/v", "amqp://••••••@mq/v"),
            ("a://u:p@h b://v:q@i", "a://••••••@h b://••••••@i"),
            ("a://u:p@h,b://v:q@i", "a://••••••@h,b://••••••@i"),
            ("mongodb://u:p@h1,h2/x", "mongodb://••••••@h1,h2/x"),
            ("http://a:b@c@host/", "http://••••••@host/"),
            ("https://reg:5000/img@sha256:1", "https://reg:5000/img@sha256:1"),
            ("https://example.com/a?mail=x@y", "https://example.com/a?mail=x@y"),
            ("https://h/a?access_token=x&page=2#top", "https://h/a?access_token=••••••&page=2#top"),
            ("https://u:p@h/?X-Amz-Signature=ab&X-Amz-Date=1", "https://••••••@h/?X-Amz-Signature=••••••&X-Amz-Date=1"),
            ("see (https://h/?sig=ab), then", "see (https://h/?sig=••••••), then"),
            ("a://h?token=a://g?token=b", "a://h?token=••••••://g?token=••••••"),
            ("https://h/?token=&x", "https://h/?token=&x"),
            ("bob@example.com", "bob@example.com"),
            ("://", "://"),
        ] {
            assert_eq!(urls(text), shown);
        }
    }
}
