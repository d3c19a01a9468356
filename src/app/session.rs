//! Sessions that run, whatever is on the screen, and those that ended and were not closed yet.

use crossterm::event::{KeyEvent, MouseEvent};

use super::Effect;
use crate::model::{Delta, End, Error, Query, SessionId, Time};

#[derive(Debug)]
pub struct Session {
    pub id: SessionId,
    pub query: Query,
    pub since: Time,
    /// How it ended, when it did.
    pub end: Option<End>,
}

/// All sessions; a stream is open for each that is listed.
#[derive(Debug, Default)]
pub struct Sessions {
    all: Vec<Session>,
    last: u32,
}

impl Sessions {
    pub fn iter(&self) -> impl Iterator<Item = &Session> {
        self.all.iter()
    }

    pub fn find(&self, id: SessionId) -> Option<&Session> {
        self.all.iter().find(|session| session.id == id)
    }

    /// A number that no session had before.
    pub fn number(&mut self) -> SessionId {
        self.last += 1;
        SessionId(self.last)
    }

    pub fn start(&mut self, id: SessionId, query: Query, now: Time) {
        self.all.push(Session { id, query, since: now, end: None });
    }

    /// Ends it, if it still runs.
    pub fn close(&mut self, id: SessionId) {
        self.all.retain(|session| session.id != id);
    }

    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.all.iter().map(|session| &session.query)
    }

    /// Takes in what a session said; answers to what its program asked the terminal go back as effects.
    pub fn take(&mut self, id: SessionId, deltas: Vec<Delta>) -> Vec<Effect> {
        let Some(session) = self.all.iter_mut().find(|session| session.id == id) else { return Vec::new() };
        for delta in deltas {
            if let Delta::Done(end) = delta {
                session.end = Some(end);
            }
        }
        Vec::new()
    }

    pub fn failed(&mut self, id: SessionId, error: &Error) {
        if let Some(session) = self.all.iter_mut().find(|session| session.id == id) {
            session.end.get_or_insert(End::Closed(error.text().to_owned()));
        }
    }

    /// A key that the key map leaves to the session.
    pub fn key(&mut self, _id: SessionId, _event: KeyEvent) -> Vec<Effect> {
        Vec::new()
    }

    pub fn paste(&mut self, _id: SessionId, _text: &str) -> Vec<Effect> {
        Vec::new()
    }

    pub fn mouse(&mut self, _id: SessionId, _event: MouseEvent) -> Vec<Effect> {
        Vec::new()
    }
}
