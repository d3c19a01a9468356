//! The engine's events, as they come. They begin before a list is asked for, so that nothing between is lost.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use http::Method;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde::Deserialize;
use tokio::time::{Instant, timeout_at};

use super::endpoint::Way;
use super::engine::Engine;
use super::line::Line;
use super::wire::{self, Ask};
use crate::kinds::docker::facts::{by_key, said};
use crate::model::{Error, Result};
use crate::source::meter::Open;
use crate::source::uri;

/// More of one event is no event.
const LONGEST: usize = 1 << 20;
/// An engine that hangs ends no stream. One of which nothing was heard for so long, no event and no answer to anybody's
/// question, is asked whether it is still there; who measures containers never comes to that.
const QUIET: Duration = Duration::from_secs(2);
/// So long may it take to say so.
const ALIVE: Duration = Duration::from_secs(3);
/// The same where a login may come first.
const ALIVE_FAR: Duration = Duration::from_secs(10);
/// A list may say for so long what was before: docker 20.10 tells that a container ended or was paused before it writes
/// that down where its lists look.
const LAG: Duration = Duration::from_millis(300);
/// What comes together is looked at together.
const TOGETHER: Duration = Duration::from_millis(20);
/// Where events do not end, so much of them is looked at together: each look costs the engine a list.
const APART: Duration = Duration::from_millis(250);

/// New engines say `Type`, `Action` and `Actor` only; the older words beside them are not needed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Event {
    #[serde(deserialize_with = "said")]
    r#type: String,
    #[serde(deserialize_with = "said")]
    pub action: String,
    /// What it happened to; nobody knows where an engine does not say.
    #[serde(deserialize_with = "said")]
    pub actor: Actor,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Actor {
    #[serde(rename = "ID", deserialize_with = "said")]
    pub id: String,
    #[serde(rename = "Attributes", deserialize_with = "by_key")]
    attributes: BTreeMap<String, String>,
}

impl Event {
    /// Whether it may have changed anything that a table shows: health checks alone make three of the others with
    /// each beat.
    pub fn matters(&self) -> bool {
        const IDLE: [&str; 9] =
            ["exec_create", "exec_start", "exec_die", "exec_died", "exec", "top", "resize", "archive-path", "export"];
        let word = self.action.split(':').next().unwrap_or_default();
        !IDLE.contains(&word)
    }

    /// The container that it is about; nothing where a network says that it is about none. Of a start that failed the
    /// container itself says nothing: it only leaves its network again.
    pub fn container(&self) -> Option<&str> {
        match self.r#type.as_str() {
            "network" => self.actor.attributes.get("container").map(String::as_str),
            _ => Some(&self.actor.id),
        }
    }

    /// The same once more, by a word of its own, where the list may be late.
    fn again(&self) -> Option<Self> {
        const LATE: [&str; 5] = ["start", "die", "pause", "unpause", "disconnect"];
        LATE.contains(&self.action.as_str()).then(|| Self { action: "again".to_owned(), ..self.clone() })
    }
}

pub struct Events {
    line: Line,
    body: Incoming,
    rest: Vec<u8>,
    ready: VecDeque<Event>,
    /// What is told once more, and when.
    again: Option<(Instant, Vec<Event>)>,
    /// When events were last told.
    told: Option<Instant>,
    _open: Open,
}

impl Events {
    /// Events of things of these types.
    pub async fn open(engine: &Engine, types: &[&str]) -> Result<Self> {
        let filters = serde_json::json!({"type": types}).to_string();
        let body = wire::follow(&engine.line, &format!("/events?filters={}", uri::escaped(&filters))).await?;
        let (line, open) = (engine.line.clone(), engine.line.endpoint.meter.open());
        Ok(Self { line, body, rest: Vec::new(), ready: VecDeque::new(), again: None, told: None, _open: open })
    }

    /// The next events that matter, those that come together at once. An end of the stream is an error: what
    /// happens from then on is not known.
    pub async fn next(&mut self) -> Result<Vec<Event>> {
        while self.ready.is_empty() {
            if let Some(events) = self.second_look() {
                return Ok(events);
            }
            let quiet = Instant::from_std(self.line.heard()) + QUIET;
            let due = self.again.as_ref().map_or(quiet, |(due, _)| quiet.min(*due));
            match timeout_at(due, self.chunk()).await {
                Ok(chunk) => chunk?,
                Err(_) if self.line.heard().elapsed() >= QUIET => self.ping().await?,
                Err(_) => {}
            }
        }
        let soon = Instant::now() + TOGETHER;
        let soon = tokio::time::sleep_until(self.told.map_or(soon, |told| soon.max(told + APART)));
        tokio::pin!(soon);
        loop {
            tokio::select! {
                () = &mut soon => break,
                chunk = self.chunk() => chunk?,
            }
        }
        let mut events = self.second_look().unwrap_or_default();
        let late: Vec<Event> = self.ready.iter().filter_map(Event::again).collect();
        if !late.is_empty() {
            self.again.get_or_insert_with(|| (Instant::now() + LAG, Vec::new())).1.extend(late);
        }
        events.extend(self.ready.drain(..));
        self.told = Some(Instant::now());
        Ok(events)
    }

    fn second_look(&mut self) -> Option<Vec<Event>> {
        self.again.take_if(|(due, _)| *due <= Instant::now()).map(|(_, events)| events)
    }

    async fn ping(&self) -> Result<()> {
        let patience = if matches!(self.line.endpoint.way, Way::Ssh(_)) { ALIVE_FAR } else { ALIVE };
        match wire::ask(&self.line, Ask::new(Method::GET, "/_ping").patience(patience)).await {
            Err(error @ (Error::Offline(_) | Error::Lost(_))) => Err(error),
            // Whatever it says, it is there.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn chunk(&mut self) -> Result<()> {
        let ended = || Error::Offline("the event stream of the engine ended".to_owned());
        let frame = self.body.frame().await.ok_or_else(ended)?.map_err(|_| ended())?;
        self.line.hear();
        if let Ok(bytes) = frame.into_data() {
            self.line.endpoint.meter.take(bytes.len());
            self.feed(&bytes);
        }
        if self.rest.len() > LONGEST { Err(ended()) } else { Ok(()) }
    }

    /// One event is one line.
    fn feed(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let event = serde_json::from_slice::<Event>(&line).unwrap_or_default();
            self.ready.extend(Some(event).filter(Event::matters));
        }
    }
}
