//! One API server, as all streams of a source share it: the way to it, whether it still lives, and what it was found
//! not to do.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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

/// A wait longer than this asks the server for a sign of life.
const SILENCE: Duration = Duration::from_secs(10);
/// So long may that take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A list that gives nothing for so long, from a server that lives, is lost.
pub const LOST: Duration = Duration::from_secs(60);
/// No server makes us wait longer, in seconds.
const LONGEST_PAUSE: u64 = 60;
/// More of a body is not read where it is needed whole.
const LARGEST: usize = 64 << 20;

pub struct Server {
    pub at: SourceId,
    pub meter: Arc<Meter>,
    dial: Dial,
    pulse: Mutex<Option<(Instant, Result<()>)>>,
    /// A busy server asked us to wait until then.
    not_before: Mutex<Option<Instant>>,
    /// Bodies of whole lists broke off: it is asked for pages.
    pub cuts: AtomicBool,
}

impl Server {
    pub fn new(at: SourceId, dial: Dial) -> Self {
        let meter = Arc::default();
        Self { at, meter, dial, pulse: Mutex::default(), not_before: Mutex::default(), cuts: AtomicBool::new(false) }
    }

    pub fn cuts_long_bodies(&self) -> bool {
        self.cuts.load(Ordering::Relaxed)
    }

    /// A client for what is more than a question and an answer.
    pub async fn client(&self) -> Result<kube::Client> {
        self.heed().await;
        self.meter.ask();
        self.dial.client().await
    }

    /// The answer to a question, as soon as its head is there; a refusal is an error.
    pub async fn ask(&self, ask: &Ask) -> Result<Reply> {
        let mut reply = self.send(ask.request()?).await?;
        reply.open = ask.lasts().then(|| self.meter.open());
        Ok(reply)
    }

    pub async fn send(&self, request: Request<Body>) -> Result<Reply> {
        self.sent(request).await.inspect_err(|error| self.meter.fail(error))
    }

    async fn sent(&self, request: Request<Body>) -> Result<Reply> {
        self.heed().await;
        let client = self.dial.client().await?;
        self.meter.ask();
        let sent = self.patiently(LOST, client.send(request)).await?;
        let response = sent.ok_or_else(|| self.lost())?.map_err(|e| self.failure(&e))?;
        if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
            return Ok(Reply::new(response, self.meter.clone()));
        }
        Err(self.refusal(response).await)
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

    /// The next bytes of a list's body, `None` at its end.
    pub async fn chunk(&self, reply: &mut Reply) -> Result<Option<Bytes>> {
        let chunk = self.patiently(LOST, reply.next()).await?.ok_or_else(|| self.lost())?;
        chunk.map_err(|e| self.failure(&e)).inspect_err(|error| self.meter.fail(error))
    }

    /// Waits for `answer` while the server gives signs of life: a slow one is not a dead one. `None` after `most`.
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
    async fn heed(&self) {
        let until = *self.not_before.lock().await;
        if let Some(until) = until {
            sleep_until(until).await;
        }
    }

    /// Asks for a sign of life, once for all streams that wonder at the same time.
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
        Error::Offline(format!("no answer from {} for {} s", self.dial.server(), (SILENCE + PATIENCE).as_secs()))
    }

    fn lost(&self) -> Error {
        Error::Offline(format!("{} lives, but its answer does not come ({} s)", self.dial.server(), LOST.as_secs()))
    }

    async fn refusal(&self, response: Response<Body>) -> Error {
        let (head, body) = response.into_parts();
        if head.status == StatusCode::UNAUTHORIZED {
            self.dial.forget();
        }
        // Not for 503: that may be one aggregated server, and the others have nothing to do with it.
        let busy = head.status == StatusCode::TOO_MANY_REQUESTS;
        if let Some(secs) = error::retry_after(&head.headers).filter(|_| busy) {
            *self.not_before.lock().await = Some(Instant::now() + Duration::from_secs(secs.min(LONGEST_PAUSE)));
        }
        let body = http_body_util::Limited::new(body, 64 << 10).collect();
        let said = timeout(PATIENCE, body).await.ok().and_then(Result::ok);
        let bytes = said.map(|said| said.to_bytes()).unwrap_or_default();
        error::refusal(head.status, &head.headers, &bytes)
    }
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

    /// How the body is written: servers answer JSON where they have no protobuf.
    pub fn wire(&self) -> Wire {
        let kind = self.head.headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
        let proto = kind.is_some_and(|kind| kind.starts_with(b"application/vnd.kubernetes.protobuf"));
        if proto { Wire::Proto } else { Wire::Json }
    }

    /// The next bytes, `None` at the end. Can be dropped and called again.
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
