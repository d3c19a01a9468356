//! The real servers: `tests/cluster/cluster` and kubectl.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub fn kubeconfig() -> String {
    let path = std::env::var("SPYHOP_TEST_KUBECONFIG");
    path.expect("SPYHOP_TEST_KUBECONFIG is not set: tests/run brings up the servers and sets it")
}

pub fn viewer() -> String {
    kubeconfig().replace("admin.kubeconfig", "viewer.kubeconfig")
}

/// A command that is ended when it hangs: a test that waits for ever hides all the others.
pub fn limited(program: impl AsRef<std::ffi::OsStr>) -> Command {
    limited_to("150", program)
}

/// The same with a limit of its own, in seconds.
fn limited_to(seconds: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", seconds]).arg(program);
    command
}

fn checked(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text(output: Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

/// A program of the cluster's.
pub fn program(name: &str) -> std::path::PathBuf {
    std::path::Path::new(&kubeconfig()).ancestors().nth(3).unwrap().join("bin").join(name)
}

pub fn kubectl(args: &[&str]) -> String {
    let bin = program("kubectl");
    text(checked(limited(bin).arg("--kubeconfig").arg(kubeconfig()).args(args)))
}

/// The same with something to read, and without a judgement.
pub fn kubectl_fed(args: &[&str], input: &str) -> Output {
    let mut command = limited(program("kubectl"));
    command.arg("--kubeconfig").arg(kubeconfig()).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// A fresh namespace, once pods may be made in it: its service account comes a moment later, or much later while the
/// controllers still recover from an outage of the API server.
pub fn namespace(name: &str) {
    kubectl(&["delete", "namespace", name, "--ignore-not-found"]);
    kubectl(&["create", "namespace", name]);
    kubectl(&["wait", "--for=create", "serviceaccount/default", "-n", name, "--timeout=140s"]);
}

/// Applies a text.
pub fn apply(text: &str) {
    let output = kubectl_fed(&["apply", "-f", "-"], text);
    assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
}

/// `tests/cluster/cluster ARGS`, with the environment in `env`.
pub fn cluster(args: &[&str], env: &[(&str, &str)]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/cluster");
    // Inherited output: servers started by it live on and would hold a pipe open.
    // The definitions of two hundred kinds take a server some minutes on a slow machine.
    let status = limited_to("600", script).args(args).envs(env.iter().copied()).status().unwrap();
    assert!(status.success(), "cluster {args:?}");
}

pub fn spyhop(kubeconfig: &str, args: &[&str]) -> Output {
    limited(env!("CARGO_BIN_EXE_spyhop")).env("KUBECONFIG", kubeconfig).args(args).output().unwrap()
}

/// `spyhop get ... -o json`.
pub fn get(args: &[&str]) -> Vec<Value> {
    let mut all = vec!["get"];
    all.extend(args);
    all.extend(["-o", "json"]);
    let output = spyhop(&kubeconfig(), &all);
    assert!(output.status.success(), "{all:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
