//! The kind beside a table, whose rows lend their columns.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{SortBy, Table};
use crate::app::store::{Answer, Phase};
use crate::app::trends::Trends;
use crate::app::view::Sight;
use crate::app::view::columns::Field;
use crate::model::{Id, KindRef, Narrow, Part, Query, Scope, Str, Time};

#[derive(Debug, Default)]
pub struct Beside {
    /// Which rows it is asked about.
    pub sight: Sight,
    /// The source serves it.
    is_served: bool,
    /// What its answer was when it was last looked at.
    revision: u64,
}

impl Table {
    /// The query for the rows that lend their columns, when their kind is served and there is something to see.
    pub fn lent(&self) -> Option<Query> {
        let (kind, part) = (self.lender()?, self.beside.sight.part()?.clone());
        let Scope { namespace, others, .. } = self.scope.clone();
        let scope = Scope { namespace, part, others, ..Scope::default() };
        Some(Query::List { at: self.at, kind, scope })
    }

    pub(super) fn lender(&self) -> Option<KindRef> {
        self.kind.beside.map(|beside| KindRef(beside.kind)).filter(|_| self.beside.is_served)
    }

    /// Tells whether the source serves the kind beside (metrics).
    pub fn serve_lender(&mut self, served: &[KindRef]) {
        let lends = |kind: &KindRef| self.kind.beside.is_some_and(|beside| kind.is(beside.kind));
        self.beside.is_served = served.iter().any(lends);
    }

    /// A sort by a lent column starts again when the lender's rows changed. True when they did.
    pub(super) fn follow_lent(&mut self, lent: Option<&Answer>) -> bool {
        let revision = lent.map_or(0, |answer| answer.revision);
        let changed = std::mem::replace(&mut self.beside.revision, revision) != revision;
        if !changed || lent.is_none() {
            return false;
        }
        if matches!(self.sort.by, SortBy::Field(Field::Lent(_))) {
            self.order.restart();
        } else {
            self.look_again();
        }
        true
    }

    /// Turns to the rows on the screen, or to all where a sort or a filter compares what is lent.
    pub(super) fn look(&mut self, answer: &Answer, now: Time) {
        let Some(beside) = self.kind.beside else { return };
        let seen = self.seen(beside.narrow, answer);
        let sorts = matches!(self.sort.by, SortBy::Field(Field::Lent(_)));
        self.beside.sight.see(seen, sorts || self.filter.compares_lent(), now);
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
    pub(super) fn follow_trends(&self, answer: &Answer, lent: Option<&Answer>, trends: &mut Trends, now: Time) {
        let Some(lent) = lent.filter(|lent| lent.phase == Phase::Live) else { return };
        let Some(shown) = self.columns.iter().find(|shown| shown.column.trend) else { return };
        for object in self.visible(answer) {
            let beside = lent.get(&object.id);
            trends.see(&object.id, shown.cell(object, beside), now);
        }
    }
}
