//! The loop: keys, frames, time and answers in; effects and streams out. The only place with a clock.

pub mod audit;
pub mod drafts;
mod editor;
pub mod files;
pub mod gate;
mod pulse;
pub mod read;
pub mod settings;
pub mod tasks;
pub mod terminal;
mod watch;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{self, Event, EventStream};
use futures::StreamExt;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::app::{Effect, Level, Message, Outcome, SLICE, State, Ticket};
use crate::model::{SourceId, Time};
use crate::source::Sources;
use crate::ui;
use drafts::Drafts;
use pulse::Pulse;
use settings::Wanted;
use tasks::Tasks;
use terminal::Screen;

/// A frame may sort and filter for so long before it shows what it has.
const SETTLE: Duration = Duration::from_millis(5);

/// Frames for deltas and time alone come at most this often.
const FRAME: Duration = Duration::from_millis(16);

pub fn now() -> Time {
    Time(jiff::Timestamp::now().as_millisecond())
}

/// Runs until the user leaves, or until the terminal or the system says so.
pub async fn run(state: State, sources: Sources, screen: Screen, wanted: Wanted) -> io::Result<()> {
    let gate = gate::Gate::new(audit::Audit::standard(), &state.places);
    let (tasks, inbox) = Tasks::new(Arc::new(sources), gate);
    tasks.follow(wanted, state.settings.clone());
    let drafts = Drafts::new(tasks.teller());
    let drawn = Instant::now() - FRAME;
    let pulse = Pulse::new(now());
    let mut run = Loop { state, tasks, drafts, inbox, screen, keys: None, drawn, settled: true, pulse };
    run.keys = Some(EventStream::new());
    let result = run.turns().await;
    let last = run.state.last_drafts();
    run.perform(last).await;
    run.drafts.finish().await;
    run.tasks.finish().await;
    result
}

struct Loop {
    state: State,
    tasks: Tasks,
    drafts: Drafts,
    inbox: Receiver<Message>,
    screen: Screen,
    keys: Option<EventStream>,
    drawn: Instant,
    settled: bool,
    pulse: Pulse,
}

/// What ended a wait.
enum Woken {
    Keys(Vec<Message>),
    Frame,
    Time,
    Inbox(Vec<Message>),
    /// The terminal is gone, or the system wants us gone.
    Hangup,
}

impl Loop {
    async fn turns(&mut self) -> io::Result<()> {
        let mut hangup = std::pin::pin!(terminal::hangup());
        self.step(Vec::new()).await;
        self.draw().await?;
        while !self.state.done {
            match self.wait(hangup.as_mut()).await {
                Woken::Hangup => return Ok(()),
                Woken::Keys(keys) => {
                    self.step(keys).await;
                    self.draw().await?;
                }
                Woken::Frame => {
                    self.step(Vec::new()).await;
                    self.draw().await?;
                }
                Woken::Time => self.step(Vec::new()).await,
                Woken::Inbox(messages) => self.step(messages).await,
            }
        }
        Ok(())
    }

    /// Waits for whatever comes first; keys win, so that none waits behind a flood of answers.
    async fn wait(&mut self, hangup: Pin<&mut impl Future<Output = ()>>) -> Woken {
        let pending = self.state.dirty || !self.settled;
        let frame_at = if self.settled { self.drawn + FRAME } else { Instant::now() };
        let (frame, wake) = (at(frame_at), self.wake());
        let Self { keys, inbox, .. } = self;
        let Some(keys) = keys else { return Woken::Hangup };
        tokio::select! {
            biased;
            () = hangup => Woken::Hangup,
            event = keys.next() => batch(event),
            () = frame, if pending => Woken::Frame,
            () = wake => Woken::Time,
            message = inbox.recv() => message.map_or(Woken::Hangup, |message| drain(message, inbox)),
        }
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

    async fn step(&mut self, mut messages: Vec<Message>) {
        self.state.now = now();
        if self.state.vitals_due().is_some_and(|due| due <= self.state.now) {
            messages.push(Message::Vitals(Box::new(self.pulse.read())));
        }
        let begun = std::time::Instant::now();
        let effects = self.state.turn(messages);
        self.tasks.reconcile(&self.state.wanted(), &self.state.policy);
        self.pulse.turns.note(begun);
        self.perform(effects).await;
    }

    async fn draw(&mut self) -> io::Result<()> {
        let (begun, mut effects) = (std::time::Instant::now(), Vec::new());
        loop {
            let (settled, more) = self.state.prepare(SLICE);
            effects.extend(more);
            self.settled = settled;
            if settled || begun.elapsed() > SETTLE {
                break;
            }
        }
        self.state.dirty = false;
        let (state, screen) = (&self.state, &mut self.screen);
        screen.draw(|frame| ui::draw(state, frame))?;
        self.pulse.frames.note(begun);
        self.drawn = Instant::now();
        self.tasks.reconcile(&self.state.wanted(), &self.state.policy);
        self.perform(effects).await;
        Ok(())
    }

    async fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Call(ticket, request) => self.tasks.call(ticket, *request, &self.state.policy),
                Effect::Input(session, input) => self.tasks.input(session, input),
                Effect::Reopen(query) => self.tasks.reopen(&query),
                Effect::Work(job) => self.tasks.work(job),
                Effect::Copy(text) => self.copy(&text),
                Effect::Save { name, text } => self.tasks.save(name, text),
                Effect::Login(at) => self.login(at).await,
                Effect::Keep(draft) => self.drafts.keep(draft),
                Effect::Forget(key) => self.drafts.forget(key),
                Effect::Read { ticket, path, recursive } => self.tasks.read(ticket, path, recursive),
                Effect::Lend { ticket, name, text } => self.edit(ticket, &name, &text).await,
                Effect::Quit => self.state.done = true,
            }
        }
    }

    /// Hands the terminal to the user's editor.
    async fn edit(&mut self, ticket: Ticket, name: &str, text: &str) {
        self.keys = None;
        let edited = editor::edit(&mut self.screen, name, text).await;
        self.keys = Some(EventStream::new());
        self.tasks.worked(Outcome::Edited(ticket, edited));
    }

    fn copy(&mut self, text: &str) {
        if let Err(error) = self.screen.copy(text) {
            self.state.tell(Level::Bad, format!("could not copy: {error}"));
        }
    }

    /// Hands the terminal to a login. The reader of keys must be gone meanwhile: two readers lose keys.
    async fn login(&mut self, at: SourceId) {
        let program = match self.tasks.program(at) {
            Ok(Some(program)) => program,
            Ok(None) => return,
            Err(error) => return self.state.complain(&error),
        };
        self.keys = None;
        let outcome = self.screen.lend(program).await;
        self.keys = Some(EventStream::new());
        match outcome {
            Ok(output) => self.tasks.login(at, output),
            Err(error) => self.state.tell(Level::Bad, format!("the login failed: {error}")),
        }
    }
}

fn at(time: Instant) -> Sleep {
    sleep_until(time)
}

/// The event and all that are ready behind it, read without the stream: it would go to sleep and wake for each.
fn batch(event: Option<io::Result<Event>>) -> Woken {
    let Some(Ok(event)) = event else { return Woken::Hangup };
    let mut messages: Vec<Message> = message(event).into_iter().collect();
    // Not zero: with no time at all crossterm does not even look.
    while messages.len() < KEYS && matches!(event::poll(Duration::from_micros(1)), Ok(true)) {
        let Ok(event) = event::read() else { return Woken::Hangup };
        messages.extend(message(event));
    }
    Woken::Keys(messages)
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::Key(key)),
        Event::Mouse(mouse) => Some(Message::Mouse(mouse)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(width, height) => Some(Message::Resize(width, height)),
        Event::FocusGained | Event::FocusLost => None,
    }
}

/// A turn takes in so many keys at most, so that a flood of them is seen at work.
const KEYS: usize = 1024;
/// A turn takes in so many messages at most, so that keys get their turn.
const BATCH: usize = 16;

fn drain(first: Message, inbox: &mut Receiver<Message>) -> Woken {
    let mut messages = vec![first];
    while messages.len() < BATCH {
        let Ok(message) = inbox.try_recv() else { break };
        messages.push(message);
    }
    Woken::Inbox(messages)
}
