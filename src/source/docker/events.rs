//! The events of an engine. They are opened before a list is requested, so that no change in between is lost.

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

/// The most bytes of one event.
const LONGEST: usize = 1 << 20;
/// The longest silence. An engine that hangs does not end its streams. If nothing was heard for this time, neither an
/// event nor any answer, the engine is asked whether it is there. While containers are measured, this never happens.
const QUIET: Duration = Duration::from_secs(2);
/// The longest time for that answer.
const ALIVE: Duration = Duration::from_secs(3);
/// The same for engines that may need a login first.
const ALIVE_FAR: Duration = Duration::from_secs(10);
/// How long a list may still show the former state. docker 20.10 reports that a container ended or was paused before
/// its lists show it.
const LAG: Duration = Duration::from_millis(300);
/// Events within this time are handled together.
const TOGETHER: Duration = Duration::from_millis(20);
/// If events do not end, those of this time are handled together, because each look costs the engine a list.
const APART: Duration = Duration::from_millis(250);

/// The fields `Type`, `Action` and `Actor`, which new engines send alone. Older engines send further fields, which are
/// not needed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Event {
    #[serde(deserialize_with = "said")]
    r#type: String,
    #[serde(deserialize_with = "said")]
    pub action: String,
    /// The object of the event. Its id is empty if the engine does not tell.
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
    /// Whether it may have changed something that a table shows. Most other events are those of health checks, three
    /// for each check.
    pub fn matters(&self) -> bool {
        const IDLE: [&str; 9] =
            ["exec_create", "exec_start", "exec_die", "exec_died", "exec", "top", "resize", "archive-path", "export"];
        let word = self.action.split(':').next().unwrap_or_default();
        !IDLE.contains(&word)
    }

    /// The container that it is about, if any. Events of a network name the container. If the start of a container
    /// fails, the only event is that it leaves its network.
    pub fn container(&self) -> Option<&str> {
        match self.r#type.as_str() {
            "network" => self.actor.attributes.get("container").map(String::as_str),
            _ => Some(&self.actor.id),
        }
    }

    /// The same event again, with a name of its own, if the list may have been late.
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
    /// The events that are reported again, and when.
    again: Option<(Instant, Vec<Event>)>,
    /// When events were last reported.
    told: Option<Instant>,
    _open: Open,
}

impl Events {
    /// Opens the events of objects of these types.
    pub async fn open(engine: &Engine, types: &[&str]) -> Result<Self> {
        let filters = serde_json::json!({"type": types}).to_string();
        let body = wire::follow(&engine.line, &format!("/events?filters={}", uri::escaped(&filters))).await?;
        let (line, open) = (engine.line.clone(), engine.line.endpoint.meter.open());
        Ok(Self { line, body, rest: Vec::new(), ready: VecDeque::new(), again: None, told: None, _open: open })
    }

    /// The next events that matter, those of one moment together. The end of the stream is an error, because later
    /// changes would be unknown.
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
            // Any answer shows that the engine is there.
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

    /// Takes in bytes. Each line is one event.
    fn feed(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let event = serde_json::from_slice::<Event>(&line).unwrap_or_default();
            self.ready.extend(Some(event).filter(Event::matters));
        }
    }
}
