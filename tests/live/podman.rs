//! The real Podman: an engine that answers as docker's does.

use std::path::PathBuf;
use std::process::Output;

use serde_json::Value;

use crate::servers::{cluster, kubeconfig, limited};
use crate::terminal::Terminal;

const IMAGE: &str = "rig.local/busybox:1";

fn host() -> String {
    let run: PathBuf = PathBuf::from(kubeconfig()).ancestors().nth(2).unwrap().to_owned();
    format!("unix://{}", run.join("podman.sock").display())
}

fn podman(args: &[&str]) -> String {
    let output = limited("podman").args(["--url", &host()]).args(args).output().unwrap();
    assert!(output.status.success(), "podman {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// An engine with nothing on it but one image.
fn engine() {
    cluster(&["up", "podman"], &[]);
    podman(&["pod", "rm", "--all", "--force"]);
    podman(&["rm", "--all", "--force", "--time", "0"]);
}

fn run(name: &str, more: &[&str], command: &[&str]) {
    let start = ["run", "--detach", "--stop-timeout=1", "--name", name];
    podman(&[start.as_slice(), more, &[IMAGE], command].concat());
}

fn spyhop(args: &[&str]) -> Output {
    let mut command = limited(env!("CARGO_BIN_EXE_spyhop"));
    command.env("CONTAINER_HOST", host()).env("KUBECONFIG", "/nonexistent").env_remove("DOCKER_HOST");
    command.args(args).output().unwrap()
}

fn get(kind: &str) -> Vec<Value> {
    let output = spyhop(&["get", kind, "@podman/host", "-o", "json"]);
    assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn word<'a>(row: &'a Value, title: &str) -> &'a str {
    row[title].as_str().unwrap_or_default()
}

fn rows(kind: &str, line: impl Fn(&Value) -> String) -> Vec<String> {
    let mut lines: Vec<String> = get(kind).iter().map(line).collect();
    lines.sort();
    lines
}

fn said(format: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = podman(format).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn tables_equal_podmans_own() {
    engine();
    podman(&["pod", "create", "--name", "spy-pod"]);
    run("spy-in", &["--pod", "spy-pod"], &["sleep", "1000"]);
    run("spy-web", &["--label", "com.docker.compose.project=shop"], &["sleep", "1000"]);
    run("spy-failed", &[], &["sh", "-c", "exit 3"]);
    podman(&["create", "--name", "spy-fresh", IMAGE]);
    podman(&["wait", "spy-failed"]);
    let first = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
    // The columns of its own table say when, so that they change.
    let told: Vec<Value> = serde_json::from_str(&podman(&["ps", "--all", "--format", "json"])).unwrap();
    let mut told: Vec<String> = told
        .iter()
        .map(|one| format!("{} {} {}", one["Names"][0].as_str().unwrap(), word(one, "Image"), word(one, "State")))
        .collect();
    told.sort();
    assert_eq!(told.len(), 5, "{told:?}");
    let line = |row: &Value| format!("{} {} {}", word(row, "name"), word(row, "IMAGE"), first(word(row, "STATE")));
    assert_eq!(rows("containers", line), told);
    assert!(get("containers").iter().any(|row| word(row, "STATE") == "exited 3"));
    assert_eq!(
        rows("images", |row| word(row, "name").to_owned()),
        said(&["images", "--format", "{{.Repository}}:{{.Tag}}"])
    );
    assert_eq!(rows("projects", |row| word(row, "name").to_owned()), ["shop"]);
    podman(&["volume", "create", "spy-data"]);
    assert_eq!(rows("volumes", |row| word(row, "name").to_owned()), said(&["volume", "ls", "--format", "{{.Name}}"]));
    podman(&["volume", "rm", "spy-data"]);
    let page = spyhop(&["describe", "containers", "@podman/host", "spy-web"]);
    assert!(String::from_utf8_lossy(&page.stdout).contains("com.docker.compose.project"));
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_is_done_is_done() {
    engine();
    run("spy-done", &[], &["sleep", "1000"]);
    let state = || podman(&["inspect", "--format", "{{.State.Status}}", "spy-done"]).trim().to_owned();
    for (verb, expected) in [
        ("pause", "paused"),
        ("unpause", "running"),
        ("stop", "exited"),
        ("start", "running"),
        ("kill", "exited"),
        ("restart", "running"),
    ] {
        let refused = spyhop(&[verb, "containers", "spy-done", "@podman/host", "--yes"]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains("--write"), "{verb}: read-only by default");
        let done = spyhop(&[verb, "containers", "spy-done", "@podman/host", "--yes", "--write"]);
        assert!(done.status.success(), "{verb}: {}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(state(), expected, "{verb}");
    }
    let done = spyhop(&["delete", "containers", "spy-done", "@podman/host", "--yes", "--write", "--force"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(podman(&["ps", "--all", "--quiet"]), "");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_screen_follows_the_engine() {
    engine();
    let host = host();
    let mut terminal =
        Terminal::with_env("/nonexistent", &["--write", "-c", "podman"], 140, 40, &[("CONTAINER_HOST", &host)]);
    terminal.shows("podman/host", 15);
    run("spy-live", &[], &["sh", "-c", "while :; do echo tick; sleep 1; done"]);
    terminal.shows("spy-live", 15);
    terminal.keys("l");
    terminal.shows("tick", 15);
    terminal.keys("\x1b");
    terminal.shows("IMAGE", 10);
    terminal.keys("x");
    terminal.shows(&format!("podman --url {host} stop spy-live"), 10);
    terminal.keys("\x1b");
    terminal.keys("s");
    terminal.shows("#", 15);
    terminal.keys("echo in-$((40 + 2))\r");
    terminal.shows("in-42", 10);
    terminal.keys("exit\r");
    terminal.shows("IMAGE", 10);
    engine();
    terminal.until("it is gone", 15, |text| !text.contains("spy-live"));
}
