//! Makes the rows of the tables of sessions and of port-forwards, for which no server is asked.

use core::net::{IpAddr, SocketAddr};

use crate::app::State;
use crate::model::{Cell, End, Enter, Health, Id, Object, Query, Reach, Str};

use super::Session;

impl State {
    /// Makes the rows of open tables of sessions again if something changed.
    pub(in crate::app) fn list_sessions(&mut self) {
        let revision = self.sessions.revision;
        let is_ours = |query: &&Query| matches!(query, Query::List { kind, .. } if kind.enter.is_session());
        let stale = |query: &&Query| {
            self.sessions.listed != revision || self.store.answer(query).is_some_and(|answer| !answer.complete)
        };
        let queries: Vec<Query> = self.store.queries().filter(is_ours).filter(stale).cloned().collect();
        self.sessions.listed = revision;
        for query in queries {
            let Query::List { at, kind, .. } = &query else { continue };
            let rows = self.sessions.iter().filter_map(|session| {
                let id = Id::new(*at, *kind, Str::new(), arcstr::format!("{}", session.id.0));
                let cells = if matches!(kind.enter, Enter::Forward) { forward(session)? } else { cells(session) };
                Some(row(id, session, cells))
            });
            let rows = rows.collect();
            self.show_rows(&query, rows);
        }
    }
}

impl Session {
    /// The address on which a port-forward listens: `127.0.0.1:8080`; `None` before it listens.
    pub fn address(&self) -> Option<Str> {
        match self.target()? {
            (_, _, Reach::Forward { address, .. }) if self.traffic.local > 0 => {
                let address: IpAddr = address.parse().ok()?;
                Some(arcstr::format!("{}", SocketAddr::new(address, self.traffic.local)))
            }
            _ => None,
        }
    }
}

fn cells(session: &Session) -> Vec<Cell> {
    let (pod, container, reach) = match session.target() {
        Some((id, container, reach)) if container.is_empty() => (id.name.clone(), id.part.clone(), Some(reach)),
        Some((id, container, reach)) => (id.name.clone(), container.clone(), Some(reach)),
        None => (Str::new(), Str::new(), None),
    };
    let local = match reach {
        Some(Reach::Forward { address, remote, .. }) if session.traffic.local > 0 => {
            // The usual address is left out.
            let lead = if address == "127.0.0.1" { String::new() } else { format!("{address}:") };
            Cell::text(format!("{lead}{} → {remote}", session.traffic.local))
        }
        _ => Cell::None,
    };
    let first =
        [Cell::text(session.word()), Cell::text(pod), Cell::text(container), Cell::text(session.state()), local];
    first.into_iter().chain(traffic(session)).collect()
}

/// The cells of a port-forward in the table of forwards; `None` for other sessions.
fn forward(session: &Session) -> Option<Vec<Cell>> {
    let (id, _, Reach::Forward { remote, .. }) = session.target()? else { return None };
    let first = [
        Cell::text(id.namespace.clone()),
        Cell::text(id.name.clone()),
        Cell::text(session.state()),
        session.address().map_or(Cell::None, Cell::text),
        Cell::Count(i64::from(*remote)),
    ];
    Some(first.into_iter().chain(traffic(session)).collect())
}

fn traffic(session: &Session) -> [Cell; 5] {
    [
        Cell::Count(i64::from(session.traffic.open)),
        Cell::Count((session.written + session.traffic.received) as i64),
        Cell::Count(session.traffic.sent as i64),
        session.trouble().map_or(Cell::None, Cell::text),
        Cell::Since(session.since),
    ]
}

fn row(id: Id, session: &Session, cells: Vec<Cell>) -> Object {
    let health = match &session.end {
        None if session.traffic.failed.is_some() => Health::Warn,
        None => Health::Good,
        Some(End::Code(0)) => Health::Done,
        Some(_) => Health::Bad,
    };
    Object::made(id, health, cells)
}
