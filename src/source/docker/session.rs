//! Shells in containers, and the containers' own processes: bytes in, bytes out.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::engine::Engine;
use super::frames::Frames;
use super::one::reference;
use super::wire::{self, Ask};
use crate::model::{Delta, End, Error, Id, Input, Result, Value};
use crate::source::kube::out::Out;
use crate::source::kube::session::{HANG_UP, SHELL, mark, returned};

/// Bytes in one piece of output.
const PIECE: usize = 16 << 10;
/// So long may it take to end what a shell left behind.
const PATIENCE: Duration = Duration::from_millis(1500);

/// How often the size is told to a process that has no terminal yet, and how much longer each time between.
const TRIES: u32 = 8;
const STEP: Duration = Duration::from_millis(30);

/// How a conversation came to its end.
#[derive(PartialEq, Eq)]
enum Over {
    /// The process ended, or the way to it.
    Ended,
    /// Nobody listens any more.
    Left,
}

pub async fn shell(engine: Arc<Engine>, id: Id, input: mpsc::Receiver<Input>, out: &mut Out) -> Result<()> {
    let (container, mark) = (reference(&id)?, mark());
    let words: Vec<&str> = SHELL.into_iter().chain([mark.as_str()]).collect();
    let exec = exec(&engine, &container, &words, true).await?;
    let start = Ask::new(Method::POST, format!("/exec/{exec}/start")).body(json!({"Detach": false, "Tty": true}));
    let stream = wire::upgrade(&engine.line, start).await?;
    let resize = format!("/exec/{exec}/resize");
    if converse(&engine, stream, true, &resize, input, out).await == Over::Left {
        // An exec goes on without whoever began it.
        let words: Vec<&str> = HANG_UP.into_iter().chain([mark.as_str()]).collect();
        let _ = timeout(PATIENCE, hang_up(&engine, &container, &words)).await;
        return Ok(());
    }
    let end = match engine.read::<Value>(&format!("/exec/{exec}/json")).await {
        Ok(body) => end(&body["ExitCode"]),
        Err(_) => lost(),
    };
    out.say(Delta::Done(end));
    out.flush().await;
    Ok(())
}

pub async fn attach(engine: Arc<Engine>, id: Id, input: mpsc::Receiver<Input>, out: &mut Out) -> Result<()> {
    let container = reference(&id)?;
    let path = format!("/containers/{container}/json");
    let body: Value = engine.read(&path).await?;
    // An engine takes whoever attaches to a container that does not run, and then says nothing.
    ready(&id, &body["State"])?;
    let is = |field: &str| body["Config"][field].as_bool().unwrap_or(false);
    let (tty, stdin) = (is("Tty"), is("OpenStdin"));
    let query = format!("stream=1&stdout=1&stderr=1&stdin={}", u8::from(stdin));
    let ask = Ask::new(Method::POST, format!("/containers/{container}/attach?{query}"));
    let stream = wire::upgrade(&engine.line, ask).await?;
    let resize = format!("/containers/{container}/resize");
    // The same where it ended while the stream was opened.
    let now: Value = engine.read(&path).await?;
    if now["State"]["Running"] == Value::Bool(false) {
        out.say(Delta::Done(end(&now["State"]["ExitCode"])));
        out.flush().await;
        return Ok(());
    }
    if converse(&engine, stream, tty, &resize, input, out).await == Over::Left {
        return Ok(());
    }
    let end = match engine.read::<Value>(&path).await {
        Ok(body) if body["State"]["Running"] == Value::Bool(false) => end(&body["State"]["ExitCode"]),
        Ok(_) => End::Closed("the container closed this terminal".to_owned()),
        Err(_) => lost(),
    };
    out.say(Delta::Done(end));
    out.flush().await;
    Ok(())
}

/// Whether a container takes part in a conversation, or what is to be done first.
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
async fn exec(engine: &Engine, container: &str, words: &[&str], tty: bool) -> Result<String> {
    let body = json!({
        "Cmd": words, "Tty": tty, "AttachStdin": tty, "AttachStdout": tty, "AttachStderr": tty, "Env": ["TERM=xterm-256color"],
    });
    let made = engine.post(&format!("/containers/{container}/exec"), body).await?;
    wire::segment(made["Id"].as_str().unwrap_or_default())
}

async fn hang_up(engine: &Engine, container: &str, words: &[&str]) -> Result<()> {
    let exec = exec(engine, container, words, false).await?;
    let start = Ask::new(Method::POST, format!("/exec/{exec}/start")).body(json!({"Detach": true, "Tty": false}));
    wire::ask(&engine.line, start).await.map(drop)
}

fn end(code: &Value) -> End {
    code.as_i64().and_then(|code| i32::try_from(code).ok()).map_or_else(lost, End::Code)
}

fn lost() -> End {
    End::Closed("the connection to the container was lost".to_owned())
}

/// Carries bytes both ways until the process ends, or until the session is closed here.
async fn converse(
    engine: &Engine,
    stream: impl AsyncRead + AsyncWrite,
    tty: bool,
    resize: &str,
    input: mpsc::Receiver<Input>,
    out: &mut Out,
) -> Over {
    let (reader, writer) = tokio::io::split(stream);
    tokio::select! {
        () = listen(reader, Frames::new(tty), out) => Over::Ended,
        () = speak(engine, writer, tty, resize, input) => Over::Left,
    }
}

/// Ends with the output. A screen that is slow holds it back, and the process with it.
async fn listen(mut reader: impl AsyncRead + Unpin, mut frames: Frames, out: &mut Out) {
    let mut buffer = vec![0; PIECE];
    loop {
        let n = reader.read(&mut buffer).await.unwrap_or(0);
        if n == 0 {
            return;
        }
        let raw = frames.is_raw();
        for (_, piece, _) in frames.feed(Bytes::copy_from_slice(&buffer[..n])) {
            out.say(Delta::Output(if raw { piece } else { returned(&piece) }));
        }
        out.flush().await;
    }
}

/// Tells the size. An engine refuses it as long as the process is about to start, and would leave it at 80 by 24.
async fn fit(engine: &Engine, path: &str) {
    for tried in 1..=TRIES {
        if wire::ask(&engine.line, Ask::new(Method::POST, path)).await.is_ok() {
            return;
        }
        sleep(STEP * tried).await;
    }
}

/// Ends when the session is closed here; a process that takes no more ends when it likes.
async fn speak(
    engine: &Engine,
    writer: impl AsyncWrite + Unpin,
    tty: bool,
    resize: &str,
    mut input: mpsc::Receiver<Input>,
) {
    let mut writer = Some(writer);
    while let Some(next) = input.recv().await {
        match next {
            Input::Bytes(bytes) => {
                let Some(open) = &mut writer else { continue };
                if open.write_all(&bytes).await.is_err() || open.flush().await.is_err() {
                    writer = None;
                }
            }
            Input::Resize(width, height) if tty => fit(engine, &format!("{resize}?w={width}&h={height}")).await,
            // The gate holds back what is typed.
            Input::Resize(..) | Input::Hold(_) => {}
            Input::Close => {
                if let Some(mut open) = writer.take() {
                    let _ = open.shutdown().await;
                }
            }
        }
    }
}
