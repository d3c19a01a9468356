//! Volumes, and who mounts them.

use serde::Deserialize;

use super::address;
use super::facts::{Labels, by_key, decode, each, fits, moment, object, said};
use crate::kinds::verbs;
use crate::model::{Cell, Column, Door, Health, Kind, Link, Object, Reading, Result, Scope, Wire};

pub static KIND: Kind = Kind {
    name: "volumes",
    aliases: &["vol", "volume"],
    address: address("Volume", "volumes"),
    columns: &[
        Column::new("DRIVER", 8),
        Column::new("STATE", 8).state(),
        Column::new("USED BY", 20),
        Column::new("SCOPE", 6).rank(4).wide(),
        Column::new("MOUNTPOINT", 30).rank(5),
        Column::new("AGE", 4).number().rank(2),
    ],
    door: Door::Lens(read),
    verbs: verbs::REMOVABLE,
    ..Kind::docker()
};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Volume {
    #[serde(deserialize_with = "said")]
    name: String,
    #[serde(deserialize_with = "said")]
    driver: String,
    #[serde(deserialize_with = "said")]
    mountpoint: String,
    #[serde(deserialize_with = "said")]
    scope: String,
    #[serde(deserialize_with = "said")]
    created_at: String,
    #[serde(deserialize_with = "by_key")]
    labels: Labels,
    /// Names of containers, found by the source.
    #[serde(deserialize_with = "each")]
    users: Vec<String>,
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let volume: Volume = decode(wire, bytes)?;
    if !fits(&reading.scope.labels, &volume.labels) {
        return Ok(());
    }
    let (word, health) = if volume.users.is_empty() { ("unused", Health::Done) } else { ("in use", Health::Good) };
    let strings = &mut *reading.strings;
    let cells = vec![
        Cell::text(strings.share(&volume.driver)),
        Cell::text(strings.share(word)),
        Cell::text(volume.users.join(",")),
        Cell::text(strings.share(&volume.scope)),
        Cell::text(volume.mountpoint.as_str()),
        Cell::since(moment(&volume.created_at)),
    ];
    let mut row = object(reading, &volume.name, &volume.name, &volume.labels, (health, cells));
    let scope = Scope::all().fields(format!("volume={}", volume.name));
    row.link = (!volume.users.is_empty()).then(|| Box::new(Link::to(&super::containers::KIND, scope)));
    rows.push(row);
    Ok(())
}
