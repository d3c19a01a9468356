//! Masks a text that is written to a file: the values of variables with telling names, and logins in addresses. The
//! text may be incomplete YAML, because the user is typing.

use super::{EDGE, token};
use crate::kinds::mask::{MASK, is_secret, urls};

/// One line, taken apart as `- key: value`, as far as it has that form.
struct Entry<'a> {
    line: &'a str,
    /// The position of the dash, if the line begins an item.
    dash: Option<usize>,
    indent: usize,
    key: &'a str,
    value: &'a str,
}

impl<'a> Entry<'a> {
    fn new(line: &'a str) -> Self {
        let bare = line.trim_start_matches([' ', '-', '?']);
        let indent = line.len() - bare.len();
        let (key, value) = bare.split_once(':').unwrap_or((bare, ""));
        Self { line, dash: line[..indent].find('-'), indent, key: unquoted(key), value: value.trim() }
    }

    fn is_blank(&self) -> bool {
        self.line.trim().is_empty()
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

pub fn veil(text: &str) -> String {
    let entries: Vec<Entry<'_>> = text.lines().map(Entry::new).collect();
    let mut out = String::with_capacity(text.len());
    let mut within: Option<usize> = None;
    for (i, entry) in entries.iter().enumerate() {
        if within.is_some_and(|depth| entry.is_blank() || entry.indent > depth) {
            continue;
        }
        within = None;
        if is_telling(&entries, i) && token(entry.value) != Some(entry.value) {
            within = Some(entry.indent);
            out.push_str(&format!("{}value: {MASK}\n", &entry.line[..entry.indent]));
            continue;
        }
        out.push_str(&inline(entry.line));
        out.push('\n');
    }
    out
}

/// Whether a line has the value of a variable with a telling name. The name is above or below it in the same item.
fn is_telling(entries: &[Entry<'_>], at: usize) -> bool {
    let entry = &entries[at];
    if entry.key != "value" {
        return false;
    }
    let starts = |other: &Entry<'_>| other.dash.is_some() && other.indent == entry.indent;
    let leaves = |other: &Entry<'_>| !other.is_blank() && other.indent < entry.indent;
    let first = (0..=at).rev().find(|i| starts(&entries[*i]) || leaves(&entries[*i])).unwrap_or(0);
    let below = entries[at + 1..].iter().take_while(|other| !starts(other) && !leaves(other));
    let item = entries[first..=at].iter().chain(below);
    item.filter(|other| other.indent == entry.indent && other.key == "name").any(|name| is_secret(unquoted(name.value)))
}

/// Masks the value in `{name: DB_PASSWORD, value: x}`, and logins in addresses.
fn inline(line: &str) -> String {
    let flow = line.contains('{') && line.contains("value") && line.contains("name");
    if flow
        && let Some((before, _)) = line.split_once("value")
        && is_secret(line)
    {
        return format!("{before}value: {MASK}");
    }
    if line.contains(EDGE) { line.to_owned() } else { urls(line).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_secrets_stay_out_of_files() {
        let text = "env:\n- name: DB_PASSWORD\n  value: hush\n- name: A_KEY\n  value: |\n    hush\n\n    hush\n- name: B_TOKEN\n  value: •••1•••\n\
                    - value: hush\n  name: C_SECRET\n- name: LEVEL\n  value: debug\n- {name: D_TOKEN, value: hush}\n- {\"name\": \"E_KEY\", \"value\": \"hush\"}\n\
                    url: pg://me:hush@db\nold: pg://•••2•••@db\nbroken: [\n";
        let veiled = veil(text);
        assert!(!veiled.contains("hush"), "{veiled}");
        for kept in
            ["value: debug", "value: •••1•••", "pg://•••2•••@db", "broken: [", "name: C_SECRET", "- name: B_TOKEN"]
        {
            assert!(veiled.contains(kept), "{kept}: {veiled}");
        }
    }
}
