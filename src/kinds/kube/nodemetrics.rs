//! What nodes use now, as the metrics API tells it. Lends its columns to nodes.

use prost::Message;
use serde::Deserialize;

use super::podmetrics::{EVERY, Usage, used};
use crate::kinds::lens::{Lens, Meta, Row, or_default, read};
use crate::model::{Address, Column, Door, Health, Kind, Reading};

#[derive(Message, Deserialize)]
#[serde(default)]
struct NodeMetrics {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(btree_map = "string, message", tag = "4")]
    #[serde(deserialize_with = "or_default")]
    usage: Usage,
}

pub static KIND: Kind = Kind {
    name: "nodemetrics",
    aliases: &[],
    address: Address {
        group: "metrics.k8s.io",
        version: "v1beta1",
        kind: "NodeMetrics",
        plural: "nodes",
        namespaced: false,
    },
    columns: &[Column::new("CPU", 5).number().rank(2).trend(), Column::new("MEM", 6).number().rank(2)],
    door: Door::Poll(read::<NodeMetrics>, EVERY),
    ..Kind::kube()
};

impl Lens for NodeMetrics {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, _: &Meta, _: &mut Reading<'_>) -> Row {
        Row { health: Health::Good, cells: used(std::iter::once(&self.usage)), link: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn a_node_shows_what_it_uses() {
        let row = row(&KIND, json!({"usage": {"cpu": "2347439375n", "memory": "6000Mi"}}));
        assert_eq!(text(&row), ["2348m", "6000Mi"]);
    }
}
