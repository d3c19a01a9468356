//! The conditions of a rule, in one form for all systems: their text, which other conditions they cover, and which
//! requests they let through.

mod allow;
mod cover;

use std::fmt;

pub use allow::Ask;

use super::read::Labels;

/// A comparison of one text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Text {
    Exact(String),
    Prefix(String),
    /// RE2, of the whole text.
    Regex(String),
    /// Any text, if the value is present at all.
    Present,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    #[default]
    Any,
    Exact(String),
    /// Istio: a string prefix, `/v2` also lets `/v2x` through.
    Prefix(String),
    /// Gateway API and Ingress: whole segments, without a slash at the end.
    Segments(String),
    Regex(String),
    /// gRPC: `/service/method`; `None` for a part that may be anything.
    Method(Option<String>, Option<String>),
}

/// All conditions of one match. A request must fulfil every one of them. `Default` lets every request through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    pub path: Path,
    pub ignore_case: bool,
    pub method: Option<Text>,
    pub scheme: Option<Text>,
    pub authority: Option<Text>,
    pub port: Option<u16>,
    /// Header names are in lower case.
    pub headers: Vec<(String, Text)>,
    /// The conditions that exclude a request if they hold.
    pub without: Vec<(String, Text)>,
    pub query: Vec<(String, Text)>,
    pub source_labels: Labels,
    pub source_namespace: String,
    /// TLS: the server names, of which one must fit; empty for all.
    pub sni: Vec<String>,
    /// TCP and TLS: the networks of the destination, of which one must fit; empty for all.
    pub to: Vec<String>,
}

impl Path {
    /// A prefix of whole segments; `/` is everything.
    pub fn segments(prefix: &str) -> Self {
        match prefix.trim_end_matches('/') {
            "" => Self::Any,
            prefix => Self::Segments(prefix.to_owned()),
        }
    }

    pub fn prefix(prefix: &str) -> Self {
        if prefix == "/" || prefix.is_empty() { Self::Any } else { Self::Prefix(prefix.to_owned()) }
    }
}

impl Match {
    /// Only the conditions on the client and the port.
    pub fn of_client(&self) -> Self {
        Self {
            port: self.port,
            source_labels: self.source_labels.clone(),
            source_namespace: self.source_namespace.clone(),
            ..Self::default()
        }
    }

    /// Whether the match lets every request through.
    pub fn is_everything(&self) -> bool {
        *self == Self { ignore_case: self.ignore_case, ..Self::default() }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = |part: &Option<String>| part.clone().unwrap_or_else(|| "*".to_owned());
        match self {
            Self::Any => f.write_str("/*"),
            Self::Exact(path) => f.write_str(path),
            Self::Prefix(path) => write!(f, "{path}*"),
            Self::Segments(path) => write!(f, "{path}/*"),
            Self::Regex(path) => write!(f, "~{path}"),
            Self::Method(service, method) => write!(f, "{}/{}", open(service), open(method)),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => f.write_str(text),
            Self::Prefix(text) => write!(f, "{text}*"),
            Self::Regex(text) => write!(f, "~{text}"),
            Self::Present => f.write_str("*"),
        }
    }
}

/// One line: `GET /api/* h:user=jason`.
impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = &self.method {
            write!(f, "{method} ")?;
        }
        match self.sni.is_empty() {
            true => write!(f, "{}", self.path)?,
            false => write!(f, "sni:{}", self.sni.join(","))?,
        }
        if self.ignore_case {
            f.write_str(" (any case)")?;
        }
        let singles = [("authority", &self.authority), ("scheme", &self.scheme)];
        singles
            .iter()
            .filter_map(|(name, text)| Some((name, text.as_ref()?)))
            .try_for_each(|(n, t)| write!(f, " {n}:{t}"))?;
        self.headers.iter().try_for_each(|(name, text)| write!(f, " h:{name}={text}"))?;
        self.without.iter().try_for_each(|(name, text)| write!(f, " not h:{name}={text}"))?;
        self.query.iter().try_for_each(|(name, text)| write!(f, " q:{name}={text}"))?;
        self.source_labels.iter().try_for_each(|(name, value)| write!(f, " from:{name}={value}"))?;
        if !self.source_namespace.is_empty() {
            write!(f, " from:{}/*", self.source_namespace)?;
        }
        self.port.map_or(Ok(()), |port| write!(f, " port:{port}"))?;
        if self.to.is_empty() { Ok(()) } else { write!(f, " to:{}", self.to.join(",")) }
    }
}
