//! The first rows of lists as they last were, kept on the disk for the next start. They are shown with their age until
//! the server has sent the new ones. Only what a table can show is kept: never the values of a Secret.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Answer, Effect, GRACE, Phase, Place, State};
use crate::kinds;
use crate::model::{
    Cell, Door, Error, Health, Id, KindRef, Link, Object, Query, Result, Scope, SourceId, Str, Time, Uid, human,
    natural,
};

/// The most rows that are kept of one list: more than any screen shows.
const MOST: usize = 500;
/// How long the program waits for the server before it shows the kept rows, in milliseconds. With a fast server, grey
/// rows would only flash up.
const PATIENCE: i64 = 150;

/// The identity of a list: everything on which its rows depend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    pub context: Str,
    server: Str,
    user: Str,
    kind: String,
    namespace: Option<Str>,
    /// The titles of the columns: another version of the program may have others.
    columns: Vec<String>,
}

impl Listing {
    /// A key for the list that hardly two lists share.
    pub fn key(&self) -> String {
        let namespace = self.namespace.as_deref().unwrap_or("*");
        [&self.server, &self.user, self.kind.as_str(), namespace].join("\n")
    }
}

/// The rows of a list as they were at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    pub of: Listing,
    /// Milliseconds since the epoch.
    at: i64,
    rows: Vec<StoredRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredRow {
    namespace: Str,
    name: Str,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    part: Str,
    uid: Str,
    health: Health,
    cells: Vec<Cell>,
    labels: Str,
    owner: Str,
    link: Option<Way>,
}

/// The link that Enter follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    kind: String,
    namespace: Option<Str>,
    labels: Str,
    fields: Str,
    owner: Str,
}

impl StoredRow {
    fn new(object: &Object) -> Self {
        Self {
            namespace: object.id.namespace.clone(),
            name: object.id.name.clone(),
            part: object.id.part.clone(),
            uid: Str::from(&object.uid),
            health: object.health,
            cells: object.cells.to_vec(),
            labels: object.labels.clone(),
            owner: object.owner.clone(),
            link: object.link.as_deref().map(Way::new),
        }
    }

    fn object(self, at: SourceId, kind: KindRef) -> Object {
        Object {
            id: Id { at, kind, namespace: self.namespace, name: self.name, part: self.part },
            uid: Uid::from(self.uid.as_str()),
            health: self.health,
            cells: self.cells.into(),
            labels: self.labels,
            owner: self.owner,
            link: self.link.and_then(Way::link).map(Box::new),
        }
    }
}

impl Way {
    fn new(link: &Link) -> Self {
        let Scope { namespace, labels, fields, owner, .. } = link.scope.clone();
        Self { kind: link.kind.name.to_owned(), namespace, labels, fields, owner }
    }

    fn link(self) -> Option<Link> {
        let Self { kind, namespace, labels, fields, owner } = self;
        let kind = kinds::named(&kind)?;
        Some(Link { kind, scope: Scope { namespace, labels, fields, owner, ..Scope::default() } })
    }
}

impl Remembered {
    fn new(of: Listing, at: Time, kind: KindRef, answer: &Answer) -> Self {
        let mut objects: Vec<&Object> = answer.objects().collect();
        let order = |a: &&Object, b: &&Object| at_first(kind, a, b);
        if objects.len() > MOST {
            objects.select_nth_unstable_by(MOST, order);
            objects.truncate(MOST);
        }
        Self { of, at: at.0, rows: objects.into_iter().map(StoredRow::new).collect() }
    }

    /// The time of the rows, and the rows as objects of the query.
    pub fn objects(self, query: &Query) -> Option<(Time, Vec<Object>)> {
        let Query::List { at, kind, .. } = query else { return None };
        let rows = self.rows.into_iter().map(|row| row.object(*at, *kind));
        Some((Time(self.at), rows.collect()))
    }
}

/// The order of two rows in a table that was just opened.
fn at_first(kind: KindRef, a: &Object, b: &Object) -> Ordering {
    let own = || natural(&a.id.name, &b.id.name).then_with(|| natural(&a.id.part, &b.id.part));
    let path = || a.id.namespace.cmp(&b.id.namespace).then_with(own);
    let Some((column, descending)) = kind.presentation.sort.and_then(|(title, down)| Some((kind.column(title)?, down)))
    else {
        return path();
    };
    let order = a.cells.get(column).unwrap_or(&Cell::None).order(b.cells.get(column).unwrap_or(&Cell::None));
    if descending { order.reverse() } else { order }.then_with(path)
}

impl State {
    /// The identity of the list that a query asks for, if its rows may be kept. They may be kept for a whole kind that
    /// is built in, in one context.
    fn listing(&self, query: &Query) -> Option<Listing> {
        let Query::List { at, kind, scope } = query else { return None };
        let place = self.place(*at)?;
        let plain = Scope { namespace: scope.namespace.clone(), ..Scope::default() };
        let is_read = matches!(kind.door, Door::Lens(_) | Door::Json(_));
        let listed = kind.family.remembers && is_read && kinds::named(kind.name) == Some(*kind);
        // Figures of use are true only for a moment.
        let figures = kinds::all().any(|other| other.presentation.lenders.iter().any(|lender| kind.is(lender.kind)));
        let may = !place.made_up && self.policy.remembers(*at);
        (*scope == plain && listed && !figures && may).then(|| Listing {
            context: place.name.clone(),
            server: place.server.clone(),
            user: place.user.clone(),
            kind: kind.name.to_owned(),
            namespace: scope.namespace.clone(),
            columns: kind.columns.iter().map(|column| column.title.to_string()).collect(),
        })
    }

    /// The list on the screen if it has no rows yet, and the time at which the kept rows shall be shown.
    fn lacking(&self) -> Option<(Query, Listing, Time)> {
        let lacking = |query: Query| {
            let since = self.store.lacks_rows(&query)?.since;
            let listing = self.listing(&query)?;
            Some((query, listing, since.plus_millis(PATIENCE)))
        };
        self.shown_views().filter_map(|view| view.query()).find_map(lacking)
    }

    /// When the kept rows of the list on the screen shall be shown.
    pub(super) fn recall_due(&self) -> Option<Time> {
        self.lacking().map(|(.., due)| due)
    }

    /// Asks for the kept rows when their time has come.
    pub(super) fn recall(&mut self) -> Option<Effect> {
        let (query, listing, _) = self.lacking().filter(|(.., due)| *due <= self.now)?;
        self.store.recalls(&query);
        Some(Effect::Recall(query, Box::new(listing)))
    }

    /// Shows the kept rows, if the server has sent none yet.
    pub(super) fn recalled(&mut self, query: &Query, remembered: Remembered) {
        if self.listing(query).as_ref() != Some(&remembered.of) {
            return;
        }
        let Some((at, objects)) = remembered.objects(query) else { return };
        self.store.recall(query, at, objects);
        self.display.dirty |= self.shows(query);
    }

    /// The lists to keep for the next start.
    pub fn to_remember(&self) -> Vec<Remembered> {
        // An answer that holds only some namespaces is not kept: its rows would look like all rows.
        let whole = |answer: &Answer| answer.complete && !answer.is_refused() && answer.within().is_none();
        let remembered = self.store.iter().filter(|(_, answer)| whole(answer)).filter_map(|(query, answer)| {
            let Query::List { kind, .. } = query else { return None };
            let at = match answer.phase {
                Phase::Stale(since, _) => since,
                // The rows of a list that was left are true for [`GRACE`] after that, because its stream stays open for
                // so long.
                Phase::Live | Phase::Loading(_) => {
                    self.left_since(query).map_or(self.now, |left| left.plus_millis(GRACE).min(self.now))
                }
            };
            Some(Remembered::new(self.listing(query)?, at, *kind, answer))
        });
        remembered.collect()
    }

    /// The contexts whose rows may not be kept.
    pub fn to_forget(&self) -> Vec<Str> {
        let forgets = |place: &&Place| place.family.remembers && !self.policy.may_remember(place.id);
        self.places.iter().filter(forgets).map(|place| place.name.clone()).collect()
    }

    /// Refuses work with kept rows that the server has not confirmed.
    pub(super) fn refuse_remembered<'a>(&self, query: &Query, ids: impl IntoIterator<Item = &'a Id>) -> Result<()> {
        let Some(answer) = self.store.answer(query) else { return Ok(()) };
        let Some(at) = answer.remembered() else { return Ok(()) };
        if !ids.into_iter().any(|id| answer.is_remembered(id)) {
            return Ok(());
        }
        let mut age = String::new();
        human(self.now.since(at), &mut age);
        Err(Error::Offline(format!("these rows are {age} old; wait until the server has answered")))
    }
}
