//! Bodies in memory: what was read a moment ago, and what writes have overwritten. Bounded in number and size, the
//! oldest go first.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::model::{Id, Request, Time, Value, What};

/// A reading counts as what stands there now for so long, in milliseconds.
const FRESH: i64 = 2_000;
const READINGS: usize = 32;
const PRIORS: usize = 512;
/// Of all prior bodies together, as JSON; in memory they take about thrice as much.
const BYTES: usize = 16 << 20;

#[derive(Default)]
pub struct Kept {
    readings: VecDeque<(Id, Time, Arc<Value>)>,
    priors: VecDeque<(Id, usize, Arc<Value>)>,
    bytes: usize,
}

impl Kept {
    pub fn read(&mut self, id: &Id, body: &Value, now: Time) {
        self.forget(id);
        self.readings.push_back((id.clone(), now, Arc::new(body.clone())));
        let surplus = self.readings.len().saturating_sub(READINGS);
        self.readings.drain(..surplus);
    }

    /// What was read stands there no more.
    pub fn forget(&mut self, id: &Id) {
        self.readings.retain(|(known, ..)| known != id);
    }

    /// A reading that is what a request is about to overwrite: of the version that it names, or of just now.
    pub fn fresh(&self, request: &Request, now: Time) -> Option<Arc<Value>> {
        let (_, at, body) = self.readings.iter().find(|(id, ..)| *id == request.id)?;
        let version = |body: &Value| body.pointer("/metadata/resourceVersion").cloned();
        let same = matches!(&request.what, What::Replace(new) if version(new) == version(body));
        (same || now.since(*at) <= FRESH).then(|| body.clone())
    }

    pub fn keep(&mut self, id: &Id, body: Arc<Value>) {
        let size = size(&body);
        self.priors.push_back((id.clone(), size, body));
        self.bytes += size;
        while self.priors.len() > PRIORS || self.bytes > BYTES {
            let Some((_, size, _)) = self.priors.pop_front() else { break };
            self.bytes -= size;
        }
    }

    pub fn prior(&self, id: &Id) -> Option<Arc<Value>> {
        self.priors.iter().rev().find(|(known, ..)| known == id).map(|(.., body)| body.clone())
    }
}

/// Bytes as JSON, counted without writing them anywhere.
fn size(body: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    let _ = serde_json::to_writer(&mut count, body);
    count.0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds;
    use crate::model::SourceId;

    fn id(name: &str) -> Id {
        Id::new(SourceId(1), kinds::named("pods").unwrap(), "shop", name)
    }

    #[test]
    fn readings_grow_old_unless_their_version_is_named() {
        let mut kept = Kept::default();
        kept.read(&id("web"), &json!({"metadata": {"resourceVersion": "7"}}), Time(0));
        let replace = |version: &str| {
            Request::new(id("web"), What::Replace(Box::new(json!({"metadata": {"resourceVersion": version}}))))
        };
        assert!(kept.fresh(&replace("8"), Time(FRESH)).is_some());
        assert!(kept.fresh(&replace("8"), Time(FRESH + 1)).is_none());
        assert!(kept.fresh(&replace("7"), Time(FRESH + 1)).is_some());
        kept.forget(&id("web"));
        assert!(kept.fresh(&replace("7"), Time(0)).is_none());
    }

    #[test]
    fn priors_are_bounded_in_number_and_size() {
        let mut kept = Kept::default();
        for i in 0..PRIORS + 10 {
            kept.keep(&id(&i.to_string()), Arc::new(json!(i)));
        }
        assert!(kept.prior(&id("9")).is_none() && kept.prior(&id("10")).is_some());
        kept.keep(&id("big"), Arc::new(json!("x".repeat(BYTES - 10))));
        assert!(kept.prior(&id("10")).is_none() && kept.prior(&id("big")).is_some());
        kept.keep(&id("too big"), Arc::new(json!("x".repeat(BYTES))));
        assert!(kept.prior(&id("too big")).is_none() && kept.bytes == 0);
    }
}
