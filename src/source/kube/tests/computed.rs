//! Tables that are computed: mesh routes, of servers that allow everything, little, or nothing.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::bodies::json_event;
use super::canned::*;
use crate::kinds;
use crate::model::{Cell, Delta, KindRef, Query, Result, Scope, SourceId, Time};
use crate::source::Source;
use crate::source::kube::Kube;

pub fn list(version: u64, items: &Value) -> Answer {
    let list = json!({"kind": "List", "metadata": {"resourceVersion": version.to_string()}, "items": items});
    Answer::new(JSON, list.to_string())
}

pub fn quiet() -> Answer {
    Answer::new(JSON, "").then(Chunk::Stall)
}

pub fn refused() -> Answer {
    Answer::status(403, "no")
}

/// A server that has some things at some paths, a quiet watch of each, and nothing else.
pub fn server(at: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Kube {
    source_by(move |url| {
        let path = url.split('?').next().unwrap_or_default();
        Some(match at(path) {
            Some(_) if url.contains("watch=1") => quiet(),
            Some(answer) => answer,
            None => Answer::status(404, "no such thing"),
        })
    })
}

pub fn query(kind: &str, scope: Scope) -> Query {
    query_of(kinds::named(kind).unwrap(), scope)
}

pub fn query_of(kind: KindRef, scope: Scope) -> Query {
    Query::List { at: SourceId(0), kind, scope }
}

/// What is said until nothing comes for a while, each row with its cells but not its age.
pub async fn said(stream: &mut BoxStream<'static, Result<Delta>>) -> Vec<String> {
    let mut said = Vec::new();
    while let Ok(Some(delta)) = timeout(Duration::from_secs(5), stream.next()).await {
        said.push(match delta {
            Ok(Delta::Upsert(row)) => {
                let cells = row.cells.iter().filter(|cell| !matches!(cell, Cell::Since(_)));
                let cells = cells.map(|cell| format!(" {}", cell.to_text(Time(0)))).collect::<String>();
                format!("+{}/{}{cells} {}", row.id.namespace, row.id.title(), row.health.word())
            }
            Ok(Delta::Remove(id)) => format!("-{}/{}", id.namespace, id.title()),
            Ok(Delta::Reset) => "reset".to_owned(),
            Ok(Delta::Ready) => "ready".to_owned(),
            Ok(Delta::Within(within)) => format!("within {}", within.namespaces.join(" ")),
            Ok(other) => format!("{other:?}"),
            Err(error) => format!("{}: {error}", error.word()),
        });
    }
    let ready = said.iter().position(|word| word == "ready").unwrap_or(0);
    said.get_mut(1..ready).into_iter().for_each(<[String]>::sort);
    said
}

fn ingress(host: &str) -> Value {
    let backend = json!({"service": {"name": "web", "port": {"number": 80}}});
    let paths = json!([{"path": "/", "pathType": "Prefix", "backend": backend}]);
    json!({"metadata": {"name": host, "namespace": "shop"}, "spec": {"rules": [{"host": host, "http": {"paths": paths}}]}})
}

fn hosts(said: &[String]) -> Vec<&str> {
    let hosts = said.iter().filter_map(|word| word.split_once('/')?.1.split(' ').next());
    hosts.collect()
}

#[tokio::test(start_paused = true)]
async fn routes_are_computed_of_what_the_user_may_list() {
    let in_shop = |path: &str| match path {
        "/apis/networking.k8s.io/v1/namespaces/shop/ingresses" => Some(list(5, &json!([ingress("shop.example")]))),
        path if path.contains("/namespaces/shop/") => Some(list(5, &json!([]))),
        path if path.ends_with("referencegrants") => None,
        _ => Some(refused()),
    };
    let mut narrow = server(in_shop).open(query("routes", Scope::namespace("shop")), None);
    let told = said(&mut narrow).await;
    assert_eq!((hosts(&told), told.last().unwrap().as_str()), (vec!["shop.example"], "ready"), "{told:?}");
    // Nobody said in which namespace to look.
    let mut wide = server(in_shop).open(query("routes", Scope::all()), None);
    assert_eq!(said(&mut wide).await, ["reset", "ready"]);
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_is_listed_again_loses_nothing_meanwhile() {
    let asked = Arc::new(Mutex::new(0));
    let source = source_by(move |url| {
        if !url.starts_with("/apis/networking.k8s.io/v1/ingresses") {
            return Some(if url.contains("watch=1") { quiet() } else { list(1, &json!([])) });
        }
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        Some(match *asked {
            1 => list(5, &json!([ingress("a.example"), ingress("b.example")])),
            2 => Answer::new(JSON, json_event("ERROR", &json!({"kind": "Status", "code": 410, "message": "too old"}))),
            3 => list(9, &json!([ingress("b.example"), ingress("c.example")])),
            _ => quiet(),
        })
    });
    let mut stream = source.open(query("routes", Scope::all()), None);
    let told = said(&mut stream).await;
    let (first, later) = told.split_at(told.iter().position(|word| word == "ready").unwrap());
    assert_eq!(hosts(first), ["a.example", "b.example"]);
    let gone: Vec<&String> = later.iter().filter(|word| word.starts_with('-')).collect();
    assert_eq!((hosts(later).contains(&"c.example"), gone.len()), (true, 1), "{told:?}");
}
