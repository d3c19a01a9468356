//! What pods use now, as cAdvisor tells it to Prometheus. Lends its columns to pods where no metrics server does.

use super::address;
use crate::model::{Column, Door, Kind};

pub static KIND: Kind = Kind {
    name: "podusage",
    aliases: &[],
    address: address("PodUsage", "podusage", true),
    columns: &[Column::new("CPU", 5).number().rank(2).trend(), Column::new("MEM", 6).number().rank(2)],
    door: Door::Own,
    ..Kind::prometheus()
};
