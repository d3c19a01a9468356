//! The table of all kinds of the source on the screen, with their words. Enter opens a kind.

use std::collections::HashMap;

use crate::app::{Effect, State};
use crate::kinds;
use crate::kinds::program::names;
use crate::model::{Cell, Error, Family, Health, Id, KindRef, Object, Query, Result, SourceId, Str};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

/// The content from which the rows were made: for each source, the revision of its answer.
pub type Listed = HashMap<SourceId, Option<u64>>;

/// Opens the kind under the cursor on top of the table.
pub fn enter(state: &mut State) -> Result<Vec<Effect>> {
    let id = state.selected_id().ok_or_else(|| Error::Invalid("no kind is selected".to_owned()))?;
    let found = state.kinds_of(id.at).into_iter().find(|(name, _)| *name == id.name).map(|(_, kind)| kind);
    let kind = found.ok_or_else(|| Error::Gone(format!("{} no longer exists", id.name)))?;
    let at = state.source_of(kind, state.place(id.at))?;
    let scope = state.scope_here();
    state.push_table(at, kind, scope);
    NOTHING
}

/// The kinds of a source sorted by group, each under a name that no other kind has.
fn named(family: &Family, served: &[KindRef]) -> Vec<(Str, KindRef)> {
    let ours = |kind: &KindRef| kind.is_of(family) || kind.is_of_program() && family.is_home;
    let is_there = |kind: &KindRef| kind.is_made() || served.is_empty() && kinds::is_offered(*kind, served);
    let known = kinds::all().filter(ours).filter(is_there);
    let mut all: Vec<KindRef> = served.iter().copied().filter(|kind| !kind.is_made()).chain(known).collect();
    all.sort_by_key(|kind| (kind.is_made(), kind.address.group, kind.name));
    all.dedup();
    let mut bearers: HashMap<&str, usize> = HashMap::new();
    all.iter().for_each(|kind| *bearers.entry(kind.0.name).or_default() += 1);
    let name = |kind: KindRef| match bearers.get(kind.0.name) {
        Some(1) | None => Str::from(kind.name),
        Some(_) => arcstr::format!("{}.{}.{}", kind.address.plural, kind.address.version, kind.address.group),
    };
    all.into_iter().map(|kind| (name(kind), kind)).collect()
}

/// The rows of the table of kinds.
pub fn rows(at: SourceId, family: &Family, served: &[KindRef]) -> Vec<Object> {
    let id = |name| Id::new(at, KindRef(&names::KIND), "", name);
    named(family, served).into_iter().map(|(name, of)| row(id(name), of)).collect()
}

impl State {
    fn kinds_of(&self, at: SourceId) -> Vec<(Str, KindRef)> {
        named(self.family_of_source(at), self.served(at))
    }

    fn family_of_source(&self, at: SourceId) -> &'static Family {
        self.place(at).map_or(kinds::USUAL, |place| place.family)
    }

    /// Brings the table of kinds up to date when the source has told more.
    pub(in crate::app) fn list_kinds(&mut self) {
        for (query, _, at) in self.shown_tables(|table| table.kind.is(&names::KIND)) {
            let told = self.store.answer(&Query::Kinds { at }).map(|answer| answer.revision);
            let whole = self.store.answer(&query).is_some_and(|answer| answer.complete);
            if whole && self.own.kinds.get(&at) == Some(&told) {
                continue;
            }
            self.own.kinds.insert(at, told);
            let rows = rows(at, self.family_of_source(at), self.served(at));
            self.show_rows(&query, rows);
        }
    }
}

fn row(id: Id, kind: KindRef) -> Object {
    let address = &kind.address;
    let group = match (address.group, address.version) {
        _ if kind.is_made() => String::new(),
        (group, "") => group.to_owned(),
        ("", version) => version.to_owned(),
        (group, version) => format!("{group}/{version}"),
    };
    // The singular is not listed: anybody would guess it.
    let singular = |word: &str| word.eq_ignore_ascii_case(address.kind) || format!("{word}s") == kind.name;
    let own = kind.0.aliases.iter().copied().filter(|word| !singular(word));
    let mut short: Vec<&str> = own.chain(kinds::shipped(kind)).collect();
    short.dedup();
    let verbs: Vec<&str> = kind.verbs.iter().map(|verb| verb.name).collect();
    let cells = [
        Cell::text(short.join(" ")),
        Cell::text(group),
        Cell::text(if address.namespaced { "yes" } else { "no" }),
        Cell::text(address.kind),
        Cell::text(verbs.join(" ")),
    ];
    Object::made(id, Health::Unknown, cells)
}
