//! Which rows a table shows, and in which order.

use std::cmp::Ordering;

use super::{Loans, SortBy, Table, short_name};
use crate::app::filter::{Excerpt, Guess, Memo};
use crate::app::order::{Lent, Ranking};
use crate::app::store::Answer;
use crate::app::view::columns::Field;
use crate::model::{Cell, Health, Object, Time, natural};

pub(super) struct Ranked<'a> {
    table: &'a Table,
    loans: &'a Loans<'a>,
    now: Time,
    by: By,
    /// The column that orders the parts of an object.
    parts: Option<usize>,
}

/// What of a column sorts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Cell,
    /// Health first: a word says little about how bad it is.
    State,
    Amount,
}

impl<'a> Ranked<'a> {
    pub(super) fn new(table: &'a Table, loans: &'a Loans<'a>, now: Time) -> Self {
        let column = match table.sort.by {
            SortBy::Path => None,
            SortBy::Field(field) => table.shown(field).map(|shown| &shown.column),
        };
        let by = match column {
            Some(column) if column.state => By::State,
            Some(column) if column.amount => By::Amount,
            Some(_) | None => By::Cell,
        };
        let parts = table.kind.part_order().and_then(|title| table.kind.column(title));
        Self { table, loans, now, by, parts }
    }

    fn contexts(&self, a: &Object, b: &Object) -> Ordering {
        let rank = |object: &Object| self.table.contexts.rank(object.id.at);
        if a.id.at == b.id.at { Ordering::Equal } else { rank(a).cmp(&rank(b)) }
    }

    /// The order of a field, turned round where the sort is; rows without a value are last both ways.
    fn fields(&self, field: Field, a: &Object, b: &Object) -> Ordering {
        match field {
            Field::Context => self.turned(self.contexts(a, b)),
            Field::Namespace => self.turned(a.id.namespace.cmp(&b.id.namespace)),
            Field::Name => self.turned(natural(short_name(&a.id), short_name(&b.id))),
            Field::Own(i) if self.by == By::State => {
                self.turned(a.health.cmp(&b.health)).then_with(|| self.cells(a.cells.get(i), b.cells.get(i)))
            }
            Field::Own(i) => self.cells(a.cells.get(i), b.cells.get(i)),
            Field::Lent(lender, i) => {
                let cell = |object: &Object| self.loans.cell(&object.id, lender, i);
                self.cells(cell(a), cell(b))
            }
        }
    }

    fn cells(&self, a: Option<&Cell>, b: Option<&Cell>) -> Ordering {
        let (a, b) = (a.unwrap_or(&Cell::None), b.unwrap_or(&Cell::None));
        let order = if self.by == By::Amount { a.order_as_amount(b) } else { a.order(b) };
        if matches!((a, b), (Cell::None, _) | (_, Cell::None)) { order } else { self.turned(order) }
    }

    /// Parts of one object have an order of their own where their kind says so.
    fn parts(&self, a: &Object, b: &Object) -> Ordering {
        let number = |object: &Object| object.cells.get(self.parts?).cloned();
        number(a).unwrap_or_default().order(&number(b).unwrap_or_default())
    }

    fn turned(&self, order: Ordering) -> Ordering {
        if self.table.sort.descending { order.reverse() } else { order }
    }
}

fn is_well(health: Health) -> bool {
    matches!(health, Health::Good | Health::Done | Health::Unknown)
}

impl Ranking for Ranked<'_> {
    fn filters(&self) -> bool {
        self.table.faults || !self.table.filter.is_empty()
    }

    fn admit<'a>(&'a self, object: &'a Object, memo: &Memo<'a>) -> Option<u16> {
        if self.table.faults && is_well(object.health) {
            return None;
        }
        self.table.filter.admit(object, self.loans, &self.table.columns, self.now, memo)
    }

    fn excerpt<'a>(&self, rows: impl Iterator<Item = Option<&'a Object>>) -> Excerpt {
        Excerpt::new(rows, &self.table.columns)
    }

    fn guess(&self, excerpt: &Excerpt, lent: bool) -> Vec<Guess> {
        let mut guesses = self.table.filter.guess(excerpt, lent);
        if self.table.faults {
            let well = |health: &Option<Health>| health.is_none_or(is_well);
            let both = guesses.iter_mut().zip(&excerpt.health);
            both.filter(|(_, health)| well(health)).for_each(|(guess, _)| *guess = Guess::No);
        }
        guesses
    }

    fn lent(&self, answer: &Answer) -> Lent {
        /// To look for more would take longer than a slice.
        const MOST: usize = 4096;
        if self.loans.count() > MOST {
            return Lent::Anywhere;
        }
        let mut slots: Vec<u32> = self.loans.borrowers().filter_map(|id| answer.slot(&id)).collect();
        slots.sort_unstable();
        slots.dedup();
        Lent::To(slots)
    }

    fn compare(&self, a: &Object, b: &Object) -> Ordering {
        let part = || self.parts(a, b).then_with(|| natural(&a.id.part, &b.id.part));
        let own = || natural(&a.id.name, &b.id.name).then_with(part);
        let named = || a.id.namespace.cmp(&b.id.namespace).then_with(own);
        let path = || self.contexts(a, b).then_with(named);
        match self.table.sort.by {
            SortBy::Path => self.turned(path()),
            SortBy::Field(field) => self.fields(field, a, b).then_with(path),
        }
    }
}
