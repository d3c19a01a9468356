//! Draws the state, with one file for each panel. It cannot change anything, and formats only what is on the screen.

mod dialog;
mod editor;
mod hints;
mod log;
mod own;
mod page;
mod prompt;
mod repaint;
mod site;
mod start;
mod table;
mod tabs;
mod terminal;
mod title;
mod tour;

use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

pub use self::repaint::{Painter, is_whole, repaint};

use self::site::Site;
use crate::app::layout::Layout;
use crate::app::tabs::Side;
use crate::app::{State, View};
use crate::model::text;
use crate::theme::Role;

/// Draws everything in a frame of ratatui.
pub fn draw(state: &State, frame: &mut Frame<'_>) {
    if let Some(cursor) = paint(state, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws everything, over whatever the buffer holds. Returns the position of the cursor, if there is one.
pub fn paint(state: &State, buffer: &mut Buffer) -> Option<Position> {
    let area = buffer.area;
    blank(state, area.top()..area.bottom(), buffer);
    let areas = state.areas();
    tabs::strip(state, areas.strip.intersection(area), buffer);
    if state.tabs.tab().side == Side::Beside {
        tabs::border(state, areas.border.intersection(area), buffer);
    }
    let (at, mut cursor) = (state.tabs.tab().at(), None);
    for (i, shown, place) in state.shown_panes() {
        let site = Site::new(state, shown, i != at);
        let within = pane(&site, Layout::within(state, shown, place).clipped(area), buffer);
        cursor = cursor.or(within.filter(|_| i == at));
    }
    if let Some(tour) = &state.display.tour {
        tour::draw(state, tour, areas.tour.intersection(area), buffer);
    }
    hints::draw(state, areas.hints.intersection(area), buffer);
    match state.focus.dialog() {
        Some(question) => dialog::draw(state, question, area, buffer),
        None => cursor,
    }
}

/// Empties lines of the screen. Most cells are empty already, and a sign that is there need not be written.
fn blank(state: &State, lines: impl Iterator<Item = u16>, buffer: &mut Buffer) {
    let mut blank = Cell::EMPTY;
    blank.set_style(state.theme.style(Role::Text).patch(state.theme.style(Role::Surface)));
    let area = buffer.area;
    for y in lines.filter(|y| (area.top()..area.bottom()).contains(y)) {
        let start = buffer.index_of(area.x, y);
        for cell in &mut buffer.content[start..start + usize::from(area.width)] {
            if cell.symbol().as_bytes() != b" " {
                cell.set_symbol(" ");
            }
            (cell.fg, cell.bg, cell.modifier) = (blank.fg, blank.bg, blank.modifier);
        }
    }
}

/// Draws a pane and returns the position of its cursor, if it has one.
fn pane(site: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position> {
    let input = site.focus.input().filter(|_| !site.is_dim);
    let prompt = input.map(|input| prompt::draw(site, input, layout.title, buffer));
    if prompt.is_none() {
        title::draw(site, layout.title, buffer);
    }
    title::rule(site, layout.rule, buffer);
    if let Some(input) = input {
        prompt::below(site, input, layout.rule, buffer);
    }
    own::draw(site, layout.figures, buffer);
    let within = site.top().and_then(|view| panel(view).draw(site, layout, buffer));
    prompt.or(within)
}

type Pieces = Vec<(String, Style)>;

/// A command that gets a hint, and its word.
type Hint = (&'static str, &'static str);

/// How a view is drawn. Each shape of view has a file that implements this.
trait Panel {
    /// Draws the view and returns the position of its cursor, if it has one.
    fn draw(&self, state: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position>;

    /// What stands at the right of the title: what is counted, how far it is scrolled.
    fn facts(&self, _: &Site<'_>, _width: u16) -> Pieces {
        Pieces::new()
    }

    /// The filter, and everything else that leaves out rows or lines: ` /filter`.
    fn narrowed(&self, _: &Site<'_>) -> Pieces {
        Pieces::new()
    }

    /// The commands that get a hint, most used first. A hint is shown if the scopes of the view have a key for its
    /// command.
    fn hints(&self) -> Vec<Hint>;
}

fn panel(view: &View) -> &dyn Panel {
    match view {
        View::Start(start) => start,
        View::Table(table) => &**table,
        View::Page(page) => &**page,
        View::Log(log) => &**log,
        View::Editor(editor) => &**editor,
        View::Terminal(terminal) => &**terminal,
    }
}

impl Layout {
    /// The layout limited to the terminal's present size, which may be smaller than a moment ago.
    fn clipped(self, area: Rect) -> Self {
        Self {
            title: self.title.intersection(area),
            rule: self.rule.intersection(area),
            figures: self.figures.intersection(area),
            header: self.header.intersection(area),
            body: self.body.intersection(area),
        }
    }
}

/// Draws a text from `x` on: cleaned, and cut at `end` with an ellipsis. Returns the column after it.
fn put(buffer: &mut Buffer, x: u16, y: u16, end: u16, line: &str, style: Style) -> u16 {
    if x >= end || !buffer.area.contains((x, y).into()) {
        return x;
    }
    let room = usize::from(end - x);
    if text::is_plain(line) {
        return put_plain(buffer, x, y, room, line, style);
    }
    let clean = text::clean(line);
    let fitted = text::fit(&clean, room);
    buffer.set_stringn(x, y, &fitted, room, style).0
}

/// Draws a text in which one byte is one cell. That is true of most texts, and it is much faster than finding the
/// bounds of graphemes.
fn put_plain(buffer: &mut Buffer, x: u16, y: u16, room: usize, line: &str, style: Style) -> u16 {
    let (shown, more) = if line.len() > room { (&line[..room - 1], "…") } else { (line, "") };
    let (start, width) = (buffer.index_of(x, y), usize::from(buffer.area.right() - x));
    let signs = (0..shown.len()).map(|i| &shown[i..=i]).chain((!more.is_empty()).then_some(more));
    let mut end = x;
    for (cell, sign) in buffer.content[start..start + width].iter_mut().zip(signs) {
        cell.set_symbol(sign).set_style(style);
        end += 1;
    }
    end
}

/// Draws a sign of one cell as often as there is room. Returns the column after the last one.
fn fill(buffer: &mut Buffer, x: u16, y: u16, end: u16, sign: &str, style: Style) -> u16 {
    let end = end.min(buffer.area.right());
    if x >= end || !buffer.area.contains((x, y).into()) {
        return x;
    }
    let start = buffer.index_of(x, y);
    for cell in &mut buffer.content[start..start + usize::from(end - x)] {
        cell.set_symbol(sign).set_style(style);
    }
    end
}

/// Draws a text like [`put`], but so that it ends at `end`.
fn put_right(buffer: &mut Buffer, x: u16, y: u16, end: u16, line: &str, style: Style) {
    let width = text::width(line).min(usize::from(end.saturating_sub(x))) as u16;
    put(buffer, end.saturating_sub(width), y, end, line, style);
}

/// Draws lines in the middle of an area, to say why it is empty.
fn centred(buffer: &mut Buffer, area: Rect, lines: &[(String, Style)]) {
    let top = area.y + area.height.saturating_sub(lines.len() as u16) / 3;
    for (y, (line, style)) in (top..area.bottom()).zip(lines) {
        let width = (text::width(line) as u16).min(area.width);
        put(buffer, area.x + (area.width - width) / 2, y, area.right(), line, *style);
    }
}
