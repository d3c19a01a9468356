//! Draws a review: the changes, by path or as one text, and the server's warnings.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::view::{Editor, Note, Review, ReviewRow, Stage};
use crate::model::{Health, text};
use crate::theme::{Role, glyph};
use crate::ui::{Site, put, put_right};

pub fn draw(state: &Site<'_>, editor: &Editor, review: &Review, area: Rect, buffer: &mut Buffer) {
    let theme = &state.theme;
    let end = area.right().saturating_sub(1);
    let mut y = area.y;
    let heading = match (&editor.stage, &review.local) {
        (Stage::Writing(_), _) => "saving ...",
        (_, Some(_)) => "what would be sent",
        (_, None) => "what would be saved",
    };
    let x = put(buffer, area.x + 1, y, end, heading, theme.style(Role::Title));
    put_right(buffer, x + 2, y, end, &review.summary(), theme.style(Role::Muted));
    y += 1;
    let warn = glyph(Health::Warn, state.display.options.unicode);
    for warning in &review.warnings {
        put(buffer, area.x + 1, y, end, &format!("{warn} {warning}"), theme.style(Role::Warn));
        y += 1;
    }
    if let Some(why) = &review.local {
        put(buffer, area.x + 1, y, end, &format!("{warn} {why}"), theme.style(Role::Warn));
        let words = "the server may still change or refuse this: save it anyway?";
        put(buffer, area.x + 1, y + 1, end, words, theme.style(Role::Text));
        y += 2;
    }
    y += 1;
    let body = Rect { y: y.min(area.bottom()), height: area.bottom().saturating_sub(y), ..area };
    if review.rows.is_empty() {
        put(buffer, area.x + 1, body.y, end, "nothing would change", theme.style(Role::Muted));
    } else if review.as_text {
        as_text(state, review, body, buffer);
    } else {
        rows(state, review, body, buffer);
    }
}

fn as_text(state: &Site<'_>, review: &Review, body: Rect, buffer: &mut Buffer) {
    for (y, line) in (body.y..body.bottom()).zip(review.unified.iter().skip(review.top)) {
        let mut x = body.x + 1;
        for (piece, role) in line {
            x = put(buffer, x, y, body.right().saturating_sub(1), piece, state.theme.style(*role));
        }
    }
}

fn rows(state: &Site<'_>, review: &Review, body: Rect, buffer: &mut Buffer) {
    let widest = review.rows.iter().map(|row| text::width(&row.path)).max().unwrap_or(0);
    let room = usize::from(body.width) * 9 / 20;
    let width = widest.min(room);
    for (y, row) in (body.y..body.bottom()).zip(review.rows.iter().skip(review.top)) {
        draw_row(state, row, width, Rect { y, height: 1, ..body }, buffer);
    }
}

fn draw_row(state: &Site<'_>, row: &ReviewRow, width: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &state.theme;
    let end = area.right().saturating_sub(1);
    let (sign, role) = match (&row.old, &row.new) {
        (None, _) => ("+", Role::Added),
        (_, None) => ("-", Role::Removed),
        _ => ("~", Role::Changed),
    };
    let quiet = row.note != Note::None;
    let dim = |role: Role| theme.style(if quiet { Role::Muted } else { role });
    put(buffer, area.x + 1, area.y, end, sign, dim(role));
    put(buffer, area.x + 3, area.y, end, &short(&row.path, width), dim(Role::Key));
    let mut x = area.x + 5 + width as u16;
    let arrow = if state.display.options.unicode { " → " } else { " -> " };
    let mut say = |words: &str, style: Style| x = put(buffer, x, area.y, end, words, style);
    match (&row.old, &row.new) {
        (Some(old), Some(new)) => {
            say(old, dim(Role::Removed));
            say(arrow, theme.style(Role::Faint));
            say(new, dim(Role::Added));
        }
        (None, Some(new)) => say(new, dim(Role::Added)),
        (Some(old), None) => say(old, dim(Role::Removed)),
        (None, None) => {}
    }
    match row.note {
        Note::None => {}
        Note::Server => say("   by the server", theme.style(Role::Faint)),
        Note::Ignored => say("   the server ignores this", theme.style(Role::Warn)),
    }
}

/// A path that fits `width`. A long path loses its middle, because both ends say most.
fn short(path: &str, width: usize) -> String {
    let size = text::width(path);
    if size <= width || width < 8 {
        return text::fit(path, width).into_owned();
    }
    let chars: Vec<char> = path.chars().collect();
    let head = (width - 3) / 3;
    let tail = width - 3 - head;
    let (start, end): (String, String) = (chars[..head].iter().collect(), chars[chars.len() - tail..].iter().collect());
    format!("{start}...{end}")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn long_paths_lose_their_middle() {
        assert_eq!(short("spec.replicas", 20), "spec.replicas");
        assert_eq!(short("spec.template.spec.containers[0].image", 23), "spec.t...iners[0].image");
    }
}
