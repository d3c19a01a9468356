//! Draws the screen of a session's program, cell by cell, and how the session ended.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};

use super::{Hint, Panel, Pieces, Site, put};
use crate::app::keymap::Key;
use crate::app::layout::Layout;
use crate::app::session::Session;
use crate::app::view::Terminal;
use crate::model::{End, text};
use crate::theme::Role;

impl Panel for Terminal {
    fn draw(&self, state: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position> {
        draw(state, self, layout.body, buffer)
    }

    /// `12 lines back  ctrl-] leaves, twice sends it`
    fn facts(&self, state: &Site<'_>, _: u16) -> Pieces {
        let Some(session) = state.sessions.find(self.session) else { return Pieces::new() };
        let back = session.screen.cells().scrollback();
        let scrolled =
            (back > 0).then(|| (format!("{} back  ", text::counted(back, "line")), state.theme.style(Role::Warn)));
        let key = state.keymap.key_for(&["view.terminal"], "session-leave").unwrap_or_default();
        let words = match &session.end {
            None => format!("{key} leaves, twice sends it  "),
            Some(End::Code(code)) => format!("exit {code}  "),
            Some(End::Closed(_)) => "ended  ".to_owned(),
        };
        scrolled.into_iter().chain([(words, state.theme.style(Role::Muted))]).collect()
    }

    fn hints(&self) -> Vec<Hint> {
        vec![("session-leave", "leaves; all other keys go to the program")]
    }
}

/// Draws the screen and returns the position of the cursor.
fn draw(state: &Site<'_>, terminal: &Terminal, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let session = state.sessions.find(terminal.session)?;
    let screen = session.screen.cells();
    let (rows, cols) = screen.size();
    for row in 0..rows.min(area.height) {
        for col in 0..cols.min(area.width) {
            if let Some(cell) = screen.cell(row, col) {
                draw_cell(state, cell, area, (col, row), buffer);
            }
        }
    }
    if let Some(end) = &session.end {
        ended(state, session, end, area, buffer);
        return None;
    }
    if session.written == 0 && area.height > 0 {
        put(buffer, area.x + 1, area.y, area.right(), "opening ...", state.theme.style(Role::Muted));
        return None;
    }
    let (row, col) = screen.cursor_position();
    let hidden = screen.hide_cursor() || screen.scrollback() > 0;
    let inside = row < area.height && col < area.width;
    (!hidden && inside).then(|| Position::new(area.x + col, area.y + row))
}

fn draw_cell(state: &Site<'_>, cell: &vt100::Cell, area: Rect, (col, row): (u16, u16), buffer: &mut Buffer) {
    if cell.is_wide_continuation() {
        return;
    }
    let Some(target) = buffer.cell_mut((area.x + col, area.y + row)) else { return };
    // The content of each cell is cleaned, so that no text moves or hides anything.
    let clean = text::clean(cell.contents());
    let fits = text::width(&clean) <= usize::from(area.width - col).min(2);
    target.set_symbol(if clean.is_empty() || !fits { " " } else { &clean });
    target.set_style(state.theme.foreign(style(cell)));
}

fn style(cell: &vt100::Cell) -> Style {
    let mut style = Style::new();
    if let Some(color) = color(cell.fgcolor()) {
        style = style.fg(color);
    }
    if let Some(color) = color(cell.bgcolor()) {
        style = style.bg(color);
    }
    let attributes = [
        (cell.bold(), Modifier::BOLD),
        (cell.dim(), Modifier::DIM),
        (cell.italic(), Modifier::ITALIC),
        (cell.underline(), Modifier::UNDERLINED),
        (cell.inverse(), Modifier::REVERSED),
    ];
    attributes.iter().filter(|(on, _)| *on).fold(style, |style, (_, modifier)| style.add_modifier(*modifier))
}

fn color(color: vt100::Color) -> Option<Color> {
    match color {
        vt100::Color::Default => None,
        vt100::Color::Idx(i) => Some(Color::Indexed(i)),
        vt100::Color::Rgb(r, g, b) => Some(Color::Rgb(r, g, b)),
    }
}

/// Draws how the session ended, over its last screen, which stays readable.
fn ended(state: &Site<'_>, session: &Session, end: &End, area: Rect, buffer: &mut Buffer) {
    if area.height == 0 {
        return;
    }
    let y = area.bottom() - 1;
    let role = if *end == End::Code(0) { Role::Good } else { Role::Bad };
    let line = match end {
        End::Code(code) => format!("the {} ended: exit {code}", session.word()),
        End::Closed(why) => format!("the {} ended: {why}", session.word()),
    };
    let blank = " ".repeat(usize::from(area.width));
    put(buffer, area.x, y, area.right(), &blank, state.theme.style(Role::Raised));
    let x = put(buffer, area.x + 1, y, area.right(), &line, state.theme.style(role));
    // What is over has no use for keys but for these; see `type_into_view`.
    let closes = format!("{} closes it", Key::ENTER);
    put(buffer, x + 3, y, area.right(), &closes, state.theme.style(Role::Muted));
}
