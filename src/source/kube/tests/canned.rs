//! A server that answers from a script, and what a stream made of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use kube::client::Body;
use tokio::time::timeout;
use tower::BoxError;

use crate::kinds;
use crate::model::{Column, Delta, Door, KindRef, Object, Query, Result, Scope, SourceId, Time};
use crate::source::Source;
use crate::source::kube::{Kube, dial::Dial};

pub const PROTO: &str = "application/vnd.kubernetes.protobuf";
pub const JSON: &str = "application/json";

/// What happens on the wire, one after the other.
#[derive(Clone)]
pub enum Chunk {
    Bytes(Vec<u8>),
    /// A pause of the (paused) clock.
    Wait(u64),
    /// Nothing more, ever.
    Stall,
    /// The connection breaks.
    Break,
}

#[derive(Clone)]
pub struct Answer {
    status: u16,
    kind: &'static str,
    tag: &'static str,
    chunks: Vec<Chunk>,
}

impl Answer {
    pub fn new(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, kind, tag: "", chunks: vec![Chunk::Bytes(body.into())] }
    }

    pub fn late(millis: u64, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, kind, tag: "", chunks: vec![Chunk::Wait(millis), Chunk::Bytes(body.into())] }
    }

    pub fn status(status: u16, message: &str) -> Self {
        let body = serde_json::json!({"kind": "Status", "code": status, "message": message});
        Self { status, ..Self::new(JSON, body.to_string()) }
    }

    pub fn tagged(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    pub fn then(mut self, chunk: Chunk) -> Self {
        self.chunks.push(chunk);
        self
    }

    fn response(self) -> Response<impl http_body::Body<Data = Bytes, Error = BoxError> + Send + 'static> {
        let frames = stream::iter(self.chunks).then(|chunk| async {
            match chunk {
                Chunk::Bytes(bytes) => Ok(Frame::data(Bytes::from(bytes))),
                Chunk::Wait(millis) => {
                    tokio::time::sleep(Duration::from_millis(millis)).await;
                    Ok(Frame::data(Bytes::new()))
                }
                Chunk::Break => Err(BoxError::from("connection reset")),
                Chunk::Stall => futures::future::pending().await,
            }
        });
        let head = Response::builder().status(self.status).header("content-type", self.kind);
        let busy = matches!(self.status, 429 | 503).then_some(("retry-after", "7"));
        let head = busy.into_iter().fold(head.header("etag", self.tag), |head, (key, value)| head.header(key, value));
        head.body(StreamBody::new(frames)).unwrap()
    }
}

/// Words of a URL, and what comes back: nothing at all when there is no answer.
type Line = (&'static str, Option<Answer>);

/// Answers in the order of the script: each request takes the first line whose words are all in its URL.
#[derive(Clone, Default)]
pub struct Canned {
    script: Arc<Mutex<Vec<Line>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    pub fn on(self, words: &'static str, answer: Answer) -> Self {
        self.script.lock().unwrap().push((words, Some(answer)));
        self
    }

    /// Never answers.
    pub fn silent(self, words: &'static str) -> Self {
        self.script.lock().unwrap().push((words, None));
        self
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn answer(&self, url: String) -> Option<Answer> {
        let mut script = self.script.lock().unwrap();
        let fits = |words: &str| words.split(' ').all(|word| url.contains(word));
        let found = script.iter().position(|(words, _)| fits(words));
        self.asked.lock().unwrap().push(url);
        found.map_or_else(|| Some(Answer::status(500, "not in the script")), |at| script.remove(at).1)
    }

    pub fn source(&self) -> Kube {
        let canned = self.clone();
        source_by(move |url| canned.answer(url))
    }

    /// What all leases are, in words, until the stream ends or waits for more.
    pub async fn leases(&self, since: Option<&str>) -> Vec<String> {
        self.list(Scope::all(), since).await
    }

    pub async fn list(&self, scope: Scope, since: Option<&str>) -> Vec<String> {
        self.list_of(kinds::named("leases").unwrap(), scope, since).await
    }

    pub async fn list_of(&self, kind: KindRef, scope: Scope, since: Option<&str>) -> Vec<String> {
        let query = Query::List { at: SourceId(0), kind, scope };
        said(self.source().open(query, since.map(Into::into))).await
    }
}

/// A server that answers each request by its method, unless that is GET, and its URL; nothing is no answer.
pub fn source_by(answer: impl Fn(String) -> Option<Answer> + Send + Sync + 'static) -> Kube {
    source_of(move |request| {
        let get = request.method() == http::Method::GET;
        let method = if get { String::new() } else { format!("{} ", request.method()) };
        answer(format!("{method}{}", request.uri()))
    })
}

/// A server that answers each request; nothing is no answer.
pub fn source_of(answer: impl Fn(&Request<Body>) -> Option<Answer> + Send + Sync + 'static) -> Kube {
    let service = tower::service_fn(move |request: Request<Body>| {
        let answer = answer(&request);
        async move {
            match answer {
                Some(answer) => Ok::<_, BoxError>(answer.response()),
                None => futures::future::pending().await,
            }
        }
    });
    Kube::new(SourceId(0), Dial::ready(kube::Client::new(service, "default")))
}

/// All that a stream says before it ends or waits for a second of (paused) time.
pub async fn said(mut stream: BoxStream<'static, Result<Delta>>) -> Vec<String> {
    said_within(&mut stream, Duration::from_secs(1)).await
}

pub async fn said_within(stream: &mut BoxStream<'static, Result<Delta>>, wait: Duration) -> Vec<String> {
    let mut said = Vec::new();
    while let Ok(Some(delta)) = timeout(wait, stream.next()).await {
        said.push(word(delta));
    }
    said
}

fn word(delta: Result<Delta>) -> String {
    match delta {
        Err(e) => format!("{}: {e}", e.word()),
        Ok(Delta::Reset) => "reset".to_owned(),
        Ok(Delta::Upsert(row)) => format!("+{}", row.id.name) + &cells(&row),
        Ok(Delta::Columns(columns)) => columns.iter().map(title).collect::<Vec<_>>().join(" "),
        Ok(Delta::Remove(id)) => format!("-{}", id.name),
        Ok(Delta::Body(body)) => body.map_or("nothing".to_owned(), |body| format!("={}", body["spec"])),
        Ok(Delta::Ready) => "ready".to_owned(),
        Ok(Delta::Mark(version)) => format!("mark {version}"),
        Ok(Delta::Within(within)) => format!("{}: {}", within.text(), within.namespaces.join(" ")),
        Ok(Delta::Remaining(count)) => format!("{count} more"),
        Ok(Delta::Every(Some(secs))) => format!("every {secs} s"),
        Ok(Delta::Every(None)) => "watched".to_owned(),
        Ok(other) => format!("{other:?}"),
    }
}

/// The health and the cells of a row from a server's table.
fn cells(row: &Object) -> String {
    if !matches!(row.id.kind.door, Door::Table(_) | Door::TablePoll(_)) {
        return String::new();
    }
    let cells = row.cells.iter().map(|cell| format!(" {}", cell.to_text(Time::default())));
    format!(" {}{}", row.health.word(), cells.collect::<String>())
}

fn title(column: &Column) -> String {
    let marks = [(column.wide, "(wide)"), (column.state, "(state)")];
    let marks: String = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
    format!("{}{marks}", column.title)
}
