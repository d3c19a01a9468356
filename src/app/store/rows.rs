//! The rows of a list. A row keeps its slot as long as it exists, and readers can ask which slots changed.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::Members;
use crate::model::{Column, Id, Object, Time, Within};

#[derive(Debug, Default)]
pub(super) struct Slot {
    pub object: Option<Object>,
    /// The number of the listing (from 1) that last contained this row. [`BEFORE`] marks rows that were restored from a
    /// previous run.
    seen: u32,
}

/// The number that stands for a listing of a previous run.
const BEFORE: u32 = 0;

#[derive(Debug)]
pub struct Rows {
    /// The columns, if the server decides them.
    pub(super) columns: Option<Arc<[Column]>>,
    /// The time at which a previous run saw some of the rows, if the list contains such rows.
    pub(super) remembered: Option<Time>,
    /// Whether rows of a previous run were requested.
    pub(super) recalled: bool,
    pub(super) within: Option<Arc<Within>>,
    pub(super) members: Members,
    /// Whether the answer rests: no view needs it, no stream is open, and only its rows are kept.
    pub(super) resting: bool,
    pub(super) remaining: u64,
    pub(super) slots: Vec<Slot>,
    pub(super) index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    pub(super) free: Vec<u32>,
    pub(super) count: usize,
    pub(super) listing: u32,
    pub(super) log: Vec<u32>,
    log_start: u64,
}

impl Rows {
    /// An empty list whose log of changes begins at position `start`.
    pub(super) fn new(start: u64) -> Self {
        Self {
            columns: None,
            remembered: None,
            recalled: false,
            within: None,
            members: Members::default(),
            resting: false,
            remaining: 0,
            slots: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            free: Vec::new(),
            count: 0,
            listing: BEFORE + 1,
            log: Vec::new(),
            log_start: start,
        }
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The number of rows that the server has sent. Rows of a previous run do not count.
    pub fn told(&self) -> usize {
        let remembered = |slot: &&Slot| slot.object.is_some() && slot.seen == BEFORE;
        self.count - self.remembered.map_or(0, |_| self.slots.iter().filter(remembered).count())
    }

    /// The highest slot plus one.
    pub fn slots(&self) -> u32 {
        self.slots.len() as u32
    }

    pub fn at(&self, slot: u32) -> Option<&Object> {
        self.slots.get(slot as usize)?.object.as_ref()
    }

    pub fn slot(&self, id: &Id) -> Option<u32> {
        let same = |slot: &u32| self.at(*slot).is_some_and(|object| object.id.is_same(id));
        self.index.find(self.hasher.hash_one(key(id)), same).copied()
    }

    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.slots.iter().filter_map(|slot| slot.object.as_ref())
    }

    /// The end of the log of changed slots, as a position that never goes back.
    pub fn log_end(&self) -> u64 {
        self.log_start + self.log.len() as u64
    }

    /// The slots that changed from `position` on; `None` if the log does not go back that far.
    pub fn changed_since(&self, position: u64) -> Option<&[u32]> {
        let from = usize::try_from(position.checked_sub(self.log_start)?).ok()?;
        self.log.get(from..)
    }

    pub(super) fn note(&mut self, slot: u32) {
        /// The longest log of changes. A reader that is behind by more than half of it sorts everything again.
        const LONGEST: usize = 1 << 16;
        if self.log.len() == LONGEST {
            self.log.drain(..LONGEST / 2);
            self.log_start += LONGEST as u64 / 2;
        }
        self.log.push(slot);
    }

    /// Reserves memory for the number of rows that the server announces.
    pub(super) fn expect(&mut self, count: u64) {
        /// The largest announced number that is trusted before the rows arrive.
        const MOST: u64 = 1 << 21;
        let more = (self.count as u64 + count.min(MOST)).saturating_sub(self.slots.len() as u64) as usize;
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.index.reserve(more, |slot| rehash(slots, hasher, *slot));
        self.slots.reserve(more);
        self.remaining = count;
    }

    pub(super) fn begin_listing(&mut self) {
        self.listing += 1;
        self.within = None;
    }

    /// Ends a listing. After a relist, the rows that were not in it are dropped.
    pub(super) fn end_listing(&mut self, relisted: bool) {
        self.forget_remembered();
        if relisted {
            self.drop_before(self.listing, |_| true);
        }
        self.remaining = 0;
    }

    pub(super) fn is_remembered(&self, id: &Id) -> bool {
        self.remembered.is_some() && self.slot(id).is_some_and(|slot| self.slots[slot as usize].seen == BEFORE)
    }

    pub(super) fn recall(&mut self, at: Time, objects: Vec<Object>) {
        self.remembered = Some(at);
        let listing = std::mem::replace(&mut self.listing, BEFORE);
        objects.into_iter().for_each(|object| self.upsert(object));
        self.listing = listing;
    }

    pub(super) fn forget_remembered(&mut self) {
        if self.remembered.take().is_some() {
            self.drop_before(BEFORE + 1, |_| true);
        }
    }

    pub(super) fn upsert(&mut self, object: Object) {
        let slot = self.slot_for(&object.id);
        let place = &mut self.slots[slot as usize];
        place.seen = self.listing;
        if place.object.as_ref() == Some(&object) {
            return;
        }
        self.count += usize::from(place.object.is_none());
        place.object = Some(object);
        self.note(slot);
    }

    /// The slot of an object. An object without a slot gets a new one.
    fn slot_for(&mut self, id: &Id) -> u32 {
        let Self { slots, index, hasher, free, .. } = self;
        let hash = hasher.hash_one(key(id));
        let same = |slot: &u32| slots[*slot as usize].object.as_ref().is_some_and(|object| object.id.is_same(id));
        match index.entry(hash, same, |slot| rehash(slots, hasher, *slot)) {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(gap) => {
                let slot = free.pop().unwrap_or(slots.len() as u32);
                gap.insert(slot);
                if slot as usize == slots.len() {
                    slots.push(Slot::default());
                }
                slot
            }
        }
    }

    pub(super) fn remove(&mut self, id: &Id) {
        if let Some(slot) = self.slot(id) {
            self.clear(slot);
        }
    }

    fn clear(&mut self, slot: u32) {
        let hash = rehash(&self.slots, &self.hasher, slot);
        if let Ok(entry) = self.index.find_entry(hash, |found| *found == slot) {
            entry.remove();
        }
        self.slots[slot as usize].object = None;
        self.free.push(slot);
        self.count -= 1;
        self.note(slot);
    }

    /// Drops the objects that were last seen before a listing.
    pub(super) fn drop_before(&mut self, listing: u32, is_meant: impl Fn(&Id) -> bool) {
        let gone = |slot: &u32| {
            let place = &self.slots[*slot as usize];
            place.seen < listing && place.object.as_ref().is_some_and(|object| is_meant(&object.id))
        };
        let gone: Vec<u32> = (0..self.slots()).filter(gone).collect();
        gone.into_iter().for_each(|slot| self.clear(slot));
    }
}

fn rehash(slots: &[Slot], hasher: &DefaultHashBuilder, slot: u32) -> u64 {
    let object = slots[slot as usize].object.as_ref();
    hasher.hash_one(object.map_or((0, "", "", ""), |object| key(&object.id)))
}

/// The parts in which the ids of one query differ.
fn key(id: &Id) -> (u16, &str, &str, &str) {
    (id.at.0, &id.namespace, &id.name, &id.part)
}
