//! One container in words, in a pod or in the template of one.

use serde::Deserialize;

use super::{because, items, pairs, scalar, strings, text};
use crate::kinds::kube::containers::{ContainerRole, state};
use crate::kinds::kube::pods::lens::{ContainerStatus, State, Terminated};
use crate::kinds::lens::when;
use crate::kinds::mask;
use crate::model::text::counted;
use crate::model::{Cell, Health, Section, Value};

/// All containers of a pod, each with its status; of a template, when `status` is null.
pub fn sections(spec: &Value, status: &Value) -> Vec<Section> {
    let all = each(spec, status);
    all.map(|(part, container, status)| section(part, container, status)).collect()
}

/// Every container with its status (null without one), in the order in which they start.
pub fn each<'a>(spec: &'a Value, status: &'a Value) -> impl Iterator<Item = (ContainerRole, &'a Value, &'a Value)> {
    let groups = [
        ("initContainers", "initContainerStatuses", ContainerRole::Init),
        ("containers", "containerStatuses", ContainerRole::Regular),
        ("ephemeralContainers", "ephemeralContainerStatuses", ContainerRole::Ephemeral),
    ];
    groups.into_iter().flat_map(move |(key, statuses, part)| {
        items(spec, key).iter().map(move |container| {
            let sidecar = part == ContainerRole::Init && text(container, "restartPolicy") == "Always";
            let known = items(status, statuses).iter().find(|status| status["name"] == container["name"]);
            (if sidecar { ContainerRole::Sidecar } else { part }, container, known.unwrap_or(&Value::Null))
        })
    })
}

fn section(part: ContainerRole, container: &Value, status: &Value) -> Section {
    let title = match part {
        ContainerRole::Regular => "Container",
        ContainerRole::Init => "Init container",
        ContainerRole::Sidecar => "Sidecar",
        ContainerRole::Ephemeral => "Ephemeral container",
    };
    let mut section = Section::new(format!("{title} {}", text(container, "name")));
    lived(&mut section, part, status);
    section.pair("Image", text(container, "image"));
    section.pair("Image ID", text(status, "imageID"));
    section.pair("Command", mask::words(&strings(container, "command")).join(" "));
    section.pair("Arguments", mask::words(&strings(container, "args")).join(" "));
    section.pair("Ports", items(container, "ports").iter().map(port).collect::<Vec<_>>().join(", "));
    section.pair("Requests", pairs(&container["resources"]["requests"]));
    section.pair("Limits", pairs(&container["resources"]["limits"]));
    for (key, title) in [("livenessProbe", "Liveness"), ("readinessProbe", "Readiness"), ("startupProbe", "Startup")] {
        section.pair(title, probe(&container[key]));
    }
    environment(&mut section, container);
    mounts(&mut section, container);
    section
}

/// Its state, and how it ended before.
fn lived(section: &mut Section, part: ContainerRole, status: &Value) {
    let Ok(lens) = ContainerStatus::deserialize(status) else { return };
    let (word, health) = state(&lens, part);
    let waiting = text(&status["state"]["waiting"], "message");
    let word = if waiting.is_empty() { word } else { format!("{word}: {}", mask::urls(waiting)) };
    section.state("State", Cell::text(word), health);
    if let Some(State { running: Some(running), .. }) = &lens.state {
        section.cell("Running for", Cell::since(when(running.started_at)));
    }
    let ends = [("Ended", &lens.state, &status["state"]), ("Last ended", &lens.last_state, &status["lastState"])];
    for (title, state, body) in ends {
        if let Some(end) = state.as_ref().and_then(|state| state.terminated.as_ref()) {
            ended(section, title, end, &body["terminated"]);
        }
    }
    section.pair("Ready", if lens.ready { "yes" } else { "no" });
    section.cell("Restarts", Cell::Count(i64::from(lens.restart_count)));
}

fn ended(section: &mut Section, title: &'static str, end: &Terminated<'_>, body: &Value) {
    let signal = if end.signal == 0 { String::new() } else { format!(", signal {}", end.signal) };
    let message = text(body, "message").trim();
    let message = if message.is_empty() { String::new() } else { format!(": {}", mask::urls(message)) };
    let said = format!("{}, exit code {}{signal}{message}", end.word(), end.exit_code);
    section.state(title, Cell::text(said), if end.exit_code == 0 { Health::Done } else { Health::Bad });
    section.cell(format!("{title} ago"), Cell::since(when(end.finished_at)));
}

/// Why a container does not do its work, if it does not.
pub fn trouble(part: ContainerRole, status: &Value) -> Option<(String, Health)> {
    let lens = ContainerStatus::deserialize(status).ok()?;
    let (word, health) = state(&lens, part);
    if health > Health::Warn {
        return None;
    }
    let now = status["state"].as_object().and_then(|state| state.values().next()).unwrap_or(&Value::Null);
    let mut said = because(now);
    if said.is_empty() || word == "Running" {
        said = if word == "Running" { "running, but not ready".to_owned() } else { word };
    }
    if let Some(end) = lens.last_state.as_ref().and_then(|state| state.terminated.as_ref()) {
        said.push_str(&format!("; before that: {}, exit code {}", end.word(), end.exit_code));
        // What it said when it ended is why it does not start again.
        let last = text(&status["lastState"]["terminated"], "message").trim();
        if !last.is_empty() {
            said.push_str(&format!(": {last}"));
        }
    }
    Some((said, health))
}

/// `http 8080/TCP`, with the port of the host when it takes one.
fn port(port: &Value) -> String {
    let protocol = match text(port, "protocol") {
        "" => "TCP",
        protocol => protocol,
    };
    let mut out = format!("{} {}/{protocol}", text(port, "name"), scalar(&port["containerPort"]));
    if let Some(host) = port["hostPort"].as_u64() {
        out.push_str(&format!(" on host port {host}"));
    }
    out.trim_start().to_owned()
}

/// `http-get :8080/healthz every 10s, 3 failures`.
fn probe(probe: &Value) -> String {
    if probe.is_null() {
        return String::new();
    }
    let (http, socket, grpc) = (&probe["httpGet"], &probe["tcpSocket"], &probe["grpc"]);
    let what = match () {
        () if !http.is_null() => {
            let scheme = if text(http, "scheme") == "HTTPS" { "https" } else { "http" };
            format!("{scheme}-get {}:{}{}", text(http, "host"), scalar(&http["port"]), text(http, "path"))
        }
        () if !socket.is_null() => format!("tcp {}:{}", text(socket, "host"), scalar(&socket["port"])),
        () if !grpc.is_null() => format!("grpc :{} {}", scalar(&grpc["port"]), text(grpc, "service")).trim_end().into(),
        () => format!("exec {}", mask::words(&strings(&probe["exec"], "command")).join(" ")),
    };
    let number = |key: &str, default| probe[key].as_i64().unwrap_or(default);
    let delay = match number("initialDelaySeconds", 0) {
        0 => String::new(),
        delay => format!(" after {delay}s"),
    };
    let (period, timeout) = (number("periodSeconds", 10), number("timeoutSeconds", 1));
    let failures = counted(number("failureThreshold", 3).max(0) as usize, "failure");
    format!("{what}{delay} every {period}s, timeout {timeout}s, {failures}")
}

fn environment(section: &mut Section, container: &Value) {
    let (env, from) = (items(container, "env"), items(container, "envFrom"));
    if env.is_empty() && from.is_empty() {
        return;
    }
    section.line(0, "Environment");
    for source in from {
        let prefix = text(source, "prefix");
        for (key, sort) in [("configMapRef", "config map"), ("secretRef", "secret")] {
            let name = text(&source[key], "name");
            if !name.is_empty() {
                section.line(1, format!("{prefix}* from {sort} {name}"));
            }
        }
    }
    for variable in env {
        let name = text(variable, "name");
        let value = match &variable["valueFrom"] {
            Value::Null => format!("={}", mask::value(name, text(variable, "value"))),
            from => format!(" from {}", origin(from)),
        };
        section.line(1, format!("{name}{value}"));
    }
}

/// Where a variable's value comes from; the value itself is not here.
fn origin(from: &Value) -> String {
    for (key, sort) in [("secretKeyRef", "secret"), ("configMapKeyRef", "config map")] {
        let place = &from[key];
        if !place.is_null() {
            return format!("{sort} {}, key {}", text(place, "name"), text(place, "key"));
        }
    }
    match (text(&from["fieldRef"], "fieldPath"), text(&from["resourceFieldRef"], "resource")) {
        ("", "") => "elsewhere".to_owned(),
        ("", resource) => format!("resource {resource}"),
        (field, _) => format!("field {field}"),
    }
}

fn mounts(section: &mut Section, container: &Value) {
    let all = items(container, "volumeMounts");
    if all.is_empty() {
        return;
    }
    section.line(0, "Mounts");
    for mount in all {
        let mode = if mount["readOnly"] == true { ", read-only" } else { "" };
        let sub = match text(mount, "subPath") {
            "" => String::new(),
            sub => format!("/{sub}"),
        };
        section.line(1, format!("{} from {}{sub}{mode}", text(mount, "mountPath"), text(mount, "name")));
    }
}
