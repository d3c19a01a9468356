//! Sessions as the rows of a table, which needs no server.

use crate::app::State;
use crate::app::commands::sessions::KIND;
use crate::model::{Cell, Delta, End, Health, Id, Object, Query, Reach, Str, Uid};

use super::Session;

impl State {
    /// Brings tables of sessions up to date.
    pub(in crate::app) fn list_sessions(&mut self) {
        let revision = self.sessions.revision;
        let is_ours = |query: &&Query| matches!(query, Query::List { kind, .. } if kind.name == KIND);
        let stale = |query: &&Query| {
            self.sessions.listed != revision || self.store.answer(query).is_some_and(|answer| !answer.complete)
        };
        let queries: Vec<Query> = self.store.queries().filter(is_ours).filter(stale).cloned().collect();
        self.sessions.listed = revision;
        for query in queries {
            let Query::List { at, kind, .. } = &query else { continue };
            let rows = self.sessions.iter().map(|session| {
                let id = Id::new(*at, *kind, Str::new(), arcstr::format!("{}", session.id.0));
                Delta::Upsert(row(id, session))
            });
            let deltas = [Delta::Reset].into_iter().chain(rows).chain([Delta::Ready]).collect();
            self.store.apply(&query, deltas, self.now);
            self.dirty = true;
        }
    }
}

fn row(id: Id, session: &Session) -> Object {
    let (pod, container, reach) = match session.target() {
        Some((id, container, reach)) if container.is_empty() => (id.name.clone(), id.part.clone(), Some(reach)),
        Some((id, container, reach)) => (id.name.clone(), container.clone(), Some(reach)),
        None => (Str::new(), Str::new(), None),
    };
    let local = match reach {
        Some(Reach::Forward { address, remote, .. }) if session.traffic.local > 0 => {
            // Of this machine only, unless it says otherwise.
            let lead = if address == "127.0.0.1" { String::new() } else { format!("{address}:") };
            Cell::text(format!("{lead}{} → {remote}", session.traffic.local))
        }
        _ => Cell::None,
    };
    let failed = session.trouble().map_or(Cell::None, Cell::text);
    let cells = [
        Cell::text(session.word()),
        Cell::text(pod),
        Cell::text(container),
        Cell::text(session.state()),
        local,
        Cell::Count(i64::from(session.traffic.open)),
        Cell::Count((session.written + session.traffic.received) as i64),
        Cell::Count(session.traffic.sent as i64),
        failed,
        Cell::Since(session.since),
    ];
    let health = match &session.end {
        None if session.traffic.failed.is_some() => Health::Warn,
        None => Health::Good,
        Some(End::Code(0)) => Health::Done,
        Some(_) => Health::Bad,
    };
    let uid = Uid::from(id.name.clone());
    Object { id, uid, health, cells: cells.into(), labels: Str::new(), owner: Str::new(), link: None }
}
