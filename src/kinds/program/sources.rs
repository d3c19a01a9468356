//! Clusters and container engines, and how they stand. No server knows them: the program makes the rows.

use crate::model::{Address, Column, Door, Enter, Kind};

pub static KIND: Kind = Kind {
    name: "sources",
    aliases: &["source", "engines"],
    address: Address { group: "", version: "", kind: "", plural: "sources", namespaced: false },
    columns: &[
        Column::new("KIND", 7),
        Column::new("STATE", 12).state(),
        Column::new("VERSION", 14).rank(3),
        Column::new("ADDRESS", 24).rank(2),
        Column::new("REASON", 30).rank(1),
    ],
    door: Door::Own,
    enter: Enter::Source,
    ..Kind::program()
};
