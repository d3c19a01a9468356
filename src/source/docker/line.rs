//! The connections to one engine: how one is made, and which are free for the next request. A new connection over a
//! socket costs less than keeping one. TLS and ssh connections are kept.

use std::sync::atomic::{AtomicU64, Ordering};
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
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::endpoint::{Endpoint, Way};
use super::ssh;
use super::{error, tls};
use crate::model::{Error, Result};

/// The longest time until a broken connection tells the reason.
const CAUSE: Duration = Duration::from_millis(500);
/// A connection that was not used for this time is closed.
const SPARE: Duration = Duration::from_secs(30);

type Asked = Request<Full<Bytes>>;
type Sender = SendRequest<Full<Bytes>>;

#[derive(Clone)]
pub struct Line {
    pub endpoint: Endpoint,
    free: Arc<Mutex<Vec<(Instant, Sender)>>>,
    /// When anything was last received from the engine, in milliseconds since the line was made.
    heard: Arc<AtomicU64>,
    made: Instant,
}

impl Line {
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, free: Arc::default(), heard: Arc::default(), made: Instant::now() }
    }

    /// Notes that something was received.
    pub fn hear(&self) {
        let millis = self.made.elapsed().as_millis();
        self.heard.fetch_max(u64::try_from(millis).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// When something was last received.
    pub fn heard(&self) -> Instant {
        self.made + Duration::from_millis(self.heard.load(Ordering::Relaxed))
    }

    pub async fn send(&self, mut request: Asked) -> Result<Response<Incoming>> {
        // Only reads use a free connection. It may be closed by now, and a write must not be sent twice.
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
        let Fresh { mut sender, connection, last_words } = self.connect().await?;
        match sender.send_request(request).await {
            Ok(response) => Ok(self.keep(sender, response)),
            Err(failed) => Err(match last_words {
                Some(last_words) => last_words.error(&self.endpoint.host).await,
                None => cause(failed, connection).await,
            }),
        }
    }

    async fn connect(&self) -> Result<Fresh> {
        match &self.endpoint.way {
            Way::Unix(socket) => {
                let stream = UnixStream::connect(socket).await.map_err(|e| error::unreachable(socket, &e))?;
                Fresh::new(stream, None).await
            }
            Way::Tcp(place) => Fresh::new(tcp(place).await?, None).await,
            Way::Tls(place, keys) => Fresh::new(tls::connect(tcp(place).await?, place, keys).await?, None).await,
            Way::Ssh(command) => {
                let (stream, last_words) = ssh::connect(command)?;
                Fresh::new(stream, Some(last_words)).await
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

    /// Frees the connection once its answer was read to the end, if it can be used again.
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

/// A connection that was not used yet.
struct Fresh {
    sender: Sender,
    connection: JoinHandle<hyper::Result<()>>,
    last_words: Option<ssh::LastWords>,
}

impl Fresh {
    async fn new(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        last_words: Option<ssh::LastWords>,
    ) -> Result<Self> {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| error::broken(&e))?;
        // The task ends with the last answer, or when nobody reads it.
        let connection = tokio::spawn(connection.with_upgrades());
        Ok(Self { sender, connection, last_words })
    }
}

/// The error of the connection, which says more than that of the request: an engine refuses certificates only after the
/// connection was made.
async fn cause(failed: hyper::Error, connection: JoinHandle<hyper::Result<()>>) -> Error {
    match timeout(CAUSE, connection).await {
        Ok(Ok(Err(cause))) => error::broken(&cause),
        Ok(Ok(Ok(())) | Err(_)) | Err(_) => error::broken(&failed),
    }
}
