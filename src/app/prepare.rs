//! Brings up to date what a frame shows, before it is drawn: order, cursor, widths, lines of text.

use ratatui::layout::Rect;

use super::input::Purpose;
use super::layout::Layout;
use super::tabs::Pane;
use super::view::{Frame, View};
use super::{Effect, State};

impl State {
    /// Takes in what arrived since the last frame, about `budget` rows at most. The result is true when everything is
    /// taken in. Otherwise the screen keeps its order, and this function must be called again.
    #[must_use]
    pub fn prepare(&mut self, budget: usize) -> (bool, Vec<Effect>) {
        self.display.drawn = Some(self.now);
        let body = |(i, pane, area): (usize, &Pane, Rect)| (i, Layout::within(self, pane, area).body);
        let shown: Vec<(usize, Rect)> = self.shown_panes().map(body).collect();
        let (mut settled, mut effects) = (true, Vec::new());
        for (pane, body) in shown {
            let (all_in, more) = self.as_in(pane, |state| state.prepare_view(body, budget));
            settled &= all_in;
            effects.extend(more);
        }
        let settled = if settled && self.ease_filter() { self.prepare_here(budget) } else { settled };
        (settled, effects)
    }

    /// Takes in everything that arrived, whatever time that takes.
    pub(super) fn prepare_now(&mut self) {
        // A second call is needed where the order had to start again.
        let _ = self.prepare_here(usize::MAX / 2) || self.prepare_here(usize::MAX / 2);
    }

    /// Finds the places of the columns of the pane with the focus.
    pub(super) fn prepare_columns(&mut self) {
        let _ = self.prepare_here(0);
    }

    fn prepare_here(&mut self, budget: usize) -> bool {
        self.prepare_view(Layout::of(self).body, budget).0
    }

    fn prepare_view(&mut self, body: Rect, budget: usize) -> (bool, Vec<Effect>) {
        let frame = Frame { now: self.now, width: body.width, height: body.height };
        self.with_top(|view, state| view.prepare(state, frame, budget)).unwrap_or((true, Vec::new()))
    }

    /// Drops the last word of a typed filter while it begins the name of a column, as in `rest` for `restarts>5`: no
    /// row holds that word, so the table would be empty. The result says whether the word was dropped.
    fn ease_filter(&mut self) -> bool {
        let empty = self.table().is_some_and(|table| table.order.rows().is_empty());
        let any = self.answer().is_some_and(|answer| !answer.is_empty());
        let Some(input) = self.focus.input_mut().filter(|input| empty && any && !input.eased) else { return false };
        let Some(rest) = input.without_column().map(str::to_owned) else { return false };
        input.eased = true;
        self.table_mut().is_some_and(|(table, _)| table.filter_by(&rest).is_ok())
    }

    /// Does work for keys that are likely to come next, with about `budget` rows at a time. The screen shows nothing of
    /// it. The result is true when nothing was left to do.
    #[must_use]
    pub fn prepare_ahead(&mut self, budget: usize) -> bool {
        let filters = self.types_filter();
        let State { tabs, store, now, .. } = self;
        let stack = tabs.stack_mut();
        let (top, beneath) = match stack.split_last_mut() {
            Some((View::Table(table), beneath)) if filters => (Some(table), beneath),
            _ => (None, stack.as_mut_slice()),
        };
        beneath.iter_mut().filter_map(View::table_mut).for_each(|table| table.order.forget_excerpts());
        top.is_none_or(|table| table.expect_filter(store, *now, budget))
    }

    /// Whether [`State::prepare_ahead`] may have something to do.
    pub fn looks_ahead(&self) -> bool {
        self.types_filter() || self.tabs.stack().iter().filter_map(View::table).any(|table| table.order.has_excerpts())
    }

    fn types_filter(&self) -> bool {
        self.focus.input().is_some_and(|input| input.purpose == Purpose::Filter)
    }
}
