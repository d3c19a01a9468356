//! One container: its log so far, then what it says, over restarts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::place::{Again, Place};
use super::pod::{Container, Pod, Terminated};
use crate::model::{Error, LogLine, Result, Str, Tail};
use crate::source::kube::ask::{Ask, JSON};
use crate::source::kube::server::{Reply, Server};
use crate::source::lines::Lines;
use crate::source::pause::Pace;

/// A container that says nothing for so long is asked for anew.
const QUIET: Duration = Duration::from_secs(150);
/// So long a pod may still be told to run when it does no more.
pub const LAG: Duration = Duration::from_secs(3);
/// The most that becomes of it where the server ends the log of a container that runs, again and again.
const LONGEST_LAG: Duration = Duration::from_secs(60);
/// In that time a pod is looked at so often.
const GLANCES: u32 = 10;
const GLANCE: Duration = Duration::from_millis(300);
/// So often a node is asked that makes excuses while a container changes.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// What the head of a log is, in bytes, as k9s has it.
const HEAD: &str = "5000";

/// Lines that come within this time go on together.
const MOMENT: Duration = Duration::from_millis(6);
const BREATH: Duration = Duration::from_millis(1);
/// So many go on at once.
const MANY: usize = 2048;

/// What the followers of containers have to say.
pub enum Said {
    /// Lines of a container, and how far it was read with them.
    Lines(usize, Vec<LogLine>, Place),
    /// All that was there before is told, or why nothing could be.
    Caught(usize, Option<Str>),
    /// Nothing more comes of this container.
    Over(usize),
}

pub struct Follower {
    pub server: Arc<Server>,
    pub which: usize,
    /// The path of the pod.
    pub path: String,
    pub uid: String,
    pub container: String,
    pub from: Str,
    pub tail: Tail,
    pub place: Place,
    pub said: Sender<Said>,
    /// The pods as they are looked for anyway, whoever has to wait.
    pub looked: watch::Receiver<Arc<[Pod]>>,
    pub opened: Instant,
    /// Why the log so far could not be read.
    pub unread: Option<Str>,
    /// So long the present state of the pod is taken for late.
    pub lag: Duration,
    /// Why nothing came, said once.
    pub told: String,
    /// The log so far is all told.
    pub caught: bool,
    /// This instance is over, and all that it said is told.
    pub read_out: bool,
    /// What the node said instead of the log. Its words have no time.
    pub excuse: Option<Str>,
    /// When the server ended the log, which it does when the container does.
    pub ended: Option<Instant>,
}

enum Step {
    /// Look at the pod again after this.
    Wait(Duration),
    /// Nothing can be read before the pod has changed.
    News,
    Over,
}

impl Follower {
    /// Follows until the container is over for good. An error is the server's.
    pub async fn run(mut self, pod: Pod) -> Result<()> {
        let result = self.tell_all(pod).await;
        self.caught().await;
        let _ = self.said.send(Said::Over(self.which)).await;
        result
    }

    async fn tell_all(&mut self, pod: Pod) -> Result<()> {
        if self.tail.previous || self.tail.head {
            return self.once().await;
        }
        let mut pod = Some(pod);
        let mut pause = PAUSE;
        loop {
            let found = match pod.take() {
                Some(pod) => Some(pod),
                None => self.look().await?,
            };
            let Some(seen) = found.filter(|pod| pod.metadata.uid == self.uid) else {
                return self.mark("gone").await;
            };
            match self.step(&seen, &mut pause).await? {
                Step::Over => return Ok(()),
                Step::Wait(time) => sleep(time).await,
                Step::News => pod = self.news().await,
            }
        }
    }

    /// The pod at the next look for all of them: one that waits costs no request of its own. None where it is gone.
    async fn news(&mut self) -> Option<Pod> {
        if self.looked.changed().await.is_err() {
            sleep(PAUSE).await;
        }
        let pods = self.looked.borrow_and_update().clone();
        pods.iter().find(|pod| pod.metadata.uid == self.uid).cloned()
    }

    async fn look(&self) -> Result<Option<Pod>> {
        match self.server.read(&Ask::new(self.path.as_str(), JSON)).await {
            Ok(pod) => Ok(Some(pod)),
            Err(Error::Gone(_) | Error::Unserved(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads what this state of the pod lets read.
    async fn step(&mut self, pod: &Pod, pause: &mut Duration) -> Result<Step> {
        let status = pod.status(&self.container);
        if status.id.is_empty() {
            return self.wait(pod, &status).await;
        }
        let first = self.place.id.is_empty();
        if self.place.id != status.id {
            self.enter(&status).await?;
        } else if status.runs() && self.ended.is_some_and(|ended| ended.elapsed() < self.lag) {
            return Ok(Step::Wait(self.lag / GLANCES));
        }
        if !self.read_out {
            match self.read(first, status.runs()).await {
                Ok(()) => *pause = PAUSE,
                Err(error) => return self.refused(error, pause).await,
            }
        }
        match &status.state.terminated {
            None if status.runs() => Ok(Step::Wait(GLANCE)),
            Some(_) if pod.has_done(&self.container) => Ok(Step::Over),
            Some(end) if pod.has_ended(&self.container) => {
                self.mark(&format!("ended ({})", end.word())).await?;
                Ok(Step::Over)
            }
            Some(_) | None => Ok(Step::News),
        }
    }

    /// Goes on with another instance than the one before, which is read to its end.
    async fn enter(&mut self, status: &Container) -> Result<()> {
        if !self.place.id.is_empty() {
            self.catch_up(status).await?;
            let end = status.last_state.terminated.as_ref().or(status.state.terminated.as_ref());
            let end = end.map_or_else(|| "it is unknown how it ended".to_owned(), Terminated::word);
            self.mark(&format!("restarted ({end})")).await?;
        }
        self.place.id.clone_from(&status.id);
        self.told.clear();
        (self.read_out, self.ended, self.lag) = (false, None, LAG);
        Ok(())
    }

    async fn wait(&mut self, pod: &Pod, status: &Container) -> Result<Step> {
        if pod.is_over() {
            let why = if pod.status.reason.is_empty() { &pod.status.phase } else { &pod.status.reason };
            self.mark_unread(&format!("never started: {why}")).await?;
            return Ok(Step::Over);
        }
        self.mark_unread(&format!("waits: {}", status.wait())).await?;
        self.caught().await;
        Ok(Step::News)
    }

    /// A node that does not answer is no reason to end all other logs: the pod tells whether the server lives. A node
    /// that calls the question wrong, a first time or while the container waits, knows of it a moment earlier or later
    /// than the server.
    async fn refused(&mut self, error: Error, pause: &mut Duration) -> Result<Step> {
        let wrong = matches!(error, Error::Invalid(_));
        let early = wrong && *pause == PAUSE && !self.tail.once;
        match error {
            Error::Denied(_) | Error::Login { .. } => return Err(error),
            Error::Offline(text)
            | Error::Lost(text)
            | Error::Gone(text)
            | Error::Unserved(text)
            | Error::Conflict(text)
            | Error::Invalid(text)
            | Error::Unsupported(text) => {
                let waits = |pod: &Pod| wrong && pod.status(&self.container).state.waiting.is_some();
                if self.look().await?.is_some_and(|pod| !early && !waits(&pod)) {
                    self.mark_unread(&format!("cannot be read: {text}")).await?;
                }
            }
        }
        self.caught().await;
        let wait = *pause;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        Ok(Step::Wait(wait))
    }

    /// The part of a log that has an end.
    async fn once(&mut self) -> Result<()> {
        let mut ask = self.ask();
        if self.tail.previous {
            ask = self.window(ask.with("previous", "true"));
        }
        if self.tail.head {
            ask = ask.with("limitBytes", HEAD);
        }
        if self.place.time > 0 {
            return Ok(());
        }
        for _ in 0..TRIES {
            match self.server.ask(&ask).await {
                Ok(reply) => drop(self.pass_on(reply, None, true).await?),
                refused => return self.refuse(refused.map(drop)).await,
            }
            if self.excuse.is_none() || self.place.time > 0 {
                break;
            }
            sleep(PAUSE).await;
        }
        self.excuses().await
    }

    async fn refuse(&mut self, refused: Result<()>) -> Result<()> {
        match refused {
            Err(Error::Invalid(_) | Error::Gone(_)) if self.tail.previous => {
                self.unread = Some(arcstr::format!("{} has no log from before a restart", self.from));
                self.mark_once("there is no log from before a restart").await
            }
            Err(Error::Invalid(text) | Error::Gone(text)) => self.mark_unread(&text).await,
            Ok(()) | Err(_) => refused,
        }
    }

    async fn excuses(&mut self) -> Result<()> {
        match self.excuse.take() {
            Some(text) if self.place.time == 0 => self.mark_unread(&text).await,
            Some(text) => self.mark_once(&text).await,
            None => Ok(()),
        }
    }

    /// What was there before, to its end, then what comes.
    async fn read(&mut self, first: bool, runs: bool) -> Result<()> {
        if first && self.place.time == 0 {
            let reply = self.server.ask(&self.window(self.ask())).await?;
            self.pass_on(reply, None, true).await?;
        }
        if self.tail.once {
            self.excuses().await?;
        }
        self.caught().await;
        let (mut quiet, mut pace) = (true, Pace::default());
        while runs && quiet && !self.tail.once {
            let (ask, again) = self.resume(self.ask().with("follow", "true"));
            let reply = self.server.ask(&ask).await?;
            let begun = Instant::now();
            quiet = !self.pass_on(reply, again, false).await?;
            if quiet {
                pace.turn().await;
                continue;
            }
            // A server that ends the log of a container that runs on is asked less and less.
            self.lag = if begun.elapsed() < self.lag { (self.lag * 2).min(LONGEST_LAG) } else { LAG };
            self.ended = Some(Instant::now());
            sleep(GLANCE).await;
        }
        if !runs {
            let (ask, again) = self.resume(self.ask());
            let reply = self.server.ask(&ask).await?;
            self.read_out = self.pass_on(reply, again, true).await?;
        }
        self.excuses().await
    }

    /// The rest of an instance that is over.
    async fn catch_up(&mut self, status: &Container) -> Result<()> {
        let read = self.read_out || self.ended.is_some();
        let missed = |end: &&Terminated| !read || end.id != self.place.id;
        let Some(end) = status.last_state.terminated.as_ref().filter(missed) else { return Ok(()) };
        let (ask, again) = self.resume(self.ask().with("previous", "true"));
        let again = if end.id == self.place.id { again } else { None };
        match self.server.ask(&ask).await {
            Ok(reply) => {
                self.pass_on(reply, again, true).await?;
                self.excuses().await
            }
            Err(error @ (Error::Denied(_) | Error::Login { .. })) => Err(error),
            Err(_) => Ok(()),
        }
    }

    fn ask(&self) -> Ask {
        let ask = Ask::new(format!("{}/log", self.path), "text/plain, */*").plain();
        ask.with("container", &self.container).with("timestamps", "true")
    }

    /// As much as was asked for.
    fn window(&self, ask: Ask) -> Ask {
        let ask = match self.tail.lines {
            Some(lines) => ask.with("tailLines", &lines.to_string()),
            None => ask,
        };
        match self.tail.since {
            Some(secs) => ask.with("sinceSeconds", &(u64::from(secs) + self.opened.elapsed().as_secs()).to_string()),
            None => ask,
        }
    }

    fn resume(&self, ask: Ask) -> (Ask, Option<Again>) {
        match (self.place.second(), self.tail.since) {
            (Some(second), _) => (ask.with("sinceTime", &second), Some(self.place.again())),
            (None, Some(_)) => (self.window(ask), None),
            (None, None) => (ask, None),
        }
    }

    /// Passes a body on. False when it broke off, or was given up because nothing came. Half a line at the end of a log that is
    /// followed may be one that was cut: it is read again later.
    async fn pass_on(&mut self, mut reply: Reply, mut again: Option<Again>, whole: bool) -> Result<bool> {
        let mut lines = Lines::new(self.from.clone());
        loop {
            let mut out = Vec::new();
            let Some(first) = self.server.patiently(QUIET, reply.next()).await? else { return Ok(false) };
            let mut end = lines.take_in(first, &mut out);
            if end.is_none() && !whole {
                end = gather(&mut reply, &mut lines, &mut out).await;
            }
            if end == Some(true) && whole {
                lines.finish(&mut out);
            }
            self.excuse = out.iter().rfind(|line| line.time == 0).map(|line| line.text.clone()).or(self.excuse.take());
            out.retain(|line| line.time != 0);
            if let Some(again) = &mut again {
                out.retain(|line| again.is_new(line));
            }
            self.say(out).await;
            if let Some(ended) = end {
                return Ok(ended);
            }
        }
    }

    async fn say(&mut self, lines: Vec<LogLine>) {
        if lines.is_empty() {
            return;
        }
        lines.iter().filter(|line| !line.mark).for_each(|line| self.place.pass(line));
        let _ = self.said.send(Said::Lines(self.which, lines, self.place.clone())).await;
    }

    async fn caught(&mut self) {
        if !std::mem::replace(&mut self.caught, true) {
            let _ = self.said.send(Said::Caught(self.which, self.unread.take())).await;
        }
    }

    /// Says something about the log, at the time of its last line.
    async fn mark(&mut self, text: &str) -> Result<()> {
        let line = LogLine { time: self.place.time, from: self.from.clone(), text: text.into(), mark: true };
        self.say(vec![line]).await;
        Ok(())
    }

    /// The same where it is why there is nothing to read.
    async fn mark_unread(&mut self, text: &str) -> Result<()> {
        self.unread = Some(arcstr::format!("{} {text}", self.from));
        self.mark_once(text).await
    }

    async fn mark_once(&mut self, text: &str) -> Result<()> {
        if self.told == text {
            return Ok(());
        }
        text.clone_into(&mut self.told);
        self.mark(text).await
    }
}

/// Node and API server send each line by itself: whoever took each at once would wake up for each. So what follows within
/// a moment is taken with it. The end, if it came: true when it is one, false when the body broke off.
async fn gather(reply: &mut Reply, lines: &mut Lines, out: &mut Vec<LogLine>) -> Option<bool> {
    sleep(MOMENT).await;
    while out.len() < MANY {
        // What has arrived meanwhile passes through the connection's task, so it is not ready at the first look.
        let Ok(more) = timeout(BREATH, reply.next()).await else { return None };
        if let Some(end) = lines.take_in(more, out) {
            return Some(end);
        }
    }
    None
}
