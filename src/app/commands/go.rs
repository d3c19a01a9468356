//! Commands that go from one view to another.

use crate::app::view::{Subject, Table, View};
use crate::app::{Effect, Level, State};
use crate::kinds;
use crate::kinds::program::itself::NO_MORE;
use crate::model::{Enter, Error, Id, KindRef, Object, Result, Scope, Str, text};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

fn none_selected() -> Error {
    Error::Invalid("no object is selected".to_owned())
}

fn selected(state: &State) -> Result<(&Table, &Object)> {
    let table = state.table().ok_or_else(none_selected)?;
    let object = table.selected(&state.store).ok_or_else(none_selected)?;
    Ok((table, object))
}

pub fn enter(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if state.page().is_some() {
        return NOTHING;
    }
    let (_, object) = selected(state)?;
    let (id, kind) = (object.id.clone(), object.id.kind);
    match kind.enter {
        Enter::Link(link) => match link(object) {
            Some(link) => state.follow(id.at, &link, (kind.naming.called)(object)),
            None => state.show(Subject::Describe(id)),
        },
        Enter::Log => return super::logs::open(state, ""),
        Enter::Source => state.switch(&id.name)?,
        Enter::Kind => return super::names::enter(state),
        Enter::Session | Enter::Forward => return super::sessions::enter(state),
        Enter::Nothing => return Err(Error::Unsupported(NO_MORE.to_owned())),
    }
    NOTHING
}

pub fn describe(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let id = state.selected_id().ok_or_else(none_selected)?;
    replace_page(state, Subject::Describe(id));
    NOTHING
}

pub fn yaml(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let id = state.real(state.selected_id().ok_or_else(none_selected)?)?;
    show_yaml(state, id, false);
    NOTHING
}

/// Shows a text that the object holds.
fn extract(state: &mut State, name: &'static str) -> Result<Vec<Effect>> {
    let id = state.selected_id().ok_or_else(none_selected)?;
    replace_page(state, Subject::Extract { id, against: None, name, decoded: false });
    NOTHING
}

/// Compares an object with the one before it, or two marked objects with each other.
pub fn diff(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    const NAME: &str = "diff";
    let table = state.table().filter(|table| table.marks.len() > 1);
    let Some(mut marked) = table.map(|table| table.chosen(&state.store)) else { return extract(state, NAME) };
    // In the order of their numbers, whatever the order of the rows.
    marked.sort_by_key(|id| (id.name.len(), id.name.clone()));
    let extract = marked.first().and_then(|id| id.kind.description.extract(NAME));
    match (extract, marked.as_slice()) {
        (Some(extract), [from, to]) if extract.between(from, to).is_some() => {
            let (id, against) = (to.clone(), Some(from.clone()));
            replace_page(state, Subject::Extract { id, against, name: NAME, decoded: false });
            NOTHING
        }
        _ => Err(Error::Invalid("only two revisions of one release can be compared: mark these two".to_owned())),
    }
}

pub fn drift(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    extract(state, "drift")
}

pub fn values(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    extract(state, "values")
}

pub fn all_values(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    extract(state, "all-values")
}

pub fn manifest(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    extract(state, "manifest")
}

pub fn notes(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    extract(state, "notes")
}

pub fn hooks(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    extract(state, "hooks")
}

/// Shows an object as YAML. `decoded` shows the values of a secret.
pub fn show_yaml(state: &mut State, id: Id, decoded: bool) {
    replace_page(state, Subject::Yaml { id, managed_fields: false, decoded });
}

/// Shows a page in place of the page of an object: switching between YAML and describe never makes the stack higher.
fn replace_page(state: &mut State, subject: Subject) {
    if state.page().is_some_and(|page| page.id().is_some()) {
        state.tabs.stack_mut().pop();
    }
    state.show(subject);
}

pub fn back(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    match state.top_mut().filter(|view| view.is_narrowed()) {
        Some(view) => view.widen()?,
        None => state.back(),
    }
    NOTHING
}

fn again(state: &mut State, at: usize) -> Result<Vec<Effect>> {
    let Some(line) = state.history.commands.get(at).cloned() else {
        state.tell(Level::Info, "there is no earlier command yet");
        return NOTHING;
    };
    state.history.at = at;
    Ok(state.speak(&line))
}

pub fn history_back(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let at = state.history.at.checked_sub(1);
    again(state, at.unwrap_or(usize::MAX))
}

pub fn history_forward(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    again(state, state.history.at + 1)
}

pub fn last(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let newest = state.history.commands.len().wrapping_sub(1);
    let at = if state.history.at == newest { newest.wrapping_sub(1) } else { newest };
    again(state, at)
}

pub fn namespace(state: &mut State, digit: &str) -> Result<Vec<Effect>> {
    let namespace = match digit {
        "0" => None,
        _ => {
            let names = state.favourites();
            let at = digit.parse::<usize>().unwrap_or(0).wrapping_sub(1);
            let name = names.get(at).cloned();
            Some(name.ok_or_else(|| {
                Error::Invalid(format!("no {digit} yet: {} used so far", text::counted(names.len(), "namespace")))
            })?)
        }
    };
    state.use_namespace(namespace).and(NOTHING)
}

pub fn warp(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (table, object) = selected(state)?;
    let (namespace, kind) = (object.id.namespace.clone(), table.kind.name);
    if table.scope.namespace.as_ref() == Some(&namespace) && table.origin.is_empty() {
        let all = state.in_keys("{namespace 0} shows all namespaces");
        let told = format!("these are the {kind} of {namespace} already; {all}");
        state.tell(Level::Info, told);
        return NOTHING;
    }
    state.use_namespace(Some(namespace)).and(NOTHING)
}

pub fn use_row(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (table, object) = selected(state)?;
    let (at, name) = (object.id.at, object.id.name.clone());
    let first = object.id.kind.family.first().name;
    // Where the table shows several contexts, the context of the row is taken.
    let context = (!table.contexts.is_empty()).then(|| table.contexts.name(at).to_owned());
    state.tell(Level::Info, format!("namespace {name}"));
    state.open(&crate::app::Opening {
        kind: first.into(),
        namespace: Some(name.to_string()),
        context,
        ..Default::default()
    })?;
    NOTHING
}

/// Opens a table that shows only one object of a kind.
fn jump(state: &mut State, kind: KindRef, namespace: Option<Str>, name: &str) -> Result<Vec<Effect>> {
    let (at, origin) = {
        let (_, object) = selected(state)?;
        (object.id.at, (object.id.kind.naming.called)(object))
    };
    state.push_from(at, kind, Scope { namespace, ..Scope::default() }.named(name), origin);
    NOTHING
}

pub fn node(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (table, object) = selected(state)?;
    let shown = table.kind.column("NODE").and_then(|i| object.cells.get(i)).map(|cell| cell.to_text(state.now));
    let name = shown.filter(|name| !name.is_empty() && name != "<none>");
    let name = name.ok_or_else(|| Error::Invalid(format!("{} is not on a node yet", object.id.name)))?;
    jump(state, KindRef(&kinds::kube::nodes::KIND), None, &name)
}

pub fn twin(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.seek_twin().and(NOTHING)
}

pub fn owner(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (_, object) = selected(state)?;
    let owner = object.owner.split_once('/');
    let (word, name) = owner.ok_or_else(|| Error::Invalid(format!("{} has no owner", object.id.name)))?;
    let (word, name) = (word.to_owned(), name.to_owned());
    let namespace = object.id.namespace.clone();
    let at = object.id.at;
    let kind = kinds::find_owner(&word, state.served(at))
        .ok_or_else(|| Error::Unsupported(format!("the server has no {word}")))?;
    let namespace = kind.address.namespaced.then_some(namespace);
    jump(state, kind, namespace, &name)
}

impl State {
    /// The namespaces of the digit keys: the context's own, then those used lately.
    pub fn favourites(&self) -> Vec<Str> {
        let Some(place) = self.here() else { return Vec::new() };
        let recent = self.places.recent.get(&place.id).map(Vec::as_slice).unwrap_or_default();
        let mut all: Vec<Str> = vec![place.namespace.clone()];
        all.extend(recent.iter().filter(|name| **name != place.namespace).cloned());
        all.truncate(9);
        all
    }

    /// The names of known namespaces, for completion.
    pub fn namespaces(&self) -> Vec<String> {
        let listed = self.here().and_then(|place| {
            let kind = KindRef(place.family.namespaces?);
            let query = crate::model::Query::List { at: place.id, kind, scope: Scope::default() };
            self.store.answer(&query)
        });
        let listed = listed.into_iter().flat_map(|answer| answer.objects()).map(|object| object.id.name.to_string());
        let seen = self.answer().into_iter().flat_map(|answer| answer.objects()).map(|o| o.id.namespace.to_string());
        let used = self.favourites().into_iter().map(|name| name.to_string());
        let mut all: Vec<String> = listed.chain(seen.take(10_000)).chain(used).chain(["all".to_owned()]).collect();
        all.sort();
        all.dedup();
        all.retain(|name| !name.is_empty());
        all
    }

    /// The topmost table of the stack. Below a page it lists the object of the page.
    pub fn below(&self) -> Option<&Table> {
        self.tabs.stack().iter().rev().find_map(View::table)
    }
}
