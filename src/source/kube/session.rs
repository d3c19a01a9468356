//! Runs shells in containers, and attaches to the process of a container, over a websocket of the API server.

use std::sync::Arc;

use futures::stream::{self, BoxStream};
use futures::{FutureExt, SinkExt, StreamExt};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::api::{Api, AttachParams, AttachedProcess, TerminalSize};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::ask::{Ask, JSON};
use super::server::Server;
use crate::model::{Delta, End, Error, Id, Input, Reach, Result, Str, Value};
use crate::source::out::{self, Out};
use crate::source::session::{HANG_UP, Over, PATIENCE, SHELL, Terminal, converse, mark, pieces};

/// The most bytes that wait between the websocket and the session.
const PIPE: usize = 64 << 10;

/// Starts a shell in, or attaches to, a container of the pod `id`.
pub fn open(
    server: Arc<Server>,
    id: Id,
    container: Str,
    reach: Reach,
    input: mpsc::Receiver<Input>,
) -> BoxStream<'static, Result<Delta>> {
    out::stream(move |out| run(server, id, container, reach, input, out).boxed())
}

async fn run(
    server: Arc<Server>,
    id: Id,
    container: Str,
    reach: Reach,
    input: mpsc::Receiver<Input>,
    out: &mut Out,
) -> Result<()> {
    // The kube crate puts names into paths without checking them.
    id.check()?;
    let pods: Api<Pod> = Api::namespaced(server.client().await?, &id.namespace);
    let (name, mark) = (id.name.as_str(), mark());
    let takes = match reach {
        Reach::Attach => Takes::read(&server, &id, &container).await?,
        Reach::Shell | Reach::Forward { .. } => Takes::TERMINAL,
    };
    let params = takes.params(&container);
    let begun = match reach {
        Reach::Attach => pods.attach(name, &params).await,
        Reach::Shell | Reach::Forward { .. } => {
            pods.exec(name, SHELL.into_iter().chain([mark.as_str()]), &params).await
        }
    };
    let process = match begun {
        Ok(process) => process,
        Err(error) => return Err(refused(&server, &id, &container, &reach, &error).await),
    };
    if talk(process, takes.tty, input, out).await == Over::Left && reach != Reach::Attach {
        let quiet = Takes { tty: false, stdin: false }.params(&container);
        let hang_up = async {
            let words = HANG_UP.into_iter().chain([mark.as_str()]);
            if let Ok(process) = pods.exec(name, words, &quiet).await {
                let _ = process.join().await;
            }
        };
        let _ = timeout(PATIENCE, hang_up).await;
    }
    Ok(())
}

/// The streams that a process has.
#[derive(Clone, Copy)]
struct Takes {
    tty: bool,
    stdin: bool,
}

impl Takes {
    const TERMINAL: Self = Self { tty: true, stdin: true };

    async fn read(server: &Server, id: &Id, container: &str) -> Result<Self> {
        let pod: Value = server.read(&Ask::object(id, JSON)).await?;
        let all = ["containers", "initContainers", "ephemeralContainers"].into_iter();
        let mut all = all.filter_map(|list| pod["spec"][list].as_array()).flatten();
        let Some(spec) = all.find(|spec| container.is_empty() || spec["name"] == container) else {
            return Err(Error::Gone(format!("{} has no container {container}", id.name)));
        };
        let is = |field: &str| spec[field].as_bool().unwrap_or(false);
        Ok(Self { tty: is("tty"), stdin: is("stdin") })
    }

    fn params(self, container: &str) -> AttachParams {
        AttachParams {
            container: (!container.is_empty()).then(|| container.to_owned()),
            stdin: self.stdin,
            stdout: true,
            // A terminal has a single output stream.
            stderr: !self.tty,
            tty: self.tty,
            max_stdin_buf_size: Some(PIPE),
            max_stdout_buf_size: Some(PIPE),
            max_stderr_buf_size: Some(PIPE),
        }
    }
}

/// The refusal of an upgrade has a status and no text. The same question without an upgrade is answered with the
/// reason.
async fn refused(server: &Server, id: &Id, container: &str, reach: &Reach, error: &kube::Error) -> Error {
    let part = if *reach == Reach::Attach { "attach" } else { "exec" };
    let mut ask = Ask::part(id, part, JSON).with("stdout", "true");
    if !container.is_empty() {
        ask = ask.with("container", container);
    }
    for word in SHELL.iter().filter(|_| *reach != Reach::Attach) {
        ask = ask.with("command", word);
    }
    match (error, server.ask(&ask).await) {
        (kube::Error::UpgradeConnection(_), Err(why @ (Error::Denied(_) | Error::Gone(_)))) => why,
        (kube::Error::UpgradeConnection(_), Err(why)) if !asks_for_upgrade(why.text()) => why,
        _ => server.failure(error),
    }
}

/// Whether the server only misses the upgrade, so that the reason is still unknown (`UpgradeAwareHandler` of
/// apimachinery). That is a BadRequest without a cause, so only its words tell.
fn asks_for_upgrade(text: &str) -> bool {
    text.to_lowercase().contains("upgrade request required")
}

/// Carries bytes both ways, and reports how the process ended.
async fn talk(mut process: AttachedProcess, tty: bool, input: mpsc::Receiver<Input>, out: &mut Out) -> Over {
    let status = process.take_status();
    let (stdin, sizes) = (process.stdin(), Sizes(process.terminal_size()));
    let stdout = stream::iter(process.stdout()).flat_map(pieces);
    let stderr = stream::iter(process.stderr()).flat_map(pieces);
    let output = stream::select(stdout, stderr);
    if converse(output, stdin, sizes, tty, input, out).await == Over::Left {
        return Over::Left;
    }
    let status = match status {
        Some(status) => status.await,
        None => None,
    };
    out.say(Delta::Done(end(status)));
    out.flush().await;
    Over::Ended
}

/// A process without a terminal has no size.
struct Sizes(Option<futures::channel::mpsc::Sender<TerminalSize>>);

impl Terminal for Sizes {
    async fn fit(&mut self, width: u16, height: u16) {
        if let Some(sizes) = &mut self.0 {
            let _ = sizes.send(TerminalSize { width, height }).await;
        }
    }
}

/// Reads the exit code from the causes of a failure.
fn end(status: Option<Status>) -> End {
    let Some(status) = status else { return End::Closed("the connection to the container was lost".to_owned()) };
    if status.status.as_deref() == Some("Success") {
        return End::Code(0);
    }
    let causes = status.details.and_then(|details| details.causes).unwrap_or_default();
    let code = causes.iter().find(|cause| cause.reason.as_deref() == Some("ExitCode"));
    match code.and_then(|cause| cause.message.as_deref()?.parse().ok()) {
        Some(code) => End::Code(code),
        None => End::Closed(status.message.unwrap_or_else(|| "the container ended it".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Option<Status> {
        serde_json::from_str(text).ok()
    }

    /// The first is what a real API server (1.36) answers where all is well.
    #[test]
    fn a_server_that_only_misses_the_upgrade_has_nothing_against_it() {
        assert!(asks_for_upgrade("Upgrade request required"));
        assert!(!asks_for_upgrade("container nosuch is not valid for pod web"));
        assert!(!asks_for_upgrade("pod web does not have a host assigned"));
    }

    #[test]
    fn exit_codes_are_read_from_the_status() {
        assert_eq!(end(status(r#"{"status":"Success"}"#)), End::Code(0));
        let failure = r#"{"status":"Failure","message":"command terminated with exit code 5","reason":"NonZeroExitCode",
            "details":{"causes":[{"reason":"ExitCode","message":"5"}]}}"#;
        assert_eq!(end(status(failure)), End::Code(5));
        let other = r#"{"status":"Failure","message":"no such container"}"#;
        assert_eq!(end(status(other)), End::Closed("no such container".to_owned()));
        assert!(matches!(end(None), End::Closed(_)));
    }
}
