//! What is printed.

use crate::Runs;
use crate::docker::{COUNT, Docker};
use crate::faults::Row;
use crate::helm::{self, Helm};
use crate::link::{self, Link};
use crate::logs::{Logs, Pouring, Reading};
use crate::sample::{Sample, median, quantile, spread};

/// Title, digits, and where the number is.
type Column = (&'static str, usize, fn(&Sample) -> Option<f64>);

const COLUMNS: &[Column] = &[
    ("first rows s", 3, |sample| sample.first),
    ("all rows s", 3, |sample| sample.all),
    ("CPU s to all", 3, |sample| sample.cpu_to_all),
    ("RSS MiB", 1, |sample| sample.resident),
    ("peak MiB", 1, |sample| sample.peak),
    ("idle CPU %", 2, |sample| sample.idle),
    ("CPU % at 40/s", 2, |sample| sample.busy),
    ("key p50 ms", 1, |sample| quantile(&sample.keys, 0.5)),
    ("key p99 ms", 1, |sample| quantile(&sample.keys, 0.99)),
    ("idle B/s", 0, |sample| sample.idle_bytes),
    ("B/s at 40/s", 0, |sample| sample.busy_bytes),
];

fn values(samples: &[Sample], of: fn(&Sample) -> Option<f64>) -> Vec<f64> {
    samples.iter().filter_map(of).collect()
}

/// Medians with the least and the most of all rounds.
pub fn print(runs: &Runs) {
    let mut lines = vec![vec!["program".to_owned()]];
    lines[0].extend(COLUMNS.iter().map(|(title, ..)| (*title).to_owned()));
    for (name, samples) in runs {
        let cells = COLUMNS.iter().map(|(_, digits, of)| spread(&values(samples, *of), *digits));
        lines.push(std::iter::once((*name).to_owned()).chain(cells).collect());
    }
    lines.push(ratios(&runs[0].1, &runs[1].1));
    write(&lines);
}

/// Each round by itself: what was noise in both falls out. Nothing is said of what is next to zero.
fn ratios(spyhop: &[Sample], limit: &[Sample]) -> Vec<String> {
    let ratio = |of: fn(&Sample) -> Option<f64>| -> Vec<f64> {
        let pairs = spyhop.iter().zip(limit).filter_map(|(ours, least)| of(ours).zip(of(least)));
        pairs.filter(|(_, least)| *least >= 0.01).map(|(ours, least)| ours / least).collect()
    };
    let cells = COLUMNS.iter().map(|(_, _, of)| spread(&ratio(*of), 2));
    std::iter::once("spyhop / limit".to_owned()).chain(cells).collect()
}

fn write(lines: &[Vec<String>]) {
    let width = |i: usize| lines.iter().map(|line| line[i].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    for line in lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

pub fn faults(rows: &[Row]) {
    println!();
    for (what, value, unit) in rows {
        let value = value.map_or("never".to_owned(), |value| format!("{value:.2} {unit}"));
        println!("{what:<26}{value}");
    }
}

/// How logs were read, and how keys fared meanwhile.
pub fn logs(logs: &Logs) {
    println!("\n{} lines of a container on the real node, read to the end\n", logs.count);
    let row = |name: &str, readings: &[Reading]| {
        let of = |of: fn(&Reading) -> Option<f64>| readings.iter().filter_map(of).collect::<Vec<_>>();
        let rates: Vec<f64> = of(|reading| Some(reading.lines));
        let (cpu, peak) = (of(|reading| reading.cpu), of(|reading| reading.peak));
        vec![name.to_owned(), spread(&rates, 0), spread(&cpu, 2), spread(&peak, 1)]
    };
    let head = ["program", "lines/s", "CPU s", "RSS MiB"].map(str::to_owned).to_vec();
    write(&[head, row("spyhop logs", &logs.spyhop), row("kubectl logs", &logs.kubectl)]);
    let Pouring { rate, busy, peak, following, paused } = &logs.pouring;
    let number =
        |value: Option<f64>, digits: usize| value.map_or("–".to_owned(), |value| format!("{value:.digits$}"));
    println!();
    for (what, value) in [
        ("lines a second on the screen", number(*rate, 0)),
        ("CPU % of spyhop meanwhile", number(*busy, 1)),
        ("RSS MiB of spyhop", number(*peak, 1)),
        ("key p50 ms, following", number(quantile(following, 0.5), 1)),
        ("key p99 ms, following", number(quantile(following, 0.99), 1)),
        ("key p50 ms, on an older page", number(quantile(paused, 0.5), 1)),
        ("key p99 ms, on an older page", number(quantile(paused, 0.99), 1)),
    ] {
        println!("{what:<30}{value}");
    }
    let keys: Vec<f64> = following.iter().chain(paused).copied().collect();
    let least = rate.filter(|rate| *rate >= 20_000.0).and(quantile(&keys, 0.99));
    println!();
    promise("key p99 ms at 20,000 lines/s", least, 16.0);
}

/// How soon a made-up cluster shows, from the start of the process.
pub fn demo(samples: &[Sample]) {
    let of = |of: fn(&Sample) -> Option<f64>, digits| spread(&values(samples, of), digits);
    println!("\nspyhop --demo with an empty home, {} starts\n", samples.len());
    println!("first rows s {}   RSS MiB {}\n", of(|sample| sample.first, 3), of(|sample| sample.peak, 1));
    promise("first rows of the demo s", median(&values(samples, |sample| sample.first)), 0.3);
}

/// How soon the containers of an engine show, and what it costs to keep looking.
pub fn docker(docker: &Docker) {
    println!("\n{COUNT} running containers on a Docker engine, measured as they are looked at\n");
    looked(&docker.runs);
    if !docker.absent.is_empty() {
        println!("\nnot on PATH: {}", docker.absent.join(", "));
    }
    let ours = &docker.runs[0].1;
    println!();
    promise("first containers s", median(&values(ours, |sample| sample.first)), 0.3);
    promise("CPU % with what they use", median(&values(ours, |sample| sample.idle)), 3.0);
}

/// How soon Helm releases show, beside what helm takes to list them.
pub fn helm(helm: &Helm) {
    println!("\n{} Helm releases on the real servers\n", helm::COUNT);
    looked(&helm.runs);
    println!("\ncharts of the rows on the screen s {}\n", spread(&helm.charts, 3));
    promise("all releases s", median(&values(&helm.runs[0].1, |sample| sample.all)), 1.0);
}

/// How soon the pods show over a bad link.
pub fn link(link: &Link) {
    let (trip, rate) = (link::ROUND_TRIP.as_millis(), link::RATE / 1_000_000);
    println!("\n{} pods over a link of {trip} ms there and back and {rate} Mbit/s\n", link.pods);
    let mut lines = lines(&link.runs, &["first rows s", "all rows s", "CPU s to all", "peak MiB"]);
    let received = link.received.iter().map(|megabytes| spread(megabytes, 2));
    let column = std::iter::once("MB received".to_owned()).chain(received);
    lines.iter_mut().zip(column).for_each(|(line, cell)| line.push(cell));
    write(&lines);
    println!("\n– is more than {} s", link::LIMIT.as_secs());
    if !link.absent.is_empty() {
        println!("not on PATH: {}", link.absent.join(", "));
    }
    let ours = &link.runs[0].1;
    println!();
    promise("first rows over a bad link s", median(&values(ours, |sample| sample.first)), 2.0);
    promise("all rows over a bad link s", median(&values(ours, |sample| sample.all)), 10.0);
}

/// What programs take to show something, and while it is looked at.
fn looked(runs: &[(&str, Vec<Sample>)]) {
    write(&lines(runs, &["first rows s", "all rows s", "CPU s to all", "RSS MiB", "peak MiB", "idle CPU %"]));
}

/// A line of titles, and a line of some columns for each program.
fn lines(runs: &[(&str, Vec<Sample>)], shown: &[&str]) -> Vec<Vec<String>> {
    let columns: Vec<&Column> = COLUMNS.iter().filter(|(title, ..)| shown.contains(title)).collect();
    let head = columns.iter().map(|(title, ..)| title.replace("idle CPU", "CPU"));
    let mut lines = vec![std::iter::once("program".to_owned()).chain(head).collect::<Vec<_>>()];
    for (name, samples) in runs {
        let cells = columns.iter().map(|(_, digits, of)| spread(&values(samples, *of), *digits));
        lines.push(std::iter::once((*name).to_owned()).chain(cells).collect());
    }
    lines
}

pub fn promise(what: &str, value: Option<f64>, most: f64) {
    let word = if value.is_some_and(|value| value <= most) { "kept" } else { "missed" };
    println!("{what:<30}{:<10.3}{word} (at most {most})", value.unwrap_or(f64::NAN));
}
