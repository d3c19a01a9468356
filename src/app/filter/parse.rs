//! From the filter line to terms.

use super::compare::{Comparison, OPERATORS, same_title};
use super::selector::Selector;
use super::term::{Term, regex};
use crate::model::{Error, Result};

pub fn groups(text: &str, titles: &[&str]) -> Result<Vec<Vec<Term>>> {
    let mut groups = vec![Vec::new()];
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, after) = word(rest);
        let begun = groups.last().is_some_and(|terms| !terms.is_empty());
        rest = match word {
            "or" | "OR" if begun => {
                groups.push(Vec::new());
                after
            }
            "and" | "AND" if begun => after,
            _ => {
                let (term, after) = term(rest, titles)?;
                groups.last_mut().into_iter().for_each(|terms| terms.extend(term.iter().cloned()));
                after
            }
        };
    }
    groups.retain(|terms| !terms.is_empty());
    Ok(groups)
}

/// The term at the start of `rest` and what follows it. A term that is only begun to be typed is none.
fn term<'a>(mut rest: &'a str, titles: &[&str]) -> Result<(Option<Term>, &'a str)> {
    // Two negations are none: a pasted run of them must not become as many calls.
    while let Some(inner) = rest.strip_prefix("!!").filter(|inner| !inner.starts_with('=')) {
        rest = inner;
    }
    let (first, after) = word(rest);
    match first {
        "!" => return Ok((None, after)),
        "-l" => {
            let (text, after) = selector(after);
            let term = if text.is_empty() { None } else { Some(Term::Labels(Selector::parse(text)?)) };
            return Ok((term, after));
        }
        "-f" => {
            let (text, after) = until_or(after);
            let fuzzy = (!text.is_empty()).then(|| Term::fuzzy(&unquoted(text)));
            return Ok((fuzzy, after));
        }
        _ => {}
    }
    if let Some(negated) = rest.strip_prefix('!').filter(|negated| !negated.starts_with('=')) {
        let (labels, after) = selector(rest);
        if labels.contains(',')
            && is_selector(negated)
            && let Ok(found) = Selector::parse(labels)
        {
            return Ok((Some(Term::Labels(found)), after));
        }
        let (term, after) = term(negated, titles)?;
        return Ok((term.map(|term| Term::Not(Box::new(term))), after));
    }
    if is_set_begun(after) && column(first, titles).is_none() && !first.starts_with(['"', '\'']) {
        let (text, after) = selector(rest);
        if text.ends_with(')') {
            return Ok((Some(Term::Labels(Selector::parse(text)?)), after));
        }
    }
    if let Some(found) = comparison(first, titles)? {
        return Ok((Some(Term::Column(found)), after));
    }
    let (text, after_selector) = selector(rest);
    if is_selector(text)
        && let Ok(found) = Selector::parse(text)
    {
        return Ok((Some(Term::Labels(found)), after_selector));
    }
    unknown_column(first, titles)?;
    Ok((plain(first)?, after))
}

fn plain(word: &str) -> Result<Option<Term>> {
    let text = unquoted(word);
    if text.is_empty() {
        return Ok(None);
    }
    let quoted = word.starts_with(['"', '\'']);
    let special = |text: &str| text.contains(|c| r".*+?^$|()[]{}\".contains(c));
    if text.is_ascii() && (quoted || !special(&text)) {
        return Ok(Some(Term::Text(text.to_ascii_lowercase())));
    }
    let pattern = if quoted { regex::escape(&text) } else { text };
    regex(&pattern).map(|found| Some(Term::Regex(found)))
}

/// A comparison when the left side is a column.
fn comparison(word: &str, titles: &[&str]) -> Result<Option<Comparison>> {
    let Some((left, operator, right)) = split(word) else { return Ok(None) };
    let Some(title) = column(left, titles) else { return Ok(None) };
    Comparison::new(title, operator, &unquoted(right)).map(Some)
}

/// Left side, operator, right side.
fn split(word: &str) -> Option<(&str, &'static str, &str)> {
    let at = word.find(['=', '!', '<', '>', '~']).filter(|at| *at > 0)?;
    let operator = OPERATORS.iter().find(|operator| word[at..].starts_with(**operator))?;
    (!word.starts_with(['"', '\''])).then(|| (&word[..at], *operator, &word[at + operator.len()..]))
}

/// Name and namespace can be compared even where they have no column.
fn column(left: &str, titles: &[&str]) -> Option<String> {
    let found = titles.iter().find(|title| same_title(title, left)).map(|title| (*title).to_owned());
    found.or_else(|| match left.to_ascii_lowercase().as_str() {
        "name" => Some("NAME".to_owned()),
        "namespace" | "ns" => Some("NAMESPACE".to_owned()),
        _ => None,
    })
}

fn unknown_column(word: &str, titles: &[&str]) -> Result<()> {
    let Some((left, "<" | ">" | "<=" | ">=", _)) = split(word) else { return Ok(()) };
    if !left.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-%/".contains(&byte)) {
        return Ok(());
    }
    let titles = titles.join(", ");
    Err(Error::Invalid(format!("no column is called '{left}'; there are: {titles}. Quotes look for it as text")))
}

/// Up to a space outside of quotes, and what follows.
fn word(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        let opens = at == 0 || text[..at].ends_with(['=', '<', '>', '~', '!']);
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if (c == '"' || c == '\'') && opens => quote = Some(c),
            None if c.is_whitespace() => return (&text[..at], text[at..].trim_start()),
            None => {}
        }
    }
    (text, "")
}

fn unquoted(word: &str) -> String {
    match word.chars().next().filter(|c| *c == '"' || *c == '\'') {
        Some(quote) => {
            let inner = &word[1..];
            inner.strip_suffix(quote).unwrap_or(inner).to_owned()
        }
        None => word.to_owned(),
    }
}

fn until_or(text: &str) -> (&str, &str) {
    let lower = text.to_ascii_lowercase();
    lower.find(" or ").map_or((text.trim(), ""), |at| (text[..at].trim(), text[at..].trim_start()))
}

/// Whether `in (` or `notin (` follows.
fn is_set_begun(after: &str) -> bool {
    let set = after.strip_prefix("notin").or_else(|| after.strip_prefix("in"));
    set.is_some_and(|set| set.trim_start().starts_with('('))
}

/// A label selector, which may hold spaces behind commas and around `in`.
fn selector(text: &str) -> (&str, &str) {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && depth == 0 => {
                let rest = text[at..].trim_start();
                let goes_on =
                    text[..at].trim_end().ends_with(',') || rest.starts_with(['(', ',']) || is_set_begun(rest);
                if !goes_on {
                    return (&text[..at], rest);
                }
            }
            _ => {}
        }
    }
    (text.trim_end(), "")
}

/// Whether a bare term can only be meant as labels.
fn is_selector(text: &str) -> bool {
    let key = text.split(['=', '!', ' ', ',']).next().unwrap_or_default();
    !key.is_empty()
        && !text.starts_with(['"', '\''])
        && (text.contains('=') || text.contains(" in (") || text.contains(" notin ("))
}
