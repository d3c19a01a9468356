//! Requests, most of them near a rule of the objects: what it asks for, and a little beside it.

use std::fmt;

use serde_json::Value;

use crate::random::Random;

/// A request as it goes over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// As a client sends it: maybe with a port, in any case.
    pub authority: String,
    pub path: String,
    pub method: String,
    /// Without a value there is no `=`.
    pub query: Vec<(String, Option<String>)>,
    pub headers: Vec<(String, String)>,
}

impl Ask {
    /// Path and query.
    pub fn target(&self) -> String {
        let one = |(name, value): &(String, Option<String>)| match value {
            Some(value) => format!("{name}={value}"),
            None => name.clone(),
        };
        let query: Vec<String> = self.query.iter().map(one).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }

    /// The host in lower case, without a port.
    pub fn name(&self) -> String {
        self.authority.split(':').next().unwrap_or_default().to_lowercase()
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} Host: {}", self.method, self.target(), self.authority)?;
        self.headers.iter().try_for_each(|(name, value)| write!(f, ", {name}: {value:?}"))
    }
}

const PATHS: &[&str] = &["/", "/v2", "/v2/", "/v2/one", "/v2x", "/Shop", "/shop/cart", "/shop", "/SHOP/Cart", "/V2"];
const METHODS: &[&str] = &["GET", "GET", "POST", "PUT", "DELETE"];
const HEADERS: &[&str] = &["x-user", "version", "X-User", "method", "authority"];
const VALUES: &[&str] = &["one", "two", "one-more", "", "three"];
const PARAMETERS: &[&str] = &["q", "Q", "page"];

/// A request for a host, near a match if there is one.
pub fn ask(dice: &mut Random, name: &str, matching: Option<&Value>, port: u64) -> Ask {
    let mut out = Ask {
        authority: name.to_owned(),
        path: dice.pick(PATHS).to_owned(),
        method: dice.pick(METHODS).to_owned(),
        ..Ask::default()
    };
    if let Some(matching) = matching {
        near(dice, matching, &mut out);
    }
    if dice.below(8) == 0 {
        out.path += dice.pick(&["/", "x", "/x"]);
    }
    if dice.below(10) == 0 {
        out.path = if dice.below(2) == 0 { out.path.to_uppercase() } else { out.path.to_lowercase() };
    }
    if dice.below(6) == 0 {
        out.headers.push((dice.pick(HEADERS).to_owned(), dice.pick(VALUES).to_owned()));
    }
    if !out.headers.is_empty() && dice.below(6) == 0 {
        let (name, _) = out.headers[dice.below(out.headers.len())].clone();
        out.headers.insert(dice.below(out.headers.len() + 1), (name, dice.pick(VALUES).to_owned()));
    }
    if dice.below(8) == 0 {
        let value = (dice.below(4) > 0).then(|| dice.pick(VALUES).to_owned());
        out.query.push((dice.pick(PARAMETERS).to_owned(), value));
    }
    if !out.authority.contains(':') && dice.below(6) == 0 {
        out.authority = format!("{}:{}", out.authority, [port, 80, 8080, 9999][dice.below(4)]);
    }
    if dice.below(12) == 0 {
        out.authority = out.authority.to_uppercase();
    }
    out
}

/// Most of what a match asks for.
fn near(dice: &mut Random, matching: &Value, out: &mut Ask) {
    if let Some(uri) = matching.get("uri") {
        out.path = value(dice, uri, PATHS, "/unlikely");
        if !out.path.starts_with('/') {
            out.path = format!("/{}", out.path);
        }
    }
    if matching["ignoreUriCase"] == true && dice.below(2) == 0 {
        out.path = out.path.to_uppercase();
    }
    if let Some(method) = matching.get("method") {
        // The proxy refuses methods that nobody knows.
        let wanted = method["exact"].as_str();
        out.method = wanted.unwrap_or_else(|| dice.pick(&["GET", "POST", "PUT", "PATCH"])).to_owned();
    }
    // Only an authority that meets the same virtual host is near.
    if let Some(wanted) = matching["authority"]["exact"].as_str()
        && wanted.to_lowercase().split(':').next() == Some(out.authority.as_str())
    {
        out.authority = wanted.to_owned();
    }
    for (name, text) in
        matching["headers"].as_object().into_iter().flatten().filter(|_| dice.below(8) > 0).collect::<Vec<_>>()
    {
        out.headers.push((name.clone(), value(dice, text, VALUES, "x")));
    }
    for (name, text) in matching["withoutHeaders"].as_object().into_iter().flatten() {
        // Absent, the very value, or another.
        match dice.below(3) {
            0 => out.headers.push((name.clone(), value(dice, text, VALUES, "x"))),
            1 => out.headers.push((name.clone(), dice.pick(VALUES).to_owned())),
            _ => {}
        }
    }
    for (name, text) in matching["queryParams"].as_object().into_iter().flatten() {
        if dice.below(8) > 0 {
            out.query.push((name.clone(), Some(value(dice, text, VALUES, "x"))));
        }
    }
}

/// A value that fits, or that may: for a regular expression, any of `values`.
fn value(dice: &mut Random, text: &Value, values: &[&str], tail: &str) -> String {
    let of = |field: &str| text[field].as_str();
    match (of("exact"), of("prefix")) {
        (Some(exact), _) => exact.to_owned(),
        (None, Some(prefix)) if dice.below(2) == 0 => prefix.to_owned(),
        (None, Some(prefix)) => format!("{prefix}{tail}"),
        (None, None) => dice.pick(values).to_owned(),
    }
}
