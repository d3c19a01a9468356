//! Whether a match lets one request through.

use regex::Regex;

use super::cover::within;
use super::{Match, Path, Text};
use crate::mesh::read::Labels;

/// The parts of a request that routes look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// The host without a port, in lower case.
    pub host: String,
    /// The host as the client sends it, possibly with a port; empty if it equals `host`.
    pub authority: String,
    /// The path without the query.
    pub path: String,
    pub method: String,
    pub scheme: String,
    pub port: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub source_labels: Labels,
    pub source_namespace: String,
}

impl Ask {
    fn authority(&self) -> &str {
        if self.authority.is_empty() { &self.host } else { &self.authority }
    }
}

impl Match {
    /// Whether the conditions on the client and the port hold for a request. No other condition is checked.
    pub fn meets_client(&self, ask: &Ask) -> bool {
        self.port.is_none_or(|port| port == ask.port)
            && self.source_labels.iter().all(|(name, value)| ask.source_labels.get(name) == Some(value))
            && (self.source_namespace.is_empty() || self.source_namespace == ask.source_namespace)
    }

    pub fn allows(&self, ask: &Ask) -> bool {
        let holds = |text: &Option<Text>, value: &str| text.as_ref().is_none_or(|text| text.allows(value));
        self.path.allows(&ask.path, self.ignore_case)
            && holds(&self.method, &ask.method)
            && holds(&self.scheme, &ask.scheme)
            && holds(&self.authority, ask.authority())
            && self.meets_client(ask)
            && self.headers.iter().all(|condition| any(&ask.headers, condition))
            && self.query.iter().all(|condition| first(&ask.query, condition))
            && !self.without.iter().any(|condition| excluded(&ask.headers, condition))
            && (self.sni.is_empty() || self.sni.iter().any(|name| crate::mesh::host::covers(name, &ask.host)))
    }
}

/// Whether a header condition holds. If a header occurs several times, one value is enough: Envoy (since 1.39) looks at
/// each value separately.
fn any(values: &[(String, String)], (name, text): &(String, Text)) -> bool {
    values.iter().any(|(other, value)| other == name && text.allows(value))
}

/// Whether a parameter condition holds. Envoy looks at the first parameter of a name only.
fn first(values: &[(String, String)], (name, text): &(String, Text)) -> bool {
    values.iter().find(|(other, _)| other == name).is_some_and(|(_, value)| text.allows(value))
}

/// Whether an excluding condition excludes the request. A missing header counts as empty, unless its presence is
/// excluded (`TranslateRouteMatch` of Istio's route.go). If a header has several values, one excluded value is enough.
fn excluded(values: &[(String, String)], condition: &(String, Text)) -> bool {
    let (name, text) = condition;
    match values.iter().any(|(other, _)| other == name) {
        true => any(values, condition),
        false => *text != Text::Present && text.allows(""),
    }
}

impl Text {
    pub fn allows(&self, value: &str) -> bool {
        match self {
            Self::Exact(text) => text == value,
            Self::Prefix(text) => value.starts_with(text.as_str()),
            Self::Regex(pattern) => whole(pattern, value),
            Self::Present => true,
        }
    }
}

impl Path {
    fn allows(&self, path: &str, ignore_case: bool) -> bool {
        let fold = |text: &str| if ignore_case { text.to_lowercase() } else { text.to_owned() };
        match self {
            Self::Any => true,
            Self::Exact(own) => fold(own) == fold(path),
            Self::Prefix(own) => fold(path).starts_with(&fold(own)),
            Self::Segments(own) => within(&fold(own), &fold(path)),
            Self::Regex(pattern) => whole(pattern, path),
            Self::Method(service, method) => {
                let called = path.trim_start_matches('/').split_once('/');
                let is = |own: &Option<String>, part: &str| own.as_ref().is_none_or(|own| own == part);
                called.is_some_and(|(called, part)| is(service, called) && is(method, part))
            }
        }
    }
}

/// Whether the pattern fits the whole text. A broken pattern fits nothing.
pub fn whole(pattern: &str, text: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Envoy, since 1.39, looks separately at each value of a header that occurs several times.
    #[test]
    fn of_a_header_that_comes_twice_each_value_counts() {
        let twice = Ask {
            headers: [("x", "one"), ("x", "two")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..Ask::default()
        };
        let of = |text: Text| vec![("x".to_owned(), text)];
        let exact = |text: &str| Text::Exact(text.to_owned());
        for (text, holds) in [
            (exact("one"), true),
            (exact("two"), true),
            (exact("one,two"), false),
            (exact("three"), false),
            (Text::Prefix("tw".to_owned()), true),
            (Text::Regex("one|three".to_owned()), true),
            (Text::Present, true),
            (exact(""), false),
        ] {
            let asked = Match { headers: of(text.clone()), ..Match::default() };
            let excluded = Match { without: of(text.clone()), ..Match::default() };
            assert_eq!((asked.allows(&twice), excluded.allows(&twice)), (holds, !holds), "{text:?}");
        }
        // The second rule asks for one value, and the header may have the other value too. So the second rule gets
        // requests that the first excludes.
        let first = Match { without: of(exact("two")), ..Match::default() };
        let second = Match { headers: of(exact("one")), ..Match::default() };
        assert!(!first.allows(&twice) && second.allows(&twice) && !first.covers(&second));
    }
}
