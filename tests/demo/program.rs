//! The program without a terminal: the loop's state and tasks, driven key by key, on the demo cluster.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use spyhop::app::launch::Launch;
use spyhop::app::{Effect, Level, Message, Recorded, SLICE, State};
use spyhop::cli::{self, Cli, Setup};
use spyhop::model::Time;
use spyhop::runtime::audit::Audit;
use spyhop::runtime::gate::Gate;
use spyhop::runtime::now;
use spyhop::runtime::recording::{Recorder, Recording, fingerprint};
use spyhop::runtime::tasks::{Inbox, Tasks};
use spyhop::source::connect_demo;
use spyhop::ui::{self, Painter};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::keys::named;

/// One turn of a run, and the screen that it led to.
pub struct Turn {
    pub now: Time,
    pub messages: Vec<Message>,
    pub screen: String,
}

pub struct Program {
    pub state: State,
    /// All turns so far, where they are kept.
    pub tape: Option<Vec<Turn>>,
    recorder: Option<Recorder>,
    painter: Painter,
    frame: Buffer,
    tasks: Tasks,
    inbox: Inbox,
    runtime: Runtime,
}

impl Program {
    pub fn new() -> Self {
        Self::beside(None, None).0
    }

    /// One whose turns are kept, and recorded into a new file, and a state like the one that it begins with.
    pub fn taped(file: &Path) -> (Self, State) {
        Self::beside(Some(Vec::new()), Some(Recording::create(file, Recorded::Contents).unwrap()))
    }

    fn beside(tape: Option<Vec<Turn>>, recording: Option<Recording>) -> (Self, State) {
        let runtime = Runtime::new().unwrap();
        let cli = Cli::parse_from(["spyhop", "--demo", "-c", "pods"]);
        let (connected, start) = (connect_demo(None), now());
        let recorded = recording.as_ref().map(Recording::holds);
        let config = cli.wanted().config();
        let policy = cli::policy(&cli, &connected, config.as_ref());
        let setup = Setup { cli: &cli, connected: &connected, policy: &policy };
        let launch = Launch { size: (140, 40), recorded, ..cli::launch(setup, config.clone(), start).unwrap() };
        let [state, other] = [0, 1].map(|_| launch.state().unwrap());
        // Without a file nothing reaches into a container.
        let file = || std::env::temp_dir().join(format!("spyhop-tape-{}.jsonl", std::process::id()));
        let gate = Gate::new(Audit::new(tape.as_ref().map(|_| file())), &state.places);
        let (tasks, inbox) = Tasks::new(std::sync::Arc::new(connected.sources), gate, runtime.handle().clone());
        let recorder = recording.map(|recording| recording.start(&launch, |told| panic!("{told:?}")));
        let mut program = Self {
            state,
            tape,
            recorder,
            painter: Painter::default(),
            frame: Buffer::default(),
            tasks,
            inbox,
            runtime,
        };
        program.turn(Vec::new());
        (program, other)
    }

    fn turn(&mut self, messages: Vec<Message>) {
        let _within = self.runtime.enter();
        let now = now();
        let kept = self.tape.as_ref().map(|_| messages.clone());
        self.recorder.iter_mut().for_each(|recorder| recorder.hear(now, &self.state, &messages));
        self.state.now = now;
        let effects = self.state.turn(messages);
        self.tasks.obey(&self.state.policy);
        self.tasks.reconcile(&self.state.wanted(), &self.state.store);
        self.perform(effects);
        let mut settled = false;
        while !settled {
            self.recorder.iter_mut().for_each(Recorder::prepared);
            let (whole, effects) = self.state.prepare(SLICE);
            settled = whole;
            self.perform(effects);
        }
        self.tasks.reconcile(&self.state.wanted(), &self.state.store);
        let cursor = self.paint();
        if let Some(recorder) = &mut self.recorder {
            recorder.drawn(now, fingerprint(&self.frame, cursor));
        }
        self.state.display.was_drawn();
        self.state.was_seen();
        if let (Some(tape), Some(messages)) = (&mut self.tape, kept) {
            tape.push(Turn { now, messages, screen: drawn(&self.state) });
        }
    }

    /// Paints as the loop does, and looks whether lines were left out that changed.
    fn paint(&mut self) -> Option<Position> {
        let (width, height) = self.state.display.size;
        self.frame.resize(Rect::new(0, 0, width, height));
        let Some(lines) = self.painter.changed(&self.state, false) else {
            return ui::paint(&self.state, &mut self.frame);
        };
        ui::repaint(&self.state, &lines, &mut self.frame);
        assert!(ui::is_whole(&self.state, &self.frame), "{:?}\n{}", lines, drawn(&self.state));
        None
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call(ticket, request) => self.tasks.call(ticket, *request),
                Effect::Input(session, input) => self.tasks.input(session, input),
                Effect::Reopen(query) => self.tasks.reopen(&query),
                Effect::Work(job) => self.tasks.work(job),
                Effect::Read { ticket, path, recursive } => self.tasks.read(ticket, path, recursive),
                // What goes to the terminal or to files is not this program's.
                Effect::Copy(_)
                | Effect::Emit(_)
                | Effect::Reveal(_)
                | Effect::Save { .. }
                | Effect::Login(_)
                | Effect::Keep(_)
                | Effect::Forget(_)
                | Effect::LookInside { .. }
                | Effect::KeepColumns(_)
                | Effect::Recall(..)
                | Effect::Lend { .. }
                | Effect::Pause
                | Effect::Quit => {}
            }
        }
    }

    pub fn say(&mut self, line: &str) {
        let line = format!(":{line}");
        let keys = line.chars().map(|c| KeyEvent::from(KeyCode::Char(c))).chain([KeyEvent::from(KeyCode::Enter)]);
        keys.for_each(|key| self.turn(vec![Message::Key(key)]));
    }

    /// Presses a key by its name in a key map; false where it is no single key.
    pub fn press(&mut self, key: &str) -> bool {
        let Some(event) = named(key) else { return false };
        self.turn(vec![Message::Key(event)]);
        true
    }

    /// Takes in what comes until it is so.
    pub fn until(&mut self, what: &str, done: impl Fn(&State) -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !done(&self.state) {
            assert!(Instant::now() < end, "never {what} in {:?}: {:?}", self.place(), self.state.display.notice);
            self.take();
        }
    }

    /// Takes in what comes within a moment.
    fn take(&mut self) {
        let first = self.runtime.block_on(async { timeout(Duration::from_millis(50), self.inbox.recv()).await });
        let messages = first.ok().flatten().into_iter().chain(std::iter::from_fn(|| self.inbox.try_recv()));
        let messages: Vec<Message> = messages.collect();
        self.turn(messages);
    }

    /// Where the screen is, how its answer stands, and what waits for keys.
    fn place(&self) -> String {
        let state = &self.state;
        let phase = state.answer().map(|answer| &answer.phase);
        let scopes = state.tabs.stack().iter().map(|view| view.scopes()).collect::<Vec<_>>();
        let sessions = state.sessions.iter().map(|session| (session.state(), session.trouble())).collect::<Vec<_>>();
        format!(
            "{scopes:?}, {phase:?}, sessions {sessions:?}, prompt {}, dialog {}",
            state.focus.input().is_some(),
            state.focus.dialog().is_some()
        )
    }

    /// What was refused since the last time, if anything.
    pub fn refusal(&mut self) -> Option<String> {
        self.state.display.notice.take().filter(|notice| notice.level == Level::Bad).map(|notice| notice.text)
    }
}

/// What is on the screen.
pub fn drawn(state: &State) -> String {
    let (width, height) = state.display.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| ui::draw(state, frame)).unwrap();
    terminal.backend().to_string()
}
