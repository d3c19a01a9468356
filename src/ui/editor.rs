//! Draws the editor view.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::centred;
use crate::app::State;
use crate::app::view::Editor;
use crate::theme::Role;

/// Draws it and returns where the cursor stands.
pub fn draw(state: &State, _editor: &Editor, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    centred(buffer, area, &[("nothing to see yet".to_owned(), state.theme.style(Role::Muted))]);
    None
}
