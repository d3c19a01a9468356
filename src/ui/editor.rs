//! Draws the editor: the text with line numbers, the problems, and the review.

mod review;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::{Hint, Panel, Pieces, Site, centred, put, put_right};
use crate::app::layout::Layout;
use crate::app::view::{Editor, Line, Stage, drawn};
use crate::model::{Health, text};
use crate::theme::{Role, glyph};

impl Panel for Editor {
    fn draw(&self, state: &Site<'_>, layout: Layout, buffer: &mut Buffer) -> Option<Position> {
        draw(state, self, layout.body, buffer)
    }

    /// `changed  12:5`
    fn facts(&self, state: &Site<'_>, _: u16) -> Pieces {
        let theme = &state.theme;
        let (word, role) = match &self.stage {
            Stage::Reading => ("", Role::Muted),
            Stage::Trying(..) => ("trying it on the server ...  ", Role::Progress),
            Stage::Writing(_) => ("saving ...  ", Role::Progress),
            Stage::Looking(_) => ("reading again ...  ", Role::Progress),
            Stage::Reviewing(_) => ("not saved yet  ", Role::Warn),
            Stage::Typing if self.is_changed => ("changed  ", Role::Warn),
            Stage::Typing => ("unchanged  ", Role::Muted),
        };
        let cursor = self.area.cursor();
        let place = match self.stage {
            Stage::Typing => format!("{}:{}  ", cursor.0 + 1, cursor.1 + 1),
            _ => String::new(),
        };
        vec![(word.to_owned(), theme.style(role)), (place, theme.style(Role::Muted))]
    }

    fn hints(&self) -> Vec<Hint> {
        let own = |(command, word): &Hint| match *command {
            "edit-leave" if self.reviews() => ("edit-leave", "back to the text"),
            command => (command, *word),
        };
        HINTS.iter().map(own).collect()
    }
}

const HINTS: &[Hint] = &[
    ("edit-write", "save"),
    ("edit-review", "review"),
    ("edit-leave", "leave"),
    ("review-text", "as text"),
    ("edit-search", "find"),
    ("edit-undo", "undo"),
    ("edit-external", "$EDITOR"),
    ("edit-rebase", "rebase"),
    ("edit-discard", "discard"),
];

/// Draws the editor and returns the position of the cursor.
fn draw(state: &Site<'_>, editor: &Editor, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if let Some(shown) = editor.review() {
        review::draw(state, editor, shown, area, buffer);
        return None;
    }
    if matches!(editor.stage, Stage::Reading) {
        centred(buffer, area, &[("reading the object ...".to_owned(), state.theme.style(Role::Muted))]);
        return None;
    }
    let body = banner(state, editor, area, buffer);
    let gutter = editor.gutter() as u16;
    let lines = editor.lines(editor.viewport.top, usize::from(body.height));
    for (y, (i, line)) in (body.y..body.bottom()).zip(lines.iter().enumerate()) {
        let row = editor.viewport.top + i;
        number(state, editor, row, Rect { y, height: 1, width: gutter, ..body }, buffer);
        let room = Rect::new(body.x + gutter, y, body.width.saturating_sub(gutter), 1);
        draw_line(state, editor, row, line, room, buffer);
    }
    cursor(editor, body, gutter)
}

/// Draws the reason of a refusal above the text. Returns the area that is left for the text.
fn banner(state: &Site<'_>, editor: &Editor, area: Rect, buffer: &mut Buffer) -> Rect {
    let lines = editor.banner(usize::from(area.width.saturating_sub(2)));
    if lines.is_empty() {
        return area;
    }
    let mild = editor.problem.as_ref().is_some_and(|problem| problem.mild);
    let style = state.theme.style(if mild { Role::Info } else { Role::Bad });
    let mut y = area.y;
    for line in lines.iter().take(usize::from(area.height)) {
        put(buffer, area.x + 1, y, area.right(), line, style);
        y += 1;
    }
    if y < area.bottom() {
        let rule =
            if state.display.options.unicode { "─" } else { "-" }.repeat(usize::from(area.width.saturating_sub(2)));
        put(buffer, area.x + 1, y, area.right(), &rule, state.theme.style(Role::Border));
        y += 1;
    }
    Rect { y, height: area.bottom().saturating_sub(y), ..area }
}

/// Draws the number of a line, with a shape if the line has a problem.
fn number(state: &Site<'_>, editor: &Editor, row: usize, area: Rect, buffer: &mut Buffer) {
    let marked = editor.problem.as_ref().is_some_and(|problem| problem.mark(row + 1).is_some());
    let here = editor.area.cursor().0 == row;
    let role = match (marked, here) {
        (true, _) => Role::Bad,
        (false, true) => Role::Accent,
        (false, false) => Role::Faint,
    };
    let style = state.theme.style(role);
    if marked {
        put(buffer, area.x + 1, area.y, area.right(), glyph(Health::Bad, state.display.options.unicode), style);
    }
    put_right(buffer, area.x + 1, area.y, area.right().saturating_sub(1), &(row + 1).to_string(), style);
}

fn draw_line(state: &Site<'_>, editor: &Editor, row: usize, line: &Line, room: Rect, buffer: &mut Buffer) {
    let selected = chosen(editor, row);
    let hits = hits(editor, row);
    let (mut cell, mut column) = (0usize, 0usize);
    for (piece, role) in line {
        let style = state.theme.style(*role);
        for c in piece.chars() {
            let shown = drawn(c);
            let width = text::width(&shown);
            let style = match () {
                () if selected.is_some_and(|(from, to)| (from..to).contains(&column)) => chosen_style(state),
                () if hits.iter().any(|(from, to)| (*from..*to).contains(&column)) => {
                    state.theme.style(Role::Accent).add_modifier(Modifier::REVERSED)
                }
                () => style,
            };
            if cell >= editor.viewport.left {
                let x = cell - editor.viewport.left;
                if x >= usize::from(room.width) {
                    break;
                }
                put(buffer, room.x + x as u16, room.y, room.right(), &shown, style);
            }
            cell += width;
            column += 1;
        }
    }
    let Some(words) = editor.problem.as_ref().and_then(|problem| problem.mark(row + 1)) else { return };
    remark(state, words, cell.saturating_sub(editor.viewport.left), room, buffer);
}

/// Draws the problem of a line, after its text or over the end of it.
fn remark(state: &Site<'_>, words: &str, end: usize, room: Rect, buffer: &mut Buffer) {
    let arrow = if state.display.options.unicode { "←" } else { "<-" };
    let line = format!("  {arrow} {words}");
    let wanted = text::width(&line).min(usize::from(room.width) * 2 / 3);
    let x = end.min(usize::from(room.width).saturating_sub(wanted));
    put(buffer, room.x + x as u16, room.y, room.right(), &line, state.theme.style(Role::Bad));
}

fn chosen_style(state: &Site<'_>) -> Style {
    state.theme.style(Role::SelectionText).patch(state.theme.style(Role::Selection))
}

/// The selected characters of a line.
fn chosen(editor: &Editor, row: usize) -> Option<(usize, usize)> {
    let ((first, from), (last, to)) = editor.area.selection_range()?;
    if row < first || row > last {
        return None;
    }
    let from = if row == first { from } else { 0 };
    Some((from, if row == last { to } else { usize::MAX }))
}

/// The characters of a line that a search found.
fn hits(editor: &Editor, row: usize) -> Vec<(usize, usize)> {
    let Some(regex) = editor.area.search_pattern().filter(|_| editor.search.is_some()) else { return Vec::new() };
    let Some(line) = editor.area.lines().get(row) else { return Vec::new() };
    let count = |at: usize| line[..at].chars().count();
    regex.find_iter(line).map(|hit| (count(hit.start()), count(hit.end()))).collect()
}

fn cursor(editor: &Editor, body: Rect, gutter: u16) -> Option<Position> {
    let at = editor.area.cursor();
    let (x, y) =
        (editor.cell_of(at.0, at.1).checked_sub(editor.viewport.left)?, at.0.checked_sub(editor.viewport.top)?);
    let place = Position::new(body.x + gutter + u16::try_from(x).ok()?, body.y + u16::try_from(y).ok()?);
    body.contains(place).then_some(place)
}
