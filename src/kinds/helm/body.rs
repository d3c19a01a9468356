//! A release on its page. The values that were set are named but not shown: they may be secrets.

use super::stored::secrets;
use crate::kinds::describe::moment;
use crate::kinds::kube::facts::{items, strings, text};
use crate::kinds::mask;
use crate::model::{Around, Cell, Health, Section, Time, Value};

pub fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    vec![release(body), chart(body), values(body), notes(body), objects(body), hooks(body)]
}

fn release(body: &Value) -> Section {
    let info = &body["info"];
    let mut section = Section::new("Release");
    section.cell("revision", body["revision"].as_i64().map_or(Cell::None, Cell::Count));
    let status = text(info, "status");
    // How long it has been under way is told by the table, which has a clock.
    let begun = Time::parse(text(info, "last_deployed")).unwrap_or_default();
    section.state("status", Cell::text(status), super::health(status, Some(begun), begun).0);
    section.pair("to recover", recovery(body, status));
    section.pair("description", mask::urls(text(info, "description")).as_ref());
    section.cell("first deployed", moment(&info["first_deployed"]));
    section.cell("last deployed", moment(&info["last_deployed"]));
    section.cell("uninstalled", moment(&info["deleted"]));
    section.pair(
        "applied by",
        match text(body, "applyMethod") {
            "ssa" => "the server (server-side apply)",
            "csa" => "the client (three-way merge)",
            other => other,
        },
    );
    section
}

/// What helps a release that failed, or that hangs because the helm that worked on it has ended.
fn recovery(body: &Value, status: &str) -> String {
    let meta = &body["metadata"];
    let of = format!("{} -n {}", text(meta, "name"), text(meta, "namespace"));
    let before = body["revision"].as_i64().map_or(0, |revision| revision - 1);
    let command = match before {
        1.. => format!("helm rollback {} {before} -n {}", text(meta, "name"), text(meta, "namespace")),
        _ => format!("helm uninstall {of}"),
    };
    match status {
        "failed" => command,
        status if status.starts_with("pending-") => format!("{command}, if no helm works on it any more"),
        "uninstalling" => format!("helm uninstall {of}, if no helm works on it any more"),
        _ => String::new(),
    }
}

fn chart(body: &Value) -> Section {
    let chart = &body["chart"];
    let mut section = Section::new("Chart");
    for (key, field) in [
        ("name", "name"),
        ("version", "version"),
        ("app version", "appVersion"),
        ("about", "description"),
        ("home", "home"),
    ] {
        section.pair(key, mask::urls(text(chart, field)).as_ref());
    }
    if chart["deprecated"] == true {
        section.state("deprecated", Cell::text("yes"), Health::Warn);
    }
    section
}

/// The paths of the values that the user set.
fn values(body: &Value) -> Section {
    let mut section = Section::new("Values");
    let mut paths = Vec::new();
    collect("", &body["values"], &mut paths);
    if !paths.is_empty() {
        section.line(0, "set by the user, shown in the YAML:");
        for path in paths {
            section.line(1, path);
        }
    }
    section
}

fn collect(path: &str, value: &Value, paths: &mut Vec<String>) {
    match value.as_object().filter(|fields| !fields.is_empty() || path.is_empty()) {
        Some(fields) => fields.iter().for_each(|(key, value)| {
            let dot = if path.is_empty() { "" } else { "." };
            collect(&format!("{path}{dot}{key}"), value, paths);
        }),
        None if path.is_empty() => {}
        None => paths.push(path.to_owned()),
    }
}

fn notes(body: &Value) -> Section {
    let mut section = Section::new("Notes");
    let known = secrets(body);
    for line in text(body, "notes").trim_end().lines() {
        section.line(0, mask::line(&known.hide(line)));
    }
    section
}

fn objects(body: &Value) -> Section {
    let mut section = Section::new("Objects");
    let all = items(body, "manifest");
    // Charts seldom name a namespace: helm gives its objects that of the release.
    let names = all.iter().any(|object| !text(&object["metadata"], "namespace").is_empty());
    let width = if names { 3 } else { 2 };
    if !all.is_empty() {
        section.row(["KIND", "NAME", "NAMESPACE"].map(Cell::text).into_iter().take(width));
    }
    for object in all {
        let meta = &object["metadata"];
        let cells = [text(object, "kind"), text(meta, "name"), text(meta, "namespace")].map(Cell::text);
        section.row(cells.into_iter().take(width));
    }
    section
}

fn hooks(body: &Value) -> Section {
    let mut section = Section::new("Hooks");
    let all = items(body, "hooks");
    if !all.is_empty() {
        section.row(["NAME", "KIND", "WHEN", "LAST RUN", "RESULT"].map(Cell::text));
    }
    for hook in all {
        let run = &hook["last_run"];
        section.row([
            Cell::text(text(hook, "name")),
            Cell::text(text(hook, "kind")),
            Cell::text(strings(hook, "events").join(", ")),
            moment(&run["completed_at"]),
            Cell::text(text(run, "phase")),
        ]);
    }
    section
}
