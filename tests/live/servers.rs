//! The real servers: `tests/cluster/cluster` and kubectl.

use std::process::{Command, Output};

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
    let mut command = Command::new("timeout");
    command.args(["--kill-after=5", "90"]).arg(program);
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

pub fn kubectl(args: &[&str]) -> String {
    let bin = std::path::Path::new(&kubeconfig()).ancestors().nth(3).unwrap().join("bin/kubectl");
    text(checked(limited(bin).arg("--kubeconfig").arg(kubeconfig()).args(args)))
}

/// What kubectl says on standard error when it must fail.
pub fn kubectl_fails(args: &[String]) -> String {
    let bin = std::path::Path::new(&kubeconfig()).ancestors().nth(3).unwrap().join("bin/kubectl");
    let output = limited(bin).arg("--kubeconfig").arg(kubeconfig()).args(args).output().unwrap();
    assert!(!output.status.success(), "{args:?} went through");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `tests/cluster/cluster ARGS`, with the environment in `env`.
pub fn cluster(args: &[&str], env: &[(&str, &str)]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cluster/cluster");
    // Inherited output: servers started by it live on and would hold a pipe open.
    let status = limited(script).args(args).envs(env.iter().copied()).status().unwrap();
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
