//! A table as a view.

use ratatui::layout::{Position, Rect};

use super::{Table, Travel};
use crate::app::filter::Wrong;
use crate::app::layout::Layout;
use crate::app::store::{Answer, Store};
use crate::app::view::{Face, Frame, Heard, View};
use crate::app::{Effect, Purpose, State};
use crate::model::{Id, KindRef, Query, Result, SourceId, Time};

impl Face for Table {
    fn crumb(&self) -> String {
        match self.origin.is_empty() {
            true => self.kind.name.to_owned(),
            // The name of the object is the crumb before this one already.
            false if self.place() == self.origin => self.kind.name.to_owned(),
            false => format!("{} › {}", self.origin, self.kind.name),
        }
    }

    fn scopes(&self) -> Vec<String> {
        vec![format!("kind.{}", self.kind.name), "view.table".to_owned(), "global".to_owned()]
    }

    fn at(&self) -> Option<SourceId> {
        Some(self.at)
    }

    fn query(&self) -> Option<Query> {
        Some(self.query())
    }

    fn queries(&self) -> Vec<Query> {
        std::iter::once(self.query()).chain(self.all_lent().into_iter().flatten()).collect()
    }

    fn another(&self) -> Option<View> {
        let Self { choice, origin, sort, faults, titles, .. } = self;
        let (choice, origin, titles) = (choice.clone(), origin.clone(), titles.clone());
        let plain = Self::new(self.at, self.kind, self.scope.clone()).over(self.contexts.clone());
        let mut table = Self { choice, origin, sort: *sort, faults: *faults, titles, ..plain };
        table.window.cursor = self.window.cursor.clone();
        // It was one here, so it is one there.
        table.filter_by(self.filter.text()).ok()?;
        Some(View::Table(Box::new(table)))
    }

    fn kind(&self) -> Option<KindRef> {
        Some(self.kind)
    }

    fn object(&self, store: &Store) -> Option<Id> {
        self.selected(store).map(|object| object.id.clone())
    }

    fn wake(&self, _: &Store, _: Time) -> Option<Time> {
        self.window.wake
    }

    fn tells_strays(&self) -> bool {
        true
    }

    fn search(&self) -> Option<(Purpose, String)> {
        Some((Purpose::Filter, self.filter.text().to_owned()))
    }

    fn filter(&mut self, store: &Store, text: &str) -> Result<(), Wrong> {
        self.filter_rows(store, text)
    }

    fn is_narrowed(&self) -> bool {
        !self.filter.is_empty() || self.faults
    }

    fn widen(&mut self) -> Result<()> {
        self.filter_by("")?;
        self.show_faults(false);
        Ok(())
    }

    fn travel(&mut self, store: &Store, way: Travel) {
        self.travel(store, way);
    }

    /// Moves the cursor of columns over those that are on the screen.
    fn shift(&mut self, steps: isize) {
        let shown: Vec<usize> = (0..self.columns.len()).filter(|i| self.columns[*i].place.is_some()).collect();
        let here = shown.iter().position(|i| *i >= self.window.column).unwrap_or(0);
        let there = here.saturating_add_signed(steps).min(shown.len().saturating_sub(1));
        self.window.column = shown.get(there).copied().unwrap_or(0);
    }

    fn copied(&self, state: &State) -> Option<(String, String)> {
        let ids = self.chosen(&state.store);
        let names: Vec<String> = ids.iter().map(|id| state.name_to_copy(id)).collect();
        Some((names.join("\n"), if ids.len() == 1 { names[0].clone() } else { format!("{} names", ids.len()) }))
    }

    fn saved(&self, state: &State) -> Result<Option<(String, String)>> {
        // Old rows are not saved: a file does not say how old they are.
        let query = self.query();
        state.refuse_remembered(&query, state.store.answer(&query).into_iter().flat_map(Answer::ids))?;
        Ok(Some((format!("{}.csv", self.kind.name), self.csv(&state.store, state.now))))
    }

    fn prepare(&mut self, state: &mut State, frame: Frame, budget: usize) -> (bool, Vec<Effect>) {
        // The lenders are known after discovery has told what the source serves.
        if state.found(self.at).is_some() {
            self.serve_lenders(|kind, at| state.lender(kind, at));
        }
        let lent = self.all_lent();
        let settled = self.prepare(&state.store, &mut state.display.trends, frame, budget);
        for (before, query) in lent.iter().zip(self.all_lent()) {
            // Another pane may still show what was asked before.
            let before = before.as_ref().filter(|before| query.as_ref() == Some(*before) || !state.is_shown(before));
            query.iter().for_each(|query| state.store.replace(before, query, frame.now));
        }
        (settled, Vec::new())
    }

    fn click(&mut self, store: &Store, at: Position, layout: &Layout) -> Heard {
        if layout.header.contains(at) {
            return self.click_title(at.x - layout.header.x);
        }
        if layout.body.contains(at) { self.click_row(store, at, layout.body) } else { Heard::Nothing }
    }
}

impl Table {
    /// Takes a click on a title: the rows are sorted by this column.
    fn click_title(&mut self, x: u16) -> Heard {
        let under = |place: Option<(u16, u16)>| place.is_some_and(|(left, width)| x >= left && x < left + width);
        let Some(column) = self.columns.iter().position(|shown| under(shown.place)) else { return Heard::Nothing };
        self.window.column = column;
        Heard::Command("sort-here")
    }

    /// Takes a click on a row: it selects the row, or opens the row if it is selected.
    fn click_row(&mut self, store: &Store, at: Position, body: Rect) -> Heard {
        let row = self.window.top + usize::from(at.y - body.y);
        if row >= self.order.rows().len() {
            return Heard::Nothing;
        }
        if row == self.window.row {
            return Heard::Command("enter");
        }
        self.travel(store, Travel::To(row));
        Heard::Done(Vec::new())
    }
}
