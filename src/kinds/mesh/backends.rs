//! Where rules lead, by service.

use crate::kinds::verbs;
use crate::model::{Address, Column, Description, Door, Kind, Naming, Presentation};

pub static KIND: Kind = Kind {
    name: "backends",
    aliases: &["backend", "routes-by-service"],
    address: Address { group: "", version: "", kind: "Backend", plural: "backends", namespaced: true },
    naming: Naming { called: |backend| super::called(backend, &[0, 1]), ..Naming::UNTITLED },
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
    presentation: Presentation::PLAIN.sorted("SERVICE", false),
    door: Door::Own,
    description: Description::of(super::routes::describe),
    verbs: &[&verbs::SHIFT],
    ..Kind::mesh()
};
