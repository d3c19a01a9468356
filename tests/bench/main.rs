//! Measurements against peers: `tests/bench/run` brings up what this needs and starts it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod docker;
mod faults;
mod limit;
mod logs;
mod picture;
mod plain;
mod plan;
mod proc;
mod sample;
mod screens;
mod servers;
mod table;
mod terminal;

use plan::Plan;
use sample::Sample;
use screens::Explorer;
use servers::Pods;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "limit") {
        return limit::run();
    }
    // Other runs of all targets, as `cargo test --benches`, only see that this one starts.
    if args.iter().any(|arg| arg == "--list") || std::env::var_os("SPYHOP_TEST_KUBECONFIG").is_none() {
        return eprintln!("skipped: tests/bench/run brings up the servers");
    }
    measure(&Plan::new(&args));
}

fn measure(plan: &Plan) {
    if plan.tables {
        tables(plan);
    }
    if plan.logs {
        table::logs(&logs::measure(plan));
    }
    if plan.docker {
        table::docker(&docker::measure(plan));
    }
    println!("load average after {}", proc::load());
}

fn tables(plan: &Plan) {
    let load = proc::load();
    let pods = servers::pods();
    println!("{} pods, load average before {load}, {} rounds in turn\n", pods.count, plan.rounds);
    let (peers, absent) = screens::peers();
    let runs = rounds(plan, &pods, &peers);
    table::print(&runs);
    if !absent.is_empty() {
        println!("\nnot on PATH: {}", absent.join(", "));
    }
    if plan.faults {
        table::faults(&faults::rows(&pods, 100));
    }
    table::targets(&runs[0].1);
}

pub type Runs = Vec<(&'static str, Vec<Sample>)>;

/// Everything in turn, so that a noisy moment falls on all; spyhop and the limit first.
fn rounds(plan: &Plan, pods: &Pods, peers: &[Explorer]) -> Runs {
    let spyhop = screens::spyhop();
    let names = [spyhop.name, "limit", "kubectl get"].into_iter().chain(peers.iter().map(|peer| peer.name));
    let mut runs: Runs = names.map(|name| (name, Vec::new())).collect();
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}", plan.rounds);
        runs[0].1.push(screens::run(&spyhop, pods, plan));
        runs[1].1.push(plain::limit(plan));
        runs[2].1.push(plain::kubectl_get());
        for (i, peer) in peers.iter().enumerate() {
            runs[3 + i].1.push(screens::run(peer, pods, plan));
        }
    }
    runs
}
