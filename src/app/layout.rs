//! The places of all parts of the screen. Drawing, preparing and the mouse share them.

use ratatui::layout::Rect;

use super::State;

/// The areas of the screen, top to bottom. Areas without room are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub title: Rect,
    pub rule: Rect,
    /// Figures of the program above the rows of `:self`.
    pub figures: Rect,
    pub header: Rect,
    pub body: Rect,
    /// The text of the tour, above the hints.
    pub tour: Rect,
    pub hints: Rect,
}

/// The width in columns below which the figures take one more line.
const BROAD: u16 = 130;

/// The lines of the tour: a title and what to do. A screen of less than [`LOW`] lines shows no tour and no figures.
const TOUR: u16 = 4;
const LOW: u16 = 16;

impl Layout {
    pub fn of(state: &State) -> Self {
        let (width, height) = state.display.size;
        let row = |y: u16, tall: u16| Rect::new(0, y.min(height), width, tall.min(height.saturating_sub(y)));
        if state.is_full() {
            return Self::full(state, row, height);
        }
        let header_rows = u16::from(state.table().is_some());
        let hint_rows = u16::from(height > 4);
        let figure_rows = match state.own_table() {
            Some(_) if height >= LOW => 2 + u16::from(width < BROAD),
            Some(_) | None => 0,
        };
        let above = 2 + figure_rows + header_rows;
        let tour_rows = if state.display.tour.is_some() && height >= LOW { TOUR } else { 0 };
        let body = row(above, height.saturating_sub(above + hint_rows + tour_rows));
        let tour = row(above + body.height, tour_rows);
        let header = if header_rows > 0 { row(above - 1, 1) } else { row(0, 0) };
        Self {
            title: row(0, 1),
            rule: row(1, 1),
            figures: row(2, figure_rows),
            header,
            body,
            tour,
            hints: row(height - hint_rows.min(height), hint_rows),
        }
    }

    /// The layout of a text on the whole screen. Only the prompt, a filter and a notice take lines from it.
    fn full(state: &State, row: impl Fn(u16, u16) -> Rect, height: u16) -> Self {
        let narrowed = state.top().is_some_and(|view| view.is_narrowed());
        let above = u16::from(state.focus.input().is_some() || narrowed);
        let below = u16::from(height > 4 && (state.focus.input().is_some() || state.display.notice.is_some()));
        let none = row(0, 0);
        Self {
            title: row(0, above),
            rule: none,
            figures: none,
            header: none,
            body: row(above, height.saturating_sub(above + below)),
            tour: none,
            hints: row(height - below.min(height), below),
        }
    }
}
