//! A real Docker engine with two hundred containers: how soon they show, and what it costs to look at them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::picture;
use crate::plan::Plan;
use crate::proc::{self, Meter};
use crate::sample::Sample;
use crate::screens::{Explorer, on_path};
use crate::servers::kubeconfig;
use crate::terminal::{Goal, ROWS, Terminal};

pub const COUNT: usize = 200;
const IMAGE: &str = "rig.local/busybox:1";
const LABEL: &str = "spyhop.bench";
const LIMIT: Duration = Duration::from_secs(20);

pub struct Docker {
    pub runs: Vec<(&'static str, Vec<Sample>)>,
    pub absent: Vec<&'static str>,
}

pub fn measure(plan: &Plan) -> Docker {
    let engine = Engine::start();
    let spyhop = Explorer { name: "spyhop", path: env!("CARGO_BIN_EXE_spyhop").into(), args: &["-c", "docker"] };
    let (found, absent): (Vec<_>, Vec<_>) =
        ["lazydocker", "ctop"].into_iter().map(|name| (name, on_path(name))).partition(|(_, path)| path.is_some());
    let peers = found.into_iter().filter_map(|(name, path)| Some(Explorer { name, path: path?, args: &[] }));
    let explorers: Vec<Explorer> = std::iter::once(spyhop).chain(peers).collect();
    let mut runs: Vec<_> = explorers.iter().map(|explorer| (explorer.name, Vec::new())).collect();
    runs.push(("docker ps -a", Vec::new()));
    for _ in 0..plan.rounds {
        for (i, explorer) in explorers.iter().enumerate() {
            runs[i].1.push(look(explorer, plan));
        }
        runs[explorers.len()].1.push(listed());
    }
    drop(engine);
    Docker { runs, absent: absent.into_iter().map(|(name, _)| name).collect() }
}

fn run_dir() -> PathBuf {
    PathBuf::from(kubeconfig()).ancestors().nth(2).unwrap().to_owned()
}

fn host() -> String {
    format!("unix://{}", run_dir().join("docker.sock").display())
}

fn docker(args: &[&str]) -> Output {
    let mut command = Command::new("timeout");
    let output = command.arg("120").args(["docker", "-H", &host()]).args(args).output().unwrap();
    assert!(output.status.success(), "docker {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn look(explorer: &Explorer, plan: &Plan) -> Sample {
    let host = host();
    let env = [("DOCKER_HOST", host.as_str()), ("KUBECONFIG", "/nonexistent")];
    let terminal = Terminal::with_env(&explorer.path, explorer.args, &env, vec![rows(), all()]);
    let pid = terminal.pid();
    let since = |at: Instant| at.duration_since(terminal.started).as_secs_f64();
    let first = terminal.reached(0, LIMIT).map(since);
    if first.is_none() {
        eprintln!("{}: no rows within {LIMIT:?}:\n{}", explorer.name, terminal.with(|screen| screen.contents()));
    }
    let all = terminal.reached(1, Duration::from_secs(2)).map(since);
    let cpu_to_all = proc::cpu(pid).filter(|_| all.is_some());
    // Until the rows on the screen were measured twice.
    sleep(plan.settle * 2);
    let meter = Meter::new(pid);
    sleep(plan.idle);
    let idle = meter.and_then(|meter| meter.percent());
    Sample { first, all, cpu_to_all, peak: proc::peak(pid), idle, ..Sample::default() }
}

/// A name of ours in a row.
fn rows() -> Goal {
    Box::new(|screen| (1..ROWS).any(|row| picture::line(screen, row).contains("bench-")))
}

/// The count of all above the table.
fn all() -> Goal {
    Box::new(|screen| picture::line(screen, 0).split_whitespace().any(|word| word == COUNT.to_string()))
}

/// What docker itself takes for one list.
fn listed() -> Sample {
    let started = Instant::now();
    let child = Command::new("docker").args(["-H", &host(), "ps", "-a"]).stdout(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    let all = started.elapsed().as_secs_f64();
    assert!(output.stdout.iter().filter(|byte| **byte == b'\n').count() > COUNT);
    Sample { first: Some(all), all: Some(all), ..Sample::default() }
}

/// The containers that run while we measure; those that were started for it go when dropped.
struct Engine {
    started: bool,
}

impl Engine {
    fn start() -> Self {
        let here = || docker(&["ps", "-q", "--filter", &format!("label={LABEL}")]).stdout;
        if here().iter().filter(|byte| **byte == b'\n').count() == COUNT {
            return Self { started: false };
        }
        let engine = Self { started: true };
        engine.clear();
        let image = run_dir().join("busybox.tar");
        if Path::exists(&image) {
            docker(&["load", "--input", image.to_str().unwrap()]);
        }
        std::thread::scope(|scope| {
            for part in 0..4 {
                scope.spawn(move || (0..COUNT).filter(|i| i % 4 == part).for_each(start));
            }
        });
        engine
    }

    fn clear(&self) {
        let all = docker(&["ps", "-aq", "--filter", &format!("label={LABEL}")]).stdout;
        let all = String::from_utf8(all).unwrap();
        for some in all.split_whitespace().collect::<Vec<_>>().chunks(20) {
            docker(&[["rm", "--force"].as_slice(), some].concat());
        }
    }
}

fn start(i: usize) {
    let name = format!("bench-{i:03}");
    docker(&["run", "--detach", "--network=none", "--label", LABEL, "--name", &name, IMAGE, "sleep", "100000"]);
}

impl Drop for Engine {
    fn drop(&mut self) {
        if self.started {
            self.clear();
        }
    }
}
