//! One API server, shared by all streams of its source: the connection, whether the server is alive, and what it cannot
//! do.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use kube::client::Body;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout};

use super::ask::{Ask, JSON};
use super::dial::Dial;
use super::error;
use super::wire::unreadable;
use crate::model::{Error, Result, SourceId, Wire};
use crate::source::meter::{Meter, Open};

/// After a wait of this length the server is asked for a sign of life.
const SILENCE: Duration = Duration::from_secs(10);
/// The longest time for the sign of life.
const PATIENCE: Duration = Duration::from_secs(5);
/// A request that gets nothing for this time is given up, even if the server is alive.
pub const LOST: Duration = Duration::from_secs(60);
/// The longest pause, in seconds, that a server can ask for.
const LONGEST_PAUSE: u64 = 60;
/// Requests that waited for a busy server continue one after the other, `STEP` apart. There are `CROWD` different
/// delays.
const STEP: Duration = Duration::from_millis(100);
const CROWD: u32 = 10;
/// The most bytes of a body that is needed as a whole.
const LARGEST: usize = 64 << 20;

pub struct Server {
    pub at: SourceId,
    pub meter: Arc<Meter>,
    pub dial: Dial,
    pulse: Mutex<Option<(Instant, Result<()>)>>,
    /// The moments until which a busy server asked us to wait, with the paths for which that holds.
    not_before: Mutex<Vec<(String, Instant)>>,
    /// The number of requests that have waited so far. It chooses the delay of the next one.
    waits: AtomicU32,
    /// Whether bodies of whole lists broke off, so that lists are read page by page.
    pub cuts: AtomicBool,
}

impl Server {
    pub fn new(at: SourceId, dial: Dial) -> Self {
        let (meter, pulse, not_before) = (Arc::default(), Mutex::default(), Mutex::default());
        Self { at, meter, dial, pulse, not_before, waits: AtomicU32::new(0), cuts: AtomicBool::new(false) }
    }

    pub fn cuts_long_bodies(&self) -> bool {
        self.cuts.load(Ordering::Relaxed)
    }

    /// A client for connections that are more than a request and an answer.
    pub async fn client(&self) -> Result<kube::Client> {
        self.heed("").await;
        self.meter.ask();
        self.dial.client().await
    }

    /// Sends a question and returns the answer as soon as its head arrived. A refusal is an error.
    pub async fn ask(&self, ask: &Ask) -> Result<Reply> {
        let mut reply = self.send(ask.request()?).await?;
        reply.open = ask.lasts().then(|| self.meter.open());
        Ok(reply)
    }

    pub async fn send(&self, request: Request<Body>) -> Result<Reply> {
        self.sent(request).await.inspect_err(|error| self.meter.fail(error))
    }

    /// Sends a question and returns whatever is answered, also a refusal.
    pub async fn answer(&self, request: Request<Body>) -> Result<Response<Body>> {
        self.heed(request.uri().path()).await;
        let client = self.dial.client().await?;
        self.meter.ask();
        let sent = self.patiently(LOST, client.send(request)).await?;
        sent.ok_or_else(|| self.lost())?.map_err(|e| self.failure(&e))
    }

    async fn sent(&self, request: Request<Body>) -> Result<Reply> {
        let path = request.uri().path().to_owned();
        let response = self.answer(request).await?;
        if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Reply::new(response, self.meter.clone()));
        }
        Err(self.refusal(&path, response).await)
    }

    /// The whole JSON body of an answer.
    pub async fn read<T: DeserializeOwned>(&self, ask: &Ask) -> Result<T> {
        let mut reply = self.ask(ask).await?;
        let bytes = self.collect(&mut reply).await?;
        serde_json::from_slice(&bytes).map_err(unreadable)
    }

    pub async fn collect(&self, reply: &mut Reply) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk(reply).await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LARGEST {
                return Err(unreadable(format_args!("more than {LARGEST} bytes")));
            }
        }
        Ok(bytes)
    }

    /// The next bytes of a body; `None` at its end.
    pub async fn chunk(&self, reply: &mut Reply) -> Result<Option<Bytes>> {
        let chunk = self.patiently(LOST, reply.next()).await?.ok_or_else(|| self.lost())?;
        chunk.map_err(|e| self.failure(&e)).inspect_err(|error| self.meter.fail(error))
    }

    /// Waits for `answer` while the server gives signs of life, because a slow server is not a dead one. `None` after
    /// `most`.
    pub async fn patiently<T>(&self, most: Duration, answer: impl Future<Output = T>) -> Result<Option<T>> {
        let mut answer = pin!(answer);
        let mut waited = Duration::ZERO;
        while waited < most {
            if let Ok(answer) = timeout(SILENCE, &mut answer).await {
                return Ok(Some(answer));
            }
            waited += SILENCE;
            self.lives().await?;
        }
        Ok(None)
    }

    /// Waits as long as a busy server asked us to.
    async fn heed(&self, path: &str) {
        let now = Instant::now();
        let mut asked = self.not_before.lock().await;
        asked.retain(|(_, until)| *until > now);
        let until = asked.iter().filter(|(place, _)| path.starts_with(place)).map(|(_, until)| *until).max();
        drop(asked);
        let Some(until) = until else { return };
        let place = self.waits.fetch_add(1, Ordering::Relaxed) % CROWD;
        sleep_until(until + STEP * place).await;
    }

    /// Notes the pause that a refusal asks for. A 429 holds for the whole server. A 503 may come from one aggregated
    /// server, so it holds for that group only.
    async fn wait_for(&self, path: &str, head: &Parts) {
        let place = match head.status {
            StatusCode::TOO_MANY_REQUESTS => "",
            StatusCode::SERVICE_UNAVAILABLE => group(path),
            _ => return,
        };
        if let Some(secs) = error::retry_after(&head.headers) {
            let until = Instant::now() + Duration::from_secs(secs.min(LONGEST_PAUSE));
            self.not_before.lock().await.push((place.to_owned(), until));
        }
    }

    /// Asks for a sign of life, once for all streams that wait at the same time.
    async fn lives(&self) -> Result<()> {
        let mut pulse = self.pulse.lock().await;
        match &*pulse {
            Some((felt, result)) if felt.elapsed() < PATIENCE => result.clone(),
            _ => {
                let result = self.feel().await;
                *pulse = Some((Instant::now(), result.clone()));
                result
            }
        }
    }

    async fn feel(&self) -> Result<()> {
        let request = Ask::new("/version", JSON).request()?;
        let client = self.dial.client().await?;
        self.meter.ask();
        match timeout(PATIENCE, client.send(request)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) => Err(self.failure(&e)),
            Err(_) => Err(self.silent()),
        }
    }

    pub fn failure(&self, error: &kube::Error) -> Error {
        error::failure(error, self.dial.server())
    }

    fn silent(&self) -> Error {
        Error::Lost(format!("no answer from {} for {} s", self.dial.server(), (SILENCE + PATIENCE).as_secs()))
    }

    fn lost(&self) -> Error {
        Error::Lost(format!("{} is up, but does not answer ({} s)", self.dial.server(), LOST.as_secs()))
    }

    async fn refusal(&self, path: &str, response: Response<Body>) -> Error {
        let (head, body) = response.into_parts();
        if head.status == StatusCode::UNAUTHORIZED {
            self.dial.forget();
        }
        self.wait_for(path, &head).await;
        let body = http_body_util::Limited::new(body, 64 << 10).collect();
        let said = timeout(PATIENCE, body).await.ok().and_then(Result::ok);
        let bytes = said.map(|said| said.to_bytes()).unwrap_or_default();
        error::refusal(path, head.status, &head.headers, &bytes)
    }
}

/// The group and version in a path: `/api/v1`, `/apis/apps/v1`.
fn group(path: &str) -> &str {
    let parts = if path.starts_with("/apis/") { 4 } else { 3 };
    let end = path.match_indices('/').nth(parts - 1).map_or(path.len(), |(end, _)| end);
    &path[..end]
}

/// An answer whose body is still arriving.
pub struct Reply {
    pub head: Parts,
    body: Body,
    meter: Arc<Meter>,
    open: Option<Open>,
}

impl Reply {
    fn new(response: Response<Body>, meter: Arc<Meter>) -> Self {
        let (head, body) = response.into_parts();
        Self { head, body, meter, open: None }
    }

    /// The encoding of the body. Servers answer with JSON where they have no protobuf.
    pub fn wire(&self) -> Wire {
        let kind = self.head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        let proto = kind.is_some_and(|kind| kind.starts_with(b"application/vnd.kubernetes.protobuf"));
        if proto { Wire::Proto } else { Wire::Json }
    }

    /// The next bytes; `None` at the end. The future may be dropped and called again.
    pub async fn next(&mut self) -> Result<Option<Bytes>, kube::Error> {
        loop {
            match self.body.frame().await {
                None => return Ok(None),
                Some(Err(e)) => return Err(e),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => {
                        self.meter.take(bytes.len());
                        return Ok(Some(bytes));
                    }
                    Err(_trailers) => {}
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::group;

    #[test]
    fn a_path_lies_in_the_version_of_a_group() {
        assert_eq!(group("/apis/metrics.k8s.io/v1beta1/pods"), "/apis/metrics.k8s.io/v1beta1");
        assert_eq!(group("/api/v1/namespaces/shop/pods"), "/api/v1");
        assert_eq!(group("/version"), "/version");
    }
}
