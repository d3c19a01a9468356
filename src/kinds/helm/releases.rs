//! Releases: the latest revision of each.

use super::{REVISION, STATUS, UPDATED, body, charts, extracts};
use crate::model::{Address, Description, Door, Kind, Lender, Narrow, Presentation};

pub static KIND: Kind = Kind {
    name: "releases",
    aliases: &["helm", "hm", "charts", "release"],
    address: Address { group: "", version: "", kind: "Release", plural: "releases", namespaced: true },
    columns: &[REVISION, STATUS, UPDATED],
    presentation: Presentation::PLAIN
        .lent(&[Lender { kind: &charts::RELEASES, before: "UPDATED", narrow: Narrow::ToNames }])
        .absent(super::ABSENT),
    door: Door::Own,
    description: Description::of(body::describe).extracts(&extracts::OF_RELEASES),
    is_secret: true,
    ..Kind::helm()
};
