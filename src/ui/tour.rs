//! Draws the tour: the next thing to do, in a box at the bottom. The box takes its lines from the view and hides
//! nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{put, put_right};
use crate::app::State;
use crate::app::tour::{STEPS, Tour};
use crate::model::{Health, text};
use crate::theme::{Role, glyph};

/// The longest line, in cells. Longer lines are hard to read.
const WIDEST: usize = 110;

pub fn draw(state: &State, tour: &Tour, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let theme = &state.theme;
    let style = |role| theme.style(Role::Raised).patch(theme.style(role));
    buffer.set_style(area, theme.style(Role::Raised));
    let end = area.right().saturating_sub(1);
    let mut x = put(buffer, area.x + 1, area.y, end, "tour ", style(Role::Muted));
    for at in 0..STEPS.len() {
        let (health, role) = match at.cmp(&tour.at) {
            std::cmp::Ordering::Less => (Health::Good, Role::Good),
            std::cmp::Ordering::Equal => (Health::Progress, Role::Accent),
            std::cmp::Ordering::Greater => (Health::Done, Role::Faint),
        };
        x = put(buffer, x, area.y, end, glyph(health, state.display.options.unicode), style(role));
    }
    let title = format!("  {}  ", tour.step().title);
    x = put(buffer, x, area.y, end, &title, style(Role::Title));
    leave(state, Rect { x, width: end.saturating_sub(x), ..area }, buffer);
    let (what, way) = state.tour_lines(tour);
    let lines = text::wrapped(&what, WIDEST.min(area.width.saturating_sub(2).into()))
        .into_iter()
        .map(|line| (line, Role::Text));
    let lines = lines.chain(Some((way, Role::Muted)).filter(|(way, _)| !way.is_empty()));
    for (y, (line, role)) in (area.y + 1..area.bottom()).zip(lines) {
        put(buffer, area.x + 1, y, end, &line, style(role));
    }
}

/// Draws how to end the tour, at the right. It is left out in a shell, where every key belongs to the program.
fn leave(state: &State, area: Rect, buffer: &mut Buffer) {
    let scopes = state.view_scopes();
    let names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    let Some(key) = state.keymap.key_for(&names, "tour-end") else { return };
    let theme = &state.theme;
    let style = |role| theme.style(Role::Raised).patch(theme.style(role));
    let words = format!("{key} ends the tour");
    put_right(buffer, area.x, area.y, area.right(), &words, style(Role::Muted));
    let start = area.right().saturating_sub(text::width(&words) as u16).max(area.x);
    put(buffer, start, area.y, area.right(), key, style(Role::Key));
}
