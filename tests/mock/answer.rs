//! Which answer a request gets.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::stream;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::body::{self, Body};
use super::faults::{Door, Fault};
use super::{Mock, discovery, watch};

const PROTO: &str = "application/vnd.kubernetes.protobuf";
const JSON: &str = "application/json";

pub struct Answer {
    pub status: u16,
    pub kind: &'static str,
    pub retry_after: Option<u64>,
    /// Before anything is said.
    pub late: Duration,
    pub body: Body,
}

impl Answer {
    fn new(status: u16, kind: &'static str, body: Body) -> Self {
        Self { status, kind, retry_after: None, late: Duration::ZERO, body }
    }

    fn json(status: u16, body: &Value) -> Self {
        Self::new(status, JSON, body::whole(body.to_string()))
    }
}

impl Mock {
    pub(super) fn answer(&self, target: &str) -> Answer {
        super::locked(&self.0.asked).push((Instant::now(), target.to_owned()));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let door = door(path, query);
        let faults = door.map(|door| self.faults().take(door)).unwrap_or_default();
        let mut answer = self.sound(path, query, door);
        for fault in &faults {
            match fault {
                Fault::Refuse { code, retry_after } => {
                    answer = Answer::json(*code, &discovery::refusal(*code, "as asked for"));
                    answer.retry_after = *retry_after;
                }
                Fault::Late(late) => answer.late += *late,
                Fault::Paced { .. } | Fault::Cut { .. } => {}
            }
        }
        answer.body = body::spoilt(std::mem::replace(&mut answer.body, Box::pin(stream::empty())), &faults);
        answer
    }

    fn sound(&self, path: &str, query: &str, door: Option<Door>) -> Answer {
        if let Some(door) = door {
            return self.pods(query, door);
        }
        match path {
            "/api" => Answer::json(200, &discovery::core()),
            "/apis" => Answer::json(200, &discovery::others()),
            "/version" => Answer::json(200, &discovery::version()),
            "/api/v1/namespaces" => Answer::json(200, &discovery::namespaces()),
            "/mock/probes" => Answer::json(200, &self.told_probes()),
            "/mock/requests" => Answer::json(200, &json!(self.requests())),
            path if path.starts_with("/mock/rate/") => {
                let rate = path.rsplit('/').next().and_then(|rate| rate.parse().ok());
                self.0.rate.store(rate.unwrap_or_default(), Ordering::Relaxed);
                Answer::json(200, &json!(rate))
            }
            path if path.ends_with("/selfsubjectrulesreviews") => Answer::json(201, &discovery::rules()),
            _ => Answer::json(404, &discovery::refusal(404, "the server could not find the requested resource")),
        }
    }

    fn pods(&self, query: &str, door: Door) -> Answer {
        let census = self.world().census();
        let first = param(query, "continue").and_then(|text| text.parse().ok()).unwrap_or_default();
        let limit = param(query, "limit").and_then(|text| text.parse().ok());
        let body = match door {
            Door::Page | Door::List | Door::Any => body::list(&census, first, limit),
            Door::Watch => {
                let version = param(query, "resourceVersion").and_then(|text| text.parse().ok());
                watch::watch(self, version.unwrap_or(census.version))
            }
        };
        Answer::new(200, PROTO, body)
    }

    /// Without those about the mock itself.
    fn requests(&self) -> usize {
        self.asked().iter().filter(|(_, target)| !target.starts_with("/mock/")).count()
    }

    fn told_probes(&self) -> Value {
        self.probes().iter().map(|probe| json!([probe.restarts, probe.micros])).collect()
    }
}

fn door(path: &str, query: &str) -> Option<Door> {
    (path == "/api/v1/pods").then(|| match (param(query, "watch"), param(query, "limit")) {
        (Some(_), _) => Door::Watch,
        (None, Some(_)) => Door::Page,
        (None, None) => Door::List,
    })
}

fn param<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key).map(|(_, value)| value)
}
