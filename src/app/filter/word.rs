//! Splits a filter line into words.

use super::compare::OPERATORS;

/// The piece at the start of a text, and the text after it without the spaces between them.
pub type Cut<'a> = (&'a str, &'a str);

fn cut(text: &str, at: usize) -> Cut<'_> {
    (&text[..at], text[at..].trim_start())
}

/// The word up to a space outside of quotes. Within parentheses it also ends before the closing one. Parentheses of a
/// regular expression belong to the word.
pub fn word(text: &str, within: bool) -> Cut<'_> {
    let (mut quote, mut depth, mut skip, mut classes) = (None, 0usize, 0usize, true);
    for (at, c) in text.char_indices() {
        if at < skip {
            continue;
        }
        let opens = at == 0 || text[..at].ends_with(['=', '<', '>', '~', '!']);
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if (c == '"' || c == '\'') && opens => quote = Some(c),
            None if c.is_whitespace() => return cut(text, at),
            None if c == ')' && depth == 0 && within => return cut(text, at),
            None if c == '(' => depth += 1,
            None if c == ')' => depth = depth.saturating_sub(1),
            None => skip = at + literal(&text[at..], &mut classes),
        }
    }
    (text, "")
}

/// The number of bytes at the start of a regular expression that stand for themselves: an escaped character, a class.
/// `classes` becomes false if a class is not closed; then no later one is closed either, and none is searched again.
fn literal(text: &str, classes: &mut bool) -> usize {
    let mut chars = text.chars();
    match chars.next() {
        Some('\\') => 1 + chars.next().filter(|c| !c.is_whitespace()).map_or(0, char::len_utf8),
        Some('[') if *classes => {
            let end = class(text);
            *classes = end.is_some();
            end.unwrap_or(1)
        }
        Some(c) => c.len_utf8(),
        None => 0,
    }
}

/// The length of the class at the start. A bracket that comes first in the class does not close it.
fn class(text: &str) -> Option<usize> {
    let first = if text[1..].starts_with('^') { 3 } else { 2 };
    let ends = |c: char| c == ']' || c.is_whitespace();
    let opening = text.get(1..first)?;
    let end = first + text[first..].find(ends)?;
    (!opening.contains(char::is_whitespace) && text[end..].starts_with(']')).then_some(end + 1)
}

/// The text after a keyword, in lower or upper case. A parenthesis may follow without a space.
pub fn keyword<'a>(text: &'a str, name: &str, within: bool) -> Option<&'a str> {
    let same = |found: &str| found == name || found == name.to_ascii_uppercase();
    let (found, after) = word(text, within);
    if same(found) {
        return Some(after);
    }
    let (found, after) = text.split_at_checked(name.len())?;
    (same(found) && after.starts_with('(') && !is_pattern(after)).then_some(after)
}

/// Whether the parenthesis at the start belongs to a regular expression: that of `(a|b)-c` does, those of `(a|b)` and
/// `(a b)` do not.
pub fn is_pattern(text: &str) -> bool {
    if text.starts_with("(?") {
        return true;
    }
    if text.starts_with("(\"") || text.starts_with("('") {
        return false;
    }
    let (mut depth, mut skip, mut classes) = (0usize, 0usize, true);
    for (at, c) in text.char_indices() {
        if at < skip {
            continue;
        }
        match c {
            c if c.is_whitespace() => return false,
            '(' => depth += 1,
            ')' if depth == 1 => return text[at + 1..].starts_with(|c: char| !c.is_whitespace() && c != ')'),
            ')' => depth -= 1,
            _ => skip = at + literal(&text[at..], &mut classes),
        }
    }
    false
}

/// Splits a word into left side, operator and right side.
pub fn split(word: &str) -> Option<(&str, &'static str, &str)> {
    let at = word.find(['=', '!', '<', '>', '~']).filter(|at| *at > 0)?;
    let operator = OPERATORS.iter().find(|operator| word[at..].starts_with(**operator))?;
    (!word.starts_with(['"', '\''])).then(|| (&word[..at], *operator, &word[at + operator.len()..]))
}

pub fn unquoted(word: &str) -> &str {
    match word.chars().next().filter(|c| is_quote(*c)) {
        Some(quote) => {
            let inner = &word[1..];
            inner.strip_suffix(quote).unwrap_or(inner)
        }
        None => word,
    }
}

pub fn is_quote(c: char) -> bool {
    c == '"' || c == '\''
}

/// The quote that a word leaves open, and its position.
pub fn open_quote(word: &str) -> Option<(usize, char)> {
    let mut quote = None;
    for (at, c) in word.char_indices() {
        let opens = at == 0 || word[..at].ends_with(['=', '<', '>', '~', '!']);
        match quote {
            Some((_, open)) if c == open => quote = None,
            None if is_quote(c) && opens => quote = Some((at, c)),
            _ => {}
        }
    }
    quote
}

/// A fuzzy text: up to `or`, `and`, or the closing parenthesis.
pub fn phrase(text: &str, within: bool) -> Cut<'_> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 && within => return (text[..at].trim_end(), &text[at..]),
            ')' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && is_joint(text[at..].trim_start(), within) => return cut(text, at),
            _ => {}
        }
    }
    (text.trim_end(), "")
}

/// Whether `or` or `and` follows, and something after it.
fn is_joint(text: &str, within: bool) -> bool {
    ["or", "and"].iter().any(|name| keyword(text, name, within).is_some_and(|after| !after.is_empty()))
}

/// Whether `in (` or `notin (` follows.
pub fn is_set_begun(after: &str) -> bool {
    let set = after.strip_prefix("notin").or_else(|| after.strip_prefix("in"));
    set.is_some_and(|set| set.trim_start().starts_with('('))
}

/// A label selector, which may have spaces after commas and around `in`.
pub fn selector(text: &str, within: bool) -> Cut<'_> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 && within => return cut(text, at),
            ')' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && depth == 0 && !goes_on(&text[..at], text[at..].trim_start()) => {
                return cut(text, at);
            }
            _ => {}
        }
    }
    (text.trim_end(), "")
}

fn goes_on(before: &str, rest: &str) -> bool {
    let before = before.trim_end();
    let set = before.ends_with(" in") || before.ends_with(" notin");
    before.ends_with(',') || rest.starts_with(',') || (set && rest.starts_with('(')) || is_set_begun(rest)
}

/// Whether a term without `-l` can only be a label selector.
pub fn is_selector(text: &str) -> bool {
    let key = text.split(['=', '!', ' ', ',']).next().unwrap_or_default();
    !key.is_empty()
        && !text.starts_with(['"', '\''])
        && (text.contains('=') || text.contains(" in (") || text.contains(" notin ("))
}
