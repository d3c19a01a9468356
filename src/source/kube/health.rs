//! Computes the health of an object of an unknown kind from the fields that most kinds have: conditions
//! (api-conventions.md, "Typical status properties"), a phase, a state.

use serde::Deserialize;

use crate::kinds::lens::or_default;
use crate::model::{Health, Value};

/// The fields of a status that are read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
    phase: Value,
    state: Value,
    health: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type")]
    name: String,
    status: String,
}

/// Conditions that are true if the object is well. The first one that is present decides.
const WELL: [&str; 10] = [
    "Ready",
    "Available",
    "Healthy",
    "Established",
    "Programmed",
    "Accepted",
    "Approved",
    "Synced",
    "Reconciled",
    "Initialized",
];

/// Conditions that mean, if they are true, that the object has finished.
const OVER: [&str; 3] = ["Succeeded", "Complete", "Completed"];

/// Conditions that are true while something is in progress.
const MOVING: [&str; 4] = ["Progressing", "Reconciling", "Updating", "Upgrading"];

/// The health for a status in JSON; `Unknown` if the status has nothing that is understood.
pub fn of(status: &str) -> Health {
    let status: Status = serde_json::from_str(status).unwrap_or_default();
    by_conditions(&status.conditions).or_else(|| by_words(&status)).unwrap_or_default()
}

fn by_conditions(conditions: &[Condition]) -> Option<Health> {
    let status = |name: &str| conditions.iter().find(|c| c.name == name).map(|c| c.status.as_str());
    let is_true = |name: &&str| status(name) == Some("True");
    if ["Failed", "Stalled"].iter().any(is_true) {
        return Some(Health::Bad);
    }
    let moving = MOVING.iter().any(is_true);
    if let Some(well) = WELL.iter().find_map(|name| status(name)) {
        return Some(match well {
            "True" if status("Degraded") == Some("True") => Health::Warn,
            "True" => Health::Good,
            "False" if !moving => Health::Warn,
            _ => Health::Progress,
        });
    }
    match OVER.iter().find_map(|name| status(name)) {
        Some("True") => Some(Health::Done),
        Some("False") if !moving => Some(Health::Bad),
        Some(_) => Some(Health::Progress),
        None => moving.then_some(Health::Progress),
    }
}

fn by_words(status: &Status) -> Option<Health> {
    let health = status.health.get("status").unwrap_or(&status.health);
    [&status.phase, &status.state, health].into_iter().find_map(|word| by_word(word.as_str()?))
}

fn by_word(word: &str) -> Option<Health> {
    match word.to_ascii_lowercase().as_str() {
        "active" | "available" | "bound" | "deployed" | "enabled" | "established" | "healthy" | "online" | "ready"
        | "running" | "synced" | "valid" => Some(Health::Good),
        "complete" | "completed" | "finished" | "processed" | "succeeded" | "success" => Some(Health::Done),
        "creating" | "initializing" | "new" | "pending" | "progressing" | "provisioning" | "scheduled" | "starting"
        | "updating" | "waiting" => Some(Health::Progress),
        "degraded" | "missing" | "released" | "suspended" | "warning" => Some(Health::Warn),
        "error" | "failed" | "failure" | "invalid" | "lost" | "partiallyfailed" | "unhealthy" => Some(Health::Bad),
        "deleting" | "terminating" => Some(Health::Leaving),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_is_read_from_what_objects_say_of_themselves() {
        for (status, health) in [
            (r#"{"conditions":[{"type":"Ready","status":"True"}]}"#, Health::Good),
            (r#"{"conditions":[{"type":"Ready","status":"False"}]}"#, Health::Warn),
            (r#"{"conditions":[{"type":"Ready","status":"Unknown"}]}"#, Health::Progress),
            (
                r#"{"conditions":[{"type":"Ready","status":"False"},{"type":"Reconciling","status":"True"}]}"#,
                Health::Progress,
            ),
            (r#"{"conditions":[{"type":"Ready","status":"True"},{"type":"Failed","status":"True"}]}"#, Health::Bad),
            (r#"{"conditions":[{"type":"Succeeded","status":"True"}]}"#, Health::Done),
            (r#"{"conditions":[{"type":"Succeeded","status":"False"}]}"#, Health::Bad),
            (r#"{"phase":"Bound"}"#, Health::Good),
            (r#"{"phase":"Failed","conditions":null}"#, Health::Bad),
            (r#"{"health":{"status":"Progressing"}}"#, Health::Progress),
            (r#"{"phase":7}"#, Health::Unknown),
            (r#"{"conditions":"none"}"#, Health::Unknown),
            (r#""fine""#, Health::Unknown),
        ] {
            assert_eq!(of(status), health, "{status}");
        }
    }
}
