//! The real Docker engine: what docker itself says is what the tables say, and what is done is done.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;

use crate::servers::{apply, cluster, kubeconfig, kubectl, limited, namespace};
use crate::terminal::Terminal;

const IMAGE: &str = "rig.local/busybox:1";
const ENTER: &str = "\r";
const ESC: &str = "\x1b";
const CONFIRM: &str = "\t\r";

fn run_dir() -> PathBuf {
    PathBuf::from(kubeconfig()).ancestors().nth(2).unwrap().to_owned()
}

fn host() -> String {
    format!("unix://{}", run_dir().join("docker.sock").display())
}

fn tried(args: &[&str]) -> Output {
    limited("docker").args(["-H", &host()]).args(args).output().unwrap()
}

fn docker(args: &[&str]) -> String {
    let output = tried(args);
    assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// An engine with nothing on it but one image.
fn engine() {
    cluster(&["up", "dockerd"], &[]);
    let all = docker(&["ps", "-aq"]);
    let all: Vec<&str> = all.split_whitespace().collect();
    if !all.is_empty() {
        docker(&[["rm", "--force", "--volumes"].as_slice(), &all].concat());
    }
    docker(&["volume", "prune", "--force"]);
    docker(&["load", "--input", run_dir().join("busybox.tar").to_str().unwrap()]);
    docker(&["image", "prune", "--force"]);
}

fn run(name: &str, more: &[&str], command: &[&str]) {
    let start = ["run", "--detach", "--network=none", "--stop-timeout=1", "--name", name];
    docker(&[start.as_slice(), more, &[IMAGE], command].concat());
}

fn spyhop(args: &[&str]) -> Output {
    let mut command = limited(env!("CARGO_BIN_EXE_spyhop"));
    command.env("DOCKER_HOST", host()).env("KUBECONFIG", "/nonexistent").args(args).output().unwrap()
}

fn get(kind: &str) -> Vec<Value> {
    let output = spyhop(&["get", kind, "-o", "json"]);
    assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn explorer(args: &[&str]) -> Terminal {
    let env = [("DOCKER_HOST", host())];
    let env: Vec<(&str, &str)> = env.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let terminal = Terminal::with_env("/nonexistent", args, 140, 40, &env);
    terminal.shows("live", 15);
    terminal
}

/// Lines of words, sorted, from rows and from docker alike.
fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

fn said(format: &[&str]) -> Vec<String> {
    sorted(docker(format).lines().map(str::to_owned).collect())
}

fn rows(kind: &str, line: impl Fn(&Value) -> String) -> Vec<String> {
    sorted(get(kind).iter().map(line).collect())
}

fn word(row: &Value, title: &str) -> String {
    row[title].as_str().unwrap_or_default().to_owned()
}

fn state(name: &str) -> String {
    docker(&["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", name]).trim().to_owned()
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn every_table_equals_dockers_own() {
    engine();
    docker(&["volume", "create", "spy-data"]);
    run(
        "spy-web",
        &["--label", "com.docker.compose.project=shop", "--label", "com.docker.compose.service=web"],
        &["sleep", "1000"],
    );
    run("spy-db", &["-v", "spy-data:/data", "--label", "com.docker.compose.project=shop"], &["sleep", "1000"]);
    run("spy-failed", &[], &["sh", "-c", "exit 3"]);
    run("spy-held", &[], &["sleep", "1000"]);
    docker(&["pause", "spy-held"]);
    docker(&["create", "--name", "spy-fresh", "--network=none", IMAGE]);
    docker(&["wait", "spy-failed"]);
    let first = |row: &Value, title: &str| word(row, title).split(' ').next().unwrap_or_default().to_owned();
    assert_eq!(
        rows("docker/containers", |row| format!(
            "{} {} {} {}",
            word(row, "name"),
            word(row, "IMAGE"),
            first(row, "STATE"),
            row["RESTARTS"]
        )),
        said(&["ps", "-a", "--format", "{{.Names}} {{.Image}} {{.State}} 0"])
    );
    assert!(get("docker/containers").iter().any(|row| word(row, "STATE") == "exited 3"));
    assert_eq!(
        rows("images", |row| format!("{} {}", word(row, "name"), word(row, "ID"))),
        said(&["images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}"])
    );
    assert_eq!(
        rows("volumes", |row| format!("{} {}", word(row, "name"), word(row, "DRIVER"))),
        said(&["volume", "ls", "--format", "{{.Name}} {{.Driver}}"])
    );
    assert!(get("volumes").iter().any(|row| word(row, "name") == "spy-data" && word(row, "USED BY") == "spy-db"));
    assert_eq!(
        rows("networks", |row| format!("{} {} {}", word(row, "name"), word(row, "DRIVER"), word(row, "SCOPE"))),
        said(&["network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"])
    );
    assert_eq!(rows("projects", |row| format!("{} {}", word(row, "name"), word(row, "RUNNING"))), ["shop 2/2"]);
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn every_action_has_its_effect() {
    engine();
    run("spy-act", &[], &["sleep", "1000"]);
    let mut screen = explorer(&["--write", "-c", "docker"]);
    screen.shows("● running", 10);
    for (key, after, told, wanted) in [
        ("H", "○ paused", "spy-act paused", "paused 0"),
        ("U", "● running", "spy-act unpaused", "running 0"),
        ("x", "exited 137", "spy-act stopped", "exited 137"),
        ("u", "● running", "spy-act started", "running 0"),
        ("r", "● running", "spy-act restarted", "running 0"),
        ("\x0b", "exited 137", "spy-act got KILL", "exited 137"),
    ] {
        screen.keys(key);
        screen.shows("[ Cancel ]", 5);
        assert!(screen.text().contains("docker --host unix://"), "{}", screen.text());
        // In a field Enter goes on to the button; all else starts on Cancel.
        let buttons = if key == "r" { "\r\r" } else { CONFIRM };
        screen.keys(buttons);
        screen.shows(told, 30);
        screen.shows(after, 10);
        assert_eq!(state("spy-act"), wanted, "{key:?}");
    }
    screen.keys("\x04");
    screen.shows("[ Cancel ]", 5);
    screen.keys(CONFIRM);
    // Not before it is gone: for a moment it is only "removing".
    screen.shows("spy-act removed", 20);
    assert!(!tried(&["inspect", "spy-act"]).status.success());
    docker(&["volume", "create", "spy-gone"]);
    screen.keys(":volumes\r");
    screen.shows("spy-gone", 10);
    screen.keys("\x04");
    screen.shows("docker --host", 5);
    screen.keys(CONFIRM);
    screen.shows("spy-gone removed", 20);
    assert!(!docker(&["volume", "ls", "-q"]).contains("spy-gone"));
    docker(&["tag", IMAGE, "rig.local/spare:9"]);
    screen.keys(":images /spare\r");
    screen.shows("spare:9", 10);
    screen.keys("\x04");
    screen.shows("image rm rig.local/spare:9", 5);
    screen.keys(CONFIRM);
    screen.shows("spare:9 removed", 20);
    assert!(docker(&["images"]).contains("busybox") && !docker(&["images"]).contains("spare"));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_happens_shows_at_once() {
    engine();
    run("spy-live", &[], &["sleep", "1000"]);
    let screen = explorer(&["-c", "docker"]);
    screen.shows("● running", 10);
    let mut slowest = Duration::ZERO;
    for (what, shown) in [("pause", "paused"), ("unpause", "● running"), ("kill", "exited 137"), ("start", "● running")]
    {
        docker(&[what, "spy-live"]);
        slowest = slowest.max(screen.shows(shown, 5));
    }
    docker(&["rename", "spy-live", "spy-renamed"]);
    slowest = slowest
        .max(screen.until("the new name alone", 5, |text| text.contains("spy-renamed") && !text.contains("spy-live")));
    docker(&["rm", "--force", "spy-renamed"]);
    slowest = slowest.max(screen.until("it gone", 5, |text| !text.contains("spy-renamed")));
    println!("slowest {slowest:?} after docker came back");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_engine_that_stops_and_comes_back() {
    engine();
    run("spy-stays", &["--restart=always"], &["sleep", "1000"]);
    let mut screen = explorer(&["-c", "docker"]);
    screen.shows("● running", 10);
    cluster(&["down", "dockerd"], &[]);
    screen.shows("stale", 15);
    screen.answers("?", "› help");
    screen.answers(ESC, "spy-stays");
    cluster(&["start", "dockerd"], &[]);
    println!("live again after {:?}", screen.shows("live", 30));
    run("spy-after", &[], &["sleep", "1000"]);
    screen.shows("spy-after", 10);
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn refusals_and_absences_are_said() {
    engine();
    let socket = run_dir().join("docker.sock");
    let refused = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_spyhop")])
        .args(["get", "docker/containers"])
        .envs([("DOCKER_HOST", host().as_str()), ("KUBECONFIG", "/nonexistent"), ("HOME", "/tmp")])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && text.contains("permission denied") && text.contains("docker.sock"), "{text}");
    let absent = format!("unix://{}.nowhere", socket.display());
    let gone = limited(env!("CARGO_BIN_EXE_spyhop"))
        .args(["get", "docker/containers"])
        .envs([("DOCKER_HOST", absent.as_str()), ("KUBECONFIG", "/nonexistent")])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&gone.stderr).contains("does not exist"));
}

/// A program called ssh that stays here and starts docker's own end of the line.
fn ssh_to_here(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("spyhop-ssh-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\nexport DOCKER_HOST={}\nwhile [ \"$1\" != -- ]; do shift; done\nshift 2\nexec \"$@\"\n",
        host()
    );
    std::fs::write(folder.join("ssh"), script).unwrap();
    std::fs::set_permissions(folder.join("ssh"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_engine_behind_ssh_is_as_one_that_is_here() {
    engine();
    run("spy-far", &[], &["sleep", "1000"]);
    let folder = ssh_to_here("far");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let env = [("DOCKER_HOST", "ssh://me@far"), ("PATH", path.as_str())];
    let mut screen = Terminal::with_env("/nonexistent", &["--write", "-c", "docker"], 140, 40, &env);
    screen.shows("● running", 15);
    // What it uses shows after two measurements.
    screen.until("its memory", 15, |text| text.lines().any(|line| line.contains("spy-far") && line.contains("Ki")));
    docker(&["pause", "spy-far"]);
    screen.shows("paused", 5);
    docker(&["unpause", "spy-far"]);
    screen.shows("● running", 5);
    screen.keys("s");
    screen.shows("/ #", 15);
    screen.keys("echo far-$((40+2)); exit 3\r");
    screen.shows("far-42", 10);
    screen.shows("exit 3", 10);
    std::fs::remove_dir_all(folder).unwrap();
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn only_the_rows_on_the_screen_are_measured() {
    engine();
    for i in 0..12 {
        run(&format!("spy-{i:02}"), &[], &["sleep", "1000"]);
    }
    let env = [("DOCKER_HOST", host())];
    let env: Vec<(&str, &str)> = env.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let mut screen = Terminal::with_env("/nonexistent", &["-c", "docker"], 140, 10, &env);
    let measured =
        |name: &'static str| move |text: &str| text.lines().any(|line| line.contains(name) && line.contains("Ki"));
    screen.until("what the first one uses", 15, measured("spy-00"));
    screen.keys("G");
    screen.until("what the last one uses", 15, measured("spy-11"));
    screen.keys(":sort mem\r");
    screen.shows("measuring all", 5);
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_pod_and_its_container_lead_to_each_other() {
    engine();
    namespace("twin");
    // On no node: the engine alone says what runs.
    apply(
        "{apiVersion: v1, kind: Pod, metadata: {name: web-0, namespace: twin}, spec: {nodeName: nowhere, containers: \
         [{name: app, image: 'rig.local/busybox:1'}]}}",
    );
    let uid = kubectl(&["-n", "twin", "get", "pod", "web-0", "-o", "jsonpath={.metadata.uid}"]);
    let labels: Vec<String> =
        [("pod.uid", uid.as_str()), ("pod.namespace", "twin"), ("pod.name", "web-0"), ("container.name", "app")]
            .iter()
            .flat_map(|(key, value)| ["--label".to_owned(), format!("io.kubernetes.{key}={value}")])
            .collect();
    run("spy-twin", &labels.iter().map(String::as_str).collect::<Vec<_>>(), &["sleep", "1000"]);
    run("spy-single", &[], &["sleep", "1000"]);
    let (config, host) = (kubeconfig(), host());
    let env = [("DOCKER_HOST", host.as_str())];
    let mut screen = Terminal::with_env(&config, &["-c", "pods twin"], 140, 40, &env);
    screen.shows("web-0", 15);
    screen.keys("B");
    screen.until("the container", 10, |text| text.contains("spy-twin") && !text.contains("spy-single"));
    screen.keys("B");
    screen.until("the pod", 10, |text| text.contains("twin") && text.contains("› pods") && !text.contains("spy-twin"));
    screen.keys(":docker/containers /single\r");
    screen.shows("1 of 2", 10);
    screen.keys("B");
    screen.shows("belongs to no pod", 5);
    kubectl(&["delete", "namespace", "twin", "--wait=false"]);
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn nothing_is_done_while_it_is_read_only() {
    engine();
    run("spy-safe", &["-e", "DB_PASSWORD=hunter2-canary"], &["sleep", "1000"]);
    let mut screen = explorer(&["-c", "docker"]);
    screen.shows("ROOT", 5);
    screen.shows("● running", 10);
    for key in ["x", "r", "H", "\x0b", "\x04", "s", "a"] {
        screen.keys(key);
        screen.shows("start with --write", 5);
    }
    assert_eq!(state("spy-safe"), "running 0");
    screen.keys("d");
    screen.shows("DB_PASSWORD=", 10);
    assert!(!screen.text().contains("canary"), "{}", screen.text());
    screen.keys("y");
    screen.shows("AppArmorProfile", 10);
    assert!(!screen.text().contains("canary"), "{}", screen.text());
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn logs_follow_both_streams_and_a_restart() {
    engine();
    run(
        "spy-log",
        &[],
        &["sh", "-c", "echo to-out; echo to-err >&2; i=0; while sleep 1; do i=$((i+1)); echo beat-$i; done"],
    );
    run("spy-tty", &["--tty"], &["sh", "-c", "while sleep 1; do echo in-a-terminal; done"]);
    let mut screen = explorer(&["-c", "docker"]);
    screen.keys("/spy-log\r");
    screen.shows("1 of", 5);
    screen.keys("l");
    for words in ["to-out", "to-err", "beat-2"] {
        screen.shows(words, 10);
    }
    docker(&["restart", "--time=0", "spy-log"]);
    screen.shows("continues when it starts again", 10);
    screen.until("the second beginning", 15, |text| text.matches("to-out").count() == 2);
    screen.keys(ESC);
    screen.shows("1 of", 5);
    screen.keys(ESC);
    screen.until("all of them", 5, |text| !text.contains("1 of"));
    screen.keys("/spy-tty\r");
    screen.shows("1 of", 5);
    screen.keys("l");
    screen.shows("in-a-terminal", 10);
    engine();
}

/// Waits until the processes of a container are so.
fn processes(container: &str, so: impl Fn(&str) -> bool) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let all = docker(&["top", container]);
        if so(&all) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{all}");
    }
}

/// Waits until a container runs a program: what a terminal echoes was not begun yet.
fn runs(container: &str, program: &str) {
    processes(container, |all| all.contains(program));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn shells_have_a_terminal_and_leave_nothing_behind() {
    engine();
    run("spy-box", &["--tty", "--interactive"], &["sh"]);
    let mut screen = explorer(&["--write", "-c", "docker"]);
    screen.shows("● running", 10);
    screen.keys("s");
    screen.shows("/ #", 10);
    screen.typed("stty size; tty\r", "37 140");
    screen.keys("sleep 500\r");
    runs("spy-box", "sleep 500");
    screen.keys("\x03");
    screen.shows("^C", 5);
    screen.keys("echo code $?\r");
    screen.shows("code 130", 5);
    // A NUL first in a piece of output is no head of a frame.
    screen.keys("clear; printf '\\0\\0\\0'; sleep 1; printf '\\0\\1\\2'; echo still-here\r");
    screen.until("the end of the line", 10, |text| text.matches("still-here").count() >= 1 && !text.contains("clear;"));
    screen.keys("exit 7\r");
    screen.shows("exit 7", 5);
    screen.keys(ENTER);
    screen.shows("● running", 5);
    screen.keys("a");
    screen.keys("echo from-$((40+2))\r");
    screen.shows("from-42", 10);
    screen.keys("\x1d");
    screen.shows("keeps running", 5);
    assert_eq!(state("spy-box"), "running 0");
    screen.keys("s");
    screen.shows("/ #", 10);
    screen.keys("sleep 4321 &\r");
    screen.shows("sleep 4321", 5);
    runs("spy-box", "sleep 4321");
    screen.keys("\x1d");
    screen.shows("keeps running", 5);
    screen.keys("\x03");
    screen.shows("quitting spyhop ends them", 5);
    screen.keys(CONFIRM);
    processes("spy-box", |all| !all.contains("4321"));
    engine();
}

fn filtered(filter: &str) -> Vec<String> {
    let output = spyhop(&["get", "docker/containers", "--filter", filter, "-o", "name"]);
    assert!(output.status.success(), "{filter}: {}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    sorted(names.lines().map(|line| line.rsplit('/').next().unwrap_or_default().to_owned()).collect())
}

fn row(name: &str) -> Value {
    get("docker/containers").into_iter().find(|row| word(row, "name") == name).unwrap_or_default()
}

fn until(what: &str, mut is: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while !is() {
        assert!(std::time::Instant::now() < deadline, "{what} did not come");
        std::thread::yield_now();
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn what_is_not_well_shows_in_a_word() {
    engine();
    run("spy-loop", &["--restart=always"], &["sh", "-c", "exit 7"]);
    let failed = tried(&["run", "--detach", "--network=none", "--name", "spy-never", IMAGE, "no-such-program"]);
    assert!(!failed.status.success());
    let check = ["--health-cmd", "false", "--health-interval=1s", "--health-retries=1"];
    run("spy-sick", &check, &["sleep", "1000"]);
    run("spy-ended", &[], &["sh", "-c", "exit 3"]);
    run("spy-busy", &[], &["sh", "-c", "while :; do :; done"]);
    let screen = Terminal::with_env("/nonexistent", &["-c", "docker"], 80, 24, &[("DOCKER_HOST", host().as_str())]);
    let said = |name: &str, words: &str| {
        let (name, words) = (name.to_owned(), words.to_owned());
        move |text: &str| text.lines().any(|line| line.contains(&name) && line.contains(&words))
    };
    screen.until("who is unhealthy", 30, said("spy-sick", "unhealthy"));
    screen.until("a start that failed", 10, said("spy-never", "created 127"));
    screen.until("how it ended before it restarts", 30, said("spy-loop", "restarting 7"));
    for (filter, names) in [
        ("state=exited", ["spy-ended"].as_slice()),
        ("state=running name!=spy-loop", &["spy-busy", "spy-sick"]),
        ("health=unhealthy", &["spy-sick"]),
        ("state=created", &["spy-never"]),
    ] {
        assert_eq!(filtered(filter), names, "{filter}");
    }
    // CPU takes two measurements, and the command line waits for both.
    until("a busy container", || filtered("cpu>20") == ["spy-busy"]);
    assert!(row("spy-busy")["CPU%"].as_f64().is_some_and(|cpu| cpu > 20.0));
    let sorted = spyhop(&["get", "docker/containers", "--sort", "-cpu", "-o", "name"]);
    assert!(String::from_utf8_lossy(&sorted.stdout).lines().next().is_some_and(|line| line.ends_with("spy-busy")));
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn sizes_are_those_that_docker_prints() {
    engine();
    let shown = spyhop(&["get", "images"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    for line in docker(&["images", "--format", "{{.Repository}}:{{.Tag}} {{.Size}}"]).lines() {
        let (name, size) = line.split_once(' ').unwrap();
        assert!(
            shown.lines().any(|line| line.contains(name) && line.contains(&format!(" {size} "))),
            "{line}: {shown}"
        );
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn describe_knows_what_inspect_knows() {
    engine();
    let more = [
        "--publish=8080-8081:80-81",
        "--publish=5353:53/udp",
        "--tmpfs=/run:size=64m",
        "--memory=64m",
        "--pids-limit=50",
        "--privileged",
        "--log-opt=max-size=1m",
        "--health-cmd=wget --password=canary localhost",
    ];
    let create = ["create", "--network=none", "--name", "spy-all"];
    docker(&[create.as_slice(), &more, &[IMAGE, "sh", "-c", "serve --token canary"]].concat());
    let mut screen =
        Terminal::with_env("/nonexistent", &["-c", "docker"], 140, 70, &[("DOCKER_HOST", host().as_str())]);
    screen.shows("spy-all", 15);
    screen.keys("d");
    for words in [
        "80/tcp",
        "8081",
        "53/udp",
        "tmpfs size=64m",
        "64MiB",
        "privileged",
        "json-file",
        "max-size=1m",
        "wget --password=••••••",
        "serve --token ••••••",
    ] {
        screen.shows(words, 5);
    }
    assert!(!screen.text().contains("exit code") && !screen.text().contains("canary"), "{}", screen.text());
    screen.keys("y");
    screen.shows("AppArmorProfile", 5);
    assert!(!screen.text().contains("canary"), "{}", screen.text());
    let wide = spyhop(&["get", "docker/containers", "-o", "wide"]);
    assert!(!String::from_utf8_lossy(&wide.stdout).contains("canary"));
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn the_command_line_commands_an_engine() {
    engine();
    run("spy-cli", &[], &["sleep", "1000"]);
    let refused = spyhop(&["stop", "containers", "spy-cli", "--yes"]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && why.contains("--write"), "{why}");
    assert_eq!(state("spy-cli"), "running 0");
    let said = |args: &[&str]| {
        let output = spyhop(&[args, &["--write", "--yes"]].concat());
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    for (args, wanted) in [
        (&["pause", "docker/containers", "spy-cli"][..], "paused 0"),
        (&["unpause", "docker/containers/spy-cli"], "running 0"),
        (&["stop", "containers", "spy-cli", "grace=1"], "exited 137"),
        (&["start", "containers", "spy-cli"], "running 0"),
        (&["restart", "docker/containers", "spy-cli", "@host"], "running 0"),
        (&["kill", "docker/containers", "spy-cli", "signal=KILL"], "exited 137"),
        (&["start", "containers/spy-cli"], "running 0"),
        (&["kill", "docker/containers", "spy-cli"], "exited 137"),
        (&["start", "containers", "spy-cli"], "running 0"),
    ] {
        said(args);
        until(wanted, || state("spy-cli") == wanted);
    }
    let runs = spyhop(&["delete", "docker/containers", "spy-cli", "--write", "--yes"]);
    let why = String::from_utf8_lossy(&runs.stderr).into_owned();
    assert!(
        !runs.status.success() && why.contains("spy-cli is still running: stop it first, or remove it with force"),
        "{why}"
    );
    said(&["delete", "docker/containers", "spy-cli", "--force"]);
    assert!(!tried(&["inspect", "spy-cli"]).status.success());
    docker(&["tag", IMAGE, "rig.local/spare:9"]);
    said(&["delete", "images", "rig.local/spare:9"]);
    docker(&["volume", "create", "spy-gone"]);
    said(&["delete", "volumes/spy-gone"]);
    assert!(!docker(&["volume", "ls", "-q"]).contains("spy-gone") && !docker(&["images"]).contains("spare"));
    let gone = spyhop(&["stop", "containers", "spy-none", "--write", "--yes"]);
    assert!(String::from_utf8_lossy(&gone.stderr).contains("\"spy-none\" not found"));
    let several = spyhop(&["get", "docker/containers", "@host,@nowhere"]);
    assert!(String::from_utf8_lossy(&several.stderr).contains("no engine is called 'nowhere'"));
    run("spy-one", &[], &["sleep", "1000"]);
    let all = spyhop(&["get", "docker/containers", "@*"]);
    let all = String::from_utf8(all.stdout).unwrap();
    assert!(all.contains("CONTEXT") && all.contains("docker/host") && all.contains("spy-one"), "{all}");
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn lines_of_a_project_say_who_speaks() {
    engine();
    for name in ["web", "db"] {
        let service = format!("com.docker.compose.service={name}");
        let labels = ["--label", "com.docker.compose.project=shop", "--label", &service];
        run(&format!("shop-{name}-1"), &labels, &["sh", "-c", &format!("echo from-{name}; sleep 1000")]);
    }
    until("what they say", || {
        docker(&["logs", "shop-web-1"]).contains("from-web") && docker(&["logs", "shop-db-1"]).contains("from-db")
    });
    let lines = |subject: &str| {
        let output = spyhop(&["logs", subject]);
        assert!(output.status.success(), "{subject}: {}", String::from_utf8_lossy(&output.stderr));
        sorted(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
    };
    assert_eq!(lines("projects/shop"), ["shop-db-1 from-db", "shop-web-1 from-web"]);
    for subject in ["docker/shop-web-1", "docker/containers/shop-web-1", "shop-web-1"] {
        assert_eq!(lines(subject), ["from-web"], "{subject}");
    }
    let mut screen = explorer(&["-c", "projects"]);
    screen.shows("shop", 10);
    screen.keys("l");
    screen.shows("shop-db-1 from-db", 10);
    screen.shows("shop-web-1 from-web", 10);
    engine();
}

/// What docker's own program says and when it ends is what ours says and when it ends: stopped, on its way to an end,
/// and with a policy that starts it again.
#[test]
#[ignore = "needs the real servers: tests/run"]
fn logs_that_are_followed_end_as_dockers_do() {
    engine();
    run("spy-over", &[], &["sh", "-c", "echo over"]);
    until("it is over", || state("spy-over") == "exited 0");
    run("spy-ends", &[], &["sh", "-c", "echo begins; sleep 4; echo ends"]);
    run("spy-again", &["--restart=always"], &["sh", "-c", "echo again; sleep 4"]);
    for name in ["spy-over", "spy-ends", "spy-again"] {
        let ours = std::thread::spawn(move || spyhop(&["logs", "--follow", "--tail=1", name]));
        let theirs = docker(&["logs", "--follow", "--tail=1", name]);
        let ours = ours.join().unwrap();
        assert!(ours.status.success(), "{name}: {}", String::from_utf8_lossy(&ours.stderr));
        assert_eq!(String::from_utf8(ours.stdout).unwrap(), theirs, "{name}");
    }
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn attaching_to_what_does_not_run_says_so() {
    engine();
    run("spy-ended", &["--tty", "--interactive"], &["sh", "-c", "exit 3"]);
    docker(&["wait", "spy-ended"]);
    let mut screen = explorer(&["--write", "-c", "docker"]);
    screen.shows("exited 3", 10);
    screen.keys("a");
    screen.shows("spy-ended is not running (exited 3): start it first", 10);
    engine();
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_engine_that_hangs_is_no_longer_live() {
    engine();
    let screen = explorer(&["-c", "docker/images"]);
    cluster(&["stop", "dockerd"], &[]);
    let noticed = screen.until("that it hangs", 8, |text| text.contains("stale"));
    cluster(&["cont", "dockerd"], &[]);
    println!("stale after {noticed:?}, live again after {:?}", screen.shows("live", 30));
    engine();
}
