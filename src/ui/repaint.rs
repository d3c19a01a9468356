//! Paints less than the whole screen: where only rows of one table changed, the other lines stay as the last frame left
//! them.

use ratatui::buffer::Buffer;

use super::{blank, hints, table, title};
use crate::app::State;
use crate::app::layout::Layout;
use crate::model::Query;
use crate::ui::site::Site;

/// Finds out which lines a frame has to paint.
#[derive(Default)]
pub struct Painter {
    /// What the last frame showed.
    showing: Option<Showing>,
}

impl Painter {
    /// The lines in which the next frame differs from the last one; `None` if all may differ, as they do where rows are in
    /// their places only now, which `reordered` says.
    pub fn changed(&mut self, state: &State, reordered: bool) -> Option<Vec<u16>> {
        let (before, after) = (self.showing.take(), Showing::of(state));
        let known = before.zip(after.as_ref()).filter(|_| !reordered && !state.display.dirty);
        let lines = known.and_then(|(before, after)| after.changed(&before, state));
        self.showing = after;
        lines
    }
}

/// What a frame shows, as far as the next frame has to know it to leave lines alone.
struct Showing {
    layout: Layout,
    hints: u16,
    /// The first row on the screen, and the selected one, counted from the first of the table.
    top: usize,
    row: usize,
    /// Where each column is, and whether its cells stand at the right.
    places: Vec<(Option<(u16, u16)>, bool)>,
    /// What other lists lend to the rows, and how far each of them was.
    lent: Vec<Option<(Query, u64)>>,
    /// The slots of the rows, top to bottom.
    slots: Vec<u32>,
    /// The end of the answer's log of changes.
    changes: u64,
}

impl Showing {
    /// `None` where the screen holds more than one plain table: lines of it may depend on more than their own row.
    fn of(state: &State) -> Option<Self> {
        let mut panes = state.shown_panes();
        let (Some((_, pane, place)), None) = (panes.next(), panes.next()) else { return None };
        let idle = state.focus.is_on_view()
            && state.focus.chord().is_none_or(|begun| begun.keys.is_empty())
            && state.progress().is_none();
        let plain = state.display.notice.is_none() && state.display.tour.is_none() && !state.is_full();
        let table = pane.top()?.table()?;
        let answer = state.store.answer(&table.query())?;
        let layout = Layout::within(state, pane, place);
        let timeless = table.columns.iter().all(|shown| shown.trend.is_none()) && layout.figures.is_empty();
        let slots: Vec<u32> = table.shown_slots().collect();
        let lent = |query: Option<Query>| {
            let revision = state.store.answer(query.as_ref()?)?.revision;
            Some((query?, revision))
        };
        // A row of a previous run looks different as soon as it is confirmed, even if nothing in it changed.
        let known = answer.remembered().is_none();
        (idle && plain && timeless && known && !slots.is_empty()).then(|| Self {
            layout,
            hints: state.areas().hints.y,
            top: table.window.top,
            row: table.window.row,
            places: table.columns.iter().map(|shown| (shown.place, shown.right)).collect(),
            lent: table.all_lent().into_iter().map(lent).collect(),
            slots,
            changes: answer.log_end(),
        })
    }

    /// The lines that differ from those of an earlier frame, if only rows changed since; `None` if all may differ.
    fn changed(&self, before: &Self, state: &State) -> Option<Vec<u16>> {
        let same_frame = |one: &Self| (one.layout, one.hints, one.top, one.row);
        if same_frame(self) != same_frame(before) || (&self.places, &self.lent) != (&before.places, &before.lent) {
            return None;
        }
        let table = state.shown_views().find_map(|view| view.table())?;
        let changed = state.store.answer(&table.query())?.changed_since(before.changes)?;
        let rows = self.slots.len().max(before.slots.len());
        let differs = |row: &usize| {
            let slot = self.slots.get(*row);
            slot != before.slots.get(*row) || slot.is_some_and(|slot| changed.contains(slot))
        };
        let Layout { title, rule, body, .. } = self.layout;
        let rows = (0..rows).filter(differs);
        let rows = rows.map(|row| body.y + row as u16).filter(|y| *y < body.bottom());
        // The hints are about the selected row, and about what the user may do.
        Some([title.y, rule.y].into_iter().chain(rows).chain([self.hints]).collect())
    }
}

/// Paints these lines over those of the last frame, which the buffer holds.
pub fn repaint(state: &State, lines: &[u16], buffer: &mut Buffer) {
    let Some((_, pane, place)) = state.shown_panes().next() else { return };
    let (area, site) = (buffer.area, Site::new(state, pane, false));
    blank(state, lines.iter().copied(), buffer);
    let layout = Layout::within(state, pane, place).clipped(area);
    title::draw(&site, layout.title, buffer);
    title::rule(&site, layout.rule, buffer);
    if let Some(table) = site.table() {
        table::rows(&site, table, layout.body, |y| lines.contains(&y), buffer);
    }
    hints::draw(state, state.areas().hints.intersection(area), buffer);
}

/// Whether a buffer holds what painting everything would lead to.
pub fn is_whole(state: &State, buffer: &Buffer) -> bool {
    let mut whole = Buffer::empty(buffer.area);
    super::paint(state, &mut whole);
    whole == *buffer
}
