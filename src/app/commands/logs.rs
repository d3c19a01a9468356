//! Commands for logs: of which objects, from what time, and how they are shown.

use crate::app::logbook::Logbook;
use crate::app::view::{Log, TAIL, View};
use crate::app::{Effect, Level, State};
use crate::model::{Error, Link, LogLine, Logs, Object, Pods, Result, Str, Tail};

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());

pub fn in_log(state: &State) -> Result<()> {
    let log = state.top().and_then(View::log);
    log.map(|_| ()).ok_or_else(|| Error::Invalid("this works in logs only".to_owned()))
}

pub fn open(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    show(state, TAIL)
}

pub fn open_previous(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    show(state, Tail { previous: true, ..TAIL })
}

fn show(state: &mut State, tail: Tail) -> Result<Vec<Effect>> {
    let mut log = of_row(state)?;
    log.tail = tail;
    state.tabs.stack_mut().push(View::Log(Box::new(log)));
    NOTHING
}

/// Makes the log view of the selected row.
fn of_row(state: &State) -> Result<Log> {
    let none = || Error::Invalid("no object is selected".to_owned());
    let table = state.table().ok_or_else(none)?;
    let object = table.selected(&state.store).ok_or_else(none)?;
    let (at, origin) = (object.id.at, (object.id.kind.naming.called)(object));
    let (pods, container) = pods_of(object)?;
    Ok(Log::new(at, pods, container, origin))
}

/// The pods whose logs an object has, and the container, if the object is one.
pub fn pods_of(object: &Object) -> Result<(Pods, Str)> {
    let id = &object.id;
    let one = |name: &str| Pods { namespace: id.namespace.clone(), name: name.into(), labels: Str::new() };
    match id.kind.process.logs {
        // The part is empty for a pod and for a container of an engine.
        Logs::Own => Ok((one(&id.name), id.part.clone())),
        Logs::Linked => match id.kind.link(object) {
            Some(Link { kind, scope }) if kind.process.logs == Logs::Own && !scope.labels.is_empty() => {
                let namespace = scope.namespace.unwrap_or_else(|| id.namespace.clone());
                Ok((Pods { namespace, name: Str::new(), labels: scope.labels }, Str::new()))
            }
            _ => Err(Error::Invalid(format!("{} selects no pods, so there are no logs", id.name))),
        },
    }
}

impl State {
    pub fn log(&self) -> Option<(&Log, &Logbook)> {
        let log = self.top()?.log()?;
        Some((log, log.book(&self.store)?))
    }

    pub(in crate::app) fn log_mut(&mut self) -> Option<(&mut Log, &mut Logbook)> {
        let State { tabs, store, .. } = self;
        let log = tabs.top_mut()?.log_mut()?;
        let book = store.book_mut(&log.query())?;
        Some((log, book))
    }

    /// Asks for another part of the log, or for other containers. The query before it is given up.
    fn ask_log(&mut self, change: impl FnOnce(&mut Log)) -> Result<Vec<Effect>> {
        let Some(log) = self.top_mut().and_then(View::log_mut) else { return NOTHING };
        let before = log.query();
        change(log);
        if log.query() != before {
            log.begin();
            if !self.is_shown(&before) {
                self.store.forget(&before);
            }
        }
        NOTHING
    }

    fn change_log(&mut self, change: impl FnOnce(&mut Log)) -> Result<Vec<Effect>> {
        if let Some(log) = self.top_mut().and_then(View::log_mut) {
            change(log);
        }
        NOTHING
    }
}

pub fn tail(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.ask_log(|log| log.tail = Tail { previous: log.tail.previous, ..TAIL })
}

pub fn head(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.ask_log(|log| log.tail = Tail { lines: None, head: true, ..log.tail })
}

pub fn since(state: &mut State, minutes: &str) -> Result<Vec<Effect>> {
    let minutes: u32 = minutes.parse().map_err(|_| Error::Invalid("log-since needs a number of minutes".into()))?;
    let since = Some(minutes.saturating_mul(60));
    state.ask_log(|log| log.tail = Tail { since, previous: log.tail.previous, ..Tail::default() })
}

pub fn all(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let alone = state.top().and_then(View::log).is_some_and(|log| log.narrow.is_empty());
    if alone {
        state.tell(Level::Info, "all containers are shown already");
        return NOTHING;
    }
    state.ask_log(|log| log.container = if log.container.is_empty() { log.narrow.clone() } else { Str::new() })
}

pub fn follow(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.change_log(|log| log.follow = !log.follow)
}

pub fn wrap(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.change_log(|log| (log.wrap, log.left, log.top.1) = (!log.wrap, 0, 0))
}

pub fn times(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.change_log(|log| log.times = !log.times)
}

pub fn full(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.change_log(|log| log.full = !log.full)
}

/// Shows all lines again, with the hits marked among them.
pub fn around(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.change_log(|log| log.around = !log.around && log.sieve.is_some())
}

pub fn clear(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    if let Some((_, book)) = state.log_mut() {
        book.clear();
    }
    NOTHING
}

/// Draws a line between the lines so far and those to come.
pub fn mark(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let now = state.now;
    if let Some((log, book)) = state.log_mut() {
        let text = Str::from(now.rfc3339());
        book.push(LogLine { time: now.0.saturating_mul(1_000_000), from: Str::new(), text, mark: true });
        log.follow = true;
    }
    NOTHING
}

pub fn next(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    hit(state, true)
}

pub fn previous(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    hit(state, false)
}

fn hit(state: &mut State, forward: bool) -> Result<Vec<Effect>> {
    if state.log().is_some_and(|(log, _)| log.sieve.is_none()) {
        return Err(Error::Invalid(state.in_keys("there is no search yet; {filter} starts one")));
    }
    let Some((log, book)) = state.log_mut() else { return NOTHING };
    if !log.next_hit(book, forward) {
        state.tell(Level::Info, if forward { "this is the last hit" } else { "this is the first hit" });
    }
    NOTHING
}
