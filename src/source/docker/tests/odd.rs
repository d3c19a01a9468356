//! Recorded answers of every endpoint that is read, each with one entry or one field made odd: no list is emptied, no
//! stream ends, and what is not odd stays as it was.

use std::collections::BTreeMap;

use futures::stream::BoxStream;
use serde_json::{Value, json};

use super::canned::Canned;
use super::live::{AT, kind, next};
use crate::kinds::docker::tests::{made_odd, oddities, places, recorded};
use crate::model::{Cell, Delta, Part, Pods, Query, Result, Scope, Str, Tail};
use crate::random::Random;
use crate::source::Source;

/// How many answers are tried of each endpoint.
const ROUNDS: usize = 60;

/// Another seed tries others: `SPYHOP_SEED=7 cargo test`.
fn dice() -> Random {
    let seed = std::env::var("SPYHOP_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(11);
    println!("SPYHOP_SEED={seed}");
    Random(seed)
}

/// A body with one of its values made odd, and where.
fn one_odd(body: &Value, dice: &mut Random) -> (String, Value) {
    let places = places(body);
    let at = &places[dice.below(places.len())];
    let all = made_odd(body, at);
    (at.clone(), all[dice.below(all.len())].clone())
}

type Rows = BTreeMap<String, Vec<Cell>>;

/// The rows of a list by the engine's own ids, once it is whole.
async fn rows(answers: &mut BoxStream<'static, Result<Delta>>) -> Rows {
    let mut rows = Rows::new();
    loop {
        match next(answers).await.expect("the list failed") {
            Delta::Upsert(row) => {
                rows.insert(format!("{} {}", row.uid, row.id.name), row.cells.into());
            }
            Delta::Ready => return rows,
            _ => {}
        }
    }
}

async fn listed(canned: &Canned, kind_name: &str) -> Rows {
    rows(&mut canned.source().open(Query::List { at: AT, kind: kind(kind_name), scope: Scope::all() }, None)).await
}

/// The engine with all that was recorded.
fn engine(name: &str) -> Canned {
    let canned = Canned::start(name);
    for (path, file) in [
        ("/containers/json", "containers"),
        ("/images/json", "images"),
        ("/volumes", "volumes"),
        ("/networks", "networks"),
    ] {
        canned.answer(path, 200, recorded(file));
    }
    let inspect = recorded("inspect");
    for entry in recorded("containers").as_array().unwrap() {
        let mut body = inspect.clone();
        body["Id"] = entry["Id"].clone();
        body["State"]["Status"] = entry["State"].clone();
        canned.answer(&format!("/containers/{}/json", entry["Id"].as_str().unwrap()), 200, body);
    }
    canned
}

#[tokio::test(flavor = "multi_thread")]
async fn one_odd_entry_of_a_list_leaves_all_others() {
    let (canned, mut dice) = (engine("odd-lists"), dice());
    for (kind, path, file) in [
        ("containers", "/containers/json", "containers"),
        ("images", "/images/json", "images"),
        ("volumes", "/volumes", "volumes"),
        ("networks", "/networks", "networks"),
    ] {
        let whole = recorded(file);
        let entries = if kind == "volumes" { &whole["Volumes"] } else { &whole };
        let entries = entries.as_array().unwrap();
        canned.answer(path, 200, &whole);
        let before = listed(&canned, kind).await;
        for round in 0..ROUNDS {
            let i = dice.below(entries.len());
            let (at, odd) = match round % 4 {
                0 => ("itself".to_owned(), oddities()[dice.below(oddities().len())].clone()),
                _ => one_odd(&entries[i], &mut dice),
            };
            let mut list = entries.clone();
            list[i] = odd.clone();
            let body = if kind == "volumes" { json!({"Volumes": list}) } else { Value::from(list) };
            canned.answer(path, 200, body);
            let after = listed(&canned, kind).await;
            let own = |key: &str| {
                entries[i]["Id"].as_str().or(entries[i]["Name"].as_str()).is_some_and(|id| key.starts_with(id))
            };
            for (key, cells) in before.iter().filter(|(key, _)| !own(key)) {
                assert_eq!(after.get(key), Some(cells), "{kind}: {key} lost or changed by {at} of entry {i}: {odd}");
            }
            assert!(
                !odd.is_object() || odd == json!({}) || after.len() >= before.len(),
                "{kind}: entry {i} lost by {at}: {odd}"
            );
        }
        canned.answer(path, 200, whole);
    }
    assert!(!listed(&canned, "projects").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_containers_leave_projects_and_who_uses_what() {
    let (canned, mut dice) = (engine("odd-uses"), dice());
    let entries = recorded("containers");
    let entries = entries.as_array().unwrap();
    for _ in 0..ROUNDS {
        let i = dice.below(entries.len());
        let (at, odd) = one_odd(&entries[i], &mut dice);
        let mut list = entries.clone();
        list[i] = odd;
        canned.answer("/containers/json", 200, Value::from(list));
        for kind in ["images", "volumes", "networks", "projects"] {
            assert!(!listed(&canned, kind).await.is_empty(), "{kind} emptied by {at} of container {i}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_odd_body_leaves_all_rows() {
    let (canned, mut dice) = (engine("odd-bodies"), dice());
    let before = listed(&canned, "containers").await;
    let entries = recorded("containers");
    let id = entries[0]["Id"].as_str().unwrap().to_owned();
    let (path, body) = (format!("/containers/{id}/json"), recorded("inspect"));
    for _ in 0..ROUNDS {
        let (at, odd) = one_odd(&body, &mut dice);
        canned.answer(&path, 200, odd);
        let after = listed(&canned, "containers").await;
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{at}");
        let others =
            |rows: &Rows| -> Rows { rows.clone().into_iter().filter(|(key, _)| !key.starts_with(&id)).collect() };
        assert_eq!(others(&after), others(&before), "{at}");
        // Logs ask the same body who speaks.
        let pods = Pods { labels: "com.docker.compose.project=shop".into(), ..Pods::default() };
        let query = Query::Logs { at: AT, pods, container: Str::new(), tail: Tail::default() };
        assert_eq!(next(&mut canned.source().open(query, None)).await, Ok(Delta::Reset), "{at}");
    }
    for odd in ["null", "5", "[]", "{", "", "<html>"] {
        canned.answer(&path, 200, odd);
        assert_eq!(listed(&canned, "containers").await.len(), before.len(), "{odd}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_odd_measurement_leaves_the_others() {
    let (canned, mut dice) = (Canned::start("odd-stats"), dice());
    let sample = recorded("stats-2");
    let names: Vec<Str> = ["db", "odd", "web"].map(Str::from).into();
    let query = || {
        let scope = Scope::all().part(Part::Names(names.clone().into()));
        Query::List { at: AT, kind: kind("containerstats"), scope }
    };
    for name in &names {
        canned.answer(&format!("/containers/{name}/stats"), 200, recorded("stats-1"));
    }
    let source = canned.source();
    rows(&mut source.open(query(), None)).await;
    for name in &names {
        canned.answer(&format!("/containers/{name}/stats"), 200, &sample);
    }
    let mut answers = source.open(query(), None);
    let before = rows(&mut answers).await;
    assert!(before.values().all(|cells| matches!(cells[1], Cell::Size(..))), "{before:?}");
    for _ in 0..2 {
        let (at, odd) = one_odd(&sample, &mut dice);
        canned.answer("/containers/odd/stats", 200, odd);
        let after = rows(&mut answers).await;
        let memory = |rows: &Rows| -> Vec<(String, Cell)> {
            let others = rows.iter().filter(|(key, _)| !key.ends_with("odd"));
            others.map(|(key, cells)| (key.clone(), cells[1].clone())).collect()
        };
        assert_eq!(memory(&after), memory(&before), "{at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_event_ends_nothing_and_loses_no_change() {
    let canned = Canned::start("odd-events");
    let entry = |state: &str| json!({"Id": "a1", "Names": ["/web"], "State": state});
    let event = json!({"Type": "container", "Action": "pause", "Actor": {"ID": "a1", "Attributes": {"name": "web"}},
        "scope": "local", "time": 1_795_465_512, "timeNano": 1_795_465_512_000_000_000i64});
    canned.answer("/containers/json", 200, json!([entry("running")]));
    let mut answers = canned.source().open(Query::List { at: AT, kind: kind("containers"), scope: Scope::all() }, None);
    rows(&mut answers).await;
    let mut lines: Vec<String> = Vec::new();
    for at in places(&event) {
        lines.extend(made_odd(&event, &at).iter().map(Value::to_string));
    }
    lines.extend(oddities().iter().map(Value::to_string));
    lines.extend(["{\"Type\":".to_owned(), "<html>".to_owned()]);
    let mut dice = dice();
    for round in 0..ROUNDS {
        let line = &lines[dice.below(lines.len())];
        let state = format!("state-{round}");
        canned.answer("/containers/json", 200, json!([entry(&state)]));
        canned.say(line);
        loop {
            let Ok(delta) = next(&mut answers).await else { panic!("{line} ended it") };
            let Delta::Upsert(row) = delta else { continue };
            if row.cells[0] == Cell::text(state.as_str()) {
                break;
            }
        }
    }
}
