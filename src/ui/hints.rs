//! Draws the bottom line: a notice if there is one, otherwise the keys that work here.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Hint, panel, put, put_right};
use crate::app::acts::shell::MASKED;
use crate::app::keymap::Key;
use crate::app::{Level, Pending, State, commands};
use crate::model::{Health, text};
use crate::theme::{Role, glyph};

const DIALOG: &[Hint] = &[
    ("dialog-confirm", "press"),
    ("dialog-next", "next"),
    ("dialog-previous", "previous"),
    ("dialog-copy", "copy"),
    ("dialog-cancel", "leave"),
];
const PROMPT: &[Hint] = &[
    ("prompt-submit", "go"),
    ("prompt-accept", "accept"),
    ("prompt-up", "earlier"),
    ("prompt-clear", "clear"),
    ("prompt-cancel", "leave"),
];

pub fn draw(state: &State, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    if let Some(begun) = state.focus.chord().filter(|chord| chord.is_slow(state.now)) {
        return chord(state, begun, area, buffer);
    }
    if let Some(notice) = &state.display.notice {
        let (role, health) = match notice.level {
            Level::Info => (Role::Info, Health::Good),
            Level::Warn => (Role::Warn, Health::Warn),
            Level::Bad => (Role::Bad, Health::Bad),
        };
        let line = format!("{} {}", glyph(health, state.display.options.unicode), notice.text);
        put(buffer, area.x + 1, area.y, area.right().saturating_sub(1), &line, state.theme.style(role));
        return;
    }
    if let Some(dialog) = state.focus.dialog() {
        let line = dialog.shell_lines.strip_prefix(MASKED).unwrap_or(&dialog.shell_lines);
        let program = line.split(' ').next().unwrap_or_default();
        let lists = dialog.is_in_list();
        let words = DIALOG.iter().filter(|(command, _)| match *command {
            "dialog-previous" => !lists,
            "dialog-copy" => !dialog.shell_lines.is_empty(),
            _ => true,
        });
        let words = words.map(|(command, word)| match *command {
            "dialog-confirm" if lists => (*command, "choose".to_owned()),
            "dialog-confirm" if dialog.is_filling() && !dialog.is_choice() => (*command, "continue".to_owned()),
            "dialog-copy" => (*command, format!("copy {program}")),
            _ => (*command, (*word).to_owned()),
        });
        keys(state, &["dialog"], words, area, area.right(), buffer);
        return;
    }
    if let Some(input) = state.focus.input() {
        let words = PROMPT.iter().map(|(command, word)| (*command, (*word).to_owned()));
        let words = words.filter(|(command, _)| *command != "prompt-accept" || !input.choices.is_empty());
        keys(state, &["prompt"], words, area, area.right(), buffer);
        return;
    }
    let scopes = state.view_scopes();
    let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let end = help(state, &names, area, buffer);
    let area = progress(state, area, end, buffer);
    keys(state, &names, enter(state).into_iter().chain(hints(state)), area, end, buffer);
}

/// Draws the keys that can follow in a chord that was begun: `g … g top d describe`.
fn chord(state: &State, begun: &Pending, area: Rect, buffer: &mut Buffer) {
    let scopes = state.view_scopes();
    let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let (key, muted) = (state.theme.style(Role::Key), state.theme.style(Role::Muted));
    let said: Vec<String> = begun.keys.iter().map(ToString::to_string).collect();
    let mut x = put(buffer, area.x + 1, area.y, area.right(), &format!("{} …", said.join(" ")), key) + 2;
    let ways = state.keymap.ways_on(&names, &begun.keys);
    let leave = Key::ESC.to_string();
    for (rest, command) in ways.iter().map(|(rest, command)| (rest.as_str(), *command)).chain([(&*leave, "leave")]) {
        let Some(next) = pair((rest, key), (command, muted), Rect { x, ..area }, area.right(), buffer) else { break };
        x = next;
    }
}

/// Draws a key and its word at the left of the area, if they fit before `end`. Returns the start of the next pair.
fn pair(key: (&str, Style), word: (&str, Style), area: Rect, end: u16, buffer: &mut Buffer) -> Option<u16> {
    let width = (text::width(key.0) + 1 + text::width(word.0)) as u16;
    if area.x + width > end {
        return None;
    }
    let x = put(buffer, area.x, area.y, end, key.0, key.1);
    Some(put(buffer, x + 1, area.y, end, word.0, word.1) + 2)
}

/// Draws the acts that are in progress, before the keys. Returns the rest of the line.
fn progress(state: &State, area: Rect, end: u16, buffer: &mut Buffer) -> Rect {
    let Some(text) = state.progress() else { return area };
    let line = format!("{} {text}", glyph(Health::Progress, state.display.options.unicode));
    let x = put(buffer, area.x + 1, area.y, end, &line, state.theme.style(Role::Progress)) + 2;
    Rect { x, width: area.right().saturating_sub(x), ..area }
}

/// Draws keys and words from the left, up to `end`.
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
        let Some(key) = state.keymap.key_for(scopes, command) else { continue };
        let forbidden = state.table().is_some() && state.selected_id().is_some() && state.can(command).is_err();
        let [first, second] = if forbidden { [Role::Faint; 2] } else { [Role::Key, Role::Muted] };
        let (first, second) = (state.theme.style(first), state.theme.style(second));
        let (key, here) = (short(key), Rect { x, ..area });
        let Some(next) = pair((&key, first), (&word, second), here, end, buffer) else { break };
        x = next;
    }
}

/// Draws the key for help at the right, whatever else has room. Returns its start.
fn help(state: &State, scopes: &[&str], area: Rect, buffer: &mut Buffer) -> u16 {
    let key = state.keymap.key_for(scopes, "help").unwrap_or_default();
    let line = format!("{key} all");
    let end = area.right().saturating_sub(1);
    if key.is_empty() {
        return end;
    }
    let start = end.saturating_sub(text::width(&line) as u16);
    put_right(buffer, area.x, area.y, end, &line, state.theme.style(Role::Muted));
    put(buffer, start, area.y, end, key, state.theme.style(Role::Key));
    start.saturating_sub(1)
}

/// The key and the word for what Enter does on this row.
fn enter(state: &State) -> Option<(&'static str, String)> {
    let table = state.table()?;
    let object = table.selected(&state.store)?;
    let word = match object.id.kind.link(object) {
        Some(link) => link.kind.0.name.split('.').next().unwrap_or_default(),
        None => object.id.kind.enter.word()?,
    };
    Some(("enter", word.to_owned()))
}

fn hints(state: &State) -> impl Iterator<Item = (&'static str, String)> {
    let hints = state.top().map(|view| panel(view).hints()).unwrap_or_default();
    // Keys that change the row come after keys that show more of it.
    let (first, rest) = hints.split_at(LOOKS.min(hints.len()));
    // Without a row, keys that act on a row are left out.
    let settled = state.answer().is_some_and(|answer| answer.complete);
    let empty = settled && state.table().is_some() && state.selected_id().is_none();
    let needs = |command| commands::find(command).is_some_and(|command| (command.when)(state).is_err());
    let fits = |(command, _): &&Hint| !(empty && needs(command)) && state.lacks(command).is_none();
    let own = |(command, word): &Hint| (*command, (*word).to_owned());
    let verbs = state.verbs().iter().filter(|_| !empty).map(|verb| (verb.name, verb.name.to_owned()));
    let (first, rest) = (first.iter().filter(fits).map(own), rest.iter().filter(fits).map(own));
    first.chain(verbs).chain(rest).collect::<Vec<_>>().into_iter()
}

/// The number of hints that come before the verbs.
const LOOKS: usize = 2;

/// The short form of a key: `^w` for `ctrl-w`.
fn short(key: &str) -> Cow<'_, str> {
    key.strip_prefix("ctrl-").map_or(Cow::Borrowed(key), |key| Cow::Owned(format!("^{key}")))
}
