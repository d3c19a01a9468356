//! What pods use now, as the metrics API tells it. Lends its columns to pods.

use std::collections::BTreeMap;

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Lens, Meta, Quantity, Row, or_default, read};
use crate::model::{Address, Cell, Column, Door, Health, Kind, Reading, bytes, cores};

#[derive(Message, Deserialize)]
#[serde(default)]
struct PodMetrics {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, repeated, tag = "4")]
    #[serde(deserialize_with = "or_default")]
    containers: Vec<Container>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Container {
    #[prost(btree_map = "string, message", tag = "2")]
    #[serde(deserialize_with = "or_default")]
    usage: Usage,
}

/// Quantities by resource.
pub type Usage = BTreeMap<String, Quantity>;

/// The metrics server itself measures every 15 seconds.
pub const EVERY: u16 = 15;

pub static KIND: Kind = Kind {
    name: "podmetrics",
    aliases: &[],
    address: Address {
        group: "metrics.k8s.io",
        version: "v1beta1",
        kind: "PodMetrics",
        plural: "pods",
        namespaced: true,
    },
    columns: &[Column::new("CPU", 5).number().rank(2).trend(), Column::new("MEM", 6).number().rank(2)],
    door: Door::Poll(read::<PodMetrics>, EVERY),
    ..Kind::kube()
};

impl Lens for PodMetrics {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, _: &Meta, _: &mut Reading<'_>) -> Row {
        let cells = used(self.containers.iter().map(|container| &container.usage));
        Row { health: Health::Good, cells, link: None }
    }
}

/// CPU and memory in sum. Parts of a thousandth count whole, as `kubectl top` counts them.
pub fn used<'a>(usages: impl Iterator<Item = &'a Usage>) -> Vec<Cell> {
    let (mut cpu, mut memory) = (0.0, 0);
    for usage in usages {
        cpu += usage.get("cpu").and_then(|quantity| cores(&quantity.text)).unwrap_or(0.0);
        memory += usage.get("memory").and_then(|quantity| bytes(&quantity.text)).unwrap_or(0);
    }
    // What binary fractions add below a billionth of a core must not round 5m up to 6m.
    vec![Cell::Cpu(((cpu * 1e9).round() / 1e6).ceil().max(0.0) as u64), Cell::Bytes(memory)]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn containers_add_up_and_thousandths_round_up_once() {
        let usage = |cpu: &str, memory: &str| json!({"name": "c", "usage": {"cpu": cpu, "memory": memory}});
        let two = row(&KIND, json!({"containers": [usage("4589839n", "12Mi"), usage("400u", "1Gi")]}));
        assert_eq!(text(&two), ["5m", "1036Mi"]);
        let exact = row(&KIND, json!({"containers": [usage("0.1", "0"), usage("200m", "1Mi")]}));
        assert_eq!(text(&exact), ["300m", "1Mi"]);
        assert_eq!(text(&row(&KIND, json!({}))), ["0m", "0Mi"]);
    }
}
