//! The kinds that lend their columns to a table, and the rows that lend their cells.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{SortBy, Table};
use crate::app::store::{Answer, Phase, Store};
use crate::app::trends::Trends;
use crate::app::view::Sight;
use crate::app::view::columns::{Field, lent};
use crate::model::{Cell, Id, Kind, KindRef, Narrow, Object, Part, Query, Scope, SourceId, Str, Time};

/// Pairs of a source of the table, and the source whose rows lend their cells to its rows.
type Routes = Arc<[(SourceId, SourceId)]>;

/// What a table knows of a kind that lends it columns.
#[derive(Debug, Default)]
pub struct Lending {
    /// Which rows it is asked about.
    pub sight: Sight,
    /// Who is asked for whom; nobody if no source serves the kind, or if others lend all its columns.
    routes: Routes,
    /// What its answer was when it was last looked at.
    revision: u64,
}

/// The answers of the kinds that lend to a table, in the order of the lenders of its kind.
#[derive(Clone, Debug, Default)]
pub struct Loans<'a>(Vec<Option<Loan<'a>>>);

#[derive(Clone, Debug)]
struct Loan<'a> {
    answer: &'a Answer,
    routes: Routes,
}

impl<'a> Loans<'a> {
    /// Rows of a source that lend to rows of the same source.
    #[cfg(test)]
    pub fn of(answer: &'a Answer, at: SourceId) -> Self {
        Self(vec![Some(Loan { answer, routes: [(at, at)].into() })])
    }

    pub fn answer(&self, lender: usize) -> Option<&'a Answer> {
        Some(self.0.get(lender)?.as_ref()?.answer)
    }

    /// The cell in a column of a lender that belongs to the row with this id.
    pub fn cell(&self, id: &Id, lender: usize, column: usize) -> Option<&'a Cell> {
        self.0.get(lender)?.as_ref()?.row(id)?.cells.get(column)
    }

    /// All rows that lend, each with the id of the row that it lends to.
    pub fn borrowers(&self) -> impl Iterator<Item = Id> {
        self.0.iter().flatten().flat_map(|loan| {
            let objects = loan.answer.objects();
            objects.flat_map(|object| loan.borrowers(&object.id))
        })
    }

    /// How many rows lend.
    pub fn count(&self) -> usize {
        self.0.iter().flatten().map(|loan| loan.answer.len()).sum()
    }

    pub(super) fn revisions(&self) -> impl Iterator<Item = u64> {
        self.0.iter().map(|loan| loan.as_ref().map_or(0, |loan| loan.answer.revision))
    }
}

impl<'a> Loan<'a> {
    fn row(&self, id: &Id) -> Option<&'a Object> {
        let (_, at) = self.routes.iter().find(|(from, _)| *from == id.at)?;
        match *at == id.at {
            true => self.answer.get(id),
            false => self.answer.get(&Id { at: *at, ..id.clone() }),
        }
    }

    fn borrowers(&self, id: &Id) -> impl Iterator<Item = Id> {
        let routes = self.routes.iter().filter(move |(_, to)| *to == id.at);
        routes.map(move |(from, _)| Id { at: *from, ..id.clone() })
    }
}

impl Table {
    /// The query for the rows of a lender, if somebody is asked for it and there is something to see.
    pub fn lent(&self, lender: usize) -> Option<Query> {
        let lending = self.lenders.get(lender).filter(|lending| !lending.routes.is_empty())?;
        let part = lending.sight.part()?.clone();
        let mut sources: Vec<SourceId> = lending.routes.iter().map(|(_, at)| *at).collect();
        let at = sources.remove(0);
        sources.sort_unstable();
        sources.dedup();
        sources.retain(|other| *other != at);
        let scope = Scope { namespace: self.scope.namespace.clone(), part, ..Scope::default() }.others(sources);
        Some(Query::List { at, kind: KindRef(self.kind.presentation.lenders[lender].kind), scope })
    }

    /// The queries for the rows of all lenders.
    pub fn all_lent(&self) -> Vec<Option<Query>> {
        (0..self.lenders.len()).map(|lender| self.lent(lender)).collect()
    }

    /// What the lenders have answered.
    pub fn loans<'a>(&self, store: &'a Store) -> Loans<'a> {
        let loan = |lending: &Lending, query: Option<Query>| {
            let answer = store.answer(&query?)?;
            Some(Loan { answer, routes: lending.routes.clone() })
        };
        Loans(self.lenders.iter().zip(self.all_lent()).map(|(lending, query)| loan(lending, query)).collect())
    }

    /// The lenders that somebody is asked for.
    pub(super) fn lending(&self) -> Vec<usize> {
        (0..self.lenders.len()).filter(|lender| !self.lenders[*lender].routes.is_empty()).collect()
    }

    /// Tells who serves the kinds that lend: `find` gives the source of such a kind for the rows of a source.
    pub fn serve_lenders(&mut self, find: impl Fn(&'static Kind, SourceId) -> Option<SourceId>) {
        let sources = || std::iter::once(self.at).chain(self.scope.others.iter().copied());
        for (lending, lender) in self.lenders.iter_mut().zip(self.kind.presentation.lenders) {
            let found = find(lender.kind, self.at);
            // What one source of a family serves, the others are asked for as well.
            let same = found == Some(self.at);
            let of = |at: SourceId| if same { Some(at) } else { find(lender.kind, at) };
            lending.routes = sources().filter_map(|at| Some((at, of(at)?))).collect();
        }
        // Who lends no column that none before them lends is not asked.
        let served = self.lending();
        for lender in served.iter().filter(|lender| lent(self.kind, &served, **lender).next().is_none()) {
            self.lenders[*lender].routes = Routes::default();
        }
    }

    /// Asks the lenders about all rows at once.
    pub fn measure_all(&mut self) {
        self.lenders.iter_mut().for_each(|lending| lending.sight = Sight::whole());
    }

    /// Whether more rows are measured than those on the screen.
    pub fn measures_more(&self) -> bool {
        self.lenders.iter().any(|lending| lending.sight.is_widened())
    }

    /// When the rows that are asked about change by themselves.
    pub(super) fn sight_due(&self) -> Option<Time> {
        self.lenders.iter().filter_map(|lending| lending.sight.due()).min()
    }

    /// A sort by a lent column starts again when rows of a lender changed. True when they did.
    pub(super) fn follow_loans(&mut self, loans: &Loans<'_>) -> bool {
        let mut changed = false;
        for (i, (lending, revision)) in self.lenders.iter_mut().zip(loans.revisions()).enumerate() {
            let differs = std::mem::replace(&mut lending.revision, revision) != revision;
            changed |= differs && loans.answer(i).is_some();
        }
        if !changed {
            return false;
        }
        if matches!(self.sort.by, SortBy::Field(Field::Lent(..))) {
            self.order.restart();
        } else {
            self.look_again();
        }
        true
    }

    /// Turns to the rows on the screen, or to all where a sort or a filter compares what is lent.
    pub(super) fn look(&mut self, answer: &Answer, now: Time) {
        let sorts = matches!(self.sort.by, SortBy::Field(Field::Lent(..)));
        let all = sorts || self.filter.compares_lent();
        for (i, lender) in self.kind.presentation.lenders.iter().enumerate() {
            let seen = self.seen(lender.narrow, answer);
            self.lenders[i].sight.see(seen, all, now);
        }
    }

    /// Nothing while no row is there, or while it is not known how many there are.
    fn seen(&self, narrow: Narrow, answer: &Answer) -> Option<Part> {
        let sorted = |name: fn(&Id) -> &Str| {
            let names: BTreeSet<&Str> = self.visible(answer).map(|object| name(&object.id)).collect();
            Some(names.into_iter().cloned().collect()).filter(|names: &Arc<[Str]>| !names.is_empty())
        };
        match narrow {
            Narrow::ToNames => sorted(|id| &id.name).map(Part::Names),
            Narrow::ToNamespaces { beyond } if self.scope.namespace.is_none() => {
                match (answer.complete, answer.len() > beyond) {
                    (false, _) => None,
                    (true, false) => Some(Part::All),
                    (true, true) => sorted(|id| &id.namespace).map(Part::Namespaces),
                }
            }
            Narrow::ToNamespaces { .. } | Narrow::Nothing => Some(Part::All),
        }
    }

    /// Only what is current says what is used now.
    pub(super) fn follow_trends(&self, answer: &Answer, loans: &Loans<'_>, trends: &mut Trends, now: Time) {
        let Some(shown) = self.columns.iter().find(|shown| shown.column.trend) else { return };
        let Field::Lent(lender, _) = shown.field else { return };
        if loans.answer(lender).is_none_or(|lent| lent.phase != Phase::Live) {
            return;
        }
        for object in self.visible(answer) {
            trends.see(&object.id, shown.cell(object, loans), now);
        }
    }
}
