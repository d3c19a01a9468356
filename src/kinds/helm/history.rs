//! All revisions of releases, newest first.

use super::{REVISION, STATUS, UPDATED, body, charts, extracts};
use crate::model::{Address, Column, Description, Door, Kind, Lender, Naming, Narrow, Presentation};

pub static KIND: Kind = Kind {
    name: "history",
    address: Address { group: "", version: "", kind: "Revision", plural: "history", namespaced: true },
    naming: Naming::UNTITLED,
    columns: &[Column::new("RELEASE", 16).rank(0), REVISION, STATUS, UPDATED],
    presentation: Presentation::PLAIN
        .sorted("REVISION", true)
        .lent(&[Lender { kind: &charts::HISTORY, before: "UPDATED", narrow: Narrow::ToNames }])
        .absent(super::ABSENT),
    door: Door::Own,
    description: Description::of(body::describe).extracts(&extracts::OF_HISTORY),
    is_secret: true,
    ..Kind::helm()
};
