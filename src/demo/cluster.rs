//! Everything behind the API, in one hand: what there is, and what keeps it alive.

use super::collect;
use super::store::Store;
use super::world::World;
use crate::model::Time;

pub struct Cluster {
    pub store: Store,
    pub world: World,
    /// Up to this version, what was deleted has taken along what it owned.
    pub swept: u64,
}

impl Cluster {
    pub fn new(seed: u64, now: Time) -> Self {
        let mut store = Store::new(now);
        let world = World::new(seed, &mut store);
        let swept = store.version();
        Self { store, world, swept }
    }

    /// Lets time pass up to `now`; it never goes back.
    pub fn live(&mut self, now: Time) {
        self.store.now = now.max(self.store.now);
        self.world.tick(&mut self.store);
        collect::sweep(self);
    }
}
