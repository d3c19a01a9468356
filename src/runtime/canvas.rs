//! What is on the terminal, and what a frame changes of it.
//!
//! ratatui's own terminal looks up the width of each cell of each frame before it compares it. Most rows of most frames
//! are the same as before, so whole rows are compared first, and ratatui finds the differences of the others.

use std::ops::Range;

use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};

pub struct Canvas<B> {
    backend: B,
    shown: Buffer,
    /// The frame that is painted. Between frames it holds an older one.
    next: Buffer,
    /// The lines in which the older one differs from what is shown; `None` if there is no older one.
    behind: Option<Vec<u16>>,
    /// Where the cursor is shown.
    cursor: Option<Position>,
}

impl<B: Backend> Canvas<B> {
    /// A canvas on an empty terminal whose cursor is hidden.
    pub fn new(backend: B, size: (u16, u16)) -> Self {
        let empty = Buffer::empty(whole(size));
        Self { backend, shown: empty.clone(), next: empty, behind: None, cursor: None }
    }

    /// The size in columns and rows.
    pub fn size(&self) -> (u16, u16) {
        (self.shown.area.width, self.shown.area.height)
    }

    /// Sets the size. What a terminal keeps when its size changes is up to the terminal, so it is cleared.
    pub fn resize(&mut self, size: (u16, u16)) -> Result<(), B::Error> {
        if self.size() != size {
            self.backend.clear()?;
            (self.shown, self.next) = (Buffer::empty(whole(size)), Buffer::empty(whole(size)));
            self.behind = None;
        }
        Ok(())
    }

    /// Shows a frame of which only `lines` differ from the last one, or all. `paint` is told which lines it has to set
    /// every cell of, again `None` for all, and returns the position of the cursor, if there is one.
    pub fn draw(
        &mut self,
        lines: Option<&[u16]>,
        paint: impl FnOnce(Option<&[u16]>, &mut Buffer) -> Option<Position>,
    ) -> Result<(), B::Error> {
        let lines = lines.filter(|_| self.catch_up());
        let cursor = paint(lines, &mut self.next);
        let (rows, columns) = self.changed(lines);
        if !rows.is_empty() {
            let part = |buffer: &Buffer| only(buffer, &rows, &columns);
            let (before, after) = (part(&self.shown), part(&self.next));
            let cells = before.diff(&after).into_iter();
            self.backend.draw(cells.map(|(x, y, cell)| (columns.start + x, rows[usize::from(y)], cell)))?;
        }
        match cursor {
            // Drawing moves the cursor.
            Some(position) if !rows.is_empty() || self.cursor != cursor => {
                self.backend.show_cursor()?;
                self.backend.set_cursor_position(position)?;
            }
            None if self.cursor.is_some() => self.backend.hide_cursor()?,
            Some(_) | None => {}
        }
        self.cursor = cursor;
        std::mem::swap(&mut self.shown, &mut self.next);
        self.behind = Some(rows);
        self.backend.flush()
    }

    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Makes the frame that is painted next like the one that is shown; false if nothing is shown yet.
    fn catch_up(&mut self) -> bool {
        let Some(behind) = self.behind.take() else { return false };
        let cells = |y: u16| row(&self.shown, y);
        for cells in behind.into_iter().map(cells) {
            self.next.content[cells.clone()].clone_from_slice(&self.shown.content[cells]);
        }
        true
    }

    /// The rows that changed, and the columns that hold all changes. A sign may be two cells wide, so the columns beside
    /// are taken along.
    fn changed(&self, lines: Option<&[u16]>) -> (Vec<u16>, Range<u16>) {
        let Rect { width, height, .. } = self.shown.area;
        let (mut rows, mut columns) = (Vec::new(), width..0);
        let mut compare = |y: u16| {
            let cells = row(&self.shown, y);
            let (before, after) = (&self.shown.content[cells.clone()], &self.next.content[cells]);
            let differs = |(a, b): (&Cell, &Cell)| !same(a, b);
            if let Some(first) = before.iter().zip(after).position(differs) {
                let last = before.iter().zip(after).rposition(differs).unwrap_or(first);
                columns =
                    columns.start.min((first as u16).saturating_sub(1))..columns.end.max((last as u16 + 2).min(width));
                rows.push(y);
            }
        };
        match lines {
            Some(lines) => lines.iter().copied().filter(|y| *y < height).for_each(&mut compare),
            None => (0..height).for_each(&mut compare),
        }
        (rows, columns)
    }
}

fn whole((width, height): (u16, u16)) -> Rect {
    Rect::from(Size::new(width, height))
}

/// Where the cells of a row are.
fn row(buffer: &Buffer, y: u16) -> Range<usize> {
    let width = usize::from(buffer.area.width);
    usize::from(y) * width..(usize::from(y) + 1) * width
}

/// The columns of these rows of a buffer, one row below the other.
fn only(buffer: &Buffer, rows: &[u16], columns: &Range<u16>) -> Buffer {
    let of = |y: &u16| {
        let start = row(buffer, *y).start;
        &buffer.content[start + usize::from(columns.start)..start + usize::from(columns.end)]
    };
    let width = columns.end - columns.start;
    Buffer { area: Rect::new(0, 0, width, rows.len() as u16), content: rows.iter().flat_map(of).cloned().collect() }
}

/// Whether two cells look the same. Most symbols are one byte long.
fn same(a: &Cell, b: &Cell) -> bool {
    let (first, second) = (a.symbol().as_bytes(), b.symbol().as_bytes());
    let symbols = match (first, second) {
        ([first], [second]) => first == second,
        _ => first == second,
    };
    symbols && looks(a) == looks(b)
}

/// All of a cell that is not its symbol.
fn looks(cell: &Cell) -> impl PartialEq {
    (cell.fg, cell.bg, cell.modifier, cell.diff_option)
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::style::{Color, Modifier, Style};

    use super::*;
    use crate::random::Random;

    const SIGNS: &[&str] = &["a", "b", " ", "é", "日", "👍", "❤️", "▌", "…"];
    const SIZE: (u16, u16) = (12, 5);

    /// A frame of which some rows are as before.
    fn paint(random: &mut Random, frame: &mut Buffer) {
        for y in (0..frame.area.height).filter(|_| random.below(2) == 0).collect::<Vec<_>>() {
            let mut x = 0;
            while x < frame.area.width {
                let style = Style::new()
                    .fg([Color::Reset, Color::Red][random.below(2)])
                    .bg([Color::Reset, Color::Blue][random.below(2)])
                    .add_modifier([Modifier::empty(), Modifier::REVERSED][random.below(2)]);
                let sign = SIGNS[random.below(SIGNS.len())];
                frame.set_stringn(x, y, "            ", 1, style);
                x = frame.set_stringn(x, y, sign, usize::from(frame.area.width - x), style).0.max(x + 1);
            }
        }
    }

    #[test]
    fn a_canvas_shows_what_the_terminal_of_ratatui_shows() {
        let mut random = Random(7);
        let mut canvas = Canvas::new(TestBackend::new(SIZE.0, SIZE.1), SIZE);
        let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
        let mut frame = Buffer::empty(whole(SIZE));
        for turn in 0..2_000 {
            let before = frame.clone();
            paint(&mut random, &mut frame);
            let rows = (0..SIZE.1).filter(|y| frame.content[row(&frame, *y)] != before.content[row(&frame, *y)]);
            let lines = (random.below(2) == 0).then(|| rows.collect::<Vec<_>>());
            let at = Position::new(random.below(12) as u16, random.below(5) as u16);
            let cursor = (random.below(2) == 0).then_some(at);
            canvas
                .draw(lines.as_deref(), |lines, buffer| {
                    for y in lines.map_or_else(|| (0..SIZE.1).collect(), <[u16]>::to_vec) {
                        buffer.content[row(&frame, y)].clone_from_slice(&frame.content[row(&frame, y)]);
                    }
                    cursor
                })
                .unwrap();
            let drawn = |into: &mut ratatui::Frame<'_>| {
                into.buffer_mut().clone_from(&frame);
                cursor.into_iter().for_each(|cursor| into.set_cursor_position(cursor));
            };
            terminal.draw(drawn).unwrap();
            assert_eq!(canvas.backend().buffer(), terminal.backend().buffer(), "frame {turn}");
            assert_eq!(canvas.backend().cursor_visible(), terminal.backend().cursor_visible(), "frame {turn}");
            if let Some(cursor) = cursor {
                assert_eq!(canvas.backend().cursor_position(), cursor, "frame {turn}");
            }
        }
    }

    #[test]
    fn another_size_draws_all_anew() {
        // A terminal that has grown before the program was told.
        let mut canvas = Canvas::new(TestBackend::new(4, 1), (3, 1));
        let full = |_: Option<&[u16]>, buffer: &mut Buffer| {
            buffer.set_string(0, 0, "abc", Style::new());
            None
        };
        canvas.draw(None, full).unwrap();
        canvas.resize((3, 1)).unwrap();
        canvas.backend().assert_buffer_lines(["abc "]);
        canvas.resize((4, 1)).unwrap();
        canvas.backend().assert_buffer_lines(["    "]);
        canvas.draw(None, full).unwrap();
        canvas.backend().assert_buffer_lines(["abc "]);
    }
}
