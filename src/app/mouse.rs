//! The mouse: the wheel moves, a click selects, a click on the selected row opens it, on a title it sorts.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::layout::Layout;
use super::view::Travel;
use super::{Effect, State, View, commands};

const NOTCH: isize = 3;

impl State {
    pub(super) fn mouse(&mut self, event: MouseEvent) -> Vec<Effect> {
        let at = Position::new(event.column, event.row);
        if matches!(event.kind, MouseEventKind::Down(_)) {
            self.go_on();
        }
        if self.focus.dialog().is_some() {
            let clicked = event.kind == MouseEventKind::Down(MouseButton::Left);
            return if clicked { self.click_dialog(at) } else { Vec::new() };
        }
        if let Some(View::Terminal(terminal)) = self.stack.last() {
            self.display.dirty = true;
            let (session, body) = (terminal.session, Layout::of(self).body);
            if !body.contains(at) {
                return Vec::new();
            }
            return self.sessions.mouse(session, event, (at.x - body.x, at.y - body.y));
        }
        match event.kind {
            MouseEventKind::ScrollUp => self.wheel(-NOTCH),
            MouseEventKind::ScrollDown => self.wheel(NOTCH),
            MouseEventKind::Down(MouseButton::Left) => return self.click(at),
            _ => return Vec::new(),
        }
        self.display.dirty = true;
        Vec::new()
    }

    fn wheel(&mut self, lines: isize) {
        if let Some(page) = self.page_mut() {
            page.scroll(lines);
        } else if let Some(editor) = self.editor_mut() {
            match editor.review_mut() {
                Some(review) => review.scroll(lines),
                None => editor.travel(lines),
            }
        } else if let Some((log, book)) = self.log_mut() {
            log.travel(book, Travel::By(lines));
        } else if let Some((table, store)) = self.table_mut() {
            table.travel(store, Travel::By(lines));
        }
    }

    fn click(&mut self, at: Position) -> Vec<Effect> {
        let layout = Layout::of(self);
        if self.focus.input().is_none()
            && let Some(editor) = self.editor_mut()
            && layout.body.contains(at)
        {
            let from_bottom = usize::from(layout.body.bottom() - 1 - at.y);
            editor.click(usize::from(at.x - layout.body.x), from_bottom);
            self.display.dirty = true;
        }
        if self.focus.input().is_some() || self.table().is_none() {
            return Vec::new();
        }
        self.display.dirty = true;
        if layout.header.contains(at) {
            return self.click_title(at.x);
        }
        if layout.body.contains(at) { self.click_row(at, layout.body) } else { Vec::new() }
    }

    fn click_title(&mut self, x: u16) -> Vec<Effect> {
        let Some((table, _)) = self.table_mut() else { return Vec::new() };
        let under = |place: Option<(u16, u16)>| place.is_some_and(|(left, width)| x >= left && x < left + width);
        let Some(column) = table.columns.iter().position(|shown| under(shown.place)) else { return Vec::new() };
        table.window.column = column;
        commands::run(self, "sort-here")
    }

    fn click_row(&mut self, at: Position, body: Rect) -> Vec<Effect> {
        let Some((table, store)) = self.table_mut() else { return Vec::new() };
        let row = table.window.top + usize::from(at.y - body.y);
        if row >= table.order.rows().len() {
            return Vec::new();
        }
        if row == table.window.row {
            return commands::run(self, "enter");
        }
        table.travel(store, Travel::To(row));
        Vec::new()
    }
}
