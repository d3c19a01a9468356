//! Shells, attaches and forwards that were begun here. No server knows them: the program makes the rows.

use crate::model::{Address, Column, Door, Enter, Kind, Naming};

pub static KIND: Kind = Kind {
    name: "sessions",
    aliases: &["session"],
    address: Address { group: "", version: "", kind: "", plural: "sessions", namespaced: false },
    naming: Naming::titled("NO"),
    columns: &[
        Column::new("KIND", 7),
        Column::new("POD", 16).rank(0),
        Column::new("CONTAINER", 12).rank(3),
        Column::new("STATE", 10).state(),
        Column::new("LISTENS", 14),
        Column::new("OPEN", 4).rank(3),
        Column::new("OUT", 8).rank(2),
        Column::new("IN", 8).rank(3),
        Column::new("FAILED", 20).rank(4),
        Column::new("AGE", 4).number().rank(2),
    ],
    door: Door::Own,
    enter: Enter::Session,
    ..Kind::beside()
};
