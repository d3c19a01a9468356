//! What is on the terminal, and what a frame changes of it.
//!
//! ratatui's own terminal looks up the width of each cell of each frame before it compares it. Most rows of most frames
//! are the same as before, so whole rows are compared first, and ratatui finds the differences of the others.

use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};

pub struct Canvas<B> {
    backend: B,
    shown: Buffer,
    /// The frame that is painted. Between frames it holds an older one.
    next: Buffer,
    /// Where the cursor is shown.
    cursor: Option<Position>,
}

impl<B: Backend> Canvas<B> {
    /// A canvas on an empty terminal whose cursor is hidden.
    pub fn new(backend: B, size: (u16, u16)) -> Self {
        let empty = Buffer::empty(whole(size));
        Self { backend, shown: empty.clone(), next: empty, cursor: None }
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
        }
        Ok(())
    }

    /// Shows a frame. `paint` sets every cell and returns the position of the cursor, if there is one.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Buffer) -> Option<Position>) -> Result<(), B::Error> {
        let cursor = paint(&mut self.next);
        let rows = self.changed();
        if !rows.is_empty() {
            let (before, after) = (only(&self.shown, &rows), only(&self.next, &rows));
            let cells = before.diff(&after).into_iter().map(|(x, y, cell)| (x, rows[usize::from(y)], cell));
            self.backend.draw(cells)?;
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
        self.backend.flush()
    }

    pub fn backend(&self) -> &B {
        &self.backend
    }

    fn changed(&self) -> Vec<u16> {
        let width = usize::from(self.shown.area.width).max(1);
        let rows = self.shown.content.chunks(width).zip(self.next.content.chunks(width));
        let differs = |(before, after): (&[Cell], &[Cell])| !before.iter().zip(after).all(|(a, b)| same(a, b));
        (0..).zip(rows).filter(|(_, row)| differs(*row)).map(|(y, _)| y).collect()
    }
}

fn whole((width, height): (u16, u16)) -> Rect {
    Rect::from(Size::new(width, height))
}

/// The rows of a buffer, one below the other.
fn only(buffer: &Buffer, rows: &[u16]) -> Buffer {
    let width = buffer.area.width;
    let cells = rows.iter().flat_map(|y| {
        let start = usize::from(*y) * usize::from(width);
        &buffer.content[start..start + usize::from(width)]
    });
    Buffer { area: Rect::new(0, 0, width, rows.len() as u16), content: cells.cloned().collect() }
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
            paint(&mut random, &mut frame);
            let at = Position::new(random.below(12) as u16, random.below(5) as u16);
            let cursor = (random.below(2) == 0).then_some(at);
            canvas
                .draw(|buffer| {
                    buffer.clone_from(&frame);
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
        let full = |buffer: &mut Buffer| {
            buffer.set_string(0, 0, "abc", Style::new());
            None
        };
        canvas.draw(full).unwrap();
        canvas.resize((3, 1)).unwrap();
        canvas.backend().assert_buffer_lines(["abc "]);
        canvas.resize((4, 1)).unwrap();
        canvas.backend().assert_buffer_lines(["    "]);
        canvas.draw(full).unwrap();
        canvas.backend().assert_buffer_lines(["abc "]);
    }
}
