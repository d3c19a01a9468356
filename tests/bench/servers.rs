//! The real servers: `tests/cluster/cluster` and kubectl. Every command is bounded by `timeout`.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

pub fn kubeconfig() -> String {
    std::env::var("SPYHOP_TEST_KUBECONFIG").expect("SPYHOP_TEST_KUBECONFIG is not set: tests/bench/run sets it")
}

pub fn kubectl() -> PathBuf {
    program("kubectl")
}

/// One of the programs that came with the servers.
pub fn program(name: &str) -> PathBuf {
    std::path::Path::new(&kubeconfig()).ancestors().nth(3).unwrap().join("bin").join(name)
}

/// What there is to see.
#[derive(Clone)]
pub struct Pods {
    pub count: usize,
    pub namespaces: Vec<String>,
    /// Namespace and name of the one that sorts first.
    pub first: (String, String),
}

pub fn pods() -> Pods {
    let mut command = Command::new("timeout");
    command.arg("60").arg(kubectl()).args(["--kubeconfig", &kubeconfig(), "get", "pods", "-A", "--no-headers"]);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<(String, String)> = text.lines().filter_map(pair).collect();
    names.sort();
    let mut namespaces: Vec<String> = names.iter().map(|(namespace, _)| namespace.clone()).collect();
    namespaces.dedup();
    let first = names.first().cloned().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    Pods { count: names.len(), namespaces, first }
}

/// What kubectl says, to either output, when it is given `input`.
pub fn kubectl_with(args: &[&str], input: &str) -> String {
    let mut command = Command::new("timeout");
    command.arg("60").arg(kubectl()).args(["--kubeconfig", &kubeconfig()]).args(args);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

fn pair(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace().map(str::to_owned);
    words.next().zip(words.next())
}

fn script(seconds: u64, args: &[&str]) -> Command {
    let mut command = Command::new("timeout");
    command.arg(seconds.to_string()).arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/cluster")).args(args);
    // Inherited output: servers started by it live on and would hold a pipe open. Ours is the table, so not that one.
    command.stdout(std::io::stderr());
    command
}

pub fn cluster(args: &[&str]) {
    let status = script(120, args).status().unwrap();
    assert!(status.success(), "cluster {args:?}");
}

/// Changes at a steady rate, for so many seconds; waits for the end when dropped.
pub struct Churn(Child);

/// Changes a second.
pub const RATE: u32 = 40;

impl Churn {
    pub fn start(seconds: u64) -> Self {
        let mut command = script(seconds + 60, &["load", "churn", "bulk", &RATE.to_string(), &seconds.to_string()]);
        Self(command.stdout(Stdio::null()).spawn().unwrap())
    }

    /// Twenty pods replaced a second, which may fall behind; it says by how much.
    pub fn replacing(seconds: u64) -> Self {
        Self(script(seconds + 600, &["load", "replace", "bulk", "20", &seconds.to_string()]).spawn().unwrap())
    }
}

impl Drop for Churn {
    fn drop(&mut self) {
        let _ = self.0.wait();
    }
}

/// A frozen API server; thawed whatever happens.
pub struct Frozen;

impl Frozen {
    pub fn now() -> Self {
        cluster(&["stop", "apiserver"]);
        Self
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        cluster(&["cont", "apiserver"]);
    }
}

/// No API server; started again whatever happens.
pub struct Dead;

impl Dead {
    pub fn now() -> Self {
        cluster(&["kill", "apiserver"]);
        Self
    }
}

impl Drop for Dead {
    fn drop(&mut self) {
        cluster(&["start", "apiserver"]);
    }
}
