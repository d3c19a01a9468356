//! Whether one match covers another: it lets everything through that the other does. False may also mean "unknown" (two
//! regular expressions). So a rule that is called dead is certainly dead.

use super::allow::whole;
use super::{Match, Path, Text};

impl Match {
    /// Whether this match lets every request through that `other` lets through.
    pub fn covers(&self, other: &Self) -> bool {
        let path = match (self.ignore_case, other.ignore_case && other.path.has_letters()) {
            (true, _) => self.path.lower().covers(&other.path.lower()),
            (false, true) => self.path == Path::Any,
            (false, false) => self.path.covers(&other.path),
        };
        path && option(&self.method, &other.method)
            && option(&self.scheme, &other.scheme)
            && option(&self.authority, &other.authority)
            && (self.port.is_none() || self.port == other.port)
            && named(&self.headers, &other.headers)
            && named(&self.query, &other.query)
            && self.without.iter().all(|condition| other.rules_out(condition))
            && self.source_labels.iter().all(|(name, value)| other.source_labels.get(name) == Some(value))
            && (self.source_namespace.is_empty() || self.source_namespace == other.source_namespace)
            && self.covers_names(other)
    }

    /// Whether no request of this match has such a header, because it is excluded here too. A condition that asks for
    /// another value rules nothing out: a header may occur several times, and Envoy looks at each value separately.
    fn rules_out(&self, (name, text): &(String, Text)) -> bool {
        // A presence condition does not apply to a missing header. All other conditions take a missing header as empty.
        let empty = *text != Text::Present && text.allows("");
        let excluded = |(other, wider): &(String, Text)| {
            other == name && wider.covers(text) && (*wider != Text::Present || !empty)
        };
        self.without.iter().any(excluded)
    }

    /// Whether no request fits: a header is required in a form that is excluded too, or every value is excluded and a
    /// missing header with them.
    pub fn excludes_itself(&self) -> bool {
        let asked = |(name, text): &(String, Text)| {
            text.is_anything() || self.headers.iter().any(|(other, asked)| other == name && text.covers(asked))
        };
        self.without.iter().any(asked)
    }

    /// Whether the server names and networks cover those of `other`. Envoy takes the narrowest server name, then the
    /// narrowest network, whatever the order of rules. So only equal names and networks are covered.
    fn covers_names(&self, other: &Self) -> bool {
        let all = |ours: &[String], theirs: &[String]| theirs.iter().all(|one| ours.contains(one));
        match (self.sni.is_empty(), other.sni.is_empty()) {
            (true, true) => self.to.is_empty() || (!other.to.is_empty() && all(&self.to, &other.to)),
            (false, false) => {
                all(&self.sni, &other.sni) && self.to.is_empty() == other.to.is_empty() && all(&self.to, &other.to)
            }
            (true, false) | (false, true) => false,
        }
    }
}

fn option(one: &Option<Text>, other: &Option<Text>) -> bool {
    match (one, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(one), Some(other)) => one.covers(other),
    }
}

/// Whether each condition of `ours` follows from a condition of `theirs`.
fn named(ours: &[(String, Text)], theirs: &[(String, Text)]) -> bool {
    let follows =
        |(name, text): &(String, Text)| theirs.iter().any(|(other, their)| other == name && text.covers(their));
    ours.iter().all(follows)
}

impl Text {
    /// Whether every value fits, also an empty one.
    fn is_anything(&self) -> bool {
        match self {
            Self::Prefix(text) => text.is_empty(),
            Self::Regex(pattern) => pattern == ".*",
            Self::Exact(_) | Self::Present => false,
        }
    }

    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Present, _) => true,
            (Self::Exact(one), Self::Exact(other)) => one == other,
            (Self::Prefix(one), Self::Exact(other) | Self::Prefix(other)) => other.starts_with(one),
            (Self::Regex(one), Self::Regex(other)) => one == other || one == ".*",
            (Self::Regex(one), Self::Exact(other)) => whole(one, other),
            (Self::Regex(one), Self::Prefix(_) | Self::Present) => one == ".*",
            (Self::Exact(_), Self::Prefix(_) | Self::Regex(_) | Self::Present)
            | (Self::Prefix(_), Self::Regex(_) | Self::Present) => false,
        }
    }
}

impl Path {
    fn has_letters(&self) -> bool {
        match self {
            Self::Any => false,
            Self::Exact(path) | Self::Prefix(path) | Self::Segments(path) => path.chars().any(char::is_alphabetic),
            Self::Regex(_) | Self::Method(..) => true,
        }
    }

    fn lower(&self) -> Self {
        match self {
            Self::Exact(path) => Self::Exact(path.to_lowercase()),
            Self::Prefix(path) => Self::Prefix(path.to_lowercase()),
            Self::Segments(path) => Self::Segments(path.to_lowercase()),
            Self::Any | Self::Regex(_) | Self::Method(..) => self.clone(),
        }
    }

    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::Prefix(one), _) if one.is_empty() => true,
            (Self::Exact(one), Self::Exact(other)) => one == other,
            (Self::Prefix(one), Self::Exact(other) | Self::Prefix(other) | Self::Segments(other)) => {
                other.starts_with(one)
            }
            (Self::Segments(one), Self::Exact(other) | Self::Segments(other)) => within(one, other),
            (Self::Segments(one), Self::Prefix(other)) => {
                other.strip_prefix(one).is_some_and(|rest| rest.starts_with('/'))
            }
            (Self::Regex(one), Self::Regex(other)) => one == other,
            (Self::Regex(one), Self::Exact(other)) => whole(one, other),
            (Self::Method(service, method), Self::Method(other_service, other_method)) => {
                part(service, other_service) && part(method, other_method)
            }
            (Self::Exact(_) | Self::Prefix(_) | Self::Segments(_) | Self::Regex(_) | Self::Method(..), _) => false,
        }
    }
}

/// Whether `path` equals `prefix` or lies below it, by whole segments.
pub fn within(prefix: &str, path: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn part(one: &Option<String>, other: &Option<String>) -> bool {
    one.is_none() || one == other
}
