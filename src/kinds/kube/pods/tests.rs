#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};

use super::KIND;
use crate::kinds::fixtures::{ago, cell, row, text};
use crate::model::{Cell, Health};

/// A pod with as many containers as `statuses` has, and these init containers (name, restart policy, status).
fn pod(phase: &str, inits: &[(&str, &str, Value)], statuses: &[Value]) -> Value {
    let containers: Vec<Value> = (0..statuses.len()).map(|i| json!({"name": format!("c{i}")})).collect();
    let named = |i: usize, status: &Value| with(status.clone(), json!({"name": format!("c{i}")}));
    json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1", "creationTimestamp": ago(300)},
        "spec": {
            "containers": containers,
            "initContainers": inits.iter()
                .map(|(name, policy, _)| json!({"name": name, "restartPolicy": policy}))
                .collect::<Vec<_>>(),
        },
        "status": {
            "phase": phase,
            "initContainerStatuses": inits.iter()
                .map(|(name, _, status)| with(status.clone(), json!({"name": name})))
                .collect::<Vec<_>>(),
            "containerStatuses": statuses.iter().enumerate()
                .map(|(i, status)| named(i, status))
                .collect::<Vec<_>>(),
        },
    })
}

/// `change` laid over `body`, field by field.
fn with(mut body: Value, change: Value) -> Value {
    match (&mut body, change) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (key, value) in changes {
                let old = fields.remove(&key).unwrap_or(Value::Null);
                fields.insert(key, with(old, value));
            }
            body
        }
        (_, change) => change,
    }
}

fn runs() -> Value {
    json!({"ready": true, "started": true, "state": {"running": {"startedAt": ago(60)}}})
}

fn waits(reason: &str) -> Value {
    json!({"ready": false, "state": {"waiting": {"reason": reason}}})
}

fn ended(code: i32, signal: i32, reason: &str) -> Value {
    json!({"ready": false, "state": {"terminated": {"exitCode": code, "signal": signal, "reason": reason}}})
}

/// A container that was started again `count` times, the last time `secs` ago.
fn again(status: Value, count: i32, secs: i64) -> Value {
    with(status, json!({"restartCount": count, "lastState": {"terminated": {"exitCode": 1, "finishedAt": ago(secs)}}}))
}

fn conditions(entries: &[(&str, &str, &str)]) -> Value {
    let entries: Vec<Value> =
        entries.iter().map(|(kind, status, reason)| json!({"type": kind, "status": status, "reason": reason})).collect();
    json!({"status": {"conditions": entries}})
}

fn gone() -> Value {
    json!({"metadata": {"deletionTimestamp": ago(5)}})
}

fn check(case: &str, body: Value, expected: &str, health: Health) {
    let row = row(&KIND, &body);
    assert_eq!(text(&row, &["READY", "STATUS", "RESTARTS"]), expected, "{case}");
    assert_eq!(row.health, health, "{case}");
}

#[test]
fn regular_containers_speak_for_their_pod() {
    use Health::{Bad, Done, Good, Progress, Unknown, Warn};
    let ready = || conditions(&[("Ready", "True", "")]);
    for (case, body, expected, health) in [
        ("nothing known", pod("", &[], &[]), "0/0 |  | 0", Unknown),
        ("all well", pod("Running", &[], &[runs(), runs()]), "2/2 | Running | 0", Good),
        ("one unready", pod("Running", &[], &[runs(), with(runs(), json!({"ready": false}))]), "1/2 | Running | 0", Warn),
        ("pending", pod("Pending", &[], &[]), "0/0 | Pending | 0", Progress),
        ("creating", pod("Pending", &[], &[waits("ContainerCreating")]), "0/1 | ContainerCreating | 0", Progress),
        ("crashing", pod("Running", &[], &[again(waits("CrashLoopBackOff"), 7, 120)]), "0/1 | CrashLoopBackOff | 7 (2m ago)", Bad),
        ("the first container wins", pod("Running", &[], &[waits("ImagePullBackOff"), waits("CrashLoopBackOff")]), "0/2 | ImagePullBackOff | 0", Bad),
        ("waiting without a reason says nothing", pod("Pending", &[], &[waits("")]), "0/1 | Pending | 0", Progress),
        ("done", pod("Succeeded", &[], &[ended(0, 0, "Completed")]), "0/1 | Completed | 0", Done),
        ("done without a word", pod("Succeeded", &[], &[]), "0/0 | Succeeded | 0", Done),
        ("failed", pod("Failed", &[], &[ended(1, 0, "Error")]), "0/1 | Error | 0", Bad),
        ("out of memory", pod("Running", &[], &[ended(137, 9, "OOMKilled")]), "0/1 | OOMKilled | 0", Bad),
        ("a code without a reason", pod("Failed", &[], &[ended(3, 0, "")]), "0/1 | ExitCode:3 | 0", Bad),
        ("a signal without a reason", pod("Failed", &[], &[ended(137, 9, "")]), "0/1 | Signal:9 | 0", Bad),
        ("completed beside ready ones", with(pod("Running", &[], &[ended(0, 0, "Completed"), runs()]), ready()), "1/2 | Running | 0", Warn),
        ("completed beside unready ones", pod("Running", &[], &[ended(0, 0, "Completed"), runs()]), "1/2 | NotReady | 0", Warn),
        ("completed does not hide a failure", pod("Failed", &[], &[ended(0, 0, "Completed"), ended(2, 0, "Error")]), "0/2 | Error | 0", Bad),
        ("completed while running does", with(pod("Running", &[], &[ended(0, 0, "Completed"), ended(2, 0, "Error"), runs()]), ready()), "1/3 | Running | 0", Warn),
    ] {
        check(case, body, expected, health);
    }
}

#[test]
fn init_containers_speak_as_long_as_they_stand_in_the_way() {
    use Health::{Bad, Good, Progress};
    let over = || ended(0, 0, "Completed");
    let waiting = || waits("PodInitializing");
    let sidecar = || with(runs(), json!({"ready": true}));
    for (case, body, expected, health) in [
        ("first of two", pod("Pending", &[("a", "", runs()), ("b", "", waiting())], &[waiting()]), "0/1 | Init:0/2 | 0", Progress),
        ("second of two", pod("Pending", &[("a", "", over()), ("b", "", runs())], &[waiting()]), "0/1 | Init:1/2 | 0", Progress),
        ("all over", pod("Pending", &[("a", "", over())], &[waiting()]), "0/1 | PodInitializing | 0", Progress),
        ("crashing", pod("Pending", &[("a", "", again(waits("CrashLoopBackOff"), 3, 240))], &[waiting()]), "0/1 | Init:CrashLoopBackOff | 3 (4m ago)", Bad),
        ("reason", pod("Pending", &[("a", "", ended(1, 0, "Error"))], &[waiting()]), "0/1 | Init:Error | 0", Bad),
        ("signal", pod("Pending", &[("a", "", ended(137, 9, ""))], &[waiting()]), "0/1 | Init:Signal:9 | 0", Bad),
        ("code", pod("Pending", &[("a", "", ended(1, 0, ""))], &[waiting()]), "0/1 | Init:ExitCode:1 | 0", Bad),
        ("creating", pod("Pending", &[("a", "", waits("ContainerCreating"))], &[waiting()]), "0/1 | Init:ContainerCreating | 0", Progress),
        ("a running sidecar counts", pod("Running", &[("s", "Always", sidecar())], &[runs()]), "2/2 | Running | 0", Good),
        ("an unready sidecar", pod("Running", &[("s", "Always", with(sidecar(), json!({"ready": false})))], &[runs()]), "1/2 | Running | 0", Health::Warn),
        ("a sidecar not yet started", pod("Pending", &[("s", "Always", with(runs(), json!({"started": false})))], &[waiting()]), "0/2 | Init:0/1 | 0", Progress),
        ("behind a sidecar", pod("Pending", &[("s", "Always", sidecar()), ("b", "", runs())], &[waiting()]), "1/2 | Init:1/2 | 0", Progress),
        ("a sidecar's restarts stay", pod("Running", &[("s", "Always", again(sidecar(), 2, 600)), ("i", "", again(over(), 5, 60))], &[again(runs(), 1, 180)]), "2/2 | Running | 3 (3m ago)", Good),
        ("a sidecar crashing later", with(pod("Running", &[("s", "Always", with(again(waits("CrashLoopBackOff"), 4, 60), json!({"started": false})))], &[runs()]), conditions(&[("Initialized", "True", "")])), "1/2 | Init:CrashLoopBackOff | 4 (60s ago)", Bad),
    ] {
        check(case, body, expected, health);
    }
}

#[test]
fn the_pod_speaks_for_itself() {
    use Health::{Bad, Leaving, Progress, Warn};
    let reason = |reason: &str| json!({"status": {"reason": reason}});
    for (case, body, expected, health) in [
        ("evicted", with(pod("Failed", &[], &[]), reason("Evicted")), "0/0 | Evicted | 0", Bad),
        ("gated", with(pod("Pending", &[], &[]), conditions(&[("PodScheduled", "False", "SchedulingGated")])), "0/0 | SchedulingGated | 0", Progress),
        ("nowhere to run", with(pod("Pending", &[], &[]), conditions(&[("PodScheduled", "False", "Unschedulable")])), "0/0 | Pending | 0", Warn),
        ("leaving", with(pod("Running", &[], &[runs()]), gone()), "1/1 | Terminating | 0", Leaving),
        ("over, and leaving", with(pod("Failed", &[], &[ended(1, 0, "Error")]), gone()), "0/1 | Error | 0", Leaving),
        ("node lost", with(with(pod("Running", &[], &[runs()]), gone()), reason("NodeLost")), "1/1 | Unknown | 0", Leaving),
        ("node unreachable", with(pod("Running", &[], &[runs()]), conditions(&[("Ready", "False", "")])), "1/1 | Running | 0", Warn),
        ("node unreachable, words", with(pod("Unknown", &[], &[]), reason("")), "0/0 | Unknown | 0", Bad),
    ] {
        check(case, body, expected, health);
    }
}

#[test]
fn restarts_without_a_time_are_a_number() {
    let body = pod("Running", &[], &[with(runs(), json!({"restartCount": 3}))]);
    assert_eq!(cell(&row(&KIND, &body), "RESTARTS"), Cell::Count(3));
}

#[test]
fn what_is_missing_is_said_as_in_kubectl() {
    let bare = row(&KIND, &pod("Pending", &[], &[]));
    let titles = ["IP", "NODE", "NOMINATED NODE", "READINESS GATES", "AGE", "LABELS"];
    assert_eq!(text(&bare, &titles), "<none> | <none> | <none> | <none> | 5m | ");
    let placed = json!({
        "metadata": {"labels": {"b": "2", "app": "web"}},
        "spec": {"nodeName": "n1", "readinessGates": [{"conditionType": "lb"}, {"conditionType": "dns"}], "serviceAccountName": "sa"},
        "status": {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}], "nominatedNodeName": "n2", "qosClass": "Burstable"},
    });
    let body = with(with(pod("Running", &[], &[again(runs(), 1, 90)]), placed), conditions(&[("lb", "True", ""), ("dns", "False", "")]));
    let titles = ["IP", "NODE", "NOMINATED NODE", "READINESS GATES", "LAST-RESTART", "QOS", "SERVICE-ACCOUNT", "LABELS"];
    assert_eq!(text(&row(&KIND, &body), &titles), "10.0.0.1 | n1 | n2 | 1/2 | 90s | Burstable | sa | app=web,b=2");
}

#[test]
fn enter_shows_the_containers() {
    let link = (KIND.link)(&row(&KIND, &pod("Running", &[], &[]))).unwrap();
    assert_eq!(link.kind, "containers");
    assert_eq!((link.scope.namespace.as_deref(), link.scope.fields.as_str()), (Some("shop"), "metadata.name=web"));
}
