//! A question over what is on the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::put;
use crate::app::State;
use crate::app::dialog::{Dialog, Entry, Field};
use crate::model::text;
use crate::theme::Role;

/// Draws it and returns where the cursor stands, if it stands in a text.
pub fn draw(state: &State, dialog: &Dialog, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inner = frame(state, dialog, area, buffer)?;
    let mut y = inner.y;
    for line in dialog.lines.iter().take(usize::from(inner.height.saturating_sub(3 + dialog.fields.len() as u16))) {
        let mut x = inner.x;
        for (piece, role) in line {
            x = put(buffer, x, y, inner.right(), piece, state.theme.style(*role));
        }
        y += 1;
    }
    let mut cursor = None;
    let names = dialog.fields.iter().map(|field| text::width(&field.name)).max().unwrap_or(0) as u16;
    for (i, field) in dialog.fields.iter().enumerate() {
        let row = Rect { y, height: 1, ..inner };
        let at = draw_field(state, field, names, dialog.focus == i, row, buffer);
        cursor = cursor.or(at.filter(|_| dialog.focus == i));
        y += 1;
    }
    if let Some(problem) = &dialog.problem {
        put(buffer, inner.x, y, inner.right(), problem, state.theme.style(Role::Bad));
    }
    buttons(state, dialog, inner, buffer);
    cursor
}

/// The box, as small as what it holds.
fn frame(state: &State, dialog: &Dialog, area: Rect, buffer: &mut Buffer) -> Option<Rect> {
    let line_width = |line: &crate::app::view::Line| line.iter().map(|(piece, _)| text::width(piece)).sum::<usize>();
    let widest = dialog.lines.iter().map(line_width).chain([text::width(&dialog.title) + 4, 44]).max().unwrap_or(44);
    let width = (widest as u16 + 4).min(area.width.saturating_sub(2));
    let height = (dialog.lines.len() as u16 + dialog.fields.len() as u16 + 5).min(area.height);
    if width < 12 || height < 5 {
        return None;
    }
    let outer = Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 3, width, height);
    let theme = &state.theme;
    let (surface, border) = (theme.style(Role::Raised), theme.style(Role::Border));
    let blank = " ".repeat(usize::from(width));
    for y in outer.y..outer.bottom() {
        buffer.set_stringn(outer.x, y, &blank, usize::from(width), theme.style(Role::Text).patch(surface));
    }
    let (corners, bar, side) = if state.options.unicode { ("╭╮╰╯", "─", "│") } else { ("++++", "-", "|") };
    let corner: Vec<char> = corners.chars().collect();
    let rule = bar.repeat(usize::from(width) - 2);
    buffer.set_string(outer.x, outer.y, format!("{}{rule}{}", corner[0], corner[1]), border);
    buffer.set_string(outer.x, outer.bottom() - 1, format!("{}{rule}{}", corner[2], corner[3]), border);
    for y in outer.y + 1..outer.bottom() - 1 {
        buffer.set_string(outer.x, y, side, border);
        buffer.set_string(outer.right() - 1, y, side, border);
    }
    let title = format!(" {} ", dialog.title);
    let role = if dialog.risky { Role::Bad } else { Role::Title };
    put(buffer, outer.x + 2, outer.y, outer.right() - 2, &title, theme.style(role));
    Some(Rect::new(outer.x + 2, outer.y + 1, width - 4, height - 2))
}

fn draw_field(
    state: &State,
    field: &Field,
    names: u16,
    focused: bool,
    row: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let theme = &state.theme;
    let name = theme.style(if focused { Role::Accent } else { Role::Muted });
    put(buffer, row.x, row.y, row.right(), &field.name, name);
    let x = row.x + names + 2;
    let style = if focused { theme.style(Role::Selection) } else { theme.style(Role::Text) };
    match &field.entry {
        Entry::Text { text: value, cursor } => {
            let width = usize::from(row.right().saturating_sub(x));
            buffer.set_stringn(x, row.y, " ".repeat(width), width, style);
            put(buffer, x, row.y, row.right(), value, style);
            let before = text::width(&value[..*cursor]) as u16;
            Some(Position::new((x + before).min(row.right().saturating_sub(1)), row.y))
        }
        Entry::Choice { .. } => {
            put(buffer, x, row.y, row.right(), &format!("‹ {} ›", field.value()), style);
            None
        }
        Entry::Toggle(on) => {
            let sign = match (on, state.options.unicode) {
                (true, true) => "☑",
                (false, true) => "☐",
                (true, false) => "[x]",
                (false, false) => "[ ]",
            };
            put(buffer, x, row.y, row.right(), sign, style);
            None
        }
    }
}

fn buttons(state: &State, dialog: &Dialog, inner: Rect, buffer: &mut Buffer) {
    let theme = &state.theme;
    let y = inner.bottom().saturating_sub(1);
    let style = |focus: usize, role: Role| -> Style {
        let style = theme.style(role);
        if dialog.focus == focus { style.add_modifier(Modifier::REVERSED | Modifier::BOLD) } else { style }
    };
    let labels = [" Cancel ".to_owned(), format!(" {} ", dialog.confirm)];
    let total: usize = labels.iter().map(|label| text::width(label)).sum::<usize>() + 4;
    let x = inner.x + inner.width.saturating_sub(total as u16) / 2;
    let x = put(buffer, x, y, inner.right(), &labels[0], style(dialog.cancel_focus(), Role::Text));
    let role = if dialog.risky { Role::Bad } else { Role::Good };
    put(buffer, x + 4, y, inner.right(), &labels[1], style(dialog.confirm_focus(), role));
}
