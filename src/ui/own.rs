//! Draws the figures of the process, above the table of its queries and lists.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Site, put};
use crate::app::own::figures;
use crate::model::text;
use crate::theme::Role;

/// The cells between two figures.
const GAP: u16 = 3;

pub fn draw(state: &Site<'_>, area: Rect, buffer: &mut Buffer) {
    let (muted, plain) = (state.theme.style(Role::Muted), state.theme.style(Role::Text));
    let left = area.x + GAP;
    let (mut x, mut y) = (left, area.y);
    for (name, figure) in figures(&state.own, state.now) {
        let width = text::width(name) + 1 + text::width(&figure);
        if x > left && usize::from(x) + width > usize::from(area.right().saturating_sub(1)) {
            (x, y) = (left, y + 1);
        }
        if y >= area.bottom() {
            return;
        }
        x = put(buffer, x, y, area.right(), name, muted) + 1;
        x = put(buffer, x, y, area.right(), &figure, plain) + GAP;
    }
}
