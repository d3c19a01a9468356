//! The cluster that lives behind the API: controllers that see nothing but the store, and a calm life of its own.
//! Synchronous and deterministic: what happens follows from the seed, from what users write, and from the times that
//! [`World::tick`] sees.

mod admit;
mod autoscale;
mod body;
mod build;
mod chance;
mod cron;
mod daemons;
mod delivery;
mod deployments;
mod flux;
mod image;
mod jobs;
mod kubelet;
mod life;
mod logs;
mod metrics;
mod namespaces;
mod notes;
mod populate;
mod profile;
mod scheduler;
mod services;
mod sets;
mod settle;
mod statefulsets;
mod status;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use serde_json::Value;

use super::resources::Resource;
use super::store::{Key, Store};
use crate::model::Time;
use chance::Dice;
use notes::Notes;

/// Why a write is not taken: what a Status says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Of HTTP.
    pub code: u16,
    /// `Invalid`, `Forbidden`.
    pub reason: &'static str,
    pub message: String,
    /// The field, and what is wrong with it.
    pub causes: Vec<(String, String)>,
}

/// Controllers, scheduler, kubelets, and what happens by itself.
#[derive(Debug)]
pub struct World {
    seed: u64,
    dice: Dice,
    /// The store's version up to which the controllers have looked.
    seen: u64,
    queue: BinaryHeap<Reverse<Due>>,
    turns: u64,
    /// The turn that is next for a pod, by uid: of several only the latest counts.
    tickets: HashMap<String, u64>,
    notes: Notes,
    /// When requests to the canary had nobody to go to.
    gaps: Vec<(Time, Option<Time>)>,
}

/// Something that happens at a moment. Turns keep those of one moment in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    at: Time,
    turn: u64,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// The next step of a pod's life: key and uid.
    Pod(Key, String),
    /// The containers of a pod that leaves are stopped.
    Stop(Key),
    /// The next run of a CronJob.
    Run(Key),
    /// A controller looks at an object again.
    Look(Key),
    /// A pod that was unready for a while is ready again.
    Recover(Key),
    /// The autoscaler measures.
    Autoscale,
    /// A node says that it is there.
    Renew(u8),
    /// Something happens by itself.
    Live,
}

impl World {
    /// Fills an empty store with everything that is there at the start.
    pub fn new(seed: u64, store: &mut Store) -> Self {
        let mut world = Self {
            seed,
            dice: Dice::new(seed),
            seen: store.version(),
            queue: BinaryHeap::new(),
            turns: 0,
            tickets: HashMap::new(),
            notes: Notes::default(),
            gaps: Vec::new(),
        };
        world.populate(store);
        world.settle(store);
        world.begin(store.now);
        world
    }

    /// Lets the cluster live up to `store.now`, which the caller has set: controllers reconcile what users changed,
    /// pods come, crash and recover. Cheap when nothing is due.
    pub fn tick(&mut self, store: &mut Store) {
        let until = store.now;
        while let Some(Reverse(due)) = self.queue.peek()
            && due.at <= until
        {
            store.now = due.at;
            let Some(Reverse(due)) = self.queue.pop() else { break };
            self.happen(store, due);
            self.settle(store);
        }
        store.now = until;
        self.settle(store);
    }

    /// When something next happens by itself.
    pub fn wake(&self) -> Time {
        self.queue.peek().map_or(Time(i64::MAX), |Reverse(due)| due.at)
    }

    /// Lines that a container wrote in (from, to], oldest first: the same for every reader.
    pub fn log(&self, pod: &Value, container: &str, previous: bool, from: Time, to: Time) -> Vec<(Time, String)> {
        logs::lines(pod, container, previous, from, to, &self.gaps)
    }

    /// What a pod uses, as `metrics.k8s.io` tells it; `None` when none of its containers runs.
    pub fn pod_metrics(&self, store: &Store, pod: &Value) -> Option<Value> {
        metrics::pod(store.now, pod)
    }

    /// What a node uses.
    pub fn node_metrics(&self, store: &Store, node: &Value) -> Option<Value> {
        metrics::node(store, node)
    }

    /// What the cluster says to a write before it is stored: warnings, or a refusal. `old` is `None` for a create.
    pub fn admit(
        &self,
        store: &Store,
        resource: &Resource,
        old: Option<&Value>,
        new: &Value,
    ) -> Result<Vec<String>, Refusal> {
        admit::admit(store, resource, old, new)
    }

    /// Puts something on the queue.
    fn later(&mut self, at: Time, what: What) {
        self.turns += 1;
        if let What::Pod(_, uid) = &what {
            self.tickets.insert(uid.clone(), self.turns);
        }
        self.queue.push(Reverse(Due { at, turn: self.turns, what }));
    }

    fn happen(&mut self, store: &mut Store, due: Due) {
        match due.what {
            What::Pod(key, uid) => {
                if self.tickets.get(&uid) == Some(&due.turn) {
                    self.tickets.remove(&uid);
                    self.step(store, &key, &uid);
                }
            }
            What::Stop(key) => self.stop(store, &key),
            What::Run(key) => self.run(store, &key),
            What::Look(key) => self.reconcile(store, &key),
            What::Recover(key) => self.recover(store, &key),
            What::Autoscale => self.autoscale(store),
            What::Renew(node) => self.renew(store, node),
            What::Live => self.live(store),
        }
    }
}
