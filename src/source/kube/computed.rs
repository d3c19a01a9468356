//! Tables that are computed from lists, such as mesh routes. A computation says which lists it reads and which rows follow
//! from them. Everything else is done here. Each list is read once, however many views show the result.

mod gathering;
mod input;
mod live;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use futures::stream::{BoxStream, StreamExt};

pub use self::gathering::gathered;
pub use self::input::{Input, News};
pub use self::live::Hub;
use super::lists::Lists;
use super::{refuse, unanswerable};
use crate::model::{
    Delta, Error, Id, Identified, Kind, KindRef, Object, Part, Query, Reply, Request, Result, Scope, Selector,
    SourceId, Time, Value, Version, What,
};
use crate::source::out::{self, Out};
use crate::source::{Source, extras};

/// The kinds that are computed from the same lists, and what computes them.
pub struct Computation {
    pub kinds: &'static [&'static Kind],
    /// Starts the computation. It reads nothing before a query is opened.
    pub start: fn(&Lists) -> Arc<dyn Source>,
}

/// All computations. A computed table is one file or folder, and one row here.
pub static COMPUTATIONS: &[&Computation] =
    &[&super::routes::COMPUTATION, &super::releases::COMPUTATION, &super::landscape::COMPUTATION];

/// What a computation knows: everything that it has read so far. It knows no tasks and no servers.
pub trait Compute: Default + Send + 'static {
    /// What it keeps of each object that it reads.
    type Item: Identified + Clone;
    /// The result at one moment.
    type Picture: Send + Sync + 'static;

    /// The time after which a first result is shown even if some lists are incomplete. Until then they count as
    /// unknown. `None` waits for all lists.
    const PATIENCE: Option<Duration> = None;

    /// The lists that it reads for a view of these namespaces.
    fn inputs(scope: &Scope) -> Vec<Input<Self::Item>>;

    /// Takes in news of one of its inputs.
    fn take(&mut self, input: usize, news: News<Self::Item>);

    /// Computes the result. This may take long, so it runs on a thread of its own. An error ends the answer.
    fn draw(&mut self, now: Time) -> Result<Self::Picture>;

    /// The rows of one of its kinds. Rows that the scope does not admit are removed by the caller.
    fn rows(picture: &Self::Picture, at: SourceId, kind: KindRef, scope: &Scope) -> Vec<Object>;

    /// The whole body of one row.
    fn body(picture: &Self::Picture, id: &Id) -> Option<Value>;

    /// The next moment at which the result changes without news.
    fn wake(_picture: &Self::Picture) -> Option<Time> {
        None
    }
}

/// A computation as a source.
pub struct Computed<E: Compute>(pub Arc<Hub<E>>);

impl<E: Compute> Computed<E> {
    pub fn start(lists: &Lists) -> Arc<dyn Source> {
        Arc::new(Self(Arc::new(Hub::new(lists.clone()))))
    }
}

impl<E: Compute> Source for Computed<E> {
    fn open(&self, query: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let hub = self.0.clone();
        match query {
            Query::List { kind, scope, .. } => out::stream(move |out| list(hub, kind, scope, out).boxed()),
            Query::One { id } => out::stream(move |out| one(hub, id, out).boxed()),
            Query::Kinds { .. } | Query::Logs { .. } | Query::Rules { .. } | Query::Session { .. } => {
                refuse("this about what is computed")
            }
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        call(self, request)
    }
}

/// Answers a request about a computed row: its body can be read, and nothing can be written.
pub fn call(source: &impl Source, request: Request) -> BoxFuture<'static, Result<Reply>> {
    match request.what {
        What::Get => first(source.open(Query::One { id: request.id.clone() }, None), request.id).boxed(),
        _ => ready(Err(unanswerable("what changes a computed row"))).boxed(),
    }
}

async fn first(mut told: BoxStream<'static, Result<Delta>>, id: Id) -> Result<Reply> {
    let gone = || Error::Gone(format!("{} \"{}\" not found", id.kind.name, id.title()));
    while let Some(delta) = told.next().await {
        if let Delta::Body(body) = delta? {
            let body = Arc::unwrap_or_clone(body.ok_or_else(gone)?);
            return Ok(Reply { body, warnings: Vec::new() });
        }
    }
    Err(gone())
}

/// Answers a list of computed rows until the stream is dropped.
async fn list<E: Compute>(hub: Arc<Hub<E>>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let choice = Choice::read(&scope)?;
    let mut live = hub.join(&scope);
    let (mut told, mut within) = (Told::default(), None);
    out.say(Delta::Reset);
    let asked = &scope.extras;
    out.extend((!asked.is_empty()).then(|| extras::columns(kind.columns, asked)));
    let mut first = true;
    loop {
        let seen = live.next().await?;
        if scope.namespace.is_none() && within != seen.within {
            within.clone_from(&seen.within);
            out.extend(within.clone().map(|within| Delta::Within(Box::new(within))));
        }
        let mut rows = E::rows(&seen.picture, hub.at(), kind, &scope);
        if !asked.is_empty() {
            extras::add(asked, kind.columns.len(), &mut rows, extras::label);
        }
        told.say(rows.into_iter().filter(|row| choice.takes(row)), out);
        if std::mem::take(&mut first) {
            out.say(Delta::Ready);
        }
        out.flush().await;
    }
}

/// Answers with the body of one computed row until the stream is dropped.
async fn one<E: Compute>(hub: Arc<Hub<E>>, id: Id, out: &mut Out) -> Result<()> {
    let mut live = hub.join(&Scope::namespace(id.namespace.clone()));
    let mut told = None;
    loop {
        let body = E::body(&live.next().await?.picture, &id).map(Arc::new);
        if told.as_ref() != Some(&body) {
            out.say(Delta::Body(body.clone()));
            out.flush().await;
            told = Some(body);
        }
    }
}

/// The rows that were sent.
#[derive(Default)]
pub struct Told(HashMap<Id, Object>);

impl Told {
    /// Sends the rows that changed, and the removal of those that are gone.
    pub fn say(&mut self, rows: impl Iterator<Item = Object>, out: &mut Out) {
        let fresh: HashMap<Id, Object> = rows.map(|row| (row.id.clone(), row)).collect();
        out.extend(self.0.keys().filter(|id| !fresh.contains_key(*id)).cloned().map(Delta::Remove));
        let changed = fresh.values().filter(|row| self.0.get(&row.id) != Some(*row));
        out.extend(changed.cloned().map(Delta::Upsert));
        self.0 = fresh;
    }
}

/// Decides which rows a scope admits, because no server selects them.
pub struct Choice<'a> {
    scope: &'a Scope,
    labels: Selector,
}

impl<'a> Choice<'a> {
    pub fn read(scope: &'a Scope) -> Result<Self> {
        let labels = Selector::foreign(&scope.labels)
            .map_err(|wrong| Error::Invalid(format!("'{}' is no part of a label selector", wrong.part)))?;
        Ok(Self { scope, labels })
    }

    pub fn takes(&self, row: &Object) -> bool {
        let owner = &self.scope.owner;
        self.admits(&row.id) && (owner.is_empty() || *owner == row.owner) && self.labels.admits(|key| row.label(key))
    }

    /// The same, judged by name and namespace only.
    pub fn admits(&self, id: &Id) -> bool {
        let is_named = match &self.scope.part {
            Part::Names(names) => names.binary_search(&id.name).is_ok(),
            Part::All | Part::Namespaces(_) => true,
        };
        is_named && self.scope.holds(&id.namespace)
    }
}
