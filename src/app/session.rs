//! The sessions that run, whatever is on the screen, and those that ended and were not closed.

mod container;
mod keys;
mod rows;
mod screen;

use bytes::Bytes;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use vt100::MouseProtocolMode;

use super::Effect;
use super::policy::Policy;
use crate::model::{Delta, End, Error, Id, Input, Query, Reach, SessionId, Str, Time, Traffic};

pub use container::Container;
pub use screen::Screen;

/// The number of lines that one step of the mouse wheel scrolls.
const NOTCH: isize = 3;

#[derive(Debug)]
pub struct Session {
    pub id: SessionId,
    pub query: Query,
    pub since: Time,
    /// How it ended, if it has.
    pub end: Option<End>,
    pub screen: Screen,
    pub traffic: Traffic,
    /// The number of bytes that its program wrote.
    pub written: u64,
    /// Whether it is no longer allowed. Then its stream is not wanted.
    forbidden: bool,
}

impl Session {
    /// The object that it reaches into, the container, and how.
    pub fn target(&self) -> Option<(&Id, &Str, &Reach)> {
        match &self.query {
            Query::Session { id, container, reach, .. } => Some((id, container, reach)),
            Query::Kinds { .. } | Query::List { .. } | Query::One { .. } | Query::Logs { .. } | Query::Rules { .. } => {
                None
            }
        }
    }

    /// One word for what it does.
    pub fn word(&self) -> &'static str {
        match self.target() {
            Some((_, _, Reach::Attach)) => "attach",
            Some((_, _, Reach::Forward { .. })) => "forward",
            Some((_, _, Reach::Shell)) | None => "shell",
        }
    }

    /// The state in a word or two. [`Session::trouble`] has the reason.
    pub fn state(&self) -> String {
        match &self.end {
            None if !self.has_begun() => "starting".to_owned(),
            None => "running".to_owned(),
            Some(End::Code(code)) => format!("exit {code}"),
            Some(End::Closed(_)) => "failed".to_owned(),
        }
    }

    /// Why it failed, or why the last connection of a port-forward failed.
    pub fn trouble(&self) -> Option<&str> {
        match &self.end {
            Some(End::Closed(why)) => Some(why),
            Some(End::Code(_)) | None => self.traffic.failed.as_deref(),
        }
    }

    /// Whether its program has written something, or it listens.
    fn has_begun(&self) -> bool {
        self.written > 0 || self.traffic.local > 0
    }

    pub fn runs(&self) -> bool {
        self.end.is_none()
    }

    fn take(&mut self, delta: Delta) -> Vec<u8> {
        match delta {
            Delta::Output(bytes) => {
                self.written += bytes.len() as u64;
                return self.screen.take(&bytes);
            }
            Delta::Traffic(traffic) => self.traffic = *traffic,
            Delta::Done(end) => drop(self.end.get_or_insert(end)),
            Delta::Reset
            | Delta::Columns(_)
            | Delta::Upsert(_)
            | Delta::Remove(_)
            | Delta::Remaining(_)
            | Delta::Every(_)
            | Delta::Ready
            | Delta::Mark(_)
            | Delta::Body(_)
            | Delta::Found(_)
            | Delta::Rules(_)
            | Delta::Within(_)
            | Delta::Member(..)
            | Delta::Lines(_) => {}
        }
        Vec::new()
    }

    fn send(&self, bytes: Vec<u8>) -> Vec<Effect> {
        if bytes.is_empty() || !self.runs() {
            return Vec::new();
        }
        vec![Effect::Input(self.id, Input::Bytes(Bytes::from(bytes)))]
    }
}

/// All sessions. The stream of each listed session is wanted.
#[derive(Debug, Default)]
pub struct Sessions {
    all: Vec<Session>,
    last: u32,
    /// A number that rises when the list or a state changes.
    revision: u64,
    /// The revision from which the tables of sessions were made.
    listed: u64,
    /// The session that was left last, and when.
    pub left: Option<(SessionId, Time)>,
    /// When the user last ended a shell.
    pub over: Option<Time>,
}

impl Sessions {
    pub fn iter(&self) -> impl Iterator<Item = &Session> {
        self.all.iter()
    }

    pub fn find(&self, id: SessionId) -> Option<&Session> {
        self.all.iter().find(|session| session.id == id)
    }

    fn find_mut(&mut self, id: SessionId) -> Option<&mut Session> {
        self.all.iter_mut().find(|session| session.id == id)
    }

    /// The sessions that run.
    pub fn running(&self) -> impl Iterator<Item = &Session> {
        self.all.iter().filter(|session| session.runs())
    }

    /// Adds a session. Its stream opens because it is listed.
    pub fn start(&mut self, id: Id, container: Str, reach: Reach, now: Time) -> SessionId {
        self.last += 1;
        self.revision += 1;
        let session = SessionId(self.last);
        let query = Query::Session { session, id, container, reach };
        let (screen, traffic) = (Screen::default(), Traffic::default());
        self.all.push(Session {
            id: session,
            query,
            since: now,
            end: None,
            screen,
            traffic,
            written: 0,
            forbidden: false,
        });
        session
    }

    /// Ends a session if it runs, and removes it.
    pub fn close(&mut self, id: SessionId) {
        self.revision += 1;
        self.all.retain(|session| session.id != id);
    }

    /// The streams that are wanted.
    pub fn queries(&self) -> impl Iterator<Item = &Query> {
        self.all.iter().filter(|session| !session.forbidden).map(|session| &session.query)
    }

    /// Ends the sessions that are no longer allowed, and returns which ones and why.
    pub fn end_forbidden(&mut self, policy: &Policy) -> Vec<String> {
        let mut told = Vec::new();
        for session in self.all.iter_mut().filter(|session| session.runs()) {
            let Some(why) = policy.ends(&session.query) else { continue };
            session.forbidden = true;
            session.end = Some(End::Closed(why.text().to_owned()));
            let name = session.target().map(|(id, ..)| id.title()).unwrap_or_default();
            told.push(format!("the {} of {name} was ended: {why}", session.word()));
        }
        self.revision += u64::from(!told.is_empty());
        told
    }

    /// The local port of a port-forward that has just begun to listen.
    pub fn listens(&self, id: SessionId, deltas: &[Delta]) -> Option<u16> {
        let begins = |delta: &Delta| match delta {
            Delta::Traffic(traffic) if traffic.local > 0 => Some(traffic.local),
            _ => None,
        };
        let waits = self.find(id).is_some_and(|session| session.runs() && !session.has_begun());
        deltas.iter().find_map(begins).filter(|_| waits)
    }

    /// Takes in the output of a session. Answers to questions that its program asked the terminal are returned as
    /// effects.
    pub fn take(&mut self, id: SessionId, deltas: Vec<Delta>) -> Vec<Effect> {
        self.revision += 1;
        let Some(session) = self.find_mut(id) else { return Vec::new() };
        let answers = deltas.into_iter().flat_map(|delta| session.take(delta)).collect();
        session.send(answers)
    }

    pub fn failed(&mut self, id: SessionId, error: &Error) {
        self.revision += 1;
        if let Some(session) = self.find_mut(id) {
            session.end.get_or_insert(End::Closed(error.text().to_owned()));
        }
    }

    /// Gives its screen the size of the view.
    pub fn fit(&mut self, id: SessionId, size: (u16, u16)) -> Vec<Effect> {
        let Some(session) = self.find_mut(id) else { return Vec::new() };
        match session.screen.fit(size) && session.runs() {
            true => vec![Effect::Input(id, Input::Resize(size.0.max(1), size.1.max(1)))],
            false => Vec::new(),
        }
    }

    /// Takes a key that means nothing to the key map. Shift with a page key scrolls back.
    pub fn key(&mut self, id: SessionId, event: KeyEvent) -> Vec<Effect> {
        let Some(session) = self.find_mut(id) else { return Vec::new() };
        let rows = isize::try_from(session.screen.cells().size().0).unwrap_or(1);
        let shift = event.modifiers == KeyModifiers::SHIFT;
        match event.code {
            KeyCode::PageUp if shift => drop(session.screen.scroll(rows - 1)),
            KeyCode::PageDown if shift => drop(session.screen.scroll(1 - rows)),
            _ => {
                session.screen.to_end();
                let application = session.screen.cells().application_cursor();
                return session.send(keys::key(event, application));
            }
        }
        Vec::new()
    }

    /// Sends bytes that no key of this terminal can produce.
    pub fn send(&mut self, id: SessionId, bytes: &[u8]) -> Vec<Effect> {
        self.find(id).map(|session| session.send(bytes.to_vec())).unwrap_or_default()
    }

    pub fn paste(&mut self, id: SessionId, text: &str) -> Vec<Effect> {
        let Some(session) = self.find_mut(id) else { return Vec::new() };
        session.screen.to_end();
        session.send(keys::paste(text, session.screen.cells().bracketed_paste()))
    }

    /// Takes a mouse event at a cell of the program's screen. The program gets it if it asked for the mouse; otherwise
    /// the wheel scrolls back.
    pub fn mouse(&mut self, id: SessionId, event: MouseEvent, (column, row): (u16, u16)) -> Vec<Effect> {
        let Some(session) = self.find_mut(id) else { return Vec::new() };
        let mode = session.screen.cells().mouse_protocol_mode();
        if mode == MouseProtocolMode::None {
            match event.kind {
                MouseEventKind::ScrollUp => drop(session.screen.scroll(NOTCH)),
                MouseEventKind::ScrollDown => drop(session.screen.scroll(-NOTCH)),
                _ => {}
            }
            return Vec::new();
        }
        let wanted = match event.kind {
            MouseEventKind::Moved => mode == MouseProtocolMode::AnyMotion,
            MouseEventKind::Drag(_) => matches!(mode, MouseProtocolMode::AnyMotion | MouseProtocolMode::ButtonMotion),
            MouseEventKind::Up(_) => mode != MouseProtocolMode::Press,
            _ => true,
        };
        if wanted { session.send(keys::mouse(event, column, row)) } else { Vec::new() }
    }
}
