//! From a typed line to a view: `:KIND [NS] [/FILTER] [k=v] [@CTX]`, parts in any order, as in k9s; `@A,@B` and `@*` for
//! one table over several contexts.

use super::view::{Contexts, Page, Subject, Table};
use super::{Effect, Level, Place, State, View, commands};
use crate::kinds;
use crate::model::{Error, Id, KindRef, Link, Object, Query, Result, Scope, SourceId, Str};

/// The parts of a line that opens a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    pub kind: String,
    pub namespace: Option<String>,
    pub filter: Option<String>,
    pub labels: Option<String>,
    /// Several stand with commas between, each with or without its `@`; `*` is all of them.
    pub context: Option<String>,
}

impl Opening {
    /// Takes a line apart; quotes keep spaces together.
    pub fn parse(line: &str) -> Self {
        let mut opening = Self::default();
        let (line, filter) = match line.find(" /") {
            Some(at) => (&line[..at], Some(line[at + 2..].trim().to_owned())),
            None => (line, None),
        };
        opening.filter = filter;
        for (i, word) in words(line).into_iter().enumerate() {
            match word.as_str() {
                _ if i == 0 => opening.kind = word,
                "-n" => {}
                _ if word.starts_with('@') => {
                    let before = opening.context.map(|before| format!("{before},")).unwrap_or_default();
                    opening.context = Some(before + &word[1..]);
                }
                _ if word.starts_with("-f") => opening.filter = Some(word),
                _ if opening.filter.as_deref() == Some("-f") => opening.filter = Some(format!("-f {word}")),
                _ if names_several(&word) => opening.namespace = Some(word),
                _ if word.contains(['=', '(', '!', ',']) => opening.labels = Some(word),
                _ => opening.namespace = Some(word),
            }
        }
        opening
    }
}

/// `shop,platform`: namespaces, not keys of labels.
fn names_several(word: &str) -> bool {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    word.contains(',') && word.split(',').all(is_name)
}

/// Several namespaces in one order, so that the same ones are the same question.
fn in_order(names: &str) -> Str {
    let mut names: Vec<&str> = names.split(',').collect();
    names.sort_unstable();
    names.dedup();
    names.join(",").into()
}

/// The names in `eu,@us`. Names with a comma, or with an `@` at the front, are found where there are such contexts.
pub fn context_names(names: &str, known: &[&str]) -> Vec<String> {
    let pieces: Vec<&str> = names.split(',').collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let joined = |end: usize| pieces[at..end].join(",");
        let is_known = |name: &String| known.contains(&name.as_str());
        // As it stands, with the sign that was taken off the word, or without the sign.
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

fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (' ', None) => words.push(String::new()),
            (c, _) => words.last_mut().into_iter().for_each(|word| word.push(c)),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

impl State {
    /// Does what a typed line says: opens a kind, or runs a command.
    pub(super) fn speak(&mut self, line: &str) -> Vec<Effect> {
        let first = line.split(' ').next().unwrap_or_default();
        if self.find_kind(first).is_none() && commands::is_spoken(first) {
            return commands::run(self, line);
        }
        let opening = Opening::parse(line);
        let kinds_are_known = self.here().is_none_or(|place| !self.served(place.id).is_empty());
        if self.find_kind(first).is_none() && opening.context.is_none() && !kinds_are_known {
            self.tell(Level::Info, format!("asking the server what '{first}' is"));
            self.asked = Some(line.to_owned());
            return Vec::new();
        }
        let result = self.open(&opening);
        self.settle_result(result);
        Vec::new()
    }

    /// Goes on with a line that waited for the server's kinds.
    pub(super) fn answer_asked(&mut self) -> Vec<Effect> {
        match self.asked.take() {
            Some(line) => self.speak(&line),
            None => Vec::new(),
        }
    }

    pub fn find_kind(&self, word: &str) -> Option<KindRef> {
        let here = self.here();
        let served = here.map(|place| self.served(place.id)).unwrap_or_default();
        kinds::find_in(here.map_or(kinds::kube::FAMILY, |place| place.family), word, served)
    }

    /// A kind by the name that a source of its family has for it.
    fn kind_at(&self, at: SourceId, name: &str) -> Option<KindRef> {
        let family = self.place(at).map_or(kinds::kube::FAMILY, |place| place.family);
        kinds::find_in(family, name, self.served(at))
    }

    /// Opens the view that a line asks for, as the only one on the stack.
    pub fn open(&mut self, opening: &Opening) -> Result<()> {
        let contexts = opening.context.as_deref().map(|names| self.find_contexts(names)).transpose()?;
        if let Some((first, _)) = &contexts {
            self.go_to_place(first.clone())?;
        }
        let kind = self.find_kind(&opening.kind).ok_or_else(|| Self::unknown(&opening.kind))?;
        if opening.namespace.is_some() && kind.name == "contexts" {
            return self.switch(opening.namespace.as_deref().unwrap_or_default());
        }
        if let (Some(name), "namespaces") = (&opening.namespace, kind.name) {
            return self.open(&Opening { kind: "pods".into(), namespace: Some(name.clone()), ..opening.clone() });
        }
        let at = self.source_of(kind)?;
        let others = contexts.map(|(_, others)| others).unwrap_or_default();
        let are_served = is_served(kind) && self.here().is_some_and(|here| here.id == at);
        if !others.is_empty() && !are_served {
            return Err(Error::Unsupported(format!("{} are not something that several contexts have", kind.name)));
        }
        let mut scope = match self.place(at) {
            Some(place) if self.here().is_some_and(|here| here.id != at) => Scope::namespace(place.namespace.clone()),
            _ => self.scope_here(),
        };
        match opening.namespace.as_deref() {
            Some("all" | "*") => scope.namespace = None,
            Some(names) => scope.namespace = Some(in_order(names)),
            None => {}
        }
        if let Some(labels) = &opening.labels {
            scope.labels = labels.as_str().into();
        }
        scope.others = others.into();
        let view = self.plain_table(at, kind, scope);
        match kind.name {
            // Beside what one looks at, which goes on.
            super::own::KIND => {
                self.stack.retain(|view| view.table().is_none_or(|table| table.kind != kind));
                self.stack.push(view);
            }
            _ => self.stack = vec![view],
        }
        self.remember_namespace();
        match &opening.filter {
            Some(filter) => Ok(self.filter(filter)?),
            None => Ok(()),
        }
    }

    fn unknown(word: &str) -> Error {
        Error::Invalid(format!("nothing here is called '{word}'; type : and the first letters, or ? for help"))
    }

    /// The object that a computed row comes from, as its source serves it.
    pub fn owner_of(&self, object: &Object) -> Result<Id> {
        let unknown = || Error::Unsupported(format!("what {} comes from is not known here", object.id.name));
        kinds::mesh::owner(object, self.served(object.id.at)).ok_or_else(unknown)
    }

    /// What stands on a server for a row: the row's own object, or that which it was computed from.
    pub fn real(&self, id: Id) -> Result<Id> {
        let row = self.table().and_then(|table| table.selected(&self.store)).filter(|row| row.id == id);
        match row.filter(|row| kinds::mesh::is_computed(row.id.kind)) {
            Some(row) => self.owner_of(row),
            None => Ok(id),
        }
    }

    fn source_of(&self, kind: KindRef) -> Result<SourceId> {
        if matches!(kind.name, "contexts" | super::commands::sources::KIND) {
            return Ok(SourceId(0));
        }
        if kind.name == super::own::KIND {
            return Ok(self.here().map_or(SourceId(0), |place| place.id));
        }
        let home = self.home.and_then(|home| self.place(home));
        let real = self.places.iter().filter(|place| !place.made_up);
        let mut places = self.here().into_iter().chain(home).chain(real);
        let is_engine = |family: &str| family == kinds::docker::FAMILY;
        let place = places.find(|place| is_engine(place.family) == is_engine(kind.family));
        let none = || Error::Invalid("there is no cluster to show this of; :sources lists what there is".to_owned());
        place.map(|place| place.id).ok_or_else(none)
    }

    /// A table of a kind, in a scope that fits it.
    fn plain_table(&self, at: SourceId, kind: KindRef, mut scope: Scope) -> View {
        if !kind.address.namespaced {
            scope.namespace = None;
        }
        let contexts = self.names_of(at, &scope.others);
        let mut table = Table::new(at, kind, scope).over(contexts);
        table.serve_lender(self.served(at));
        View::Table(Box::new(table))
    }

    /// The names of several sources; nothing for one.
    fn names_of(&self, at: SourceId, others: &[SourceId]) -> Contexts {
        let name = |at: &SourceId| Some((*at, self.place(*at)?.name.clone()));
        match others {
            [] => Contexts::default(),
            others => Contexts::new([at].iter().chain(others).filter_map(name).collect()),
        }
    }

    /// A table on top of the present view.
    pub(super) fn push_table(&mut self, at: SourceId, kind: KindRef, scope: Scope) {
        let table = self.plain_table(at, kind, scope);
        self.stack.push(table);
    }

    /// Follows a link: a view on top of the present one.
    pub(super) fn follow(&mut self, at: SourceId, link: &Link, origin: Str) -> Result<()> {
        let kind = self.kind_at(at, link.kind).ok_or_else(|| Self::unknown(link.kind))?;
        let View::Table(mut table) = self.plain_table(at, kind, link.scope.clone()) else { return Ok(()) };
        table.origin = origin;
        self.stack.push(View::Table(table));
        self.remember_namespace();
        Ok(())
    }

    /// Shows a page about an object.
    pub(super) fn show(&mut self, subject: Subject) {
        let about = self.top().map(View::scopes).unwrap_or_default();
        let mut page = Page::new(subject);
        page.about = about;
        self.stack.push(View::Page(Box::new(page)));
    }

    /// Goes to another context: its pods, in its namespace; or to an engine: its containers.
    pub fn switch(&mut self, name: &str) -> Result<()> {
        self.go_to(name)?;
        self.open_first()
    }

    /// Goes to the demo cluster, and begins the tour where it is not being looked at yet.
    pub(super) fn visit_demo(&mut self) -> Result<()> {
        let place = self.places.iter().find(|place| place.made_up).cloned();
        let place = place.ok_or_else(|| Error::Invalid("there is no demo cluster here".to_owned()))?;
        let arrives = self.here().is_none_or(|here| here.id != place.id);
        self.go_to_place(place)?;
        self.open_first()?;
        if arrives {
            self.start_tour();
        }
        Ok(())
    }

    fn open_first(&mut self) -> Result<()> {
        let first = self.here().map_or("pods", |place| first_kind(place.family));
        self.open(&Opening { kind: first.into(), ..Opening::default() })
    }

    fn go_to(&mut self, name: &str) -> Result<()> {
        let place = self.find_place(name)?.clone();
        self.go_to_place(place)
    }

    fn find_place(&self, name: &str) -> Result<&Place> {
        self.places.iter().find(|place| place.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.places.iter().map(|place| place.name.as_str()).collect();
            Error::Invalid(format!("no context is called '{name}'; there are: {}", names.join(", ")))
        })
    }

    /// The first of some contexts, and the others in one order, so that the same ones are the same question.
    fn find_contexts(&self, names: &str) -> Result<(Place, Vec<SourceId>)> {
        let places = match names {
            "*" => self.all_contexts(),
            names => {
                let known: Vec<&str> = self.places.iter().map(|place| place.name.as_str()).collect();
                context_names(names, &known).into_iter().map(|name| self.find_place(&name)).collect::<Result<_>>()?
            }
        };
        let Some(first) = places.first() else { return Err(Error::Invalid("@ wants the name of a context".into())) };
        if let Some(odd) = places.iter().find(|place| place.family != first.family) {
            return Err(Error::Invalid(format!("{} and {} do not fit into one table", first.name, odd.name)));
        }
        let mut others: Vec<SourceId> = places.iter().map(|place| place.id).filter(|at| *at != first.id).collect();
        others.sort_unstable();
        others.dedup();
        Ok(((*first).clone(), others))
    }

    /// The contexts of the kubeconfig, beginning with the one that is looked at.
    fn all_contexts(&self) -> Vec<&Place> {
        let here = self.here().map(|place| place.id);
        let is_context = |place: &&Place| place.family == kinds::kube::FAMILY;
        let is_real = |place: &&Place| is_context(place) && !place.made_up;
        let mut all: Vec<&Place> = self.places.iter().filter(is_real).collect();
        if all.is_empty() {
            all = self.places.iter().filter(is_context).collect();
        }
        all.sort_by_key(|place| Some(place.id) != here);
        all
    }

    fn go_to_place(&mut self, place: Place) -> Result<()> {
        if self.here().is_some_and(|here| here.id == place.id) {
            return Ok(());
        }
        if place.family == kinds::kube::FAMILY {
            self.home = Some(place.id);
        }
        let first = first_kind(place.family);
        let kind = kinds::named_in(place.family, first).ok_or_else(|| Self::unknown(first))?;
        let scope = Scope { namespace: Some(place.namespace), ..Scope::default() };
        self.stack = vec![self.plain_table(place.id, kind, scope)];
        Ok(())
    }

    /// Shows the same kind in another namespace, `None` for all.
    pub(super) fn use_namespace(&mut self, namespace: Option<Str>) -> Result<()> {
        let Some(table) = self.table() else { return Ok(()) };
        let (at, kind, others) = (table.at, table.kind, table.scope.others.clone());
        if !kind.address.namespaced {
            return Err(Error::Invalid(format!("{} do not live in namespaces", kind.name)));
        }
        let scope = Scope { namespace, others, ..Scope::default() };
        self.stack = vec![self.plain_table(at, kind, scope)];
        self.remember_namespace();
        Ok(())
    }

    fn remember_namespace(&mut self) {
        let Some(table) = self.table() else { return };
        let (at, Some(namespace)) = (table.at, table.scope.namespace.clone()) else { return };
        let recent = self.recent.entry(at).or_default();
        if !recent.contains(&namespace) {
            recent.insert(0, namespace);
            recent.truncate(9);
        }
    }

    /// The query that a link leads to.
    pub(super) fn query_of(&self, at: SourceId, link: &Link) -> Option<Query> {
        let kind = self.kind_at(at, link.kind)?;
        Some(Query::List { at, kind, scope: link.scope.clone() })
    }

    pub(super) fn back(&mut self) {
        if self.stack.len() > 1 {
            self.stack.pop();
        } else {
            self.tell(Level::Info, "this is the first view; :q quits");
        }
    }

    pub fn selected_id(&self) -> Option<Id> {
        match self.top()? {
            View::Start | View::Log(_) | View::Terminal(_) => None,
            View::Editor(editor) => Some(editor.id.clone()),
            View::Table(table) => table.selected(&self.store).map(|object| object.id.clone()),
            View::Page(page) => page.id().cloned(),
        }
    }
}

/// Whether a server answers for a kind; the others are about this program and its files.
fn is_served(kind: KindRef) -> bool {
    use super::commands::{sessions, sources};
    !["contexts", sessions::KIND, sources::KIND, super::own::KIND].contains(&kind.name)
}

/// What one looks at first.
fn first_kind(family: &str) -> &'static str {
    if family == kinds::docker::FAMILY { "containers" } else { "pods" }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn lines_open_views_as_in_k9s() {
        let parse = Opening::parse;
        assert_eq!(parse("po").kind, "po");
        assert_eq!(parse("po shop").namespace.as_deref(), Some("shop"));
        assert_eq!(parse("po -n shop").namespace.as_deref(), Some("shop"));
        let all = parse("deploy app=web,tier!=x @prod shop /web 1");
        assert_eq!(all.labels.as_deref(), Some("app=web,tier!=x"));
        assert_eq!(all.context.as_deref(), Some("prod"));
        assert_eq!(parse("po @eu,@us shop").context.as_deref(), Some("eu,@us"));
        assert_eq!(parse("po @eu @us").context.as_deref(), Some("eu,us"));
        assert_eq!(parse("po all @*").context.as_deref(), Some("*"));
        assert_eq!(all.namespace.as_deref(), Some("shop"));
        assert_eq!(all.filter.as_deref(), Some("web 1"));
        assert_eq!(parse("po shop,platform").namespace.as_deref(), Some("shop,platform"));
        assert_eq!(parse("po shop,platform").labels, None);
        assert_eq!(parse("po a,b.io/c").labels.as_deref(), Some("a,b.io/c"));
        assert_eq!(in_order("shop,pay,shop"), "pay,shop");
        assert_eq!(parse("po 'k in (a, b)'").labels.as_deref(), Some("k in (a, b)"));
        assert_eq!(parse("po -f wb").filter.as_deref(), Some("-f wb"));
        assert_eq!(parse("po -fwb").filter.as_deref(), Some("-fwb"));
    }
}
