//! The bottom line: a notice while there is one, otherwise what can be done here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{put, put_right};
use crate::app::{Level, State, View};
use crate::model::{Health, text};
use crate::theme::{Role, glyph};

/// Commands worth a hint, most used first; each is shown when the view's scopes have a key for it.
const TABLE: &[(&str, &str)] = &[
    ("describe", "describe"),
    ("yaml", "yaml"),
    ("filter", "filter"),
    ("prompt", "kinds"),
    ("sort-here", "sort"),
    ("wide", "wide"),
    ("faults", "faults"),
    ("mark", "mark"),
    ("copy", "copy"),
];
const PAGE: &[(&str, &str)] = &[
    ("search", "search"),
    ("next", "next"),
    ("yaml", "yaml"),
    ("describe", "describe"),
    ("managed-fields", "managed fields"),
    ("decode", "decode"),
    ("copy", "copy"),
    ("save", "save"),
    ("back", "back"),
];
const PROMPT: &[(&str, &str)] = &[
    ("prompt-submit", "go"),
    ("prompt-accept", "accept"),
    ("prompt-up", "earlier"),
    ("prompt-clear", "clear"),
    ("prompt-cancel", "leave"),
];
const LOG: &[(&str, &str)] = &[("search", "search"), ("save", "save"), ("back", "back")];
const EDITOR: &[(&str, &str)] = &[
    ("edit-write", "write"),
    ("edit-review", "review"),
    ("edit-leave", "leave"),
    ("review-text", "as text"),
    ("edit-search", "find"),
    ("edit-undo", "undo"),
    ("edit-external", "$EDITOR"),
    ("edit-rebase", "rebase"),
    ("edit-discard", "discard"),
];
const TERMINAL: &[(&str, &str)] = &[("back", "leave")];
const START: &[(&str, &str)] = &[("prompt", "command"), ("quit", "quit")];

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    if let Some(notice) = &state.notice {
        let (role, health) = match notice.level {
            Level::Info => (Role::Info, Health::Good),
            Level::Warn => (Role::Warn, Health::Warn),
            Level::Bad => (Role::Bad, Health::Bad),
        };
        let line = format!("{} {}", glyph(health, state.options.unicode), notice.text);
        put(buffer, area.x + 1, area.y, area.right().saturating_sub(1), &line, state.theme.style(role));
        return;
    }
    if let Some(input) = &state.input {
        let words = PROMPT.iter().map(|(command, word)| (*command, (*word).to_owned()));
        let words = words.filter(|(command, _)| *command != "prompt-accept" || !input.choices.is_empty());
        keys(state, &["prompt"], words, area, area.right(), buffer);
        return;
    }
    let scopes = state.top().map(View::scopes).unwrap_or_default();
    let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let end = help(state, &names, area, buffer);
    keys(state, &names, enter(state).into_iter().chain(hints(state)), area, end, buffer);
}

/// Keys and words from the left as far as `end`.
fn keys(
    state: &State,
    scopes: &[&str],
    hints: impl Iterator<Item = (&'static str, String)>,
    area: Rect,
    end: u16,
    buffer: &mut Buffer,
) {
    let mut x = area.x + 1;
    for (command, word) in hints {
        let Some(key) = state.keymap.keys_for(scopes, command).into_iter().next() else { continue };
        let key = short(&key);
        let width = (text::width(&key) + 1 + text::width(&word)) as u16;
        if x + width > end {
            break;
        }
        x = put(buffer, x, area.y, end, &key, state.theme.style(Role::Key));
        x = put(buffer, x + 1, area.y, end, &word, state.theme.style(Role::Muted)) + 2;
    }
}

/// Help stands at the right, whatever else there is room for. Returns where it starts.
fn help(state: &State, scopes: &[&str], area: Rect, buffer: &mut Buffer) -> u16 {
    let key = state.keymap.keys_for(scopes, "help").into_iter().next().unwrap_or_default();
    let line = format!("{key} all");
    let end = area.right().saturating_sub(1);
    let start = end.saturating_sub(text::width(&line) as u16);
    put_right(buffer, area.x, area.y, end, &line, state.theme.style(Role::Muted));
    put(buffer, start, area.y, end, &key, state.theme.style(Role::Key));
    start.saturating_sub(1)
}

/// What Enter does on this row.
fn enter(state: &State) -> Option<(&'static str, String)> {
    let table = state.table()?;
    let object = table.selected(&state.store)?;
    let word = match (object.id.kind.link)(object) {
        _ if table.kind.name == "contexts" => "switch".to_owned(),
        Some(link) => link.kind.split('.').next().unwrap_or_default().to_owned(),
        None => return None,
    };
    Some(("enter", word))
}

fn hints(state: &State) -> impl Iterator<Item = (&'static str, String)> {
    let list = match state.top() {
        Some(View::Table(_)) => TABLE,
        Some(View::Page(_)) => PAGE,
        Some(View::Log(_)) => LOG,
        Some(View::Editor(_)) => EDITOR,
        Some(View::Terminal(_)) => TERMINAL,
        Some(View::Start) | None => START,
    };
    list.iter().map(|(command, word)| (*command, (*word).to_owned()))
}

/// `ctrl-w` as `^w`.
fn short(key: &str) -> String {
    key.strip_prefix("ctrl-").map_or_else(|| key.to_owned(), |key| format!("^{key}"))
}
