//! Tells where a key works that has no meaning here. The key map and the tables of kinds and verbs say where, and the
//! row says whether Enter leads there. Nothing is said about a key that has no meaning anywhere.

use super::keymap::{Key, Lookup};
use super::{Level, State, commands};
use crate::kinds::{self, verbs};
use crate::model::KindRef;

/// The words for the scopes of views. Views that the user types into are missing: nobody is sent there for a key.
const VIEWS: &[(&str, &str)] = &[
    ("view.table", "in tables"),
    ("view.text", "in texts"),
    ("view.describe", "in descriptions"),
    ("view.yaml", "in YAML"),
    ("view.log", "in logs"),
];

/// The most commands that are named for one key, and the most kinds that are named for one command.
const MOST: usize = 3;

/// A command that a key has in other places.
struct Elsewhere {
    command: String,
    kinds: Vec<&'static str>,
    view: Option<&'static str>,
}

impl State {
    /// Says where a key works. The result is false if there was nothing to say.
    pub(super) fn tell_where(&mut self, key: Key) -> bool {
        let told = self.where_it_works(key);
        let tells = told.is_some();
        told.into_iter().for_each(|told| self.tell(Level::Info, told));
        tells
    }

    /// Whether a command line is a verb that the kind on the screen does not have.
    pub(super) fn is_in_vain(&self, line: &str) -> bool {
        let name = commands::name(line);
        let Some(table) = self.table() else { return false };
        verbs::named(name).is_some() && verbs::own(table.kind, name).is_none()
    }

    /// `F works on pods and containers (forward); enter leads there`
    fn where_it_works(&self, key: Key) -> Option<String> {
        let tells = self.top()?.tells_strays();
        let written = self.keymap.written(key).filter(|_| tells)?;
        let (near, far): (Vec<Elsewhere>, Vec<Elsewhere>) = self
            .elsewhere(key)
            .into_iter()
            .partition(|one| self.leads_to().is_some_and(|kind| one.kinds.contains(&kind)));
        let there = if near.is_empty() { String::new() } else { self.in_keys("; {enter@view.table} leads there") };
        let shown = if near.is_empty() { far } else { near };
        let places: Vec<String> = shown.iter().take(MOST).map(Elsewhere::told).collect();
        (!places.is_empty()).then(|| format!("{written} works {}{there}", places.join(", ")))
    }

    /// The commands of a key on other kinds of this source, and in other views.
    fn elsewhere(&self, key: Key) -> Vec<Elsewhere> {
        let mut found: Vec<Elsewhere> = Vec::new();
        let meant = |scopes: &[&str]| match self.keymap.lookup(scopes, &[key]) {
            Lookup::Command(line) => Some(commands::name(line).to_owned()),
            Lookup::Waiting | Lookup::None => None,
        };
        for kind in kinds::all().filter(|kind| self.is_near(*kind)) {
            let scope = format!("kind.{}", kind.name);
            let Some(command) = meant(&[&scope, "view.table"]).filter(|command| answers(kind, command)) else {
                continue;
            };
            match found.iter_mut().find(|one| one.command == command) {
                Some(one) => one.kinds.push(kind.0.name),
                None => found.push(Elsewhere { command, kinds: vec![kind.0.name], view: None }),
            }
        }
        let here = self.top().map(|view| view.scopes()).unwrap_or_default();
        let views = VIEWS.iter().filter(|(scope, _)| here.iter().all(|own| own != scope));
        found.extend(views.filter_map(|(scope, words)| {
            let command = meant(&[scope]).filter(|command| verbs::named(command).is_none())?;
            Some(Elsewhere { command, kinds: Vec::new(), view: Some(words) })
        }));
        found
    }

    /// Whether a kind belongs to the source on the screen and is not itself on the screen.
    fn is_near(&self, kind: KindRef) -> bool {
        let family = self.here().map_or(kinds::USUAL, |place| place.family);
        let here = self.table().is_some_and(|table| table.kind == kind);
        let served = self.here().map(|place| self.served(place.id)).unwrap_or_default();
        let is_there = kinds::is_offered(kind, served);
        is_there && (kind.is_of(family) || kind.is_of_program() && family.is_home) && !here
    }

    /// The kind that Enter opens from the selected row.
    fn leads_to(&self) -> Option<&'static str> {
        let object = self.table()?.selected(&self.store)?;
        object.id.kind.link(object).map(|link| link.kind.0.name)
    }
}

/// Whether a command works on a kind: a verb must be one of the kind's own.
fn answers(kind: KindRef, command: &str) -> bool {
    let verb = verbs::named(command).is_none() || verbs::own(kind, command).is_some();
    verb && kind.lacks(command).is_none()
}

impl Elsewhere {
    fn told(&self) -> String {
        let place = match (self.view, self.kinds.as_slice()) {
            (Some(view), _) => view.to_owned(),
            (None, [one]) => format!("on {one}"),
            (None, [first @ .., last]) if first.len() < MOST => format!("on {} and {last}", first.join(", ")),
            (None, many) => format!("on {} and others", many[..MOST.min(many.len())].join(", ")),
        };
        format!("{place} ({})", self.command)
    }
}
