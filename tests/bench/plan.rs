//! How much is measured.

use std::time::Duration;

pub struct Plan {
    pub rounds: usize,
    pub faults: bool,
    /// Tables of pods; without them only logs.
    pub tables: bool,
    pub logs: bool,
    /// Two hundred containers on a Docker engine.
    pub docker: bool,
    /// Five thousand Helm releases.
    pub helm: bool,
    /// The pods of the real servers over a bad link.
    pub link: bool,
    /// The demo cluster from nothing.
    pub demo: bool,
    /// Nothing but changes, for so many minutes.
    pub soak: Option<u64>,
    /// Pods of mock servers, beside those of the real ones.
    pub mocks: Vec<u32>,
    /// Pods on the real servers.
    pub real: bool,
    /// After all rows are there and before idleness is measured.
    pub settle: Duration,
    /// All rounds together: 60 s, or 10 s in a hurry.
    pub idle: Duration,
    pub busy: Duration,
    /// Each round.
    pub keys: usize,
    /// So long may anything take before it counts as never.
    pub limit: Duration,
}

impl Plan {
    pub fn new(args: &[String]) -> Self {
        let has = |word: &str| args.iter().any(|arg| arg == word);
        let (rounds, seconds, keys) = if has("--quick") { (3, 10, 100) } else { (7, 60, 500) };
        let mocks: Vec<u32> = args.iter().filter_map(|arg| arg.strip_prefix("--mock=")?.parse().ok()).collect();
        let each = Duration::from_secs(seconds) / rounds;
        let logs_only = has("--logs");
        let soak = args.iter().find_map(|arg| match arg.as_str() {
            "--soak" => Some(60),
            arg => arg.strip_prefix("--soak=")?.parse().ok(),
        });
        let alone = ["--docker", "--helm", "--link", "--demo"].into_iter().any(has) || soak.is_some();
        Self {
            rounds: rounds as usize,
            faults: !has("--no-faults"),
            tables: !logs_only && !alone,
            logs: !alone && (logs_only || !(has("--no-logs") || has("--no-real"))),
            docker: has("--docker"),
            helm: has("--helm"),
            link: has("--link"),
            demo: has("--demo"),
            soak,
            real: !has("--no-real") && !has("--demo"),
            mocks,
            settle: Duration::from_secs(2),
            idle: each,
            busy: each,
            keys: (keys as usize).div_ceil(rounds as usize),
            limit: Duration::from_secs(60),
        }
    }

    /// Long enough for the interval and the keys; a key takes some 35 ms with its pause.
    pub fn churn_seconds(&self) -> u64 {
        self.busy.as_secs() + 4 + self.keys as u64 / 18
    }
}
