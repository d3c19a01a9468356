//! How much is measured.

use std::time::Duration;

pub struct Plan {
    pub rounds: usize,
    pub faults: bool,
    /// Tables of 10,000 pods.
    pub tables: bool,
    pub logs: bool,
    /// Two hundred containers on a Docker engine.
    pub docker: bool,
    /// After all rows are there and before idleness is measured.
    pub settle: Duration,
    /// All rounds together: 60 s, or 10 s in a hurry.
    pub idle: Duration,
    pub busy: Duration,
    /// Each round.
    pub keys: usize,
}

impl Plan {
    pub fn new(args: &[String]) -> Self {
        let has = |word: &str| args.iter().any(|arg| arg == word);
        let (rounds, seconds, keys) = if has("--quick") { (3, 10, 100) } else { (5, 60, 500) };
        let each = Duration::from_secs(seconds) / rounds;
        Self {
            rounds: rounds as usize,
            faults: !has("--no-faults"),
            tables: !has("--logs") && !has("--docker"),
            logs: !has("--docker"),
            docker: has("--docker"),
            settle: Duration::from_secs(2),
            idle: each,
            busy: each,
            keys: (keys as usize).div_ceil(rounds as usize),
        }
    }

    /// Long enough for the interval and the keys; a key takes some 35 ms with its pause.
    pub fn churn_seconds(&self) -> u64 {
        self.busy.as_secs() + 4 + self.keys as u64 / 18
    }
}
