//! Runs shells in containers, and attaches to their processes.

use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bollard::exec::{CreateExecOptions, StartExecOptions};
use bollard::query_parameters::{ResizeContainerTTYOptions, ResizeExecOptions};
use futures::StreamExt;
use futures::stream;
use http::Method;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::client::ours;
use super::engine::Engine;
use super::frames::Frames;
use super::one::reference;
use super::wire::{self, Ask};
use crate::model::{Delta, End, Error, Id, Input, Result, Value};
use crate::source::out::Out;
use crate::source::session::{HANG_UP, Over, PATIENCE, SHELL, Terminal, converse, mark, pieces};

/// The most attempts to set the size of a process whose terminal does not exist yet. After each attempt the pause grows
/// by `STEP`.
const TRIES: u32 = 8;
const STEP: Duration = Duration::from_millis(30);

pub async fn shell(engine: Arc<Engine>, id: Id, input: mpsc::Receiver<Input>, out: &mut Out) -> Result<()> {
    let (container, mark) = (reference(&id)?, mark());
    let words: Vec<&str> = SHELL.into_iter().chain([mark.as_str()]).collect();
    let client = engine.client(wire::PATIENCE)?;
    let exec = exec(&client, &container, &words, true).await?;
    let start = Ask::new(Method::POST, format!("/exec/{exec}/start")).body(json!({"Detach": false, "Tty": true}));
    let stream = wire::upgrade(&engine.line, start).await?;
    let window = Window { client: &client, of: Of::Exec(&exec), tty: true };
    if talk(stream, window, input, out).await == Over::Left {
        // An exec runs on when its connection is gone.
        let words: Vec<&str> = HANG_UP.into_iter().chain([mark.as_str()]).collect();
        let _ = timeout(PATIENCE, hang_up(&client, &container, &words)).await;
        return Ok(());
    }
    let end = client.inspect_exec(&exec).await.map_or_else(|_| lost(), |told| end(told.exit_code));
    out.say(Delta::Done(end));
    out.flush().await;
    Ok(())
}

pub async fn attach(engine: Arc<Engine>, id: Id, input: mpsc::Receiver<Input>, out: &mut Out) -> Result<()> {
    let container = reference(&id)?;
    let path = format!("/containers/{container}/json");
    let body: Value = engine.read(&path).await?;
    // An engine accepts an attach to a container that does not run, and then sends nothing.
    ready(&id, &body["State"])?;
    let is = |field: &str| body["Config"][field].as_bool().unwrap_or(false);
    let (tty, stdin) = (is("Tty"), is("OpenStdin"));
    let query = format!("stream=1&stdout=1&stderr=1&stdin={}", u8::from(stdin));
    let ask = Ask::new(Method::POST, format!("/containers/{container}/attach?{query}"));
    let stream = wire::upgrade(&engine.line, ask).await?;
    let client = engine.client(wire::PATIENCE)?;
    let window = Window { client: &client, of: Of::Container(&container), tty };
    // The container may have ended while the stream was opened.
    let now: Value = engine.read(&path).await?;
    if now["State"]["Running"] == Value::Bool(false) {
        out.say(Delta::Done(end(now["State"]["ExitCode"].as_i64())));
        out.flush().await;
        return Ok(());
    }
    if talk(stream, window, input, out).await == Over::Left {
        return Ok(());
    }
    let end = match engine.read::<Value>(&path).await {
        Ok(body) if body["State"]["Running"] == Value::Bool(false) => end(body["State"]["ExitCode"].as_i64()),
        Ok(_) => End::Closed("the container closed this terminal".to_owned()),
        Err(_) => lost(),
    };
    out.say(Delta::Done(end));
    out.flush().await;
    Ok(())
}

/// Whether a session with the container is possible, or what has to be done first.
fn ready(id: &Id, state: &Value) -> Result<()> {
    let is = |field: &str| state[field] == Value::Bool(true);
    let name = &id.name;
    let first = match state["Status"].as_str() {
        _ if is("Restarting") => format!("{name} is restarting: try again when it runs"),
        _ if is("Paused") => format!("{name} is paused: unpause it first"),
        Some(status) if state["Running"] == Value::Bool(false) => match state["ExitCode"].as_i64() {
            Some(code) if status == "exited" => format!("{name} is not running (exited {code}): start it first"),
            _ => format!("{name} is not running ({status}): start it first"),
        },
        _ => return Ok(()),
    };
    Err(Error::Conflict(first))
}

/// Prepares a command in a container.
async fn exec(client: &Docker, container: &str, words: &[&str], tty: bool) -> Result<String> {
    let options = CreateExecOptions {
        cmd: Some(words.to_vec()),
        tty: Some(tty),
        attach_stdin: Some(tty),
        attach_stdout: Some(tty),
        attach_stderr: Some(tty),
        env: Some(vec!["TERM=xterm-256color"]),
        ..CreateExecOptions::default()
    };
    let made = client.create_exec(container, options).await.map_err(ours)?;
    wire::segment(&made.id)
}

async fn hang_up(client: &Docker, container: &str, words: &[&str]) -> Result<()> {
    let exec = exec(client, container, words, false).await?;
    let quiet = StartExecOptions { detach: true, ..StartExecOptions::default() };
    client.start_exec(&exec, Some(quiet)).await.map(drop).map_err(ours)
}

fn end(code: Option<i64>) -> End {
    code.and_then(|code| i32::try_from(code).ok()).map_or_else(lost, End::Code)
}

fn lost() -> End {
    End::Closed("the connection to the container was lost".to_owned())
}

/// Carries bytes between the engine's stream and the session.
async fn talk(
    stream: impl AsyncRead + AsyncWrite + Send,
    window: Window<'_>,
    input: mpsc::Receiver<Input>,
    out: &mut Out,
) -> Over {
    let (reader, writer) = tokio::io::split(stream);
    let tty = window.tty;
    let mut frames = Frames::new(tty);
    let output = pieces(reader).flat_map(move |bytes| {
        let framed = frames.feed(bytes).into_iter();
        stream::iter(framed.map(|(_, piece, _)| piece))
    });
    converse(output, Some(writer), window, tty, input, out).await
}

/// The terminal of a process, if it has one.
struct Window<'a> {
    client: &'a Docker,
    of: Of<'a>,
    tty: bool,
}

/// The owner of the terminal.
enum Of<'a> {
    Exec(&'a str),
    Container(&'a str),
}

impl Window<'_> {
    async fn resize(&self, width: u16, height: u16) -> bool {
        let (w, h) = (width.into(), height.into());
        match self.of {
            Of::Exec(id) => self.client.resize_exec(id, ResizeExecOptions { h, w }).await.is_ok(),
            Of::Container(id) => self.client.resize_container_tty(id, ResizeContainerTTYOptions { h, w }).await.is_ok(),
        }
    }
}

impl Terminal for Window<'_> {
    /// Sets the size again until the engine accepts it. It refuses while the process is starting, and the terminal
    /// would stay at 80 by 24.
    async fn fit(&mut self, width: u16, height: u16) {
        for tried in 1..=TRIES {
            if !self.tty || self.resize(width, height).await {
                return;
            }
            sleep(STEP * tried).await;
        }
    }
}
