//! The mouse. The wheel moves the cursor, a click selects a row, a click on the selected row opens it, and a click on a
//! title sorts.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::layout::Layout;
use super::view::{Heard, Travel};
use super::{Effect, State};

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
        let layout = Layout::of(self);
        let heard = self.with_top(|view, state| view.mouse(state, event, &layout));
        let heard = match (heard, event.kind) {
            (Some(Heard::Nothing) | None, MouseEventKind::ScrollUp) => self.wheel(-NOTCH),
            (Some(Heard::Nothing) | None, MouseEventKind::ScrollDown) => self.wheel(NOTCH),
            (Some(Heard::Nothing) | None, MouseEventKind::Down(MouseButton::Left)) => self.click(at, &layout),
            (heard, _) => heard,
        };
        self.follow_heard(heard).unwrap_or_default()
    }

    fn wheel(&mut self, lines: isize) -> Option<Heard> {
        let State { stack, store, .. } = self;
        stack.last_mut()?.travel(store, Travel::By(lines));
        Some(Heard::Done(Vec::new()))
    }

    fn click(&mut self, at: Position, layout: &Layout) -> Option<Heard> {
        let State { stack, store, focus, .. } = self;
        let view = stack.last_mut().filter(|_| focus.input().is_none());
        Some(view?.click(store, at, layout))
    }
}
