//! All answers so far, by query.

mod held;
mod members;

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};

pub use members::{Member, Members};

use super::logbook::Logbook;
use crate::model::{
    Column, Delta, Error, Found, Id, KindRef, Object, Query, Rules, SourceId, Str, Time, Value, Version, Within,
};

/// How an answer stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Asked at this moment; what is there is not yet all.
    Loading(Time),
    /// Whole and kept up to date.
    Live,
    /// It was interrupted: since when, and why. Its rows stay.
    Stale(Time, Error),
}

#[derive(Debug, Default)]
struct Slot {
    object: Option<Object>,
    /// The listing in which it was last seen, the first is 1; an earlier run saw it last where that is [`BEFORE`].
    seen: u32,
}

/// The listing of what is remembered.
const BEFORE: u32 = 0;

/// Everything known about one query.
#[derive(Debug)]
pub struct Answer {
    pub phase: Phase,
    /// When it was asked for.
    pub since: Time,
    /// True once it was whole; a relist does not take that away.
    pub complete: bool,
    /// Columns that the server decided.
    pub columns: Option<Arc<[Column]>>,
    pub body: Option<Arc<Value>>,
    pub found: Option<Arc<Found>>,
    pub rules: Option<Arc<Rules>>,
    /// Not all is there yet, and among its rows are those that an earlier run saw at this moment.
    pub remembered: Option<Time>,
    /// Such rows were asked for.
    recalled: bool,
    /// The namespaces it is about, when those are not all that were meant.
    pub within: Option<Arc<Within>>,
    /// How each stands, where several sources answer together.
    pub members: Members,
    pub book: Logbook,
    /// How far it goes, where the source says so: a stream may go on from there.
    mark: Option<Version>,
    /// Nobody looks, nothing is followed; only the rows are still there.
    resting: bool,
    /// How many rows are still to come, when the server said so.
    pub remaining: u64,
    /// Rises with every change; no two answers have the same.
    pub revision: u64,
    slots: Vec<Slot>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    free: Vec<u32>,
    count: usize,
    listing: u32,
    relisting: bool,
    log: Vec<u32>,
    log_start: u64,
}

/// Whoever saw an answer up to some position or revision must not take another for the same: each counts from where none
/// comes to.
fn fresh_count() -> u64 {
    /// More changes than one answer lives to see.
    const APART: u64 = 1 << 40;
    static NEXT: AtomicU64 = AtomicU64::new(APART);
    NEXT.fetch_add(APART, Ordering::Relaxed)
}

impl Answer {
    pub fn new(now: Time) -> Self {
        let start = fresh_count();
        Self {
            phase: Phase::Loading(now),
            since: now,
            complete: false,
            columns: None,
            body: None,
            found: None,
            rules: None,
            remembered: None,
            recalled: false,
            within: None,
            members: Members::default(),
            book: Logbook::default(),
            mark: None,
            resting: false,
            remaining: 0,
            revision: start,
            slots: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            free: Vec::new(),
            count: 0,
            listing: BEFORE + 1,
            relisting: false,
            log: Vec::new(),
            log_start: start,
        }
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// Rows that the server has told.
    pub fn told(&self) -> usize {
        let remembered = |slot: &&Slot| slot.object.is_some() && slot.seen == BEFORE;
        self.count - self.remembered.map_or(0, |_| self.slots.iter().filter(remembered).count())
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// One past the highest slot.
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

    /// The object of an id, or the one of this kind that bears its name in the same place.
    pub fn get(&self, id: &Id) -> Option<&Object> {
        self.at(self.slot(id)?)
    }

    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.slots.iter().filter_map(|slot| slot.object.as_ref())
    }

    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.objects().map(|object| &object.id)
    }

    /// The end of the log of changed slots, as a position that never goes back.
    pub fn log_end(&self) -> u64 {
        self.log_start + self.log.len() as u64
    }

    /// The slots changed from `position` on; `None` when that is too long ago to know.
    pub fn changed_since(&self, position: u64) -> Option<&[u32]> {
        let from = usize::try_from(position.checked_sub(self.log_start)?).ok()?;
        self.log.get(from..)
    }

    fn note(&mut self, slot: u32) {
        /// Whoever is further behind than half of this sorts anew.
        const LONGEST: usize = 1 << 16;
        if self.log.len() == LONGEST {
            self.log.drain(..LONGEST / 2);
            self.log_start += LONGEST as u64 / 2;
        }
        self.log.push(slot);
    }

    /// Makes room at once for what a server says will come.
    fn expect(&mut self, count: u64) {
        /// More is not believed before it is there.
        const MOST: u64 = 1 << 21;
        let more = (self.count as u64 + count.min(MOST)).saturating_sub(self.slots.len() as u64) as usize;
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.index.reserve(more, |slot| rehash(slots, hasher, *slot));
        self.slots.reserve(more);
    }

    pub fn apply(&mut self, delta: Delta, now: Time) {
        self.revision += 1;
        match delta {
            Delta::Reset => self.reset(now),
            Delta::Columns(columns) => self.columns = Some(columns.into()),
            Delta::Upsert(object) => self.upsert(object),
            Delta::Remove(id) => self.remove(&id),
            Delta::Remaining(count) => {
                self.expect(count);
                self.remaining = count;
            }
            Delta::Ready => self.ready(),
            Delta::Mark(mark) => {
                self.mark = Some(mark);
                self.revive();
            }
            Delta::Body(body) => {
                self.body = body.map(|body| Arc::new(*body));
                self.ready();
            }
            Delta::Found(found) => {
                self.found = Some(Arc::from(found));
                self.ready();
            }
            Delta::Rules(rules) => {
                self.rules = Some(Arc::from(rules));
                self.ready();
            }
            Delta::Within(within) => self.within = Some(Arc::from(within)),
            Delta::Member(at, standing) => self.stand(at, *standing, now),
            Delta::Lines(lines) => {
                self.book.take(lines, self.complete, now);
                self.revive();
            }
            // Sessions keep what they say themselves.
            Delta::Output(_) | Delta::Traffic(_) | Delta::Done(_) => {}
        }
    }

    fn reset(&mut self, now: Time) {
        self.listing += 1;
        self.relisting = true;
        self.mark = None;
        self.book.reset();
        self.within = None;
        if !self.complete {
            self.phase = Phase::Loading(now);
        }
    }

    fn ready(&mut self) {
        self.forget_remembered();
        if std::mem::take(&mut self.relisting) {
            self.drop_unseen();
        }
        self.complete = true;
        self.remaining = 0;
        self.phase = Phase::Live;
    }

    /// A resumed stream that only says how far it is shows that the answer is current again.
    fn revive(&mut self) {
        if self.complete && !self.relisting {
            self.phase = Phase::Live;
        }
    }

    /// Whether rows of an earlier run are better than what there is: nothing, and no word why.
    fn lacks_rows(&self) -> bool {
        self.is_empty() && !self.complete && !self.is_refused()
    }

    /// The server has answered, and it was a no.
    pub fn is_refused(&self) -> bool {
        !matches!(
            self.phase,
            Phase::Loading(_) | Phase::Live | Phase::Stale(_, Error::Offline(_) | Error::Lost(_) | Error::Login { .. })
        )
    }

    /// Whether nothing but an earlier run vouches for an object.
    pub fn is_remembered(&self, id: &Id) -> bool {
        self.remembered.is_some() && self.slot(id).is_some_and(|slot| self.slots[slot as usize].seen == BEFORE)
    }

    /// Shows what an earlier run saw, until the list is whole; what comes meanwhile takes its place.
    fn recall(&mut self, at: Time, objects: Vec<Object>) {
        if !self.lacks_rows() || objects.is_empty() {
            return;
        }
        self.revision += 1;
        self.remembered = Some(at);
        let listing = std::mem::replace(&mut self.listing, BEFORE);
        objects.into_iter().for_each(|object| self.upsert(object));
        self.listing = listing;
    }

    fn forget_remembered(&mut self) {
        if self.remembered.take().is_some() {
            self.drop_before(BEFORE + 1, |_| true);
        }
    }

    pub fn fail(&mut self, error: Error, now: Time) {
        self.revision += 1;
        let since = match &self.phase {
            Phase::Stale(since, _) => *since,
            Phase::Loading(_) | Phase::Live => now,
        };
        self.phase = Phase::Stale(since, error);
        // A server that does not answer may have them still; one that refuses does not show them any more.
        if self.is_refused() {
            self.forget_remembered();
        }
    }

    fn upsert(&mut self, object: Object) {
        self.revive();
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

    /// The slot of an object, a fresh one when it has none yet.
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

    fn remove(&mut self, id: &Id) {
        self.revive();
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

    fn drop_unseen(&mut self) {
        self.drop_before(self.listing, |_| true);
    }

    /// Drops the objects that were last seen before a listing began.
    fn drop_before(&mut self, listing: u32, is_meant: impl Fn(&Id) -> bool) {
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

/// Ids of one query differ by no more than this.
fn key(id: &Id) -> (u16, &str, &str, &str) {
    (id.at.0, &id.namespace, &id.name, &id.part)
}

/// The answers of all wanted queries, and for a short grace of those wanted lately.
#[derive(Debug, Default)]
pub struct Store {
    answers: HashMap<Query, Answer>,
}

impl Store {
    pub fn answer(&self, query: &Query) -> Option<&Answer> {
        self.answers.get(query)
    }

    pub fn book_mut(&mut self, query: &Query) -> Option<&mut Logbook> {
        self.answers.get_mut(query).map(|answer| &mut answer.book)
    }

    pub fn open(&mut self, query: &Query, now: Time) {
        if !self.answers.contains_key(query) {
            self.answers.insert(query.clone(), Answer::new(now));
        }
    }

    /// Keeps the rows of a list that is followed no more, so that coming back need not list again. False for what is
    /// not worth it: what cannot go on from where it ended, and what would be too much.
    pub fn rest(&mut self, query: &Query) -> bool {
        /// Rows of all lists together that may rest.
        const MOST: usize = 20_000;
        let resting: usize = self.answers.values().filter(|answer| answer.resting).map(Answer::len).sum();
        let Some(answer) = self.answers.get_mut(query) else { return false };
        let list = matches!(query, Query::List { .. });
        let whole = answer.complete && !answer.relisting && answer.mark.is_some();
        answer.resting |= list && whole && answer.phase == Phase::Live && resting + answer.len() <= MOST;
        answer.resting
    }

    /// Follows a list again that rested since then; what is known is shown as of that moment.
    pub fn resume(&mut self, query: &Query, since: Time) {
        if let Some(answer) = self.answers.get_mut(query).filter(|answer| answer.resting) {
            answer.resting = false;
            answer.phase = Phase::Stale(since, Error::Offline("not watched for a while; catching up".to_owned()));
        }
    }

    pub fn is_resting(&self, query: &Query) -> bool {
        self.answers.get(query).is_some_and(|answer| answer.resting)
    }

    /// Where a stream for a query can go on.
    pub fn mark(&self, query: &Query) -> Option<&Version> {
        let list = matches!(query, Query::List { .. });
        self.answers.get(query).filter(|answer| list && answer.complete).and_then(|answer| answer.mark.as_ref())
    }

    /// Whether rows of an earlier run would be of use and were not asked for yet.
    pub fn lacks_rows(&self, query: &Query) -> Option<&Answer> {
        self.answer(query).filter(|answer| answer.lacks_rows() && !answer.recalled)
    }

    /// Such rows are asked for now.
    pub fn recalls(&mut self, query: &Query) {
        self.answers.get_mut(query).into_iter().for_each(|answer| answer.recalled = true);
    }

    pub fn recall(&mut self, query: &Query, at: Time, objects: Vec<Object>) {
        if let Some(answer) = self.answers.get_mut(query) {
            answer.recall(at, objects);
        }
    }

    pub fn apply(&mut self, query: &Query, deltas: Vec<Delta>, now: Time) {
        if let Some(answer) = self.answers.get_mut(query) {
            deltas.into_iter().for_each(|delta| answer.apply(delta, now));
        }
    }

    pub fn fail(&mut self, query: &Query, error: Error, now: Time) {
        if let Some(answer) = self.answers.get_mut(query) {
            answer.fail(error, now);
        }
    }

    /// Whether some answer of a source already waits for a login.
    pub fn wants_login(&self, at: SourceId) -> bool {
        let waits = |error: &Error| matches!(error, Error::Login { .. });
        self.answers.iter().any(|(query, answer)| match answer.members.get(at) {
            Some(member) => member.lost.as_ref().is_some_and(|(_, error)| waits(error)),
            // The error of several is that of one of them.
            None if answer.members.iter().next().is_some() => false,
            None => query.at() == at && matches!(&answer.phase, Phase::Stale(_, error) if waits(error)),
        })
    }

    /// Lets everything of a source that failed count as asked anew, and nothing go on from where it was.
    pub fn retry(&mut self, at: SourceId, now: Time) {
        let answers = self.answers.iter_mut().filter(|(query, _)| query.asks(at)).map(|(_, answer)| answer);
        for answer in answers {
            answer.members.retry(at);
            answer.mark = None;
            answer.phase = match &answer.phase {
                // Its rows are as old as they are.
                Phase::Stale(since, _) if answer.complete => Phase::Stale(*since, members::again()),
                Phase::Stale(..) => Phase::Loading(now),
                Phase::Loading(_) | Phase::Live => continue,
            };
        }
    }

    /// A question about other rows takes the place of one that was asked so far: what is known stays until the new
    /// answer is whole.
    pub fn replace(&mut self, from: Option<&Query>, to: &Query, now: Time) {
        let from = from.filter(|from| *from != to);
        let known = from.and_then(|from| self.answers.remove(from));
        if !self.answers.contains_key(to) {
            self.answers.insert(to.clone(), known.unwrap_or_else(|| Answer::new(now)));
        }
    }

    pub fn forget(&mut self, query: &Query) -> Option<Answer> {
        self.answers.remove(query)
    }

    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.answers.keys()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Query, &Answer)> {
        self.answers.iter()
    }

    /// The columns of a kind as this answer shows it.
    pub fn columns(&self, kind: KindRef, query: &Query) -> Arc<[Column]> {
        let served = self.answer(query).and_then(|answer| answer.columns.clone());
        served.unwrap_or_else(|| kind.columns.into())
    }
}

/// Names for tests and notices: `namespace/name`, or the name alone.
pub fn path(id: &Id) -> Str {
    match id.namespace.is_empty() {
        true => id.title(),
        false => arcstr::format!("{}/{}", id.namespace, id.title()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As when a view is come back to after its rows were forgotten: as many may have come meanwhile.
    #[test]
    fn no_answer_is_taken_for_one_that_was_forgotten() {
        let answers = [0, 1].map(|_| {
            let mut answer = Answer::new(Time(0));
            answer.apply(Delta::Body(None), Time(0));
            answer.note(7);
            answer
        });
        let [old, new] = &answers;
        assert_ne!(old.revision, new.revision);
        assert_eq!(new.changed_since(old.log_end()), None);
        assert_eq!(old.changed_since(new.log_end()), None);
        assert_eq!(new.changed_since(new.log_end() - 1), Some([7].as_slice()));
    }
}
