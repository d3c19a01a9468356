//! What is done here because bollard cannot do it as well. Each of these fails as soon as it can: then our own code may
//! go.

use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error as Failure;
use bollard::query_parameters::{
    DataUsageOptions, EventsOptions, ListContainersOptions, LogsOptions, LogsOptionsBuilder, StatsOptions,
};
use futures::StreamExt;
use serde_json::json;

use super::canned::Canned;
use crate::source::docker::client::client;
use crate::source::docker::endpoint::Endpoint;
use crate::source::docker::line::Line;

fn docker(canned: &Canned) -> Docker {
    let host = format!("unix://{}", canned.socket.display());
    client(&Line::new(Endpoint::new("canned", &host, "test")), Duration::from_secs(5)).unwrap()
}

/// Names and paths of an engine's own version stand in none: it answers in its newest schema.
#[test]
fn its_minor_version_stays_until_0_22_was_looked_at() {
    let lock = include_str!("../../../../Cargo.lock");
    let pinned = lock.contains("name = \"bollard\"\nversion = \"0.21.");
    assert!(pinned, "0.22 reads contexts, sends versioned paths and needs `negotiate_version` for old engines");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_unknown_word_loses_a_whole_list() {
    let canned = Canned::start("bollard-lists");
    canned.answer("/containers/json", 200, json!([{"Id": "a1", "State": "running"}, {"Id": "b2", "State": "napping"}]));
    let listed = docker(&canned).list_containers(None::<ListContainersOptions>).await;
    assert!(matches!(listed, Err(Failure::JsonDataError { .. })), "{listed:?}");
    assert_eq!(*canned.asked.lock().unwrap(), ["GET /containers/json"], "no version stands in the path");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_odd_event_ends_all_events() {
    let canned = Canned::start("bollard-events");
    let docker = docker(&canned);
    let mut events = Box::pin(docker.events(None::<EventsOptions>));
    assert!(futures::poll!(events.next()).is_pending());
    while canned.asked.lock().unwrap().is_empty() {
        assert!(futures::poll!(events.next()).is_pending());
        tokio::task::yield_now().await;
    }
    canned.say(r#"{"Type": "sandbox", "Action": "start", "Actor": {"ID": "s1"}}"#);
    canned.happen("container", "start", "a1");
    assert!(events.next().await.is_some_and(|event| event.is_err()));
    assert!(events.next().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_odd_field_loses_a_measurement() {
    let canned = Canned::start("bollard-stats");
    canned.answer("/containers/a1/stats", 200, json!({"id": "a1", "memory_stats": {"usage": 5, "limit": "none"}}));
    let options = StatsOptions { stream: false, one_shot: true };
    let measured = docker(&canned).stats("a1", Some(options)).boxed().next().await;
    assert!(measured.is_some_and(|measured| measured.is_err()));
}

/// All that it takes a log for.
async fn told(log: &str) -> Vec<u8> {
    let canned = Canned::start("bollard-logs");
    canned.answer("/containers/a1/logs", 200, log);
    let docker = docker(&canned);
    let said = docker.logs("a1", None::<LogsOptions>).filter_map(async |piece| Some(piece.ok()?.into_bytes()));
    said.collect::<Vec<_>>().await.concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_terminal_writes_is_taken_for_frames() {
    let written = "\u{1}\0\0\0\0\0\0\u{5}hello\n";
    assert_ne!(told(written).await, written.as_bytes(), "terminals can be its own");
    assert_eq!(told("\u{3}\0\0\0\0\0\0\u{5}oops\n").await.len(), 13, "frames of the engine's own errors are read");
}

/// The types are what is tested: an engine takes nanoseconds.
#[test]
fn its_logs_begin_and_end_at_whole_seconds() {
    let _: [fn(LogsOptionsBuilder, i32) -> LogsOptionsBuilder; 2] =
        [LogsOptionsBuilder::since, LogsOptionsBuilder::until];
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_usage_of_older_engines_is_not_read() {
    let canned = Canned::start("bollard-df");
    canned.answer("/system/df", 200, json!({"LayersSize": 4711, "Images": [], "Containers": [], "Volumes": []}));
    let usage = docker(&canned).df(None::<DataUsageOptions>).await.unwrap();
    assert!(usage.image_usage.is_none() && !format!("{usage:?}").contains("4711"), "{usage:?}");
}
