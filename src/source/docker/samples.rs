//! The last measurement of each container. CPU usage needs two measurements, and a user who scrolls back wants to see
//! it at once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::kinds::docker::containerstats::Sample;
use crate::model::{Cell, Str};

/// The oldest measurement that is used. An average over a longer time would not be the present usage.
const OLDEST: Duration = Duration::from_secs(20);

#[derive(Default)]
pub struct Samples(Mutex<HashMap<Str, (Instant, Sample)>>);

impl Samples {
    /// The cells for a new measurement, which replaces the one before.
    pub fn cells(&self, name: &Str, sample: Sample) -> Vec<Cell> {
        let now = Instant::now();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.get(name).filter(|(at, before)| now - *at < OLDEST && before.id == sample.id);
        let cells = sample.cells(before.map(|(_, before)| before));
        known.insert(name.clone(), (now, sample));
        cells
    }

    /// Forgets containers that are no longer measured.
    pub fn prune(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (at, _)| at.elapsed() < OLDEST);
    }
}
