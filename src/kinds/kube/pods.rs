//! Pods. STATUS, READY and RESTARTS follow kubectl's printer (k8s.io/kubernetes, pkg/printers/internalversion).

pub mod lens;

use lens::{Condition, ContainerStatus, Pod, State, Terminated};

use crate::kinds::lens::{Lens, Meta, Moment, Row, age, read};
use crate::model::{
    Address, Beside, Cell, Column, Door, Health, Kind, Link, Object, Reading, Scope, Strings, Time,
};

pub static KIND: Kind = Kind {
    name: "pods",
    aliases: &["po", "pod"],
    address: Address { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
    columns: &[
        Column::new("READY", 5),
        Column::new("STATUS", 18).state(),
        Column::new("RESTARTS", 8),
        Column::new("AGE", 4).rank(2),
        Column::new("IP", 12).rank(4),
        Column::new("NODE", 12).rank(3),
        Column::new("NOMINATED NODE", 14).rank(6).wide(),
        Column::new("READINESS GATES", 15).rank(6).wide(),
        Column::new("LAST-RESTART", 12).rank(5).wide(),
        Column::new("SERVICE-ACCOUNT", 15).rank(5).wide(),
        Column::new("QOS", 10).rank(5).wide(),
    ],
    door: Door::Lens(read::<Pod>),
    link: containers,
    beside: Some(Beside { kind: "podmetrics", before: "AGE" }),
    ..Kind::KUBE
};

fn containers(pod: &Object) -> Option<Link> {
    let name = arcstr::format!("metadata.name={}", pod.id.name);
    Some(Link { kind: "containers", scope: Scope::namespace(pod.id.namespace.clone()).fields(name) })
}

impl Lens for Pod {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let seen = self.seen(meta.deletion_timestamp.is_some());
        let strings = &mut *reading.strings;
        let (spec, status) = (self.spec.clone().unwrap_or_default(), self.status.clone().unwrap_or_default());
        let ip = status.pod_ips.first().map_or("", |ip| ip.ip.as_str());
        let cells = vec![
            Cell::Ratio(seen.ready, seen.total),
            Cell::text(strings.share(&seen.reason)),
            restarts(seen.restarts, seen.last_restart),
            age(meta),
            or_none(strings, ip),
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
pub struct Seen {
    pub ready: u32,
    pub total: u32,
    pub reason: String,
    pub restarts: u32,
    pub last_restart: Option<Time>,
    initializing: bool,
    leaving: bool,
}

impl Pod {
    pub fn seen(&self, leaving: bool) -> Seen {
        let Some(status) = &self.status else { return Seen { leaving, ..Seen::default() } };
        let mut seen = Seen { total: self.total(), leaving, ..Seen::default() };
        seen.reason = if status.reason.is_empty() { status.phase.clone() } else { status.reason.clone() };
        if status.conditions.iter().any(|c| c.r#type == "PodScheduled" && c.reason == "SchedulingGated") {
            seen.reason = "SchedulingGated".to_owned();
        }
        let sidecars = self.init(&mut seen);
        if !seen.initializing || is_true(&status.conditions, "Initialized") {
            (seen.restarts, seen.last_restart) = sidecars;
            run(&status.container_statuses, &status.conditions, &mut seen);
        }
        let over = matches!(status.phase.as_str(), "Succeeded" | "Failed");
        if leaving && status.reason == "NodeLost" {
            seen.reason = "Unknown".to_owned();
        } else if leaving && !over {
            seen.reason = "Terminating".to_owned();
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
    fn init(&self, seen: &mut Seen) -> (u32, Option<Time>) {
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
            let state = container.state.clone().unwrap_or_default();
            if state.terminated.as_ref().is_some_and(|end| end.exit_code == 0) {
                continue;
            }
            if sidecar && container.started == Some(true) {
                seen.ready += u32::from(container.ready);
                continue;
            }
            seen.reason = init_reason(&state, i, spec.init_containers.len());
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

fn init_reason(state: &State, index: usize, count: usize) -> String {
    if let Some(end) = &state.terminated {
        return format!("Init:{}", end.word());
    }
    let waiting = state.waiting.as_ref().map_or("", |waiting| waiting.reason.as_str());
    match waiting {
        "" | "PodInitializing" => format!("Init:{index}/{count}"),
        reason => format!("Init:{reason}"),
    }
}

/// Goes through the regular containers from the last to the first: the first one that tells something wins.
fn run(containers: &[ContainerStatus], conditions: &[Condition], seen: &mut Seen) {
    let (mut running, mut error) = (false, String::new());
    for container in containers.iter().rev() {
        seen.restarts += container.restart_count.max(0) as u32;
        seen.last_restart = seen.last_restart.max(container.last_finished());
        let state = container.state.clone().unwrap_or_default();
        let waiting = state.waiting.as_ref().map_or("", |waiting| waiting.reason.as_str());
        if !waiting.is_empty() {
            seen.reason = waiting.to_owned();
        } else if let Some(end) = &state.terminated {
            seen.reason = end.word();
            if end.exit_code != 0 {
                error.clone_from(&seen.reason);
            }
        } else if container.ready && state.running.is_some() {
            running = true;
            seen.ready += 1;
        }
    }
    if seen.reason == "Completed" {
        if running && is_true(conditions, "Ready") {
            seen.reason = "Running".to_owned();
        } else if !error.is_empty() {
            seen.reason = error;
        } else if running {
            seen.reason = "NotReady".to_owned();
        }
    }
}

fn is_true(conditions: &[Condition], name: &str) -> bool {
    conditions.iter().any(|condition| condition.r#type == name && condition.status == "True")
}

impl Terminated {
    /// The reason, else the signal, else the exit code.
    pub fn word(&self) -> String {
        match (self.reason.as_str(), self.signal) {
            ("", 0) => format!("ExitCode:{}", self.exit_code),
            ("", signal) => format!("Signal:{signal}"),
            (reason, _) => reason.to_owned(),
        }
    }
}

impl ContainerStatus {
    pub fn last_finished(&self) -> Option<Time> {
        let last = self.last_state.as_ref().and_then(|state| state.terminated.as_ref());
        last.and_then(|end| end.finished_at).map(Moment::time)
    }
}

impl Seen {
    pub fn health(&self, phase: &str) -> Health {
        if self.leaving {
            return Health::Leaving;
        }
        match self.reason.as_str() {
            "Running" if self.ready == self.total => Health::Good,
            "Running" | "NotReady" => Health::Warn,
            "Succeeded" | "Completed" => Health::Done,
            "Pending" | "ContainerCreating" | "PodInitializing" | "SchedulingGated" => Health::Progress,
            reason if reason.strip_prefix("Init:").is_some_and(|rest| rest.contains('/')) => Health::Progress,
            _ if phase == "Succeeded" => Health::Done,
            _ => Health::Bad,
        }
    }
}
