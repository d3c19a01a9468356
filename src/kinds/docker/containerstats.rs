//! What containers use now. Lends its columns to containers; an engine lists no such thing, its source measures.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::address;
use super::facts::{by_key, each, said};
use crate::model::{Cell, Column, Door, Home, Kind, Units};

pub static KIND: Kind = Kind {
    name: "containerstats",
    aliases: &["stats"],
    address: address("ContainerStats", "containerstats"),
    columns: &[
        Column::new("CPU%", 4).rank(2).trend(),
        Column::new("MEM", 8).number().rank(2),
        Column::new("LIMIT", 8).rank(6).wide(),
        Column::new("NET-IN", 7).rank(5),
        Column::new("NET-OUT", 7).rank(5),
        Column::new("READ", 7).rank(6).wide(),
        Column::new("WRITE", 7).rank(6).wide(),
        Column::new("PIDS", 4).rank(6).wide(),
    ],
    door: Door::Own,
    home: Home::Computed,
    ..Kind::docker()
};

/// One measurement: `/containers/{id}/stats`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// Whose it is; empty where an engine does not say.
    #[serde(deserialize_with = "said")]
    pub id: String,
    #[serde(deserialize_with = "said")]
    cpu_stats: Cpu,
    #[serde(deserialize_with = "said")]
    memory_stats: Memory,
    #[serde(deserialize_with = "by_key")]
    networks: BTreeMap<String, Network>,
    #[serde(deserialize_with = "said")]
    blkio_stats: Disk,
    #[serde(deserialize_with = "said")]
    pids_stats: Processes,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Cpu {
    #[serde(deserialize_with = "said")]
    cpu_usage: Usage,
    /// Of the whole host, since it started.
    #[serde(deserialize_with = "said")]
    system_cpu_usage: Option<u64>,
    #[serde(deserialize_with = "said")]
    online_cpus: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    #[serde(deserialize_with = "said")]
    total_usage: Option<u64>,
    /// Of each of the host's CPUs, where an engine says so.
    #[serde(deserialize_with = "said")]
    percpu_usage: Vec<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Memory {
    #[serde(deserialize_with = "said")]
    usage: Option<u64>,
    #[serde(deserialize_with = "said")]
    limit: Option<u64>,
    #[serde(deserialize_with = "by_key")]
    stats: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Network {
    #[serde(deserialize_with = "said")]
    rx_bytes: Option<u64>,
    #[serde(deserialize_with = "said")]
    tx_bytes: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Disk {
    #[serde(deserialize_with = "each")]
    io_service_bytes_recursive: Vec<Served>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Served {
    #[serde(deserialize_with = "said")]
    op: String,
    #[serde(deserialize_with = "said")]
    value: Option<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Processes {
    #[serde(deserialize_with = "said")]
    current: Option<i64>,
}

/// Bytes that were counted; nothing where there are none, or where one count is not known.
fn sum(counts: impl Iterator<Item = Option<u64>>) -> Cell {
    let all = counts.reduce(|all, more| Some(all?.saturating_add(more?))).flatten();
    all.map_or(Cell::None, |all| Cell::Size(all, Units::Thousands))
}

fn memory(bytes: Option<u64>) -> Cell {
    bytes.map_or(Cell::None, |bytes| Cell::Size(bytes, Units::Binary))
}

impl Sample {
    /// What an engine says of a container that does not run.
    pub fn is_idle(&self) -> bool {
        let measured = self.cpu_stats.system_cpu_usage.is_some_and(|usage| usage > 0);
        self.memory_stats.usage.is_none() && self.pids_stats.current.is_none() && !measured
    }

    /// The cells of the columns. What takes two measurements stays empty until there are two: nothing is not zero.
    pub fn cells(&self, before: Option<&Self>) -> Vec<Cell> {
        vec![
            before.and_then(|before| self.percent(before)).map_or(Cell::None, Cell::Percent),
            memory(self.memory()),
            memory(self.memory_stats.limit.filter(|limit| *limit > 0)),
            sum(self.networks.values().map(|network| network.rx_bytes)),
            sum(self.networks.values().map(|network| network.tx_bytes)),
            self.served("read"),
            self.served("write"),
            self.pids_stats.current.map_or(Cell::None, Cell::Count),
        ]
    }

    /// As the docker command line computes it: its share of the host's time, times the host's CPUs.
    fn percent(&self, before: &Self) -> Option<f32> {
        let used = |sample: &Self| sample.cpu_stats.cpu_usage.total_usage;
        let whole = |sample: &Self| sample.cpu_stats.system_cpu_usage;
        let spent = used(self)?.checked_sub(used(before)?)?;
        let passed = whole(self)?.checked_sub(whole(before)?).filter(|passed| *passed > 0)?;
        let listed = || u32::try_from(self.cpu_stats.cpu_usage.percpu_usage.len()).ok();
        let cpus = self.cpu_stats.online_cpus.filter(|cpus| *cpus > 0).or_else(listed).filter(|cpus| *cpus > 0)?;
        Some((spent as f64 / passed as f64 * f64::from(cpus) * 100.0) as f32)
    }

    /// Without the pages that the kernel can take back at once: `inactive_file` in cgroups v2, `total_inactive_file`
    /// in v1.
    fn memory(&self) -> Option<u64> {
        let Memory { usage, stats, .. } = &self.memory_stats;
        let spare = stats.get("total_inactive_file").or_else(|| stats.get("inactive_file")).copied().unwrap_or(0);
        usage.map(|usage| if spare < usage { usage - spare } else { usage })
    }

    fn served(&self, op: &str) -> Cell {
        let all = &self.blkio_stats.io_service_bytes_recursive;
        let own = all.iter().filter(|served| served.op.eq_ignore_ascii_case(op));
        match all.is_empty() {
            true => Cell::None,
            // An engine that lists what was read lists what was written only once something was.
            false => sum(own.map(|served| served.value).chain([Some(0)])),
        }
    }
}
