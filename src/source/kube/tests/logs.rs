//! Logs of pods that come, go, wait and end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::canned::*;
use crate::model::{Delta, End, Pods, Query, Result, SourceId, Tail};
use crate::source::Source;

/// How the container of a pod stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Waits,
    Runs,
    /// Ended for good, with its pod.
    Over,
    /// Ended, and started again after a while.
    Crashed,
}

fn pod(name: &str, state: State) -> Value {
    let (phase, at, id) = match state {
        State::Waits => ("Pending", json!({"waiting": {"reason": "ContainerCreating"}}), ""),
        State::Runs => ("Running", json!({"running": {}}), "c://1"),
        State::Over => ("Succeeded", json!({"terminated": {"exitCode": 0, "reason": "Completed"}}), "c://1"),
        State::Crashed => ("Running", json!({"terminated": {"exitCode": 1, "reason": "Error"}}), "c://1"),
    };
    json!({
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}")},
        "spec": {"containers": [{"name": "app"}], "restartPolicy": "Always"},
        "status": {"phase": phase, "containerStatuses": [{"name": "app", "containerID": id, "state": at}]},
    })
}

fn list(pods: &[Value]) -> Answer {
    Answer::new(JSON, json!({"items": pods}).to_string())
}

/// The pod whose log the server ends after a while.
const ENDS: &str = "web-007";

/// The one line of a pod, and then nothing more where it is followed.
fn log(url: &str) -> Answer {
    let pod = url.split('/').nth(6).unwrap_or_default();
    let again = url.contains("sinceTime");
    let line = if again { String::new() } else { format!("2026-01-31T12:00:00Z of {pod}\n") };
    let answer = Answer::new("text/plain", line);
    match url.contains("follow=true") {
        true if pod == ENDS => answer.then(Chunk::Wait(20_000)),
        true => answer.then(Chunk::Stall),
        false => answer,
    }
}

fn by_name(tail: Tail) -> Query {
    of(Pods { namespace: "shop".into(), name: "web".into(), labels: "".into() }, "", tail)
}

fn by_labels(tail: Tail) -> Query {
    of(Pods { namespace: "shop".into(), name: "".into(), labels: "app=web".into() }, "", tail)
}

fn of(pods: Pods, container: &str, tail: Tail) -> Query {
    Query::Logs { at: SourceId(0), pods, container: container.into(), tail }
}

/// What is told until nothing comes for `secs` seconds: texts, marks behind a rule, and how it ends.
async fn told(source: &impl Source, query: Query, secs: u64) -> Vec<String> {
    let mut stream = source.open(query, None);
    let mut all = Vec::new();
    while let Ok(Some(delta)) = timeout(Duration::from_secs(secs), stream.next()).await {
        all.extend(words(delta));
    }
    all
}

fn words(delta: Result<Delta>) -> Vec<String> {
    match delta {
        Ok(Delta::Lines(lines)) => {
            let mark = |mark: bool| if mark { "-- " } else { "" };
            lines.iter().map(|line| format!("{}{}", mark(line.mark), line.text)).collect()
        }
        Ok(Delta::Ready) => vec!["ready".to_owned()],
        Ok(Delta::Done(End::Closed(why))) => vec![format!("done {why}")],
        Ok(_) => Vec::new(),
        Err(error) => vec![format!("{}: {error}", error.word())],
    }
}

const ONCE: Tail = Tail { lines: None, since: None, previous: false, head: false, once: true };

/// One pod that is what `state` says, named `web`.
fn one_pod(state: State) -> impl Source {
    source_by(move |url| {
        Some(if url.contains("/log") { log(&url) } else { Answer::new(JSON, pod("web", state).to_string()) })
    })
}

/// A rollout that goes on: with each look another pod, which soon is over, and never two at a time.
#[tokio::test(start_paused = true)]
async fn pods_join_for_as_long_as_they_come() {
    const PODS: usize = 300;
    let count = AtomicUsize::new(0);
    let source = source_by(move |url| {
        if url.contains("/log") {
            return Some(log(&url));
        }
        if !url.contains("labelSelector") {
            let name = url.rsplit('/').next().unwrap_or_default().to_owned();
            return Some(Answer::new(JSON, pod(&name, State::Over).to_string()));
        }
        Some(list(&[pod(&format!("web-{}", count.fetch_add(1, Ordering::Relaxed)), State::Over)]))
    });
    let mut stream = source.open(by_labels(Tail::default()), None);
    let mut told = Vec::new();
    while told.iter().filter(|text: &&String| text.starts_with("of ")).count() < PODS {
        match timeout(Duration::from_secs(30), stream.next()).await {
            Ok(Some(delta)) => told.extend(words(delta)),
            Ok(None) | Err(_) => panic!("after {} lines nothing comes: {:?}", told.len(), told.last()),
        }
    }
    assert!((0..PODS).all(|n| told.contains(&format!("of web-{n}"))));
    assert!(!told.iter().any(|text| text.contains("following")));
}

/// One more than are followed at the same time; one of them ends.
#[tokio::test(start_paused = true)]
async fn who_found_no_room_joins_when_there_is_some() {
    let ended = Arc::new(Mutex::new(false));
    let seen = ended.clone();
    let name = |n: usize| format!("web-{n:03}");
    let source = source_by(move |url| {
        if url.contains("/log") {
            return Some(log(&url));
        }
        let state = |n: usize| if n == 7 && *seen.lock().unwrap() { State::Over } else { State::Runs };
        if url.contains("labelSelector") {
            return Some(list(&(0..257).map(|n| pod(&name(n), state(n))).collect::<Vec<_>>()));
        }
        let n = url.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        Some(Answer::new(JSON, pod(&name(n), state(n)).to_string()))
    });
    let mut stream = source.open(by_labels(Tail::default()), None);
    let mut told = Vec::new();
    let mut until = async |text: &str| {
        while !told.iter().any(|line: &String| line.contains(text)) {
            match timeout(Duration::from_secs(400), stream.next()).await {
                Ok(Some(delta)) => told.extend(words(delta)),
                Ok(None) | Err(_) => panic!("no {text}: {:?}", told.last()),
            }
        }
    };
    until("following 256 containers").await;
    *ended.lock().unwrap() = true;
    until("of web-256").await;
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_pod_that_is_over_says_that_nothing_more_comes() {
    let told = told(&one_pod(State::Over), by_name(Tail::default()), 30).await;
    assert_eq!(told, ["of web", "ready", "-- ended (exit 0)", "done "]);
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_pod_that_goes_away_says_that_nothing_more_comes() {
    let there = Arc::new(Mutex::new(true));
    let seen = there.clone();
    let source = source_by(move |url| {
        let is_there = *seen.lock().unwrap();
        Some(match url.contains("/log") {
            // The log that is followed ends with the container.
            true if url.contains("follow") => {
                *seen.lock().unwrap() = false;
                Answer::new("text/plain", "2026-01-31T12:00:01Z the last\n").then(Chunk::Wait(5_000))
            }
            true => log(&url),
            false if is_there => Answer::new(JSON, pod("web", State::Runs).to_string()),
            false => Answer::status(404, "pods \"web\" not found"),
        })
    });
    let told = told(&source, by_name(Tail::default()), 30).await;
    assert_eq!(told, ["of web", "ready", "the last", "-- gone", "done "]);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_may_start_again_is_waited_for() {
    for state in [State::Crashed, State::Runs, State::Waits] {
        let told = told(&one_pod(state), by_name(Tail::default()), 30).await;
        assert!(!told.iter().any(|text| text.starts_with("done")), "{told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_container_that_no_pod_has_is_a_mistake() {
    let pods = |name: &str, labels: &str| Pods { namespace: "shop".into(), name: name.into(), labels: labels.into() };
    let source = source_by(|url| match url.contains("labelSelector") {
        true => Some(list(&[pod("web-1", State::Runs), pod("web-2", State::Runs)])),
        false => Some(Answer::new(JSON, pod("web", State::Runs).to_string())),
    });
    let named = told(&source, of(pods("web", ""), "nosuch", Tail::default()), 5).await;
    assert_eq!(named, ["gone: web has no container 'nosuch'; it has: app"]);
    let selected = told(&source, of(pods("", "app=web"), "nosuch", Tail::default()), 5).await;
    assert_eq!(selected, ["gone: web-1 has no container 'nosuch'; it has: app"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_once_ends_and_says_why_there_was_nothing() {
    assert_eq!(told(&one_pod(State::Runs), by_name(ONCE), 30).await, ["of web", "ready", "done "]);
    assert_eq!(told(&one_pod(State::Over), by_name(ONCE), 30).await[..2], ["of web", "ready"]);
    let waits = ["-- waits: ContainerCreating", "ready", "done web/app waits: ContainerCreating"];
    assert_eq!(told(&one_pod(State::Waits), by_name(ONCE), 30).await, waits);
    let none = source_by(|_| Some(list(&[])));
    assert_eq!(told(&none, by_labels(ONCE), 30).await, ["ready", "done there is no pod with app=web"]);
    let away = source_by(|url| match url.contains("/log") {
        true => Some(Answer::status(500, "the node does not answer")),
        false => Some(Answer::new(JSON, pod("web", State::Runs).to_string())),
    });
    let told = told(&away, by_name(ONCE), 30).await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[2].starts_with("done web/app cannot be read: the server failed (500)"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_not_there_any_more_is_said() {
    let gone = source_by(|url| match url.contains("previous") {
        true => Some(Answer::status(400, "previous terminated container \"app\" in pod \"web\" not found")),
        false => Some(Answer::new(JSON, pod("web", State::Runs).to_string())),
    });
    let told = told(&gone, by_name(Tail { previous: true, ..ONCE }), 30).await;
    let said = ["-- there is no log from before a restart", "ready", "done web/app has no log from before a restart"];
    assert_eq!(told, said);
}

/// Pods that wait are looked at together: however many there are, one list each two seconds, and nothing besides.
#[tokio::test(start_paused = true)]
async fn those_who_wait_cost_no_requests_of_their_own() {
    let (lists, others) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (listed, asked) = (lists.clone(), others.clone());
    let source = source_by(move |url| {
        let runs = listed.load(Ordering::Relaxed) > 30;
        let all: Vec<Value> =
            (0..20).map(|n| pod(&format!("web-{n}"), if runs { State::Runs } else { State::Waits })).collect();
        if url.contains("labelSelector") {
            listed.fetch_add(1, Ordering::Relaxed);
            return Some(list(&all));
        }
        if !runs {
            asked.fetch_add(1, Ordering::Relaxed);
        }
        Some(if url.contains("/log") { log(&url) } else { Answer::new(JSON, pod("web", State::Runs).to_string()) })
    });
    let told = told(&source, by_labels(Tail::default()), 120).await;
    assert_eq!(told.iter().filter(|text| text.contains("waits: ContainerCreating")).count(), 20, "{told:?}");
    assert_eq!(told.iter().filter(|text| text.starts_with("of web-")).count(), 20, "{told:?}");
    assert_eq!(others.load(Ordering::Relaxed), 0, "asked for while all wait");
    assert!(lists.load(Ordering::Relaxed) > 30);
}

/// What a kubelet says of a container that is about to start, while the server says already that it runs.
#[tokio::test(start_paused = true)]
async fn a_node_that_is_a_moment_behind_is_waited_for() {
    let asked = AtomicUsize::new(0);
    let source = source_by(move |url| match url.contains("/log") {
        true if asked.fetch_add(1, Ordering::Relaxed) == 0 => {
            let text = "container \"app\" in pod \"web\" is waiting to start: ContainerCreating";
            Some(Answer::status(400, text))
        }
        true => Some(log(&url)),
        false => Some(Answer::new(JSON, pod("web", State::Runs).to_string())),
    });
    let told = told(&source, by_name(Tail::default()), 30).await;
    assert!(
        told.contains(&"of web".to_owned()) && !told.iter().any(|text| text.contains("cannot be read")),
        "{told:?}"
    );
}
