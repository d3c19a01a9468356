//! What containers use now. Lends its columns to containers; an engine lists no such thing, its source measures.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DOCKER, address};
use crate::kinds::lens::or_default;
use crate::model::{Cell, Column, Door, Kind};

pub static KIND: Kind = Kind {
    name: "containerstats",
    aliases: &["stats"],
    address: address("ContainerStats", "containerstats"),
    columns: &[
        Column::new("CPU%", 4).rank(2).trend(),
        Column::new("MEM", 6).rank(2),
        Column::new("LIMIT", 6).rank(6).wide(),
        Column::new("NET-IN", 7).rank(5),
        Column::new("NET-OUT", 7).rank(5),
        Column::new("READ", 7).rank(6).wide(),
        Column::new("WRITE", 7).rank(6).wide(),
        Column::new("PIDS", 4).rank(6).wide(),
    ],
    door: Door::Own,
    ..DOCKER
};

/// One measurement: `/containers/{id}/stats`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// Whose it is; empty where an engine does not say.
    #[serde(deserialize_with = "or_default")]
    pub id: String,
    #[serde(deserialize_with = "or_default")]
    cpu_stats: Cpu,
    #[serde(deserialize_with = "or_default")]
    memory_stats: Memory,
    #[serde(deserialize_with = "or_default")]
    networks: BTreeMap<String, Network>,
    #[serde(deserialize_with = "or_default")]
    blkio_stats: Disk,
    #[serde(deserialize_with = "or_default")]
    pids_stats: Processes,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Cpu {
    cpu_usage: Usage,
    /// Of the whole host, since it started.
    system_cpu_usage: u64,
    online_cpus: u32,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    total_usage: u64,
    #[serde(deserialize_with = "or_default")]
    percpu_usage: Vec<u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Memory {
    usage: Option<u64>,
    limit: u64,
    #[serde(deserialize_with = "or_default")]
    stats: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Network {
    rx_bytes: u64,
    tx_bytes: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Disk {
    #[serde(deserialize_with = "or_default")]
    io_service_bytes_recursive: Vec<Served>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Served {
    #[serde(deserialize_with = "or_default")]
    op: String,
    value: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Processes {
    current: Option<i64>,
}

impl Sample {
    /// What an engine says of a container that does not run.
    pub fn is_idle(&self) -> bool {
        self.memory_stats.usage.is_none() && self.pids_stats.current.is_none() && self.cpu_stats.system_cpu_usage == 0
    }

    /// The cells of the columns. What takes two measurements stays empty until there are two: nothing is not zero.
    pub fn cells(&self, before: Option<&Self>) -> Vec<Cell> {
        let sum = |bytes: fn(&Network) -> u64| match self.networks.is_empty() {
            true => Cell::None,
            false => Cell::Bytes(self.networks.values().map(bytes).sum()),
        };
        vec![
            before.and_then(|before| self.percent(before)).map_or(Cell::None, Cell::Percent),
            self.memory().map_or(Cell::None, Cell::Bytes),
            if self.memory_stats.limit > 0 { Cell::Bytes(self.memory_stats.limit) } else { Cell::None },
            sum(|network| network.rx_bytes),
            sum(|network| network.tx_bytes),
            self.served("read"),
            self.served("write"),
            self.pids_stats.current.map_or(Cell::None, Cell::Count),
        ]
    }

    /// As the docker command line computes it: its share of the host's time, times the host's CPUs.
    fn percent(&self, before: &Self) -> Option<f32> {
        let used = self.cpu_stats.cpu_usage.total_usage.checked_sub(before.cpu_stats.cpu_usage.total_usage)?;
        let passed = self.cpu_stats.system_cpu_usage.checked_sub(before.cpu_stats.system_cpu_usage)?;
        let cpus = match self.cpu_stats.online_cpus {
            0 => self.cpu_stats.cpu_usage.percpu_usage.len().max(1) as f64,
            cpus => f64::from(cpus),
        };
        (passed > 0).then(|| (used as f64 / passed as f64 * cpus * 100.0) as f32)
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
        if all.is_empty() { Cell::None } else { Cell::Bytes(own.map(|served| served.value).sum()) }
    }
}
