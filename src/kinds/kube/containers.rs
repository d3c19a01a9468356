//! Containers: the rows of a pod, one per container: those that do its work first, then what helps them and what only
//! prepared it, each in the pod's own order.

pub mod lens;

use std::collections::BTreeMap;

use lens::{Container, Pod, Port};

use super::pods::lens::{ContainerStatus, State};
use super::pods::restarts;
use crate::kinds::docker;
use crate::kinds::lens::{Quantity, Row, object, owned, when};
use crate::kinds::message::{self, Meta};
use crate::model::{
    Address, Cell, Column, Door, Enter, Health, Kind, Link, Object, Process, Reading, Represents, Result, Scope, Str,
    Twin, Uid, Wire, bytes, cores,
};

pub static KIND: Kind = Kind {
    name: "containers",
    aliases: &["co", "container"],
    address: Address { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
    columns: &[
        Column::new("READY", 5),
        Column::new("STATE", 18).state(),
        Column::new("RESTARTS", 8).number(),
        Column::new("KIND", 7).rank(2),
        Column::new("AGE", 4).number().rank(2),
        Column::new("IMAGE", 24).rank(3),
        Column::new("PORTS", 12).rank(4),
        Column::new("IDX", 3).rank(5).wide(),
        Column::new("PROBES", 6).rank(5).wide(),
        Column::new("CPU-REQ", 7).rank(5).wide(),
        Column::new("CPU-LIM", 7).rank(5).wide(),
        Column::new("MEM-REQ", 7).rank(5).wide(),
        Column::new("MEM-LIM", 7).rank(5).wide(),
    ],
    door: Door::Lens(read),
    enter: Enter::Log,
    represents: Represents::Part { of: &super::pods::KIND, order: "IDX" },
    process: Process::within(twin),
    ..Kind::kube()
};

/// What an engine runs for a pod, or for one container of it.
pub fn twin(row: &Object) -> Result<Twin> {
    let uid = Str::from(&row.uid);
    let pod = uid.split('/').next().unwrap_or_default();
    let path = format!("{}/{}", row.id.namespace, row.id.title());
    let scope = Scope::all().fields(format!("pod={path}"));
    Ok(Twin { path, uid: pod.into(), family: &docker::FAMILY, link: Link::to(&docker::containers::KIND, scope) })
}

/// What part a container plays in its pod.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ContainerRole {
    Init,
    Sidecar,
    Regular,
    Ephemeral,
}

impl ContainerRole {
    /// An init container that restarts always is a sidecar (KEP-753).
    fn of_init(container: &Container<'_>) -> Self {
        if container.restart_policy == "Always" { Self::Sidecar } else { Self::Init }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Sidecar => "sidecar",
            Self::Regular => "regular",
            Self::Ephemeral => "ephemeral",
        }
    }
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let pod: Pod<'_> = message::read(wire, bytes)?;
    let meta = pod.metadata.unwrap_or_default();
    if !owned(&meta, reading) {
        return Ok(());
    }
    let (spec, status) = (pod.spec.unwrap_or_default(), pod.status.unwrap_or_default());
    let regular =
        spec.containers.iter().map(|container| (container, ContainerRole::Regular, &status.container_statuses));
    let init = spec.init_containers.iter();
    let init = init.map(|container| (container, ContainerRole::of_init(container), &status.init_container_statuses));
    let (sidecars, init): (Vec<_>, Vec<_>) = init.partition(|(_, part, _)| *part == ContainerRole::Sidecar);
    let ephemeral = spec.ephemeral_containers.iter().filter_map(|ephemeral| ephemeral.common.as_ref());
    let ephemeral =
        ephemeral.map(|container| (container, ContainerRole::Ephemeral, &status.ephemeral_container_statuses));
    let all = regular.chain(sidecars).chain(init).chain(ephemeral);
    rows.extend(all.zip(1..).map(|((container, part, all), number)| {
        let status = all.iter().find(|status| status.name == container.name).cloned().unwrap_or_default();
        one(&meta, container, (part, number), &status, reading)
    }));
    Ok(())
}

fn one(
    meta: &Meta<'_>,
    container: &Container<'_>,
    (part, number): (ContainerRole, i64),
    status: &ContainerStatus<'_>,
    reading: &mut Reading<'_>,
) -> Object {
    let (state, health) = state(status, part);
    let strings = &mut *reading.strings;
    let none = BTreeMap::new();
    let (requests, limits) = container.resources.as_ref().map_or((&none, &none), |all| (&all.requests, &all.limits));
    let running = status.state.as_ref().and_then(|state| state.running.as_ref());
    let cells = vec![
        ready(status, part),
        Cell::text(strings.share(&state)),
        restarts(status.restart_count.max(0) as u32, status.last_finished()),
        Cell::text(strings.share(part.word())),
        Cell::since(when(running.and_then(|running| running.started_at))),
        Cell::text(strings.share(&container.image)),
        Cell::text(strings.share(&ports(&container.ports))),
        Cell::Count(number),
        Cell::text(strings.share(&probes(container))),
        cpu(requests),
        cpu(limits),
        memory(requests),
        memory(limits),
    ];
    let mut row = object(meta, reading, Row { health, cells, link: None });
    row.id.part = reading.strings.share(&container.name);
    if !meta.uid.is_empty() {
        row.uid = Uid::from(arcstr::format!("{}/{}", &*meta.uid, &*container.name));
    }
    row
}

/// Nobody asks it of what only prepares a pod or looks into it.
fn ready(status: &ContainerStatus<'_>, part: ContainerRole) -> Cell {
    match part {
        ContainerRole::Regular | ContainerRole::Sidecar => Cell::text(if status.ready { "yes" } else { "no" }),
        ContainerRole::Init | ContainerRole::Ephemeral => Cell::None,
    }
}

/// The word for a container's state, and how well that is.
pub fn state(status: &ContainerStatus<'_>, part: ContainerRole) -> (String, Health) {
    match status.state.as_ref() {
        Some(State { terminated: Some(end), .. }) => {
            (end.word().into_owned(), if end.exit_code == 0 { Health::Done } else { Health::Bad })
        }
        Some(State { running: Some(_), .. }) => ("Running".to_owned(), running(status, part)),
        Some(State { waiting: Some(waiting), .. }) if !waiting.reason.is_empty() => {
            let starting = matches!(&*waiting.reason, "ContainerCreating" | "PodInitializing");
            (waiting.reason.to_string(), if starting { Health::Progress } else { Health::Bad })
        }
        _ => ("Waiting".to_owned(), Health::Progress),
    }
}

/// Init containers are a step on the way, and nobody asks ephemeral ones whether they are ready.
fn running(status: &ContainerStatus<'_>, part: ContainerRole) -> Health {
    match part {
        ContainerRole::Init => Health::Progress,
        ContainerRole::Ephemeral => Health::Good,
        ContainerRole::Regular | ContainerRole::Sidecar if status.ready => Health::Good,
        ContainerRole::Regular | ContainerRole::Sidecar if status.started == Some(false) => Health::Progress,
        ContainerRole::Regular | ContainerRole::Sidecar => Health::Warn,
    }
}

/// `8080/TCP,53/UDP`.
fn ports(ports: &[Port<'_>]) -> String {
    let text = |port: &Port<'_>| {
        let protocol = if port.protocol.is_empty() { "TCP" } else { &*port.protocol };
        format!("{}/{protocol}", port.container_port)
    };
    ports.iter().map(text).collect::<Vec<_>>().join(",")
}

/// A letter for each probe there is, a dash for the others: `L:R:-`.
fn probes(container: &Container<'_>) -> String {
    let Container { liveness_probe, readiness_probe, startup_probe, .. } = container;
    let all = [(liveness_probe, "L"), (readiness_probe, "R"), (startup_probe, "S")];
    if all.iter().all(|(probe, _)| probe.is_none()) {
        return String::new();
    }
    all.map(|(probe, letter)| if probe.is_some() { letter } else { "-" }).join(":")
}

fn cpu(quantities: &BTreeMap<String, Quantity>) -> Cell {
    let cores = quantities.get("cpu").and_then(|quantity| cores(&quantity.text));
    cores.map_or(Cell::None, |cores| Cell::Cpu((cores * 1000.0).round() as u64))
}

fn memory(quantities: &BTreeMap<String, Quantity>) -> Cell {
    let bytes = quantities.get("memory").and_then(|quantity| bytes(&quantity.text));
    bytes.map_or(Cell::None, Cell::Bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, named, rows, text};

    #[test]
    fn a_pod_has_a_row_for_every_container_those_that_do_its_work_first() {
        let pod = named(json!({
            "spec": {
                "initContainers": [{"name": "setup"}, {"name": "mesh", "restartPolicy": "Always"}],
                "containers": [{
                    "name": "app", "image": "shop:1", "ports": [{"containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}],
                    "readinessProbe": {"httpGet": {"path": "/"}},
                    "resources": {"requests": {"cpu": "250m", "memory": "64Mi"}, "limits": {"cpu": 2}}}],
                "ephemeralContainers": [{"name": "debug", "image": "tools", "targetContainerName": "app"}]},
            "status": {
                "initContainerStatuses": [{"name": "setup", "ready": true, "state": {"terminated": {"reason": "Completed"}}}],
                "containerStatuses": [{
                    "name": "app", "ready": true, "restartCount": 2, "started": true,
                    "state": {"running": {"startedAt": "2026-01-01T11:58:00Z"}},
                    "lastState": {"terminated": {"exitCode": 1, "finishedAt": "2026-01-01T11:57:00Z"}}}],
                "ephemeralContainerStatuses": [{"name": "debug", "state": {"running": {}}}]}
        }));
        let rows = rows(&KIND, &pod);
        let seen: Vec<_> = rows.iter().map(|row| (row.id.part.as_str(), cell(row, "KIND"), row.health)).collect();
        assert_eq!(
            seen,
            [
                ("app", "regular".to_owned(), Health::Good),
                ("mesh", "sidecar".to_owned(), Health::Progress),
                ("setup", "init".to_owned(), Health::Done),
                ("debug", "ephemeral".to_owned(), Health::Good),
            ]
        );
        assert_eq!(
            text(&rows[0]),
            [
                "yes",
                "Running",
                "2 (3m ago)",
                "regular",
                "2m",
                "shop:1",
                "80/TCP,53/UDP",
                "1",
                "-:R:-",
                "250m",
                "2000m",
                "64Mi",
                ""
            ]
        );
        assert_eq!((cell(&rows[1], "STATE"), cell(&rows[3], "IMAGE")), ("Waiting".to_owned(), "tools".to_owned()));
        let ready: Vec<String> = rows.iter().map(|row| cell(row, "READY")).collect();
        assert_eq!(ready, ["yes", "no", "", ""], "nobody asks it of what prepares a pod or looks into it");
    }

    #[test]
    fn the_state_tells_why_a_container_does_not_run() {
        for (state, word, health) in [
            (json!({"waiting": {"reason": "CrashLoopBackOff"}}), "CrashLoopBackOff", Health::Bad),
            (json!({"waiting": {"reason": "ContainerCreating"}}), "ContainerCreating", Health::Progress),
            (json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}}), "OOMKilled", Health::Bad),
            (json!({"terminated": {"exitCode": 3}}), "ExitCode:3", Health::Bad),
            (json!({"running": {}}), "Running", Health::Warn),
        ] {
            let status = json!({"containerStatuses": [{"name": "app", "state": state}]});
            let pod = named(json!({"spec": {"containers": [{"name": "app"}]}, "status": status}));
            let row = rows(&KIND, &pod).remove(0);
            assert_eq!((cell(&row, "STATE").as_str(), row.health), (word, health));
        }
    }
}
