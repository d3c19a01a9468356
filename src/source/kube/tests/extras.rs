//! Columns that a query asks for besides those of its kind.

use futures::StreamExt;
use serde_json::{Value, json};

use super::canned::*;
use crate::kinds::{self, Definition, adopt};
use crate::model::{Delta, Extra, KindRef, Origin, Query, Scope, SourceId, Time};
use crate::source::Source;

fn scope() -> Scope {
    let extra = |title: &str, origin| Extra { title: title.into(), origin };
    let extras = [extra("APP", Origin::Label("app".into())), extra("TEAM", Origin::Annotation("acme.io/team".into()))];
    Scope { extras: extras.into(), ..Scope::all() }
}

/// Titles, and the cells of each row, until the list is whole.
async fn rows(server: &Canned, kind: KindRef) -> Vec<String> {
    let query = Query::List { at: SourceId(0), kind, scope: scope() };
    let mut told = server.source().open(query, None);
    let mut lines = Vec::new();
    while let Some(Ok(delta)) = told.next().await {
        match delta {
            Delta::Ready => break,
            Delta::Columns(columns) => lines.push(columns.iter().map(|column| format!("{} ", column.title)).collect()),
            Delta::Upsert(row) => {
                let cells = row.cells.iter().map(|cell| format!("{} ", cell.to_text(Time::default())));
                lines.push(cells.collect());
            }
            _ => {}
        }
    }
    lines
}

fn object(name: &str, labels: Value, annotations: Value) -> Value {
    json!({"metadata": {"name": name, "namespace": "pad", "uid": "u", "labels": labels, "annotations": annotations}})
}

#[tokio::test(start_paused = true)]
async fn they_stand_behind_those_of_the_kind() {
    let named = object("a", json!({"app": "web", "tier": "front"}), json!({"acme.io/team": "red"}));
    let items = [named, object("b", Value::Null, Value::Null)];
    let list = json!({"kind": "LeaseList", "metadata": {"resourceVersion": "1"}, "items": items});
    let server = Canned::default().on("limit", Answer::new(JSON, list.to_string())).silent("resourceVersion=0");
    let rows = rows(&server, kinds::named("leases").unwrap()).await;
    assert_eq!(rows[0], "HOLDER AGE APP TEAM ");
    assert!(rows[1].ends_with("web red ") && rows[2].trim().is_empty(), "{rows:?}");
}

#[tokio::test(start_paused = true)]
async fn a_list_without_rows_has_them_too() {
    let list = json!({"kind": "LeaseList", "metadata": {"resourceVersion": "1"}, "items": []});
    let server = Canned::default().on("limit", Answer::new(JSON, list.to_string())).silent("resourceVersion=0");
    assert_eq!(rows(&server, kinds::named("leases").unwrap()).await, ["HOLDER AGE APP TEAM "]);
}

#[tokio::test(start_paused = true)]
async fn they_stand_behind_those_of_a_servers_table() {
    let rocket = adopt(&Definition { watch: true, ..Definition::plain("acme.io", "v1", "Probe", "probes") });
    let columns = json!([{"name": "Name", "type": "string", "format": "name"}, {"name": "Phase", "type": "string"}]);
    let whole = object("a", json!({"app": "web"}), json!({"acme.io/team": "red"}));
    let table = json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "1"},
        "columnDefinitions": columns, "rows": [{"cells": ["a", "up"], "object": whole}]});
    let server = Canned::default().on("limit", Answer::new(JSON, table.to_string())).silent("resourceVersion=0");
    assert_eq!(rows(&server, rocket).await, ["PHASE APP TEAM ", "up web red "]);
}
