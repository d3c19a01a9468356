//! The demo cluster, started from nothing with an empty home: how soon its rows are on the screen.

use std::time::{Duration, Instant};

use crate::picture;
use crate::plan::Plan;
use crate::proc;
use crate::sample::Sample;
use crate::screens;
use crate::terminal::{Goal, ROWS, Terminal};

const LIMIT: Duration = Duration::from_secs(20);

pub fn measure(plan: &Plan) -> Vec<Sample> {
    let home = std::env::temp_dir().join(format!("spyhop-bench-demo-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    let place = home.display().to_string();
    let env = [("HOME", place.as_str()), ("XDG_STATE_HOME", &place), ("XDG_CONFIG_HOME", &place), ("KUBECONFIG", "")];
    let samples = (0..plan.rounds).map(|_| start(&env)).collect();
    std::fs::remove_dir_all(&home).unwrap();
    samples
}

fn start(env: &[(&str, &str)]) -> Sample {
    let terminal = Terminal::with_env(&screens::spyhop().path, &["--demo"], env, vec![rows()]);
    let first = terminal.reached(0, LIMIT).map(|at: Instant| at.duration_since(terminal.started).as_secs_f64());
    Sample { first, peak: proc::peak(terminal.pid()), ..Sample::default() }
}

/// Ten rows of running pods.
fn rows() -> Goal {
    Box::new(|screen| (1..ROWS).filter(|row| picture::line(screen, *row).contains("Running")).count() >= 10)
}
