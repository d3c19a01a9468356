//! A file into rules. Read key by key instead of by serde, which stops at the first problem.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Confirm, Pattern, Rule};
use crate::model::text::place;

type Value<'a> = Spanned<DeValue<'a>>;

/// What is wrong so far, and where.
struct Problems {
    all: Vec<(usize, String)>,
}

impl Problems {
    fn add(&mut self, span: Range<usize>, why: impl Into<String>) {
        self.all.push((span.start, why.into()));
    }
}

/// A key: what it does with its value, which may be wrong in a way said in words.
type Set = fn(&mut Rule, &DeValue<'_>) -> Result<(), String>;

const KEYS: &[(&str, Set)] = &[
    ("read_only", |rule, value| set(&mut rule.read_only, flag(value))),
    ("ask_kill", |rule, value| set(&mut rule.ask_kill, flag(value))),
    ("confirm", |rule, value| set(&mut rule.confirm, confirm(value))),
];

/// Keys of `[[context]]` besides.
const CONTEXT_KEYS: &[(&str, Set)] =
    &[("match", |rule, value| set(&mut rule.applies, text(value).map(Pattern::new))), ("protected", protected)];

fn set<T>(place: &mut Option<T>, value: Result<T, String>) -> Result<(), String> {
    value.map(|value| *place = Some(value))
}

fn flag(value: &DeValue<'_>) -> Result<bool, String> {
    if let DeValue::Boolean(flag) = value { Ok(*flag) } else { Err("must be true or false".to_owned()) }
}

fn text<'a>(value: &'a DeValue<'_>) -> Result<&'a str, String> {
    if let DeValue::String(text) = value { Ok(text) } else { Err("must be text in quotes".to_owned()) }
}

fn confirm(value: &DeValue<'_>) -> Result<Confirm, String> {
    let word = text(value)?;
    let found = Confirm::ALL.iter().find(|(_, known)| *known == word);
    found
        .map(|(confirm, _)| *confirm)
        .ok_or_else(|| format!("must be \"plain\", \"name\" or \"phrase\", not \"{word}\""))
}

fn protected(rule: &mut Rule, value: &DeValue<'_>) -> Result<(), String> {
    match value {
        DeValue::Boolean(all) => rule.protects_all = *all,
        DeValue::Array(names) => {
            let names: Result<Vec<&str>, String> = names.iter().map(|name| text(name.get_ref())).collect();
            let names = names.map_err(|why| format!("each namespace {why}"))?;
            rule.protected = names.into_iter().map(Pattern::new).collect();
        }
        _ => return Err("must be true, or a list of namespaces".to_owned()),
    }
    Ok(())
}

/// The rules of a file, the general one first; or everything that is wrong with it.
pub fn rules(file: &str, source: &str) -> Result<Vec<Rule>, Vec<String>> {
    let (table, broken) = DeTable::parse_recoverable(source);
    let mut problems = Problems { all: Vec::new() };
    for error in broken {
        problems.add(error.span().unwrap_or_default(), error.message().replace('\n', " "));
    }
    // What could not be parsed is full of holes; looking into it would only invent problems.
    let rules = if problems.all.is_empty() { read(file, table.get_ref(), &mut problems) } else { Vec::new() };
    if problems.all.is_empty() {
        return Ok(rules);
    }
    problems.all.sort();
    let told = problems.all.into_iter().map(|(at, why)| {
        let (line, column) = place(source, at);
        format!("line {line}, column {column}: {why}")
    });
    Err(told.collect())
}

fn read(file: &str, table: &DeTable<'_>, problems: &mut Problems) -> Vec<Rule> {
    let mut general = Rule { place: file.to_owned(), ..Rule::default() };
    let mut rules = Vec::new();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "context" => rules = contexts(file, value, problems),
            _ => fill(&mut general, key, value, &[KEYS], problems),
        }
    }
    rules.insert(0, general);
    rules
}

fn contexts(file: &str, value: &Value<'_>, problems: &mut Problems) -> Vec<Rule> {
    let DeValue::Array(tables) = value.get_ref() else {
        problems.add(value.span(), "write [[context]], in two brackets");
        return Vec::new();
    };
    tables.iter().filter_map(|table| context(file, table, problems)).collect()
}

fn context(file: &str, value: &Value<'_>, problems: &mut Problems) -> Option<Rule> {
    let DeValue::Table(table) = value.get_ref() else {
        problems.add(value.span(), "write [[context]], in two brackets");
        return None;
    };
    let mut rule = Rule::default();
    for (key, value) in table {
        fill(&mut rule, key, value, &[KEYS, CONTEXT_KEYS], problems);
    }
    let Some(name) = &rule.applies else {
        if !table.contains_key("match") {
            problems.add(value.span(), "this [[context]] has no match = \"NAME\"");
        }
        return None;
    };
    rule.place = format!("{file} ({})", name.text());
    Some(rule)
}

fn fill(
    rule: &mut Rule,
    key: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Value<'_>,
    tables: &[&[(&str, Set)]],
    problems: &mut Problems,
) {
    let all = || tables.iter().copied().flatten();
    let name = key.get_ref().as_ref();
    match all().find(|(known, _)| *known == name) {
        Some((_, set)) => {
            if let Err(why) = set(rule, value.get_ref()) {
                problems.add(value.span(), format!("{name} {why}"));
            }
        }
        None => {
            let known: Vec<&str> = all().map(|(known, _)| *known).collect();
            problems.add(key.span(), format!("there is no key '{name}'; there are: {}", known.join(", ")));
        }
    }
}
