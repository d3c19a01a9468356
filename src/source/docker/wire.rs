//! Plain HTTP to an engine, one connection for each request: over a socket that costs less than to keep one.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use super::endpoint::{Endpoint, Way};
use super::error;
use crate::model::{Error, Result};

/// An engine that takes longer to say its first byte is as good as gone.
const PATIENCE: Duration = Duration::from_secs(20);
/// A body larger than that is no list that anybody looks at.
const MOST: usize = 256 << 20;

/// Asks, and gives the answer once its head is there; a refusal is an error.
pub async fn ask(endpoint: &Endpoint, method: Method, path: &str, patience: Duration) -> Result<Response<Incoming>> {
    let late = |_| Error::Offline(format!("{} did not answer within {} s", endpoint.host, patience.as_secs()));
    let response = timeout(patience, send(endpoint, method, path)).await.map_err(late)??;
    let status = response.status();
    // 304: it is like that already.
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let body = Limited::new(response.into_body(), 1 << 20).collect().await.map(|body| body.to_bytes());
    Err(error::refused(status, &body.unwrap_or_default()))
}

/// A whole body.
pub async fn get(endpoint: &Endpoint, path: &str) -> Result<Bytes> {
    let response = ask(endpoint, Method::GET, path, PATIENCE).await?;
    let body = Limited::new(response.into_body(), MOST).collect();
    let late = |_| Error::Offline(format!("{} stopped in the middle of an answer", endpoint.host));
    let body = timeout(PATIENCE, body).await.map_err(late)?;
    body.map(|body| body.to_bytes()).map_err(|error| Error::Offline(format!("the answer broke off: {error}")))
}

/// A stream that lasts: its head soon, its body when it comes.
pub async fn follow(endpoint: &Endpoint, path: &str) -> Result<Incoming> {
    ask(endpoint, Method::GET, path, PATIENCE).await.map(Response::into_body)
}

async fn send(endpoint: &Endpoint, method: Method, path: &str) -> Result<Response<Incoming>> {
    match &endpoint.way {
        Way::Unix(socket) => {
            let stream = UnixStream::connect(socket).await.map_err(|e| error::unreachable(socket, &e))?;
            speak(stream, method, path).await
        }
        Way::Tcp(place) => {
            let stream = TcpStream::connect(place).await;
            speak(stream.map_err(|e| Error::Offline(format!("{place}: {e}")))?, method, path).await
        }
        Way::Closed(why) => Err(Error::Unsupported(why.clone())),
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    method: Method,
    path: &str,
) -> Result<Response<Incoming>> {
    let broken = |error: hyper::Error| Error::Offline(format!("the engine does not speak HTTP: {error}"));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with the answer, or when nobody reads it any more.
    tokio::spawn(connection);
    let request = Request::builder().method(method).uri(path).header("host", "docker").body(Full::<Bytes>::default());
    let request = request.map_err(|error| Error::Invalid(format!("'{path}' is no path: {error}")))?;
    sender.send_request(request).await.map_err(|error| Error::Offline(format!("the engine broke off: {error}")))
}

/// A word as a part of a path or a query. Slashes stay: names of images have them.
pub fn escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for byte in word.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b':' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
