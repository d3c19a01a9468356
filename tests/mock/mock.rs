//! An API server of pods that do not exist, for what a real one cannot deliver: a million of them, thousands of events a
//! second, and every way in which an answer can go wrong. Pods are made up while they are sent, so that the server
//! itself stays small. Included by path where it is needed.
#![allow(dead_code, unused_imports, reason = "tests and benchmarks use different parts")]

mod answer;
mod body;
mod churn;
mod discovery;
mod faults;
mod http;
mod pods;
mod proto;
mod watch;
mod world;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::Instant;

pub use churn::{Probe, churn};
pub use faults::{Bookmarks, Door, Fault};
pub use world::World;

/// Clones are the same server.
#[derive(Clone)]
pub struct Mock(Arc<Inner>);

struct Inner {
    world: Mutex<World>,
    faults: Mutex<faults::Faults>,
    asked: Mutex<Vec<(Instant, String)>>,
    probes: Mutex<Vec<Probe>>,
    /// Changes a second, where somebody makes them.
    rate: AtomicU32,
    changed: Notify,
    /// Watches of pods that are open.
    watches: AtomicU32,
}

impl Mock {
    pub fn new(pods: u32) -> Self {
        Self(Arc::new(Inner {
            world: Mutex::new(World::new(pods)),
            faults: Mutex::default(),
            asked: Mutex::default(),
            probes: Mutex::default(),
            rate: AtomicU32::new(0),
            changed: Notify::new(),
            watches: AtomicU32::new(0),
        }))
    }

    /// Changes the world, and tells those who watch.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let changed = change(&mut self.world());
        self.0.changed.notify_waiters();
        changed
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        locked(&self.0.world)
    }

    /// The next answers of a door go wrong, so many of them.
    pub fn arm(&self, door: Door, times: usize, fault: Fault) {
        self.faults().arm(door, times, fault);
    }

    /// Every answer takes so long to begin, and comes in pieces of so many bytes with a pause between them.
    pub fn slow(&self, latency: Duration, piece: usize, pause: Duration) {
        self.faults().arm(Door::Any, usize::MAX, Fault::Late(latency));
        self.faults().arm(Door::Any, usize::MAX, Fault::Paced { piece, pause });
    }

    pub fn bookmarks(&self, bookmarks: Bookmarks) {
        self.faults().bookmarks = bookmarks;
    }

    /// Every event comes twice.
    pub fn double_events(&self) {
        self.faults().doubled = true;
    }

    /// Ends all watches, as a server does that goes away.
    pub fn hang_up(&self) {
        self.faults().hung_up += 1;
        self.0.changed.notify_waiters();
    }

    /// What was asked so far, and when.
    pub fn asked(&self) -> Vec<(Instant, String)> {
        locked(&self.0.asked).clone()
    }

    /// How many watches of pods are open.
    pub fn watches(&self) -> u32 {
        self.0.watches.load(Ordering::Relaxed)
    }

    /// When which restart count of the first pod was sent.
    pub fn probes(&self) -> Vec<Probe> {
        locked(&self.0.probes).clone()
    }

    fn faults(&self) -> MutexGuard<'_, faults::Faults> {
        locked(&self.0.faults)
    }

    /// Answers whoever connects, for ever.
    pub async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(http::talk(self.clone(), stream));
        }
    }

    /// Answers on one connection that needs no network.
    pub fn connect(&self) -> tokio::io::DuplexStream {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        tokio::spawn(http::talk(self.clone(), ours));
        theirs
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
