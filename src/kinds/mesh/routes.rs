//! Rules by the host that they answer, in the order in which they are tried.

use crate::kinds::verbs;
use crate::model::{
    Address, Around, Cell, Column, Description, Door, Health, Kind, Naming, Presentation, Section, Value,
};

pub static KIND: Kind = Kind {
    name: "routes",
    aliases: &["rt", "route", "mesh"],
    address: Address { group: "", version: "", kind: "Route", plural: "routes", namespaced: true },
    naming: Naming { called: |route| super::called(route, &[0, 2]), ..Naming::UNTITLED },
    columns: &[
        Column::new("HOST", 22).rank(0),
        Column::new("#", 2).rank(2),
        Column::new("MATCH", 18).rank(0),
        Column::new("BACKENDS", 24).rank(0).state(),
        Column::new("READY", 7).rank(1),
        Column::new("PROBLEMS", 8).rank(1),
        Column::new("RULE", 28).rank(3),
        Column::new("ATTACHED", 22).rank(4),
        Column::new("NOTES", 40).rank(5),
        Column::new("MESH", 11).wide(),
        Column::new("ORDER", 5).wide(),
    ],
    presentation: Presentation::PLAIN.sorted("ORDER", false),
    door: Door::Own,
    description: Description::of(describe),
    verbs: &[&verbs::SHIFT],
    ..Kind::mesh()
};

pub fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    vec![route(body), backends(body), problems(body)]
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// Who answers which requests, and why in this place.
fn route(body: &Value) -> Section {
    let mut section = Section::new("Route");
    for (key, field) in [
        ("host", "host"),
        ("match", "match"),
        ("attached to", "attach"),
        ("object", "object"),
        ("path", "path"),
        ("action", "action"),
        ("why this order", "reason"),
        ("never reached", "shadowed_why"),
        ("reached instead", "shadowed_by"),
        ("listener", "narrower_listener"),
    ] {
        if !text(body, field).is_empty() {
            section.pair(key, text(body, field));
        }
    }
    let place = body["rank"].as_i64().filter(|place| *place > 0);
    section.cell("order", place.map_or(Cell::None, Cell::Count));
    let badges: Vec<&str> = body["badges"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !badges.is_empty() {
        section.pair("also", badges.join(", "));
    }
    section
}

fn backends(body: &Value) -> Section {
    let mut section = Section::new("Backends");
    let all = body["backends"].as_array().map_or(&[][..], Vec::as_slice);
    let row = |to: &Value| {
        let number = |field: &str| to[field].as_i64().map_or(Cell::None, Cell::Count);
        let ready = |field: &str| to["ready"][field].as_u64().and_then(|count| u32::try_from(count).ok());
        let ready = match (text(to, "fault"), ready("ready").zip(ready("total"))) {
            ("", Some((some, all))) => Cell::Ratio(some, all),
            ("", None) => Cell::text("?"),
            (fault, _) => Cell::text(fault),
        };
        let share = format!("{} %", to["percent"]);
        [
            Cell::text(text(to, "host")),
            Cell::text(text(to, "subset")),
            number("port"),
            number("weight"),
            Cell::text(share.replace(".0 ", " ")),
            ready,
        ]
    };
    section.table(["NAME", "SUBSET", "PORT", "WEIGHT", "SHARE", "READY"], all.iter().map(row));
    section
}

fn problems(body: &Value) -> Section {
    let mut section = Section::new("Problems");
    for problem in body["problems"].as_array().into_iter().flatten() {
        let health = if text(problem, "severity") == "error" { Health::Bad } else { Health::Warn };
        section.state(text(problem, "code"), Cell::text(text(problem, "text")), health);
        section.line(1, text(problem, "advice"));
    }
    section
}
