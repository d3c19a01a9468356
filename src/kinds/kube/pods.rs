//! Pods. STATUS, READY and RESTARTS follow kubectl's printer (k8s.io/kubernetes, pkg/printers/internalversion).

mod describe;
pub mod detail;
pub mod lens;

use lens::{Condition, ContainerStatus, Pod, State, Terminated};

use std::borrow::Cow;

use crate::kinds::lens::{Row, age, object, owned, when};
use crate::kinds::message::{self, Meta};
use crate::kinds::prometheus::podusage;
use crate::kinds::verbs;
use crate::model::{
    Address, Cell, Column, Description, Door, Enter, Health, Kind, Lender, Link, Narrow, Object, Presentation, Process,
    Reading, Result, Scope, Strings, Time, Wire,
};

const COLUMNS: &[Column] = &[
    Column::new("READY", 5),
    Column::new("STATUS", 18).state(),
    Column::new("RESTARTS", 8).number(),
    Column::new("AGE", 4).number(),
    Column::new("IP", 12).rank(4).roomy(),
    Column::new("NODE", 12).rank(3).roomy(),
    Column::new("NOMINATED NODE", 14).rank(6).wide(),
    Column::new("READINESS GATES", 15).rank(6).wide(),
    Column::new("LAST-RESTART", 12).rank(5).wide(),
    Column::new("SERVICE-ACCOUNT", 15).rank(5).wide(),
    Column::new("QOS", 10).rank(5).wide(),
];

/// The metrics of many pods are a large answer.
const MEASURED: Narrow = Narrow::ToNamespaces { beyond: 1000 };

pub static KIND: Kind = Kind {
    name: "pods",
    aliases: &["po", "pod"],
    address: Address { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
    columns: COLUMNS,
    door: Door::Lens(read),
    enter: Enter::Link(containers),
    process: Process::within(super::containers::twin),
    presentation: Presentation::PLAIN.lent(&[
        Lender { kind: &super::podmetrics::KIND, before: "AGE", narrow: MEASURED },
        Lender { kind: &podusage::KIND, before: "AGE", narrow: MEASURED },
    ]),
    description: Description::of(describe::describe),
    verbs: verbs::with_common![KILL, IMAGE],
    ..Kind::kube()
};

fn containers(pod: &Object) -> Option<Link> {
    Some(Link::to(&super::containers::KIND, Scope::namespace(pod.id.namespace.clone()).named(&pod.id.name)))
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let mut pod: Pod<'_> = message::read(wire, bytes)?;
    let meta = pod.metadata.take().unwrap_or_default();
    if owned(&meta, reading) {
        let row = pod.row(&meta, reading);
        rows.push(object(&meta, reading, row));
    }
    Ok(())
}

impl Pod<'_> {
    fn row(&self, meta: &Meta<'_>, reading: &mut Reading<'_>) -> Row {
        let seen = self.seen(meta.deletion_timestamp.is_some());
        let strings = &mut *reading.strings;
        let (no_spec, no_status) = Default::default();
        let (spec, status) = (self.spec.as_ref().unwrap_or(&no_spec), self.status.as_ref().unwrap_or(&no_status));
        let ip = status.pod_ips.first().map(|ip| Cell::address(&ip.ip));
        let cells = vec![
            Cell::Ratio(seen.ready, seen.total),
            Cell::text(strings.share(&seen.reason)),
            restarts(seen.restarts, seen.last_restart),
            age(meta),
            ip.unwrap_or_else(|| or_none(strings, "")),
            or_none(strings, &spec.node_name),
            or_none(strings, &status.nominated_node_name),
            self.gates(strings),
            Cell::since(seen.last_restart),
            Cell::text(strings.share(&spec.service_account_name)),
            Cell::text(strings.share(&status.qos_class)),
        ];
        Row { health: seen.health(&status.phase), cells, link: None }
    }
}

/// kubectl's word for an empty cell.
pub fn or_none(strings: &mut Strings, text: &str) -> Cell {
    Cell::Text(strings.share(if text.is_empty() { "<none>" } else { text }))
}

pub fn restarts(count: u32, last: Option<Time>) -> Cell {
    match last {
        Some(last) if count > 0 => Cell::Tally(count, last),
        _ => Cell::Count(i64::from(count)),
    }
}

/// What a person sees of a pod.
#[derive(Debug, Default)]
pub struct Seen<'a> {
    pub ready: u32,
    pub total: u32,
    pub reason: Cow<'a, str>,
    pub restarts: u32,
    pub last_restart: Option<Time>,
    initializing: bool,
    leaving: bool,
    /// Every container may be ready while the pod is not: a readiness gate is closed, or its node is lost.
    unready: bool,
}

impl Pod<'_> {
    pub fn seen(&self, leaving: bool) -> Seen<'_> {
        let Some(status) = &self.status else { return Seen { leaving, ..Seen::default() } };
        let mut seen = Seen { total: self.total(), leaving, ..Seen::default() };
        seen.unready = status.conditions.iter().any(|c| c.r#type == "Ready" && c.status == "False");
        seen.reason = Cow::Borrowed(if status.reason.is_empty() { &*status.phase } else { &*status.reason });
        if status.conditions.iter().any(|c| c.r#type == "PodScheduled" && c.reason == "SchedulingGated") {
            seen.reason = Cow::Borrowed("SchedulingGated");
        }
        let sidecars = self.init(&mut seen);
        if !seen.initializing || is_true(&status.conditions, "Initialized") {
            (seen.restarts, seen.last_restart) = sidecars;
            run(&status.container_statuses, &status.conditions, &mut seen);
        }
        let over = matches!(&*status.phase, "Succeeded" | "Failed");
        if leaving && status.reason == "NodeLost" {
            seen.reason = Cow::Borrowed("Unknown");
        } else if leaving && !over {
            seen.reason = Cow::Borrowed("Terminating");
        }
        seen
    }

    /// Containers that should be ready: the regular ones and the sidecars.
    fn total(&self) -> u32 {
        let Some(spec) = &self.spec else { return 0 };
        let sidecars = spec.init_containers.iter().filter(|container| container.is_sidecar()).count();
        (spec.containers.len() + sidecars) as u32
    }

    fn is_sidecar(&self, name: &str) -> bool {
        let spec = self.spec.as_ref();
        spec.is_some_and(|spec| spec.init_containers.iter().any(|c| c.name == name && c.is_sidecar()))
    }

    /// Goes through the init containers up to the first that is not done. Gives the restarts of sidecars alone.
    fn init<'s>(&'s self, seen: &mut Seen<'s>) -> (u32, Option<Time>) {
        let (mut restarts, mut last) = (0, None);
        let (Some(spec), Some(status)) = (&self.spec, &self.status) else { return (restarts, last) };
        for (i, container) in status.init_container_statuses.iter().enumerate() {
            let sidecar = self.is_sidecar(&container.name);
            let restarted = container.last_finished();
            seen.restarts += container.restart_count.max(0) as u32;
            seen.last_restart = seen.last_restart.max(restarted);
            if sidecar {
                restarts += container.restart_count.max(0) as u32;
                last = last.max(restarted);
            }
            let ended = container.state.as_ref().and_then(|state| state.terminated.as_ref());
            if ended.is_some_and(|end| end.exit_code == 0) {
                continue;
            }
            if sidecar && container.started == Some(true) {
                seen.ready += u32::from(container.ready);
                continue;
            }
            seen.reason = Cow::Owned(init_reason(container.state.as_ref(), i, spec.init_containers.len()));
            seen.initializing = true;
            break;
        }
        (restarts, last)
    }

    fn gates(&self, strings: &mut Strings) -> Cell {
        let (Some(spec), Some(status)) = (&self.spec, &self.status) else { return or_none(strings, "") };
        if spec.readiness_gates.is_empty() {
            return or_none(strings, "");
        }
        let open = spec.readiness_gates.iter().filter(|gate| is_true(&status.conditions, &gate.condition_type));
        Cell::Ratio(open.count() as u32, spec.readiness_gates.len() as u32)
    }
}

fn init_reason(state: Option<&State<'_>>, index: usize, count: usize) -> String {
    if let Some(end) = state.and_then(|state| state.terminated.as_ref()) {
        return format!("Init:{}", end.word());
    }
    let waiting = state.and_then(|state| state.waiting.as_ref()).map_or("", |waiting| &*waiting.reason);
    match waiting {
        "" | "PodInitializing" => format!("Init:{index}/{count}"),
        reason => format!("Init:{reason}"),
    }
}

/// Goes through the regular containers from the last to the first: the first one that tells something wins.
fn run<'a>(containers: &'a [ContainerStatus<'_>], conditions: &[Condition<'_>], seen: &mut Seen<'a>) {
    let (mut running, mut error) = (false, None);
    for container in containers.iter().rev() {
        seen.restarts += container.restart_count.max(0) as u32;
        seen.last_restart = seen.last_restart.max(container.last_finished());
        let Some(state) = &container.state else { continue };
        if let Some(waiting) = state.waiting.as_ref().filter(|waiting| !waiting.reason.is_empty()) {
            seen.reason = Cow::Borrowed(&*waiting.reason);
        } else if let Some(end) = &state.terminated {
            seen.reason = end.word();
            if end.exit_code != 0 {
                error = Some(seen.reason.clone());
            }
        } else if container.ready && state.running.is_some() {
            running = true;
            seen.ready += 1;
        }
    }
    if seen.reason == "Completed" {
        if running && is_true(conditions, "Ready") {
            seen.reason = Cow::Borrowed("Running");
        } else if let Some(error) = error {
            seen.reason = error;
        } else if running {
            seen.reason = Cow::Borrowed("NotReady");
        }
    }
}

fn is_true(conditions: &[Condition<'_>], name: &str) -> bool {
    conditions.iter().any(|condition| condition.r#type == name && condition.status == "True")
}

impl Terminated<'_> {
    /// The reason, else the signal, else the exit code.
    pub fn word(&self) -> Cow<'_, str> {
        match (&*self.reason, self.signal) {
            ("", 0) => Cow::Owned(format!("ExitCode:{}", self.exit_code)),
            ("", signal) => Cow::Owned(format!("Signal:{signal}")),
            (reason, _) => Cow::Borrowed(reason),
        }
    }
}

impl ContainerStatus<'_> {
    pub fn last_finished(&self) -> Option<Time> {
        let last = self.last_state.as_ref().and_then(|state| state.terminated.as_ref());
        when(last.and_then(|end| end.finished_at))
    }
}

impl Seen<'_> {
    pub fn health(&self, phase: &str) -> Health {
        if self.leaving {
            return Health::Leaving;
        }
        match &*self.reason {
            "Running" if self.ready == self.total && !self.unready => Health::Good,
            "Running" | "NotReady" => Health::Warn,
            // A container that ended well in a pod that goes on will be started again.
            "Completed" if phase == "Running" => Health::Warn,
            "Succeeded" | "Completed" => Health::Done,
            "Pending" | "ContainerCreating" | "PodInitializing" | "SchedulingGated" => Health::Progress,
            reason if reason.strip_prefix("Init:").is_some_and(|rest| rest.contains('/')) => Health::Progress,
            _ if phase == "Succeeded" => Health::Done,
            _ => Health::Bad,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};
    use crate::kinds::lens::Moment;

    const LONG_AGO: &str = "2026-01-01T11:00:00Z";
    const LATELY: &str = "2026-01-01T11:57:00Z";

    fn status(name: &str, ready: bool, state: Value) -> Value {
        json!({"name": name, "ready": ready, "state": state})
    }

    /// The same after `count` restarts, the last of which ended at `at`.
    fn again(mut status: Value, count: u32, at: &str) -> Value {
        status["restartCount"] = json!(count);
        status["lastState"] = json!({"terminated": {"exitCode": 1, "finishedAt": at}});
        status
    }

    fn running() -> Value {
        json!({"running": {"startedAt": LATELY}})
    }

    fn waiting(reason: &str) -> Value {
        json!({"waiting": {"reason": reason}})
    }

    fn ended(exit_code: i32, reason: &str) -> Value {
        json!({"terminated": {"exitCode": exit_code, "reason": reason}})
    }

    /// A pod with containers `a` and `b` in this state.
    fn pod(phase: &str, a: Value, b: Value) -> Value {
        json!({"spec": {"containers": [{"name": "a"}, {"name": "b"}]},
            "status": {"phase": phase, "containerStatuses": [status("a", true, a), status("b", true, b)]}})
    }

    /// A pod with an init container, a sidecar and a container.
    fn staged(init: Value, sidecar: Value, app: Value) -> Value {
        let inits = json!([{"name": "setup"}, {"name": "mesh", "restartPolicy": "Always"}]);
        json!({"spec": {"initContainers": inits, "containers": [{"name": "app"}]},
            "status": {"phase": "Pending", "initContainerStatuses": [init, sidecar], "containerStatuses": [app]}})
    }

    fn with(mut pod: Value, pointer: &str, value: Value) -> Value {
        let mut slot = &mut pod;
        for key in pointer.split('.') {
            slot = &mut slot[key];
        }
        *slot = value;
        pod
    }

    fn is(condition: &str, status: &str, reason: &str) -> Value {
        json!([{"type": condition, "status": status, "reason": reason}])
    }

    #[track_caller]
    fn reads(pod: Value, ready: &str, status: &str, health: Health) {
        let row = row(&KIND, pod.clone());
        assert_eq!(
            (cell(&row, "READY").as_str(), cell(&row, "STATUS").as_str(), row.health),
            (ready, status, health),
            "{pod}"
        );
    }

    #[test]
    fn the_status_of_containers_is_that_of_the_first_one_that_tells_something() {
        let bare = json!({"spec": {"containers": [{"name": "a"}]}, "status": {"phase": "Pending"}});
        reads(bare, "0/1", "Pending", Health::Progress);
        reads(pod("Running", running(), running()), "2/2", "Running", Health::Good);
        reads(
            pod("Pending", waiting("ContainerCreating"), waiting("ContainerCreating")),
            "0/2",
            "ContainerCreating",
            Health::Progress,
        );
        reads(pod("Running", waiting("CrashLoopBackOff"), running()), "1/2", "CrashLoopBackOff", Health::Bad);
        reads(pod("Running", waiting("ImagePullBackOff"), ended(1, "Error")), "0/2", "ImagePullBackOff", Health::Bad);
        reads(pod("Running", running(), ended(137, "OOMKilled")), "1/2", "OOMKilled", Health::Bad);
        reads(pod("Failed", ended(1, "Error"), ended(0, "Completed")), "0/2", "Error", Health::Bad);
        reads(pod("Running", running(), json!({"terminated": {"exitCode": 7}})), "1/2", "ExitCode:7", Health::Bad);
        reads(
            pod("Running", running(), json!({"terminated": {"exitCode": 1, "signal": 9}})),
            "1/2",
            "Signal:9",
            Health::Bad,
        );
        let unready = with(
            pod("Running", running(), running()),
            "status.containerStatuses",
            json!([status("a", true, running())]),
        );
        reads(unready, "1/2", "Running", Health::Warn);
        let gated = is("Ready", "False", "ReadinessGatesNotReady");
        reads(with(pod("Running", running(), running()), "status.conditions", gated), "2/2", "Running", Health::Warn);
        let node_lost = is("Ready", "False", "");
        reads(
            with(pod("Running", running(), running()), "status.conditions", node_lost),
            "2/2",
            "Running",
            Health::Warn,
        );
    }

    #[test]
    fn completed_containers_beside_others_do_not_hide_them() {
        reads(pod("Succeeded", ended(0, "Completed"), ended(0, "Completed")), "0/2", "Completed", Health::Done);
        let half = pod("Running", ended(0, "Completed"), running());
        reads(half.clone(), "1/2", "NotReady", Health::Warn);
        reads(with(half, "status.conditions", is("Ready", "True", "")), "1/2", "Running", Health::Warn);
        let failed = pod("Running", ended(0, "Completed"), ended(2, "Error"));
        reads(failed, "0/2", "Error", Health::Bad);
    }

    #[test]
    fn what_the_pod_itself_says_comes_before_its_phase() {
        let gone = json!({"spec": {"containers": [{"name": "a"}]}, "status": {"phase": "Failed", "reason": "Evicted"}});
        reads(gone, "0/1", "Evicted", Health::Bad);
        let gated = json!({"spec": {"containers": [{"name": "a"}]},
            "status": {"phase": "Pending", "conditions": is("PodScheduled", "False", "SchedulingGated")}});
        reads(gated, "0/1", "SchedulingGated", Health::Progress);
    }

    #[test]
    fn deleted_pods_terminate_unless_they_are_over_or_their_node_is_lost() {
        let deleted = |pod| with(pod, "metadata", json!({"deletionTimestamp": LATELY}));
        reads(deleted(pod("Running", running(), running())), "2/2", "Terminating", Health::Leaving);
        reads(deleted(pod("Failed", ended(1, "Error"), ended(1, "Error"))), "0/2", "Error", Health::Leaving);
        let lost = with(pod("Running", running(), running()), "status.reason", json!("NodeLost"));
        reads(deleted(lost), "2/2", "Unknown", Health::Leaving);
    }

    #[test]
    fn init_containers_come_first_and_sidecars_count() {
        let done = || status("setup", true, ended(0, "Completed"));
        let waits = || status("mesh", false, waiting("PodInitializing"));
        let app = || status("app", false, waiting("PodInitializing"));
        let started = with(status("mesh", true, running()), "started", json!(true));
        reads(staged(status("setup", false, running()), waits(), app()), "0/2", "Init:0/2", Health::Progress);
        reads(staged(done(), waits(), app()), "0/2", "Init:1/2", Health::Progress);
        reads(
            staged(status("setup", false, waiting("CrashLoopBackOff")), waits(), app()),
            "0/2",
            "Init:CrashLoopBackOff",
            Health::Bad,
        );
        reads(staged(status("setup", false, ended(1, "Error")), waits(), app()), "0/2", "Init:Error", Health::Bad);
        let signal = json!({"terminated": {"exitCode": 1, "signal": 15}});
        reads(staged(status("setup", false, signal), waits(), app()), "0/2", "Init:Signal:15", Health::Bad);
        reads(staged(done(), started.clone(), app()), "1/2", "PodInitializing", Health::Progress);
        let up = staged(done(), started, status("app", true, running()));
        reads(with(up, "status.phase", json!("Running")), "2/2", "Running", Health::Good);
    }

    #[test]
    fn restarts_of_init_containers_count_only_while_they_run() {
        let app = again(status("app", true, running()), 2, LATELY);
        let sidecar = again(with(status("mesh", true, running()), "started", json!(true)), 1, LONG_AGO);
        let busy = again(status("setup", false, running()), 5, LONG_AGO);
        let done = again(status("setup", true, ended(0, "Completed")), 5, LATELY);
        let restarts = |pod| cell(&row(&KIND, pod), "RESTARTS");
        assert_eq!(restarts(staged(busy.clone(), sidecar.clone(), app.clone())), "5 (60m ago)");
        assert_eq!(restarts(staged(done, sidecar.clone(), app.clone())), "3 (3m ago)");
        let initialized = with(staged(busy, sidecar, app), "status.conditions", is("Initialized", "True", ""));
        assert_eq!(restarts(initialized), "2 (3m ago)", "the sidecar behind the busy one was not looked at");
        assert_eq!(restarts(pod("Running", running(), running())), "0");
    }

    #[test]
    fn a_run_that_ended_nobody_knows_when_has_no_age() {
        let ended =
            Terminated { exit_code: 137, finished_at: Some(Moment { seconds: 0, nanos: 0 }), ..Terminated::default() };
        let last = State { terminated: Some(ended), ..State::default() };
        let lost = ContainerStatus { restart_count: 1, last_state: Some(last), ..ContainerStatus::default() };
        assert_eq!(lost.last_finished(), None);
    }

    #[test]
    fn the_other_cells_of_a_pod_say_none_where_there_is_nothing() {
        let empty = row(&KIND, json!({"spec": {}, "status": {"phase": "Pending"}}));
        assert_eq!(text(&empty), ["0/0", "Pending", "0", "60m", "<none>", "<none>", "<none>", "<none>", "", "", ""]);
        let full = row(
            &KIND,
            json!({
            "spec": {"nodeName": "n1", "serviceAccountName": "robot",
                "readinessGates": [{"conditionType": "x/a"}, {"conditionType": "x/b"}]},
            "status": {"podIPs": [{"ip": "10.0.0.7"}, {"ip": "fd00::7"}], "nominatedNodeName": "n2", "qosClass": "Burstable",
                "conditions": is("x/a", "True", "")}}),
        );
        assert_eq!(text(&full)[4..], ["10.0.0.7", "n1", "n2", "1/2", "", "robot", "Burstable"]);
        let link = KIND.link(&full).unwrap();
        assert_eq!((link.kind.name, link.scope), ("containers", Scope::namespace("shop").fields("metadata.name=web")));
    }
}
