//! Ports that are forwarded from here. No server knows them: the program makes the rows.

use crate::model::{Address, Column, Door, Enter, Kind, Naming};

pub static KIND: Kind = Kind {
    name: "forwards",
    aliases: &["pf", "forward"],
    address: Address { group: "", version: "", kind: "", plural: "forwards", namespaced: false },
    naming: Naming::titled("NO"),
    columns: &[
        Column::new("NAMESPACE", 9).rank(3),
        Column::new("POD", 16).rank(0),
        Column::new("STATE", 10).state(),
        Column::new("ADDRESS", 15).rank(0),
        Column::new("PORT", 5),
        Column::new("OPEN", 4).rank(3),
        Column::new("OUT", 8).rank(2),
        Column::new("IN", 8).rank(3),
        Column::new("FAILED", 20).rank(4),
        Column::new("AGE", 4).rank(2),
    ],
    door: Door::Own,
    enter: Enter::Forward,
    ..Kind::beside()
};
