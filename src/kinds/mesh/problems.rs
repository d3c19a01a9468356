//! What is wrong with routes, and what to do about it.

use crate::model::{Address, Column, Door, Kind, Naming, Presentation};

pub static KIND: Kind = Kind {
    name: "problems",
    aliases: &["problem", "route-problems"],
    address: Address { group: "", version: "", kind: "Problem", plural: "problems", namespaced: true },
    naming: Naming::UNTITLED,
    columns: &[
        Column::new("CODE", 6).rank(0),
        Column::new("SEVERITY", 9).state(),
        Column::new("OBJECT", 28).rank(0),
        Column::new("PROBLEM", 44).rank(0),
        Column::new("ADVICE", 40).rank(2),
        Column::new("WHERE", 20).rank(3),
        Column::new("SAME AS", 16).wide(),
    ],
    presentation: Presentation::PLAIN.sorted("SEVERITY", false),
    door: Door::Own,
    ..Kind::mesh()
};
