//! Finds the view that a typed line asks for: `:KIND [NS] [/FILTER] [k=v] [@CTX]`, with the parts in any order, as in
//! k9s. `@A,@B` and `@*` give one table over several contexts. A line is understood as a whole before anything changes.

mod line;
mod there;

use super::filter::Filter;
use super::near::hint;
use super::view::{Contexts, Page, Subject, Table};
use super::{Effect, Level, Phase, Place, State, View, commands};
use crate::kinds;
use crate::kinds::program::contexts;
use crate::model::{Error, Family, Home, Id, Kind, KindRef, Link, Object, Query, Result, Scope, SourceId, Str};

pub use line::Opening;
use there::There;

/// What happens when a line depends on facts that a server has not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Care {
    /// The server is asked, and the line waits for the answer.
    Asks,
    /// The namespaces are believed to exist.
    Trusts,
    /// The namespaces are believed to exist, and a notice says that nobody knows: the server has not answered for too
    /// long.
    Doubts,
}

/// The result of reading a line.
pub(super) enum Resolved {
    Way(Box<Way>),
    /// The line can be understood only after these queries are answered.
    Waits(Vec<Query>),
}

/// A line that was understood: its view can be opened without any further check.
pub(super) struct Way {
    view: View,
    /// The source in which kinds without a context open from now on.
    home: Option<SourceId>,
    /// Notices for the user about this line.
    notes: Vec<(Level, String)>,
}

/// Sorts the names of several namespaces: the same ones in any order are then the same query.
fn in_order(names: &str) -> Str {
    let mut names: Vec<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(",").into()
}

/// Splits `eu,@us` into names of contexts. The name of a known context may hold a comma or start with `@`.
pub fn context_names(names: &str, known: &[&str]) -> Vec<String> {
    let pieces: Vec<&str> = names.split(',').collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let joined = |end: usize| pieces[at..end].join(",");
        let is_known = |name: &String| known.contains(&name.as_str());
        // The name as it is, with the `@` that was taken off the word, or without its `@`.
        let named = |end: usize| {
            let name = joined(end);
            let plain = name.trim_start_matches('@').to_owned();
            [name.clone(), format!("@{name}"), plain].into_iter().find(is_known)
        };
        let found = (at + 1..=pieces.len()).rev().find_map(|end| Some((named(end)?, end)));
        let (name, end) = found.unwrap_or_else(|| (pieces[at].trim_start_matches('@').to_owned(), at + 1));
        out.extend(Some(name).filter(|name| !name.is_empty()));
        at = end;
    }
    out
}

impl State {
    /// Does what a typed line says: it opens a kind or runs a command.
    pub(super) fn speak(&mut self, line: &str) -> Vec<Effect> {
        self.speak_with(line, Care::Asks)
    }

    /// Runs the line with which the program starts. It does not wait for a server, because there would be nothing to
    /// look at meanwhile.
    pub fn start_with(&mut self, line: &str) -> Vec<Effect> {
        let line = line.trim();
        if line.is_empty() {
            return Vec::new();
        }
        self.note_command(line);
        self.speak_with(line, Care::Trusts)
    }

    fn speak_with(&mut self, line: &str, care: Care) -> Vec<Effect> {
        let first = line.split(' ').next().unwrap_or_default();
        if self.table_called(first).is_none() && commands::is_spoken(first) {
            return commands::run(self, line);
        }
        let opening = Opening::parse(line);
        match self.resolve(&opening, care) {
            Ok(Resolved::Way(way)) => self.take_way(*way),
            Ok(Resolved::Waits(queries)) => self.wait_for(line, queries, care),
            Err(error) => self.complain(&error),
        }
        Vec::new()
    }

    /// The table of the program's own that a word means here. It comes before a command and before a kind of the server
    /// with the same name.
    fn table_called(&self, word: &str) -> Option<KindRef> {
        kinds::own(self.family_here(), word)
    }

    fn family_here(&self) -> &'static Family {
        self.here().map_or(kinds::USUAL, |place| place.family)
    }

    pub fn find_kind(&self, word: &str) -> Option<KindRef> {
        match self.here() {
            Some(place) => self.find_kind_in(place, word),
            None => kinds::find(word, &[]),
        }
    }

    fn find_kind_in(&self, place: &Place, word: &str) -> Option<KindRef> {
        let found = kinds::find_in(place.family, word, self.served(place.id));
        let others = self.found(place.id).map_or(&[][..], |found| &found.others);
        found.or_else(|| kinds::find_served(word, others))
    }

    /// Opens the view that a line asks for as the only one on the stack. No server is asked first.
    pub fn open(&mut self, opening: &Opening) -> Result<()> {
        match self.resolve(opening, Care::Trusts)? {
            Resolved::Way(way) => self.take_way(*way),
            Resolved::Waits(_) => return Err(self.unknown(&opening.kind, &[])),
        }
        Ok(())
    }

    /// Finds what a line asks for. It changes nothing.
    pub(super) fn resolve(&self, opening: &Opening, care: Care) -> Result<Resolved> {
        if let Some(wrong) = &opening.wrong {
            return Err(Error::Invalid(wrong.clone()));
        }
        let named = self.table_called(&opening.kind).filter(|kind| kind.is(&contexts::KIND));
        if let Some(place) = self.context_typed(&opening.rest).filter(|_| named.is_some()) {
            return self.first_view(place).map(|way| Resolved::Way(Box::new(way)));
        }
        if named.is_some() && opening.context.is_none() && !opening.rest.is_empty() {
            return Err(self.no_place(&opening.rest));
        }
        let places = match &opening.context {
            Some(names) => self.find_contexts(names)?,
            None => self.here().into_iter().collect(),
        };
        let meant = self.kind_meant(&opening.kind, &places);
        if let (Err(_), Some(named)) = (&meant, opening.of_name()) {
            return self.resolve(&named, care);
        }
        let (kind, places) = match meant? {
            Meant::Kind(kind, places) => (kind, places),
            Meant::Asks(queries) => return Ok(Resolved::Waits(queries)),
        };
        if opening.namespace.is_some() && kind.family.namespaces.is_some_and(|namespaces| kind.is(namespaces)) {
            return self.resolve(&Opening { kind: kind.family.first().name.into(), ..opening.clone() }, care);
        }
        let at = self.source_of(kind, places.first().copied())?;
        let elsewhere = kind.is_of_program() || places.first().is_none_or(|first| first.id != at);
        if places.len() > 1 && elsewhere {
            return Err(Error::Unsupported(format!("{} cannot be listed over several contexts", kind.name)));
        }
        let sources: Vec<SourceId> = match places.first() {
            Some(first) if first.id == at => places.iter().map(|place| place.id).collect(),
            Some(_) | None => vec![at],
        };
        let mut notes = self.left_out(opening, kind, &places);
        if kind.address.namespaced {
            match self.look_for(opening, &sources, care)? {
                There::Yes => {}
                There::Perhaps(why) => notes.push((Level::Warn, why)),
                There::Asks(queries) => return Ok(Resolved::Waits(queries)),
            }
        }
        let scope = self.scope_of(opening, &sources)?;
        let mut view = self.plain_table(at, kind, scope);
        if let (View::Table(table), Some(filter)) = (&mut view, &opening.filter) {
            table.filter_rows(&self.store, filter)?;
        }
        let first = places.first().filter(|place| opening.context.is_some() && place.family.is_home);
        Ok(Resolved::Way(Box::new(Way { view, home: first.map(|place| place.id), notes })))
    }

    /// The kind that a word means in the first of these places that has it, and the places that have this kind.
    fn kind_meant<'a>(&self, word: &str, places: &[&'a Place]) -> Result<Meant<'a>> {
        let Some(first) = places.first() else {
            let kind = kinds::find(word, &[]).ok_or_else(|| self.unknown(word, places))?;
            return Ok(Meant::Kind(kind, Vec::new()));
        };
        // The program knows all kinds of an engine and has its own words for many kinds. It waits for discovery only
        // with other words.
        let is_ours = kinds::find(word, &[]).is_some();
        let waits = |place: &&&Place| place.family.discovers && !is_ours && !self.has_told_kinds(place.id);
        let queries: Vec<Query> = places.iter().filter(waits).map(|place| Query::Kinds { at: place.id }).collect();
        if !queries.is_empty() {
            return Ok(Meant::Asks(queries));
        }
        // A kind of another family, or of the program, counts only if none of the places has one by that word.
        let family = |place: &Place, kind: KindRef| kind.is_of(place.family).then_some(kind);
        let found = |place: &&Place| self.find_kind_in(place, word).and_then(|kind| family(place, kind));
        let kind = places.iter().find_map(found).or_else(|| self.find_kind_in(first, word));
        let kind = kind.ok_or_else(|| self.unknown(word, places))?;
        let have: Vec<&Place> = places.iter().filter(|place| self.may_have(place, kind)).copied().collect();
        Ok(Meant::Kind(kind, if have.is_empty() { places.to_vec() } else { have }))
    }

    /// Whether a place may serve a kind, by what it has told so far.
    fn may_have(&self, place: &Place, kind: KindRef) -> bool {
        let served = self.served(place.id);
        let same = |other: &KindRef| kind.shares_resource(other);
        served.is_empty() || kind.is_made() || !kind.is_of(place.family) || served.iter().any(same)
    }

    /// Whether a place has told its kinds, or failed to.
    pub(super) fn has_told_kinds(&self, at: SourceId) -> bool {
        match self.store.answer(&Query::Kinds { at }).map(|answer| &answer.phase) {
            Some(Phase::Stale(_, error)) => !is_pending_login(error) || !self.served(at).is_empty(),
            Some(Phase::Live | Phase::Loading(_)) | None => !self.served(at).is_empty(),
        }
    }

    /// Notices for a line: the contexts that have no such kind, and the server's own kind with the name of a table of
    /// the program.
    fn left_out(&self, opening: &Opening, kind: KindRef, places: &[&Place]) -> Vec<(Level, String)> {
        let asked = opening.context.as_deref().and_then(|names| self.find_contexts(names).ok()).unwrap_or_default();
        let lacks = asked.iter().filter(|place| places.iter().all(|other| other.id != place.id));
        let names: Vec<&str> = lacks.map(|place| place.name.as_str()).collect();
        let mut notes = Vec::new();
        if !names.is_empty() {
            notes.push((Level::Warn, format!("there are no {} in {}", kind.name, names.join(", "))));
        }
        let theirs = places.first().and_then(|place| kinds::find_served(&opening.kind, self.served(place.id)));
        if let Some(theirs) = theirs.filter(|theirs| kind.is_made() && *theirs != kind) {
            notes.push((Level::Info, format!("the cluster's own {} are :{}", opening.kind, theirs.resource())));
        }
        notes
    }

    /// The scope that a line asks for, over all `sources`.
    fn scope_of(&self, opening: &Opening, sources: &[SourceId]) -> Result<Scope> {
        let (at, others) = sources.split_first().map_or((None, &[][..]), |(at, others)| (Some(*at), others));
        let own = at.and_then(|at| self.place(at)).filter(|place| self.here().is_none_or(|here| here.id != place.id));
        let mut scope = match own {
            Some(place) => Scope::namespace(place.namespace.clone()),
            None => self.scope_here(),
        };
        match opening.namespace.as_deref() {
            Some("all" | "*") => scope.namespace = None,
            Some(names) => scope.namespace = Some(in_order(names)),
            None => {}
        }
        if let Some(labels) = &opening.labels {
            Filter::parse(&format!("-l {labels}"), &[])?;
            scope.labels = labels.as_str().into();
        }
        Ok(scope.others(others.to_vec()))
    }

    pub(super) fn take_way(&mut self, way: Way) {
        let Way { view, home, notes } = way;
        self.places.home = home.or(self.places.home);
        let kind = view.table().map(|table| table.kind);
        match kind {
            // A table that stands beside others keeps the views below it.
            Some(kind) if kind.home == Home::Beside => {
                let stack = self.tabs.stack_mut();
                stack.retain(|view| view.table().is_none_or(|table| table.kind != kind));
                stack.push(view);
            }
            Some(_) | None => *self.tabs.stack_mut() = vec![view],
        }
        self.remember_namespace();
        for (level, text) in notes {
            self.tell(level, text);
        }
    }

    /// The error for a word that means nothing in these places.
    fn unknown(&self, word: &str, places: &[&Place]) -> Error {
        if ["w", "wq", "wq!", "x"].contains(&word) {
            return Error::Invalid(self.in_keys(
                "there is nothing to save here: in the editor {edit-review@view.editor} does it, and a text that was left is kept",
            ));
        }
        if let Some(kinds) = self.several_kinds(word, places) {
            return Error::Invalid(format!("a table shows one kind: type :{kinds}; spyhop get {word} prints them all"));
        }
        if self.context_typed(word).is_some() {
            return Error::Invalid(format!("{word} is a context, not a kind: type :KIND @{word} for what it has"));
        }
        let served = places.first().map(|place| self.served(place.id)).unwrap_or_default();
        let near = hint(word, kinds::words(served).chain(commands::spoken()));
        let silent =
            |place: &&Place| match self.store.answer(&Query::Kinds { at: place.id }).map(|answer| &answer.phase) {
                Some(Phase::Stale(_, error)) => {
                    Some(format!("; {} did not list its kinds: {}", place.name, error.text()))
                }
                Some(Phase::Live | Phase::Loading(_)) | None => None,
            };
        let silent = places.iter().find_map(silent).unwrap_or_default();
        Error::Invalid(format!(
            "there is no kind or command '{word}'{near}{silent}; type : and the first letters, or ? for help"
        ))
    }

    /// The words for several kinds, if a word means several: `pods,svc`, or a category such as `all`.
    fn several_kinds(&self, word: &str, places: &[&Place]) -> Option<String> {
        if word.contains(',') {
            return Some(word.split(',').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" or :"));
        }
        let found = places.iter().find_map(|place| self.found(place.id))?;
        let (_, kinds) = found.categories.iter().find(|(name, _)| *name == word)?;
        Some(kinds.iter().map(|kind| kind.0.name).collect::<Vec<_>>().join(" or :"))
    }

    /// The object from which a computed row was made, under the kind that its source serves.
    pub fn owner_of(&self, object: &Object) -> Result<Id> {
        let unknown = || Error::Unsupported(format!("the source of {} is not known here", object.id.name));
        object.id.kind.stands_for().and_then(|owner| owner(object, self.served(object.id.at))).ok_or_else(unknown)
    }

    /// The object on the server behind a row: the row's own object, or the object from which the row was computed.
    pub fn real(&self, id: Id) -> Result<Id> {
        let row = self.table().and_then(|table| table.selected(&self.store)).filter(|row| row.id == id);
        match row.filter(|row| row.id.kind.stands_for().is_some()) {
            Some(row) => self.owner_of(row),
            None => Ok(id),
        }
    }

    /// The source that answers queries for a kind. `place` is tried before all others.
    pub(super) fn source_of(&self, kind: KindRef, place: Option<&Place>) -> Result<SourceId> {
        match kind.home {
            Home::Program => return Ok(SourceId::PROGRAM),
            Home::Beside => return Ok(place.map_or(SourceId::PROGRAM, |place| place.id)),
            Home::Server | Home::Computed => {}
        }
        let home = self.places.home.and_then(|home| self.place(home));
        let real = self.places.iter().filter(|place| !place.made_up);
        // What measures a place is about that place.
        let measuring = |place: &Place| self.places.iter().find(|other| other.measures.contains(&place.id));
        let here = place.into_iter().chain(home).flat_map(|place| [Some(place), measuring(place)]).flatten();
        let mut places = here.chain(real);
        let place = places.find(|place| kind.is_of(place.family));
        let none = || Error::Invalid("no cluster is connected; :sources lists clusters and engines".to_owned());
        place.map(|place| place.id).ok_or_else(none)
    }

    /// Makes the table of a kind. A kind without namespaces gets a scope without one.
    fn plain_table(&self, at: SourceId, kind: KindRef, mut scope: Scope) -> View {
        if !kind.address.namespaced {
            scope.namespace = None;
        }
        let contexts = self.names_of(at, &scope.others);
        let mut table = Table::new(at, kind, scope).over(contexts);
        table.serve_lenders(|kind, at| self.lender(kind, at));
        self.choose_for(&mut table);
        View::Table(Box::new(table))
    }

    /// The source that has the rows of a lender, for a table of the source `at`.
    pub(super) fn lender(&self, kind: &'static Kind, at: SourceId) -> Option<SourceId> {
        // What is computed no server has to serve.
        if kind.home == Home::Computed {
            return Some(at);
        }
        // Before a source has told its kinds, nobody else is asked in its place.
        let served = &self.found(at)?.kinds;
        let measuring = self.places.iter().find(|place| place.measures.contains(&at));
        // Who may not see what the source has measured sees what is measured elsewhere.
        let is_refused = measuring.is_some() && self.places.refused.contains(&(at, KindRef(kind)));
        match served.iter().any(|served| served.is(kind)) && !is_refused {
            true => Some(at),
            false => measuring.filter(|place| kind.is_of(place.family)).map(|place| place.id),
        }
    }

    /// The names of several sources. They are empty for one source.
    fn names_of(&self, at: SourceId, others: &[SourceId]) -> Contexts {
        let name = |at: &SourceId| Some((*at, self.place(*at)?.name.clone()));
        match others {
            [] => Contexts::default(),
            others => Contexts::new([at].iter().chain(others).filter_map(name).collect()),
        }
    }

    /// Puts a table on top of the stack.
    pub(super) fn push_table(&mut self, at: SourceId, kind: KindRef, scope: Scope) {
        let table = self.plain_table(at, kind, scope);
        self.tabs.stack_mut().push(table);
    }

    /// Puts the table of a link on top of the stack.
    pub(super) fn follow(&mut self, at: SourceId, link: &Link, origin: Str) {
        let kind = kinds::serving(link.kind, self.served(at));
        self.push_from(at, kind, link.scope.clone(), origin);
    }

    /// Puts a table on top of the stack that was reached from the row `origin`.
    pub(super) fn push_from(&mut self, at: SourceId, kind: KindRef, scope: Scope, origin: Str) {
        let mut view = self.plain_table(at, kind, scope);
        if let View::Table(table) = &mut view {
            table.origin = origin;
        }
        self.tabs.stack_mut().push(view);
        self.remember_namespace();
    }

    /// Puts a page about an object on top of the stack.
    pub(super) fn show(&mut self, subject: Subject) {
        let about = self.top().map(|view| view.scopes()).unwrap_or_default();
        let mut page = Page::new(subject);
        page.about = about;
        self.tabs.stack_mut().push(View::Page(Box::new(page)));
    }

    /// Goes to another source and shows its first kind: the pods of a context in its namespace, the containers of an
    /// engine.
    pub fn switch(&mut self, name: &str) -> Result<()> {
        let way = self.first_view(self.find_place(name)?)?;
        self.take_way(way);
        Ok(())
    }

    /// Goes to the demo cluster. The tour starts unless the demo cluster was on the screen before.
    pub(super) fn visit_demo(&mut self) -> Result<()> {
        let place = self.places.iter().find(|place| place.made_up);
        let place = place.ok_or_else(|| Error::Invalid("there is no demo cluster here".to_owned()))?;
        let arrives = self.here().is_none_or(|here| here.id != place.id);
        let way = self.first_view(place)?;
        self.take_way(way);
        if arrives {
            self.start_tour();
        }
        Ok(())
    }

    /// The first view of a place.
    fn first_view(&self, place: &Place) -> Result<Way> {
        let kind = KindRef(place.family.first());
        let scope = self.scope_of(&Opening::default(), &[place.id])?;
        let home = place.family.is_home.then_some(place.id);
        Ok(Way { view: self.plain_table(place.id, kind, scope), home, notes: Vec::new() })
    }

    fn find_place(&self, name: &str) -> Result<&Place> {
        self.places.iter().find(|place| place.name == name).ok_or_else(|| self.no_place(name))
    }

    fn no_place(&self, name: &str) -> Error {
        let names: Vec<&str> = self.places.iter().map(|place| place.name.as_str()).collect();
        let near = hint(name, names.iter().copied());
        Error::Invalid(format!("{}{near}; there are: {}", kinds::USUAL.unknown(name), names.join(", ")))
    }

    /// The place with a name as it was typed. The typed name may start with an `@`.
    fn context_typed(&self, name: &str) -> Option<&Place> {
        let plain = name.strip_prefix('@').unwrap_or(name);
        let called = |name: &str| self.places.iter().find(|place| place.name == name);
        called(name).or_else(|| called(plain))
    }

    /// The contexts of these names: the first one, and the others sorted. The same contexts in any order are then the
    /// same query.
    fn find_contexts(&self, names: &str) -> Result<Vec<&Place>> {
        let places = match names {
            "*" => self.all_contexts(),
            names => {
                let known: Vec<&str> = self.places.iter().map(|place| place.name.as_str()).collect();
                context_names(names, &known).into_iter().map(|name| self.find_place(&name)).collect::<Result<_>>()?
            }
        };
        let Some(first) = places.first() else { return Err(Error::Invalid("@ needs the name of a context".into())) };
        if let Some(odd) = places.iter().find(|place| place.family != first.family) {
            return Err(Error::Invalid(format!("{} and {} cannot share one table", first.name, odd.name)));
        }
        let mut others: Vec<&Place> = places.iter().filter(|place| place.id != first.id).copied().collect();
        others.sort_unstable_by_key(|place| place.id);
        others.dedup_by_key(|place| place.id);
        Ok([*first].into_iter().chain(others).collect())
    }

    /// All contexts of the kubeconfig, the one on the screen first.
    pub(super) fn all_contexts(&self) -> Vec<&Place> {
        let here = self.here().map(|place| place.id);
        let is_context = |place: &&Place| place.family.is_home;
        let is_real = |place: &&Place| is_context(place) && !place.made_up;
        let mut all: Vec<&Place> = self.places.iter().filter(is_real).collect();
        if all.is_empty() {
            all = self.places.iter().filter(is_context).collect();
        }
        all.sort_by_key(|place| Some(place.id) != here);
        all
    }

    /// Shows the kind of the table in another namespace. `None` means all namespaces.
    pub(super) fn use_namespace(&mut self, namespace: Option<Str>) -> Result<()> {
        let Some(table) = self.table() else { return Ok(()) };
        let (at, kind, others) = (table.at, table.kind, table.scope.others.clone());
        if !kind.address.namespaced {
            return Err(Error::Invalid(format!("{} have no namespace", kind.name)));
        }
        let scope = Scope { namespace, others, ..Scope::default() };
        *self.tabs.stack_mut() = vec![self.plain_table(at, kind, scope)];
        self.remember_namespace();
        Ok(())
    }

    fn remember_namespace(&mut self) {
        let Some(table) = self.table() else { return };
        let (at, Some(namespace)) = (table.at, table.scope.namespace.clone()) else { return };
        let recent = self.places.recent.entry(at).or_default();
        recent.retain(|known| *known != namespace);
        recent.insert(0, namespace);
        recent.truncate(9);
    }

    /// The query to which a link leads.
    pub(super) fn query_of(&self, at: SourceId, link: &Link) -> Query {
        Query::List { at, kind: kinds::serving(link.kind, self.served(at)), scope: link.scope.clone() }
    }

    /// The query to which a link leads on a describe page, which needs more of an object than the rows of a table hold.
    pub(super) fn query_in_detail(&self, at: SourceId, link: &Link) -> Option<Query> {
        let served = self.served(at);
        let kind = kinds::serving(link.kind, served);
        // There is no query for a kind that the server does not have.
        let is_there = served.is_empty() || served.contains(&kind);
        let kind = kinds::in_detail(kind);
        is_there.then(|| Query::List { at, kind, scope: link.scope.clone() })
    }

    pub(super) fn back(&mut self) {
        if self.tabs.stack().len() > 1 {
            self.tabs.stack_mut().pop();
        } else if self.tabs.are_several() {
            let told = self.in_keys("nothing to go back to; {close@global} closes the pane");
            self.tell(Level::Info, told);
        } else {
            self.tell(Level::Info, "nothing to go back to; :q quits");
        }
    }

    pub fn selected_id(&self) -> Option<Id> {
        self.top()?.object(&self.store)
    }
}

/// What a word means.
enum Meant<'a> {
    /// One kind, and the places that have it.
    Kind(KindRef, Vec<&'a Place>),
    /// The word is understood only after these queries are answered.
    Asks(Vec<Query>),
}

/// Whether an error asks the user for a login. After the login the query goes out again.
fn is_pending_login(error: &Error) -> bool {
    matches!(error, Error::Login { program, .. } if !program.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{context_names, in_order};

    #[test]
    fn contexts_are_named_one_by_one_whatever_their_names_hold() {
        let known = ["eu", "us", "a,b", "@at", "a"];
        for (names, expected) in [
            ("eu,us", vec!["eu", "us"]),
            ("eu,@us", vec!["eu", "us"]),
            ("a,b", vec!["a,b"]),
            ("us,a,b,eu", vec!["us", "a,b", "eu"]),
            ("a,us", vec!["a", "us"]),
            ("at", vec!["@at"]),
            ("@at,@eu", vec!["@at", "eu"]),
            ("eu,moon,", vec!["eu", "moon"]),
            ("", vec![]),
        ] {
            assert_eq!(context_names(names, &known), expected, "{names}");
        }
    }

    #[test]
    fn several_namespaces_have_one_order() {
        assert_eq!(in_order("shop,pay,shop"), "pay,shop");
        assert_eq!(in_order("shop,"), "shop");
    }
}
