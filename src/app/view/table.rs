//! Rows of one kind: filtered, sorted, marked, with a cursor that stays on its object.

mod face;
mod loans;
mod measure;
mod ranked;
mod texts;

use std::collections::HashSet;
use std::sync::Arc;

use super::Frame;
use super::columns::{self, Field, Shown};
use super::contexts::Contexts;
use crate::app::filter::{Filter, Titled, Wrong};
use crate::app::order::Order;
use crate::app::store::{Answer, Store};
use crate::app::trends::Trends;
use crate::model::{Cell, Extra, Id, KindRef, Object, Query, Scope, SourceId, Str, Time};

pub use loans::{Lending, Loans};
use measure::Measured;
use ranked::Ranked;
pub use texts::{short_name, write_field, write_searched};

/// What sorts a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Context, then namespace, then name.
    Path,
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

/// A way for the cursor to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travel {
    By(isize),
    Page(isize),
    Top,
    Bottom,
    To(usize),
}

#[derive(Debug)]
pub struct Table {
    pub at: SourceId,
    pub kind: KindRef,
    pub scope: Scope,
    pub choice: ColumnChoice,
    /// The sources that it is about, where they are several.
    pub contexts: Contexts,
    /// What led here (`web` for the pods of deployment web); empty for a plain list.
    pub origin: Str,
    pub filter: Filter,
    pub sort: Sort,
    /// Only what is not well.
    pub faults: bool,
    pub marks: HashSet<Id>,
    pub columns: Vec<Shown>,
    /// Every column that a filter can name, shown or not.
    pub titles: Vec<Titled>,
    pub order: Order,
    pub window: Window,
    /// What is known of the kinds that lend columns, in the order of the lenders of the kind.
    pub lenders: Vec<Lending>,
    measured: Measured,
}

/// Which columns the user wants.
#[derive(Clone, Debug, Default)]
pub struct ColumnChoice {
    /// The columns that the query asks for besides those of the kind.
    pub extras: Arc<[Extra]>,
    /// The titles of the columns that are shown, in their order; empty for the usual ones.
    pub titles: Vec<String>,
    /// Whether the columns are shown that are there only in wide mode.
    pub wide: bool,
}

/// Which rows are on the screen.
#[derive(Debug, Default)]
pub struct Window {
    /// The object under the cursor; `None` is the first row, whichever it is.
    pub cursor: Option<Id>,
    pub row: usize,
    /// The column under the column cursor.
    pub column: usize,
    pub top: usize,
    pub height: usize,
    /// When an age on the screen next changes.
    pub wake: Option<Time>,
    /// True once everything that arrived is in.
    pub settled: bool,
}

impl Table {
    pub fn new(at: SourceId, kind: KindRef, scope: Scope) -> Self {
        Self {
            at,
            kind,
            scope,
            choice: ColumnChoice::default(),
            contexts: Contexts::default(),
            origin: Str::new(),
            filter: Filter::default(),
            sort: Sort { by: SortBy::Path, descending: false },
            faults: false,
            marks: HashSet::new(),
            columns: Vec::new(),
            titles: columns::titles(kind, &kind.columns.into(), &[], &Contexts::default()),
            order: Order::default(),
            window: Window::default(),
            lenders: kind.presentation.lenders.iter().map(|_| Lending::default()).collect(),
            measured: Measured::default(),
        }
        .sorted_by_default()
    }

    /// The same about several sources; the scope says which, and these are their names.
    #[must_use]
    pub fn over(self, contexts: Contexts) -> Self {
        let titles = columns::titles(self.kind, &self.kind.columns.into(), &[], &contexts);
        Self { contexts, titles, ..self }
    }

    /// Whether rows of a source may stand in it.
    pub fn spans(&self, at: SourceId) -> bool {
        self.at == at || self.scope.others.contains(&at)
    }

    fn sorted_by_default(mut self) -> Self {
        if let Some((title, descending)) = self.kind.presentation.sort
            && let Some(i) = self.kind.column(title)
        {
            self.sort = Sort { by: SortBy::Field(Field::Own(i)), descending };
        }
        self
    }

    pub fn query(&self) -> Query {
        let scope = Scope { extras: self.choice.extras.clone(), ..self.scope.clone() };
        Query::List { at: self.at, kind: self.kind, scope }
    }

    /// Which part of the kind this is, in a word or two.
    pub fn place(&self) -> &str {
        match &self.scope.namespace {
            Some(namespace) => namespace,
            None if self.kind.address.namespaced => "all",
            None => "",
        }
    }

    /// A text that is no filter leaves the one before.
    pub fn filter_by(&mut self, text: &str) -> Result<(), Wrong> {
        let filter = Filter::parse(text, &self.titles)?;
        let narrower = filter.narrows(&self.filter);
        self.filter = filter;
        self.order.refilter(narrower, self.filter_name());
        Ok(())
    }

    /// The same; a comparison that can hold for none of the rows is no filter either.
    pub fn filter_rows(&mut self, store: &Store, text: &str) -> Result<(), Wrong> {
        let filter = Filter::parse(text, &self.titles)?;
        let answer = store.answer(&self.query());
        let loans = self.loans(store);
        let cells = |field: Field| {
            let (answer, column) = match field {
                Field::Own(i) => (answer, i),
                Field::Lent(lender, i) => (loans.answer(lender), i),
                Field::Context | Field::Namespace | Field::Name => (None, 0),
            };
            answer.into_iter().flat_map(|answer| answer.objects()).filter_map(move |object| object.cells.get(column))
        };
        match filter.misfit(cells) {
            Some(wrong) => Err(wrong),
            None => self.filter_by(text),
        }
    }

    pub fn show_faults(&mut self, faults: bool) {
        self.faults = faults;
        let narrower = faults && self.filter.narrows(&self.filter);
        self.order.refilter(narrower, self.filter_name());
    }

    /// Says the same for what admits the same, whatever the time, and ranks nothing.
    fn filter_name(&self) -> Option<String> {
        (!self.filter.ages() && !self.filter.is_fuzzy()).then(|| format!("{} {}", self.faults, self.filter))
    }

    /// Shows the columns that are there only in wide mode, or hides them; texts are looked for in what is shown.
    pub fn show_wide(&mut self, wide: bool) {
        self.choice.wide = wide;
        self.look_again();
    }

    /// Sorts by something; the second time in a row the other way round. What matters comes first at once: the highest
    /// number, the worst state, the youngest, the first name.
    pub fn sort_by(&mut self, by: SortBy) {
        let descending = if self.sort.by == by { !self.sort.descending } else { self.starts_high(by) };
        self.sort = Sort { by, descending };
        self.order.restart();
    }

    fn starts_high(&self, by: SortBy) -> bool {
        let SortBy::Field(field) = by else { return false };
        self.shown(field).is_some_and(|shown| shown.high || shown.column.amount)
    }

    fn shown(&self, field: Field) -> Option<&Shown> {
        self.columns.iter().find(|shown| shown.field == field)
    }

    pub fn titled(&self, title: &str) -> Option<&Shown> {
        self.columns.iter().find(|shown| shown.column.title == title)
    }

    /// The first column with times: where no column is called AGE, it says how old rows are.
    pub fn times(&self, store: &Store) -> Option<usize> {
        let (answer, loans) = (store.answer(&self.query())?, Loans::default());
        let mut rows = self.visible(answer).take(100);
        rows.find_map(|row| {
            self.columns.iter().position(|shown| matches!(shown.cell(row, &loans), Cell::Since(_) | Cell::Aged(..)))
        })
    }

    /// The object under the cursor, as the user sees it.
    pub fn selected<'a>(&self, store: &'a Store) -> Option<&'a Object> {
        let answer = store.answer(&self.query())?;
        // An object that the filter hides is not selected: nobody sees what a key would be about.
        let object = answer.at(*self.order.rows().get(self.window.row)?)?;
        self.window.cursor.as_ref().is_none_or(|id| *id == object.id).then_some(object)
    }

    /// The marked objects, or the one under the cursor.
    pub fn chosen(&self, store: &Store) -> Vec<Id> {
        if self.marks.is_empty() {
            return self.selected(store).map(|object| object.id.clone()).into_iter().collect();
        }
        let Some(answer) = store.answer(&self.query()) else { return Vec::new() };
        let rows = self.order.rows().iter().filter_map(|slot| answer.at(*slot));
        rows.map(|object| &object.id).filter(|id| self.marks.contains(*id)).cloned().collect()
    }

    pub fn travel(&mut self, store: &Store, way: Travel) {
        let rows = self.order.rows();
        let Some(last) = rows.len().checked_sub(1) else { return };
        let page = self.window.height.saturating_sub(1).max(1) as isize;
        let row = match way {
            Travel::By(steps) => self.window.row.saturating_add_signed(steps),
            Travel::Page(pages) => self.window.row.saturating_add_signed(pages * page),
            Travel::Top => 0,
            Travel::Bottom => last,
            Travel::To(row) => row,
        };
        self.window.row = row.min(last);
        let answer = store.answer(&self.query());
        let slot = rows[self.window.row];
        self.window.cursor = answer.and_then(|answer| answer.at(slot)).map(|object| object.id.clone());
    }

    /// Takes in what arrived, at most about `budget` rows of it, and finds the cursor again. True when all is in.
    pub fn prepare(&mut self, store: &Store, trends: &mut Trends, frame: Frame, budget: usize) -> bool {
        let Frame { now, width, height } = frame;
        let query = self.query();
        let Some(answer) = store.answer(&query) else { return true };
        let loans = self.loans(store);
        self.list_columns(answer);
        let told = self.follow_loans(&loans);
        let mut order = std::mem::take(&mut self.order);
        let ranking = Ranked::new(self, &loans, now);
        self.window.settled = order.settle(answer, &ranking, budget);
        self.order = order;
        self.window.height = usize::from(height);
        self.find_cursor(answer);
        self.look(answer, now);
        self.measure(answer, &loans, now);
        if told {
            self.follow_trends(answer, &loans, trends, now);
        }
        columns::place(&mut self.columns, GUTTER, width.saturating_sub(GUTTER + 1));
        self.window.settled
    }

    /// Makes ready for letters of a filter, with about `budget` rows at a time. True when nothing was left to do.
    pub fn expect_filter(&mut self, store: &Store, now: Time, budget: usize) -> bool {
        let query = self.query();
        let Some(answer) = store.answer(&query).filter(|answer| answer.len() >= MANY) else { return true };
        let mut order = std::mem::take(&mut self.order);
        let done = order.expect_filter(answer, &Ranked::new(self, &Loans::default(), now), budget);
        self.order = order;
        done
    }

    /// What the filter looks at changed.
    fn look_again(&mut self) {
        match self.filter.is_empty() {
            true => self.order.forget_filters(),
            false => self.order.look_again(),
        }
    }

    fn find_cursor(&mut self, answer: &Answer) {
        let rows = self.order.rows();
        let last = rows.len().saturating_sub(1);
        let found = self.window.cursor.as_ref().and_then(|id| answer.slot(id)).and_then(|slot| {
            let near = rows.get(self.window.row) == Some(&slot);
            if near { Some(self.window.row) } else { self.order.position(slot) }
        });
        match found {
            Some(row) => self.window.row = row,
            None if self.window.cursor.is_some() && !rows.is_empty() && self.window.settled => {
                self.window.row = self.window.row.min(last);
                self.window.cursor = answer.at(rows[self.window.row]).map(|object| object.id.clone());
            }
            None => self.window.row = self.window.row.min(last),
        }
        let Window { row, top, height, .. } = &mut self.window;
        let height = (*height).max(1);
        *top = (*top).min(rows.len().saturating_sub(height)).min(*row).max((*row + 1).saturating_sub(height));
    }

    /// Objects on the screen, top to bottom.
    pub fn visible<'a>(&self, answer: &'a Answer) -> impl Iterator<Item = &'a Object> {
        self.shown_slots().filter_map(|slot| answer.at(slot))
    }

    /// Their slots.
    pub fn shown_slots(&self) -> impl Iterator<Item = u32> {
        self.order.rows().iter().skip(self.window.top).take(self.window.height).copied()
    }
}

/// Fewer rows are filtered within a frame without help.
const MANY: usize = 1 << 15;
/// Room for the cursor bar and the mark.
pub const GUTTER: u16 = 3;

#[cfg(test)]
mod tests;
