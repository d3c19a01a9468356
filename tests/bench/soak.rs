//! Hours of changes: whether memory stays where it was. The real servers and a mock server at the same time, a program
//! on each.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::ground::Ground;
use crate::plan::Plan;
use crate::proc::{self, Meter};
use crate::screens::{spyhop, start};
use crate::servers::Churn;
use crate::terminal::Terminal;

/// Pods of the mock server, and changes of them a second.
const MOCKED: u32 = 10_000;
const RATE: u32 = 5_000;
/// Memory is compared with that of this minute: by then everything has its size.
const SETTLED: u64 = 5;

const MINUTE: Duration = Duration::from_secs(60);
/// Longer than the rows of a view are kept that was left.
const LEFT: Duration = Duration::from_secs(75);

/// A program and what it took, minute by minute.
struct Patient {
    terminal: Terminal,
    resident: Vec<f64>,
    cpu: Vec<f64>,
    meter: Option<Meter>,
}

impl Patient {
    fn new(ground: &Ground, plan: &Plan) -> Self {
        let spyhop = spyhop();
        let terminal = start(&spyhop.path, spyhop.args, ground);
        assert!(terminal.reached(1, plan.limit).is_some(), "{}: not all rows came", ground.name);
        let meter = Meter::new(terminal.pid());
        Self { terminal, resident: Vec::new(), cpu: Vec::new(), meter }
    }

    fn look(&mut self) {
        self.resident.push(proc::resident(self.terminal.pid()).unwrap_or_default());
        self.cpu.push(self.meter.as_ref().and_then(Meter::percent).unwrap_or_default());
        self.meter = Meter::new(self.terminal.pid());
    }

    fn last(&self) -> String {
        let last = |values: &[f64]| values.last().copied().unwrap_or_default();
        format!("{:>9.1} {:>7.1}", last(&self.resident), last(&self.cpu))
    }

    /// By how much the last minute has more than the one in which everything was settled, in percent.
    fn growth(&self) -> Option<f64> {
        let settled = self.resident.get(SETTLED as usize - 1)?;
        Some((self.resident.last()? / settled - 1.0) * 100.0)
    }
}

/// Prints a line a minute, and at the end by how much memory grew.
pub fn measure(plan: &Plan, minutes: u64) {
    let grounds = [Ground::real(), Ground::mock(MOCKED)];
    let mut patients = grounds.each_ref().map(|ground| Patient::new(ground, plan));
    let real = Churn::replacing(minutes * 60);
    let mock = grounds[1].churn(RATE, minutes * 60);
    println!("20 of {} pods replaced a second; {RATE} events a second, {}", grounds[0].pods.count, grounds[1].name);
    println!("minute    RSS MiB   CPU %    RSS MiB   CPU %");
    let began = Instant::now();
    for minute in 1..=minutes {
        sleep((began + MINUTE * minute as u32).saturating_duration_since(Instant::now()));
        patients.iter_mut().for_each(Patient::look);
        println!("{minute:>6} {}  {}", patients[0].last(), patients[1].last());
    }
    drop((real, mock));
    for (ground, patient) in grounds.iter().zip(&patients) {
        let growth = patient.growth().map_or("too short to tell".to_owned(), |growth| {
            let word = if growth <= 10.0 { "kept" } else { "missed" };
            format!("{growth:+.1} %   {word} (at most 10)")
        });
        println!("{:<40} RSS since minute {SETTLED}: {growth}", ground.name);
    }
    for patient in &mut patients {
        patient.terminal.keys(":namespaces\r");
    }
    sleep(LEFT);
    patients.iter_mut().for_each(Patient::look);
    for (ground, patient) in grounds.iter().zip(&patients) {
        println!("{:<40} {} s after its view was left: {}", ground.name, LEFT.as_secs(), patient.last());
    }
}
