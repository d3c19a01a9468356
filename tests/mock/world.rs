//! Which pods there are, and what happened to them lately.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::pods::Pod;

/// What a watch tells.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    pub version: u64,
    pub what: &'static str,
    pub pod: Pod,
}

/// Copied only while a list of it is on its way.
type Changed = Arc<HashMap<u32, Option<Pod>>>;

/// All pods at one moment.
#[derive(Clone)]
pub struct Census {
    end: u32,
    changed: Changed,
    pub version: u64,
}

impl Census {
    pub fn pod(&self, number: u32) -> Option<Pod> {
        if number >= self.end {
            return None;
        }
        self.changed.get(&number).copied().unwrap_or_else(|| Some(Pod::new(number)))
    }

    /// Pods with a number from `first` on.
    pub fn count(&self, first: u32) -> usize {
        let gone = self.changed.iter().filter(|(number, pod)| **number >= first && pod.is_none()).count();
        self.end.saturating_sub(first) as usize - gone
    }

    pub fn pods(&self, first: u32) -> impl Iterator<Item = Pod> + Send + 'static {
        let census = self.clone();
        (first..self.end).filter_map(move |number| census.pod(number))
    }
}

/// Pods are numbers below `end`; only those that ever changed are remembered.
pub struct World {
    end: u32,
    changed: Changed,
    version: u64,
    history: VecDeque<Event>,
    /// Changes up to this version are forgotten.
    forgotten: u64,
}

/// Events that are remembered: 40 s of 5,000 a second.
const KEPT: usize = 200_000;

impl World {
    pub fn new(pods: u32) -> Self {
        Self { end: pods, changed: Changed::default(), version: 1, history: VecDeque::new(), forgotten: 0 }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn census(&self) -> Census {
        Census { end: self.end, changed: self.changed.clone(), version: self.version }
    }

    pub fn pod(&self, number: u32) -> Option<Pod> {
        self.census().pod(number)
    }

    pub fn end(&self) -> u32 {
        self.end
    }

    /// A pod restarts; one that is gone comes back as another.
    pub fn restart(&mut self, number: u32) {
        match self.pod(number) {
            Some(pod) => self.put("MODIFIED", Pod { restarts: pod.restarts + 1, ..pod }),
            None => self.put("ADDED", Pod { life: 1, ..Pod::new(number) }),
        }
    }

    pub fn add(&mut self) {
        self.end += 1;
        self.put("ADDED", Pod::new(self.end - 1));
    }

    /// A pod that was never said to be there changes.
    pub fn add_unannounced(&mut self) {
        self.end += 1;
        self.put("MODIFIED", Pod::new(self.end - 1));
    }

    pub fn delete(&mut self, number: u32) {
        let Some(pod) = self.pod(number) else { return };
        Arc::make_mut(&mut self.changed).insert(number, None);
        self.tell("DELETED", pod);
    }

    /// Another pod takes the place of this one.
    pub fn replace(&mut self, number: u32) {
        let Some(pod) = self.pod(number) else { return };
        self.delete(number);
        self.put("ADDED", Pod { life: pod.life + 1, restarts: 0, ..pod });
    }

    /// A pod is deleted that never was.
    pub fn delete_stranger(&mut self) {
        self.tell("DELETED", Pod::new(self.end + 1_000_000));
    }

    /// A change that nobody is told of: the watch lost it, and only a list shows it.
    pub fn delete_in_silence(&mut self, number: u32) {
        self.version += 1;
        Arc::make_mut(&mut self.changed).insert(number, None);
    }

    /// Old versions are not known any more.
    pub fn forget(&mut self) {
        self.version += 1;
        self.forgotten = self.version;
        self.history.clear();
    }

    fn put(&mut self, what: &'static str, pod: Pod) {
        let pod = self.tell(what, pod);
        Arc::make_mut(&mut self.changed).insert(pod.number, Some(pod));
    }

    fn tell(&mut self, what: &'static str, pod: Pod) -> Pod {
        self.version += 1;
        let pod = Pod { version: self.version, ..pod };
        if self.history.len() == KEPT {
            self.forgotten = self.history.pop_front().map_or(0, |event| event.version);
        }
        self.history.push_back(Event { version: self.version, what, pod });
        pod
    }

    /// Up to `most` events after a version; `None` when those are forgotten.
    pub fn since(&self, version: u64, most: usize) -> Option<Vec<Event>> {
        if version < self.forgotten {
            return None;
        }
        let from = self.history.partition_point(|event| event.version <= version);
        Some(self.history.range(from..).take(most).copied().collect())
    }
}
