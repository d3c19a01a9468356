//! From one view to another.

use crate::app::view::{Subject, Table, View};
use crate::app::{Effect, Level, State};
use crate::kinds;
use crate::model::{Error, Id, KindRef, Object, Opens, Result, Scope, Str};

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
    let (table, object) = selected(state)?;
    if [super::sessions::KIND, super::sessions::FORWARDS].contains(&table.kind.name) {
        return super::sessions::enter(state);
    }
    if table.kind.name == super::names::KIND {
        return super::names::enter(state);
    }
    if table.kind.name == super::sources::KIND {
        return super::sources::enter(state);
    }
    if table.kind.name == crate::app::own::KIND {
        return Err(own_row());
    }
    if table.kind.name == "contexts" {
        let name = object.id.name.clone();
        return state.switch(&name).and(NOTHING);
    }
    match (object.id.kind.link)(object) {
        Some(link) => {
            let (at, origin) = (object.id.at, kinds::mesh::called(object));
            state.follow(at, &link, origin)?;
        }
        None => match object.id.kind.opens {
            Opens::Description => state.show(Subject::Describe(object.id.clone())),
            Opens::Log => return super::logs::open(state, ""),
        },
    }
    NOTHING
}

fn own_row() -> Error {
    Error::Unsupported("this row has no more to show; :wide shows more columns".into())
}

fn subject_id(state: &State) -> Result<Id> {
    let id = state.selected_id().ok_or_else(none_selected)?;
    match id.kind.name {
        super::sessions::KIND | super::sessions::FORWARDS => {
            Err(Error::Unsupported("a session has no details; Enter opens it".into()))
        }
        super::names::KIND => {
            Err(Error::Unsupported("a kind is all that this row says; Enter lists its objects".into()))
        }
        crate::app::own::KIND => Err(own_row()),
        super::sources::KIND => Err(Error::Unsupported("a source has no details; Enter goes there".into())),
        "contexts" => Err(Error::Unsupported("a context is an entry of your kubeconfig; it has no details".into())),
        _ => Ok(id),
    }
}

pub fn describe(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let id = subject_id(state)?;
    replace_page(state, Subject::Describe(id));
    NOTHING
}

pub fn yaml(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let id = state.real(subject_id(state)?)?;
    show_yaml(state, id, false);
    NOTHING
}

/// An object as YAML; `decoded` shows the values of a secret.
pub fn show_yaml(state: &mut State, id: Id, decoded: bool) {
    replace_page(state, Subject::Yaml { id, managed_fields: false, decoded });
}

/// From YAML to describe and back without piling up pages.
fn replace_page(state: &mut State, subject: Subject) {
    if state.page().is_some_and(|page| page.id().is_some()) {
        state.stack.pop();
    }
    state.show(subject);
}

pub fn back(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let filtered = state.table().is_some_and(|table| !table.filter.is_empty() || table.faults);
    let sifted = state.top().and_then(View::log).is_some_and(|log| log.sieve.is_some());
    let searched = state.page().is_some_and(|page| page.search.is_some());
    if filtered {
        state.filter("")?;
        if let Some((table, _)) = state.table_mut() {
            table.show_faults(false);
        }
    } else if sifted {
        state.sift("")?;
    } else if searched {
        if let Some(page) = state.page_mut() {
            page.search = None;
        }
    } else {
        state.back();
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
            Some(name.ok_or_else(|| Error::Invalid(format!("no {digit} yet: {} namespaces used so far", names.len())))?)
        }
    };
    state.use_namespace(namespace).and(NOTHING)
}

pub fn warp(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (table, object) = selected(state)?;
    let (namespace, kind) = (object.id.namespace.clone(), table.kind.name);
    if table.scope.namespace.as_ref() == Some(&namespace) && table.origin.is_empty() {
        let all = state.keymap.key_for(&["view.table"], "namespace 0").unwrap_or("0");
        let told = format!("these are the {kind} of {namespace} already; {all} shows all namespaces");
        state.tell(Level::Info, told);
        return NOTHING;
    }
    state.use_namespace(Some(namespace)).and(NOTHING)
}

pub fn use_row(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (table, object) = selected(state)?;
    let (at, name) = (object.id.at, object.id.name.clone());
    // Among several contexts, the row's own.
    let context = (!table.contexts.is_empty()).then(|| table.contexts.name(at).to_owned());
    state.tell(Level::Info, format!("namespace {name}"));
    state.open(&crate::app::Opening {
        kind: "pods".into(),
        namespace: Some(name.to_string()),
        context,
        ..Default::default()
    })?;
    NOTHING
}

/// Jumps to one object of a kind: a table of just that object.
fn jump(state: &mut State, kind: KindRef, namespace: Option<Str>, name: &str) -> Result<Vec<Effect>> {
    let (at, origin) = {
        let (_, object) = selected(state)?;
        (object.id.at, kinds::mesh::called(object))
    };
    state.push_from(at, kind, Scope { namespace, ..Scope::default() }.named(name), origin);
    NOTHING
}

pub fn node(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let (table, object) = selected(state)?;
    let shown = table.kind.column("NODE").and_then(|i| object.cells.get(i)).map(|cell| cell.to_text(state.now));
    let name = shown.filter(|name| !name.is_empty() && name != "<none>");
    let name = name.ok_or_else(|| Error::Invalid(format!("{} is not on a node yet", object.id.name)))?;
    let nodes = kinds::named("nodes").ok_or_else(|| Error::Unsupported("nodes are not available here".to_owned()))?;
    jump(state, nodes, None, &name)
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
    /// Namespaces for the digits: the context's own, then those used lately.
    pub fn favourites(&self) -> Vec<Str> {
        let Some(place) = self.here() else { return Vec::new() };
        let recent = self.places.recent.get(&place.id).map(Vec::as_slice).unwrap_or_default();
        let mut all: Vec<Str> = vec![place.namespace.clone()];
        all.extend(recent.iter().filter(|name| **name != place.namespace).cloned());
        all.truncate(9);
        all
    }

    /// Names of namespaces that are known, for completion.
    pub fn namespaces(&self) -> Vec<String> {
        let listed = kinds::named("namespaces").zip(self.here()).and_then(|(kind, place)| {
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

    /// The table that lists the subject of the top view, for pages.
    pub fn below(&self) -> Option<&Table> {
        self.stack.iter().rev().find_map(View::table)
    }
}
