//! Label selectors, as the API server understands them.

use std::fmt;

use super::wrong::Wrong;

#[derive(Clone, Debug, PartialEq)]
pub struct Selector(Vec<Requirement>);

/// What one label must be. A label that is not there satisfies everything negative.
#[derive(Clone, Debug, PartialEq)]
struct Requirement {
    key: String,
    /// Any of these; `None` asks only whether the label is there.
    values: Option<Vec<String>>,
    negative: bool,
}

impl Selector {
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let parts = parts(text).filter(|(_, part)| !part.is_empty());
        let requirements = parts.map(|(at, part)| Requirement::parse(part).ok_or((at, part)));
        requirements.collect::<Result<Vec<_>, _>>().map(Self).map_err(|(at, part)| {
            let why = format!("'{part}' is not a label selector; write a=b, c!=d, e in (x,y), f or !f");
            Wrong::new(at..at + part.len(), why)
        })
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `labels` are `a=1,b=2`.
    pub fn admits(&self, labels: &str) -> bool {
        self.0.iter().all(|requirement| requirement.admits(labels))
    }
}

/// As the API server reads it.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, requirement) in self.0.iter().enumerate() {
            write!(f, "{}{requirement}", if i > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, values, negative } = self;
        match values.as_deref() {
            None => write!(f, "{}{key}", if *negative { "!" } else { "" }),
            Some([value]) => write!(f, "{key}{}{value}", if *negative { "!=" } else { "=" }),
            Some(values) => write!(f, "{key} {} ({})", if *negative { "notin" } else { "in" }, values.join(",")),
        }
    }
}

/// Split at commas outside of brackets; each part with where it begins.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut depth = 0usize;
    let split = text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let mut next = 0;
    split.map(move |part| {
        let at = next + (part.len() - part.trim_start().len());
        next += part.len() + 1;
        (at, part.trim())
    })
}

impl Requirement {
    fn parse(part: &str) -> Option<Self> {
        if let Some(key) = part.strip_prefix('!') {
            return Self::new(key, None, true);
        }
        if let Some((key, set)) = part.split_once(char::is_whitespace).filter(|_| part.ends_with(')')) {
            let set = set.trim();
            let negative = set.starts_with("notin");
            let values = set.strip_prefix("notin").or_else(|| set.strip_prefix("in"))?.trim();
            let values = values.strip_prefix('(')?.strip_suffix(')')?.split(',');
            return Self::new(key, Some(values.map(|value| value.trim().to_owned()).collect()), negative);
        }
        if let Some((key, value)) = part.split_once("!=") {
            return Self::new(key, Some(vec![value.trim().to_owned()]), true);
        }
        if let Some((key, value)) = part.split_once('=') {
            let value = value.strip_prefix('=').unwrap_or(value);
            return Self::new(key, Some(vec![value.trim().to_owned()]), false);
        }
        Self::new(part, None, false)
    }

    fn new(key: &str, values: Option<Vec<String>>, negative: bool) -> Option<Self> {
        let key = key.trim();
        let fits =
            |text: &str, more: &[u8]| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte));
        let good = !key.is_empty() && fits(key, b"-_./") && values.iter().flatten().all(|value| fits(value, b"-_."));
        good.then(|| Self { key: key.to_owned(), values, negative })
    }

    fn admits(&self, labels: &str) -> bool {
        let pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
        let value = pairs.filter(|(key, _)| *key == self.key).map(|(_, value)| value).next();
        let found = match (&self.values, value) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(values), Some(value)) => values.iter().any(|wanted| wanted == value),
        };
        found != self.negative
    }
}
