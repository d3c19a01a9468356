//! The logs of a container, or of all containers of a project: the lines so far, merged by time, and then new lines,
//! also of containers that start again.

mod follow;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::stream::{self, SelectAll, StreamExt};

use self::follow::{LogStart, Said, follow, past};
use super::engine::Engine;
use super::events::{Event, Events};
use super::list::CONTAINERS;
use super::wire;
use crate::kinds::docker::facts::fits;
use crate::model::{Delta, End, Error, LogLine, Pods, Result, Str, Tail, Value, Version};
use crate::source::lines::say;
use crate::source::out::Out;

/// The most logs that are read at the same time.
const AT_ONCE: usize = 8;
/// The most containers that are followed at the same time.
const MOST: usize = 128;

/// A container whose log is wanted.
#[derive(Clone, Debug)]
pub struct LogSource {
    pub id: String,
    pub name: Str,
    pub tty: bool,
    runs: bool,
    /// When the present run began, in nanoseconds since 1970.
    started: i64,
}

/// The time of the last line of each container, by its id.
type Last = HashMap<String, i64>;

/// Answers `Query::Logs` until the stream is dropped. It sends `Done` if a named container does not run, and at the end
/// of each of its runs, where `docker logs --follow` would end. Later lines are sent nevertheless.
pub async fn run(engine: Arc<Engine>, pods: Pods, tail: Tail, since: Option<Version>, out: &mut Out) -> Result<()> {
    let mut events = Events::open(&engine, &["container"]).await?;
    let sources = look(&engine, &pods).await?;
    if sources.is_empty() && !pods.name.is_empty() {
        return Err(Error::Gone(format!("there is no container {}", pods.name)));
    }
    let last = match since {
        Some(since) => resumed(&since),
        None => past_of(&engine, &sources, tail, out).await?,
    };
    out.say(Delta::Ready);
    out.flush().await;
    if tail.once {
        return Ok(());
    }
    if tail.head || tail.previous {
        return std::future::pending().await;
    }
    if !pods.name.is_empty() && sources.iter().all(|source| !source.runs) {
        out.say(Delta::Done(End::Closed(String::new())));
        out.flush().await;
    }
    let (running, names) = (HashSet::new(), HashMap::new());
    let mut run = Run { engine, pods, last, running, names, all: SelectAll::new() };
    run.join(sources.into_iter().filter(|source| source.runs));
    loop {
        tokio::select! {
            Some((source, said)) = run.all.next(), if !run.all.is_empty() => run.take(&source, said, out).await?,
            happened = events.next() => run.happened(happened?, out).await?,
        }
        out.flush().await;
    }
}

/// Sends the lines that the logs have so far, merged by time.
async fn past_of(engine: &Arc<Engine>, sources: &[LogSource], tail: Tail, out: &mut Out) -> Result<Last> {
    out.say(Delta::Reset);
    let mut last = Last::new();
    let mut lines = Vec::new();
    let mut reads = stream::iter(sources.to_vec()).map(|source| past(engine.clone(), source, tail)).buffered(AT_ONCE);
    while let Some((id, read)) = reads.next().await {
        let read = read?;
        last.insert(id, read.iter().map(|line| line.time).max().unwrap_or(0));
        lines.extend(read);
    }
    drop(reads);
    if sources.len() > 1 {
        lines.sort_by_key(|line: &LogLine| line.time);
    }
    say(lines, out);
    mark(&last, out);
    Ok(last)
}

/// Sends the mark from which a stream that was cut can resume: `c1f88fd28c67=1767225600000000001 ...`.
fn mark(last: &Last, out: &mut Out) {
    let places: Vec<String> = last.iter().map(|(id, time)| format!("{id}={time}")).collect();
    out.say(Delta::Mark(places.join(" ").into()));
}

fn resumed(mark: &str) -> Last {
    let place = |word: &str| {
        let (id, time) = word.split_once('=')?;
        Some((id.to_owned(), time.parse().ok()?))
    };
    mark.split(' ').filter_map(place).collect()
}

struct Run {
    engine: Arc<Engine>,
    pods: Pods,
    /// The time of the last line of each container, from which reading resumes.
    last: Last,
    running: HashSet<String>,
    /// The names of the containers that have run, by their ids.
    names: HashMap<String, Str>,
    all: SelectAll<stream::BoxStream<'static, (LogSource, Result<Said>)>>,
}

impl Run {
    fn join(&mut self, sources: impl Iterator<Item = LogSource>) {
        for source in sources {
            if self.running.len() < MOST && self.running.insert(source.id.clone()) {
                let since = self.last.get(&source.id).copied().unwrap_or(0);
                let part = LogStart { since, tty: source.tty };
                let said = follow(self.engine.clone(), source.id.clone(), source.name.clone(), part);
                self.names.insert(source.id.clone(), source.name.clone());
                self.all.push(said.map(move |said| (source.clone(), said)).boxed());
            }
        }
    }

    /// Reports the ends of containers, and follows those that start.
    async fn happened(&mut self, events: Vec<Event>, out: &mut Out) -> Result<()> {
        for event in events.iter().filter(|event| event.action == "die") {
            let Some(from) = self.names.get(&event.actor.id).cloned() else { continue };
            let time = self.last.get(&event.actor.id).copied().unwrap_or(0);
            let text = Str::from("the container stopped; the log continues when it starts again");
            out.say(Delta::Lines(vec![LogLine { time, from, text, mark: true }]));
        }
        let removed = events.iter().any(|event| event.action == "destroy") && !self.pods.name.is_empty();
        if removed && look(&self.engine, &self.pods).await?.is_empty() {
            return Err(Error::Gone(format!("the container {} was removed", self.pods.name)));
        }
        if events.iter().any(|event| event.action == "start") {
            let sources = look(&self.engine, &self.pods).await?;
            self.join(sources.into_iter().filter(|source| source.runs));
        }
        Ok(())
    }

    async fn take(&mut self, source: &LogSource, said: Result<Said>, out: &mut Out) -> Result<()> {
        match said? {
            Said::Lines(lines) => {
                let last = self.last.entry(source.id.clone()).or_default();
                *last = lines.iter().map(|line| line.time).fold(*last, i64::max);
                say(lines, out);
                mark(&self.last, out);
            }
            Said::Ended => {
                self.running.remove(&source.id);
                // A container that restarts may run again by now. If the engine goes away, its logs end too; then this
                // look fails.
                let again = look(&self.engine, &self.pods).await?;
                let same = |other: &LogSource| other.id == source.id && other.runs && other.started == source.started;
                if !self.pods.name.is_empty() && !again.iter().any(same) {
                    out.say(Delta::Done(End::Closed(String::new())));
                }
                self.join(again.into_iter().filter(|other| other.id == source.id && other.runs));
            }
        }
        Ok(())
    }
}

/// The containers that are meant, each with the settings of its output.
async fn look(engine: &Engine, pods: &Pods) -> Result<Vec<LogSource>> {
    let all = engine.containers(CONTAINERS).await?;
    let meant = all.into_iter().filter(|container| match pods.name.is_empty() {
        true => fits(&pods.labels, &container.labels),
        false => container.name() == pods.name,
    });
    let mut sources = Vec::new();
    for container in meant {
        let body: Value = match engine.read(&format!("/containers/{}/json", wire::segment(&container.id)?)).await {
            Err(Error::Gone(_)) => continue,
            body => body?,
        };
        let started = body["State"]["StartedAt"].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
        sources.push(LogSource {
            name: container.name().into(),
            tty: body["Config"]["Tty"].as_bool().unwrap_or(false),
            // The list may be out of date.
            runs: body["State"]["Running"].as_bool().unwrap_or_else(|| container.runs()),
            started: started.and_then(|time| i64::try_from(time.as_nanosecond()).ok()).unwrap_or(0),
            id: container.id,
        });
    }
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(sources)
}
