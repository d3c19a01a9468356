//! Draws the strip of tabs and the border between panes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{fill, put};
use crate::app::State;
use crate::app::tabs::labels;
use crate::theme::Role;

/// Draws the tabs. The one on the screen looks like a selected row.
pub fn strip(state: &State, area: Rect, buffer: &mut Buffer) {
    let theme = &state.theme;
    let here = theme.style(Role::SelectionText).patch(theme.style(Role::Selection));
    for label in labels(state, area) {
        let style = if label.tab == state.tabs.at() { here } else { theme.style(Role::Muted) };
        buffer.set_style(label.area, style);
        put(buffer, label.area.x, label.area.y, label.area.right(), &label.text, style);
    }
}

/// Draws the border between two panes that stand beside each other.
pub fn border(state: &State, area: Rect, buffer: &mut Buffer) {
    let line = if state.display.options.unicode { "│" } else { "|" };
    let style: Style = state.theme.style(Role::Border);
    for y in area.y..area.bottom() {
        fill(buffer, area.x, y, area.right(), line, style);
    }
}
