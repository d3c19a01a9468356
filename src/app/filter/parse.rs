//! Parses the filter line. `not` and `!` bind first, then `and` or a space, then `or`.

use std::ops::Range;

use super::Titled;
use super::compare::{Comparison, same_title};
use super::expr::Expr;
use super::pattern::Pattern;
use super::term::Term;
use super::word::{
    is_pattern, is_selector, is_set_begun, keyword, open_quote, phrase, selector, split, unquoted, word,
};
use super::wrong::Wrong;
use crate::app::view::Field;
use crate::model::{Malformed, Selector};

/// The deepest nesting of parentheses. More would be a pasted mistake, and each level is a call.
const DEEPEST: usize = 64;

/// Parses a line. `None` if it asks for nothing. A term that is only begun does not count.
pub fn expression(text: &str, titles: &[Titled]) -> Result<Option<Expr>, Wrong> {
    let mut parser = Parser { text, at: 0, depth: 0, titles };
    parser.any()
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    titles: &'a [Titled],
}

type Found = Result<Option<Expr>, Wrong>;

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn within(&self) -> bool {
        self.depth > 0
    }

    /// Continues at `after`, which is the rest of the line.
    fn go_to(&mut self, after: &str) {
        self.at = self.text.len() - after.len();
    }

    fn word(&self) -> (&'a str, &'a str) {
        word(self.rest(), self.within())
    }

    fn keyword(&self, name: &str) -> Option<&'a str> {
        keyword(self.rest(), name, self.within())
    }

    /// Whether the group or the line ends here.
    fn ends(&mut self) -> bool {
        self.go_to(self.rest().trim_start());
        self.rest().is_empty() || (self.within() && self.rest().starts_with(')'))
    }

    fn any(&mut self) -> Found {
        let mut parts = Vec::new();
        loop {
            parts.extend(self.all()?);
            if self.ends() {
                return Ok(Expr::any(parts));
            }
            self.keyword("or").into_iter().for_each(|after| self.go_to(after));
        }
    }

    /// Parses up to an `or` or the end.
    fn all(&mut self) -> Found {
        let mut parts = Vec::new();
        while !self.ends() {
            let goes_on = !parts.is_empty();
            match (self.keyword("or"), self.keyword("and")) {
                (Some(_), _) if goes_on => break,
                (_, Some(after)) if goes_on => self.go_to(after),
                _ => parts.extend(self.negated()?),
            }
        }
        Ok(Expr::all(parts))
    }

    fn negated(&mut self) -> Found {
        let mut negative = false;
        while let Some(after) = self.is_not().filter(|after| !after.is_empty()) {
            negative = !negative;
            self.go_to(after);
        }
        // Two negations cancel each other. They are skipped here, so that a pasted run of them does not become as many
        // calls.
        while self.rest().starts_with("!!") && !self.rest().starts_with("!!=") {
            self.at += 2;
        }
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            if let Some(labels) = self.negative_labels() {
                return Ok(Some(if negative { labels.negated() } else { labels }));
            }
            negative = !negative;
            self.at += 1;
        }
        if self.rest().starts_with(char::is_whitespace) || self.ends() {
            return Ok(None);
        }
        let found = self.operand()?;
        Ok(if negative { found.map(Expr::negated) } else { found })
    }

    /// The text after a `not` that negates. A `not` without anything to negate is an ordinary text.
    fn is_not(&self) -> Option<&'a str> {
        let after = self.keyword("not")?;
        let text = after.is_empty() || (self.within() && after.starts_with(')')) || is_set_begun(after);
        let joint = ["or", "and"].iter().any(|name| keyword(after, name, self.within()).is_some());
        (!text && !joint).then_some(after)
    }

    /// `!a,b=c` is one selector.
    fn negative_labels(&mut self) -> Option<Expr> {
        let (text, after) = selector(self.rest(), self.within());
        if !text.contains(',') || !is_selector(&text[1..]) {
            return None;
        }
        let found = Selector::typed(text).ok()?;
        self.go_to(after);
        Some(labels(found))
    }

    fn operand(&mut self) -> Found {
        let rest = self.rest();
        if rest.starts_with('(') && !is_pattern(rest) {
            return self.group();
        }
        let here = self.at;
        if rest.starts_with(')') {
            return Err(Wrong::new(here..here + 1, "this ) has no (; quote it to search for it as text"));
        }
        let (first, after) = self.word();
        match first {
            "-l" => return self.selector(after),
            "-f" => return Ok(self.fuzzy(after)),
            // As in k9s, the text may follow without a space.
            _ if first.len() > 2 && first.starts_with("-f") => return Ok(self.fuzzy(&rest[2..])),
            _ if first.starts_with("-l") && is_selector(&first[2..]) => return self.selector(&rest[2..]),
            _ => {}
        }
        let known = column(first, self.titles).is_some() || first.starts_with(['"', '\'']);
        let (text, after_selector) = selector(rest, self.within());
        if is_set_begun(after) && !known && text.ends_with(')') {
            self.go_to(after_selector);
            return read_selector(text, here).map(|found| Some(labels(found)));
        }
        if let Some(found) = comparison(first, self.titles).map_err(|wrong| wrong.from(here))? {
            self.go_to(after);
            return Ok(Some(Expr::Term(Term::Column(Box::new(found.from(here))), closed(first))));
        }
        if is_selector(text)
            && let Ok(found) = Selector::typed(text)
        {
            self.go_to(after_selector);
            return Ok(Some(labels(found)));
        }
        unknown_column(first, self.titles).map_err(|wrong| wrong.from(here))?;
        self.go_to(after);
        plain(first).map_err(|wrong| wrong.from(here))
    }

    fn group(&mut self) -> Found {
        let open = self.at..self.at + 1;
        if self.depth == DEEPEST {
            return Err(Wrong::new(open, format!("parentheses can be nested {DEEPEST} deep at most")));
        }
        self.at += 1;
        self.depth += 1;
        let inner = self.any()?;
        if !self.rest().starts_with(')') {
            return Err(Wrong::new(open, "this ( is not closed; quote it to search for it as text"));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(inner)
    }

    /// Parses the selector after `-l`.
    fn selector(&mut self, after: &'a str) -> Found {
        self.go_to(after);
        let (here, (text, after)) = (self.at, selector(after, self.within()));
        self.go_to(after);
        if text.is_empty() {
            return Ok(None);
        }
        let found = read_selector(text, here)?;
        Ok((!found.is_empty()).then(|| labels(found)))
    }

    /// Parses the fuzzy text after `-f`.
    fn fuzzy(&mut self, after: &'a str) -> Option<Expr> {
        let (text, after) = phrase(after, self.within());
        self.go_to(after);
        (!text.is_empty()).then(|| Expr::Term(Term::fuzzy(unquoted(text)), format!("-f {text}")))
    }
}

/// Parses a selector that begins at `start`.
fn read_selector(text: &str, start: usize) -> Result<Selector, Wrong> {
    Selector::typed(text).map_err(|Malformed { range, part }| {
        let why = format!("'{part}' is not a label selector; write a=b, c!=d, e in (x,y), f or !f");
        Wrong::new(range, why).from(start)
    })
}

fn labels(selector: Selector) -> Expr {
    let written = format!("-l {selector}");
    Expr::Term(Term::Labels(selector), written)
}

/// The word, with the quote closed that it left open.
fn closed(word: &str) -> String {
    open_quote(word).map_or_else(|| word.to_owned(), |(_, quote)| format!("{word}{quote}"))
}

fn plain(word: &str) -> Found {
    let text = unquoted(word);
    if text.is_empty() {
        return Ok(None);
    }
    let quoted = word.starts_with(['"', '\'']);
    if let Some((at, quote)) = open_quote(word).filter(|_| !quoted) {
        return Err(Wrong::new(at..at + 1, format!("this {quote} is not closed")));
    }
    let written = match word.to_ascii_lowercase().as_str() {
        "and" | "or" | "not" => format!("\"{word}\""),
        _ => closed(word),
    };
    let special = |text: &str| text.contains(|c| r".*+?^$|()[]{}\".contains(c));
    if text.is_ascii() && (quoted || !special(text)) {
        return Ok(Some(Expr::Term(Term::text(text), written)));
    }
    let found = if quoted { Pattern::new(&regex::escape(text)) } else { Pattern::new(text) };
    Ok(Some(Expr::Term(Term::Regex(found?), written)))
}

/// A comparison, if the left side is a column.
fn comparison(word: &str, titles: &[Titled]) -> Result<Option<Comparison>, Wrong> {
    let Some((left, operator, right)) = split(word) else { return Ok(None) };
    let Some(titled) = column(left, titles) else { return Ok(None) };
    let value = left.len() + operator.len();
    let quote = usize::from(unquoted(right).len() < right.len());
    let place = ComparisonSpan { operator: left.len()..value, value: value + quote };
    Comparison::new(titled, operator, unquoted(right), &place).map(Some)
}

/// The positions of the parts of a comparison.
pub struct ComparisonSpan {
    pub operator: Range<usize>,
    pub value: usize,
}

/// The column that a word means. Name and namespace can be compared even if the table does not show them.
pub fn column(left: &str, titles: &[Titled]) -> Option<Titled> {
    let found = titles.iter().find(|(_, title)| same_title(title, left));
    found.cloned().or_else(|| match left.to_ascii_lowercase().as_str() {
        "name" => Some((Field::Name, "NAME".into())),
        "namespace" | "ns" => Some((Field::Namespace, "NAMESPACE".into())),
        _ => None,
    })
}

fn unknown_column(word: &str, titles: &[Titled]) -> Result<(), Wrong> {
    let Some((left, "<" | ">" | "<=" | ">=", _)) = split(word) else { return Ok(()) };
    if !left.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-%/".contains(&byte)) {
        return Ok(());
    }
    let titles: Vec<&str> = titles.iter().map(|(_, title)| &**title).collect();
    let titles = titles.join(", ");
    let text = format!("there is no column '{left}' (quote it to search for it as text); there are: {titles}");
    Err(Wrong::new(0..left.len(), text))
}
