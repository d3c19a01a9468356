//! Networks, and how many containers are on them.

use serde::Deserialize;

use super::address;
use super::facts::{Labels, by_key, decode, each, fits, moment, object, said, short};
use crate::kinds::verbs;
use crate::model::{Cell, Column, Door, Health, Kind, Link, Object, Reading, Result, Scope, Wire};

pub static KIND: Kind = Kind {
    name: "networks",
    aliases: &["net", "network"],
    address: address("Network", "networks"),
    columns: &[
        Column::new("DRIVER", 8),
        Column::new("SCOPE", 6).rank(3),
        Column::new("SUBNET", 18).rank(2),
        Column::new("CONTAINERS", 10),
        Column::new("INTERNAL", 8).rank(4),
        Column::new("ID", 12).rank(3),
        Column::new("AGE", 4).number().rank(2),
    ],
    door: Door::Lens(read),
    verbs: verbs::REMOVABLE,
    ..Kind::docker()
};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Network {
    #[serde(deserialize_with = "said")]
    name: String,
    #[serde(deserialize_with = "said")]
    id: String,
    #[serde(deserialize_with = "said")]
    created: String,
    #[serde(deserialize_with = "said")]
    scope: String,
    #[serde(deserialize_with = "said")]
    driver: String,
    #[serde(deserialize_with = "said")]
    internal: bool,
    #[serde(rename = "IPAM", deserialize_with = "said")]
    ipam: Ipam,
    #[serde(deserialize_with = "by_key")]
    labels: Labels,
    /// How many containers, counted by the source: lists leave it out.
    #[serde(deserialize_with = "said")]
    used_by: u32,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Ipam {
    #[serde(deserialize_with = "each")]
    config: Vec<Pool>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Pool {
    #[serde(deserialize_with = "said")]
    subnet: String,
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let network: Network = decode(wire, bytes)?;
    if !fits(&reading.scope.labels, &network.labels) {
        return Ok(());
    }
    let subnets: Vec<&str> =
        network.ipam.config.iter().map(|pool| pool.subnet.as_str()).filter(|subnet| !subnet.is_empty()).collect();
    let health = if network.used_by > 0 { Health::Good } else { Health::Done };
    let strings = &mut *reading.strings;
    let cells = vec![
        Cell::text(strings.share(&network.driver)),
        Cell::text(strings.share(&network.scope)),
        Cell::text(subnets.join(",")),
        Cell::Count(i64::from(network.used_by)),
        Cell::text(strings.share(if network.internal { "internal" } else { "" })),
        Cell::text(short(&network.id)),
        Cell::since(moment(&network.created)),
    ];
    let mut row = object(reading, &network.name, &network.id, &network.labels, (health, cells));
    let scope = Scope::all().fields(format!("network={}", network.id));
    row.link = (network.used_by > 0).then(|| Box::new(Link::to(&super::containers::KIND, scope)));
    rows.push(row);
    Ok(())
}
