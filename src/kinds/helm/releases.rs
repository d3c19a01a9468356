//! Releases: the latest revision of each.

use super::{REVISION, STATUS, UPDATED, body, charts};
use crate::model::{Address, Door, Kind, Lender, Narrow};

pub static KIND: Kind = Kind {
    name: "releases",
    aliases: &["helm", "hm", "charts", "release"],
    address: Address { group: "", version: "", kind: "Release", plural: "releases", namespaced: true },
    columns: &[REVISION, STATUS, UPDATED],
    lenders: &[Lender { kind: &charts::RELEASES, before: "UPDATED", narrow: Narrow::ToNames }],
    door: Door::Own,
    describe: Some(body::describe),
    is_secret: true,
    absent: Some(super::ABSENT),
    ..Kind::helm()
};
