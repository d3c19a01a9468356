//! All answers that have arrived so far, by query.

mod held;
mod members;
mod rows;

use std::collections::HashMap;
use std::sync::Arc;

pub use members::{Member, Members};
pub use rows::Rows;

use super::logbook::Logbook;
use crate::model::{
    Column, Delta, Error, Found, Id, KindRef, Object, Query, Rules, SourceId, Str, Time, Value, Version, Within,
};

/// The state of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The query was sent at this moment, and the answer is not complete yet.
    Loading(Time),
    /// The answer is complete and kept up to date.
    Live,
    /// The stream broke: when, and why. The rows stay.
    Stale(Time, Error),
}

/// What an answer holds, by the sort of its question.
#[derive(Debug)]
enum Content {
    Rows(Rows),
    Log(Logbook),
    /// An object, if there is one.
    One(Option<Arc<Value>>),
    Rules(Option<Arc<Rules>>),
    Kinds(Option<Arc<Found>>),
}

impl Content {
    fn of(query: &Query, start: u64) -> Self {
        match query {
            Query::List { .. } | Query::Session { .. } => Self::Rows(Rows::new(start)),
            Query::Logs { .. } => Self::Log(Logbook::default()),
            Query::One { .. } => Self::One(None),
            Query::Rules { .. } => Self::Rules(None),
            Query::Kinds { .. } => Self::Kinds(None),
        }
    }
}

/// The answer to one query, with everything that is known about it.
#[derive(Debug)]
pub struct Answer {
    pub phase: Phase,
    /// When the query was sent.
    pub since: Time,
    /// Whether the answer was complete once. A relist does not reset it.
    pub complete: bool,
    /// Number of seconds after which it is read again; `None` if its changes are watched.
    pub every: Option<u16>,
    /// A number that rises with every change. No two answers share a revision.
    pub revision: u64,
    /// The version up to which the answer is complete, if the source gives one. A new stream may resume from it.
    mark: Option<Version>,
    relisting: bool,
    content: Content,
}

/// The distance between the first numbers of two answers, for revisions and for changes. It is larger than the number
/// of changes of any answer, so a position that is remembered from a dropped answer cannot be mistaken for one in its
/// successor.
const APART: u64 = 1 << 40;

impl Answer {
    /// An answer for rows.
    pub fn new(now: Time) -> Self {
        Self::holding(Content::Rows(Rows::new(APART)), now, APART)
    }

    /// An answer whose numbers begin at `start`.
    fn of(query: &Query, now: Time, start: u64) -> Self {
        Self::holding(Content::of(query, start), now, start)
    }

    fn holding(content: Content, now: Time, revision: u64) -> Self {
        Self {
            phase: Phase::Loading(now),
            since: now,
            complete: false,
            revision,
            mark: None,
            every: None,
            relisting: false,
            content,
        }
    }

    pub fn rows(&self) -> Option<&Rows> {
        if let Content::Rows(rows) = &self.content { Some(rows) } else { None }
    }

    fn rows_mut(&mut self) -> Option<&mut Rows> {
        if let Content::Rows(rows) = &mut self.content { Some(rows) } else { None }
    }

    pub fn body(&self) -> Option<&Arc<Value>> {
        if let Content::One(body) = &self.content { body.as_ref() } else { None }
    }

    pub fn found(&self) -> Option<&Arc<Found>> {
        if let Content::Kinds(found) = &self.content { found.as_ref() } else { None }
    }

    pub fn rules(&self) -> Option<&Arc<Rules>> {
        if let Content::Rules(rules) = &self.content { rules.as_ref() } else { None }
    }

    pub fn book(&self) -> Option<&Logbook> {
        if let Content::Log(book) = &self.content { Some(book) } else { None }
    }

    /// The columns, if the server decides them.
    pub fn columns(&self) -> Option<&Arc<[Column]>> {
        self.rows()?.columns.as_ref()
    }

    /// The namespaces that the answer covers, if it does not cover all that were requested.
    pub fn within(&self) -> Option<&Arc<Within>> {
        self.rows()?.within.as_ref()
    }

    /// The state of each source, if several sources answer.
    pub fn members(&self) -> &Members {
        static NOBODY: Members = Members::NOBODY;
        self.rows().map_or(&NOBODY, |rows| &rows.members)
    }

    /// The time at which a previous run saw some of the rows. It is set while the answer is not complete and contains
    /// such rows.
    pub fn remembered(&self) -> Option<Time> {
        self.rows()?.remembered
    }

    /// The number of rows that are still to come, if the server says so.
    pub fn remaining(&self) -> u64 {
        self.rows().map_or(0, |rows| rows.remaining)
    }

    pub fn len(&self) -> usize {
        self.rows().map_or(0, Rows::len)
    }

    /// The number of rows that the server has sent. Rows of a previous run do not count.
    pub fn told(&self) -> usize {
        self.rows().map_or(0, Rows::told)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The highest slot plus one.
    pub fn slots(&self) -> u32 {
        self.rows().map_or(0, Rows::slots)
    }

    #[inline]
    pub fn at(&self, slot: u32) -> Option<&Object> {
        self.rows()?.at(slot)
    }

    pub fn slot(&self, id: &Id) -> Option<u32> {
        self.rows()?.slot(id)
    }

    /// The object of an id. If there is none: the object of this answer's kind with the same name in the same place.
    pub fn get(&self, id: &Id) -> Option<&Object> {
        let rows = self.rows()?;
        rows.at(rows.slot(id)?)
    }

    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.rows().into_iter().flat_map(Rows::objects)
    }

    pub fn ids(&self) -> impl Iterator<Item = &Id> {
        self.objects().map(|object| &object.id)
    }

    /// The end of the log of changed slots, as a position that never goes back.
    pub fn log_end(&self) -> u64 {
        self.rows().map_or(0, Rows::log_end)
    }

    /// The slots that changed from `position` on; `None` if the log does not go back that far.
    pub fn changed_since(&self, position: u64) -> Option<&[u32]> {
        self.rows()?.changed_since(position)
    }

    pub fn apply(&mut self, delta: Delta, now: Time) {
        self.revision += 1;
        match delta {
            Delta::Upsert(object) => {
                self.revive();
                self.with_rows(|rows| rows.upsert(object));
            }
            Delta::Remove(id) => {
                self.revive();
                self.with_rows(|rows| rows.remove(&id));
            }
            Delta::Reset => self.reset(now),
            Delta::Columns(columns) => self.with_rows(|rows| rows.columns = Some(columns.into())),
            Delta::Remaining(count) => self.with_rows(|rows| rows.expect(count)),
            Delta::Within(within) => self.with_rows(|rows| rows.within = Some(Arc::from(within))),
            Delta::Member(at, standing) => self.stand(at, *standing, now),
            Delta::Ready => self.ready(),
            Delta::Every(secs) => self.every = secs,
            Delta::Mark(mark) => {
                (self.mark, self.every) = (Some(mark), None);
                self.revive();
            }
            Delta::Body(body) => self.is_now(Content::One(body)),
            Delta::Found(found) => self.is_now(Content::Kinds(Some(Arc::from(found)))),
            Delta::Rules(rules) => self.is_now(Content::Rules(Some(Arc::from(rules)))),
            Delta::Lines(lines) => {
                let complete = self.complete;
                if let Content::Log(book) = &mut self.content {
                    book.take(lines, complete, now);
                }
                self.revive();
            }
            // Sessions store their output themselves.
            Delta::Output(_) | Delta::Traffic(_) | Delta::Done(_) => {}
        }
    }

    /// Changes the rows, if the answer is a list.
    fn with_rows(&mut self, change: impl FnOnce(&mut Rows)) {
        if let Some(rows) = self.rows_mut() {
            change(rows);
        }
    }

    fn is_now(&mut self, content: Content) {
        self.content = content;
        self.ready();
    }

    fn reset(&mut self, now: Time) {
        match &mut self.content {
            Content::Rows(rows) => rows.begin_listing(),
            Content::Log(book) => book.reset(),
            Content::One(_) | Content::Rules(_) | Content::Kinds(_) => {}
        }
        self.relisting = true;
        self.mark = None;
        if !self.complete {
            self.phase = Phase::Loading(now);
        }
    }

    fn ready(&mut self) {
        let relisted = std::mem::take(&mut self.relisting);
        self.with_rows(|rows| rows.end_listing(relisted));
        self.complete = true;
        self.phase = Phase::Live;
    }

    /// Marks the answer as current again after a resumed stream sent a version and nothing else.
    fn revive(&mut self) {
        if self.complete && !self.relisting {
            self.phase = Phase::Live;
        }
    }

    /// Whether rows of a previous run would help: the answer has no rows, and the server gave no reason for it.
    fn lacks_rows(&self) -> bool {
        self.is_empty() && !self.complete && !self.is_refused()
    }

    fn is_resting(&self) -> bool {
        self.rows().is_some_and(|rows| rows.resting)
    }

    /// Whether the server answered with a refusal.
    pub fn is_refused(&self) -> bool {
        !matches!(
            self.phase,
            Phase::Loading(_) | Phase::Live | Phase::Stale(_, Error::Offline(_) | Error::Lost(_) | Error::Login { .. })
        )
    }

    /// Whether only a previous run knows the object, and the server has not sent it yet.
    pub fn is_remembered(&self, id: &Id) -> bool {
        self.rows().is_some_and(|rows| rows.is_remembered(id))
    }

    /// Shows rows of a previous run until the list is complete. Rows that arrive meanwhile replace them.
    fn recall(&mut self, at: Time, objects: Vec<Object>) {
        if self.lacks_rows() && !objects.is_empty() {
            self.revision += 1;
            self.with_rows(|rows| rows.recall(at, objects));
        }
    }

    pub fn fail(&mut self, error: Error, now: Time) {
        self.revision += 1;
        let since = match &self.phase {
            Phase::Stale(since, _) => *since,
            Phase::Loading(_) | Phase::Live => now,
        };
        (self.phase, self.every) = (Phase::Stale(since, error), None);
        // A server that does not answer may still have these rows. A server that refuses no longer shows them.
        if self.is_refused() {
            self.with_rows(Rows::forget_remembered);
        }
    }
}

/// The answers to all wanted queries, and for a short grace period to queries that were wanted until recently.
#[derive(Debug, Default)]
pub struct Store {
    answers: HashMap<Query, Answer>,
    /// When a query was last on the screen; see [`super::GRACE`] and [`super::REST`].
    pub(super) left: HashMap<Query, Time>,
    /// The first number of the latest answer.
    started: u64,
}

impl Store {
    pub fn answer(&self, query: &Query) -> Option<&Answer> {
        self.answers.get(query)
    }

    pub fn book_mut(&mut self, query: &Query) -> Option<&mut Logbook> {
        match &mut self.answers.get_mut(query)?.content {
            Content::Log(book) => Some(book),
            Content::Rows(_) | Content::One(_) | Content::Rules(_) | Content::Kinds(_) => None,
        }
    }

    fn fresh(&mut self, query: &Query, now: Time) -> Answer {
        self.started += APART;
        Answer::of(query, now, self.started)
    }

    pub fn open(&mut self, query: &Query, now: Time) {
        if !self.answers.contains_key(query) {
            let answer = self.fresh(query, now);
            self.answers.insert(query.clone(), answer);
        }
    }

    /// Keeps the rows of a list whose stream ended, so that no new listing is needed if the user comes back. False if
    /// keeping does not pay: the list cannot resume, or it has too many rows.
    pub fn rest(&mut self, query: &Query) -> bool {
        /// The most rows of all resting lists together.
        const MOST: usize = 20_000;
        let resting: usize = self.answers.values().filter(|answer| answer.is_resting()).map(Answer::len).sum();
        let Some(answer) = self.answers.get_mut(query) else { return false };
        let whole = answer.complete && !answer.relisting && answer.mark.is_some();
        let rests = whole && answer.phase == Phase::Live && resting + answer.len() <= MOST;
        answer.with_rows(|rows| rows.resting |= rests);
        answer.is_resting()
    }

    /// Wakes a list that rested since `since`. Its rows are shown with the age of that moment.
    pub fn resume(&mut self, query: &Query, since: Time) {
        if let Some(answer) = self.answers.get_mut(query).filter(|answer| answer.is_resting()) {
            answer.with_rows(|rows| rows.resting = false);
            answer.phase = Phase::Stale(since, Error::Offline("not watched for a while; catching up".to_owned()));
        }
    }

    pub fn is_resting(&self, query: &Query) -> bool {
        self.answers.get(query).is_some_and(Answer::is_resting)
    }

    /// The version from which a new stream for a query can resume.
    pub fn mark(&self, query: &Query) -> Option<&Version> {
        let list = matches!(query, Query::List { .. });
        self.answers.get(query).filter(|answer| list && answer.complete).and_then(|answer| answer.mark.as_ref())
    }

    /// The answer to a query, if rows of a previous run would help and were not requested yet.
    pub fn lacks_rows(&self, query: &Query) -> Option<&Answer> {
        self.answer(query).filter(|answer| answer.lacks_rows() && answer.rows().is_some_and(|rows| !rows.recalled))
    }

    /// Notes that rows of a previous run are being requested.
    pub fn recalls(&mut self, query: &Query) {
        self.answers.get_mut(query).into_iter().for_each(|answer| answer.with_rows(|rows| rows.recalled = true));
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

    /// Whether an answer of a source already waits for a login.
    pub fn wants_login(&self, at: SourceId) -> bool {
        let waits = |error: &Error| matches!(error, Error::Login { .. });
        self.answers.iter().any(|(query, answer)| match answer.members().get(at) {
            Some(member) => member.lost.as_ref().is_some_and(|(_, error)| waits(error)),
            // If several sources answer, the common error is the error of one of them, and that one was checked above.
            None if answer.members().iter().next().is_some() => false,
            None => query.at() == at && matches!(&answer.phase, Phase::Stale(_, error) if waits(error)),
        })
    }

    /// Treats all failed queries of a source as newly asked. None of them resumes from its last version.
    pub fn retry(&mut self, at: SourceId, now: Time) {
        let answers = self.answers.iter_mut().filter(|(query, _)| query.asks(at)).map(|(_, answer)| answer);
        for answer in answers {
            answer.with_rows(|rows| rows.members.retry(at));
            answer.mark = None;
            answer.phase = match &answer.phase {
                // The age of the rows does not change.
                Phase::Stale(since, _) if answer.complete => Phase::Stale(*since, members::again()),
                Phase::Stale(..) => Phase::Loading(now),
                Phase::Loading(_) | Phase::Live => continue,
            };
        }
    }

    /// Replaces one query by another in the same view. The rows stay until the new answer is complete.
    pub fn replace(&mut self, from: Option<&Query>, to: &Query, now: Time) {
        let from = from.filter(|from| *from != to);
        let known = from.and_then(|from| self.answers.remove(from));
        if !self.answers.contains_key(to) {
            let answer = known.unwrap_or_else(|| self.fresh(to, now));
            self.answers.insert(to.clone(), answer);
        }
    }

    /// The same for a query that asks for more about the same rows: all of them have to be listed again.
    pub fn extend(&mut self, from: &Query, to: &Query, now: Time) {
        self.replace(Some(from), to, now);
        self.answers.get_mut(to).into_iter().for_each(|answer| answer.mark = None);
    }

    pub fn forget(&mut self, query: &Query) -> Option<Answer> {
        self.answers.remove(query)
    }

    /// The approximate number of bytes that each answer holds.
    pub fn held(&self) -> Vec<(Query, u64)> {
        self.answers.iter().map(|(query, answer)| (query.clone(), answer.held() as u64)).collect()
    }

    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.answers.keys()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Query, &Answer)> {
        self.answers.iter()
    }

    /// The columns of a kind as this query shows them.
    pub fn columns(&self, kind: KindRef, query: &Query) -> Arc<[Column]> {
        let served = self.answer(query).and_then(|answer| answer.columns().cloned());
        served.unwrap_or_else(|| kind.columns.into())
    }
}

/// The name of an object for tests and notices: `namespace/name`, or the name alone.
pub fn path(id: &Id) -> Str {
    match id.namespace.is_empty() {
        true => id.title(),
        false => arcstr::format!("{}/{}", id.namespace, id.title()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A view is opened again after its rows were dropped, for example. As many rows may have arrived meanwhile.
    #[test]
    fn no_answer_is_taken_for_one_that_was_forgotten() {
        let mut store = Store::default();
        let query = Query::Rules { at: SourceId(0), namespace: Str::new() };
        let answers = [0, 1].map(|_| {
            let mut answer = store.fresh(&query, Time(0));
            answer.content = Content::Rows(Rows::new(answer.revision));
            answer.apply(Delta::Ready, Time(0));
            answer.with_rows(|rows| rows.note(7));
            answer
        });
        let [old, new] = &answers;
        assert_ne!(old.revision, new.revision);
        assert_eq!(new.changed_since(old.log_end()), None);
        assert_eq!(old.changed_since(new.log_end()), None);
        assert_eq!(new.changed_since(new.log_end() - 1), Some([7].as_slice()));
    }
}
