//! Draws a question over the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::put;
use crate::app::State;
use crate::app::dialog::{self, Dialog, Entry, Field, Placement, first_shown, labels};
use crate::model::text;
use crate::theme::Role;

/// Draws the question and returns the position of the cursor, if it is in a text field.
pub fn draw(state: &State, dialog: &Dialog, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let (width, height) = (area.width.min(state.display.size.0), area.height.min(state.display.size.1));
    let Some(places) = Placement::of(dialog, width, height) else {
        cramped(state, dialog, Rect { width, height, ..area }, buffer);
        return None;
    };
    frame(state, dialog, places.outer, buffer);
    lines(state, dialog, places.lines, buffer);
    let cursor = fields(state, dialog, &places.fields, buffer);
    note(state, dialog, places.note, buffer);
    buttons(state, dialog, &places, buffer);
    cursor
}

/// Draws the notice that there is no room for the question. Then the question cannot be answered either.
fn cramped(state: &State, dialog: &Dialog, area: Rect, buffer: &mut Buffer) {
    let leaves = state.in_keys("{dialog-cancel@dialog} cancels");
    let line = format!("{leaves}; make the window larger to see: {}", dialog.title);
    if area.height > 0 {
        buffer.set_style(Rect { height: 1, ..area }, style(state, Role::Text));
        put(buffer, area.x, area.y, area.right(), &line, style(state, Role::Warn));
    }
}

/// A style on the dialog's own surface.
fn style(state: &State, role: Role) -> Style {
    state.theme.style(Role::Raised).patch(state.theme.style(role))
}

fn frame(state: &State, dialog: &Dialog, outer: Rect, buffer: &mut Buffer) {
    let surface = state.theme.style(Role::Text).patch(state.theme.style(Role::Raised));
    // Everything below is erased, bold letters included.
    for place in outer.intersection(buffer.area).positions() {
        buffer[place].reset();
    }
    buffer.set_style(outer, surface);
    let border = style(state, if dialog.is_risky() { Role::Bad } else { Role::Border });
    let (corners, bar, side) =
        if state.display.options.unicode { ("╭╮╰╯", "─", "│") } else { ("++++", "-", "|") };
    let corner: Vec<char> = corners.chars().collect();
    let rule = bar.repeat(usize::from(outer.width) - 2);
    buffer.set_string(outer.x, outer.y, format!("{}{rule}{}", corner[0], corner[1]), border);
    buffer.set_string(outer.x, outer.bottom() - 1, format!("{}{rule}{}", corner[2], corner[3]), border);
    for y in outer.y + 1..outer.bottom() - 1 {
        buffer.set_string(outer.x, y, side, border);
        buffer.set_string(outer.right() - 1, y, side, border);
    }
    let title = style(state, if dialog.is_risky() { Role::Bad } else { Role::Title });
    put(buffer, outer.x + 2, outer.y, outer.right() - 2, &format!(" {} ", dialog.title), title);
}

fn lines(state: &State, dialog: &Dialog, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.height);
    let all = dialog.said().count();
    let cut = all > room && room > 0;
    let shown = if cut { room - 1 } else { room };
    if cut {
        let more = format!("… and {} more", all - shown);
        put(buffer, area.x, area.bottom() - 1, area.right(), &more, style(state, Role::Muted));
    }
    for (y, line) in (area.y..area.bottom()).zip(dialog.said().take(shown)) {
        let mut x = area.x;
        for (piece, role) in line {
            x = put(buffer, x, y, area.right(), piece, style(state, *role));
        }
    }
}

fn fields(state: &State, dialog: &Dialog, rows: &[Rect], buffer: &mut Buffer) -> Option<Position> {
    let names = dialog.fields.iter().map(|field| text::width(&field.name)).max().unwrap_or(0) as u16;
    let mut cursor = None;
    for (i, (field, row)) in dialog.fields.iter().zip(rows).enumerate() {
        let focused = dialog.focus == i;
        let name = style(state, if focused { Role::Accent } else { Role::Muted });
        put(buffer, row.x, row.y, row.right(), &field.name, name);
        let from = (row.x + names + 2).min(row.right());
        let value = Rect { x: from, width: row.right() - from, ..*row };
        if dialog.rows(field) > 1 {
            list(state, field, focused, value, buffer);
            continue;
        }
        let at = entry(state, field, focused, value, buffer);
        cursor = cursor.or(at.filter(|_| focused));
    }
    cursor
}

/// Draws the choices as a list. Arrows stand for choices that have no room.
fn list(state: &State, field: &Field, focused: bool, area: Rect, buffer: &mut Buffer) {
    let Entry::Choice { options, chosen } = &field.entry else { return };
    let first = first_shown(*chosen, usize::from(area.height), options.len());
    let [here, above, below] =
        if state.display.options.unicode { ["› ", "↑ ", "↓ "] } else { ["> ", "^ ", "v "] };
    for (y, (at, option)) in (area.y..area.bottom()).zip(options.iter().enumerate().skip(first)) {
        let more_above = y == area.y && first > 0;
        let more_below = y + 1 == area.bottom() && at + 1 < options.len();
        let (sign, value) = match (at == *chosen, focused) {
            (true, true) => (here, state.theme.style(Role::Selection).patch(state.theme.style(Role::SelectionText))),
            (true, false) => (here, style(state, Role::Accent)),
            (false, _) if more_above => (above, style(state, Role::Muted)),
            (false, _) if more_below => (below, style(state, Role::Muted)),
            (false, _) => ("  ", style(state, Role::Text)),
        };
        if at == *chosen && focused {
            buffer.set_style(Rect { y, height: 1, ..area }, value);
        }
        put(buffer, area.x, y, area.right(), &format!("{sign}{option}"), value);
    }
}

fn entry(state: &State, field: &Field, focused: bool, row: Rect, buffer: &mut Buffer) -> Option<Position> {
    let value = match focused {
        true => state.theme.style(Role::Selection).patch(state.theme.style(Role::SelectionText)),
        false => style(state, Role::Text),
    };
    match &field.entry {
        Entry::Text { text: typed, cursor } => Some(written(state, field, typed, *cursor, value, row, buffer)),
        Entry::Choice { .. } => {
            let (left, right) = if state.display.options.unicode { ("‹", "›") } else { ("<", ">") };
            put(buffer, row.x, row.y, row.right(), &format!("{left} {} {right}", field.value()), value);
            None
        }
        Entry::Toggle(on) => {
            let sign = match (on, state.display.options.unicode) {
                (true, true) => "☑",
                (false, true) => "☐",
                (true, false) => "[x]",
                (false, false) => "[ ]",
            };
            put(buffer, row.x, row.y, row.right(), sign, value);
            None
        }
    }
}

/// Draws a text field, shifted to the left so that the cursor is visible.
fn written(
    state: &State,
    field: &Field,
    typed: &str,
    cursor: usize,
    value: Style,
    row: Rect,
    buffer: &mut Buffer,
) -> Position {
    let width = usize::from(row.width);
    let line = value.patch(state.theme.style(Role::Border)).add_modifier(Modifier::UNDERLINED);
    buffer.set_stringn(row.x, row.y, " ".repeat(width), width, line);
    let mut from = 0;
    while text::width(&typed[from..cursor]) >= width.max(1) {
        from += typed[from..].chars().next().map_or(1, char::len_utf8);
    }
    match typed.is_empty() {
        true => put(buffer, row.x, row.y, row.right(), &field.hint, value.patch(state.theme.style(Role::Faint))),
        false => put(buffer, row.x, row.y, row.right(), &typed[from..], value),
    };
    let before = text::width(&text::clean(&typed[from..cursor])) as u16;
    Position::new((row.x + before).min(row.right().saturating_sub(1)), row.y)
}

/// Draws the mistake in the answers, if there is one; otherwise the shell commands.
fn note(state: &State, dialog: &Dialog, area: Rect, buffer: &mut Buffer) {
    if dialog.reads() && dialog.problem.is_none() {
        put(buffer, area.x, area.y, area.right(), "reading …", style(state, Role::Progress));
        return;
    }
    let role = if dialog.problem.is_some() { Role::Bad } else { Role::Faint };
    let lines = dialog::note(dialog, usize::from(area.width), usize::from(area.height));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        put(buffer, area.x, y, area.right(), &line, style(state, role));
    }
}

fn buttons(state: &State, dialog: &Dialog, places: &Placement, buffer: &mut Buffer) {
    let [cancel, confirm] = labels(dialog);
    let pressed = |focus: usize, role: Role| -> Style {
        let style = style(state, role);
        if dialog.focus == focus { style.add_modifier(Modifier::REVERSED | Modifier::BOLD) } else { style }
    };
    let mut button = |label: &str, place: Rect, style: Style| {
        put(buffer, place.x, place.y, place.right(), label, style);
    };
    button(&cancel, places.cancel, pressed(dialog.cancel_focus(), Role::Text));
    let role = if dialog.is_risky() { Role::Bad } else { Role::Good };
    button(&confirm, places.confirm, pressed(dialog.confirm_focus(), role));
}
