//! Programs in containers: a shell that lives here, over a websocket.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Api;
use super::ask::Ask;
use super::place::Place;
use super::pod::{self, Target};
use super::reply::Answer;
use super::socket::{self, Socket};
use crate::demo::refusal::Refusal;
use crate::demo::shell::Shell;

pub const PROTOCOLS: &[&str] = &["v5.channel.k8s.io", "v4.channel.k8s.io"];
pub const STDIN: u8 = 0;
pub const STDOUT: u8 = 1;
pub const STATUS: u8 = 3;
pub const RESIZE: u8 = 4;
/// A channel is closed; its number follows.
pub const CLOSE: u8 = 255;

/// What was asked to run.
struct Program {
    target: Target,
    command: Vec<String>,
    stdin: bool,
    tty: bool,
}

pub fn open(api: &Arc<Api>, ask: &mut Ask, place: &Place, name: &str) -> Answer {
    let target = reachable(api, ask, place, name, "exec into")?;
    let command: Vec<String> = ask.all("command").map(str::to_owned).collect();
    if command.is_empty() {
        return Err(Refusal::bad("you must specify at least 1 container command"));
    }
    let program = Program { target, command, stdin: ask.is("stdin"), tty: ask.is("tty") };
    let api = api.clone();
    let (reply, coming) = socket::upgrade(ask, PROTOCOLS)?;
    tokio::spawn(async move {
        let Some(mut socket) = coming.open().await else { return };
        let status = match pod::is_running(&program.target.pod, &program.target.container) {
            true => {
                let mut shell = Shell::new(&program.target.pod, &program.target.container, api.now(), program.tty);
                run(&api, &mut socket, &mut shell, &program).await.map(exited)
            }
            false => Some(absent(&program.target.container)),
        };
        end(socket, status).await;
    });
    Ok(reply)
}

/// The container that is meant, if its pod lives.
pub fn reachable(api: &Api, ask: &Ask, place: &Place, name: &str, to: &str) -> Result<Target, Refusal> {
    let target = pod::target(api, ask, place, name)?;
    match target.pod["status"]["phase"].as_str() {
        Some(phase @ ("Succeeded" | "Failed")) => {
            Err(Refusal::bad(format!("cannot {to} a container in a completed pod; current phase is {phase}")))
        }
        Some(_) | None => Ok(target),
    }
}

/// Says how it ended, if somebody still listens.
pub async fn end(mut socket: Socket, status: Option<Value>) {
    if let Some(status) = status {
        socket.send(STATUS, status.to_string().as_bytes()).await;
    }
    socket.close().await;
}

/// Talks until the program ends; its exit code, or `None` when the other side left.
async fn run(api: &Api, socket: &mut Socket, shell: &mut Shell, program: &Program) -> Option<i32> {
    say(socket, shell.start(&program.command)).await?;
    // A shell without an input reads its end at once.
    if !program.stdin && shell.ended().is_none() {
        return Some(0);
    }
    loop {
        if let Some(code) = shell.ended() {
            return Some(code);
        }
        match socket.next().await? {
            (STDIN, bytes) => {
                shell.tell(api.now());
                say(socket, shell.feed(&bytes)).await?;
            }
            (RESIZE, bytes) => {
                if let Some((columns, rows)) = size(&bytes) {
                    shell.resize(columns, rows);
                }
            }
            (CLOSE, channel) if channel.first() == Some(&STDIN) => return Some(shell.ended().unwrap_or(0)),
            _ => {}
        }
    }
}

async fn say(socket: &mut Socket, bytes: Vec<u8>) -> Option<()> {
    (bytes.is_empty() || socket.send(STDOUT, &bytes).await).then_some(())
}

fn size(bytes: &Bytes) -> Option<(u16, u16)> {
    let size: Value = serde_json::from_slice(bytes).ok()?;
    let side = |name: &str| size[name].as_u64().and_then(|side| u16::try_from(side).ok());
    Some((side("Width")?, side("Height")?))
}

pub fn exited(code: i32) -> Value {
    if code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    json!({
        "metadata": {}, "status": "Failure", "message": format!("command terminated with exit code {code}"),
        "reason": "NonZeroExitCode", "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
    })
}

/// In the words of a node whose container is not up.
pub fn absent(container: &str) -> Value {
    let why = format!("Internal error occurred: unable to upgrade connection: container not found (\"{container}\")");
    let mut status = Refusal::new(500, "InternalError", why).status();
    status["details"] = json!({"causes": [{"message": format!("container not found (\"{container}\")")}]});
    status
}
