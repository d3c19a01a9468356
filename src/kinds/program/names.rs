//! The kinds that a source has, and the words for them. The program makes the rows of what the source has told.

use crate::model::{Address, Column, Door, Enter, Kind};

pub static KIND: Kind = Kind {
    name: "kinds",
    aliases: &[],
    address: Address { group: "", version: "", kind: "", plural: "kinds", namespaced: false },
    columns: &[
        Column::new("SHORT", 6),
        Column::new("GROUP/VERSION", 13).rank(1),
        Column::new("NAMESPACED", 10).rank(2),
        Column::new("KIND", 10).rank(4),
        Column::new("VERBS", 16).rank(3),
    ],
    door: Door::Own,
    enter: Enter::Kind,
    ..Kind::beside()
};
