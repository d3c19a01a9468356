//! Commands for sources (contexts and engines), and the tables that show their state and its reason.

use crate::app::store::Phase;
use crate::app::view::Table;
use crate::app::{Effect, Place, State};
use crate::kinds;
use crate::kinds::docker::Program;
use crate::kinds::program::{contexts, sources};
use crate::model::{Cell, Enter, Error, Family, Health, Id, KindRef, Object, Query, Result, SourceId, Str};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

/// Shows the containers of the engine that docker would use, or of the engine with this name.
pub fn docker(state: &mut State, name: &str) -> Result<Vec<Effect>> {
    visit(state, &kinds::docker::FAMILY, name)
}

/// The containers of the first engine that is Podman's, or of one by name.
pub fn podman(state: &mut State, name: &str) -> Result<Vec<Effect>> {
    let is_its =
        |place: &&Place| place.family == &kinds::docker::FAMILY && *Program::of(place) == kinds::docker::PODMAN;
    let first = state.places.iter().find(is_its).map(|place| place.name.to_string());
    let none =
        || Error::Invalid("there is no socket of podman: set CONTAINER_HOST; :sources lists what there is".to_owned());
    match name {
        "" => visit(state, &kinds::docker::FAMILY, &first.ok_or_else(none)?),
        name => visit(state, &kinds::docker::FAMILY, name),
    }
}

/// Goes to the first source of a family, or to the one with this name. The name may start with the family's name.
fn visit(state: &mut State, family: &'static Family, name: &str) -> Result<Vec<Effect>> {
    let name = name.trim_start_matches('@');
    let full = format!("{}/{name}", family.name);
    let mut all = state.places.iter().filter(|place| place.family == family);
    let found = match name {
        "" => all.next(),
        _ => all.find(|place| place.name == name || place.name == full),
    };
    let none = || match name {
        "" => Error::Invalid(format!("{}; :sources lists what there is", family.nothing(&state.places))),
        _ => Error::Invalid(format!("{}; :sources lists all", family.unknown(name))),
    };
    let name = found.ok_or_else(none)?.name.clone();
    state.switch(&name).and(NOTHING)
}

/// Shows the cluster that the program makes up.
pub fn demo(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.visit_demo().and(NOTHING)
}

/// Reads services inside of the cluster, after a question, or reads them no longer.
pub fn look_inside(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.switch_inside()
}

impl State {
    /// The queries that tell the state of the sources while their table is on the screen. Only near sources, the
    /// engines, are asked. A context might want a login, so only what is known of it is shown.
    pub(in crate::app) fn asked_for_sources(&self) -> Vec<Query> {
        if self.sources_table().is_none() {
            return Vec::new();
        }
        let near = self.places.iter().filter(|place| place.family.is_near);
        near.map(|place| Query::Kinds { at: place.id }).collect()
    }

    fn sources_table(&self) -> Option<&Table> {
        self.table().filter(|table| table.kind.is(&sources::KIND))
    }

    /// Brings the tables of sources and of contexts up to date.
    pub(in crate::app) fn list_sources(&mut self) {
        for (query, kind, at) in self.shown_tables(|table| matches!(table.kind.enter, Enter::Source)) {
            self.list_sources_in(&query, kind, at);
        }
    }

    fn list_sources_in(&mut self, query: &Query, kind: KindRef, at: SourceId) {
        let row = |place: &Place| self.source_row(place, Id::new(at, kind, Str::new(), place.name.clone()));
        let rows: Vec<Object> = match kind.is(&contexts::KIND) {
            true => self.all_contexts().into_iter().map(contexts::row).collect(),
            false => self.places.iter().map(row).collect(),
        };
        let same = self.store.answer(query).is_some_and(|answer| {
            answer.complete && answer.len() == rows.len() && rows.iter().all(|row| answer.get(&row.id) == Some(row))
        });
        if !same {
            self.show_rows(query, rows);
        }
    }

    fn source_row(&self, place: &Place, id: Id) -> Object {
        let answer = self.store.answer(&Query::Kinds { at: place.id });
        let found = answer.and_then(|answer| answer.found());
        let (word, health, reason) = match answer.map(|answer| &answer.phase) {
            None => ("not asked".to_owned(), Health::Unknown, String::new()),
            Some(Phase::Loading(_)) => ("asking".to_owned(), Health::Progress, String::new()),
            Some(Phase::Live) => ("connected".to_owned(), Health::Good, String::new()),
            Some(Phase::Stale(_, error)) => (error.word().to_owned(), fault(error), error.text().to_owned()),
        };
        let cells = [
            Cell::text(place.family.sources.one),
            Cell::text(word),
            Cell::text(found.map(|found| found.version.clone()).unwrap_or_default()),
            Cell::text(place.server.clone()),
            Cell::text(reason),
        ];
        Object::made(id, health, cells)
    }
}

/// The health of a source that did not answer. A source that is not there is no failure.
fn fault(error: &Error) -> Health {
    match error {
        Error::Offline(_) | Error::Lost(_) | Error::Unsupported(_) => Health::Done,
        _ => Health::Bad,
    }
}
