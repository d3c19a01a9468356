//! Reads key map files as entries, in the order of the file.

use toml::de::{DeTable, DeValue};

use crate::config::problems::{Problems, text};

pub struct Entry {
    /// The position of the key in the file.
    pub at: usize,
    pub scope: String,
    pub text: String,
    pub command: String,
}

pub fn entries(table: &DeTable<'_>, problems: &mut Problems) -> Vec<Entry> {
    let mut out = Vec::new();
    collect("", table, &mut out, problems);
    out.sort_by_key(|entry| entry.at);
    out
}

/// Reads the command of a key, or a scope within a scope (`[view.table]`).
fn collect(scope: &str, table: &DeTable<'_>, out: &mut Vec<Entry>, problems: &mut Problems) {
    for (name, value) in table {
        let (at, key) = (name.span().start, name.get_ref().as_ref());
        match value.get_ref() {
            DeValue::Table(inner) if scope.is_empty() => collect(key, inner, out, problems),
            DeValue::Table(inner) => collect(&format!("{scope}.{key}"), inner, out, problems),
            _ if scope.is_empty() => problems.add(at, format!("'{key}' has no scope; write [global] above it")),
            command => {
                let wrong = |_| format!("'{key}' must be a command in quotes");
                let command = problems.sort_out(value.span().start, text(command).map_err(wrong));
                let entry = |command: &str| Entry {
                    at,
                    scope: scope.to_owned(),
                    text: key.to_owned(),
                    command: command.to_owned(),
                };
                out.extend(command.map(entry));
            }
        }
    }
}
