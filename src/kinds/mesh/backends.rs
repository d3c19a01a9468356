//! Where rules lead, by service.

use crate::kinds::verbs;
use crate::model::{Address, Column, Door, Kind};

pub static KIND: Kind = Kind {
    name: "backends",
    aliases: &["backend", "routes-by-service"],
    address: Address { group: "", version: "", kind: "Backend", plural: "backends", namespaced: true },
    named: None,
    columns: &[
        Column::new("SERVICE", 24).rank(0),
        Column::new("SUBSET", 8).rank(1),
        Column::new("PORT", 5).rank(3),
        Column::new("WEIGHT", 6).rank(1),
        Column::new("SHARE", 7).rank(0),
        Column::new("READY", 8).state(),
        Column::new("HOST", 22).rank(1),
        Column::new("MATCH", 18).rank(2),
        Column::new("RULE", 28).rank(4),
    ],
    sort: Some(("SERVICE", false)),
    door: Door::Own,
    called: |backend| super::called(backend, &[0, 1]),
    describe: Some(super::routes::describe),
    verbs: &[&verbs::SHIFT],
    ..Kind::mesh()
};
