//! Kinds that only the server knows, shown as its own table.

use serde_json::{Value, json};

use super::canned::*;
use crate::kinds::{Definition, adopt};
use crate::model::{KindRef, Scope};

fn rockets(watch: bool) -> KindRef {
    adopt(&Definition {
        singular: "rocket".into(),
        short: vec!["rk".into()],
        watch,
        verbs: vec!["delete".into()],
        parts: vec!["scale".into()],
        ..Definition::plain("acme.io", "v1", "Rocket", "rockets")
    })
}

fn columns() -> Value {
    json!([
        {"name": "Name", "type": "string", "format": "name", "description": "x", "priority": 0},
        {"name": "Phase", "type": "string", "format": "", "priority": 0},
        {"name": "Thrust", "type": "integer", "priority": 1},
        {"name": "Age", "type": "date", "priority": 0},
    ])
}

fn row(name: &str, version: u64, phase: Value) -> Value {
    json!({"cells": [name, phase, 7, "5d"], "object": rocket(name, version)})
}

fn rocket(name: &str, version: u64) -> Value {
    json!({"metadata": {"name": name, "namespace": "pad", "uid": "u", "resourceVersion": version.to_string(),
        "creationTimestamp": "1970-01-01T00:00:00Z", "managedFields": [{"manager": "x"}]},
        "spec": {"secret": ["{", "]"]}, "status": {"conditions": [{"type": "Ready", "status": "False"}]}})
}

fn table(version: u64, columns: &Value, rows: &[Value]) -> Value {
    json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": version.to_string()},
        "columnDefinitions": columns, "rows": rows})
}

fn event(kind: &str, object: &Value) -> Vec<u8> {
    format!("{}\n", json!({"type": kind, "object": object})).into_bytes()
}

#[tokio::test(start_paused = true)]
async fn the_servers_columns_and_cells_are_taken_as_they_are() {
    let list = table(10, &columns(), &[row("apollo", 9, json!("up\nand away")), row("soyuz", 8, Value::Null)]);
    let events = [
        event("MODIFIED", &table(11, &Value::Null, &[row("soyuz", 11, json!("down"))])),
        event("BOOKMARK", &table(15, &Value::Null, &[row("", 15, json!(""))])),
        event("DELETED", &table(16, &Value::Null, &[row("apollo", 16, json!("gone"))])),
    ];
    let server = Canned::default()
        .on("limit=500 includeObject=Object", Answer::new(JSON, list.to_string()))
        .silent("resourceVersion=0")
        .on("watch=1", Answer::new(JSON, events.concat()).then(Chunk::Stall));
    let said = server.list_of(rockets(true), Scope::namespace("pad"), None).await;
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    assert_eq!(
        said,
        [
            "reset",
            "PHASE(state) THRUST(wide) AGE",
            "+apollo warn up... 7 5d",
            "+soyuz warn  7 5d",
            "ready",
            "mark 10",
            "+soyuz warn down 7 5d",
            "-apollo",
            "mark 16"
        ]
    );
    assert!(server.asked()[0].starts_with("/apis/acme.io/v1/namespaces/pad/rockets?"));
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_judges_its_status_does_so_in_the_servers_table() {
    let columns = json!([
        {"name": "Name", "type": "string", "format": "name", "priority": 0},
        {"name": "Allowed disruptions", "type": "integer", "priority": 0},
    ]);
    let row = |name: &str, allowed: i64| {
        let status =
            json!({"disruptionsAllowed": allowed, "currentHealthy": 3, "desiredHealthy": 2, "expectedPods": 4});
        json!({"cells": [name, allowed], "object": {"metadata": {"name": name, "namespace": "pad", "uid": "u",
            "resourceVersion": "9"}, "status": status}})
    };
    let list = table(10, &columns, &[row("free", 1), row("stuck", 0)]);
    let server = Canned::default()
        .on("limit=500 includeObject=Object", Answer::new(JSON, list.to_string()))
        .silent("resourceVersion=0")
        .silent("watch=1");
    let kind = crate::kinds::named("poddisruptionbudgets").unwrap();
    let said = server.list_of(kind, Scope::namespace("pad"), None).await;
    assert!(said.contains(&"+free good 1".to_owned()) && said.contains(&"+stuck warn 0".to_owned()), "{said:?}");
    assert!(said.contains(&"ALLOWED DISRUPTIONS(state)".to_owned()), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_resumed_watch_tells_its_columns_in_the_first_event() {
    let events = [
        event("BOOKMARK", &table(6, &columns(), &[])),
        event("ADDED", &table(7, &Value::Null, &[row("apollo", 7, json!("up"))])),
    ];
    let server = Canned::default().on("watch=1", Answer::new(JSON, events.concat()).then(Chunk::Stall));
    let said = server.list_of(rockets(true), Scope::all(), Some("5")).await;
    assert_eq!(said, ["mark 5", "PHASE(state) THRUST(wide) AGE", "+apollo warn up 7 5d", "mark 7"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_makes_no_tables_gives_name_and_age() {
    let list = json!({"kind": "RocketList", "metadata": {"resourceVersion": "10"}, "items": [rocket("apollo", 9)]});
    let server = Canned::default()
        .on("limit", Answer::new(JSON, list.to_string()))
        .silent("resourceVersion=0")
        .on("watch=1", Answer::new(JSON, event("ADDED", &rocket("soyuz", 11))).then(Chunk::Stall));
    let said = server.list_of(rockets(true), Scope::all(), None).await;
    assert_eq!(said, ["reset", "AGE", "+apollo warn 0s", "ready", "mark 10", "+soyuz warn 0s", "mark 11"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_tells_only_at_its_end_that_it_is_all_needs_no_list() {
    let object = rocket("apollo", 9);
    let (head, tail) = (format!(r#"{{"items":[{object}],"#), r#""metadata":{"resourceVersion":"10"}}"#);
    let page = Answer::new(JSON, head).then(Chunk::Wait(20)).then(Chunk::Bytes(tail.into()));
    let server = Canned::default().on("limit", page).silent("watch=1");
    let said = server.list_of(rockets(true), Scope::all(), None).await;
    assert_eq!(said, ["reset", "AGE", "+apollo warn 0s", "ready", "mark 10"]);
}

#[tokio::test(start_paused = true)]
async fn a_table_without_objects_still_has_names() {
    let list = table(10, &columns(), &[json!({"cells": ["apollo", "up", 7, "5d"]})]);
    let server = Canned::default().on("limit", Answer::new(JSON, list.to_string())).silent("watch=1");
    let said = server.list_of(rockets(true), Scope::all(), None).await;
    assert_eq!(said[2].split(' ').next(), Some("+apollo"));
}

#[tokio::test(start_paused = true)]
async fn a_kind_without_a_watch_is_listed_again_and_again() {
    let list = |name| Answer::new(JSON, table(0, &columns(), &[row(name, 0, json!("up"))]).to_string());
    let server = Canned::default().on("rockets", list("apollo")).on("rockets", list("soyuz"));
    let query = crate::model::Query::List { at: crate::model::SourceId(0), kind: rockets(false), scope: Scope::all() };
    let mut stream = crate::source::Source::open(&server.source(), query, None);
    let said = said_within(&mut stream, std::time::Duration::from_secs(16)).await;
    assert_eq!(said[0], "every 15 s");
    let again = ["reset", "+soyuz warn up 7 5d", "ready"].map(str::to_owned);
    assert_eq!(said[5..8], again, "{said:?}");
    assert!(said.last().unwrap().starts_with("offline"));
}

#[tokio::test(start_paused = true)]
async fn the_mark_of_a_default_class_is_a_column_and_no_part_of_the_name() {
    let classes = adopt(&Definition {
        singular: "storageclass".into(),
        short: vec!["sc".into()],
        namespaced: false,
        ..Definition::plain("storage.k8s.io", "v1", "StorageClass", "storageclasses")
    });
    let columns = json!([
        {"name": "Name", "type": "string", "format": "name", "priority": 0},
        {"name": "Provisioner", "type": "string", "priority": 0},
    ]);
    let rows = [json!({"cells": ["fast (default)", "disk"]}), json!({"cells": ["slow", "tape"]})];
    let list = table(10, &columns, &rows);
    let server = Canned::default().on("limit", Answer::new(JSON, list.to_string())).silent("watch=1");
    let said = server.list_of(classes, Scope::all(), None).await;
    assert_eq!(said[1..4], ["DEFAULT PROVISIONER", "+fast unknown true disk", "+slow unknown  tape"]);
}
