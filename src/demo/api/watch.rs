//! Watches: what happens from a version on, as a run of JSON lines.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use serde_json::{Value, json};
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep_until};

use super::Api;
use super::ask::{Ask, Shape};
use super::place::Place;
use super::reply::{self, Answer};
use super::select::Choice;
use super::table;
use crate::demo::refusal::Refusal;
use crate::demo::store::{Event, Happened};

/// Versions are told so often when nothing happens.
const BOOKMARK: Duration = Duration::from_secs(5);
/// The annotation of the bookmark after everything that was there at the start.
const INITIAL_END: &str = "k8s.io/initial-events-end";

pub fn open(api: &Arc<Api>, ask: &Ask, place: &Place) -> Answer {
    if place.resource.is_measured() {
        return Err(Refusal::method());
    }
    let (shape, choice) = (ask.shape()?, Choice::read(ask, place)?);
    let version = ask.param("resourceVersion").filter(|version| !version.is_empty() && *version != "0");
    let wrong = |text: &str| Refusal::bad(format!("Invalid value: {text:?}: must be a version of this server"));
    let version = version.map(|text| text.parse::<u64>().map_err(|_| wrong(text))).transpose()?;
    let initial = ask.is("sendInitialEvents");
    let seconds = ask.number("timeoutSeconds")?.and_then(|seconds| u64::try_from(seconds).ok());
    let mut watch = Watch {
        api: api.clone(),
        told: api.told(),
        place: place.clone(),
        choice,
        shape,
        version: version.unwrap_or_default(),
        told_columns: false,
        bookmarks: ask.is("allowWatchBookmarks"),
        bookmark: Instant::now() + BOOKMARK,
        end: seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds)),
        first: None,
        over: false,
    };
    if initial || version.is_none() {
        watch.first = Some(watch.everything(initial));
    }
    Ok(reply::stream(reply::JSON, stream::unfold(watch, Watch::next)))
}

struct Watch {
    api: Arc<Api>,
    told: Receiver<u64>,
    place: Place,
    choice: Choice,
    shape: Shape,
    /// Told up to here.
    version: u64,
    /// Columns come with the first event only.
    told_columns: bool,
    bookmarks: bool,
    bookmark: Instant,
    end: Option<Instant>,
    /// What was there at the start, for who asked for it.
    first: Option<Bytes>,
    over: bool,
}

/// What a change is to somebody who sees only what was chosen.
fn seen(event: &Event, choice: &Choice) -> Option<(&'static str, Arc<Value>)> {
    let before = event.before.as_ref().filter(|before| choice.takes(before));
    let after = Some(&event.object).filter(|object| event.happened != Happened::Deleted && choice.takes(object));
    match (before, after) {
        (None, None) => None,
        (None, Some(object)) => Some(("ADDED", object.clone())),
        (Some(_), Some(object)) => Some(("MODIFIED", object.clone())),
        (Some(_), None) if event.happened == Happened::Deleted => Some(("DELETED", event.object.clone())),
        // It left the selection: as it was, at the version at which it left.
        (Some(before), None) => {
            let mut last = Value::clone(before);
            last["metadata"]["resourceVersion"] = json!(event.version.to_string());
            Some(("DELETED", Arc::new(last)))
        }
    }
}

impl Watch {
    async fn next(mut self) -> Option<(Bytes, Self)> {
        if let Some(first) = self.first.take() {
            return Some((first, self));
        }
        while !self.over {
            self.told.borrow_and_update();
            if let Some(news) = self.news() {
                return Some((news, self));
            }
            let (bookmark, end) = (self.bookmarks.then_some(self.bookmark), self.end);
            tokio::select! {
                changed = self.told.changed() => self.over = changed.is_err(),
                () = at(bookmark) => {
                    let line = self.mark(false);
                    return Some((line, self));
                }
                () = at(end) => self.over = true,
            }
        }
        None
    }

    /// Everything that happened since, if that is still known.
    fn news(&mut self) -> Option<Bytes> {
        let (resource, namespace) = (self.place.resource, self.place.namespace.as_deref());
        let events = self.api.read(|cluster| {
            let mine = |event: &&Event| {
                event.key.resource == resource.id && namespace.is_none_or(|name| event.key.namespace == name)
            };
            let events = cluster.store.since(self.version)?;
            let seen = events.filter(mine).filter_map(|event| seen(event, &self.choice));
            Some((seen.collect::<Vec<_>>(), cluster.store.version()))
        });
        let Some((events, version)) = events else { return Some(self.expired()) };
        self.version = version;
        (!events.is_empty()).then(|| self.lines(&events))
    }

    fn lines(&mut self, events: &[(&'static str, Arc<Value>)]) -> Bytes {
        let now = self.api.read(|cluster| cluster.store.now);
        let mut out = Vec::new();
        for (kind, object) in events {
            let mut object = match self.shape {
                Shape::Whole => {
                    line(&mut out, kind, object);
                    continue;
                }
                Shape::Table(_) | Shape::Metadata => table::object(self.shape, self.place.resource, object, now),
            };
            self.columns_once(&mut object);
            line(&mut out, kind, &object);
        }
        out.into()
    }

    fn columns_once(&mut self, object: &mut Value) {
        let told = std::mem::replace(&mut self.told_columns, true);
        if told && matches!(self.shape, Shape::Table(_)) {
            object["columnDefinitions"] = Value::Null;
        }
    }

    /// All objects as they are now, and a word that this was all when it was asked for.
    fn everything(&mut self, marked: bool) -> Bytes {
        let (all, version) = self.api.read(|cluster| {
            let all =
                cluster.store.list(self.place.resource, self.place.namespace.as_deref()).map(|(_, object)| object);
            let chosen = all.filter(|object| self.choice.takes(object)).map(|object| ("ADDED", object.clone()));
            (chosen.collect::<Vec<_>>(), cluster.store.version())
        });
        self.version = version;
        let lines = self.lines(&all);
        match marked {
            true => [lines, self.mark(true)].concat().into(),
            false => lines,
        }
    }

    fn mark(&mut self, initial: bool) -> Bytes {
        self.bookmark = Instant::now() + BOOKMARK;
        let resource = self.place.resource;
        let mut meta = json!({"resourceVersion": self.version.to_string(), "creationTimestamp": null});
        if initial {
            meta["annotations"] = json!({INITIAL_END: "true"});
        }
        let object = json!({"kind": resource.kind, "apiVersion": resource.api_version(), "metadata": meta});
        let now = self.api.read(|cluster| cluster.store.now);
        let mut object = table::object(self.shape, resource, &object, now);
        self.columns_once(&mut object);
        let mut out = Vec::new();
        line(&mut out, "BOOKMARK", &object);
        out.into()
    }

    fn expired(&mut self) -> Bytes {
        self.over = true;
        let now = self.api.read(|cluster| cluster.store.version());
        let refusal = Refusal::expired(format!("too old resource version: {} ({now})", self.version));
        let mut out = Vec::new();
        line(&mut out, "ERROR", &refusal.status());
        out.into()
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

fn line(out: &mut Vec<u8>, kind: &str, object: &Value) {
    out.extend_from_slice(format!("{{\"type\":\"{kind}\",\"object\":").as_bytes());
    // A value always has a text, and a vector takes it.
    let _ = serde_json::to_writer(&mut *out, object);
    out.extend_from_slice(b"}\n");
}
