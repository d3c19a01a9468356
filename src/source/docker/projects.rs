//! Compose projects, computed from the labels of containers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::engine::Engine;
use super::events::Events;
use super::list::{CONTAINERS, named};
use crate::kinds::docker::containers::{self, Container};
use crate::kinds::docker::projects::{DIRECTORY, FILES, SERVICE, is_one_off, project};
use crate::model::{Cell, Delta, Health, Id, KindRef, Link, Object, Result, Scope, Str, Uid};
use crate::source::out::Out;

pub async fn run(engine: Arc<Engine>, kind: KindRef, scope: Scope, out: &mut Out) -> Result<()> {
    let mut events = Events::open(&engine, &["container"]).await?;
    loop {
        let containers = engine.containers(CONTAINERS).await?;
        out.say(Delta::Reset);
        let wanted = projects(&containers).into_iter().filter(|(name, _)| named(&scope).is_none_or(|own| own == *name));
        out.extend(wanted.map(|(name, project)| {
            let id = Id::new(engine.at, kind, Str::new(), name);
            Delta::Upsert(project.row(id))
        }));
        out.say(Delta::Ready);
        out.flush().await;
        events.next().await?;
    }
}

#[derive(Default)]
struct Project<'a> {
    key: &'static str,
    /// The number of containers, without those that run a single command.
    all: u32,
    running: u32,
    services: BTreeSet<&'a str>,
    files: &'a str,
    directory: &'a str,
}

fn projects(containers: &[Container]) -> BTreeMap<&str, Project<'_>> {
    let mut all: BTreeMap<&str, Project> = BTreeMap::new();
    for container in containers {
        let Some((key, name)) = project(&container.labels) else { continue };
        let entry = all.entry(name).or_default();
        let label = |key: &str| container.labels.get(key).map(String::as_str).unwrap_or_default();
        entry.key = key;
        let counted = u32::from(!is_one_off(&container.labels));
        entry.all += counted;
        entry.running += if container.state == "running" { counted } else { 0 };
        entry.services.extend(Some(label(SERVICE)).filter(|service| !service.is_empty()));
        for (place, found) in [(&mut entry.files, label(FILES)), (&mut entry.directory, label(DIRECTORY))] {
            if place.is_empty() {
                *place = found;
            }
        }
    }
    all
}

impl Project<'_> {
    fn row(self, id: Id) -> Object {
        let (word, health) = match (self.running, self.all) {
            (_, 0) => ("one-off", Health::Done),
            (0, _) => ("stopped", Health::Done),
            (running, all) if running < all => ("partly", Health::Warn),
            _ => ("running", Health::Good),
        };
        let services: Vec<&str> = self.services.into_iter().collect();
        let cells = [
            Cell::text(word),
            Cell::Ratio(self.running, self.all),
            Cell::text(services.join(" ")),
            Cell::text(self.files),
            Cell::text(self.directory),
        ];
        let scope = Scope::all().labels(format!("{}={}", self.key, id.name));
        let link = Some(Box::new(Link::to(&containers::KIND, scope)));
        let uid = Uid::from(id.name.clone());
        Object { id, uid, health, cells: cells.into(), labels: Str::new(), owner: Str::new(), link }
    }
}
