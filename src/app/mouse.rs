//! The mouse. The wheel moves the cursor, a click selects a row, a click on the selected row opens it, and a click on a
//! title sorts. A click in another pane or on a tab goes there. The border between two panes can be dragged.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::layout::Layout;
use super::tabs::{Side, labels};
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
            return match event.kind {
                MouseEventKind::Down(MouseButton::Left) => self.click_dialog(at, false),
                MouseEventKind::Up(MouseButton::Left) => self.click_dialog(at, true),
                _ => Vec::new(),
            };
        }
        if self.tabs.are_several() && self.focus.input().is_none() && self.moves_panes(event.kind, at) {
            return Vec::new();
        }
        let (pane, layout) = self.under(at);
        self.as_in(pane, |state| state.mouse_here(event, at, &layout))
    }

    /// The pane under the mouse, which need not have the focus: what turns there moves there.
    fn under(&self, at: Position) -> (usize, Layout) {
        let under = self.shown_panes().find(|(_, _, area)| area.contains(at));
        let under = under.map(|(i, pane, area)| (i, Layout::within(self, pane, area)));
        under.unwrap_or_else(|| (self.tabs.tab().at(), Layout::of(self)))
    }

    fn pane_at(&self, at: Position) -> Option<usize> {
        self.shown_panes().find(|(_, _, area)| area.contains(at)).map(|(pane, ..)| pane)
    }

    fn mouse_here(&mut self, event: MouseEvent, at: Position, layout: &Layout) -> Vec<Effect> {
        let heard = self.with_top(|view, state| view.mouse(state, event, layout));
        let heard = match (heard, event.kind) {
            (Some(Heard::Nothing) | None, MouseEventKind::ScrollUp) => self.wheel(-NOTCH),
            (Some(Heard::Nothing) | None, MouseEventKind::ScrollDown) => self.wheel(NOTCH),
            (Some(Heard::Nothing) | None, MouseEventKind::Down(MouseButton::Left)) => self.click(at, layout),
            (heard, _) => heard,
        };
        self.follow_heard(heard).unwrap_or_default()
    }

    /// Whether the mouse goes to another pane or tab, or moves the border.
    fn moves_panes(&mut self, kind: MouseEventKind, at: Position) -> bool {
        let (areas, here) = (self.areas(), self.tabs.tab().at());
        match kind {
            MouseEventKind::Drag(MouseButton::Left) if self.tabs.is_dragging => {
                self.drag_to(at, areas.panes);
                true
            }
            MouseEventKind::Up(_) => std::mem::take(&mut self.tabs.is_dragging),
            MouseEventKind::Down(MouseButton::Left) if areas.strip.contains(at) => {
                let label = labels(self, areas.strip).into_iter().find(|label| label.area.contains(at));
                label.into_iter().for_each(|label| self.go_to_tab(label.tab));
                true
            }
            MouseEventKind::Down(MouseButton::Left) => {
                self.tabs.is_dragging = areas.border.contains(at);
                let pane = self.pane_at(at).filter(|pane| *pane != here);
                // The first click only goes there: nothing in it was looked at yet.
                pane.into_iter().for_each(|pane| self.go_to_pane(pane));
                pane.is_some() || self.tabs.is_dragging
            }
            _ => false,
        }
    }

    fn drag_to(&mut self, at: Position, [first, second]: [Rect; 2]) {
        let (part, room) = match self.tabs.tab().side {
            Side::Beside => (at.x.saturating_sub(first.x), first.width + second.width),
            Side::Below => (at.y.saturating_sub(first.y), first.height + second.height),
        };
        self.drag_border(part, room);
    }

    fn wheel(&mut self, lines: isize) -> Option<Heard> {
        let State { tabs, store, .. } = self;
        tabs.top_mut()?.travel(store, Travel::By(lines));
        Some(Heard::Done(Vec::new()))
    }

    fn click(&mut self, at: Position, layout: &Layout) -> Option<Heard> {
        let State { tabs, store, focus, .. } = self;
        let view = tabs.top_mut().filter(|_| focus.input().is_none());
        Some(view?.click(store, at, layout))
    }
}
