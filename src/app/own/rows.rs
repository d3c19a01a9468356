//! The rows of `:self`: one for each server that was asked anything, and below it one for each query whose answer is
//! kept.

use super::{is_meter, meter};
use crate::app::store::Phase;
use crate::app::{Answer, Place, State};
use crate::kinds::program::itself::{KIND, METER};
use crate::model::{Cell, Health, Id, KindRef, Object, Query, Scope, Str, Uid};

/// The state of a server that is asked more often than the program should.
const STORM: &str = "too often";

impl State {
    /// Brings the table up to date when new figures were read.
    pub(in crate::app) fn list_self(&mut self) {
        let Some(table) = self.own_table() else { return };
        let (query, kind, at) = (table.query(), table.kind, table.at);
        let whole = self.store.answer(&query).is_some_and(|answer| answer.complete);
        if whole && self.own.listed == self.own.read {
            return;
        }
        self.own.listed = self.own.read;
        let rows = self.places.iter().flat_map(|place| self.rows_of(place));
        let rows = rows.map(|(name, health, cells)| Object {
            uid: Uid::None,
            ..Object::made(Id::new(at, kind, Str::new(), name), health, cells)
        });
        let rows = rows.collect();
        self.show_rows(&query, rows);
    }

    /// The rows of a server and its queries. There are none for a server that was asked nothing.
    fn rows_of(&self, place: &Place) -> Vec<(Str, Health, Vec<Cell>)> {
        let ours = |query: &Query| query.at() == place.id && !is_meter(query) && !is_own(query);
        let mut queries: Vec<(&Query, &Answer)> = self.store.iter().filter(|(query, _)| ours(query)).collect();
        queries.sort_by_cached_key(|(query, answer)| (what(query), answer.revision));
        let (counted, storm) = self.counted(place);
        let silent = counted.get(2).is_none_or(|requests| *requests == Cell::Count(0));
        if queries.is_empty() && silent {
            return Vec::new();
        }
        let rows: usize = queries.iter().map(|(_, answer)| answer.len()).sum();
        let held: u64 = queries.iter().filter_map(|(query, _)| self.own.held(query)).sum();
        let mut counted = counted.into_iter();
        let first: Vec<Cell> = counted.by_ref().take(5).collect();
        let (state, health) = if storm { (STORM, Health::Warn) } else { standing(&queries) };
        let mut cells = vec![Cell::text(state)];
        cells.extend(first);
        cells.extend([Cell::Count(rows as i64), Cell::Bytes(held), Cell::None]);
        cells.extend(counted);
        let server = (place.name.clone(), health, cells);
        let own = queries.iter().map(|(query, answer)| self.query_row(place, query, answer));
        [server].into_iter().chain(own).collect()
    }

    /// The counts of requests in the order of the meter's columns, and whether they are more than the program should
    /// make.
    fn counted(&self, place: &Place) -> (Vec<Cell>, bool) {
        let told = self.store.answer(&meter(place.id)).and_then(|answer| answer.objects().next());
        let none = || (vec![Cell::None; METER.columns.len()], false);
        told.map_or_else(none, |row| (row.cells.to_vec(), row.health == Health::Warn))
    }

    fn query_row(&self, place: &Place, query: &Query, answer: &Answer) -> (Str, Health, Vec<Cell>) {
        let (word, health) = state(answer);
        let error = match &answer.phase {
            Phase::Stale(_, error) => Cell::text(error.text()),
            Phase::Loading(_) | Phase::Live => Cell::None,
        };
        // A query that left the screen is kept for a while, and still takes memory.
        let (word, health) = match self.left_since(query) {
            Some(_) if health == Health::Good => ("kept", Health::Done),
            _ => (word, health),
        };
        let cells = [
            Cell::text(word),
            Cell::None,
            Cell::None,
            Cell::None,
            Cell::None,
            Cell::None,
            Cell::Count(answer.len() as i64),
            Cell::Bytes(self.own.held(query).unwrap_or_default()),
            Cell::Span(self.now.since(answer.since)),
            Cell::None,
            error,
        ];
        (arcstr::format!("{}  {}", place.name, what(query)), health, cells.into())
    }
}

fn is_own(query: &Query) -> bool {
    matches!(query, Query::List { kind, .. } if kind.is(&KIND))
}

fn state(answer: &Answer) -> (&'static str, Health) {
    match &answer.phase {
        Phase::Loading(_) => ("loading", Health::Progress),
        Phase::Live if answer.every.is_some() => ("polled", Health::Good),
        Phase::Live => ("live", Health::Good),
        Phase::Stale(_, error) if answer.complete => (error.word(), Health::Warn),
        Phase::Stale(_, error) => (error.word(), Health::Bad),
    }
}

/// The state of a server: the best one among its answers.
fn standing(queries: &[(&Query, &Answer)]) -> (&'static str, Health) {
    let phases = || queries.iter().map(|(_, answer)| state(answer));
    let best = [Health::Good, Health::Progress, Health::Warn, Health::Bad];
    let found = best.into_iter().find_map(|health| phases().find(|(_, found)| *found == health));
    match found {
        Some((_, Health::Good)) => ("connected", Health::Good),
        Some((word, health)) => (word, health),
        None => ("idle", Health::Done),
    }
}

/// A query in a few words: `pods shop`, `pods all app=web`, `kinds`.
fn what(query: &Query) -> String {
    match query {
        Query::Kinds { .. } => "kinds".to_owned(),
        Query::List { kind, scope, .. } => format!("{}{}", kind.name, part(kind, scope)),
        Query::One { id } => format!("{} {}", id.kind.name, crate::app::store::path(id)),
        Query::Logs { container, .. } if container.is_empty() => "logs".to_owned(),
        Query::Logs { container, .. } => format!("logs {container}"),
        Query::Rules { namespace, .. } => format!("rights {namespace}"),
        Query::Session { id, .. } => format!("session {}", id.title()),
    }
}

fn part(kind: &KindRef, scope: &Scope) -> String {
    let place = match &scope.namespace {
        Some(namespace) => namespace.as_str(),
        None if kind.address.namespaced => "all",
        None => "",
    };
    let others = match scope.others.len() {
        0 => String::new(),
        1 => "and 1 more context".to_owned(),
        n => format!("and {n} more contexts"),
    };
    let parts = [place, &scope.labels, &scope.fields, others.as_str()].into_iter().filter(|part| !part.is_empty());
    parts.map(|part| format!(" {part}")).collect()
}
