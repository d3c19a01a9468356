//! The way to one engine: how a connection is made, and those that are free for the next question. Over a socket a new
//! one costs less than to keep it; TLS and ssh are another matter.

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

/// A connection that broke has said why by then.
const CAUSE: Duration = Duration::from_millis(500);
/// A connection that nobody used for so long is closed.
const SPARE: Duration = Duration::from_secs(30);

type Asked = Request<Full<Bytes>>;
type Sender = SendRequest<Full<Bytes>>;

#[derive(Clone)]
pub struct Line {
    pub endpoint: Endpoint,
    free: Arc<Mutex<Vec<(Instant, Sender)>>>,
    /// When anything came from the engine, in milliseconds since the line was made.
    heard: Arc<AtomicU64>,
    made: Instant,
}

impl Line {
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, free: Arc::default(), heard: Arc::default(), made: Instant::now() }
    }

    /// Something came: the engine is there.
    pub fn hear(&self) {
        let millis = self.made.elapsed().as_millis();
        self.heard.fetch_max(u64::try_from(millis).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// When something came last.
    pub fn heard(&self) -> Instant {
        self.made + Duration::from_millis(self.heard.load(Ordering::Relaxed))
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

/// A connection that nothing was asked over so far.
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
        // Ends with its last answer, or when nobody reads it any more.
        let connection = tokio::spawn(connection.with_upgrades());
        Ok(Self { sender, connection, last_words })
    }
}

/// What broke the connection says more than that a question was lost: an engine refuses certificates only after it was
/// connected to.
async fn cause(failed: hyper::Error, connection: JoinHandle<hyper::Result<()>>) -> Error {
    match timeout(CAUSE, connection).await {
        Ok(Ok(Err(cause))) => error::broken(&cause),
        Ok(Ok(Ok(())) | Err(_)) | Err(_) => error::broken(&failed),
    }
}
