//! A container as people read it.

use super::ports;
use crate::kinds::describe::moment;
use crate::model::text::counted;
use crate::model::{Around, Cell, Health, Section, Units, Value};

pub fn sections(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let environment = list("Environment", &body["Config"]["Env"]);
    let (host, checks) = (&body["HostConfig"], checks(body));
    vec![
        state(body),
        image(body),
        networks(body),
        mounts(body),
        limits(host),
        rights(host),
        log(host),
        environment,
        checks,
    ]
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn state(body: &Value) -> Section {
    let state = &body["State"];
    let mut section = Section::new("State");
    section.pair("name", text(&body["Name"]).trim_start_matches('/'));
    section.pair("id", text(&body["Id"]));
    section.pair("state", text(&state["Status"]));
    section.pair("health", text(&state["Health"]["Status"]));
    section.cell("created", moment(&body["Created"]));
    section.cell("started", past(&state["StartedAt"]));
    // One that restarts counts as running while it waits.
    if state["Running"] != Value::Bool(true) || state["Restarting"] == Value::Bool(true) {
        section.cell("finished", past(&state["FinishedAt"]));
        section.pair("exit code", exit_code(state));
    }
    section.pair("error", text(&state["Error"]));
    section.pair("pid", text(&state["Pid"]));
    section.pair("restarts", text(&body["RestartCount"]));
    section.pair("restart policy", restart_policy(&body["HostConfig"]["RestartPolicy"]));
    section
}

/// Docker's word for never is the year 1.
fn past(value: &Value) -> Cell {
    if text(value).starts_with("0001-") { Cell::None } else { moment(value) }
}

/// `137: killed by SIGKILL, out of memory`.
fn exit_code(state: &Value) -> String {
    let Some(code) = state["ExitCode"].as_i64() else { return String::new() };
    // Engines say 0 of one that was never started.
    if code == 0 && past(&state["StartedAt"]) == Cell::None && state["Status"] == "created" {
        return String::new();
    }
    let starved = (state["OOMKilled"] == Value::Bool(true)).then(|| "out of memory".to_owned());
    let meaning: Vec<String> = meaning(code).into_iter().chain(starved).collect();
    if meaning.is_empty() { code.to_string() } else { format!("{code}: {}", meaning.join(", ")) }
}

/// Signals that end processes, by their numbers on Linux.
const SIGNALS: &[(i64, &str)] = &[
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (3, "SIGQUIT"),
    (4, "SIGILL"),
    (6, "SIGABRT: the program aborted"),
    (7, "SIGBUS"),
    (8, "SIGFPE"),
    (9, "SIGKILL"),
    (11, "SIGSEGV: invalid memory access"),
    (13, "SIGPIPE"),
    (15, "SIGTERM"),
];

/// What the engine and shells mean by a code; programs give others a meaning of their own.
fn meaning(code: i64) -> Option<String> {
    match code {
        125 => Some("the engine could not start it".to_owned()),
        126 => Some("the command is not executable".to_owned()),
        127 => Some("command not found".to_owned()),
        129..=192 => {
            let known = SIGNALS.iter().find(|(number, _)| *number == code - 128);
            Some(known.map_or_else(|| format!("signal {}", code - 128), |(_, name)| format!("killed by {name}")))
        }
        _ => None,
    }
}

fn restart_policy(policy: &Value) -> String {
    match policy["MaximumRetryCount"].as_u64() {
        Some(n) if n > 0 => format!("{}, at most {}", text(&policy["Name"]), counted(n as usize, "time")),
        _ => text(&policy["Name"]),
    }
}

fn image(body: &Value) -> Section {
    let config = &body["Config"];
    let mut section = Section::new("Image");
    section.pair("image", text(&config["Image"])).pair("image id", text(&body["Image"]));
    section.pair("entrypoint", words(&config["Entrypoint"])).pair("command", words(&config["Cmd"]));
    section.pair("directory", text(&config["WorkingDir"])).pair("user", text(&config["User"]));
    section.pair("health check", health_check(&config["Healthcheck"]));
    section.pair("labels", pairs(&config["Labels"]));
    section
}

/// `curl -f localhost, every 30s, within 5s, unhealthy after 3 failures`.
fn health_check(check: &Value) -> String {
    let test: Vec<&str> = check["Test"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let command = match test.as_slice() {
        [] => return String::new(),
        ["NONE", ..] => return "switched off".to_owned(),
        ["CMD" | "CMD-SHELL", command @ ..] => command.join(" "),
        other => other.join(" "),
    };
    let span = |word: &str, field: &str| {
        let nanos = check[field].as_i64().filter(|nanos| *nanos > 0)?;
        Some(format!("{word} {}", seconds(nanos)))
    };
    let retries = check["Retries"].as_u64().filter(|n| *n > 0);
    let retries = retries.map(|n| format!("unhealthy after {}", counted(n as usize, "failure")));
    let parts = [
        Some(command),
        span("every", "Interval"),
        span("timeout", "Timeout"),
        span("start period", "StartPeriod"),
        retries,
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// `30s`, `1.5s`, of nanoseconds.
fn seconds(nanos: i64) -> String {
    format!("{}s", nanos as f64 / 1e9)
}

fn words(list: &Value) -> String {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}

fn pairs(map: &Value) -> String {
    let line = |(key, value): (&String, &Value)| format!("{key}={}", text(value));
    map.as_object().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

fn networks(body: &Value) -> Section {
    let mut section = Section::new("Networks");
    section.pair("mode", text(&body["HostConfig"]["NetworkMode"]));
    for (name, network) in body["NetworkSettings"]["Networks"].as_object().into_iter().flatten() {
        section.pair(
            name.as_str(),
            match text(&network["IPAddress"]) {
                address if address.is_empty() => "no address".to_owned(),
                address => address,
            },
        );
    }
    let (open, wanted) = (&body["NetworkSettings"]["Ports"], &body["HostConfig"]["PortBindings"]);
    // What does not run has no open ports, and what it will have is known all the same.
    let none = open.as_object().is_none_or(|ports| ports.is_empty());
    for (port, bindings) in if none { wanted } else { open }.as_object().into_iter().flatten() {
        let places: Vec<String> = bindings.as_array().into_iter().flatten().map(place).collect();
        section.pair(port.as_str(), if places.is_empty() { "not published".to_owned() } else { places.join(", ") });
    }
    section
}

/// `0.0.0.0:8080`, `[::]:8080`; a port that the engine chooses has no number yet.
fn place(binding: &Value) -> String {
    let (address, port) = (text(&binding["HostIp"]), text(&binding["HostPort"]));
    let port = if matches!(port.as_str(), "" | "0") { "any free port" } else { port.as_str() };
    if address.is_empty() { port.to_owned() } else { format!("{}:{port}", ports::host(&address)) }
}

fn mounts(body: &Value) -> Section {
    let mut section = Section::new("Mounts");
    for mount in body["Mounts"].as_array().into_iter().flatten() {
        let what = if mount["Type"] == "volume" { text(&mount["Name"]) } else { text(&mount["Source"]) };
        let mode = if mount["RW"] == Value::Bool(false) { ", read-only" } else { "" };
        section.pair(text(&mount["Destination"]), format!("{} {what}{mode}", text(&mount["Type"])));
    }
    for (path, options) in body["HostConfig"]["Tmpfs"].as_object().into_iter().flatten() {
        section.pair(path.as_str(), format!("tmpfs {}", text(options)).trim_end());
    }
    section
}

/// What the container may use at most; what is 0 has no limit.
fn limits(host: &Value) -> Section {
    let mut section = Section::new("Limits");
    let amount = |field: &str| host[field].as_i64().filter(|n| *n > 0);
    let bytes = |field: &str| amount(field).map_or(Cell::None, |n| Cell::Size(n.unsigned_abs(), Units::Binary));
    section.cell("memory", bytes("Memory")).cell("memory reservation", bytes("MemoryReservation"));
    match (host["MemorySwap"].as_i64(), host["Memory"].as_i64()) {
        (Some(-1), _) => section.pair("swap", "no limit"),
        (Some(both), Some(memory)) if both > 0 => {
            section.cell("swap", Cell::Size(both.saturating_sub(memory).max(0).unsigned_abs(), Units::Binary))
        }
        _ => &mut section,
    };
    let cpus = amount("NanoCpus").map(|nanos| nanos as f64 / 1e9);
    let quota = amount("CpuQuota").zip(amount("CpuPeriod").or(Some(PERIOD)));
    let cpus = cpus.or(quota.map(|(quota, period)| quota as f64 / period as f64));
    section.pair("CPUs", cpus.map(|cpus| cpus.to_string()).unwrap_or_default());
    section.pair("CPU shares", amount("CpuShares").map(|n| n.to_string()).unwrap_or_default());
    section.pair("CPU set", text(&host["CpusetCpus"]));
    section.pair("processes", amount("PidsLimit").map(|n| n.to_string()).unwrap_or_default());
    for limit in host["Ulimits"].as_array().into_iter().flatten() {
        let (soft, hard) = (text(&limit["Soft"]), text(&limit["Hard"]));
        section.pair(
            format!("ulimit {}", text(&limit["Name"])),
            if soft == hard { soft } else { format!("{soft}, at most {hard}") },
        );
    }
    section
}

/// Microseconds in which a quota of CPU counts unless something else is said.
const PERIOD: i64 = 100_000;

/// What the container may do beyond, or short of, what containers may.
fn rights(host: &Value) -> Section {
    let mut section = Section::new("Rights");
    if host["Privileged"] == Value::Bool(true) {
        section.state("privileged", Cell::text("yes: it has root rights on the host"), Health::Bad);
    }
    section.pair("capabilities added", words(&host["CapAdd"])).pair("capabilities dropped", words(&host["CapDrop"]));
    section.pair("security options", words(&host["SecurityOpt"]));
    if host["ReadonlyRootfs"] == Value::Bool(true) {
        section.pair("files", "read-only");
    }
    for (key, field) in [
        ("processes", "PidMode"),
        ("shared memory (IPC)", "IpcMode"),
        ("users", "UsernsMode"),
        ("host name", "UTSMode"),
    ] {
        if host[field] == "host" {
            section.state(key, Cell::text("shared with the host"), Health::Warn);
        }
    }
    for device in host["Devices"].as_array().into_iter().flatten() {
        section.pair(format!("device {}", text(&device["PathInContainer"])), text(&device["PathOnHost"]));
    }
    section
}

fn log(host: &Value) -> Section {
    let mut section = Section::new("Log");
    let config = &host["LogConfig"];
    section.pair("driver", text(&config["Type"])).pair("options", pairs(&config["Config"]));
    section
}

fn list(title: &'static str, lines: &Value) -> Section {
    let mut section = Section::new(title);
    for line in lines.as_array().into_iter().flatten().filter_map(Value::as_str) {
        section.line(0, line);
    }
    section
}

/// The last health checks: when, how they ended, what they said.
fn checks(body: &Value) -> Section {
    let mut section = Section::new("Health checks");
    for check in body["State"]["Health"]["Log"].as_array().into_iter().flatten() {
        let (when, said) = (text(&check["Start"]), text(&check["Output"]));
        // To the second: `2026-01-31T12:00:00`.
        let when = when.get(..19).unwrap_or(&when).replace('T', " ");
        let said = said.trim().lines().next().unwrap_or_default();
        let line = format!("{when}  exit {}  {said}", text(&check["ExitCode"]));
        section.line(0, line);
    }
    section
}
