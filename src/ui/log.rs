//! Draws the log view.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::centred;
use crate::app::State;
use crate::app::view::Log;
use crate::theme::Role;

/// Draws it and returns where the cursor stands.
pub fn draw(state: &State, _log: &Log, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    centred(buffer, area, &[("nothing to see yet".to_owned(), state.theme.style(Role::Muted))]);
    None
}
