//! Servers that go, hang, forget and refuse: rows or a clear reason stay on the screen, keys answer, and it
//! recovers by itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::servers::{cluster, kubeconfig, kubectl};
use crate::terminal::Terminal;

const ESC: &str = "\x1b";

fn looking() -> Terminal {
    let terminal = Terminal::start(&kubeconfig(), &["-n", "real"]);
    terminal.shows("OOMKilled", 15);
    terminal.shows("live", 15);
    terminal
}

/// Keys answer while the server does not.
fn keys_answer(terminal: &mut Terminal) {
    terminal.answers("?", "› help");
    terminal.answers(ESC, "OOMKilled");
    terminal.answers("/oom", "1 of");
    terminal.answers(ESC, "hostnet");
}

/// A change made now shows up.
fn follows(terminal: &Terminal, name: &str) {
    kubectl(&["run", name, "-n", "real", "--image=rig.local/none:1", "--image-pull-policy=Never"]);
    terminal.shows(name, 30);
    kubectl(&["delete", "pod", name, "-n", "real", "--force", "--grace-period=0"]);
    terminal.until("it gone", 30, |text| !text.contains(name));
}

/// Time passes on the screen, not in a sleep: the age of staleness is what is waited for.
fn stale_for(terminal: &Terminal, seconds: u64) {
    let wanted: Vec<String> = (seconds..seconds + 10).map(|age| format!("stale {age}s")).collect();
    terminal.until("the age of staleness", seconds + 60, |text| wanted.iter().any(|words| text.contains(words)));
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_api_server_that_is_killed_and_comes_back() {
    let mut terminal = looking();
    cluster(&["kill", "apiserver"], &[]);
    terminal.shows("stale", 10);
    keys_answer(&mut terminal);
    stale_for(&terminal, 20);
    keys_answer(&mut terminal);
    assert!(terminal.text().contains("CrashLoopBackOff") || terminal.text().contains("OOMKilled"));
    cluster(&["start", "apiserver"], &[]);
    let back = terminal.shows("live", 40);
    println!("live again {:.1} s after the server", back.as_secs_f64());
    follows(&terminal, "after-outage");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_api_server_that_hangs() {
    let mut terminal = looking();
    let frozen = Frozen::now();
    let noticed = Instant::now();
    terminal.shows("stale", 90);
    println!("noticed after {:.0} s", noticed.elapsed().as_secs_f64());
    keys_answer(&mut terminal);
    drop(frozen);
    terminal.shows("live", 60);
    follows(&terminal, "after-hang");
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn rows_of_the_last_run_are_there_while_the_server_is_not() {
    let home = std::env::temp_dir().join(format!("spyhop-remembered-{}", std::process::id()));
    fs::create_dir_all(&home).unwrap();
    let env = [("XDG_STATE_HOME", home.to_str().unwrap())];
    let start = || Terminal::with_env(&kubeconfig(), &["-n", "real"], 120, 40, &env);
    let mut terminal = start();
    terminal.shows("OOMKilled", 15);
    terminal.shows("live", 15);
    terminal.keys(":secrets\r");
    terminal.shows("Opaque", 15);
    terminal.shows("live", 15);
    assert_eq!(terminal.quit(), 0);
    let files: Vec<PathBuf> =
        fs::read_dir(home.join("spyhop/rows")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(file).unwrap();
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMi1jYW5hcnk"), "{text}");
    }
    let frozen = Frozen::now();
    let mut terminal = start();
    let shown = terminal.shows("OOMKilled", 5);
    println!("there after {:.3} s", shown.as_secs_f64());
    assert!(terminal.text().contains("as of "), "{}", terminal.text());
    keys_answer(&mut terminal);
    terminal.answers("\x04", "wait until the server has answered");
    drop(frozen);
    terminal.shows("live", 60);
    assert!(!terminal.text().contains("as of "), "{}", terminal.text());
    follows(&terminal, "after-recall");
    fs::remove_dir_all(home).unwrap();
}

/// A frozen API server; thawed again whatever happens.
struct Frozen;

impl Frozen {
    fn now() -> Self {
        cluster(&["stop", "apiserver"], &[]);
        Self
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        cluster(&["cont", "apiserver"], &[]);
    }
}

/// Restarts the API server with other flags, and with its own at the end.
pub struct Flags;

impl Flags {
    pub fn set(flags: &str) -> Self {
        cluster(&["down", "apiserver"], &[]);
        cluster(&["start", "apiserver"], &[("APISERVER_EXTRA", flags)]);
        Self
    }
}

impl Drop for Flags {
    fn drop(&mut self) {
        cluster(&["down", "apiserver"], &[]);
        cluster(&["start", "apiserver"], &[]);
    }
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn watches_that_end_every_few_seconds_and_versions_that_are_forgotten() {
    let _flags = Flags::set("--min-request-timeout=5 --etcd-compaction-interval=10s --feature-gates=WatchList=false");
    let terminal = looking();
    let start = Instant::now();
    // Three rounds of ended watches.
    for round in 0.. {
        follows(&terminal, &format!("round-{round}"));
        if start.elapsed() > Duration::from_secs(30) {
            break;
        }
    }
    assert!(!terminal.text().contains("stale"), "{}", terminal.text());
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn an_old_version_is_listed_again_after_an_outage() {
    let flags = Flags::set("--etcd-compaction-interval=3s");
    let terminal = looking();
    cluster(&["kill", "apiserver"], &[]);
    terminal.shows("stale", 10);
    drop(flags);
    terminal.shows("live", 60);
    follows(&terminal, "after-compaction");
}

fn plugin_kubeconfig(script: &str, mode: &str) -> (PathBuf, PathBuf) {
    let dir = std::env::temp_dir().join(format!("spyhop-login-{mode}-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let program = dir.join("login");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let admin = fs::read_to_string(kubeconfig()).unwrap();
    let user = admin.find("users:").unwrap();
    let end = admin[user..].find("contexts:").unwrap() + user;
    let exec = format!(
        "users: [{{name: admin, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: {}, interactiveMode: {mode}}}}}}}]\n",
        program.display()
    );
    let config = dir.join("config");
    fs::write(&config, format!("{}{exec}{}", &admin[..user], &admin[end..])).unwrap();
    (config, program)
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_login_plugin_that_fails_and_then_works() {
    let (config, program) = plugin_kubeconfig("#!/bin/sh\necho 'the token service is closed' >&2\nexit 7\n", "Never");
    let mut terminal = Terminal::start(config.to_str().unwrap(), &["-n", "real"]);
    terminal.shows("the token service is closed", 15);
    terminal.answers("?", "› help");
    terminal.keys(ESC);
    let answer = credential();
    fs::write(&program, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
    terminal.keys("\x12");
    terminal.shows("OOMKilled", 40);
}

/// What a plugin prints for a robot that may look.
fn credential() -> String {
    let create = |args: &[&str]| kubectl(&[&["create", "-o", "yaml", "--dry-run=client"], args].concat());
    let account = create(&["serviceaccount", "robot", "-n", "real"]);
    let binding = create(&["clusterrolebinding", "robot", "--clusterrole=view", "--serviceaccount=real:robot"]);
    let file = std::env::temp_dir().join(format!("spyhop-robot-{}.yaml", std::process::id()));
    fs::write(&file, format!("{account}---\n{binding}")).unwrap();
    kubectl(&["apply", "-f", file.to_str().unwrap()]);
    let token = kubectl(&["create", "token", "robot", "-n", "real"]);
    format!(
        r#"{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{"token":"{}"}}}}"#,
        token.trim()
    )
}

#[test]
#[ignore = "needs the real servers: tests/run"]
fn a_login_that_asks_gets_the_terminal_and_gives_it_back() {
    let script =
        format!("#!/bin/sh\nprintf 'password: ' >&2\nread -r word\n[ \"$word\" = open ] && echo '{}'\n", credential());
    let (config, _) = plugin_kubeconfig(&script, "Always");
    let mut terminal = Terminal::start(config.to_str().unwrap(), &["-n", "real"]);
    terminal.shows("password:", 15);
    terminal.keys("open\r");
    terminal.shows("OOMKilled", 20);
    terminal.answers("?", "› help");
    assert_eq!(terminal.quit(), 0);
}
