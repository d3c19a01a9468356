//! What containers use now. Lends its columns to containers; an engine lists no such thing, its source measures.

use super::{DOCKER, address};
use crate::model::{Column, Door, Kind};

pub static KIND: Kind = Kind {
    name: "containerstats",
    aliases: &["stats"],
    address: address("ContainerStats", "containerstats"),
    columns: &[
        Column::new("CPU", 5).rank(2),
        Column::new("MEM", 6).rank(2),
        Column::new("LIMIT", 6).rank(6).wide(),
        Column::new("NET-IN", 7).rank(5),
        Column::new("NET-OUT", 7).rank(5),
        Column::new("READ", 7).rank(6).wide(),
        Column::new("WRITE", 7).rank(6).wide(),
        Column::new("PIDS", 4).rank(6).wide(),
    ],
    door: Door::Own,
    ..DOCKER
};
