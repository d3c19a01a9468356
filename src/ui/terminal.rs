//! Draws the terminal view.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::centred;
use crate::app::State;
use crate::app::view::Terminal;
use crate::theme::Role;

/// Draws it and returns where the cursor stands.
pub fn draw(state: &State, _terminal: &Terminal, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    centred(buffer, area, &[("nothing to see yet".to_owned(), state.theme.style(Role::Muted))]);
    None
}
