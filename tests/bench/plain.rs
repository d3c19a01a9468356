//! One run of a program without a screen: the limit, and kubectl.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::ground::Ground;
use crate::plan::Plan;
use crate::proc::{self, Meter};
use crate::sample::Sample;
use crate::servers::{RATE, kubeconfig, kubectl};

const LIMIT: Duration = Duration::from_secs(20);

struct Running {
    started: Instant,
    child: Child,
}

impl Running {
    fn start(command: &mut Command, kubeconfig: &str) -> Self {
        command.env("KUBECONFIG", kubeconfig).stdin(Stdio::piped()).stdout(Stdio::piped());
        Self { started: Instant::now(), child: command.spawn().unwrap() }
    }

    fn output(&mut self) -> ChildStdout {
        self.child.stdout.take().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This program once more, as the bare client.
pub fn limit(ground: &Ground, plan: &Plan) -> Sample {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let mut running = Running::start(command.arg("limit"), &ground.kubeconfig);
    let (pid, lines) = (running.child.id(), stamped(running.output()));
    let since = |line: Option<(Instant, String)>| Some((line?.0.duration_since(running.started)).as_secs_f64());
    let first = since(next(&lines, "first"));
    let all = since(next(&lines, "all"));
    let cpu_to_all = proc::cpu(pid);
    sleep(plan.settle);
    let idle = busy(pid, plan.idle);
    let churn = ground.churn(RATE, plan.churn_seconds());
    let mut input = running.child.stdin.take().unwrap();
    writeln!(input).unwrap();
    next(&lines, "change");
    let busy = busy(pid, plan.busy);
    let (resident, peak) = (proc::resident(pid), proc::peak(pid));
    drop((running, churn));
    Sample { first, all, cpu_to_all, resident, peak, idle, busy, ..Sample::default() }
}

fn busy(pid: u32, length: Duration) -> Option<f64> {
    let meter = Meter::new(pid);
    sleep(length);
    meter?.percent()
}

/// Lines and when they came.
fn stamped(output: ChildStdout) -> Receiver<(Instant, String)> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        lines.map(|line| (Instant::now(), line)).all(|line| send.send(line).is_ok())
    });
    receive
}

fn next(lines: &Receiver<(Instant, String)>, word: &str) -> Option<(Instant, String)> {
    let until = Instant::now() + LIMIT;
    loop {
        let line = lines.recv_timeout(until.checked_duration_since(Instant::now())?).ok()?;
        if line.1.starts_with(word) {
            return Some(line);
        }
    }
}

/// `kubectl get pods -A`: its rows are all there when it ends; its own time limit bounds it.
pub fn kubectl_get() -> Sample {
    let mut command = Command::new(kubectl());
    let mut running =
        Running::start(command.args(["get", "pods", "-A", "--no-headers", "--request-timeout=30s"]), &kubeconfig());
    let (pid, mut output) = (running.child.id(), running.output());
    let (mut buffer, mut first, mut peak) = (vec![0; 65_536], None, None);
    while let Ok(1..) = output.read(&mut buffer) {
        first = first.or(Some(running.started.elapsed().as_secs_f64()));
        peak = proc::peak(pid).or(peak);
    }
    let all = first.map(|_| running.started.elapsed().as_secs_f64());
    // It is a zombie now at the latest, which still knows its CPU time.
    Sample { first, all, cpu_to_all: proc::cpu(pid), peak, ..Sample::default() }
}
