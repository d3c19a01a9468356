//! All revisions of releases, newest first.

use super::{REVISION, STATUS, UPDATED, body, charts};
use crate::model::{Address, Column, Door, Enter, Kind, Lender, Narrow};

pub static KIND: Kind = Kind {
    name: "history",
    address: Address { group: "", version: "", kind: "Revision", plural: "history", namespaced: true },
    named: None,
    columns: &[Column::new("RELEASE", 16).rank(0), REVISION, STATUS, UPDATED],
    sort: Some(("REVISION", true)),
    lenders: &[Lender { kind: &charts::HISTORY, before: "UPDATED", narrow: Narrow::ToNames }],
    door: Door::Own,
    enter: Enter::Description,
    describe: Some(body::describe),
    is_secret: true,
    absent: Some(super::ABSENT),
    ..Kind::helm()
};
