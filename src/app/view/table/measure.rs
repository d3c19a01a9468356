//! Which columns a table shows, how wide they are, and when its texts next age.

use std::sync::Arc;

use super::{Loans, Table, write_field};
use crate::app::filter::Filter;
use crate::app::store::Answer;
use crate::app::view::columns::{self, Extent, Field};
use crate::app::view::contexts::Contexts;
use crate::model::{Column, Extra, Time, text};

const WIDEST: u16 = 200;

/// What was measured last.
#[derive(Debug, Default)]
pub(super) struct Measured {
    listed: Option<Listed>,
    /// Whether a row was measured since the columns were listed.
    has_rows: bool,
    rows: Vec<u32>,
    /// Position in the answer's log up to which changes are in.
    seen: u64,
    lent: Vec<u64>,
    /// When one of them next ages.
    wake: Option<Time>,
}

/// What the list of columns was made of.
#[derive(Clone, Debug, PartialEq)]
struct Listed {
    /// Columns that the server decided.
    served: Option<Arc<[Column]>>,
    lenders: Vec<usize>,
    chosen: Vec<String>,
    everywhere: bool,
    wide: bool,
}

impl Table {
    /// Whether there are columns that are shown only in wide mode.
    pub fn has_more(&self) -> bool {
        let served = self.measured.listed.as_ref().and_then(|listed| listed.served.clone());
        let own = served.unwrap_or_else(|| self.kind.columns.into());
        let lenders = self.lending();
        let lent = lenders.iter().flat_map(|lender| columns::lent(self.kind, &lenders, *lender));
        own.iter().chain(lent.map(|(_, column)| column)).any(|column| column.wide)
    }

    /// The titles of the columns after the name, as they stand if the user chooses no others than these extra ones.
    pub fn usual(&self, extras: &[Extra]) -> Vec<String> {
        let served = self.measured.listed.as_ref().and_then(|listed| listed.served.clone());
        let is_own = |column: &&Column| self.choice.extras.iter().all(|extra| *extra.title != *column.title);
        let own = served.as_deref().unwrap_or(self.kind.columns).iter().filter(is_own).cloned().collect();
        let extent =
            Extent { contexts: &Contexts::default(), lenders: &self.lending(), everywhere: false, wide: false };
        let all = columns::list(self.kind, &own, &extent).into_iter().filter(|shown| shown.field != Field::Name);
        let extras = extras.iter().map(|extra| extra.title.to_string());
        all.map(|shown| shown.column.title.into_owned()).chain(extras).collect()
    }

    pub(super) fn list_columns(&mut self, answer: &Answer) {
        let (served, chosen) = (answer.columns().cloned(), self.choice.titles.clone());
        let (everywhere, wide) = (self.scope.is_wide(), self.choice.wide);
        let listed = Listed { served, lenders: self.lending(), chosen, everywhere, wide };
        if self.measured.listed.as_ref() == Some(&listed) {
            return;
        }
        let Listed { served, lenders, chosen, everywhere, wide } = listed.clone();
        self.measured = Measured { listed: Some(listed), ..Measured::default() };
        let own = served.unwrap_or_else(|| self.kind.columns.into());
        let whole = wide || !chosen.is_empty();
        let extent = Extent { contexts: &self.contexts, lenders: &lenders, everywhere, wide: whole };
        let mut fresh = columns::arranged(columns::list(self.kind, &own, &extent), &chosen, wide);
        for column in &mut fresh {
            let known = self.columns.iter().find(|old| old.field == column.field && old.column == column.column);
            if let Some(known) = known {
                (column.need, column.seen) = (known.need, known.seen);
                (column.right, column.high) = (known.right, known.high);
            }
        }
        self.columns = fresh;
        self.order.forget_excerpts();
        let titles = columns::titles(self.kind, &own, &lenders, &self.contexts);
        if titles != self.titles {
            self.titles = titles;
            self.name_columns_anew();
        }
        self.window.column = self.window.column.min(self.columns.len().saturating_sub(1));
    }

    /// Columns came or went since the filter was typed.
    fn name_columns_anew(&mut self) {
        if let Ok(filter) = Filter::parse(self.filter.text(), &self.titles) {
            self.filter = filter;
        }
        self.look_again();
    }

    /// Finds how wide the rows on the screen are, and when they next age: of all when others came on it or a text aged,
    /// otherwise of those that changed.
    pub(super) fn measure(&mut self, answer: &Answer, loans: &Loans<'_>, now: Time) {
        let rows: Vec<u32> = self.shown_slots().collect();
        let measured = std::mem::take(&mut self.measured);
        let revisions: Vec<u64> = loans.revisions().collect();
        let same = measured.rows == rows && measured.lent == revisions && measured.wake.is_none_or(|wake| wake > now);
        // To look for the rows among more changes than that takes longer than to measure them.
        let changed = answer.changed_since(measured.seen).filter(|changed| same && changed.len() <= rows.len());
        let due = |slot: &&u32| changed.is_none_or(|changed| changed.contains(slot));
        let mut wake = measured.wake.filter(|_| changed.is_some());
        let has_rows = measured.has_rows || !rows.is_empty();
        if has_rows && !measured.has_rows {
            self.columns.iter_mut().for_each(|shown| shown.seen = text::width(&shown.column.title) as u16);
        }
        let mut buffer = String::new();
        for object in rows.iter().filter(due).filter_map(|slot| answer.at(*slot)) {
            for shown in &mut self.columns {
                buffer.clear();
                write_field(shown, object, loans, now, &mut buffer);
                let glyph = if shown.column.state { 2 } else { 0 };
                shown.seen = shown.seen.max((text::width(&buffer) as u16).saturating_add(glyph).min(WIDEST));
                shown.need = shown.need.max(shown.seen);
                let cell = shown.cell(object, loans);
                shown.right |= cell.is_number() && !shown.column.state;
                shown.high |= cell.is_figure() && !shown.column.state;
                wake = [wake, cell.wake(now)].into_iter().flatten().min();
            }
        }
        self.window.wake = [wake, self.sight_due()].into_iter().flatten().min();
        let (listed, seen, lent) = (measured.listed, answer.log_end(), revisions);
        self.measured = Measured { listed, has_rows, rows, seen, lent, wake };
    }
}
