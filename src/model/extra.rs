//! Columns that a query asks for besides those of its kind, in the words in which users write them: `app`, `label:app`,
//! `annotation:team`, `.spec.nodeName`, and with a title `NODE:.spec.nodeName`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Column, Error, JsonPath, Result, Str, text};

/// A column that the kind does not have, filled with one value of each object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Extra {
    pub title: Str,
    pub origin: Origin,
}

/// The position of the value in an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Origin {
    /// The label with this key.
    Label(Str),
    /// The annotation with this key.
    Annotation(Str),
    Path(JsonPath),
}

/// What stands before the key of a label, and of an annotation.
const LABEL: &str = "label:";
const ANNOTATION: &str = "annotation:";

impl Extra {
    /// The narrowest column, in cells.
    const WIDTH: u16 = 5;
    /// The longest title, in cells: names of labels have up to 63 signs.
    const LONGEST: usize = 63;

    /// The column with the label of a key, titled as kubectl does.
    pub fn label(key: &str) -> Result<Self> {
        let origin = Origin::Label(checked(key, key)?);
        Ok(Self { title: origin.title(), origin })
    }

    pub fn parse(word: &str) -> Result<Self> {
        let (title, from) = match word.split_once(':') {
            Some((title, from)) if is_title(word, title) => (Some(title), from),
            _ => (None, word),
        };
        let origin = match from {
            _ if begins_path(from) => Origin::Path(JsonPath::parse(from)?),
            _ => match (from.strip_prefix(LABEL), from.strip_prefix(ANNOTATION)) {
                (Some(key), _) => Origin::Label(checked(key, word)?),
                (None, Some(key)) => Origin::Annotation(checked(key, word)?),
                (None, None) => Origin::Label(checked(from, word)?),
            },
        };
        let title = title.map_or_else(|| origin.title(), |title| text::clean(title).into());
        if title.is_empty() {
            return Err(Error::Invalid(format!("the column '{word}' needs a title; write one like TITLE:{from}")));
        }
        if text::width(&title) > Self::LONGEST {
            let begin = text::fit(&title, 20);
            return Err(Error::Invalid(format!(
                "the title '{begin}' has more than {} cells; write a shorter one before a colon",
                Self::LONGEST
            )));
        }
        Ok(Self { title, origin })
    }

    /// The column in a table. Its rank is 0, so it never leaves a narrow screen: the user asked for it.
    pub fn column(&self) -> Column {
        Column::titled(self.title.to_string().into(), Self::WIDTH).rank(0)
    }

    /// Whether the value can only be found in the whole object.
    pub fn needs_body(&self) -> bool {
        matches!(self.origin, Origin::Path(_))
    }
}

/// The word that [`Extra::parse`] reads.
impl fmt::Display for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.title != self.origin.title() {
            write!(f, "{}:", self.title)?;
        }
        match &self.origin {
            Origin::Label(key) => write!(f, "{LABEL}{key}"),
            Origin::Annotation(key) => write!(f, "{ANNOTATION}{key}"),
            Origin::Path(path) => f.write_str(path.text()),
        }
    }
}

impl Origin {
    /// The title without one of the user's: the last part of the key or of the path.
    fn title(&self) -> Str {
        let last = match self {
            Self::Label(key) | Self::Annotation(key) => key.rsplit('/').next().unwrap_or_default(),
            Self::Path(path) => last_field(path.text()),
        };
        last.to_uppercase().into()
    }
}

/// Whether what stands before the first colon is a title.
fn is_title(word: &str, title: &str) -> bool {
    !begins_path(word) && !word.starts_with(LABEL) && !word.starts_with(ANNOTATION) && !title.is_empty()
}

fn begins_path(text: &str) -> bool {
    text.starts_with(['.', '{', '[', '$'])
}

/// The last name in a path: of `.status.conditions[?(@.type=="Ready")].status` it is `status`.
fn last_field(path: &str) -> &str {
    let mut rest = path.trim_end_matches('}');
    while let Some(before) = rest.strip_suffix(']').and_then(|rest| rest.rfind('[').map(|at| &rest[..at])) {
        rest = before;
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let start = rest.rfind(|c: char| !is_name(c)).map_or(0, |at| at + 1);
    &rest[start..]
}

/// A key of a label or an annotation.
fn checked(key: &str, word: &str) -> Result<Str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !key.is_empty() && key.chars().all(fits) {
        return Ok(key.into());
    }
    Err(Error::Invalid(format!(
        "'{word}' is no column; write a title, a label (app), annotation:KEY, .path or TITLE:.path"
    )))
}

/// The words of a line, divided by commas or blanks that stand in no bracket and in no quotes.
pub fn words(line: &str) -> Vec<&str> {
    let (mut words, mut start, mut depth, mut quote) = (Vec::new(), 0, 0u32, None);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if depth > 0 => quote = Some(c),
            (None, '[' | '(' | '{') => depth += 1,
            (None, ']' | ')' | '}') => depth = depth.saturating_sub(1),
            (None, c) if depth == 0 && (c == ',' || c.is_whitespace()) => {
                words.push(&line[start..at]);
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    words.push(&line[start..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_written_as_it_is_read() {
        for (word, title, written) in [
            ("app", "APP", "label:app"),
            ("app.kubernetes.io/name", "NAME", "label:app.kubernetes.io/name"),
            ("label:status", "STATUS", "label:status"),
            ("TEAM:label:acme.io/team", "TEAM", "label:acme.io/team"),
            ("Team:label:acme.io/team", "Team", "Team:label:acme.io/team"),
            ("annotation:acme.io/owner", "OWNER", "annotation:acme.io/owner"),
            (".spec.nodeName", "NODENAME", ".spec.nodeName"),
            ("NODE:.spec.nodeName", "NODE", "NODE:.spec.nodeName"),
            ("{.spec.containers[*].image}", "IMAGE", "{.spec.containers[*].image}"),
            (".spec.ports[0]", "PORTS", ".spec.ports[0]"),
            (".metadata.labels.app\\.kubernetes\\.io/name", "NAME", ".metadata.labels.app\\.kubernetes\\.io/name"),
            (
                "READY:.status.conditions[?(@.type==\"Ready\")].status",
                "READY",
                "READY:.status.conditions[?(@.type==\"Ready\")].status",
            ),
        ] {
            let extra = Extra::parse(word).unwrap();
            assert_eq!((extra.title.as_str(), extra.to_string().as_str()), (title, written), "{word}");
            assert_eq!(Extra::parse(&extra.to_string()), Ok(extra), "{word}");
        }
    }

    #[test]
    fn what_is_no_column_is_told_with_what_to_write() {
        for word in ["", "a b", "ünknown", "label:", "annotation:", "TITLE:a=b"] {
            let Err(error) = Extra::parse(word) else { panic!("{word}") };
            assert!(error.text().contains("write a title, a label (app), annotation:KEY"), "{error}");
        }
        assert!(Extra::parse("X:.spec[").is_err() && Extra::parse("[0]").is_err());
        let long = Extra::parse(&format!("{}:.spec", "漢".repeat(32))).unwrap_err();
        assert!(long.text().contains("has more than 63 cells"), "{long}");
    }

    #[test]
    fn words_stay_together_within_brackets() {
        let line = "ready, app  X:.a[?(@.b == \"c, d]\")].e,,.f['g, h']";
        assert_eq!(words(line), ["ready", "app", "X:.a[?(@.b == \"c, d]\")].e", ".f['g, h']"]);
        assert_eq!(words(" , "), [""; 0]);
    }
}
