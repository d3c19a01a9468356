//! A container as people read it.

use crate::kinds::describe::moment;
use crate::model::{Cell, Section, Value};

pub fn sections(body: &Value) -> Vec<Section> {
    vec![state(body), image(body), networks(body), mounts(body), list("Environment", &body["Config"]["Env"]), checks(body)]
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

fn exit_code(state: &Value) -> String {
    let killed = if state["OOMKilled"] == Value::Bool(true) { ", killed: out of memory" } else { "" };
    format!("{}{killed}", text(&state["ExitCode"]))
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
        section.pair(name.as_str(), match text(&network["IPAddress"]) {
            address if address.is_empty() => "no address".to_owned(),
            address => address,
        });
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
        let said = text(&check["Output"]);
        let line = format!("exit {}  {}", text(&check["ExitCode"]), said.trim().lines().next().unwrap_or_default());
        section.line(0, line);
    }
    section
}
