//! Logs of containers on the real node: how fast they are read, and how keys fare while they pour in.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use vt100::Screen;

use crate::picture;
use crate::plan::Plan;
use crate::proc::{self, Meter};
use crate::servers::{self, kubeconfig, kubectl};
use crate::terminal::{Goal, ROWS, Terminal};

const NAMESPACE: &str = "bench-logs";
/// As many as fit into one file of the kubelet: it rotates at 10 MiB, and `kubectl logs` reads the newest only.
const LINES: usize = 130_000;

const READ: &str = "i=0; while [ $i -lt 13 ]; do seq $((i*10000+1)) $((i*10000+10000)); i=$((i+1)); done; sleep 100000";
/// 20,000 lines a second and more; how many it were is measured.
const POUR: &str = "i=0; while :; do i=$((i+1)); seq $((i*2000)) $((i*2000+1999)); usleep 70000; done";

/// A whole log, read once.
pub struct Reading {
    pub lines: f64,
    pub cpu: Option<f64>,
    pub peak: Option<f64>,
}

/// Keys while lines arrive.
#[derive(Default)]
pub struct Pouring {
    /// Lines a second that arrived on the screen.
    pub rate: Option<f64>,
    pub busy: Option<f64>,
    pub peak: Option<f64>,
    /// Milliseconds until lines wrap or do not, the newest staying on the screen.
    pub following: Vec<f64>,
    /// Milliseconds until an older page moved by a line.
    pub paused: Vec<f64>,
}

pub struct Logs {
    pub count: usize,
    pub spyhop: Vec<Reading>,
    pub kubectl: Vec<Reading>,
    pub pouring: Pouring,
}

pub fn measure(plan: &Plan) -> Logs {
    let pods = Pods::start();
    let (spyhop, plain) = (PathBuf::from(env!("CARGO_BIN_EXE_spyhop")), kubectl());
    let count = lines(&plain, &["-n", NAMESPACE, "logs", "read"]);
    let ours = lines(&spyhop, &["-n", NAMESPACE, "logs", "read"]);
    assert_eq!((count, ours), (LINES, LINES), "kubectl and spyhop read all lines");
    let mut logs = Logs { count, spyhop: Vec::new(), kubectl: Vec::new(), pouring: Pouring::default() };
    for _ in 0..plan.rounds {
        logs.spyhop.push(read(&spyhop));
        logs.kubectl.push(read(&plain));
    }
    logs.pouring = pour(plan);
    drop(pods);
    logs
}

fn lines(program: &Path, args: &[&str]) -> usize {
    let output =
        Command::new(program).args(args).env("KUBECONFIG", kubeconfig()).stdin(Stdio::null()).output().unwrap();
    output.stdout.iter().filter(|byte| **byte == b'\n').count()
}

fn read(program: &Path) -> Reading {
    let mut command = Command::new(program);
    command.args(["-n", NAMESPACE, "logs", "read"]).env("KUBECONFIG", kubeconfig());
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let (pid, mut peak) = (child.id(), None);
    let zombie = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    while !zombie() && started.elapsed() < Duration::from_secs(60) {
        peak = proc::peak(pid).or(peak);
        sleep(Duration::from_millis(2));
    }
    let seconds = started.elapsed().as_secs_f64();
    // Not yet waited for, it still knows its CPU time.
    let cpu = proc::cpu(pid);
    let _ = child.kill();
    assert!(child.wait().unwrap().success(), "{}", program.display());
    Reading { lines: LINES as f64 / seconds, cpu, peak }
}

fn pour(plan: &Plan) -> Pouring {
    let args = ["-n", NAMESPACE, "-c", "pods /pour"];
    let mut terminal = Terminal::start(
        Path::new(env!("CARGO_BIN_EXE_spyhop")),
        &args,
        &kubeconfig(),
        vec![Box::new(|screen| screen.contents().contains("Running"))],
    );
    terminal.reached(0, Duration::from_secs(20)).expect("the pod is listed");
    terminal.aim(Box::new(|screen| newest(screen).is_some()));
    terminal.keys("l");
    terminal.reached(0, Duration::from_secs(20)).expect("its log is shown");
    // The first thousands of lines are read as one piece.
    sleep(plan.settle);
    let (meter, from, began) = (Meter::new(terminal.pid()), terminal.with(newest), Instant::now());
    sleep(plan.busy);
    let busy = meter.and_then(|meter| meter.percent());
    let arrived = terminal.with(newest).zip(from).map(|(now, from)| (now - from) as f64);
    let rate = arrived.map(|lines| lines / began.elapsed().as_secs_f64());
    let keys = plan.keys * plan.rounds / 2;
    let following = press(&mut terminal, keys, |_, screen| {
        let wrapped = wraps(screen);
        ("w", Box::new(move |screen| wraps(screen) != wrapped))
    });
    terminal.aim(picture::says("paused"));
    terminal.keys(&UP.repeat(60));
    terminal.reached(0, Duration::from_secs(5)).expect("an older page");
    let paused = press(&mut terminal, keys, |i, screen| {
        let top = picture::line(screen, TOP);
        (if (i / 20) % 2 == 0 { UP } else { DOWN }, Box::new(move |screen| picture::line(screen, TOP) != top))
    });
    Pouring { rate, busy, peak: proc::peak(terminal.pid()), following, paused }
}

const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";
/// A row of lines, whatever stands above them.
const TOP: u16 = 6;

/// How long each key took to show what it does, in milliseconds.
fn press(terminal: &mut Terminal, keys: usize, key: impl Fn(usize, &Screen) -> (&'static str, Goal)) -> Vec<f64> {
    let mut took = Vec::new();
    for i in 0..keys {
        sleep(Duration::from_millis(20 + (i as u64 * 7919) % 31));
        let (key, goal) = terminal.with(|screen| key(i, screen));
        terminal.aim(goal);
        let pressed = terminal.keys(key);
        let shown = terminal.reached(0, Duration::from_secs(1));
        took.push(shown.map_or(1000.0, |shown| shown.saturating_duration_since(pressed).as_secs_f64() * 1000.0));
    }
    took
}

fn wraps(screen: &Screen) -> bool {
    picture::line(screen, 0).split_whitespace().any(|word| word == "wrap")
}

/// The number in the last line that is a number.
fn newest(screen: &Screen) -> Option<u64> {
    (1..ROWS).rev().find_map(|row| picture::line(screen, row).trim().parse().ok())
}

/// Two pods on the real node; they go when dropped.
struct Pods;

impl Pods {
    fn start() -> Self {
        let created = || servers::kubectl_with(&["create", "namespace", NAMESPACE], "").contains("created");
        until("a namespace of its own", created);
        let pods = Self;
        let pod = |name: &str, script: &str| POD.replace("NAME", name).replace("SCRIPT", script);
        let account = || servers::kubectl_with(&["-n", NAMESPACE, "get", "serviceaccount", "default"], "");
        until("a service account", || account().contains("default "));
        servers::kubectl_with(&["-n", NAMESPACE, "apply", "-f", "-"], &(pod("read", READ) + &pod("pour", POUR)));
        let logged = || servers::kubectl_with(&["-n", NAMESPACE, "logs", "read", "--tail=1"], "");
        until("all lines", || logged().trim() == LINES.to_string());
        pods
    }
}

impl Drop for Pods {
    fn drop(&mut self) {
        servers::kubectl_with(&["delete", "namespace", NAMESPACE, "--wait=false"], "");
    }
}

fn until(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "no {what} within a minute");
        sleep(Duration::from_millis(200));
    }
}

const POD: &str = "
---
apiVersion: v1
kind: Pod
metadata: {name: NAME}
spec:
  nodeName: rig-real
  terminationGracePeriodSeconds: 0
  containers:
  - name: main
    image: rig.local/busybox:1
    imagePullPolicy: Never
    command: [sh, -c, 'SCRIPT']
";
