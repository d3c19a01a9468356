//! The program's own state: a row for each server and for each question that is kept answered. No server knows them:
//! the program makes the rows.

use crate::model::{Address, Column, Door, Enter, Home, Kind, Naming};

/// Why nothing else can be seen of such a row.
pub const NO_MORE: &str = "this row has no more to show; :wide shows more columns";

pub static KIND: Kind = Kind {
    name: "self",
    aliases: &["spyhop"],
    address: Address { group: "", version: "", kind: "", plural: "self", namespaced: false },
    naming: Naming::titled("WHAT"),
    columns: &[
        Column::new("STATE", 9).state(),
        Column::new("REQ/S", 5),
        Column::new("MINUTE", 6).rank(4),
        Column::new("REQUESTS", 8).rank(2),
        Column::new("WATCHES", 7),
        Column::new("IN", 5),
        Column::new("ROWS", 6),
        Column::new("HELD", 5),
        Column::new("AGE", 4).number().rank(3),
        Column::new("REACHED", 9).rank(5),
        Column::new("ERROR", 16).rank(2),
    ],
    door: Door::Own,
    enter: Enter::Nothing,
    ..Kind::beside()
};

/// What a source says of itself when it is asked: one row. Not in the table of kinds, for nobody looks at it alone.
pub static METER: Kind = Kind {
    name: "meter",
    address: Address { group: "", version: "", kind: "", plural: "meter", namespaced: false },
    columns: &[
        Column::new("REQ/S", 5),
        Column::new("MINUTE", 6),
        Column::new("REQUESTS", 8),
        Column::new("WATCHES", 7),
        Column::new("IN", 5),
        Column::new("REACHED", 9),
        Column::new("ERROR", 16),
    ],
    door: Door::Own,
    home: Home::Computed,
    ..Kind::program()
};
