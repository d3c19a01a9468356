//! Label selectors, as API servers read them (k8s.io/apimachinery, pkg/labels):
//! `app=web,tier!=db,track in (a,b),!old,count>3`.

use std::fmt;
use std::ops::Range;

/// The labels that an object must have. An empty selector takes every object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq)]
struct Requirement {
    key: String,
    test: Test,
}

/// The condition for one label. A label that does not exist fulfils all negative conditions.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    Exists,
    Absent,
    Is(String),
    IsNot(String),
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

/// A part of a selector that cannot be read, and its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub range: Range<usize>,
    pub part: String,
}

/// The characters besides letters and digits that keys and values may contain.
const KEY: &str = "-_./";
const VALUE: &str = "-_.";
/// The same for values of other systems, which are paths, addresses and versions.
const FOREIGN: &str = "-_./:@+~";

impl Selector {
    /// Reads a selector by the rules of an API server.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let all = if text.trim().is_empty() { Vec::new() } else { parts(text).collect() };
        Self::read(all, VALUE)
    }

    /// Reads a selector that may still be incomplete: an empty part between two commas or at the end is ignored.
    pub fn typed(text: &str) -> Result<Self, Malformed> {
        Self::read(parts(text).filter(|(_, part)| !part.is_empty()).collect(), VALUE)
    }

    /// Reads a selector for labels of other systems, whose values may contain more characters.
    pub fn foreign(text: &str) -> Result<Self, Malformed> {
        Self::read(parts(text).filter(|(_, part)| !part.is_empty()).collect(), FOREIGN)
    }

    /// Makes a selector from the fields of an object: `matchLabels`, and the key, operator and values of each of the
    /// `matchExpressions`.
    pub fn of<'a>(
        labels: impl IntoIterator<Item = (&'a String, &'a String)>,
        expressions: impl IntoIterator<Item = (&'a str, &'a str, Vec<String>)>,
    ) -> Self {
        let equal = labels.into_iter().map(|(key, value)| (key.as_str(), Test::Is(value.clone())));
        let tests = expressions.into_iter().map(|(key, operator, values)| (key, Test::of(operator, values)));
        Self(equal.chain(tests).map(|(key, test)| Requirement { key: key.to_owned(), test }).collect())
    }

    fn read(parts: Vec<(usize, &str)>, values: &str) -> Result<Self, Malformed> {
        let malformed = |at: usize, part: &str| Malformed { range: at..at + part.len(), part: part.to_owned() };
        let read = |(at, part)| Requirement::parse(part, values).ok_or_else(|| malformed(at, part));
        parts.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The same selector, sorted by key.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        for requirement in &mut self.0 {
            if let Test::In(values) | Test::NotIn(values) = &mut requirement.test {
                values.sort_unstable();
            }
        }
        self.0.sort_by(|a, b| a.key.cmp(&b.key));
        self
    }

    /// Whether it has no condition.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it takes an object. `label` gives the value of a label of the object.
    pub fn admits<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|requirement| requirement.test.passes(label(&requirement.key)))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, Requirement { key, test }) in self.0.iter().enumerate() {
            f.write_str(if i > 0 { "," } else { "" })?;
            match test {
                Test::Exists => write!(f, "{key}"),
                Test::Absent => write!(f, "!{key}"),
                Test::Is(value) => write!(f, "{key}={value}"),
                Test::IsNot(value) => write!(f, "{key}!={value}"),
                Test::In(values) => write!(f, "{key} in ({})", values.join(",")),
                Test::NotIn(values) => write!(f, "{key} notin ({})", values.join(",")),
                Test::Above(number) => write!(f, "{key}>{number}"),
                Test::Below(number) => write!(f, "{key}<{number}"),
            }?;
        }
        Ok(())
    }
}

impl Test {
    /// An unknown operator makes a condition that no object fulfils.
    fn of(operator: &str, values: Vec<String>) -> Self {
        match operator {
            "In" => Self::In(values),
            "NotIn" => Self::NotIn(values),
            "Exists" => Self::Exists,
            "DoesNotExist" => Self::Absent,
            _ => Self::In(Vec::new()),
        }
    }

    fn passes(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        let among = |values: &[String]| value.is_some_and(|value| values.iter().any(|known| known == value));
        match self {
            Self::Exists => value.is_some(),
            Self::Absent => value.is_none(),
            Self::Is(wanted) => value == Some(wanted.as_str()),
            Self::IsNot(other) => value != Some(other.as_str()),
            Self::In(values) => among(values),
            Self::NotIn(values) => !among(values),
            Self::Above(least) => number().is_some_and(|number| number > *least),
            Self::Below(most) => number().is_some_and(|number| number < *most),
        }
    }
}

/// The parts between the commas that are not within brackets, each with its position.
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

type Sign = (&'static str, fn(&str) -> Option<Test>);

const SIGNS: [Sign; 5] = [
    ("!=", |value| Some(Test::IsNot(value.to_owned()))),
    ("==", |value| Some(Test::Is(value.to_owned()))),
    ("=", |value| Some(Test::Is(value.to_owned()))),
    (">", |value| value.parse().ok().map(Test::Above)),
    ("<", |value| value.parse().ok().map(Test::Below)),
];

impl Requirement {
    fn parse(part: &str, allowed: &str) -> Option<Self> {
        let fits = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
        let (key, test) = Self::split(part)?;
        let values = match &test {
            Test::Is(value) | Test::IsNot(value) => std::slice::from_ref(value),
            Test::In(values) | Test::NotIn(values) => values.as_slice(),
            Test::Exists | Test::Absent | Test::Above(_) | Test::Below(_) => &[],
        };
        let good = !key.is_empty() && fits(key, KEY) && values.iter().all(|value| fits(value, allowed));
        good.then(|| Self { key: key.to_owned(), test })
    }

    fn split(part: &str) -> Option<(&str, Test)> {
        if let Some(key) = part.strip_prefix('!') {
            return Some((key.trim(), Test::Absent));
        }
        if let Some((head, values)) = part.strip_suffix(')').and_then(|part| part.split_once('(')) {
            let values = values.split(',').map(|value| value.trim().to_owned()).collect();
            let (key, word) = head.trim_end().rsplit_once(char::is_whitespace)?;
            let test = match word {
                "in" => Test::In(values),
                "notin" => Test::NotIn(values),
                _ => return None,
            };
            return Some((key.trim(), test));
        }
        for (sign, test) in SIGNS {
            if let Some((key, value)) = part.split_once(sign) {
                return Some((key.trim(), test(value.trim())?));
            }
        }
        Some((part, Test::Exists))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [(&str, &str); 3] = [("app", "web"), ("tier", "front"), ("example.com/count", "5")];

    fn takes(selector: &Selector) -> bool {
        selector.admits(|key| LABELS.iter().find(|(known, _)| *known == key).map(|(_, value)| *value))
    }

    #[test]
    fn they_mean_what_they_mean_to_kubectl() {
        for (text, taken) in [
            ("", true),
            ("app=web", true),
            ("app==web,tier=front", true),
            ("app=db", false),
            ("app!=db", true),
            ("app!=web", false),
            ("none!=db", true),
            ("app in (db, web)", true),
            ("app in(db)", false),
            ("app notin (db,web),tier", false),
            ("none notin (db)", true),
            ("tier", true),
            ("!tier", false),
            ("!none", true),
            ("example.com/count>4", true),
            ("example.com/count<5", false),
            ("app>4", false),
        ] {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(takes(&selector), taken, "{text}");
            let again = Selector::parse(&selector.to_string()).unwrap();
            assert_eq!(again, selector, "{text} is written as {selector}");
        }
        for wrong in ["app in (web", "a b=c", ",", "a=b,", "=x", "app near (web)", "count>many", "a=b/c"] {
            assert!(Selector::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_place() {
        let malformed = Selector::typed("app=web, a b=c,").unwrap_err();
        assert_eq!((malformed.range, malformed.part.as_str()), (9..14, "a b=c"));
        assert_eq!(Selector::typed("app=web,").unwrap(), Selector::parse("app=web").unwrap());
    }

    #[test]
    fn other_systems_have_other_values() {
        let selector = Selector::foreign("dir=/srv/shop:1,app in (a,/b)").unwrap();
        assert!(selector.admits(|key| Some(if key == "dir" { "/srv/shop:1" } else { "/b" })));
    }

    #[test]
    fn selectors_of_objects_are_the_same_in_another_spelling() {
        let equal = [("app".to_owned(), "web".to_owned())];
        let of = |operator, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            Selector::of(equal.iter().map(|(key, value)| (key, value)), [("aa", operator, values)])
        };
        assert_eq!(of("In", &["y", "x"]).sorted().to_string(), "aa in (x,y),app=web");
        for (operator, taken) in [("NotIn", true), ("DoesNotExist", true), ("Exists", false), ("Gt", false)] {
            assert_eq!(takes(&of(operator, &["x"])), taken, "{operator}");
        }
    }
}
