//! Label selectors, as the API server understands them.

use crate::model::{Error, Result};

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
    pub fn parse(text: &str) -> Result<Self> {
        let parts = parts(text).into_iter().filter(|part| !part.is_empty());
        let requirements = parts.map(|part| Requirement::parse(part).ok_or(part)).collect::<Result<Vec<_>, _>>();
        requirements.map(Self).map_err(|part| {
            Error::Invalid(format!("'{part}' is no label selector; write a=b, c!=d, e in (x,y), f or !f"))
        })
    }

    /// `labels` are `a=1,b=2`.
    pub fn admits(&self, labels: &str) -> bool {
        self.0.iter().all(|requirement| requirement.admits(labels))
    }
}

/// Split at commas outside of brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0usize;
    let split = text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    split.map(str::trim).collect()
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
