//! The way to one engine: how a connection is made, and those that are free for the next question. Over a socket a new
//! one costs less than to keep it; TLS and ssh are another matter.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::endpoint::{Endpoint, Way};
use super::ssh;
use super::{error, tls};
use crate::model::{Error, Result};

/// A connection that nobody used for so long is closed.
const SPARE: Duration = Duration::from_secs(30);

type Asked = Request<Full<Bytes>>;
type Sender = SendRequest<Full<Bytes>>;

#[derive(Clone)]
pub struct Line {
    pub endpoint: Endpoint,
    free: Arc<Mutex<Vec<(Instant, Sender)>>>,
}

impl Line {
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, free: Arc::default() }
    }

    pub async fn send(&self, mut request: Asked) -> Result<Response<Incoming>> {
        // A write is sent once, and a free connection may be closed by now.
        while request.method() == Method::GET
            && let Some(mut sender) = self.take()
        {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok(self.keep(sender, response)),
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error::broken(&failed.into_error())),
                },
            }
        }
        let (mut sender, last_words) = self.connect().await?;
        match sender.send_request(request).await {
            Ok(response) => Ok(self.keep(sender, response)),
            Err(failed) => Err(match last_words {
                Some(last_words) => last_words.error(&self.endpoint.host).await,
                None => error::broken(&failed),
            }),
        }
    }

    async fn connect(&self) -> Result<(Sender, Option<ssh::LastWords>)> {
        match &self.endpoint.way {
            Way::Unix(socket) => {
                let stream = UnixStream::connect(socket).await.map_err(|e| error::unreachable(socket, &e))?;
                speak(stream).await.map(|sender| (sender, None))
            }
            Way::Tcp(place) => speak(tcp(place).await?).await.map(|sender| (sender, None)),
            Way::Tls(place, keys) => {
                let stream = tls::connect(tcp(place).await?, place, keys).await?;
                speak(stream).await.map(|sender| (sender, None))
            }
            Way::Ssh(command) => {
                let (stream, last_words) = ssh::connect(command)?;
                speak(stream).await.map(|sender| (sender, Some(last_words)))
            }
            Way::Closed(why) => Err(Error::Unsupported(why.clone())),
        }
    }

    fn take(&self) -> Option<Sender> {
        let mut free = self.free();
        while let Some((_, sender)) = free.pop() {
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    /// The connection is free again once the answer was read to its end, if it lasts so long.
    fn keep(&self, mut sender: Sender, response: Response<Incoming>) -> Response<Incoming> {
        if matches!(self.endpoint.way, Way::Unix(_)) {
            return response;
        }
        let line = self.clone();
        tokio::spawn(async move {
            if sender.ready().await.is_ok() {
                line.free().push((Instant::now(), sender));
                tokio::time::sleep(SPARE).await;
                line.free().retain(|(since, _)| since.elapsed() < SPARE);
            }
        });
        response
    }

    fn free(&self) -> MutexGuard<'_, Vec<(Instant, Sender)>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn tcp(place: &str) -> Result<TcpStream> {
    TcpStream::connect(place).await.map_err(|e| Error::Offline(format!("{place}: {e}")))
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Sender> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| error::broken(&e))?;
    // Ends with its last answer, or when nobody reads it any more.
    tokio::spawn(connection.with_upgrades());
    Ok(sender)
}
