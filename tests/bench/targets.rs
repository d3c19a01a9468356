//! What spyhop promises, for each number of pods, and whether it is kept.

use crate::Runs;
use crate::ground::Ground;
use crate::sample::{Sample, median, quantile};

/// The figures of one number of pods.
pub struct Figures {
    name: String,
    count: usize,
    is_real: bool,
    values: Vec<Option<f64>>,
}

/// The pods of the real servers have just been made and changed, so that their ages count on all the time. Nothing changes
/// on the mock server only.
const STILL: &str = "bytes/s while nothing changes";

/// What is promised at most for 10,000, 100,000 and 1,000,000 pods.
type Promise = (&'static str, [Option<f64>; 3], fn(&[Sample], &[Sample]) -> Option<f64>);

const PROMISES: &[Promise] = &[
    ("start to first 40 rows, s", [Some(0.1), Some(0.1), Some(0.15)], |ours, _| middle(ours, |sample| sample.first)),
    ("all rows / bare client, wall", [Some(1.5), Some(1.3), Some(1.5)], |ours, bare| ratio(ours, bare, |s| s.all)),
    ("all rows / bare client, CPU", [None; 3], |ours, bare| ratio(ours, bare, |sample| sample.cpu_to_all)),
    ("RSS, all rows there, MiB", [Some(28.0), Some(75.0), Some(450.0)], |ours, _| middle(ours, |s| s.resident)),
    ("RSS, peak of everything, MiB", [None; 3], |ours, _| middle(ours, |sample| sample.peak)),
    ("CPU idle, %", [Some(0.3), Some(0.3), Some(0.5)], |ours, _| middle(ours, |sample| sample.idle)),
    ("CPU at 40 changes/s, %", [Some(2.0), Some(3.0), None], |ours, _| middle(ours, |sample| sample.busy)),
    ("5,000 events/s, current within p99, ms", [Some(100.0), Some(100.0), Some(200.0)], |ours, _| {
        of_all(ours, |sample| &sample.lags, 0.99)
    }),
    ("key at 40 changes/s, p50, ms", [Some(2.0), Some(3.0), Some(5.0)], |ours, _| of_all(ours, |s| &s.keys, 0.5)),
    ("key at 40 changes/s, p99, ms", [Some(12.0), Some(16.0), Some(25.0)], |ours, _| of_all(ours, |s| &s.keys, 0.99)),
    ("key while the list arrives, p99, ms", [Some(16.0), Some(16.0), Some(25.0)], |ours, _| {
        of_all(ours, |sample| &sample.early, 0.99)
    }),
    ("filter key to its letter, p99, ms", [None, None, Some(16.0)], |ours, _| of_all(ours, |s| &s.shown, 0.99)),
    ("filter key to the table, p99, ms", [Some(8.0), Some(16.0), Some(100.0)], |ours, _| {
        of_all(ours, |sample| &sample.filtered, 0.99)
    }),
    (STILL, [Some(0.0); 3], |ours, _| middle(ours, |sample| sample.idle_bytes)),
    ("requests while looking at one kind", [Some(20.0), Some(20.0), None], |ours, _| middle(ours, |s| s.requests)),
];

fn middle(samples: &[Sample], of: fn(&Sample) -> Option<f64>) -> Option<f64> {
    median(&samples.iter().filter_map(of).collect::<Vec<_>>())
}

/// The middle of the ratios of each round by itself: what was noise in both falls out.
fn ratio(ours: &[Sample], bare: &[Sample], of: fn(&Sample) -> Option<f64>) -> Option<f64> {
    let pairs = ours.iter().zip(bare).filter_map(|(ours, bare)| Some(of(ours)? / of(bare)?));
    median(&pairs.collect::<Vec<_>>())
}

fn of_all(samples: &[Sample], of: fn(&Sample) -> &Vec<f64>, share: f64) -> Option<f64> {
    quantile(&samples.iter().flat_map(of).copied().collect::<Vec<_>>(), share)
}

impl Figures {
    pub fn new(ground: &Ground, runs: &Runs) -> Self {
        let (ours, bare) = (&runs[0].1, &runs[1].1);
        let values = PROMISES.iter().map(|(_, _, of)| of(ours, bare)).collect();
        Self { name: ground.name.clone(), count: ground.pods.count, is_real: ground.is_real(), values }
    }

    /// Which promise is about so many pods.
    fn column(&self) -> usize {
        match self.count {
            0..30_000 => 0,
            30_000..300_000 => 1,
            300_000.. => 2,
        }
    }
}

/// Each figure with what is promised, and whether that is kept.
pub fn print(all: &[Figures]) {
    for figures in all {
        println!("\n{}", figures.name);
        for ((what, most, _), value) in PROMISES.iter().zip(&figures.values) {
            let number = value.map_or("–".to_owned(), |value| format!("{value:.3}"));
            let word = match (value, most[figures.column()]) {
                (_, None) => String::new(),
                (Some(_), Some(_)) if figures.is_real && *what == STILL => "not promised: ages count on".to_owned(),
                (Some(value), Some(most)) if *value <= most => format!("kept (at most {most})"),
                (Some(_), Some(most)) => format!("missed (at most {most})"),
                (None, Some(most)) => format!("not measured (at most {most})"),
            };
            println!("{what:<42}{number:<12}{word}");
        }
    }
}
