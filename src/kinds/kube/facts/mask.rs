//! Secrets in plain sight: values that describe must not show.

use std::borrow::Cow;

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

/// A text in which the user and password of every address are masked.
pub fn urls(text: &str) -> Cow<'_, str> {
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
        rest = after;
        if let Some(at) = login(&after[..end]) {
            out.push_str(MASK);
            rest = &after[at..];
        }
    }
    out.push_str(rest);
    out.into()
}

/// Where the `@` after a login stands, in what follows `://`. Passwords may hold a raw `/`, so an `@` further on
/// counts as well when what stands before the first `/` is no host with a port.
fn login(address: &str) -> Option<usize> {
    let end = address.find(['/', '?', '#']).unwrap_or(address.len());
    if let Some(at) = address[..end].rfind('@') {
        return Some(at);
    }
    let (_, port) = address[..end].split_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|c| c.is_ascii_digit());
    if is_port { None } else { address.rfind('@') }
}

/// The words of a command line: `--password=x`, `--password x` and `PASSWORD=x` lose their value.
pub fn words(words: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut next_is_secret = false;
    for word in words {
        let flag = word.starts_with('-');
        let shown = match word.split_once('=') {
            _ if next_is_secret && !flag => MASK.into(),
            Some((name, secret)) if is_word(name) => format!("{name}={}", value(name, secret)),
            _ => urls(word).into_owned(),
        };
        next_is_secret = flag && !word.contains('=') && is_secret(word);
        out.push(shown);
    }
    out
}

fn is_word(name: &str) -> bool {
    name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
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
            ("bob@example.com", "bob@example.com"),
            ("://", "://"),
        ] {
            assert_eq!(urls(text), shown);
        }
    }

    #[test]
    fn command_lines_lose_their_secrets() {
        let line = [
            "run",
            "--password=x",
            "--token",
            "t",
            "--url=http://u:p@h",
            "TOKEN=t",
            "--api-key",
            "--v=2",
            "-c",
            "a b=c",
        ];
        let shown = words(&line).join(" ");
        assert_eq!(
            shown,
            "run --password=•••••• --token •••••• --url=http://••••••@h TOKEN=•••••• --api-key --v=2 -c a b=c"
        );
    }
}
