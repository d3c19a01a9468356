//! An engine that says what it is told to.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::broadcast;

use crate::model::SourceId;
use crate::source::docker::Docker;
use crate::source::docker::endpoint::Endpoint;

type Answers = Arc<Mutex<HashMap<String, (u16, String)>>>;

/// Answers by path and method; every stream of events gets what [`Canned::happen`] says.
pub struct Canned {
    pub socket: PathBuf,
    answers: Answers,
    pub asked: Arc<Mutex<Vec<String>>>,
    events: broadcast::Sender<Option<String>>,
    frozen: Arc<AtomicBool>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Canned {
    pub fn start(name: &str) -> Self {
        let socket = std::env::temp_dir().join(format!("spyhop-{}-{name}.sock", std::process::id()));
        let _ = std::fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).unwrap();
        let (answers, asked): (Answers, Arc<Mutex<Vec<String>>>) = Default::default();
        let (events, _) = broadcast::channel(64);
        let frozen = Arc::new(AtomicBool::new(false));
        let (for_all, heard, told, still) = (answers.clone(), asked.clone(), events.clone(), frozen.clone());
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, for_all.clone(), heard.clone(), told.clone(), still.clone()));
            }
        });
        Self { socket, answers, asked, events, frozen, accepting }
    }

    pub fn source(&self) -> Docker {
        Docker::new(SourceId(9), Endpoint::new("canned", &format!("unix://{}", self.socket.display()), "test"))
    }

    /// `path` without its query.
    pub fn answer(&self, path: &str, status: u16, body: impl ToString) {
        self.answers.lock().unwrap().insert(path.to_owned(), (status, body.to_string()));
    }

    pub fn happen(&self, kind: &str, action: &str, id: &str) {
        let event = serde_json::json!({"Type": kind, "Action": action, "Actor": {"ID": id}});
        let _ = self.events.send(Some(format!("{event}\n")));
    }

    /// A line of the streams of events, whatever it is.
    pub fn say(&self, line: &str) {
        let _ = self.events.send(Some(format!("{line}\n")));
    }

    /// Nothing is answered from now on, and nothing is told; what is open stays so.
    pub fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
    }

    /// All streams of events end.
    pub fn stop(&self) {
        let _ = self.events.send(None);
    }
}

impl Drop for Canned {
    fn drop(&mut self) {
        self.accepting.abort();
        let _ = std::fs::remove_file(&self.socket);
    }
}

async fn serve(
    mut stream: UnixStream,
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
    events: broadcast::Sender<Option<String>>,
    frozen: Arc<AtomicBool>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let line = head.lines().next().unwrap_or_default();
    let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut happened = events.subscribe();
    asked.lock().unwrap().push(line.trim_end_matches(" HTTP/1.1").to_owned());
    if frozen.load(Ordering::SeqCst) {
        return std::future::pending().await;
    }
    if target.starts_with("/events") {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        while let Ok(Some(event)) = happened.recv().await {
            let chunk = format!("{:x}\r\n{event}\r\n", event.len());
            let _ = stream.write_all(chunk.as_bytes()).await;
        }
        let _ = stream.write_all(b"0\r\n\r\n").await;
        return;
    }
    let path = target.split('?').next().unwrap_or_default();
    let missing = || (404, "{\"message\":\"page not found\"}".to_owned());
    let (status, body) = answers.lock().unwrap().get(path).cloned().unwrap_or_else(missing);
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let _ = stream.write_all(answer.as_bytes()).await;
}
