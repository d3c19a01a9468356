//! The loop. Keys, frames, time and answers go in; effects and streams come out. It alone tells the state the time.

pub mod audit;
pub mod canvas;
mod clipboard;
pub mod columns;
pub mod drafts;
mod editor;
pub mod files;
pub mod gate;
pub mod inside;
mod kept;
mod keys;
mod panics;
mod pulse;
pub mod read;
pub mod recording;
pub mod remembered;
pub mod replay;
pub mod settings;
pub mod signals;
pub mod tasks;
pub mod terminal;
pub mod turning;
mod watch;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::app::drafts::Draft;
use crate::app::launch::Launch;
use crate::app::{Clip, Effect, Level, Message, Outcome, Ticket};
use crate::model::{SourceId, Time};
use crate::source::Sources;
use drafts::Drafts;
use keys::Keys;
use pulse::Pulse;
use recording::Recording;
use settings::Wanted;
use signals::{Heard, Signals};
use tasks::{Inbox, Tasks};
use terminal::Screen;
use turning::Turning;

/// The time for which a frame may sort and filter before it shows what is ready.
const SETTLE: Duration = Duration::from_millis(5);
/// That time if nothing else changed on the screen. A key that arrives meanwhile matters more.
const GLANCE: Duration = Duration::from_millis(3);

/// The shortest time between frames that no key asked for.
const FRAME: Duration = Duration::from_millis(16);
/// That time if the rows are complete and the last frame was not for a key. A reader would see no more with faster
/// frames, and each frame costs as much as all other work for a change. Messages that arrive until then go into the
/// next frame together. It stays below the 100 ms within which a change is promised to be on the screen.
const CALM: Duration = Duration::from_millis(90);

/// That time while the rest of a list arrives, once there are more rows than the screen shows. Each such frame takes time
/// from reading the list.
const FILLING: Duration = Duration::from_millis(50);

pub fn now() -> Time {
    Time(jiff::Timestamp::now().as_millisecond())
}

/// The program's hold on the terminal and its signals.
pub struct Console {
    pub screen: Screen,
    pub signals: Signals,
}

/// Runs until the user quits, the terminal disappears, or a signal ends the program. A signal's number is returned. All
/// other work runs on `workers`. The loop has a runtime of its own, so that no timers but its own wake it.
pub async fn run(
    launch: Launch,
    sources: Sources,
    console: Console,
    wanted: Wanted,
    recording: Option<Recording>,
    workers: Handle,
) -> io::Result<Option<i32>> {
    let Console { screen, signals } = console;
    let state = launch.state().map_err(|error| io::Error::other(error.text().to_owned()))?;
    let gate = gate::Gate::new(audit::Audit::standard(), &state.places);
    let (tasks, inbox) = Tasks::new(Arc::new(sources), gate, workers.clone());
    tasks.follow(wanted, state.settings.clone());
    let (found, held) = drafts::load();
    let drafts = Drafts::new(held, tasks.teller());
    let recorder = recording.map(|recording| recording.start(&launch, tasks.teller()));
    let drawn = Instant::now() - FRAME;
    let pulse = Pulse::new(now());
    let keys = Some(Keys::open(&workers));
    let pace = FRAME;
    let mut run = Loop {
        state: Turning::new(state, recorder),
        said: vec![Message::Drafts(found)],
        tasks,
        drafts,
        inbox,
        screen,
        signals,
        keys,
        workers,
        drawn,
        pace,
        settled: true,
        ready: true,
        pulse,
    };
    let result = run.turns().await;
    // The rest of the work needs no terminal.
    run.screen.leave();
    run.mute().await;
    run.step(vec![Message::Leave]).await;
    run.tasks.remember(run.state.to_remember(), run.state.to_forget());
    run.drafts.finish().await;
    run.tasks.finish().await;
    result
}

struct Loop {
    state: Turning,
    /// Messages from the loop itself for the next turn.
    said: Vec<Message>,
    tasks: Tasks,
    drafts: Drafts,
    inbox: Inbox,
    screen: Screen,
    signals: Signals,
    /// `None` while the terminal is lent, because only one program may read it.
    keys: Option<Keys>,
    workers: Handle,
    drawn: Instant,
    /// The shortest time between the last frame and the next one that no key asked for.
    pace: Duration,
    settled: bool,
    /// Whether everything is prepared for what may be asked next.
    ready: bool,
    pulse: Pulse,
}

/// The reason why a wait ended.
enum Woken {
    Keys(Vec<Message>),
    Frame,
    Time,
    Inbox(Vec<Message>),
    /// No event is pending, so work for the next frame can be done now.
    Idle,
    /// The terminal is gone.
    Hangup,
    Signal(Heard),
}

impl Loop {
    async fn turns(&mut self) -> io::Result<Option<i32>> {
        self.step(Vec::new()).await;
        self.draw().await?;
        while !self.state.display.done {
            match self.wait().await {
                Woken::Hangup => return Ok(None),
                Woken::Signal(Heard::End(number)) => return Ok(Some(number)),
                Woken::Signal(Heard::Stop) => self.pause().await?,
                Woken::Signal(Heard::GoOn) => {
                    self.screen.take_back()?;
                    self.is_ours();
                }
                Woken::Keys(keys) => {
                    self.step(keys).await;
                    self.draw().await?;
                }
                Woken::Frame => {
                    let waiting = drain(Vec::new(), &mut self.inbox);
                    if !waiting.is_empty() {
                        self.step(waiting).await;
                    }
                    if self.is_pending() {
                        self.draw().await?;
                        self.pace = match self.settled {
                            true if self.state.is_calm() => CALM,
                            true if self.state.is_filling() => FILLING,
                            true | false => FRAME,
                        };
                    }
                }
                Woken::Time => self.step(Vec::new()).await,
                Woken::Idle => self.ready = self.state.prepare_ahead(),
                Woken::Inbox(messages) => {
                    let loads = self.state.loads();
                    self.step(messages).await;
                    // A list that has just become complete gets a frame of its own.
                    if loads && !self.state.loads() {
                        self.draw().await?;
                    }
                }
            }
        }
        Ok(None)
    }

    /// Waits for the first event. Keys come first, so that no key waits behind a flood of answers.
    async fn wait(&mut self) -> Woken {
        if !self.said.is_empty() {
            return Woken::Time;
        }
        let frame_at = if self.settled { self.drawn + self.pace } else { Instant::now() };
        let held = self.pace == CALM && self.settled && Instant::now() < frame_at;
        let due = held || self.is_pending();
        let (frame, wake) = (at(frame_at), self.wake());
        let idle = self.settled && !self.ready;
        let Self { keys, inbox, signals, .. } = self;
        let Some(keys) = keys else { return Woken::Hangup };
        tokio::select! {
            biased;
            heard = signals.next() => Woken::Signal(heard),
            typed = keys.next() => typed.map_or(Woken::Hangup, Woken::Keys),
            () = frame, if due => Woken::Frame,
            () = wake => Woken::Time,
            message = inbox.recv(), if !held => message.map_or(Woken::Hangup, |first| Woken::Inbox(drain(vec![first], inbox))),
            () = tokio::task::yield_now(), if idle => Woken::Idle,
        }
    }

    /// Whether a frame would show something new.
    fn is_pending(&self) -> bool {
        self.state.display.is_due() || !self.settled
    }

    fn wake(&self) -> impl Future<Output = ()> + use<> {
        let left = self.state.wake().map(|time| time.since(now()) as u64);
        async move {
            match left {
                Some(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Takes messages in, and then the messages that their effects cause at once.
    async fn step(&mut self, messages: Vec<Message>) {
        let said = std::mem::take(&mut self.said);
        self.turn(said.into_iter().chain(messages).collect()).await;
        while !self.said.is_empty() {
            let said = std::mem::take(&mut self.said);
            self.turn(said).await;
        }
    }

    async fn turn(&mut self, mut messages: Vec<Message>) {
        let now = now();
        if self.state.vitals_due().is_some_and(|due| due <= now) {
            messages.push(Message::Vitals(Box::new(self.pulse.read(self.state.store.held()))));
        }
        let begun = std::time::Instant::now();
        let effects = self.state.turn(now, messages);
        self.tasks.obey(&self.state.policy);
        self.tasks.reconcile(&self.state.wanted(), &self.state.store);
        self.pulse.turns.note(begun);
        self.perform(effects).await;
    }

    /// Prepares the rows and draws a frame. If time runs out before the rows are ready, a frame is drawn only if
    /// something else changed.
    async fn draw(&mut self) -> io::Result<()> {
        let (begun, mut effects) = (std::time::Instant::now(), Vec::new());
        let awaited = !self.settled;
        let longest = if self.state.display.is_due() { SETTLE } else { GLANCE };
        loop {
            let (settled, more) = self.state.prepare();
            effects.extend(more);
            self.settled = settled;
            if settled || begun.elapsed() > longest {
                break;
            }
        }
        if self.state.display.is_due() || awaited && self.settled {
            self.screen.hear_mouse(self.state.display.options.mouse)?;
            self.screen.fit(self.state.display.size)?;
            let (state, screen) = (&mut self.state, &mut self.screen);
            let lines = state.changed(awaited);
            screen.draw(lines.as_deref(), |lines, buffer| state.paint(lines, buffer))?;
            self.state.was_drawn(now());
            self.pulse.frames.note(begun);
            (self.drawn, self.pace, self.ready) = (Instant::now(), FRAME, !self.state.looks_ahead());
        }
        self.tasks.reconcile(&self.state.wanted(), &self.state.store);
        self.perform(effects).await;
        Ok(())
    }

    async fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call(ticket, request) => self.tasks.call(ticket, *request),
                Effect::Input(session, input) => self.tasks.input(session, input),
                Effect::Reopen(query) => self.tasks.reopen(&query),
                Effect::Work(job) => self.tasks.work(job),
                Effect::Copy(clip) => self.tasks.copy(clip),
                Effect::Emit(clip) => self.emit(&clip),
                Effect::Reveal(id) => {
                    let revealed = self.tasks.reveal(&id);
                    self.said.extend(revealed.err().map(|error| Message::Worked(Outcome::Unrevealed(error))));
                }
                Effect::LookInside { id, server, on } => self.tasks.look_inside(&id, server, on),
                Effect::Save { name, text, clear } => self.tasks.save(name, text, clear),
                Effect::Login(at) => self.login(at).await,
                Effect::Keep(draft) => self.drafts.keep(draft),
                Effect::Forget(id) => self.drafts.forget(id),
                Effect::KeepColumns(chosen) => self.tasks.keep_columns(*chosen),
                Effect::Recall(query, of) => self.tasks.recall(query, of),
                Effect::Read { ticket, path, recursive } => self.tasks.read(ticket, path, recursive),
                Effect::Lend { ticket, name, text, draft } => self.edit(ticket, &name, &text, draft.as_deref()).await,
                Effect::Pause => {
                    if let Err(error) = self.pause().await {
                        self.tell(Level::Bad, format!("the terminal failed: {error}"));
                    }
                }
                // The state notes by itself that the program ends.
                Effect::Quit => {}
            }
        }
    }

    fn tell(&mut self, level: Level, text: impl Into<String>) {
        self.said.push(Message::Told(level, text.into()));
    }

    /// Lends the terminal to the user's editor.
    async fn edit(&mut self, ticket: Ticket, name: &str, text: &str, draft: Option<&Draft>) {
        self.mute().await;
        let edited = editor::edit(&mut self.screen, &mut self.signals, name, text, draft).await;
        self.listen();
        self.tasks.worked(Outcome::Edited(ticket, edited));
    }

    /// Reads the terminal again after it was lent.
    fn listen(&mut self) {
        self.keys = Some(Keys::open(&self.workers));
        self.is_ours();
    }

    /// Notes that the screen of the terminal is unknown, so that the next frame draws everything.
    fn is_ours(&mut self) {
        let (width, height) = self.screen.size();
        self.said.push(Message::Resize(width, height));
    }

    /// Stops the program and gives the terminal to the shell until the shell gives it back.
    async fn pause(&mut self) -> io::Result<()> {
        if !signals::can_stop() {
            self.tell(Level::Warn, "there is no shell to go back to: spyhop was not started from one");
            return Ok(());
        }
        self.mute().await;
        self.screen.pause(&mut self.signals).await?;
        self.listen();
        Ok(())
    }

    async fn mute(&mut self) {
        if let Some(keys) = self.keys.take() {
            keys.close().await;
        }
    }

    /// Sends a text to the clipboard through the terminal, which never confirms it.
    fn emit(&mut self, clip: &Clip) {
        let what = &clip.what;
        let sequence = match clipboard::sequence(&clip.text, &|name| std::env::var(name).ok()) {
            Ok(sequence) => sequence,
            Err(long) => {
                let saves = self.state.in_keys("{save@global} saves it to a file");
                return self.tell(Level::Bad, format!("{long}; {saves}"));
            }
        };
        match self.screen.emit(&sequence) {
            Ok(()) => self.tell(Level::Info, format!("sent to the terminal: {what}")),
            Err(error) => self.tell(Level::Bad, format!("could not copy {what}: {error}")),
        }
    }

    /// Lends the terminal to a login program.
    async fn login(&mut self, at: SourceId) {
        let program = match self.tasks.program(at) {
            Ok(Some(program)) => program,
            Ok(None) => return,
            Err(error) => return self.tell(Level::Bad, error.text()),
        };
        self.mute().await;
        let outcome = self.screen.lend(program, &mut self.signals).await;
        self.listen();
        match outcome {
            Ok(output) => self.tasks.login(at, output),
            Err(error) => self.tell(Level::Bad, format!("the login failed: {error}")),
        }
    }
}

fn at(time: Instant) -> Sleep {
    sleep_until(time)
}

/// The approximate number of deltas that one turn takes in: well under a millisecond of work, so that keys are not
/// delayed.
const BATCH: usize = 1024;

fn drain(mut messages: Vec<Message>, inbox: &mut Inbox) -> Vec<Message> {
    let mut weight: usize = messages.iter().map(weight).sum();
    while weight < BATCH {
        let Some(message) = inbox.try_recv() else { break };
        weight += self::weight(&message);
        messages.push(message);
    }
    messages
}

/// The work of a message, measured in deltas.
fn weight(message: &Message) -> usize {
    const LIGHT: usize = 64;
    match message {
        Message::Answer { deltas, .. } => deltas.len().max(LIGHT),
        _ => LIGHT,
    }
}
