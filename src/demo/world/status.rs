//! Where a pod stands in its life, and the status that a kubelet writes of it.

use serde_json::{Value, json};

use super::body::{condition, count, is_leaving, list, set_condition, text, uid};
use super::chance::{hash, mix};
use crate::model::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// No node has it yet.
    Unscheduled,
    /// On a node whose kubelet has not begun.
    Bound,
    /// Init containers run.
    Setup,
    Creating,
    /// The image or the settings cannot be had.
    Blocked,
    /// Runs, and is not ready yet.
    Starting,
    Ready,
    /// The container ended.
    Ended,
    BackOff,
    /// Succeeded or failed for good.
    Over,
    Leaving,
}

pub fn stage(pod: &Value) -> Stage {
    if is_leaving(pod) {
        return Stage::Leaving;
    }
    if ["Succeeded", "Failed"].contains(&text(pod, "status.phase")) {
        return Stage::Over;
    }
    let Some(main) = list(pod, "status.containerStatuses").first() else {
        return if text(pod, "spec.nodeName").is_empty() { Stage::Unscheduled } else { Stage::Bound };
    };
    let state = &main["state"];
    if state["running"].is_object() {
        return if main["ready"] == true { Stage::Ready } else { Stage::Starting };
    }
    match text(state, "waiting.reason") {
        "" => Stage::Ended,
        "PodInitializing" => Stage::Setup,
        "ContainerCreating" => Stage::Creating,
        "CrashLoopBackOff" => Stage::BackOff,
        _ => Stage::Blocked,
    }
}

pub fn is_crashing(pod: &Value) -> bool {
    stage(pod) == Stage::BackOff
}

pub fn is_stuck(pod: &Value) -> bool {
    matches!(stage(pod), Stage::BackOff | Stage::Blocked)
}

/// Only the images of a pod can be changed; its kubelet then starts the container anew.
pub fn wants_restart(before: &Value, after: &Value) -> bool {
    let images = |pod: &Value| -> Vec<String> {
        list(pod, "spec.containers").iter().map(|container| text(container, "image").to_owned()).collect()
    };
    images(before) != images(after)
}

/// How long until a container is started again after so many failures.
pub fn back_off(restarts: i64) -> i64 {
    (10_000i64 << restarts.clamp(1, 6).saturating_sub(1)).min(300_000)
}

/// The status of one container.
pub fn container(pod: &Value, spec: &Value, state: Value, ready: bool, restarts: i64) -> Value {
    let name = text(spec, "name");
    let image = text(spec, "image");
    let runs = !state["running"].is_null() || !state["terminated"].is_null();
    let mut out = json!({"name": name, "state": state, "lastState": {}, "ready": ready, "restartCount": restarts,
        "image": image, "imageID": "", "started": ready});
    if runs {
        out["imageID"] = json!(format!("{}@sha256:{}", repository(image), digest(image)));
        out["containerID"] = json!(format!("containerd://{}", digest(&format!("{}{name}{restarts}", uid(pod)))));
    }
    out
}

pub fn container_id(pod: &Value, name: &str, restarts: i64) -> String {
    format!("containerd://{}", digest(&format!("{}{name}{restarts}", uid(pod))))
}

fn repository(image: &str) -> &str {
    image.rsplit_once(':').map_or(image, |(name, _)| name)
}

fn digest(text: &str) -> String {
    let one = hash(text);
    (0..4).map(|part| format!("{:016x}", mix(one.wrapping_add(part)))).collect()
}

pub fn running(since: Time) -> Value {
    json!({"running": {"startedAt": since.rfc3339()}})
}

pub fn waiting(reason: &str, message: &str) -> Value {
    let mut state = json!({"waiting": {"reason": reason}});
    if !message.is_empty() {
        state["waiting"]["message"] = json!(message);
    }
    state
}

/// All containers in one state, none of them ready.
pub fn all_containers(pod: &mut Value, state: &Value) {
    let all = list(pod, "spec.containers").iter().map(|spec| container(pod, spec, state.clone(), false, 0));
    pod["status"]["containerStatuses"] = all.collect();
}

/// Init containers: those before `done` have completed, the one at `done` runs.
pub fn set_up(pod: &mut Value, done: usize, now: Time) {
    let specs = list(pod, "spec.initContainers");
    let one = |(index, spec): (usize, &Value)| {
        let over = json!({"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": now.plus_millis(-2000).rfc3339(),
            "finishedAt": now.rfc3339()}});
        let state = match index.cmp(&done) {
            std::cmp::Ordering::Less => over,
            std::cmp::Ordering::Equal => running(now),
            std::cmp::Ordering::Greater => waiting("PodInitializing", ""),
        };
        container(pod, spec, state, index < done, 0)
    };
    let all: Value = specs.iter().enumerate().map(one).collect();
    if !specs.is_empty() {
        pod["status"]["initContainerStatuses"] = all;
    }
}

/// The conditions that follow from the containers.
pub fn conclude(pod: &mut Value, now: Time) {
    let unready: Vec<&str> = list(pod, "status.containerStatuses")
        .iter()
        .filter(|container| container["ready"] != true)
        .map(|container| text(container, "name"))
        .collect();
    let (value, reason, message) = match (unready.is_empty(), text(pod, "status.phase")) {
        (_, "Succeeded") => ("False", "PodCompleted", String::new()),
        (true, _) => ("True", "", String::new()),
        (false, _) => {
            ("False", "ContainersNotReady", format!("containers with unready status: [{}]", unready.join(" ")))
        }
    };
    let status = &mut pod["status"];
    for kind in ["Ready", "ContainersReady"] {
        set_condition(status, kind, value, reason, &message, now);
    }
}

/// A pod that has been running since `since`, with an address.
pub fn settled(pod: &mut Value, ip: &str, host: &str, since: Time) {
    pod["status"]["phase"] = json!("Running");
    addresses(pod, ip, host);
    pod["status"]["startTime"] = json!(since.plus_millis(-3000).rfc3339());
    set_up(pod, usize::MAX, since.plus_millis(-1000));
    let all = list(pod, "spec.containers").iter().map(|spec| container(pod, spec, running(since), true, 0));
    pod["status"]["containerStatuses"] = all.collect();
    for kind in ["PodReadyToStartContainers", "Initialized", "PodScheduled"] {
        set_condition(&mut pod["status"], kind, "True", "", "", since);
    }
    conclude(pod, since.plus_millis(2000));
}

pub fn addresses(pod: &mut Value, ip: &str, host: &str) {
    pod["status"]["hostIP"] = json!(host);
    pod["status"]["hostIPs"] = json!([{"ip": host}]);
    pod["status"]["podIP"] = json!(ip);
    pod["status"]["podIPs"] = json!([{"ip": ip}]);
}

pub fn restarts(pod: &Value) -> i64 {
    list(pod, "status.containerStatuses").first().map_or(0, |main| count(main, "restartCount"))
}

/// Best effort, burstable or guaranteed, by the requests and limits of its containers.
pub fn quality(spec: &Value) -> &'static str {
    let all = list(spec, "containers");
    let part =
        |container: &Value, field: &str| container["resources"][field].as_object().is_some_and(|all| !all.is_empty());
    let none = all.iter().all(|container| !part(container, "requests") && !part(container, "limits"));
    let same = |container: &Value| {
        let limits = &container["resources"]["limits"];
        limits["cpu"].is_string() && limits["memory"].is_string() && container["resources"]["requests"] == *limits
    };
    match () {
        () if none => "BestEffort",
        () if all.iter().all(same) => "Guaranteed",
        () => "Burstable",
    }
}

/// Since when it is ready; `None` while it is not.
pub fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready").is_some_and(|ready| ready["status"] == "True")
}
