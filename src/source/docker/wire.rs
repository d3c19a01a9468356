//! HTTP with an engine: requests and their answers.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::error;
use super::line::Line;
use crate::model::{self, Error, Result, Value};
use crate::source::uri;

/// The longest time until the first byte of an answer.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// The most bytes of a body.
const MOST: usize = 256 << 20;

/// A request.
pub struct Ask {
    method: Method,
    path: String,
    body: Option<Value>,
    /// Whether the connection becomes a stream of bytes in both directions.
    upgrade: bool,
    patience: Duration,
}

impl Ask {
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, upgrade: false, patience: PATIENCE }
    }

    pub fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn request(self) -> Result<Request<Full<Bytes>>> {
        let malformed = |error| Error::Invalid(format!("'{}' is not a path: {error}", self.path));
        let mut builder = Request::builder().method(&self.method).uri(&self.path).header("host", "docker");
        if self.upgrade {
            builder = builder.header("connection", "Upgrade").header("upgrade", "tcp");
        }
        if self.body.is_some() {
            builder = builder.header("content-type", "application/json");
        }
        let body = self.body.as_ref().map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        builder.body(Full::new(body)).map_err(malformed)
    }
}

/// Sends a request and returns the answer when its head has arrived. A refusal is an error.
pub async fn ask(line: &Line, ask: Ask) -> Result<Response<Incoming>> {
    let patience = ask.patience;
    send(line, ask.request()?, patience).await
}

/// The same for a request that was made elsewhere.
pub async fn send(line: &Line, request: Request<Full<Bytes>>, patience: Duration) -> Result<Response<Incoming>> {
    let meter = &line.endpoint.meter;
    meter.ask();
    answered(line, request, patience).await.inspect_err(|error| meter.fail(error))
}

async fn answered(line: &Line, request: Request<Full<Bytes>>, patience: Duration) -> Result<Response<Incoming>> {
    let late = |_| Error::Lost(format!("{} did not answer within {} s", line.endpoint.host, patience.as_secs()));
    let response = timeout(patience, line.send(request)).await.map_err(late)??;
    line.hear();
    let status = response.status();
    // 304 means that the object is in the wanted state already.
    if status.is_success() || matches!(status, StatusCode::NOT_MODIFIED | StatusCode::SWITCHING_PROTOCOLS) {
        return Ok(response);
    }
    let body = Limited::new(response.into_body(), 1 << 20).collect().await.map(|body| body.to_bytes());
    Err(error::refused(status, &body.unwrap_or_default()))
}

/// A whole body.
pub async fn get(line: &Line, path: &str) -> Result<Bytes> {
    collect(line, ask(line, Ask::new(Method::GET, path)).await?).await
}

/// The whole body of an answer.
pub async fn collect(line: &Line, response: Response<Incoming>) -> Result<Bytes> {
    let body = Limited::new(response.into_body(), MOST).collect();
    let late = |_| Error::Lost(format!("{} stopped in the middle of an answer", line.endpoint.host));
    let body = timeout(PATIENCE, body).await.map_err(late)?;
    let body = body.map_err(|error| Error::Lost(format!("the answer was cut off: {error}")))?.to_bytes();
    line.hear();
    line.endpoint.meter.take(body.len());
    Ok(body)
}

/// Opens a stream without an end. Only its head has to arrive within the patience.
pub async fn follow(line: &Line, path: &str) -> Result<Incoming> {
    ask(line, Ask::new(Method::GET, path)).await.map(Response::into_body)
}

/// Opens a stream of bytes in both directions.
pub async fn upgrade(line: &Line, wanted: Ask) -> Result<TokioIo<Upgraded>> {
    let response = ask(line, Ask { upgrade: true, ..wanted }).await?;
    let broken = |error| Error::Lost(format!("the engine did not open the stream: {error}"));
    hyper::upgrade::on(response).await.map(TokioIo::new).map_err(broken)
}

/// A name as one segment of a path. A name that could mean another object is refused.
pub fn segment(name: &str) -> Result<String> {
    model::segment("name", name).map(|()| uri::image(name).to_string())
}
