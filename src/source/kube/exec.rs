//! Credential plugins: programs that the kubeconfig names, run as argument arrays, away from the terminal, in
//! bounded time and with bounded output. What needs the terminal is handed to the caller.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::credential::{Credential, GROUP};
use super::kubeconfig::{Exec, filled};
use super::program;
use crate::model::{Error, Result, Time, Value};

const MOST_OUTPUT: usize = 1 << 20;
const MOST_STDERR: usize = 8 << 10;

/// One plugin of one user.
pub struct Plugin {
    exec: Arc<Exec>,
    /// What `provideClusterInfo` gives away; null without it.
    cluster: Value,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Never,
    IfAvailable,
    Always,
}

/// What a run left behind.
struct Ran {
    status: ExitStatus,
    output: Vec<u8>,
    stderr: Vec<u8>,
}

impl Plugin {
    pub fn new(exec: Arc<Exec>, cluster: Value) -> Self {
        Self { exec, cluster }
    }

    /// Runs the plugin without a terminal.
    pub async fn run(&self, limit: Duration) -> Result<Credential> {
        let mode = self.mode()?;
        let argv = self.argv()?;
        if mode == Mode::Always {
            return Err(Error::Login { program: argv, why: format!("{} asks for the terminal", self.title()) });
        }
        let env = self.env(false)?;
        let Ok(ran) = tokio::time::timeout(limit, spawn(&argv, env)).await else {
            let why = format!("{} did not answer within {} s", self.title(), limit.as_secs_f32());
            return Err(login(mode, argv, why));
        };
        let ran = ran.map_err(|error| Error::Invalid(format!("{}: {error}", self.title())))?;
        if !ran.status.success() {
            return Err(self.failed(mode, argv, &ran));
        }
        self.read(&ran.output)
    }

    /// The credential in what a run printed.
    pub fn read(&self, output: &[u8]) -> Result<Credential> {
        let now = Time(jiff::Timestamp::now().as_millisecond());
        Credential::read(output, self.version()?, now).map_err(|error| error.within(self.title()))
    }

    /// The plugin with the terminal as its own and its standard output to be captured.
    pub fn interactive(&self) -> Result<std::process::Command> {
        let argv = self.argv()?;
        let mut command = std::process::Command::new(&argv[0]);
        command.args(&argv[1..]).envs(self.env(true)?).stdout(Stdio::piped());
        Ok(command)
    }

    /// The program with its full path, and its arguments.
    fn argv(&self) -> Result<Vec<String>> {
        let command = self.command();
        let path = program::find(command).ok_or_else(|| self.absent())?;
        let path = path.to_str().unwrap_or(command).to_owned();
        Ok(std::iter::once(path).chain(self.exec.args.iter().flatten().cloned()).collect())
    }

    fn command(&self) -> &str {
        self.exec.command.as_deref().unwrap_or_default()
    }

    fn title(&self) -> String {
        format!("credential plugin {}", Path::new(self.command()).file_name().unwrap_or_default().display())
    }

    fn absent(&self) -> Error {
        let command = self.command();
        if command.is_empty() {
            return Error::Invalid("the kubeconfig names a credential plugin without a command".to_owned());
        }
        let hint = filled(self.exec.install_hint.clone()).map_or_else(
            || "install it, or correct `command` in the kubeconfig".to_owned(),
            |hint| hint.split_whitespace().collect::<Vec<_>>().join(" "),
        );
        let place =
            if program::has_directory(command) { "does not exist or is not executable" } else { "is not in PATH" };
        Error::Invalid(format!("credential plugin {command} {place}: {hint}"))
    }

    fn version(&self) -> Result<&str> {
        let version = self.exec.api_version.as_deref().unwrap_or_default();
        match version.strip_prefix(GROUP) {
            Some("/v1" | "/v1beta1") => Ok(version),
            _ => Err(Error::Unsupported(format!(
                "{} uses {version:?}, which no longer exists: set apiVersion to {GROUP}/v1 (and update the plugin)",
                self.title()
            ))),
        }
    }

    fn mode(&self) -> Result<Mode> {
        match self.exec.interactive_mode.as_deref().unwrap_or_default() {
            "Never" => Ok(Mode::Never),
            "" | "IfAvailable" => Ok(Mode::IfAvailable),
            "Always" => Ok(Mode::Always),
            other => Err(Error::Invalid(format!(
                "{}: interactiveMode {other:?} is not Never, IfAvailable or Always",
                self.title()
            ))),
        }
    }

    fn env(&self, interactive: bool) -> Result<Vec<(String, String)>> {
        let mut spec = json!({ "interactive": interactive });
        if !self.cluster.is_null() {
            spec["cluster"] = self.cluster.clone();
        }
        let info = json!({ "apiVersion": self.version()?, "kind": "ExecCredential", "spec": spec });
        let own = self.exec.env.iter().flatten().map(|var| (var.name.clone(), var.value.clone().unwrap_or_default()));
        Ok(own.chain([("KUBERNETES_EXEC_INFO".to_owned(), info.to_string())]).collect())
    }

    fn failed(&self, mode: Mode, argv: Vec<String>, ran: &Ran) -> Error {
        let said = last_lines(&ran.stderr);
        let how = ran.status.code().map_or_else(|| "was killed".to_owned(), |code| format!("failed ({code})"));
        let why = match said.is_empty() {
            true => format!("{} {how} without a message", self.title()),
            false => format!("{} {how}: {said}", self.title()),
        };
        let mode = if wants_terminal(&String::from_utf8_lossy(&ran.stderr)) { mode } else { Mode::Never };
        login(mode, argv, why)
    }
}

async fn spawn(argv: &[String], env: Vec<(String, String)>) -> io::Result<Ran> {
    let mut command = CommandWrap::with_new(&argv[0], |command| {
        command.args(&argv[1..]).envs(env).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
    });
    // Under setsid it has no terminal, so that a plugin which opens /dev/tty fails at once instead of
    // drawing over the screen and taking keys, and all it started can be ended with it.
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessSession);
    let mut running = Running(command.spawn()?, false);
    let (stdout, stderr) = (running.0.stdout().take(), running.0.stderr().take());
    let (output, stderr, status) = tokio::try_join!(all(stdout), tail(stderr), async { running.0.wait().await })?;
    running.1 = true;
    Ok(Ran { status, output, stderr })
}

fn login(mode: Mode, argv: Vec<String>, why: String) -> Error {
    let program = if mode == Mode::Never { Vec::new() } else { argv };
    Error::Login { program, why }
}

/// Ends the program and all it started when nobody waits for it any more.
struct Running(Box<dyn ChildWrapper>, bool);

impl Drop for Running {
    fn drop(&mut self) {
        if !self.1 {
            let _ = self.0.start_kill();
        }
    }
}

async fn all(from: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut output = Vec::new();
    let Some(from) = from else { return Ok(output) };
    from.take(MOST_OUTPUT as u64 + 1).read_to_end(&mut output).await?;
    match output.len() > MOST_OUTPUT {
        true => Err(io::Error::other("it printed more than 1 MiB, which is not a credential")),
        false => Ok(output),
    }
}

pub async fn tail(from: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut from) = from else { return Ok(kept) };
    let mut piece = [0; 4096];
    loop {
        let n = from.read(&mut piece).await?;
        if n == 0 {
            return Ok(kept);
        }
        kept.extend_from_slice(&piece[..n]);
        kept.drain(..kept.len().saturating_sub(MOST_STDERR));
    }
}

/// The end of what a plugin said, on one line and without control characters.
pub fn last_lines(stderr: &[u8]) -> String {
    const MOST: usize = 300;
    let text = String::from_utf8_lossy(stderr);
    let clean = |line: &str| line.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
    let lines: Vec<String> = text.lines().map(clean).filter(|line| !line.is_empty()).collect();
    let line = lines[lines.len().saturating_sub(3)..].join(" / ");
    let surplus = line.chars().count().saturating_sub(MOST);
    if surplus == 0 { line } else { format!("…{}", line.chars().skip(surplus).collect::<String>()) }
}

/// What programs say when they miss a terminal. An ExecCredential has no field for it, and an exit code means nothing
/// that plugins agree on.
fn wants_terminal(stderr: &str) -> bool {
    const WORDS: &[&str] = &[
        "terminal",
        "tty",
        "interactive",
        "inappropriate ioctl",
        "eof when reading",
        "stdin is not",
        "standard input is not",
    ];
    let text = stderr.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}
