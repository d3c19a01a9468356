//! The judgement of the gate, in the hands of those that reach into clusters.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{Error, Result, SourceId};

/// Judges whether a namespace of a cluster may be reached, or with `None` the cluster at all.
type Judge = Arc<dyn Fn(SourceId, Option<&str>) -> Result<()> + Send + Sync>;

/// Clones share the judgement. Before a gate has granted one, nothing is permitted.
#[derive(Clone, Default)]
pub struct Permit(Arc<Mutex<Option<Judge>>>);

impl Permit {
    /// Lets a gate judge from now on.
    pub fn grant(&self, judge: impl Fn(SourceId, Option<&str>) -> Result<()> + Send + Sync + 'static) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(judge));
    }

    pub fn judge(&self, at: SourceId, namespace: Option<&str>) -> Result<()> {
        let judge = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let none = || Error::Denied("nothing inside of a cluster is reached without a gate".to_owned());
        judge.ok_or_else(none)?(at, namespace)
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}
