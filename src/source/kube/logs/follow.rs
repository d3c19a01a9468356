//! Reads the log of one container: the log so far, then what it writes, over restarts.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::pod::{Container, Pod, Terminated};
use super::position::{Again, Position};
use crate::model::{Error, LogLine, Result, Str, Tail};
use crate::source::kube::ask::{Ask, JSON};
use crate::source::kube::server::{Reply, Server};
use crate::source::lines::Lines;
use crate::source::pause::Pace;

/// The longest silence of a log. After it the log is requested again.
const QUIET: Duration = Duration::from_secs(150);
/// How long the server may still report a container as running after it has ended. In this time an ended log is no
/// surprise.
pub const LAG: Duration = Duration::from_secs(3);
/// The longest value of that time. It grows if the server ends the log of a running container again and again.
const LONGEST_LAG: Duration = Duration::from_secs(60);
/// The number of looks at the pod within that time.
const GLANCES: u32 = 10;
const GLANCE: Duration = Duration::from_millis(300);
/// How many times a log request is retried while the node answers that the container is still changing.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// The number of bytes of the head of a log, as in k9s.
const HEAD: &str = "5000";

/// Lines that arrive within this time are passed on together.
const MOMENT: Duration = Duration::from_millis(6);
const BREATH: Duration = Duration::from_millis(1);
/// The most lines that are passed on together.
const MANY: usize = 2048;

/// What a follower reports. The number is that of its container.
pub enum Said {
    /// Lines, and the position up to which the log was read with them.
    Lines(usize, Vec<LogLine>, Position),
    /// The log so far was sent, or the reason why it could not be read.
    Caught(usize, Option<Str>),
    /// No more lines will come from this container.
    Over(usize),
}

pub struct Follower {
    pub server: Arc<Server>,
    pub which: usize,
    /// The path of the pod in the API.
    pub path: String,
    pub uid: String,
    pub container: String,
    pub from: Str,
    pub tail: Tail,
    pub position: Position,
    pub said: Sender<Said>,
    /// The result of the looks for all pods. A container that waits uses them instead of asking by itself.
    pub looked: watch::Receiver<Arc<[Pod]>>,
    pub opened: Instant,
    /// How long the state of the pod is assumed to be out of date.
    pub lag: Duration,
    /// The last remark, so that it is not repeated.
    pub told: String,
    pub so_far: SoFar,
    pub progress: Progress,
    /// What the node sent instead of the log. Such a text has no time.
    pub excuse: Option<Str>,
}

/// The lines that were there when the log was opened.
pub enum SoFar {
    /// They were not sent yet. The text says why they could not be read.
    Pending(Option<Str>),
    Sent,
}

/// How far the log of this instance of the container was read.
#[derive(Clone, Copy, PartialEq)]
pub enum Progress {
    Open,
    /// The server ended the log at this moment. It does so when the container ends.
    Ended(Instant),
    /// The instance has ended, and its log was read to the end.
    Complete,
}

enum Step {
    /// Look at the pod again after this time.
    Wait(Duration),
    /// Nothing can be read before the state of the pod changes.
    News,
    Over,
}

impl Follower {
    /// Follows until the container has ended for good. An error is one of the server, not of the container.
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

    /// The pod as the next look for all pods finds it, so that a waiting container costs no request of its own. `None`
    /// if the pod is gone.
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

    /// Reads the logs that exist in this state of the pod.
    async fn step(&mut self, pod: &Pod, pause: &mut Duration) -> Result<Step> {
        let status = pod.status(&self.container);
        if status.id.is_empty() {
            return self.wait(pod, &status).await;
        }
        let first = self.position.id.is_empty();
        if self.position.id != status.id {
            self.enter(&status).await?;
        } else if status.runs() && matches!(self.progress, Progress::Ended(at) if at.elapsed() < self.lag) {
            return Ok(Step::Wait(self.lag / GLANCES));
        }
        if self.progress != Progress::Complete {
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

    /// Continues with a new instance of the container, after the log of the earlier one was read to its end.
    async fn enter(&mut self, status: &Container) -> Result<()> {
        if !self.position.id.is_empty() {
            self.catch_up(status).await?;
            let end = status.last_state.terminated.as_ref().or(status.state.terminated.as_ref());
            let end = end.map_or_else(|| "it is unknown how it ended".to_owned(), Terminated::word);
            self.mark(&format!("restarted ({end})")).await?;
        }
        self.position.id.clone_from(&status.id);
        self.told.clear();
        (self.progress, self.lag) = (Progress::Open, LAG);
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

    /// Handles a refused log request. A node that does not answer must not end the other logs; the request for the pod
    /// shows whether the server is alive. A node may also refuse because it learns about a container earlier or later
    /// than the server. So a request that is called invalid is repeated without a remark, once, and while the container
    /// waits.
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

    /// Reads a part of the log that has an end: its head, or the log of the previous instance.
    async fn once(&mut self) -> Result<()> {
        let mut ask = self.ask();
        if self.tail.previous {
            ask = self.window(ask.with("previous", "true"));
        }
        if self.tail.head {
            ask = ask.with("limitBytes", HEAD);
        }
        if self.position.time > 0 {
            return Ok(());
        }
        for _ in 0..TRIES {
            match self.server.ask(&ask).await {
                Ok(reply) => drop(self.pass_on(reply, None, true).await?),
                refused => return self.refuse(refused.map(drop)).await,
            }
            if self.excuse.is_none() || self.position.time > 0 {
                break;
            }
            sleep(PAUSE).await;
        }
        self.excuses().await
    }

    async fn refuse(&mut self, refused: Result<()>) -> Result<()> {
        match refused {
            Err(Error::Invalid(_) | Error::Gone(_)) if self.tail.previous => {
                self.miss("has no log from before a restart");
                self.mark_once("there is no log from before a restart").await
            }
            Err(Error::Invalid(text) | Error::Gone(text)) => self.mark_unread(&text).await,
            Ok(()) | Err(_) => refused,
        }
    }

    async fn excuses(&mut self) -> Result<()> {
        match self.excuse.take() {
            Some(text) if self.position.time == 0 => self.mark_unread(&text).await,
            Some(text) => self.mark_once(&text).await,
            None => Ok(()),
        }
    }

    /// Reads the log so far to its end, and then what the container writes.
    async fn read(&mut self, first: bool, runs: bool) -> Result<()> {
        if first && self.position.time == 0 {
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
            // If the server ends the log of a running container, it is asked less and less often.
            self.lag = if begun.elapsed() < self.lag { (self.lag * 2).min(LONGEST_LAG) } else { LAG };
            self.progress = Progress::Ended(Instant::now());
            sleep(GLANCE).await;
        }
        if !runs {
            let (ask, again) = self.resume(self.ask());
            let reply = self.server.ask(&ask).await?;
            if self.pass_on(reply, again, true).await? {
                self.progress = Progress::Complete;
            }
        }
        self.excuses().await
    }

    /// Reads the rest of the log of an instance that has ended.
    async fn catch_up(&mut self, status: &Container) -> Result<()> {
        let read = self.progress != Progress::Open;
        let missed = |end: &&Terminated| !read || end.id != self.position.id;
        let Some(end) = status.last_state.terminated.as_ref().filter(missed) else { return Ok(()) };
        let (ask, again) = self.resume(self.ask().with("previous", "true"));
        let again = if end.id == self.position.id { again } else { None };
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

    /// Adds the limits of the query: a number of lines, an age.
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
        match (self.position.second(), self.tail.since) {
            (Some(second), _) => (ask.with("sinceTime", &second), Some(self.position.again())),
            (None, Some(_)) => (self.window(ask), None),
            (None, None) => (ask, None),
        }
    }

    /// Passes a body on. False if it broke off or was silent for too long. A half line at the end of a log that is
    /// followed may be incomplete, so it is read again later.
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
        lines.iter().filter(|line| !line.mark).for_each(|line| self.position.pass(line));
        let _ = self.said.send(Said::Lines(self.which, lines, self.position.clone())).await;
    }

    async fn caught(&mut self) {
        if let SoFar::Pending(why) = std::mem::replace(&mut self.so_far, SoFar::Sent) {
            let _ = self.said.send(Said::Caught(self.which, why)).await;
        }
    }

    /// Adds a remark about the log, at the time of its last line.
    async fn mark(&mut self, text: &str) -> Result<()> {
        let line = LogLine { time: self.position.time, from: self.from.clone(), text: text.into(), mark: true };
        self.say(vec![line]).await;
        Ok(())
    }

    /// Adds a remark that says why the log cannot be read.
    async fn mark_unread(&mut self, text: &str) -> Result<()> {
        self.miss(text);
        self.mark_once(text).await
    }

    /// Notes why the log so far could not be read.
    fn miss(&mut self, why: &str) {
        if let SoFar::Pending(unread) = &mut self.so_far {
            *unread = Some(arcstr::format!("{} {why}", self.from));
        }
    }

    async fn mark_once(&mut self, text: &str) -> Result<()> {
        if self.told == text {
            return Ok(());
        }
        text.clone_into(&mut self.told);
        self.mark(text).await
    }
}

/// Reads more lines within a moment. The node and the server send each line by itself, and waking up for each line
/// would be expensive. Returns the end of the body, if it came: true if it is complete, false if it broke off.
async fn gather(reply: &mut Reply, lines: &mut Lines, out: &mut Vec<LogLine>) -> Option<bool> {
    sleep(MOMENT).await;
    while out.len() < MANY {
        // Bytes that have arrived pass through the task of the connection, so they are not ready at the first look.
        let Ok(more) = timeout(BREATH, reply.next()).await else { return None };
        if let Some(end) = lines.take_in(more, out) {
            return Some(end);
        }
    }
    None
}
