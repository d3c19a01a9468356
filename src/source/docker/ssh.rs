//! Reaches an engine on another host through the user's ssh: `ssh HOST docker system dial-stdio`, as docker does; podman has
//! the same command. There is no shell on this side and no terminal for ssh. Questions of ssh are answered by its agent or not at all.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::kinds::docker::Program;
use crate::model::{Error, Result};
use crate::source::program::{Running, last_lines, tail};

/// The variables that ssh and its agents need. No other variable is passed on.
const ENV: &[&str] = &[
    "HOME",
    "PATH",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "SSH_AUTH_SOCK",
    "XDG_RUNTIME_DIR",
    "KRB5CCNAME",
    "SystemRoot",
    "USERPROFILE",
];

/// The longest time until a failed ssh tells the reason.
const LAST_WORDS: Duration = Duration::from_secs(1);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub program: PathBuf,
    pub args: Vec<String>,
}

impl Command {
    /// Takes `ssh://[user@]host[:port][/socket]` apart, as docker does. `program` is ssh, and `engine` runs on the host.
    pub fn new(program: PathBuf, engine: &Program, url: &str) -> std::result::Result<Self, String> {
        let url: http::Uri = url.parse().map_err(|error| format!("'{url}' is not an address: {error}"))?;
        let (authority, host) = (url.authority().map_or("", |all| all.as_str()), url.host().unwrap_or_default());
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        if host.is_empty() {
            return Err(format!("'{url}' has no host"));
        }
        if user.is_some_and(|user| user.contains(':')) {
            return Err("a password in an address is visible to everybody; use a key and the ssh agent".to_owned());
        }
        let mut args: Vec<String> = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-T"].map(str::to_owned).into();
        args.extend(user.into_iter().flat_map(|user| ["-l".to_owned(), user.to_owned()]));
        args.extend(url.port_u16().into_iter().flat_map(|port| ["-p".to_owned(), port.to_string()]));
        args.extend(["--".to_owned(), host.trim_matches(['[', ']']).to_owned(), engine.name.to_owned()]);
        if !matches!(url.path(), "" | "/") {
            args.extend([engine.address.to_owned(), format!("unix://{}", url.path())]);
        }
        args.extend(["system", "dial-stdio"].map(str::to_owned));
        Ok(Self { program, args })
    }

    /// With the file of a key.
    #[must_use]
    pub fn by(mut self, key: &str) -> Self {
        self.args.splice(0..0, ["-i".to_owned(), key.to_owned()]);
        self
    }
}

/// Starts ssh. Its output is that of the engine.
pub fn connect(command: &Command) -> Result<(Piped, LastWords)> {
    let failed = |error: io::Error| Error::Offline(format!("{}: {error}", command.program.display()));
    let started = Running::start(&command.program, |ssh| {
        let env = ENV.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
        ssh.args(&command.args).env_clear().envs(env).stdin(Stdio::piped());
    });
    let mut program = started.map_err(failed)?;
    let (input, output, errors) = (program.stdin(), program.stdout(), program.stderr());
    let Some(output) = output else { return Err(failed(io::ErrorKind::BrokenPipe.into())) };
    Ok((Piped { input, output, _program: program }, LastWords(tokio::spawn(tail(errors)))))
}

/// The errors that ssh printed.
pub struct LastWords(JoinHandle<io::Result<Vec<u8>>>);

impl LastWords {
    pub async fn error(self, host: &str) -> Error {
        let said = timeout(LAST_WORDS, self.0).await.ok().and_then(|said| said.ok()?.ok()).unwrap_or_default();
        match last_lines(&said) {
            said if said.is_empty() => Error::Offline(format!("{host}: ssh ended without a message")),
            said => Error::Offline(format!("{host}: {said}")),
        }
    }
}

/// The output and input of a program as one stream. The program ends when the stream is dropped.
pub struct Piped {
    input: Option<ChildStdin>,
    output: ChildStdout,
    _program: Running,
}

impl AsyncRead for Piped {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.output).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Piped {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_write(cx, bytes),
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    /// The other side sees the end of a pipe only when the pipe is closed.
    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.input = None;
        Poll::Ready(Ok(()))
    }
}
