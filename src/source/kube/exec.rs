//! Runs credential plugins: programs that the kubeconfig names. Time and output are limited. The caller runs a plugin
//! that needs the terminal.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::credential::{Credential, GROUP};
use super::kubeconfig::{Exec, filled};
use crate::model::{Error, Result, Value};
use crate::source::now;
use crate::source::program::{self, Ran};

/// One plugin of one user.
pub struct Plugin {
    exec: Arc<Exec>,
    /// The value for `provideClusterInfo`; null if the plugin does not get it.
    cluster: Value,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Never,
    IfAvailable,
    Always,
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
        let ran = program::run(&argv, env, limit).await;
        let Some(ran) = ran.map_err(|error| Error::Invalid(format!("{}: {error}", self.title())))? else {
            let why = format!("{} did not answer within {} s", self.title(), limit.as_secs_f32());
            return Err(login(mode, argv, why));
        };
        match ran.failure() {
            Some(why) => Err(self.failed(mode, argv, &ran, &why)),
            None => self.read(&ran.output),
        }
    }

    /// Reads the credential from the output of a run.
    pub fn read(&self, output: &[u8]) -> Result<Credential> {
        Credential::read(output, self.version()?, now()).map_err(|error| error.within(self.title()))
    }

    /// The plugin, to be run in the terminal. Its standard output has to be captured.
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

    fn failed(&self, mode: Mode, argv: Vec<String>, ran: &Ran, why: &str) -> Error {
        let mode = if wants_terminal(&String::from_utf8_lossy(&ran.stderr)) { mode } else { Mode::Never };
        login(mode, argv, format!("{} {why}", self.title()))
    }
}

fn login(mode: Mode, argv: Vec<String>, why: String) -> Error {
    let program = if mode == Mode::Never { Vec::new() } else { argv };
    Error::Login { program, why }
}

/// Whether the text is that of a program without a terminal. An ExecCredential has no field for it, and plugins share
/// no exit code for it.
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
