//! A file into rules. Read key by key instead of by serde, which stops at the first problem.

use toml::Spanned;
use toml::de::DeValue;

use super::problems::{self, Problems, Value, flag, text};
use super::{Choice, Config, Confirm, Editing, Pattern, Rule};
use crate::model::text::place;

/// A key: what it does with its value, which may be wrong in a way said in words.
type Set = fn(&mut Rule, &DeValue<'_>) -> Result<(), String>;

const KEYS: &[(&str, Set)] = &[
    ("read_only", |rule, value| set(&mut rule.read_only, flag(value))),
    ("ask_kill", |rule, value| set(&mut rule.ask_kill, flag(value))),
    ("remember", |rule, value| set(&mut rule.remember, flag(value))),
    ("confirm", |rule, value| set(&mut rule.confirm, confirm(value))),
    ("look_inside", |rule, value| set(&mut rule.look_inside, flag(value))),
    ("prometheus", |rule, value| set(&mut rule.prometheus, address(value))),
];

/// Keys of `[[context]]` besides.
const CONTEXT_KEYS: &[(&str, Set)] =
    &[("match", |rule, value| set(&mut rule.applies, text(value).map(Pattern::new))), ("protected", protected)];

fn set<T>(place: &mut Option<T>, value: Result<T, String>) -> Result<(), String> {
    value.map(|value| *place = Some(value))
}

fn confirm(value: &DeValue<'_>) -> Result<Confirm, String> {
    let word = text(value)?;
    let found = Confirm::ALL.iter().find(|(_, known)| *known == word);
    found
        .map(|(confirm, _)| *confirm)
        .ok_or_else(|| format!("must be \"plain\", \"name\" or \"phrase\", not \"{word}\""))
}

/// The address of a server. What is wrong with it is told without it, because it may hold a password.
fn address(value: &DeValue<'_>) -> Result<String, String> {
    let url = text(value)?;
    let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")).unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "?#".contains(c);
    match host.is_empty() || host.starts_with('/') || host.contains(odd) {
        true => Err("must be an address like \"http://prometheus:9090\", without '?' and '#'".to_owned()),
        false => Ok(url.to_owned()),
    }
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

/// What a file says, or everything that is wrong with it.
pub fn config(file: &str, source: &str) -> Result<Config, String> {
    problems::read(source, |table, problems| {
        let mut config = Config::default();
        let mut general = Rule { place: file.to_owned(), ..Rule::default() };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "context" => config.rules = contexts(file, value, problems),
                "theme" => config.theme = choice(file, source, "theme", value, problems),
                "keymap" => config.keymap = choice(file, source, "keymap", value, problems),
                "editor" => config.editor = one("editor", value, editing, problems),
                "mouse" => config.mouse = one("mouse", value, flag, problems),
                _ => fill(&mut general, key, value, &[KEYS], problems),
            }
        }
        // The general rule comes first: what contexts say is laid over it.
        config.rules.insert(0, general);
        config
    })
}

/// The value of a key that is no rule.
fn one<T>(
    key: &str,
    value: &Value<'_>,
    read: impl Fn(&DeValue<'_>) -> Result<T, String>,
    problems: &mut Problems,
) -> Option<T> {
    problems.sort_out(value.span().start, read(value.get_ref()).map_err(|why| format!("{key} {why}")))
}

fn editing(value: &DeValue<'_>) -> Result<Editing, String> {
    let word = text(value)?;
    let found = Editing::ALL.iter().find(|(_, known)| *known == word).map(|(editing, _)| *editing);
    found
        .ok_or_else(|| format!("must be \"own\" or \"external\", not \"{word}\"; $VISUAL or $EDITOR names the program"))
}

fn choice(file: &str, source: &str, key: &str, value: &Value<'_>, problems: &mut Problems) -> Option<Choice> {
    let at = value.span().start;
    let name = problems.sort_out(at, text(value.get_ref()).map_err(|why| format!("{key} {why}")))?;
    let (line, column) = place(source, at);
    Some(Choice { name: name.to_owned(), place: format!("{file}, line {line}, column {column}") })
}

fn contexts(file: &str, value: &Value<'_>, problems: &mut Problems) -> Vec<Rule> {
    let DeValue::Array(tables) = value.get_ref() else {
        problems.add(value.span().start, "write [[context]], in two brackets");
        return Vec::new();
    };
    tables.iter().filter_map(|table| context(file, table, problems)).collect()
}

fn context(file: &str, value: &Value<'_>, problems: &mut Problems) -> Option<Rule> {
    let DeValue::Table(table) = value.get_ref() else {
        problems.add(value.span().start, "write [[context]], in two brackets");
        return None;
    };
    let mut rule = Rule::default();
    for (key, value) in table {
        fill(&mut rule, key, value, &[KEYS, CONTEXT_KEYS], problems);
    }
    let Some(name) = &rule.applies else {
        if !table.contains_key("match") {
            problems.add(value.span().start, "this [[context]] has no match = \"NAME\"");
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
                problems.add(value.span().start, format!("{name} {why}"));
            }
        }
        None => {
            let looks: &[&str] =
                if tables.len() == 1 { &["theme", "keymap", "editor", "mouse", "[[context]]"] } else { &[] };
            let known: Vec<&str> = all().map(|(known, _)| *known).chain(looks.iter().copied()).collect();
            problems.add(key.span().start, format!("there is no key '{name}'; there are: {}", known.join(", ")));
        }
    }
}
