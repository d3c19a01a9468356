//! Follows the logs of containers and merges them.

mod follow;
mod pod;
mod position;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use self::follow::{Follower, Progress, Said, SoFar};
use self::pod::{Pod, PodList};
use self::position::Positions;
use super::ask::{self, Ask, JSON};
use super::server::Server;
use crate::kinds;
use crate::model::{Delta, End, Error, Id, KindRef, LogLine, Pods, Result, Scope, Str, Tail, Version};
use crate::source::lines;
use crate::source::out::Out;

/// The logs that are wanted.
pub struct Wanted {
    pub pods: Pods,
    pub container: Str,
    pub tail: Tail,
}

/// The time between two looks for new pods.
const LOOK: Duration = Duration::from_secs(2);
/// The most batches of lines that wait. Followers that have more lines wait.
const WAITING: usize = 8;
/// The longest time for which lines are held back to be merged. Logs that arrive later are not merged: their lines are
/// sent when they arrive.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most lines that are held back to be merged.
const MERGED: usize = 200_000;
/// The most containers that are followed at the same time.
const MOST: usize = 256;

/// Answers `Query::Logs` until the stream is dropped. It sends `Done` when all containers of a named pod have ended for
/// good. With `once` it ends after the present lines.
pub async fn run(server: Arc<Server>, wanted: Wanted, since: Option<Version>, out: &mut Out) -> Result<()> {
    let (sender, receiver) = channel(WAITING);
    let positions = since.as_deref().map(position::read);
    if positions.is_none() {
        out.say(Delta::Reset);
    }
    let mut merge = Merge {
        server,
        wanted,
        started: positions.is_some(),
        positions: positions.unwrap_or_default(),
        count: 0,
        followed: HashMap::new(),
        over: HashSet::new(),
        unread: Vec::new(),
        told: false,
        done: false,
        behind: HashSet::new(),
        held: None,
        opened: Instant::now(),
        crowded: false,
        looked: watch::Sender::new(Arc::default()),
    };
    merge.run(sender, receiver, out).await
}

type Followers = FuturesUnordered<BoxFuture<'static, Result<()>>>;

struct Merge {
    server: Arc<Server>,
    wanted: Wanted,
    /// Whether the first containers are known. Further ones have joined later.
    started: bool,
    positions: Positions,
    /// The number of containers that were followed so far. It numbers them.
    count: usize,
    /// The keys of the containers that are followed, by their numbers.
    followed: HashMap<usize, String>,
    /// The containers whose logs have ended. They are remembered while their pods exist.
    over: HashSet<String>,
    /// Why the log could not be read, for each container whose log could not be read.
    unread: Vec<Str>,
    /// Whether a line of any container was sent.
    told: bool,
    /// Whether `Done` was sent.
    done: bool,
    /// The containers whose present log has not fully arrived.
    behind: HashSet<usize>,
    /// The lines that are held back to be merged by time. `None` if lines are sent as they arrive.
    held: Option<Vec<LogLine>>,
    opened: Instant,
    crowded: bool,
    /// The pods that the last look found, for followers whose container has to wait.
    looked: watch::Sender<Arc<[Pod]>>,
}

impl Merge {
    async fn run(&mut self, sender: Sender<Said>, mut receiver: Receiver<Said>, out: &mut Out) -> Result<()> {
        let mut followers = Followers::new();
        // The first containers are known already if an answer is resumed.
        let resumed = self.started;
        let pods = self.look().await?;
        if pods.is_empty() && !self.wanted.pods.name.is_empty() && !resumed {
            return Err(Error::Gone(format!(
                "there is no pod {}/{}",
                self.wanted.pods.namespace, self.wanted.pods.name
            )));
        }
        if !resumed {
            self.must_have_container(&pods)?;
        }
        self.join(pods, &sender, &mut followers, out);
        self.held = (self.followed.len() > 1 && !resumed).then(Vec::new);
        if self.followed.is_empty() || resumed {
            self.settle(out);
        }
        out.flush().await;
        let mut ticks = ticks();
        // A look runs beside the lines, so that a slow list of pods delays no line.
        let mut looks = FuturesUnordered::new();
        let follows = !self.wanted.tail.previous && !self.wanted.tail.head;
        loop {
            if self.is_told(out) {
                out.flush().await;
                return Ok(());
            }
            let patience = tokio::time::sleep_until(self.opened + PATIENCE);
            tokio::select! {
                Some(said) = receiver.recv() => self.take(said, out),
                Some(ended) = followers.next(), if !followers.is_empty() => ended?,
                () = patience, if self.held.is_some() && !self.wanted.tail.once => self.settle(out),
                _ = ticks.tick(), if follows && looks.is_empty() => looks.push(self.look()),
                Some(pods) = looks.next(), if !looks.is_empty() => self.join(pods?, &sender, &mut followers, out),
            }
            out.flush().await;
        }
    }

    /// Sends `Done` once, with the reason if no line was sent. True if the answer ends with it.
    fn is_told(&mut self, out: &mut Out) -> bool {
        let Pods { name, labels, .. } = &self.wanted.pods;
        let once = self.wanted.tail.once && self.behind.is_empty();
        // A selector may match other pods later. The containers of a named pod are all known.
        let over = self.followed.is_empty() && !name.is_empty();
        if !once && (!over || self.done) {
            return false;
        }
        self.done = true;
        let why = match () {
            () if self.told => String::new(),
            () if self.count == 0 && name.is_empty() => format!("there is no pod with {labels}"),
            () => self.unread.join("; "),
        };
        out.say(Delta::Done(End::Closed(why)));
        once
    }

    /// Fails if no pod has the container, unless the container may join later.
    fn must_have_container(&self, pods: &[Pod]) -> Result<()> {
        let wanted = &self.wanted.container;
        let mut names: Vec<&str> = pods.iter().flat_map(Pod::containers).collect();
        if wanted.is_empty() || names.is_empty() || names.contains(&wanted.as_str()) {
            return Ok(());
        }
        names.sort_unstable();
        names.dedup();
        let pod = &pods[0].metadata.name;
        Err(Error::Gone(format!("{pod} has no container '{wanted}'; it has: {}", names.join(", "))))
    }

    /// Looks for the pods that match now.
    fn look(&self) -> impl Future<Output = Result<Vec<Pod>>> + Send + use<> {
        let (server, wanted, path) = (self.server.clone(), self.wanted.pods.clone(), self.path(&self.wanted.pods.name));
        async move {
            let Pods { namespace, name, labels } = wanted;
            if name.is_empty() {
                let kind = pods()?;
                let list: PodList =
                    server.read(&Ask::list(&kind, &Scope::namespace(namespace).labels(labels), JSON)).await?;
                return Ok(list.items);
            }
            match server.read(&Ask::new(path?, JSON)).await {
                Ok(pod) => Ok(vec![pod]),
                Err(Error::Gone(_) | Error::Unserved(_)) => Ok(Vec::new()),
                Err(error) => Err(error),
            }
        }
    }

    fn path(&self, name: &str) -> Result<String> {
        ask::object(&Id::new(self.server.at, pods()?, self.wanted.pods.namespace.clone(), name))
    }

    /// Starts to follow the containers that are not followed yet.
    fn join(&mut self, mut pods: Vec<Pod>, sender: &Sender<Said>, followers: &mut Followers, out: &mut Out) {
        pods.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
        self.forget_gone(&pods);
        self.looked.send_replace(pods.clone().into());
        for pod in pods {
            let wanted = |name: &&str| self.wanted.container.is_empty() || self.wanted.container == **name;
            let names: Vec<String> = pod.containers().filter(wanted).map(str::to_owned).collect();
            for name in names {
                let key = format!("{}/{name}", pod.metadata.uid);
                let known = self.over.contains(&key) || self.followed.values().any(|followed| *followed == key);
                if known || self.is_full(out) {
                    continue;
                }
                let follower = self.follower(&pod, name, &key, sender);
                if self.started && !self.positions.contains_key(&key) {
                    out.say(Delta::Lines(vec![mark(&follower.from, "joined")]));
                }
                self.positions.entry(key.clone()).or_default();
                self.done = false;
                self.behind.insert(self.count);
                self.followed.insert(self.count, key);
                self.count += 1;
                followers.push(follower.run(pod.clone()).boxed());
            }
        }
        self.started = true;
    }

    /// Forgets the containers of pods that are gone. Their uids never return.
    fn forget_gone(&mut self, pods: &[Pod]) {
        let uids: HashSet<&str> = pods.iter().map(|pod| pod.metadata.uid.as_str()).collect();
        let is_there = |key: &str| key.split_once('/').is_some_and(|(uid, _)| uids.contains(uid));
        self.over.retain(|key| is_there(key));
        let followed: HashSet<&String> = self.followed.values().collect();
        self.positions.retain(|key, _| is_there(key) || followed.contains(key));
    }

    fn is_full(&mut self, out: &mut Out) -> bool {
        let full = self.followed.len() >= MOST;
        if !full {
            self.crowded = false;
        } else if !std::mem::replace(&mut self.crowded, true) {
            let text = format!("following {MOST} containers; the others start when one of these ends");
            out.say(Delta::Lines(vec![mark(&Str::new(), &text)]));
        }
        full
    }

    fn follower(&self, pod: &Pod, container: String, key: &str, sender: &Sender<Said>) -> Follower {
        let known = self.positions.get(key).cloned();
        // The log of a container that joined later is read from its start.
        let later = self.started && known.is_none();
        let tail = if later { Tail { lines: None, since: None, ..self.wanted.tail } } else { self.wanted.tail };
        Follower {
            server: self.server.clone(),
            which: self.count,
            path: self.path(&pod.metadata.name).unwrap_or_default(),
            uid: pod.metadata.uid.clone(),
            from: arcstr::format!("{}/{container}", pod.metadata.name),
            container,
            tail,
            position: known.unwrap_or_default(),
            said: sender.clone(),
            looked: self.looked.subscribe(),
            opened: self.opened,
            lag: follow::LAG,
            told: String::new(),
            so_far: SoFar::Pending(None),
            progress: Progress::Open,
            excuse: None,
        }
    }

    fn take(&mut self, said: Said, out: &mut Out) {
        match said {
            Said::Lines(which, lines, position) => {
                if let Some(key) = self.followed.get(&which) {
                    self.positions.insert(key.clone(), position);
                }
                self.told |= lines.iter().any(|line| !line.mark);
                let Some(held) = &mut self.held else { return self.tell(lines, out) };
                held.extend(lines);
                if held.len() > MERGED {
                    self.settle(out);
                }
            }
            Said::Caught(which, unread) => {
                self.unread.extend(unread.filter(|_| !self.told));
                if self.behind.remove(&which) && self.behind.is_empty() {
                    self.settle(out);
                }
            }
            Said::Over(which) => self.over.extend(self.followed.remove(&which)),
        }
    }

    /// Sends the lines that were held back, sorted by time.
    fn settle(&mut self, out: &mut Out) {
        let mut held = self.held.take().unwrap_or_default();
        // A remark about a container without lines has no time. It goes to the end.
        held.sort_by_key(|line| if line.mark && line.time == 0 { i64::MAX } else { line.time });
        self.tell(held, out);
        out.say(Delta::Ready);
    }

    fn tell(&self, lines: Vec<LogLine>, out: &mut Out) {
        if lines.is_empty() {
            return;
        }
        lines::say(lines, out);
        out.say(Delta::Mark(position::write(&self.positions)));
    }
}

fn pods() -> Result<KindRef> {
    kinds::named("pods").ok_or_else(|| Error::Unsupported("pods are not available here".to_owned()))
}

fn mark(from: &Str, text: &str) -> LogLine {
    LogLine { time: 0, from: from.clone(), text: text.into(), mark: true }
}

fn ticks() -> Interval {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
