//! Numbers of one run, and how several runs are summed up.

#[derive(Default)]
pub struct Sample {
    /// Seconds from the start of the process.
    pub first: Option<f64>,
    pub all: Option<f64>,
    pub cpu_to_all: Option<f64>,
    /// Memory in MiB after all rows are there, and the most that there ever was.
    pub resident: Option<f64>,
    pub peak: Option<f64>,
    /// Percent of a core.
    pub idle: Option<f64>,
    pub busy: Option<f64>,
    /// Bytes a second to the terminal.
    pub idle_bytes: Option<f64>,
    pub busy_bytes: Option<f64>,
    /// Milliseconds from a key to the moved selection.
    pub keys: Vec<f64>,
    /// The same while the first list is still arriving.
    pub early: Vec<f64>,
    /// Milliseconds from a key in the filter to its letter, and to the filtered table.
    pub shown: Vec<f64>,
    pub filtered: Vec<f64>,
    /// Milliseconds from an event to the screen at 5,000 events a second.
    pub lags: Vec<f64>,
    /// Requests to the server from the start to the end of idleness.
    pub requests: Option<f64>,
}

pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    sorted.get((last as f64 * share).round() as usize).copied()
}

pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// `0.12 (0.11–0.15)`
pub fn spread(values: &[f64], digits: usize) -> String {
    match (median(values), quantile(values, 0.0), quantile(values, 1.0)) {
        (Some(middle), Some(least), Some(most)) if values.len() > 1 => {
            format!("{middle:.digits$} ({least:.digits$}–{most:.digits$})")
        }
        (Some(middle), ..) => format!("{middle:.digits$}"),
        _ => "–".to_owned(),
    }
}
