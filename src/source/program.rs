//! Finds and runs external programs. A program gets an array of arguments and no shell, has no access to the terminal,
//! and ends when its owner is dropped.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

const MOST_OUTPUT: usize = 1 << 20;
const MOST_STDERR: usize = 8 << 10;

/// Whether the name contains a directory, so that PATH is not used.
pub fn has_directory(command: &str) -> bool {
    command.contains(std::path::is_separator)
}

/// The file that `command` means. Relative entries of PATH are skipped, because they mean another program in each
/// directory.
pub fn find(command: &str) -> Option<PathBuf> {
    if command.is_empty() {
        return None;
    }
    if has_directory(command) {
        return Some(PathBuf::from(command)).filter(|path| runs(path));
    }
    find_in(command, std::env::var("PATH").ok().as_deref())
}

/// The first program with this name on a PATH.
pub fn find_in(command: &str, path: Option<&str>) -> Option<PathBuf> {
    let mut places = std::env::split_paths(path?).filter(|place| place.is_absolute());
    places.find_map(|place| endings().map(|end| place.join(format!("{command}{end}"))).find(|path| runs(path)))
}

#[cfg(unix)]
fn endings() -> impl Iterator<Item = &'static str> {
    std::iter::once("")
}

#[cfg(not(unix))]
fn endings() -> impl Iterator<Item = &'static str> {
    ["", ".exe", ".cmd", ".bat"].into_iter()
}

#[cfg(unix)]
fn runs(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn runs(path: &Path) -> bool {
    path.is_file()
}

/// A running program. Dropping it ends the program and everything that it started.
pub struct Running {
    child: Box<dyn ChildWrapper>,
    over: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.over {
            let _ = self.child.start_kill();
        }
    }
}

impl Running {
    /// Starts a program with pipes for its output and its errors. `set` adds arguments and environment.
    pub fn start(program: impl AsRef<OsStr>, set: impl FnOnce(&mut Command)) -> io::Result<Self> {
        let mut command = CommandWrap::with_new(program, |command| {
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
            set(command);
        });
        // In a session of its own (setsid) the program has no terminal. A program that opens /dev/tty then fails at
        // once, instead of drawing over the screen and taking keys. Everything that the program started can be ended
        // together with it.
        #[cfg(unix)]
        command.wrap(process_wrap::tokio::ProcessSession);
        Ok(Self { child: command.spawn()?, over: false })
    }

    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin().take()
    }

    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout().take()
    }

    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr().take()
    }

    /// Waits for the end of the program and collects its output.
    async fn ran(mut self) -> io::Result<Ran> {
        let (stdout, stderr) = (self.stdout(), self.stderr());
        let (output, stderr, status) = tokio::try_join!(all(stdout), tail(stderr), async { self.child.wait().await })?;
        self.over = true;
        Ok(Ran { status, output, stderr })
    }
}

/// The result of a run.
pub struct Ran {
    pub status: ExitStatus,
    pub output: Vec<u8>,
    pub stderr: Vec<u8>,
}

impl Ran {
    /// Why the run failed: `failed (1): no such host`. `None` if it did not fail.
    pub fn failure(&self) -> Option<String> {
        if self.status.success() {
            return None;
        }
        let how = self.status.code().map_or_else(|| "was killed".to_owned(), |code| format!("failed ({code})"));
        Some(match last_lines(&self.stderr) {
            said if said.is_empty() => format!("{how} without a message"),
            said => format!("{how}: {said}"),
        })
    }
}

/// Runs a program to its end. `None` if it took longer than `patience`; then it was killed.
pub async fn run(argv: &[String], env: Vec<(String, String)>, patience: Duration) -> io::Result<Option<Ran>> {
    let Some((program, args)) = argv.split_first() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let running = Running::start(program, |command| {
        command.args(args).envs(env);
    })?;
    timeout(patience, running.ran()).await.ok().transpose()
}

async fn all(from: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut output = Vec::new();
    let Some(from) = from else { return Ok(output) };
    from.take(MOST_OUTPUT as u64 + 1).read_to_end(&mut output).await?;
    match output.len() > MOST_OUTPUT {
        true => Err(io::Error::other("it printed more than 1 MiB")),
        false => Ok(output),
    }
}

/// The last [`MOST_STDERR`] bytes of a stream.
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

/// The last three lines of a program's errors, as one line without control characters.
pub fn last_lines(stderr: &[u8]) -> String {
    const MOST: usize = 300;
    let text = String::from_utf8_lossy(stderr);
    let clean = |line: &str| line.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned();
    let lines: Vec<String> = text.lines().map(clean).filter(|line| !line.is_empty()).collect();
    let line = lines[lines.len().saturating_sub(3)..].join(" / ");
    let surplus = line.chars().count().saturating_sub(MOST);
    if surplus == 0 { line } else { format!("…{}", line.chars().skip(surplus).collect::<String>()) }
}
