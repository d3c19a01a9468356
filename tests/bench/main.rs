//! Measurements against peers: `tests/bench/run` brings up what this needs and starts it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod demo;
mod docker;
mod faults;
mod ground;
mod helm;
mod lag;
mod limit;
mod link;
mod logs;
#[path = "../mock/mock.rs"]
mod mock;
mod picture;
mod plain;
mod plan;
mod proc;
mod sample;
mod screens;
mod servers;
mod soak;
mod table;
mod targets;
mod terminal;
mod typing;

use ground::Ground;
use plan::Plan;
use sample::Sample;
use screens::Explorer;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "limit") {
        return limit::run();
    }
    if args.first().is_some_and(|arg| arg == "mock") {
        return ground::serve(args.get(1).and_then(|count| count.parse().ok()).unwrap_or_default());
    }
    // Other runs of all targets, as `cargo test --benches`, only see that this one starts.
    let plan = Plan::new(&args);
    let needs_servers = plan.real || plan.logs;
    if args.iter().any(|arg| arg == "--list") || needs_servers && std::env::var_os("SPYHOP_TEST_KUBECONFIG").is_none() {
        return eprintln!("skipped: tests/bench/run brings up the servers");
    }
    measure(&plan);
}

fn measure(plan: &Plan) {
    println!("load average before {}", proc::load());
    let mut figures = Vec::new();
    if plan.tables && plan.real {
        figures.push(table_of(&Ground::real(), plan));
    }
    for count in plan.mocks.iter().filter(|_| plan.tables) {
        figures.push(table_of(&Ground::mock(*count), plan));
    }
    targets::print(&figures);
    if plan.logs {
        table::logs(&logs::measure(plan));
    }
    if plan.demo {
        table::demo(&demo::measure(plan));
    }
    if plan.docker {
        table::docker(&docker::measure(plan));
    }
    if plan.helm {
        table::helm(&helm::measure(plan));
    }
    if plan.link {
        table::link(&link::measure(plan));
    }
    if let Some(minutes) = plan.soak {
        soak::measure(plan, minutes);
    }
    println!("load average after {}", proc::load());
}

/// All programs on the same pods.
fn table_of(ground: &Ground, plan: &Plan) -> targets::Figures {
    println!("\n{}, {} rounds in turn\n", ground.name, plan.rounds);
    let (peers, absent) = screens::peers();
    let peers = if ground.is_real() { peers } else { Vec::new() };
    let runs = rounds(plan, ground, &peers);
    table::print(&runs);
    if !absent.is_empty() {
        println!("\nnot on PATH: {}", absent.join(", "));
    }
    if plan.faults && ground.is_real() {
        table::faults(&faults::rows(ground, 100));
    }
    println!("load average {}", proc::load());
    targets::Figures::new(ground, &runs)
}

pub type Runs = Vec<(&'static str, Vec<Sample>)>;

/// Everything in turn, so that a noisy moment falls on all; spyhop and the limit first.
fn rounds(plan: &Plan, ground: &Ground, peers: &[Explorer]) -> Runs {
    let spyhop = screens::spyhop();
    let names = [spyhop.name, "limit"].into_iter().chain(ground.is_real().then_some("kubectl get"));
    let mut runs: Runs = names.chain(peers.iter().map(|peer| peer.name)).map(|name| (name, Vec::new())).collect();
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}, load average {}", plan.rounds, proc::load());
        runs[0].1.push(screens::run(&spyhop, ground, plan));
        runs[1].1.push(plain::limit(ground, plan));
        if ground.is_real() {
            runs[2].1.push(plain::kubectl_get());
        }
        for (i, peer) in peers.iter().enumerate() {
            runs[3 + i].1.push(screens::run(peer, ground, plan));
        }
    }
    runs
}
