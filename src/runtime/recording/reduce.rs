//! Reduces messages, effects and the screen to what a recording for sharing may hold. Every match names all variants,
//! so a new message does not compile before somebody has decided what is told of it.

use crossterm::event::{KeyCode, KeyEvent, MouseEventKind};

use super::alias::Salt;
use super::outline::{
    Act, Asked, Did, Failure, Focus, Grade, Heard, Key, Mouse, Piece, Press, Reach, Scene, Standing, Timing, View,
    Vitals, Work,
};
use crate::app::{self, Effect, Job, Level, Message, Outcome, Phase, State, own};
use crate::model::{self, Delta, End, Error, Part, Query, What};

impl Salt {
    /// What is told of a message. `None` for keys and session output, which need to be told with more care.
    pub fn heard(&self, message: &Message) -> Option<Heard> {
        Some(match message {
            Message::Key(_) | Message::Paste(_) => return None,
            Message::Answer { query: Query::Session { .. }, deltas } if deltas.iter().all(is_output) => return None,
            Message::Mouse(event) => Heard::Mouse { does: mouse(event.kind), column: event.column, row: event.row },
            Message::Resize(columns, rows) => Heard::Resize(*columns, *rows),
            Message::Answer { query, deltas } => Heard::Answer { to: self.asked(query), pieces: pieces(deltas) },
            Message::Ended { query, error } => Heard::Ended { to: self.asked(query), why: failure(error) },
            Message::Replied(ticket, Ok(reply)) => {
                Heard::Reply { ticket: ticket.0, failed: None, warnings: reply.warnings.len() }
            }
            Message::Replied(ticket, Err(error)) => {
                Heard::Reply { ticket: ticket.0, failed: Some(failure(error)), warnings: 0 }
            }
            Message::Told(level, _) => Heard::Told(grade(*level)),
            Message::Worked(outcome) => Heard::Worked(work(outcome)),
            Message::Vitals(vitals) => Heard::Vitals(figures(vitals)),
            Message::Settings(settings) => Heard::Settings { problems: settings.problems.len() },
            Message::Drafts(found) => Heard::Drafts(found.len()),
            Message::Kept { id: _, error } => Heard::Kept(error.is_none()),
            Message::Unrecorded(_) => Heard::Unrecorded,
            Message::Leave => Heard::Leave,
        })
    }

    /// What is told of an effect. Input of a session is not told: its moments are those of typed keys.
    pub fn did(&self, effect: &Effect) -> Option<Did> {
        Some(match effect {
            Effect::Input(..) => return None,
            Effect::Call(ticket, request) => {
                Did::Call { ticket: ticket.0, of: self.named(&request.id), act: act(&request.what), dry: request.dry }
            }
            Effect::Reopen(query) => Did::Reopen(self.asked(query)),
            Effect::Login(at) => Did::Login(at.0),
            Effect::Work(Job::Yaml { .. } | Job::Extract { .. }) => Did::Yaml,
            Effect::Work(Job::Forget(_)) => Did::Forget,
            Effect::Work(Job::Review { ticket, .. }) => Did::Review(ticket.0),
            Effect::Copy(_) | Effect::Emit(_) => Did::Copy,
            Effect::Reveal(_) => Did::Reveal,
            Effect::LookInside { id, .. } => Did::LookInside(id.at.0),
            Effect::Save { .. } => Did::Save,
            Effect::Keep(_) | Effect::Forget(_) => Did::Draft,
            Effect::KeepColumns(_) => Did::Columns,
            Effect::Recall(..) => Did::Recall,
            Effect::Read { ticket, .. } => Did::Read(ticket.0),
            Effect::Lend { ticket, .. } => Did::Lend(ticket.0),
            Effect::Pause => Did::Pause,
            Effect::Quit => Did::Quit,
        })
    }

    fn asked(&self, query: &Query) -> Asked {
        match query {
            Query::Kinds { at } => Asked::Kinds { at: at.0 },
            Query::List { at, kind, scope } => Asked::List {
                at: at.0,
                kind: self.sort(*kind),
                namespaces: scope.namespaces().map(|name| self.alias(name)).collect(),
                labels: self.some(&scope.labels),
                fields: self.some(&scope.fields),
                owner: self.some(&scope.owner),
                part: match &scope.part {
                    Part::All => None,
                    Part::Names(all) | Part::Namespaces(all) => Some(all.len()),
                },
                others: scope.others.len(),
                extras: scope.extras.len(),
            },
            Query::One { id } => Asked::One(self.named(id)),
            Query::Logs { at, pods, container, tail } => Asked::Logs {
                at: at.0,
                namespace: self.some(&pods.namespace),
                pod: self.some(&pods.name),
                labels: self.some(&pods.labels),
                container: self.some(container),
                lines: tail.lines,
                since: tail.since,
                previous: tail.previous,
                head: tail.head,
                once: tail.once,
            },
            Query::Rules { at, namespace } => Asked::Rules { at: at.0, namespace: self.some(namespace) },
            Query::Session { session, id, container, reach } => Asked::Session {
                session: session.0,
                of: self.named(id),
                container: self.some(container),
                does: match reach {
                    model::Reach::Shell => Reach::Shell,
                    model::Reach::Attach => Reach::Attach,
                    model::Reach::Forward { .. } => Reach::Forward,
                },
            },
        }
    }

    pub fn scene(&self, state: &State) -> Scene {
        let (top, tab, answer) = (state.top(), state.tabs.tab(), state.answer());
        let count = |answer: &app::Answer| answer.book().map_or(answer.len(), app::logbook::Logbook::len);
        Scene {
            size: state.display.size,
            focus: match &state.focus {
                app::Focus::View(_) => Focus::View,
                app::Focus::Prompt(_) => Focus::Prompt,
                app::Focus::Question(_) => Focus::Question,
                app::Focus::Waiting(_) => Focus::Waiting,
            },
            view: top.map_or(View::None, view),
            at: top.and_then(|view| view.at()).map(|at| at.0),
            kind: top.and_then(|view| view.kind()).map(|kind| self.sort(kind)),
            views: tab.pane().stack.len(),
            panes: tab.panes().count(),
            tabs: state.tabs.iter().count(),
            rows: answer.map_or(0, count),
            complete: answer.is_some_and(|answer| answer.complete),
            stale: answer.and_then(|answer| match &answer.phase {
                Phase::Stale(_, error) => Some(failure(error)),
                Phase::Loading(_) | Phase::Live => None,
            }),
            notice: state.display.notice.as_ref().map(|notice| grade(notice.level)),
        }
    }
}

fn view(view: &app::View) -> View {
    match view {
        app::View::Start(_) => View::Start,
        app::View::Table(_) => View::Table,
        app::View::Page(_) => View::Page,
        app::View::Log(_) => View::Log,
        app::View::Editor(_) => View::Editor,
        app::View::Terminal(_) => View::Terminal,
    }
}

/// Equal pieces that follow each other are counted.
fn pieces(deltas: &[Delta]) -> Vec<(Piece, usize)> {
    let mut all: Vec<(Piece, usize)> = Vec::new();
    for next in deltas.iter().filter_map(piece) {
        match all.last_mut() {
            Some((last, count)) if *last == next => *count += 1,
            Some(_) | None => all.push((next, 1)),
        }
    }
    all
}

fn is_output(delta: &Delta) -> bool {
    matches!(delta, Delta::Output(_))
}

fn piece(delta: &Delta) -> Option<Piece> {
    Some(match delta {
        Delta::Output(_) => return None,
        Delta::Reset => Piece::Reset,
        Delta::Columns(columns) => Piece::Columns(columns.len()),
        Delta::Upsert(_) => Piece::Row,
        Delta::Remove(_) => Piece::Removed,
        Delta::Remaining(count) => Piece::Remaining(*count),
        Delta::Ready => Piece::Ready,
        Delta::Every(seconds) => Piece::Every(*seconds),
        Delta::Mark(_) => Piece::Mark,
        Delta::Body(body) => body.as_ref().map_or(Piece::NoBody, |_| Piece::Body),
        Delta::Found(found) => Piece::Found { kinds: found.kinds.len(), broken: found.broken.len() },
        Delta::Rules(rules) => Piece::Rules { rules: rules.rules.len(), incomplete: rules.incomplete },
        Delta::Within(within) => Piece::Within(within.namespaces.len()),
        Delta::Member(at, standing) => Piece::Member(at.0, self::standing(standing)),
        Delta::Lines(lines) => Piece::Lines(lines.len()),
        Delta::Traffic(_) => Piece::Traffic,
        Delta::Done(End::Code(code)) => Piece::Ended(*code),
        Delta::Done(End::Closed(_)) => Piece::Closed,
    })
}

fn standing(standing: &model::Standing) -> Standing {
    match standing {
        model::Standing::Listing => Standing::Listing,
        model::Standing::Live => Standing::Live,
        model::Standing::Within(within) => Standing::Within(within.namespaces.len()),
        model::Standing::Lost(error) => Standing::Lost(failure(error)),
    }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Offline(_) => Failure::Offline,
        Error::Lost(_) => Failure::Lost,
        Error::Login { .. } => Failure::Login,
        Error::Denied(_) => Failure::Denied,
        Error::Gone(_) => Failure::Gone,
        Error::Unserved(_) => Failure::Unserved,
        Error::Conflict(_) => Failure::Conflict,
        Error::Invalid(_) => Failure::Invalid,
        Error::Unsupported(_) => Failure::Unsupported,
    }
}

fn grade(level: Level) -> Grade {
    match level {
        Level::Info => Grade::Info,
        Level::Warn => Grade::Warn,
        Level::Bad => Grade::Bad,
    }
}

fn work(outcome: &Outcome) -> Work {
    match outcome {
        Outcome::Yaml { lines, .. } => Work::Yaml { lines: lines.len() },
        Outcome::Extract(made) => Work::Yaml { lines: made.lines.len() },
        Outcome::Review(ticket, _) => Work::Review(ticket.0),
        Outcome::Recalled(..) => Work::Recalled,
        Outcome::Forgot => Work::Forgot,
        Outcome::Unrevealed(_) => Work::Unrevealed,
        Outcome::LooksInside(at, _) => Work::LooksInside(at.0),
        Outcome::Uncopied(_) => Work::Uncopied,
        Outcome::Edited(ticket, result) => {
            Work::Edited { ticket: ticket.0, failed: result.as_ref().err().map(failure) }
        }
        Outcome::Read(ticket, result) => Work::Read {
            ticket: ticket.0,
            files: result.as_ref().map_or(0, Vec::len),
            failed: result.as_ref().err().map(failure),
        },
    }
}

fn act(what: &What) -> Act {
    match what {
        What::Get => Act::Get,
        What::Create(_) => Act::Create,
        What::Replace(_) => Act::Replace,
        What::Apply { .. } => Act::Apply,
        What::Patch(_) => Act::Patch,
        What::Delete { .. } => Act::Delete,
        What::Do { .. } => Act::Own,
    }
}

fn figures(vitals: &own::Vitals) -> Vitals {
    let own::Vitals { since: _, memory, peak, cpu, turns, frames, held: _ } = vitals;
    Vitals { memory: *memory, peak: *peak, cpu: *cpu, turn: pace(turns), frame: pace(frames) }
}

fn pace(pace: &own::Timing) -> Timing {
    let own::Timing { rate, half, most } = *pace;
    Timing { rate, half, most }
}

/// A key where it is a command.
pub fn press(event: &KeyEvent) -> Press {
    Press { key: key(event.code), with: event.modifiers.bits() }
}

fn key(code: KeyCode) -> Key {
    match code {
        KeyCode::Char(c) => Key::Character(c),
        KeyCode::F(number) => Key::F(number),
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Enter => Key::Enter,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Delete => Key::Delete,
        KeyCode::Insert => Key::Insert,
        KeyCode::Esc => Key::Escape,
        _ => Key::Other,
    }
}

fn mouse(kind: MouseEventKind) -> Mouse {
    match kind {
        MouseEventKind::Down(_) => Mouse::Down,
        MouseEventKind::Up(_) => Mouse::Up,
        MouseEventKind::Drag(_) => Mouse::Drag,
        MouseEventKind::Moved => Mouse::Moved,
        MouseEventKind::ScrollDown => Mouse::ScrollDown,
        MouseEventKind::ScrollUp => Mouse::ScrollUp,
        MouseEventKind::ScrollLeft => Mouse::ScrollLeft,
        MouseEventKind::ScrollRight => Mouse::ScrollRight,
    }
}
