//! The systems that extend a cluster, and the kinds of each: of discovery, and of one short list of each kind. A system that
//! the cluster lacks costs nothing.

mod rows;
mod tally;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use http::HeaderValue;
use tokio::sync::Mutex;
use tokio::time::Instant;

use self::rows::Survey;
use self::tally::Tally;
use super::ask::{Ask, Form};
use super::computed::{self, Choice, Computation, Told};
use super::lists::Lists;
use super::server::Server;
use super::{discover, groups, refuse};
use crate::kinds::kube::landscape::overview::{self, KINDS};
use crate::model::{Delta, Error, Id, KindRef, Query, Reply, Request, Result, Scope, Str, System, Version};
use crate::source::Source;
use crate::source::out::{self, Out};
use crate::source::poll::Poll;

pub static COMPUTATION: Computation = Computation { kinds: KINDS, start: |lists| Arc::new(Landscape::new(lists)) };

/// The number of seconds between two rounds, while somebody looks.
const EVERY: u16 = 120;
/// A count that is younger than this is not asked for again: going to the kinds of a system and back costs nothing.
const FRESH: Duration = Duration::from_secs(60);
/// The most lists that are read at the same time.
const AT_ONCE: usize = 4;

/// What is known of one cluster, shared by all who look.
struct Landscape {
    server: Arc<Server>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// The systems that the server has, with their kinds.
    systems: Vec<Present>,
    /// The tag of the discovery from which they were taken.
    tag: Option<HeaderValue>,
    tallies: HashMap<KindRef, (Instant, Tally)>,
}

/// A system that the server has.
#[derive(Clone)]
struct Present {
    system: &'static System,
    kinds: Vec<KindRef>,
    /// The version with which its definitions are labelled; empty if they have no such label.
    version: Str,
}

impl Landscape {
    fn new(lists: &Lists) -> Self {
        Self { server: lists.server.clone(), known: Arc::default() }
    }
}

impl Source for Landscape {
    fn open(&self, query: Query, _: Option<Version>) -> BoxStream<'static, Result<Delta>> {
        let (server, known) = (self.server.clone(), self.known.clone());
        match query {
            Query::List { kind, scope, .. } => out::stream(move |out| list(server, known, kind, scope, out).boxed()),
            Query::One { id } => out::stream(move |out| one(server, known, id, out).boxed()),
            Query::Kinds { .. } | Query::Logs { .. } | Query::Rules { .. } | Query::Session { .. } => {
                refuse("this about what is computed")
            }
        }
    }

    fn call(&self, request: Request) -> BoxFuture<'static, Result<Reply>> {
        computed::call(self, request)
    }
}

/// Answers a list until the stream is dropped. The rows come at once, and their figures one after the other.
async fn list(server: Arc<Server>, known: Arc<Mutex<Known>>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let choice = Choice::read(&scope)?;
    let mut told = Told::default();
    out.say(Delta::Reset);
    let mut poll = Poll::every(EVERY, out);
    let mut first = true;
    loop {
        let mut survey = Survey::new(server.at, look(&server, &known).await?);
        known.lock().await.tallies.iter().for_each(|(kind, (_, tally))| survey.put(*kind, tally.clone()));
        told.say(survey.rows(kind).into_iter().filter(|row| choice.takes(row)), out);
        out.flush().await;
        let wanted = survey.kinds_of(kind, &|row| choice.takes(row));
        let mut counted = counts(&server, &known, wanted).await;
        while let Some(tally) = counted.next().await {
            let (of, tally) = tally?;
            survey.put(of, tally);
            told.say(survey.rows(kind).into_iter().filter(|row| choice.takes(row)), out);
            out.flush().await;
        }
        if std::mem::take(&mut first) {
            out.say(Delta::Ready);
            out.flush().await;
        }
        poll.wait().await;
    }
}

/// Answers with the body of one row until the stream is dropped.
async fn one(server: Arc<Server>, known: Arc<Mutex<Known>>, id: Id, out: &mut Out) -> Result<()> {
    let mut poll = Poll::every(EVERY, out);
    loop {
        let mut survey = Survey::new(server.at, look(&server, &known).await?);
        let wanted = survey.kinds_of(id.kind, &|row| row.id.name == id.name);
        let mut counted = counts(&server, &known, wanted).await;
        while let Some(tally) = counted.next().await {
            let (of, tally) = tally?;
            survey.put(of, tally);
        }
        out.say(Delta::Body(survey.body(&id).map(Arc::new)));
        out.flush().await;
        poll.wait().await;
    }
}

/// The systems that the server has now. If nothing changed, that costs the server a 304.
async fn look(server: &Server, known: &Mutex<Known>) -> Result<Vec<Present>> {
    let mut known = known.lock().await;
    if let Some(said) = groups::ask(server, known.tag.as_ref()).await? {
        known.tag.clone_from(&said.tag);
        let served = discover::kinds(said);
        let present = overview::looked_for().map(|system| (system, overview::present(system, &served)));
        let present: Vec<_> = present.filter(|(_, kinds)| !kinds.is_empty()).collect();
        let labels = if present.is_empty() { HashMap::new() } else { labels(server).await };
        let version = |kinds: &[KindRef]| kinds.iter().find_map(|kind| labels.get(&kind.resource()).cloned());
        let of = |(system, kinds): (_, Vec<KindRef>)| Present {
            system,
            version: version(&kinds).unwrap_or_default(),
            kinds,
        };
        known.systems = present.into_iter().map(of).collect();
    }
    Ok(known.systems.clone())
}

/// The recommended label of Kubernetes for the version of what an object belongs to.
const VERSION: &str = "app.kubernetes.io/version";

/// The versions with which definitions are labelled, by resource. Nothing if the user may not list definitions.
async fn labels(server: &Server) -> HashMap<String, Str> {
    let list: Result<tally::Names> = server.read(&Ask::new(discover::DEFINITIONS, Form::METADATA.list)).await;
    let items = list.map(|list| list.items).unwrap_or_default();
    let labelled = items.into_iter().filter_map(|mut item| {
        let version = item.metadata.labels.remove(VERSION)?;
        Some((item.metadata.name, Str::from(version)))
    });
    labelled.collect()
}

/// Reads how many objects of some kinds there are, and how they are. What is known and fresh is not read.
async fn counts<'a>(
    server: &'a Arc<Server>,
    known: &'a Mutex<Known>,
    kinds: Vec<KindRef>,
) -> BoxStream<'a, Result<(KindRef, Tally)>> {
    let is_fresh = |known: &Known, kind| known.tallies.get(&kind).is_some_and(|(read, _)| read.elapsed() < FRESH);
    let guard = known.lock().await;
    let (fresh, stale): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|kind| is_fresh(&guard, *kind));
    let fresh: Vec<_> =
        fresh.into_iter().filter_map(|kind| Some((kind, guard.tallies.get(&kind)?.1.clone()))).collect();
    drop(guard);
    let read = move |kind: KindRef| async move {
        let tally = tally::read(server, kind).await?;
        known.lock().await.tallies.insert(kind, (Instant::now(), tally.clone()));
        Ok::<_, Error>((kind, tally))
    };
    stream::iter(fresh.into_iter().map(Ok)).chain(stream::iter(stale).map(read).buffer_unordered(AT_ONCE)).boxed()
}
