//! The loop: keys, frames, time and answers in; effects and streams out. The only place with a clock.

pub mod audit;
mod clipboard;
pub mod drafts;
mod editor;
pub mod files;
pub mod gate;
mod keys;
mod panics;
mod pulse;
pub mod read;
pub mod remembered;
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
use crate::app::{Clip, Effect, Level, Message, Outcome, SLICE, State, Ticket};
use crate::model::{SourceId, Time};
use crate::source::Sources;
use crate::ui;
use drafts::Drafts;
use keys::Keys;
use pulse::Pulse;
use settings::Wanted;
use signals::{Heard, Signals};
use tasks::{Inbox, Tasks};
use terminal::Screen;
use turning::Turning;

/// A frame may sort and filter for so long before it shows what it has.
const SETTLE: Duration = Duration::from_millis(5);
/// The same where there is nothing else to show: then a key that comes meanwhile is all that matters.
const GLANCE: Duration = Duration::from_millis(3);

/// Frames for deltas and time alone come at most this often.
const FRAME: Duration = Duration::from_millis(16);
/// The same after a frame that no key asked for, with rows that are all there: whoever reads them sees no more of faster
/// ones, and each costs as much as all else that a change does. What comes until then is taken in with it.
const CALM: Duration = Duration::from_millis(66);

pub fn now() -> Time {
    Time(jiff::Timestamp::now().as_millisecond())
}

/// What the program has the terminal by.
pub struct Console {
    pub screen: Screen,
    pub signals: Signals,
}

/// Runs until the user leaves, or until the terminal or the system says so: then with the number of the signal. All other
/// work goes to `workers`: a loop on a runtime of its own is woken by its own timers, and by nobody else's.
pub async fn run(
    state: State,
    sources: Sources,
    console: Console,
    wanted: Wanted,
    workers: Handle,
) -> io::Result<Option<i32>> {
    let Console { screen, signals } = console;
    let gate = gate::Gate::new(audit::Audit::standard(), &state.places);
    let (tasks, inbox) = Tasks::new(Arc::new(sources), gate, workers.clone());
    tasks.follow(wanted, state.settings.clone());
    let (found, held) = drafts::load();
    let drafts = Drafts::new(held, tasks.teller());
    let drawn = Instant::now() - FRAME;
    let pulse = Pulse::new(now());
    let keys = Some(Keys::open(&workers));
    let pace = FRAME;
    let mut run = Loop {
        state: Turning::new(state),
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
    // What is still to be done needs no terminal.
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
    /// What the loop itself has to say at the next turn.
    said: Vec<Message>,
    tasks: Tasks,
    drafts: Drafts,
    inbox: Inbox,
    screen: Screen,
    signals: Signals,
    /// Nobody reads while the terminal is lent.
    keys: Option<Keys>,
    workers: Handle,
    drawn: Instant,
    /// How long that frame stays at least, unless a key is pressed.
    pace: Duration,
    settled: bool,
    /// Ready for what will be asked next.
    ready: bool,
    pulse: Pulse,
}

/// What ended a wait.
enum Woken {
    Keys(Vec<Message>),
    Frame,
    Time,
    Inbox(Vec<Message>),
    /// Nothing, and there is something to do ahead.
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
                        self.pace = if self.settled && self.state.is_calm() { CALM } else { FRAME };
                    }
                }
                Woken::Time => self.step(Vec::new()).await,
                Woken::Idle => self.ready = self.state.prepare_ahead(SLICE),
                Woken::Inbox(messages) => {
                    let loads = self.state.loads();
                    self.step(messages).await;
                    // That all is there is worth a frame of its own.
                    if loads && !self.state.loads() {
                        self.draw().await?;
                    }
                }
            }
        }
        Ok(None)
    }

    /// Waits for whatever comes first; keys win, so that none waits behind a flood of answers.
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
        self.state.display.dirty || !self.settled
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

    /// Takes in what happened, and what comes of the effects at once.
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
            messages.push(Message::Vitals(Box::new(self.pulse.read())));
        }
        let begun = std::time::Instant::now();
        let effects = self.state.turn(now, messages);
        self.tasks.obey(&self.state.policy);
        self.tasks.reconcile(&self.state.wanted(), &self.state.store);
        self.pulse.turns.note(begun);
        self.perform(effects).await;
    }

    /// Takes in what came, and shows it; what is not all in yet only when there is something else to show.
    async fn draw(&mut self) -> io::Result<()> {
        let (begun, mut effects) = (std::time::Instant::now(), Vec::new());
        let awaited = !self.settled;
        let longest = if self.state.display.dirty { SETTLE } else { GLANCE };
        loop {
            let (settled, more) = self.state.prepare(SLICE);
            effects.extend(more);
            self.settled = settled;
            if settled || begun.elapsed() > longest {
                break;
            }
        }
        if self.state.display.dirty || awaited && self.settled {
            self.screen.hear_mouse(self.state.display.options.mouse)?;
            self.screen.fit(self.state.display.size)?;
            let (state, screen) = (&self.state, &mut self.screen);
            screen.draw(|frame| ui::draw(state, frame))?;
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
                Effect::Save { name, text, clear } => self.tasks.save(name, text, clear),
                Effect::Login(at) => self.login(at).await,
                Effect::Keep(draft) => self.drafts.keep(draft),
                Effect::Forget(id) => self.drafts.forget(id),
                Effect::Recall(query, of) => self.tasks.recall(query, of),
                Effect::Read { ticket, path, recursive } => self.tasks.read(ticket, path, recursive),
                Effect::Lend { ticket, name, text, draft } => self.edit(ticket, &name, &text, draft.as_deref()).await,
                Effect::Pause => {
                    if let Err(error) = self.pause().await {
                        self.tell(Level::Bad, format!("the terminal failed: {error}"));
                    }
                }
                // The state says that it is done.
                Effect::Quit => {}
            }
        }
    }

    fn tell(&mut self, level: Level, text: impl Into<String>) {
        self.said.push(Message::Told(level, text.into()));
    }

    /// Hands the terminal to the user's editor.
    async fn edit(&mut self, ticket: Ticket, name: &str, text: &str, draft: Option<&Draft>) {
        self.mute().await;
        let edited = editor::edit(&mut self.screen, &mut self.signals, name, text, draft).await;
        self.listen();
        self.tasks.worked(Outcome::Edited(ticket, edited));
    }

    /// The terminal is ours again.
    fn listen(&mut self) {
        self.keys = Some(Keys::open(&self.workers));
        self.is_ours();
    }

    /// Whatever stands on the terminal now is not what was drawn.
    fn is_ours(&mut self) {
        let (width, height) = self.screen.size();
        self.said.push(Message::Resize(width, height));
    }

    /// Lets the shell have the terminal until it gives it back.
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

    /// Sends a text to the clipboard of the terminal, which says nothing to that.
    fn emit(&mut self, clip: &Clip) {
        let what = &clip.what;
        let sequence = match clipboard::sequence(&clip.text, &|name| std::env::var(name).ok()) {
            Ok(sequence) => sequence,
            Err(long) => {
                let save = self.state.keymap.key_for(&["global"], "save").unwrap_or(":save").to_owned();
                return self.tell(Level::Bad, format!("{long}; {save} saves it to a file"));
            }
        };
        match self.screen.emit(&sequence) {
            Ok(()) => self.tell(Level::Info, format!("sent to the terminal: {what}")),
            Err(error) => self.tell(Level::Bad, format!("could not copy {what}: {error}")),
        }
    }

    /// Hands the terminal to a login.
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

/// A turn takes in about so many deltas at most, so that keys get their turn: well under a millisecond of work.
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

/// How many deltas a message is worth, in work.
fn weight(message: &Message) -> usize {
    const LIGHT: usize = 64;
    match message {
        Message::Answer { deltas, .. } => deltas.len().max(LIGHT),
        _ => LIGHT,
    }
}
