//! Live tables: the list first, then the engine's events. Of containers only the one that an event names is read
//! again; lists of images, volumes and networks are short and read whole.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::StreamExt;
use futures::stream;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::engine::{Engine, parse};
use super::events::Events;
use super::wire::escaped;
use crate::kinds::docker::containers::Container;
use crate::model::{Delta, Door, Error, Id, KindRef, Object, Reading, Result, Scope, Strings, Value, Wire};
use crate::source::kube::out::Out;

/// Bodies that are read at the same time.
const AT_ONCE: usize = 8;
/// Of what is listed whether it runs or not.
pub const CONTAINERS: &str = "/containers/json?all=1";

struct Rows {
    engine: Arc<Engine>,
    kind: KindRef,
    scope: Scope,
    strings: Strings,
}

impl Rows {
    fn new(engine: Arc<Engine>, kind: KindRef, scope: Scope) -> Self {
        Self { engine, kind, scope, strings: Strings::default() }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Vec<Object>> {
        let Door::Lens(read) = self.kind.door else { return Ok(Vec::new()) };
        let Self { engine, kind, scope, strings } = self;
        let mut rows = Vec::new();
        read(&mut Reading { at: engine.at, kind: *kind, scope, strings }, Wire::Json, bytes, &mut rows)?;
        Ok(rows)
    }
}

pub async fn containers(engine: Arc<Engine>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let mut events = Events::open(&engine, &["container"]).await?;
    let mut rows = Rows::new(engine.clone(), kind, scope);
    let mut known = Known::default();
    out.say(Delta::Reset);
    let mut entries = Vec::new();
    for entry in engine.entries(CONTAINERS).await? {
        let fresh = rows.read(entry.get().as_bytes())?;
        if !fresh.is_empty() {
            entries.push(entry);
        }
        known.say(fresh, out);
    }
    out.flush().await;
    let mut bodies =
        stream::iter(entries).map(|entry| with_body(&engine, entry)).buffered(engine.breadth().min(AT_ONCE));
    while let Some(entry) = bodies.next().await {
        known.say(rows.read(entry.as_bytes())?, out);
    }
    drop(bodies);
    out.say(Delta::Ready);
    out.flush().await;
    loop {
        let changed: HashSet<String> = events.next().await?.into_iter().map(|event| event.actor.id).collect();
        for id in changed {
            match one(&engine, &id).await? {
                Some(entry) => known.replace(&id, rows.read(entry.as_bytes())?, out),
                None => known.replace(&id, Vec::new(), out),
            }
        }
        out.flush().await;
    }
}

/// The rows that were said, by the ids of their containers: names change.
#[derive(Default)]
struct Known(HashMap<String, Id>);

impl Known {
    fn say(&mut self, rows: Vec<Object>, out: &mut Out) {
        for row in rows {
            self.0.insert(row.uid.to_string(), row.id.clone());
            out.say(Delta::Upsert(row));
        }
    }

    fn replace(&mut self, uid: &str, rows: Vec<Object>, out: &mut Out) {
        let gone = self.0.remove(uid).filter(|id| rows.iter().all(|row| row.id != *id));
        // Somebody else may bear the name by now.
        let gone = gone.filter(|id| self.0.values().all(|other| other != id));
        out.extend(gone.map(Delta::Remove));
        self.say(rows, out);
    }
}

/// The entry of one container, with its body beside it; nothing when it is gone.
async fn one(engine: &Engine, id: &str) -> Result<Option<String>> {
    let filters = serde_json::json!({"id": [id]}).to_string();
    let entries = engine.entries(&format!("{CONTAINERS}&filters={}", escaped(&filters))).await?;
    match entries.into_iter().next() {
        Some(entry) => Ok(Some(with_body(engine, entry).await)),
        None => Ok(None),
    }
}

/// An entry of the list, with what only its body says laid beside it. One that is gone meanwhile stays as listed;
/// an event tells.
async fn with_body(engine: &Engine, entry: Box<RawValue>) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Named {
        id: String,
    }
    let entry = entry.get();
    let Ok(Named { id }) = parse(entry.as_bytes()) else { return entry.to_owned() };
    let body = engine.get(&format!("/containers/{id}/json")).await.ok();
    let body = body.as_deref().and_then(|body| std::str::from_utf8(body).ok()).map(str::trim);
    match (body, entry.strip_suffix('}')) {
        (Some(body), Some(open)) if body.starts_with('{') => format!("{open},\"Inspected\":{body}}}"),
        _ => entry.to_owned(),
    }
}

/// Images, volumes and networks: the whole list at the start and after each event that may have changed it.
pub async fn whole(engine: Arc<Engine>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let types = match kind.name {
        "images" => ["image", "container"],
        "volumes" => ["volume", "container"],
        _ => ["network", "container"],
    };
    let mut events = Events::open(&engine, &types).await?;
    let mut rows = Rows::new(engine.clone(), kind, scope);
    loop {
        out.say(Delta::Reset);
        for entry in entries(&engine, kind).await? {
            out.extend(rows.read(entry.to_string().as_bytes())?.into_iter().map(Delta::Upsert));
        }
        out.say(Delta::Ready);
        out.flush().await;
        events.next().await?;
    }
}

/// The entries of a list, each with who uses it.
async fn entries(engine: &Engine, kind: KindRef) -> Result<Vec<Value>> {
    let containers: Vec<Container> = engine.read(CONTAINERS).await?;
    let mut list: Vec<Value> = match kind.name {
        "images" => engine.read("/images/json").await?,
        "volumes" => {
            let answer: Value = engine.read("/volumes").await?;
            answer["Volumes"].as_array().cloned().unwrap_or_default()
        }
        "networks" => engine.read("/networks").await?,
        other => return Err(Error::Unsupported(format!("a container engine lists no {other}"))),
    };
    for entry in &mut list {
        use_of(kind, entry, &containers);
    }
    Ok(list)
}

fn use_of(kind: KindRef, entry: &mut Value, containers: &[Container]) {
    let id = entry["Id"].as_str().unwrap_or_default().to_owned();
    let name = entry["Name"].as_str().unwrap_or_default().to_owned();
    match kind.name {
        "images" => entry["UsedBy"] = containers.iter().filter(|container| container.image_id == id).count().into(),
        "networks" => {
            let on = |c: &&Container| c.runs() && c.networks().any(|(_, attached)| attached.network_id == id);
            entry["UsedBy"] = containers.iter().filter(on).count().into();
        }
        _ => {
            let mounts = |c: &&Container| c.mounts.iter().any(|mount| mount.r#type == "volume" && mount.name == name);
            let mut users: Vec<&str> = containers.iter().filter(mounts).map(Container::name).collect();
            users.sort_unstable();
            entry["Users"] = users.into();
        }
    }
}
