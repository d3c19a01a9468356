//! Five thousand Helm releases on the real servers: how soon they show, and what helm itself takes to list them.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::picture;
use crate::plan::Plan;
use crate::proc::{self, Meter};
use crate::sample::Sample;
use crate::screens;
use crate::servers::{self, cluster, kubeconfig, kubectl_with, program};
use crate::terminal::{Goal, ROWS, Terminal};

pub const COUNT: usize = 5_000;
const NAMESPACE: &str = "helm-bench";
const LIMIT: Duration = Duration::from_secs(30);

pub struct Helm {
    pub runs: Vec<(&'static str, Vec<Sample>)>,
    /// Seconds until the rows on the screen have what only the bodies of releases tell.
    pub charts: Vec<f64>,
}

pub fn measure(plan: &Plan) -> Helm {
    let made = Releases::make();
    let names = ["spyhop", "helm3", "helm4"];
    let mut helm = Helm { runs: names.map(|name| (name, Vec::new())).into(), charts: Vec::new() };
    for _ in 0..plan.rounds {
        let (sample, charts) = look(plan);
        helm.runs[0].1.push(sample);
        helm.charts.extend(charts);
        helm.runs[1..].iter_mut().for_each(|(name, samples)| samples.push(listed(name)));
    }
    drop(made);
    helm
}

fn look(plan: &Plan) -> (Sample, Option<f64>) {
    let goals = vec![rows("release-"), all(), rows("chart-")];
    let terminal = Terminal::start(&screens::spyhop().path, &["-c", "helm helm-bench"], &kubeconfig(), goals);
    let pid = terminal.pid();
    let since = |at: Instant| at.duration_since(terminal.started).as_secs_f64();
    let first = terminal.reached(0, LIMIT).map(since);
    let all = terminal.reached(1, LIMIT).map(since);
    let cpu_to_all = proc::cpu(pid).filter(|_| all.is_some());
    let charts = terminal.reached(2, LIMIT).map(since);
    if all.is_none() || charts.is_none() {
        eprintln!("not all releases within {LIMIT:?}:\n{}", terminal.with(|screen| screen.contents()));
    }
    sleep(plan.settle);
    let resident = proc::resident(pid);
    let meter = Meter::new(pid);
    sleep(plan.idle);
    let idle = meter.and_then(|meter| meter.percent());
    (Sample { first, all, cpu_to_all, resident, peak: proc::peak(pid), idle, ..Sample::default() }, charts)
}

/// A word of ours in forty rows.
fn rows(word: &'static str) -> Goal {
    Box::new(move |screen| (1..ROWS).filter(|row| picture::line(screen, *row).contains(word)).count() >= 40)
}

/// The count of all above the table, and the release that sorts first in a row.
fn all() -> Goal {
    Box::new(|screen| {
        let is_counted = picture::counts(&picture::line(screen, 0)).any(|count| count == COUNT);
        is_counted && (1..ROWS).any(|row| picture::line(screen, row).contains("release-00000"))
    })
}

/// What helm itself takes for one list.
fn listed(name: &str) -> Sample {
    let started = Instant::now();
    let mut command = Command::new(program(name));
    command.args(["--kubeconfig", &kubeconfig(), "list", "-n", NAMESPACE, "--max", "0"]);
    let child = command.stdout(Stdio::piped()).spawn().unwrap();
    let pid = child.id();
    let (peak, output) = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| child.wait_with_output().unwrap());
        let mut peak = None;
        while !waiting.is_finished() {
            peak = proc::peak(pid).or(peak);
            sleep(Duration::from_millis(10));
        }
        (peak, waiting.join().unwrap())
    });
    let all = started.elapsed().as_secs_f64();
    assert!(output.stdout.iter().filter(|byte| **byte == b'\n').count() > COUNT);
    Sample { first: Some(all), all: Some(all), peak, ..Sample::default() }
}

/// The releases that are there while we measure; those that were made for it go when dropped.
struct Releases {
    made: bool,
}

impl Releases {
    fn make() -> Self {
        let there = servers::kubectl_with(&["get", "secrets", "-n", NAMESPACE, "-o", "name"], "").lines().count();
        let made = there < COUNT;
        if made {
            cluster(&["load", "releases", NAMESPACE, &COUNT.to_string()]);
        }
        Self { made }
    }
}

impl Drop for Releases {
    fn drop(&mut self) {
        if self.made {
            kubectl_with(&["delete", "namespace", NAMESPACE, "--wait=false"], "");
        }
    }
}
