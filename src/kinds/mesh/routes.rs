//! Rules by the host that they answer, in the order in which they are tried.

use crate::kinds::verbs;
use crate::model::{Address, Column, Door, Kind};

pub static KIND: Kind = Kind {
    name: "routes",
    aliases: &["rt", "route", "mesh"],
    address: Address { group: "", version: "", kind: "Route", plural: "routes", namespaced: true },
    named: None,
    columns: &[
        Column::new("HOST", 22).rank(0),
        Column::new("#", 2).rank(2),
        Column::new("MATCH", 18).rank(0),
        Column::new("BACKENDS", 24).rank(0).state(),
        Column::new("READY", 7).rank(1),
        Column::new("PROBLEMS", 8).rank(1),
        Column::new("RULE", 28).rank(3),
        Column::new("ATTACHED", 22).rank(4),
        Column::new("NOTES", 40).rank(5),
        Column::new("MESH", 11).wide(),
        Column::new("ORDER", 5).wide(),
    ],
    sort: Some(("ORDER", false)),
    door: Door::Own,
    verbs: &[&verbs::SHIFT],
    ..Kind::KUBE
};
