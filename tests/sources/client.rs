//! The program as far as its rows go: the loop without keys and frames, over a connection without a network.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use http::Request;
use hyper_util::rt::TokioIo;
use kube::client::Body;
use spyhop::app::keymap::Keymap;
use spyhop::app::{Message, Opening, Phase, Place, SLICE, State};
use spyhop::kinds;
use spyhop::model::{Delta, Object, Query, SourceId, Time};
use spyhop::runtime::audit::Audit;
use spyhop::runtime::gate::Gate;
use spyhop::runtime::tasks::{Inbox, Tasks};
use spyhop::source::kube::{Kube, dial::Dial};
use spyhop::source::{Source, Sources};
use spyhop::theme::Theme;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use crate::mock::Mock;

const HERE: SourceId = SourceId(0);
/// Looked at so often when nothing comes.
const FRAME: Duration = Duration::from_millis(200);

/// Rows by their path, as they are shown.
pub type Rows = BTreeMap<String, String>;

pub struct Client {
    pub state: State,
    tasks: Tasks,
    inbox: Inbox,
    start: Instant,
}

impl Client {
    /// Looks at all pods of a server.
    pub fn new(mock: &Mock) -> Self {
        let (keymap, theme) = (Keymap::named("k9s").unwrap(), Theme::named("spyhop-dark").unwrap());
        let mut state = State::new(Time::from_secs(1_800_000_000), (160, 45), keymap, theme);
        state.places.all.push(Place {
            user: "nobody".into(),
            namespace: "default".into(),
            server: "http://mock".into(),
            ..Place::new(HERE, "mock", &kinds::kube::FAMILY)
        });
        state.places.home = Some(HERE);
        state.open(&Opening::parse("pods all")).unwrap();
        let sources = Sources::new(vec![Arc::new(source(mock))]);
        let (tasks, inbox) =
            Tasks::new(Arc::new(sources), Gate::new(Audit::new(None), &state.places), Handle::current());
        let mut client = Self { state, tasks, inbox, start: Instant::now() };
        client.turn(Vec::new());
        client
    }

    /// Looks at something else.
    pub fn open(&mut self, what: &str) {
        self.state.open(&Opening::parse(what)).unwrap();
        self.turn(Vec::new());
    }

    /// One turn and one frame.
    fn turn(&mut self, messages: Vec<Message>) {
        self.state.now = Time::from_secs(1_800_000_000).plus_millis(self.start.elapsed().as_millis() as i64);
        drop(self.state.turn(messages));
        self.tasks.reconcile(&self.state.wanted(), &self.state.store);
        while !self.state.prepare(SLICE).0 {}
        self.tasks.reconcile(&self.state.wanted(), &self.state.store);
        assert!(self.listed() == self.rows().len(), "a row is there twice");
    }

    /// Takes in what comes until `done`, which must be so within an hour of the server's time.
    pub async fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let limit = Instant::now() + Duration::from_secs(3600);
        while !done(self) {
            assert!(Instant::now() < limit, "never {what}: {:?}", self.phase());
            let mut messages: Vec<Message> =
                timeout(FRAME, self.inbox.recv()).await.ok().flatten().into_iter().collect();
            while let Some(message) = self.inbox.try_recv() {
                messages.push(message);
            }
            self.turn(messages);
        }
    }

    /// Takes in what comes for so long.
    pub async fn pass(&mut self, length: Duration) {
        let end = Instant::now() + length;
        self.until("later", |_| Instant::now() >= end).await;
    }

    /// The rows are those of a fresh list, and stay so.
    pub async fn agrees_with(&mut self, mock: &Mock) {
        self.until("all rows as the server has them", |client| client.rows() == served(mock)).await;
        self.pass(Duration::from_secs(5)).await;
        assert!(self.rows() == fresh(mock).await, "a fresh list has other rows");
        assert_eq!(*self.phase(), Phase::Live);
    }

    pub fn phase(&self) -> &Phase {
        &self.state.answer().unwrap().phase
    }

    /// How many rows the table has.
    pub fn listed(&self) -> usize {
        self.state.table().unwrap().order.rows().len()
    }

    pub fn rows(&self) -> Rows {
        let (table, Some(answer)) = (self.state.table().unwrap(), self.state.answer()) else { return Rows::new() };
        table.order.rows().iter().filter_map(|slot| answer.at(*slot)).map(row).collect()
    }
}

/// Path, and what changes about a pod of the mock server.
fn row(object: &Object) -> (String, String) {
    let restarts = object.cells[object.id.kind.column("RESTARTS").unwrap()].to_text(Time::default());
    (format!("{}/{}", object.id.namespace, object.id.name), format!("{} {restarts}", object.uid))
}

/// What the server itself says there is.
pub fn served(mock: &Mock) -> Rows {
    let pods = mock.world().census().pods(0);
    pods.map(|pod| (format!("{}/{}", pod.namespace(), pod.name()), format!("{} {}", pod.uid(), pod.restarts))).collect()
}

/// What somebody sees who lists for the first time.
pub async fn fresh(mock: &Mock) -> Rows {
    let query = Query::List { at: HERE, kind: spyhop::kinds::named("pods").unwrap(), scope: Default::default() };
    let mut deltas = source(mock).open(query, None);
    let mut rows = Rows::new();
    loop {
        match deltas.next().await.unwrap().unwrap() {
            Delta::Upsert(object) => rows.extend([row(&object)]),
            Delta::Remove(id) => rows.retain(|path, _| *path != format!("{}/{}", id.namespace, id.name)),
            Delta::Ready => return rows,
            _ => {}
        }
    }
}

fn source(mock: &Mock) -> Kube {
    let mock = mock.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let io = TokioIo::new(mock.connect());
        async move {
            let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await?;
            tokio::spawn(connection);
            sender.send_request(request).await
        }
    });
    Kube::new(HERE, Dial::ready(kube::Client::new(service, "default")))
}
