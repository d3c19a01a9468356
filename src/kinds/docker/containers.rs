//! Containers: an entry of the list, and what inspecting it adds.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::facts::{Attached, Labels, by_key, decode, each, fits, moment, object, said, seconds, short};
use super::pod::{self, Member};
use super::{address, projects};
use crate::kinds::mask;
use crate::kinds::verbs;
use crate::model::{
    Cell, Column, Description, Door, Enter, Health, Kind, Lender, Narrow, Object, Presentation, Process, Reading,
    Result, Time, Wire,
};

mod describe;
mod ports;

pub use ports::Port;

pub static KIND: Kind = Kind {
    name: "containers",
    aliases: &["co", "container", "ps"],
    address: address("Container", "containers"),
    columns: &[
        Column::new("STATE", 12).state(),
        Column::new("HEALTH", 9).rank(4),
        Column::new("IMAGE", 20).rank(2),
        Column::new("PORTS", 14).rank(3),
        Column::new("PROJECT", 12).rank(4),
        Column::new("RESTARTS", 8).number().rank(5),
        Column::new("FOR", 4).rank(1),
        Column::new("AGE", 4).number().rank(3),
        Column::new("ID", 12).rank(6).wide(),
        Column::new("ADDRESS", 12).rank(6).wide(),
        Column::new("COMMAND", 20).rank(6).wide(),
    ],
    door: Door::Lens(read),
    presentation: Presentation::PLAIN.lent(&[Lender {
        kind: &super::containerstats::KIND,
        before: "PROJECT",
        narrow: Narrow::ToNames,
    }]),
    enter: Enter::Log,
    process: Process::itself(pod::twin),
    description: Description::of(describe::sections),
    verbs: verbs::CONTAINERS,
    ..Kind::docker()
};

/// An entry of `/containers/json`, with what `/containers/{id}/json` says laid beside it once that was asked.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Container {
    #[serde(deserialize_with = "said")]
    pub id: String,
    #[serde(deserialize_with = "each")]
    pub names: Vec<String>,
    #[serde(deserialize_with = "said")]
    image: String,
    #[serde(deserialize_with = "said", rename = "ImageID")]
    pub image_id: String,
    #[serde(deserialize_with = "said")]
    command: String,
    #[serde(deserialize_with = "said")]
    created: i64,
    #[serde(deserialize_with = "each")]
    ports: Vec<Port>,
    #[serde(deserialize_with = "by_key")]
    pub labels: Labels,
    #[serde(deserialize_with = "said")]
    pub state: String,
    #[serde(deserialize_with = "said")]
    status: String,
    /// New engines say it in the list.
    #[serde(deserialize_with = "said")]
    health: Option<Checked>,
    #[serde(deserialize_with = "said")]
    network_settings: Networks,
    #[serde(deserialize_with = "each")]
    pub mounts: Vec<Mount>,
    #[serde(deserialize_with = "said")]
    inspected: Option<Inspected>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Networks {
    #[serde(deserialize_with = "by_key")]
    networks: BTreeMap<String, Attached>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub struct Mount {
    #[serde(deserialize_with = "said")]
    pub r#type: String,
    #[serde(deserialize_with = "said")]
    pub name: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Checked {
    #[serde(deserialize_with = "said")]
    status: String,
}

/// What only the body of a container says.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Inspected {
    #[serde(deserialize_with = "said")]
    restart_count: Option<u32>,
    #[serde(deserialize_with = "said")]
    state: Standing,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Standing {
    #[serde(deserialize_with = "said")]
    status: String,
    #[serde(deserialize_with = "said")]
    exit_code: Option<i64>,
    #[serde(deserialize_with = "said")]
    error: String,
    #[serde(deserialize_with = "said")]
    health: Option<Checked>,
    #[serde(rename = "OOMKilled", deserialize_with = "said")]
    oom_killed: bool,
    #[serde(deserialize_with = "said")]
    started_at: String,
    #[serde(deserialize_with = "said")]
    finished_at: String,
}

impl Container {
    /// Without the slash; links of other containers are further names with two.
    pub fn name(&self) -> &str {
        let own = self.names.iter().find_map(|name| name.strip_prefix('/').filter(|name| !name.contains('/')));
        let named = own.or(self.names.first().map(String::as_str)).filter(|name| !name.is_empty());
        named.unwrap_or(short(&self.id))
    }

    pub fn networks(&self) -> impl Iterator<Item = (&str, &Attached)> {
        self.network_settings.networks.iter().map(|(name, attached)| (name.as_str(), attached))
    }

    /// What its body says, which is the container itself: a list is of a copy, and that follows a moment after the
    /// event.
    fn body(&self) -> Option<&Standing> {
        self.inspected.as_ref().map(|inspected| &inspected.state).filter(|state| !state.status.is_empty())
    }

    fn state(&self) -> &str {
        self.body().map_or(&self.state, |body| &body.status)
    }

    pub fn runs(&self) -> bool {
        matches!(self.state(), "running" | "paused" | "restarting")
    }

    /// How it ended the last time: the code in `Exited (137) 3 minutes ago` or `Restarting (1) 5 seconds ago`.
    fn exit_code(&self) -> Option<i64> {
        let listed = || {
            let after = ["Exited (", "Restarting ("].iter().find_map(|lead| self.status.strip_prefix(lead))?;
            after.split_once(')')?.0.parse().ok()
        };
        self.body().and_then(|body| body.exit_code).or_else(listed)
    }

    /// It was never started, and not for want of trying.
    fn failed_to_start(&self) -> bool {
        self.body().is_some_and(|body| !body.error.is_empty() || body.exit_code.is_some_and(|code| code != 0))
    }

    /// `healthy`, `unhealthy` or `starting`; older engines say it at the end of `Up 2 hours (healthy)` only.
    fn health(&self) -> &str {
        let listed = self
            .body()
            .map_or(&self.health, |body| &body.health)
            .as_ref()
            .map(|health| health.status.as_str())
            .filter(|word| *word != "none");
        let within = || self.status.strip_suffix(')')?.rsplit_once('(').map(|(_, word)| word);
        let word = listed.or_else(within).unwrap_or_default();
        match word.strip_prefix("health: ").unwrap_or(word) {
            word @ ("healthy" | "unhealthy" | "starting") => word,
            _ => "",
        }
    }

    /// The word for its state, and how well that is.
    fn standing(&self) -> (String, Health) {
        let killed = self.inspected.as_ref().is_some_and(|inspected| inspected.state.oom_killed);
        match (self.state(), self.exit_code()) {
            ("exited" | "dead", _) if killed => ("OOMKilled".to_owned(), Health::Bad),
            ("exited", Some(0)) => ("exited 0".to_owned(), Health::Done),
            ("exited", Some(code)) => (format!("exited {code}"), Health::Bad),
            ("running", _) => self.running(),
            ("paused", _) => ("paused".to_owned(), Health::Done),
            ("restarting", Some(code)) if code != 0 => (format!("restarting {code}"), Health::Bad),
            ("restarting", _) => ("restarting".to_owned(), Health::Warn),
            ("created", Some(code)) if self.failed_to_start() => (format!("created {code}"), Health::Bad),
            ("created", None) if self.failed_to_start() => ("created".to_owned(), Health::Bad),
            ("created" | "initialized" | "configured", _) => (self.state().to_owned(), Health::Done),
            ("removing" | "stopping", _) => (self.state().to_owned(), Health::Leaving),
            ("dead", _) => ("dead".to_owned(), Health::Bad),
            (state, _) => (state.to_owned(), Health::Unknown),
        }
    }

    /// The worst is said with the state itself: the column of its health leaves narrow screens.
    fn running(&self) -> (String, Health) {
        match self.health() {
            "unhealthy" => ("running unhealthy".to_owned(), Health::Bad),
            "starting" => ("running".to_owned(), Health::Progress),
            _ => ("running".to_owned(), Health::Good),
        }
    }

    /// Since when it is as it is.
    fn since(&self) -> Option<Time> {
        let state = &self.inspected.as_ref()?.state;
        match self.state() {
            "running" | "paused" => moment(&state.started_at),
            _ => moment(&state.finished_at),
        }
    }
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let container: Container = decode(wire, bytes)?;
    let scope = reading.scope;
    if fits(&scope.labels, &container.labels) && uses(&container, &scope.fields) {
        rows.push(row(&container, reading));
    }
    Ok(())
}

/// The containers of an image, a volume or a network: `image=sha256:..`, `volume=data`, `network=6a5b..`,
/// of a pod, `pod=shop/web-0`, or the one of a pod's container.
fn uses(container: &Container, field: &str) -> bool {
    match field.split_once('=') {
        Some(("image", id)) => container.image_id == id,
        Some(("volume", name)) => container.mounts.iter().any(|mount| mount.r#type == "volume" && mount.name == name),
        Some(("network", id)) => container.networks().any(|(_, attached)| attached.network_id == id),
        Some(("pod", path)) => Member::of(&container.labels, container.name()).is_some_and(|member| member.is(path)),
        Some(("metadata.name", name)) => container.name() == name,
        _ => field.is_empty(),
    }
}

fn row(container: &Container, reading: &mut Reading<'_>) -> Object {
    let (state, health) = container.standing();
    let addresses: Vec<&str> =
        container.networks().map(|(_, a)| a.address.as_str()).filter(|a| !a.is_empty()).collect();
    let strings = &mut *reading.strings;
    let restarts = container.inspected.as_ref().and_then(|inspected| inspected.restart_count).map(i64::from);
    let cells = vec![
        Cell::text(strings.share(&state)),
        Cell::text(strings.share(container.health())),
        Cell::text(strings.share(image(&container.image))),
        Cell::text(strings.share(&ports::text(&container.ports))),
        Cell::text(strings.share(&projects::place(&container.labels))),
        restarts.map_or(Cell::None, Cell::Count),
        Cell::since(container.since()),
        seconds(container.created),
        Cell::text(short(&container.id)),
        Cell::text(addresses.join(",")),
        Cell::text(mask::line(&container.command)),
    ];
    object(reading, container.name(), &container.id, &container.labels, (health, cells))
}

/// An image that lost its name is named by its id.
fn image(name: &str) -> &str {
    if name.starts_with("sha256:") { short(name) } else { name }
}
