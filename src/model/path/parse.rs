//! Reads the syntax of kubectl's paths (k8s.io/client-go/util/jsonpath), and translates it to the syntax of RFC 9535.

use crate::model::Value;

type Result<T> = std::result::Result<T, String>;

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    Field(String),
    /// An index or a slice: `0`, `-1`, `0:2`.
    Item(String),
    /// `*`
    Every,
    /// `..`: the next step applies at every depth.
    Below,
    /// `[0,2]`
    Several(Vec<Segment>),
    Filter(Filter),
}

/// The test of `[?(...)]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    left: Operand,
    /// The operator and the right side. If `None`, the filter only tests whether the field exists.
    compared: Option<(String, Operand)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Operand {
    /// A path within the item.
    At(Vec<Segment>),
    Literal(Value),
}

impl Segment {
    pub fn into_field(self) -> Option<String> {
        match self {
            Self::Field(name) => Some(name),
            _ => None,
        }
    }
}

impl Filter {
    /// The paths within an item that the filter reads.
    pub fn reads(&self) -> impl Iterator<Item = &[Segment]> {
        let right = self.compared.as_ref().map(|(_, right)| right);
        std::iter::once(&self.left).chain(right).filter_map(|operand| match operand {
            Operand::At(segments) => Some(segments.as_slice()),
            Operand::Literal(_) => None,
        })
    }
}

/// A whole path. Braces and the dot at its start may be left out, as kubectl's custom columns allow.
pub fn path(text: &str) -> Result<Vec<Segment>> {
    const LIKE: &str = "write one like .metadata.name";
    let text = text.trim();
    let bare = match text.strip_prefix('{') {
        Some(inner) => inner.strip_suffix('}').ok_or("a closing '}' is missing")?,
        None => text,
    };
    let bare = bare.trim();
    match () {
        () if bare.is_empty() => Err(format!("it is empty; {LIKE}")),
        () if outside_quotes(bare, |c| c == '{' || c == '}').is_some() => Err(format!("a template is no path; {LIKE}")),
        () => segments(bare.strip_prefix(['$', '@']).unwrap_or(bare)),
    }
}

fn segments(text: &str) -> Result<Vec<Segment>> {
    if text == "." {
        return Ok(Vec::new());
    }
    let (mut all, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        rest = match rest {
            _ if rest.starts_with("..[") => step(&mut all, Segment::Below, &rest[2..]),
            _ if rest.starts_with("..") => {
                all.push(Segment::Below);
                field(&rest[2..], "..", &mut all)?
            }
            _ if rest.starts_with('.') => field(&rest[1..], ".", &mut all)?,
            _ if rest.starts_with('[') => bracket(rest, &mut all)?,
            _ if all.is_empty() => field(rest, "", &mut all)?,
            _ => return Err(stray(rest, all.last())),
        };
    }
    Ok(all)
}

fn step<'a>(all: &mut Vec<Segment>, segment: Segment, rest: &'a str) -> &'a str {
    all.push(segment);
    rest
}

fn stray(rest: &str, after: Option<&Segment>) -> String {
    let c = rest.chars().next().unwrap_or_default();
    let write = match after {
        Some(Segment::Field(_) | Segment::Every) => "write a field with it as ['a field']",
        _ => "write '.' or '[' after ']'",
    };
    format!("'{c}' does not belong here; {write}")
}

/// Reads the name of a field. A backslash takes the meaning from the next character: `app\.kubernetes\.io/name`.
fn field<'a>(text: &'a str, after: &str, all: &mut Vec<Segment>) -> Result<&'a str> {
    let (mut name, mut end, mut letters) = (String::new(), 0, text.char_indices());
    while let Some((at, c)) = letters.next() {
        end = at + c.len_utf8();
        match c {
            '\\' => {
                let Some((at, c)) = letters.next() else { break };
                name.push(c);
                end = at + c.len_utf8();
            }
            '.' | ',' | '[' | ']' | '$' | '@' | ' ' | '\t' => {
                end = at;
                break;
            }
            c => name.push(c),
        }
    }
    if name.is_empty() {
        return Err(format!("the name of a field is missing after '{after}'"));
    }
    all.push(if name == "*" { Segment::Every } else { Segment::Field(name) });
    Ok(&text[end..])
}

/// Reads `[...]` and returns the text after it.
fn bracket<'a>(text: &'a str, all: &mut Vec<Segment>) -> Result<&'a str> {
    if let Some(inner) = text.strip_prefix("[?(") {
        let end = outside_quotes(inner, |c| c == ')').filter(|end| inner[*end..].starts_with(")]"));
        let end = end.ok_or("a filter ends with ')]'")?;
        all.push(Segment::Filter(filter(&inner[..end])?));
        return Ok(&inner[end + 2..]);
    }
    let end = outside_quotes(text, |c| c == ']').ok_or("a closing ']' is missing")?;
    let parts = divided(&text[1..end]);
    let mut chosen = parts.into_iter().map(|part| choice(part.trim())).collect::<Result<Vec<_>>>()?;
    all.push(if chosen.len() == 1 { chosen.remove(0) } else { Segment::Several(chosen) });
    Ok(&text[end + 1..])
}

/// The parts of a text between commas.
fn divided(text: &str) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = outside_quotes(rest, |c| c == ',') {
        parts.push(&rest[..at]);
        rest = &rest[at + 1..];
    }
    parts.push(rest);
    parts
}

/// `0`, `-1`, `0:2`, `*` or `'name'`.
fn choice(part: &str) -> Result<Segment> {
    let is_slice = |part: &str| {
        let mut numbers = part.split(':');
        numbers.clone().count() <= 3 && numbers.all(|number| number.is_empty() || number.parse::<i32>().is_ok())
    };
    match unquoted(part) {
        Some(name) => Ok(Segment::Field(name)),
        None if part == "*" => Ok(Segment::Every),
        None if !part.is_empty() && is_slice(part) => Ok(Segment::Item(part.to_owned())),
        None => Err(format!("'{part}' chooses nothing; write [0], [*], ['name'] or [?(@.type==\"Ready\")]")),
    }
}

fn filter(text: &str) -> Result<Filter> {
    let is_sign = |c: char| "!<>=".contains(c);
    let Some(at) = outside_quotes(text, is_sign) else {
        return Ok(Filter { left: operand(text)?, compared: None });
    };
    let size = text[at..].find(|c| !is_sign(c)).unwrap_or(text.len() - at);
    let (sign, right) = text[at..].split_at(size);
    if !["==", "!=", "<", "<=", ">", ">="].contains(&sign) {
        return Err(format!("'{sign}' compares nothing; write ==, !=, <, <=, > or >="));
    }
    if outside_quotes(right, |c| c == '&' || c == '|').is_some() {
        return Err("a filter compares once; '&&' and '||' are not known to kubectl".to_owned());
    }
    Ok(Filter { left: operand(&text[..at])?, compared: Some((sign.to_owned(), operand(right)?)) })
}

fn operand(text: &str) -> Result<Operand> {
    let text = text.trim();
    if let Some(path) = text.strip_prefix('@') {
        return segments(path).map(Operand::At);
    }
    if text.starts_with(['.', '[']) {
        return segments(text).map(Operand::At);
    }
    let plain = || serde_json::from_str(text).ok().filter(|value: &Value| !value.is_object() && !value.is_array());
    let value = unquoted(text).map(Value::String).or_else(plain);
    value.map(Operand::Literal).ok_or_else(|| format!("'{text}' is no value; write it as \"{text}\""))
}

/// A text in single or double quotes, without them.
fn unquoted(text: &str) -> Option<String> {
    let quote = text.chars().next().filter(|c| *c == '\'' || *c == '"')?;
    let inner = text.get(1..)?.strip_suffix(quote)?;
    let (mut out, mut letters) = (String::new(), inner.chars());
    while let Some(c) = letters.next() {
        out.push(if c == '\\' { letters.next()? } else { c });
    }
    Some(out)
}

/// The position of the first character outside of quotes that fits.
fn outside_quotes(text: &str, fits: impl Fn(char) -> bool) -> Option<usize> {
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            _ if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '\'' || c == '"' => quote = Some(c),
            None if fits(c) => return Some(at),
            None => {}
        }
    }
    None
}

/// The segments in the syntax of RFC 9535.
pub fn rfc(segments: &[Segment]) -> String {
    let text = |segment: &Segment| match segment {
        Segment::Below => "..".to_owned(),
        other => format!("[{}]", selector(other)),
    };
    segments.iter().map(text).collect()
}

fn selector(segment: &Segment) -> String {
    match segment {
        Segment::Field(name) => Value::from(name.as_str()).to_string(),
        Segment::Item(item) => item.clone(),
        Segment::Every | Segment::Below => "*".to_owned(),
        Segment::Several(some) => some.iter().map(selector).collect::<Vec<_>>().join(","),
        Segment::Filter(filter) => format!("?{}", test(filter)),
    }
}

/// The test in the syntax of RFC 9535. In the RFC a missing field is unequal to everything, but kubectl skips items
/// without the field. So `!=` also tests that the field exists.
fn test(filter: &Filter) -> String {
    let left = side(&filter.left);
    match &filter.compared {
        None => left,
        Some((sign, right)) if sign == "!=" => format!("{left} && {left} != {}", side(right)),
        Some((sign, right)) => format!("{left} {sign} {}", side(right)),
    }
}

fn side(operand: &Operand) -> String {
    match operand {
        Operand::At(segments) => format!("@{}", rfc(segments)),
        Operand::Literal(value) => value.to_string(),
    }
}
