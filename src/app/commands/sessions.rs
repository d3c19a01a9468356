//! Commands for sessions (shells, attaches and forwards): to start, leave, show and end them.

use core::net::IpAddr;

use crate::app::dialog::{Consent, Dialog, Field};
use crate::app::session::Container;
use crate::app::view::Terminal;
use crate::app::waiting::Then;
use crate::app::{Effect, Level, Opening, State, View};
use crate::kinds::program::{forwards, sessions};
use crate::model::{
    Delta, End, Error, Id, KindRef, Query, Reach, Reached, Request, Result, Scope, SessionId, Str, What,
};
use crate::theme::Role;

const NOTHING: Result<Vec<Effect>> = Ok(Vec::new());
/// The address on which a forward listens if the user names no other.
const LOOPBACK: &str = "127.0.0.1";

/// Says that a command works only on pods and containers.
pub fn on_pod(state: &State) -> Result<()> {
    pod(state).map(|_| ())
}

pub fn in_session(state: &State) -> Result<()> {
    session_here(state).map(|_| ())
}

fn pod(state: &State) -> Result<Id> {
    let id = state.selected_id().ok_or_else(|| Error::Invalid("no object is selected".to_owned()))?;
    match id.kind.process.reach {
        Reached::ByPart | Reached::Itself => Ok(id),
        Reached::Never => Err(Error::Invalid(format!("this works on pods and containers, not on {}", id.kind.name))),
    }
}

/// The session on the screen, or the session under the cursor.
fn session_here(state: &State) -> Result<SessionId> {
    let none = || Error::Invalid("no session is selected".to_owned());
    match state.top() {
        Some(View::Terminal(terminal)) => Ok(terminal.session),
        Some(View::Table(table)) if table.kind.enter.is_session() => {
            let row = table.selected(&state.store).ok_or_else(none)?;
            row.id.name.parse().map(SessionId).map_err(|_| none())
        }
        _ => Err(none()),
    }
}

pub fn shell(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    reach(state, Reach::Shell)
}

pub fn attach(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    reach(state, Reach::Attach)
}

pub fn forward(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    reach(state, Reach::Forward { address: LOOPBACK.into(), local: 0, remote: 0 })
}

fn reach(state: &mut State, reach: Reach) -> Result<Vec<Effect>> {
    let id = pod(state)?;
    if let Some(table) = state.table() {
        state.refuse_remembered(&table.query(), [&id])?;
    }
    allowed(state, &id, &reach)?;
    let command = match reach {
        Reach::Shell => "shell",
        Reach::Attach => "attach",
        Reach::Forward { .. } => "forward",
    };
    state.bars(command, &id)?;
    let named = Some(id.part.clone()).filter(|container| !container.is_empty());
    match (named, &reach) {
        (_, Reach::Shell | Reach::Attach) if id.kind.process.reach == Reached::Itself => {
            begin(state, id, Str::new(), reach)
        }
        (Some(container), Reach::Shell | Reach::Attach) => begin(state, id, container, reach),
        // The object of the pod names its containers and its ports, so it is read first.
        (_, Reach::Shell | Reach::Attach | Reach::Forward { .. }) => {
            let request = Request::new(id.clone(), What::Get);
            Ok(vec![state.send(Then::Session { id, reach }, request)])
        }
    }
}

/// Asks the policy of the gate, so that a refusal comes before any question to the user. The gate itself judges again.
fn allowed(state: &State, id: &Id, reach: &Reach) -> Result<()> {
    let query = Query::Session { session: SessionId(0), id: id.clone(), container: Str::new(), reach: reach.clone() };
    state.policy.query(&query)
}

/// Says that a session was not opened because the user pressed another key before the answer came.
pub fn overtaken(id: &Id, reach: &Reach) -> String {
    let what = match reach {
        Reach::Shell => "the shell in",
        Reach::Attach => "attach to",
        Reach::Forward { .. } => "the forward to",
    };
    format!("{what} {} was not opened: you pressed another key", id.name)
}

/// Takes the pod that was read for a session. The session starts if there is nothing to choose. Otherwise a question
/// asks for the container or the port.
pub fn chosen(state: &mut State, id: Id, reach: Reach, body: &crate::model::Value) -> Result<Vec<Effect>> {
    // A user who went to another view gets no session.
    let here = state.table().is_some_and(|table| table.spans(id.at) && table.kind == id.kind);
    if !here && state.selected_id().is_none_or(|selected| selected != id) {
        return NOTHING;
    }
    let all = Container::of(body);
    match &reach {
        Reach::Forward { .. } => {
            ask_ports(state, id, &all);
            NOTHING
        }
        Reach::Shell | Reach::Attach => match Container::obvious(&all, body) {
            Some(container) => begin(state, id, container, reach),
            None => {
                ask_container(state, id, &all, &reach);
                NOTHING
            }
        },
    }
}

fn ask_container(state: &mut State, id: Id, all: &[Container], reach: &Reach) {
    let (title, word) = match reach {
        Reach::Attach => (format!("attach to {}", id.name), "attach"),
        Reach::Shell | Reach::Forward { .. } => (format!("shell in {}", id.name), "shell"),
    };
    let mut dialog = Dialog::new(title, "Open", vec![id], |state, dialog| {
        let reach = if dialog.word == "attach" { Reach::Attach } else { Reach::Shell };
        let Some(id) = dialog.ids.first().cloned() else { return NOTHING };
        begin(state, id, dialog.field("container"), reach)
    });
    dialog.fields.push(Field::choice("container", all.iter().map(|container| container.name.clone()), 0));
    dialog.word = word.into();
    dialog.consent = Consent::Choice;
    state.ask(dialog);
}

fn ask_ports(state: &mut State, id: Id, all: &[Container]) {
    let ports: Vec<Str> = all.iter().flat_map(|container| container.ports.iter().cloned()).collect();
    let first = ports.first().and_then(|port| port.split(' ').next()).unwrap_or_default().to_owned();
    let title = format!("forward a port of {}", id.name);
    let mut dialog = Dialog::new(title, "Forward", vec![id], |state, dialog| {
        let Some(id) = dialog.ids.first().cloned() else { return NOTHING };
        let remote = pod_port(&dialog.field("pod port"), &dialog.word)?;
        let local = dialog.field("local port");
        let local = if local.trim().is_empty() { remote } else { port(&local, "local port")? };
        let address = dialog.field("address");
        if address.parse::<IpAddr>().is_err() {
            return Err(Error::Invalid(format!("'{address}' is not an IP address; {LOOPBACK} is this machine only")));
        }
        begin(state, id, Str::new(), Reach::Forward { address, local, remote })
    });
    let muted = |text: String| vec![(Str::from(text), Role::Muted)];
    dialog.lines.push(match ports.is_empty() {
        true => muted("its containers declare no ports; you can forward any".to_owned()),
        false => muted(format!("its containers declare: {}", ports.join(", "))),
    });
    dialog.word = ports.join(",").into();
    dialog
        .lines
        .push(muted("local port 0: any free port; an address other than 127.0.0.1 lets others connect".to_owned()));
    dialog.fields.push(Field::text("pod port", first.clone()));
    dialog.fields.push(Field::text("local port", first));
    dialog.fields.push(Field::text("address", LOOPBACK));
    state.ask(dialog);
}

/// Reads a port of a pod: a number, or the name that a container gives to a port. `named` lists the ports of the pod:
/// `8080 http,53`.
fn pod_port(text: &str, named: &str) -> Result<u16> {
    let text = text.trim();
    let known = named.split(',').filter_map(|port| port.split_once(' ')).find(|(_, name)| *name == text);
    match known {
        Some((number, _)) => port(number, "pod port"),
        None if text.contains(|c: char| c.is_ascii_alphabetic()) => {
            let names: Vec<&str> = named.split(',').filter_map(|port| Some(port.split_once(' ')?.1)).collect();
            Err(Error::Invalid(match names.is_empty() {
                true => format!("pod port: no container of this pod has a port named '{text}'; give its number"),
                false => format!("pod port: no container has a port named '{text}'; there are: {}", names.join(", ")),
            }))
        }
        None => port(text, "pod port"),
    }
}

fn port(text: &str, what: &str) -> Result<u16> {
    text.trim().parse().map_err(|_| Error::Invalid(format!("{what}: '{text}' is not a port; use 1 to 65535")))
}

fn begin(state: &mut State, id: Id, container: Str, reach: Reach) -> Result<Vec<Effect>> {
    allowed(state, &id, &reach)?;
    let looks = !matches!(reach, Reach::Forward { .. });
    let session = state.sessions.start(id, container, reach, state.now);
    match looks {
        true => look(state, session),
        false => {
            state.tell(Level::Info, "opening the forward");
            NOTHING
        }
    }
}

impl State {
    /// Tells the user that a forward works when it listens, because its local port may be taken before.
    pub(in crate::app) fn tell_listening(&mut self, session: SessionId, deltas: &[Delta]) {
        let Some(local) = self.sessions.listens(session, deltas) else { return };
        let Some((pod, Reach::Forward { address, remote, .. })) = self.target(session) else { return };
        self.tell(Level::Info, format!("forwarding {address}:{local} to port {remote} of {pod}; :pf lists it"));
    }

    /// Tells the user why a forward ended: a forward has no view that could say it.
    pub(in crate::app) fn tell_failed(&mut self, session: SessionId, error: &Error) {
        if let Some((pod, Reach::Forward { .. })) = self.target(session) {
            self.complain(&error.clone().within(format!("the forward to {pod}")));
        }
    }

    /// The pod of a session, and what the session does with it.
    fn target(&self, session: SessionId) -> Option<(String, Reach)> {
        let (id, _, reach) = self.sessions.find(session)?.target()?;
        Some((id.name.split('/').next().unwrap_or_default().to_owned(), reach.clone()))
    }
}

/// Shows a session. For a forward it shows the pod.
pub fn look(state: &mut State, session: SessionId) -> Result<Vec<Effect>> {
    let found = state.sessions.find(session).and_then(|found| {
        let (id, container, reach) = found.target()?;
        let place = if container.is_empty() { id.name.clone() } else { arcstr::format!("{}/{container}", id.name) };
        Some((id.at, arcstr::format!("{} {place}", found.word()), matches!(reach, Reach::Forward { .. })))
    });
    match found {
        None => Err(Error::Gone("this session is closed".to_owned())),
        Some((.., true)) => visit_pod(state, session),
        Some((at, title, false)) => {
            state.display.notice = None;
            // A program has one screen, so it is looked at in one place.
            state.tabs.remove(|view| view.terminal().is_some_and(|terminal| terminal.session == session));
            state.tabs.stack_mut().push(View::Terminal(Box::new(Terminal { session, at, title })));
            NOTHING
        }
    }
}

/// Opens a table that shows only the pod of a forward.
fn visit_pod(state: &mut State, session: SessionId) -> Result<Vec<Effect>> {
    let found = state.sessions.find(session).and_then(|found| Some(found.target()?.0.clone()));
    let id = found.ok_or_else(|| Error::Gone("this session is closed".to_owned()))?;
    let scope = Scope::namespace(id.namespace.clone()).named(&id.name);
    let origin = state.sessions.find(session).and_then(|found| found.address()).unwrap_or_default();
    state.push_from(id.at, id.kind.whole().map_or(id.kind, KindRef), scope, origin);
    NOTHING
}

pub fn enter(state: &mut State) -> Result<Vec<Effect>> {
    let session = session_here(state)?;
    look(state, session)
}

impl State {
    /// Closes the view of a shell that its user ended without an error. A shell that failed stays on the screen.
    pub(in crate::app) fn leave_shell(&mut self, session: SessionId) {
        let is_of = |view: &View| view.terminal().is_some_and(|terminal| terminal.session == session);
        let is_shown = self.shown_views().any(is_of) && self.focus.is_on_view();
        let found = self.sessions.find(session).filter(|_| is_shown);
        let is_over = found.is_some_and(|found| found.end == Some(End::Code(0)) && found.word() == "shell");
        if is_over {
            let is_typed_into = self.top().is_some_and(is_of);
            self.tabs.remove(is_of);
            self.sessions.close(session);
            self.sessions.over = is_typed_into.then_some(self.now).or(self.sessions.over);
        }
    }

    /// Whether a shell ended less than a second ago: a key may have been typed for the shell.
    pub(in crate::app) fn shell_is_just_over(&self) -> bool {
        const SOON: i64 = 1_000;
        self.sessions.over.is_some_and(|over| self.now.since(over) < SOON)
    }
}

/// Leaves the view of a session. A running session goes on, and an ended one is closed.
pub fn leave(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let session = session_here(state)?;
    state.tabs.stack_mut().pop();
    match state.sessions.find(session).is_some_and(|session| session.runs()) {
        true => {
            state.sessions.left = Some((session, state.now));
            state.tell(Level::Info, "it keeps running; :sessions lists it");
        }
        false => state.sessions.close(session),
    }
    NOTHING
}

/// Sends the key that leaves a session to its program, if it is pressed again at once.
pub fn send_leave(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    const SOON: i64 = 1_000;
    let Some((session, left)) = state.sessions.left.take() else { return NOTHING };
    if state.now.since(left) > SOON {
        return NOTHING;
    }
    state.display.notice = None;
    look(state, session)?;
    Ok(state.sessions.send(session, b"\x1d"))
}

pub fn list(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.open(&Opening { kind: sessions::KIND.name.into(), ..Opening::default() }).and(NOTHING)
}

pub fn forwards(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    state.open(&Opening { kind: forwards::KIND.name.into(), ..Opening::default() }).and(NOTHING)
}

/// Ends a session. A question comes first if it still runs.
pub fn end(state: &mut State, _: &str) -> Result<Vec<Effect>> {
    let session = session_here(state)?;
    let Some(found) = state.sessions.find(session) else { return NOTHING };
    if !found.runs() {
        state.sessions.close(session);
        return NOTHING;
    }
    let pod = found.target().map(|(id, ..)| id.title()).unwrap_or_default();
    let mut dialog =
        Dialog::new(format!("end the {} of {pod}", found.word()), "End it", Vec::new(), |state, dialog| {
            if let Ok(number) = dialog.word.parse() {
                state.sessions.close(SessionId(number));
            }
            NOTHING
        });
    dialog.word = arcstr::format!("{}", session.0);
    dialog.consent = Consent::Risky;
    state.ask(dialog);
    NOTHING
}
