//! What a pod is doing, in the words of kubectl (kubernetes/pkg/printers/internalversion, `printPod`), and how well.

use std::borrow::Cow;

use super::lens::{Condition, ContainerStatus, Pod, Terminated};
use crate::kinds::lens::{Meta, when};
use crate::model::{Health, Time};

type Words<'a> = Cow<'a, str>;

/// READY, STATUS and RESTARTS of one pod.
#[derive(Debug, PartialEq)]
pub struct Summary<'a> {
    pub reason: Words<'a>,
    pub ready: u32,
    pub total: u32,
    pub restarts: Restarts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Restarts {
    pub count: i32,
    pub last: Option<Time>,
}

impl Restarts {
    fn add(&mut self, container: &ContainerStatus) {
        self.count += container.restart_count;
        let ended = container.ended_before().and_then(|end| when(end.finished_at));
        self.last = self.last.max(ended);
    }
}

pub fn summary<'a>(pod: &'a Pod, meta: &Meta) -> Summary<'a> {
    let start = starting(pod);
    let sidecars = pod.spec.init_containers.iter().filter(|container| container.stays()).count();
    let mut summary = Summary {
        reason: Words::Borrowed(opening(pod)),
        ready: start.ready,
        total: (pod.spec.containers.len() + sidecars) as u32,
        restarts: start.all,
    };
    let blocked = start.reason.is_some();
    if let Some(reason) = start.reason {
        summary.reason = reason;
    }
    if !blocked || pod.status.holds("Initialized") {
        summary.restarts = start.sidecars;
        run(pod, &mut summary);
    }
    if meta.deletion_timestamp.is_some() {
        leave(pod, &mut summary);
    }
    summary
}

/// What the pod itself says, before its containers are asked.
fn opening(pod: &Pod) -> &str {
    let gated = |condition: &Condition| condition.kind == "PodScheduled" && condition.reason == "SchedulingGated";
    if pod.status.conditions.iter().any(gated) {
        "SchedulingGated"
    } else if pod.status.reason.is_empty() {
        &pod.status.phase
    } else {
        &pod.status.reason
    }
}

/// What the init containers say: the restarts of all that were reached, those of sidecars alone, and, as long as
/// one of them is in the way, why.
#[derive(Default)]
struct Start<'a> {
    reason: Option<Words<'a>>,
    ready: u32,
    all: Restarts,
    sidecars: Restarts,
}

fn starting(pod: &Pod) -> Start<'_> {
    let specs = &pod.spec.init_containers;
    let mut start = Start::default();
    for (index, container) in pod.status.init_container_statuses.iter().enumerate() {
        let sidecar = specs.iter().any(|spec| spec.name == container.name && spec.stays());
        start.all.add(container);
        if sidecar {
            start.sidecars.add(container);
        }
        if container.terminated().is_some_and(|end| end.exit_code == 0) {
            continue;
        }
        if sidecar && container.started == Some(true) {
            start.ready += u32::from(container.ready);
            continue;
        }
        start.reason = Some(hindrance(container).unwrap_or_else(|| format!("Init:{index}/{}", specs.len()).into()));
        break;
    }
    start
}

fn hindrance(container: &ContainerStatus) -> Option<Words<'_>> {
    if let Some(end) = container.terminated() {
        return Some(format!("Init:{}", verdict(end)).into());
    }
    let reason = container.waiting()?.reason.as_str();
    (!matches!(reason, "" | "PodInitializing")).then(|| format!("Init:{reason}").into())
}

/// Why a container ended: a word, else a signal, else a code.
pub fn verdict(end: &Terminated) -> Words<'_> {
    match (end.reason.as_str(), end.signal) {
        ("", 0) => format!("ExitCode:{}", end.exit_code).into(),
        ("", signal) => format!("Signal:{signal}").into(),
        (reason, _) => reason.into(),
    }
}

/// What the regular containers say. The first one has the last word, but one that ended well does not hide another
/// that runs or failed.
fn run<'a>(pod: &'a Pod, summary: &mut Summary<'a>) {
    let mut running = false;
    let mut failure = None;
    for container in pod.status.container_statuses.iter().rev() {
        summary.restarts.add(container);
        if let Some(waiting) = container.waiting().filter(|waiting| !waiting.reason.is_empty()) {
            summary.reason = waiting.reason.as_str().into();
        } else if let Some(end) = container.terminated() {
            summary.reason = verdict(end);
            if end.exit_code != 0 {
                failure = Some(summary.reason.clone());
            }
        } else if container.ready && container.running().is_some() {
            running = true;
            summary.ready += 1;
        }
    }
    if summary.reason != "Completed" {
        return;
    }
    if running && pod.status.holds("Ready") {
        summary.reason = "Running".into();
    } else if let Some(failure) = failure {
        summary.reason = failure;
    } else if running {
        summary.reason = "NotReady".into();
    }
}

fn leave(pod: &Pod, summary: &mut Summary<'_>) {
    if pod.status.reason == "NodeLost" {
        summary.reason = "Unknown".into();
    } else if !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed") {
        summary.reason = "Terminating".into();
    }
}

/// Whether somebody should look.
pub fn health(pod: &Pod, summary: &Summary<'_>) -> Health {
    let reason = summary.reason.strip_prefix("Init:").unwrap_or(&summary.reason);
    match reason {
        "" => Health::Unknown,
        "Running" if summary.ready < summary.total || unready(pod) => Health::Warn,
        "Running" => Health::Good,
        "Completed" | "Succeeded" if pod.status.phase == "Succeeded" => Health::Done,
        "Completed" | "Succeeded" | "NotReady" => Health::Warn,
        "Pending" if unschedulable(pod) => Health::Warn,
        "Pending" | "ContainerCreating" | "PodInitializing" | "SchedulingGated" => Health::Progress,
        "Terminating" => Health::Leaving,
        step if is_step(step) => Health::Progress,
        _ => Health::Bad,
    }
}

/// Readiness gates and lost nodes make a pod unready whose containers all say that they are ready.
fn unready(pod: &Pod) -> bool {
    pod.status.condition("Ready").is_some_and(|ready| ready.status == "False")
}

fn unschedulable(pod: &Pod) -> bool {
    pod.status.condition("PodScheduled").is_some_and(|c| c.status == "False" && c.reason == "Unschedulable")
}

/// `1/2` of the init containers.
fn is_step(text: &str) -> bool {
    text.split_once('/').is_some_and(|(done, all)| done.parse::<u32>().is_ok() && all.parse::<u32>().is_ok())
}
