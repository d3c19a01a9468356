//! A container as people read it.

use crate::kinds::describe::moment;
use crate::model::{Cell, Section, Value};

pub fn sections(body: &Value) -> Vec<Section> {
    vec![
        state(body),
        image(body),
        networks(body),
        mounts(body),
        list("Environment", &body["Config"]["Env"]),
        checks(body),
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
    if state["Running"] != Value::Bool(true) {
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

/// `137: killed by SIGKILL, the memory ran out`.
fn exit_code(state: &Value) -> String {
    let Some(code) = state["ExitCode"].as_i64() else { return String::new() };
    let starved = (state["OOMKilled"] == Value::Bool(true)).then(|| "the memory ran out".to_owned());
    let meaning: Vec<String> = meaning(code).into_iter().chain(starved).collect();
    if meaning.is_empty() { code.to_string() } else { format!("{code}: {}", meaning.join(", ")) }
}

/// Signals that end processes, by their numbers on Linux.
const SIGNALS: &[(i64, &str)] = &[
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (3, "SIGQUIT"),
    (4, "SIGILL"),
    (6, "SIGABRT: the program gave up"),
    (7, "SIGBUS"),
    (8, "SIGFPE"),
    (9, "SIGKILL"),
    (11, "SIGSEGV: it touched memory that is not its own"),
    (13, "SIGPIPE"),
    (15, "SIGTERM"),
];

/// What the engine and shells mean by a code; programs give others a meaning of their own.
fn meaning(code: i64) -> Option<String> {
    match code {
        125 => Some("the engine could not start it".to_owned()),
        126 => Some("the command may not be run".to_owned()),
        127 => Some("there is no such command".to_owned()),
        129..=192 => {
            let known = SIGNALS.iter().find(|(number, _)| *number == code - 128);
            Some(known.map_or_else(|| format!("signal {}", code - 128), |(_, name)| format!("killed by {name}")))
        }
        _ => None,
    }
}

fn restart_policy(policy: &Value) -> String {
    match policy["MaximumRetryCount"].as_u64() {
        Some(n) if n > 0 => format!("{}, at most {n} times", text(&policy["Name"])),
        _ => text(&policy["Name"]),
    }
}

fn image(body: &Value) -> Section {
    let config = &body["Config"];
    let mut section = Section::new("Image");
    section.pair("image", text(&config["Image"])).pair("image id", text(&body["Image"]));
    section.pair("entrypoint", words(&config["Entrypoint"])).pair("command", words(&config["Cmd"]));
    section.pair("directory", text(&config["WorkingDir"])).pair("user", text(&config["User"]));
    section.pair("labels", pairs(&config["Labels"]));
    section
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
    for (port, bindings) in body["NetworkSettings"]["Ports"].as_object().into_iter().flatten() {
        let place = |b: &Value| format!("{}:{}", text(&b["HostIp"]), text(&b["HostPort"]));
        let places: Vec<String> = bindings.as_array().into_iter().flatten().map(place).collect();
        section.pair(port.as_str(), if places.is_empty() { "not published".to_owned() } else { places.join(", ") });
    }
    section
}

fn mounts(body: &Value) -> Section {
    let mut section = Section::new("Mounts");
    for mount in body["Mounts"].as_array().into_iter().flatten() {
        let what = if mount["Type"] == "volume" { text(&mount["Name"]) } else { text(&mount["Source"]) };
        let mode = if mount["RW"] == Value::Bool(false) { ", read-only" } else { "" };
        section.pair(text(&mount["Destination"]), format!("{} {what}{mode}", text(&mount["Type"])));
    }
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
