//! Objects of every kind, as the controllers of their systems write them (tests/cluster/landscape), beside what their rows
//! have to be: annotations on the objects themselves.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::SYSTEMS;
use crate::kinds::kube::testing::rows;
use crate::model::{Cell, Door, Get, JsonPath, Kind, Object, Shape, System, Value};

static OBJECTS: include_dir::Dir<'_> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/tests/cluster/landscape");

/// The objects of a system, as they are in the namespace of the test cluster.
fn objects(system: &str) -> Vec<Value> {
    let file = OBJECTS.get_file(format!("{system}.yaml")).unwrap_or_else(|| panic!("there is no {system}.yaml"));
    let documents = serde_yaml::Deserializer::from_str(file.contents_utf8().unwrap());
    let all = documents.map(|one| Value::deserialize(one).unwrap_or_else(|error| panic!("{system}.yaml: {error}")));
    all.filter(|one| !one.is_null()).map(placed).collect()
}

/// With what a server adds.
fn placed(mut body: Value) -> Value {
    let meta = &mut body["metadata"];
    for (key, value) in
        [("uid", json!("u1")), ("generation", json!(1)), ("creationTimestamp", json!("2026-01-01T11:00:00Z"))]
    {
        if meta[key].is_null() {
            meta[key] = value;
        }
    }
    body
}

fn name(body: &Value) -> String {
    format!("{} {}", body["kind"].as_str().unwrap_or_default(), body["metadata"]["name"].as_str().unwrap_or_default())
}

/// An expectation: the annotation `spyhop.test/NAME`.
fn expected<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body["metadata"]["annotations"][format!("spyhop.test/{name}")].as_str()
}

/// `READY=True; REVISION=1.2`
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(';')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or_else(|| panic!("no value in '{pair}'")))
}

/// A cell as programs get it, without quotes; nothing for no value.
fn plain(cell: &Cell) -> String {
    match cell.to_json() {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn shape(kind: &Kind) -> &'static Shape {
    let Door::Json(shape) = kind.door else { panic!("{} has no shape", kind.name) };
    shape
}

/// A kind, one of its objects, and the row of it.
type Read = (&'static Kind, Value, Object);

/// All objects of a system with their rows. Each belongs to a kind, in a version that it reads.
fn read(system: &str, kinds: &'static [&'static Kind]) -> Vec<Read> {
    let row = |body: Value| {
        let (group, version) = body["apiVersion"].as_str().unwrap().rsplit_once('/').unwrap_or_default();
        let is_named = |kind: &Kind| kind.address.kind.is_empty() || body["kind"] == kind.address.kind;
        let fits = |kind: &&&Kind| kind.address.group == group && is_named(kind);
        let kind = *kinds.iter().find(fits).unwrap_or_else(|| panic!("{system}: no kind of {}", name(&body)));
        let known = kind.address.version == version || shape(kind).older.contains(&version);
        assert!(known, "{}: {} does not read {version}", name(&body), kind.name);
        let mut body = body;
        if kind.address.namespaced && body["metadata"]["namespace"].is_null() {
            body["metadata"]["namespace"] = json!("landscape");
        }
        let row = rows(kind, &body).remove(0);
        (kind, body, row)
    };
    objects(system).into_iter().map(row).collect()
}

/// What is wrong about one object.
fn wrong(kind: &Kind, body: &Value, row: &Object) -> Vec<String> {
    let name = name(body);
    let mut wrong = Vec::new();
    let mut check = |what: &str, told: &str, expected: &str| {
        if told != expected {
            wrong.push(format!("{name}: {what} is '{told}', not '{expected}'"));
        }
    };
    check("health", row.health.word(), expected(body, "health").unwrap_or("expected nowhere"));
    check("enter", kind.link(row).map_or("", |link| link.kind.0.name), expected(body, "enter").unwrap_or_default());
    for (title, text) in pairs(expected(body, "row").unwrap_or("row=expected nowhere")) {
        match kind.column(title) {
            Some(column) => check(title, &plain(&row.cells[column]), text),
            None => check("column", "not there", title),
        }
    }
    let shape = shape(kind);
    let made = |get: Get| if let Get::Made(make) = get { Some(make(body)) } else { None };
    let needed =
        shape.properties.iter().zip(&row.cells).filter(|(one, cell)| made(one.get).is_some_and(|made| made != **cell));
    needed.for_each(|(one, cell)| {
        check(&format!("{}, of what is kept,", one.column.title), &plain(cell), "as of the whole object")
    });
    if row.health != (shape.health)(body) || row.link.as_deref() != (shape.link)(body).as_ref() {
        check("what health and link need", "left out", "kept");
    }
    wrong
}

/// The columns that are filled in no object, and those that are excused although they are.
fn unfilled(kind: &Kind, all: &[&Read]) -> Vec<String> {
    let excused: Vec<&str> =
        all.iter().filter_map(|(_, body, _)| expected(body, "empty")).flat_map(pairs).map(|(title, _)| title).collect();
    let is_filled = |at: usize| all.iter().any(|(_, _, row)| row.cells[at] != Cell::None);
    let columns = kind.columns.iter().enumerate().filter(|(_, column)| !column.wide);
    let wrong = columns.filter(|(at, column)| is_filled(*at) == excused.contains(&&*column.title));
    wrong
        .map(|(_, column)| format!("{}: {} is filled nowhere, or excused for nothing", kind.name, column.title))
        .collect()
}

#[test]
fn every_kind_of_the_landscape_is_read_as_its_objects_expect() {
    let (mut wrong_ones, mut kinds_read, mut objects_read) = (Vec::new(), 0, 0);
    for System { name: system, kinds } in SYSTEMS {
        let all = read(system, kinds);
        let mut of: BTreeMap<&str, Vec<&Read>> = BTreeMap::new();
        all.iter().for_each(|one| of.entry(one.0.name).or_default().push(one));
        for kind in *kinds {
            match of.get(kind.name) {
                Some(all) => wrong_ones.extend(unfilled(kind, all)),
                None => wrong_ones.push(format!("{}: {system}.yaml has no object of it", kind.name)),
            }
        }
        wrong_ones.extend(all.iter().flat_map(|(kind, body, row)| wrong(kind, body, row)));
        (kinds_read, objects_read) = (kinds_read + kinds.len(), objects_read + all.len());
    }
    assert!(wrong_ones.is_empty(), "{}", wrong_ones.join("\n"));
    println!("{kinds_read} kinds of {} systems, {objects_read} objects", SYSTEMS.len());
}

#[test]
fn every_path_of_the_landscape_can_be_read() {
    for kind in SYSTEMS.iter().flat_map(|system| system.kinds) {
        let shape = shape(kind);
        let paths = shape.properties.iter().filter_map(|one| one.get.path()).chain(shape.needs.iter().copied());
        paths.for_each(|path| _ = JsonPath::parse(path).unwrap_or_else(|error| panic!("{}: {error}", kind.name)));
    }
}

/// A field of an odd type, or none at all, fails no row.
#[test]
fn objects_that_are_not_as_they_should_be_have_rows() {
    for kind in SYSTEMS.iter().flat_map(|system| system.kinds) {
        for odd in [
            json!({}),
            json!({"spec": [1], "status": "text"}),
            json!({"spec": {"x": null}, "status": {"conditions": {"a": 1}, "y": [[]]}}),
        ] {
            let mut body = odd;
            body["metadata"] = json!({"name": "odd", "namespace": "landscape"});
            assert_eq!(rows(kind, &body).len(), 1, "{}", kind.name);
        }
    }
}
