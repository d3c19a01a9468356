//! Keeps tables current: first the list, then the engine's events. Of containers only those that events name are read
//! again. Lists of images, volumes and networks are short and are read whole.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::StreamExt;
use futures::stream;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::engine::{Engine, parse};
use super::events::{Event, Events};
use super::wire::segment;
use crate::kinds::docker::containers::Container;
use crate::kinds::docker::facts::said;
use crate::kinds::mask;
use crate::model::{
    Cell, Delta, Door, Error, Extra, Id, KindRef, Object, Origin, Reading, Result, Scope, Strings, Value, Wire,
};
use crate::source::extras;
use crate::source::out::Out;
use crate::source::uri;

/// The most bodies that are read at the same time.
const AT_ONCE: usize = 8;
/// The path of the list of all containers, running or not.
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

    /// The rows of an entry. An entry that cannot be read has none, and the other entries stay.
    fn read(&mut self, entry: &str) -> Vec<Object> {
        let Door::Lens(read) = self.kind.door else { return Vec::new() };
        let Self { engine, kind, scope, strings } = self;
        let mut rows = Vec::new();
        let mut reading = Reading { at: engine.at, kind: *kind, scope, strings };
        match read(&mut reading, Wire::Json, entry.as_bytes(), &mut rows) {
            Ok(()) => {
                let wanted = named(scope);
                rows.retain(|row| wanted.is_none_or(|name| row.id.name == name));
                if !scope.extras.is_empty() {
                    extras::add(&scope.extras, kind.columns.len(), &mut rows, |extra, row| cell(extra, row, strings));
                }
                rows
            }
            Err(_) => Vec::new(),
        }
    }

    /// Begins a list.
    fn begin(&self, out: &mut Out) {
        out.say(Delta::Reset);
        let asked = !self.scope.extras.is_empty();
        out.extend(asked.then(|| extras::columns(self.kind.columns, &self.scope.extras)));
    }
}

/// The cell of an extra column. Engines have labels only, and a label may contain a secret.
fn cell(extra: &Extra, row: &Object, strings: &mut Strings) -> Cell {
    let Origin::Label(key) = &extra.origin else { return Cell::None };
    let value = row.label(key).map(|value| mask::value(key, value));
    value.map_or(Cell::None, |value| Cell::text(strings.share(&value)))
}

/// The object name that a query asks for, if it asks for one.
pub fn named(scope: &Scope) -> Option<&str> {
    scope.fields.strip_prefix("metadata.name=")
}

pub async fn containers(engine: Arc<Engine>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let mut events = Events::open(&engine, &["container", "network"]).await?;
    let mut rows = Rows::new(engine.clone(), kind, scope);
    let mut known = Known::default();
    all(&engine, &mut rows, &mut known, out).await?;
    loop {
        let happened = events.next().await?;
        let changed: HashSet<String> = happened.iter().filter_map(Event::container).map(str::to_owned).collect();
        // An event without an object may be about any of them.
        if changed.contains("") {
            all(&engine, &mut rows, &mut known, out).await?;
            continue;
        }
        for id in changed {
            match one(&engine, &id).await? {
                Some(entry) => known.replace(&id, rows.read(&entry), out),
                None => known.replace(&id, Vec::new(), out),
            }
        }
        out.flush().await;
    }
}

/// Sends the whole list: at once as it was listed, and then again with the fields from the bodies.
async fn all(engine: &Arc<Engine>, rows: &mut Rows, known: &mut Known, out: &mut Out) -> Result<()> {
    *known = Known::default();
    rows.begin(out);
    let mut entries = Vec::new();
    for entry in engine.entries(CONTAINERS).await? {
        let fresh = rows.read(entry.get());
        if !fresh.is_empty() {
            entries.push(entry);
        }
        known.say(fresh, out);
    }
    out.flush().await;
    let mut bodies =
        stream::iter(entries).map(|entry| with_body(engine, entry)).buffered(engine.breadth().min(AT_ONCE));
    while let Some(entry) = bodies.next().await {
        known.say(rows.read(&entry), out);
    }
    drop(bodies);
    out.say(Delta::Ready);
    out.flush().await;
    Ok(())
}

/// The rows that were sent, by the ids of their containers, because names change.
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
        // Another container may have the name by now.
        let gone = gone.filter(|id| self.0.values().all(|other| other != id));
        out.extend(gone.map(Delta::Remove));
        self.say(rows, out);
    }
}

/// The list entry of one container, with its body added; `None` if the container is gone.
async fn one(engine: &Engine, id: &str) -> Result<Option<String>> {
    let filters = serde_json::json!({"id": [id]}).to_string();
    let entries = engine.entries(&format!("{CONTAINERS}&filters={}", uri::escaped(&filters))).await?;
    match entries.into_iter().next() {
        Some(entry) => Ok(Some(with_body(engine, entry).await)),
        None => Ok(None),
    }
}

/// A list entry with the fields of its body added. If the container is gone by now, or has no id, the entry stays as it
/// was listed, and an event will follow.
async fn with_body(engine: &Engine, entry: Box<RawValue>) -> String {
    let Named { id, .. } = parse(entry.get().as_bytes()).unwrap_or_default();
    let Ok(id) = segment(&id) else { return entry.get().to_owned() };
    let body = engine.read::<Box<RawValue>>(&format!("/containers/{id}/json")).await.ok();
    match body {
        Some(body) => with(entry.get(), "Inspected", body.get()),
        None => entry.get().to_owned(),
    }
}

/// An entry with one field added.
fn with(entry: &str, field: &str, value: &str) -> String {
    match entry.trim_end().strip_suffix('}').map(str::trim_end) {
        Some(open) if open.ends_with('{') => format!("{open}\"{field}\":{value}}}"),
        Some(open) => format!("{open},\"{field}\":{value}}}"),
        None => entry.to_owned(),
    }
}

/// The fields by which entries of lists are recognised.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Named {
    #[serde(deserialize_with = "said")]
    id: String,
    #[serde(deserialize_with = "said")]
    name: String,
}

/// Lists images, volumes or networks: the whole list at the start, and again after each event that may have changed it.
pub async fn whole(engine: Arc<Engine>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let types = match kind.name {
        "images" => ["image", "container"],
        "volumes" => ["volume", "container"],
        _ => ["network", "container"],
    };
    let mut events = Events::open(&engine, &types).await?;
    let mut rows = Rows::new(engine.clone(), kind, scope);
    loop {
        rows.begin(out);
        for entry in entries(&engine, kind).await? {
            out.extend(rows.read(&entry).into_iter().map(Delta::Upsert));
        }
        out.say(Delta::Ready);
        out.flush().await;
        events.next().await?;
    }
}

/// The entries of a list, each with the number of containers that use it.
async fn entries(engine: &Engine, kind: KindRef) -> Result<Vec<String>> {
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "PascalCase", default)]
    struct Volumes {
        #[serde(deserialize_with = "said")]
        volumes: Vec<Box<RawValue>>,
    }
    let containers = engine.containers(CONTAINERS).await?;
    let list = match kind.name {
        "images" => engine.entries("/images/json").await?,
        "volumes" => engine.read::<Volumes>("/volumes").await?.volumes,
        "networks" => engine.entries("/networks").await?,
        other => return Err(Error::Unsupported(format!("a container engine has no {other}"))),
    };
    Ok(list.iter().map(|entry| with_use(kind, entry.get(), &containers)).collect())
}

fn with_use(kind: KindRef, entry: &str, containers: &[Container]) -> String {
    let Named { id, name } = parse(entry.as_bytes()).unwrap_or_default();
    // An entry without a name or id counts as used by nobody.
    let users = |uses: &dyn Fn(&Container) -> bool| containers.iter().filter(|container| uses(container)).count();
    match kind.name {
        "images" => {
            let count = users(&|container| !id.is_empty() && container.image_id == id);
            with(entry, "UsedBy", &count.to_string())
        }
        "networks" => {
            let on = |c: &Container| c.runs() && c.networks().any(|(_, attached)| attached.network_id == id);
            let count = users(&|container| !id.is_empty() && on(container));
            with(entry, "UsedBy", &count.to_string())
        }
        _ => {
            let mounts = |c: &&Container| c.mounts.iter().any(|mount| mount.r#type == "volume" && mount.name == name);
            let mut names: Vec<&str> = match name.is_empty() {
                true => Vec::new(),
                false => containers.iter().filter(mounts).map(Container::name).collect(),
            };
            names.sort_unstable();
            with(entry, "Users", &Value::from(names).to_string())
        }
    }
}
