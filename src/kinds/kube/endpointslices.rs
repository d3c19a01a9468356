//! Endpoint slices. PORTS and ENDPOINTS follow kubectl's printer (k8s.io/kubernetes, pkg/printers/internalversion).

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Lens, Meta, Row, age, decode, object, or_default, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Door, Health, Kind, Object, Reading, Result, Wire};

pub static KIND: Kind = Kind {
    name: "endpointslices",
    aliases: &["eps", "endpointslice"],
    address: Address {
        group: "discovery.k8s.io",
        version: "v1",
        kind: "EndpointSlice",
        plural: "endpointslices",
        namespaced: true,
    },
    columns: COLUMNS,
    door: Door::Lens(read::<EndpointSlice>),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

const COLUMNS: &[Column] = &[
    Column::new("ADDRESSTYPE", 11).rank(4),
    Column::new("PORTS", 10),
    Column::new("ENDPOINTS", 36),
    Column::new("AGE", 4).number().rank(2),
];

/// How many of the endpoints take traffic.
pub const READY: &str = "READY";

const OWN: &[Column] = &[Column::new(READY, 5)];

const DETAILED: [Column; COLUMNS.len() + OWN.len()] = Column::joined(COLUMNS, OWN);

/// Slices as describe looks at them.
pub static DETAIL: Kind = Kind {
    name: "endpointslices",
    address: KIND.address,
    columns: &DETAILED,
    door: Door::Lens(read_detail),
    ..Kind::kube()
};

fn read_detail(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let mut slice: EndpointSlice = decode(wire, bytes)?;
    let meta = slice.meta().unwrap_or_default();
    let mut row = slice.row(&meta, reading);
    row.cells.push(Cell::Ratio(slice.ready() as u32, slice.endpoints.len() as u32));
    rows.push(object(&meta, reading, row));
    Ok(())
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EndpointSlice {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    endpoints: Vec<Endpoint>,
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "or_default")]
    ports: Vec<Port>,
    #[prost(string, tag = "4")]
    address_type: String,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Endpoint {
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    addresses: Vec<String>,
    #[prost(message, optional, tag = "2")]
    conditions: Option<Conditions>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Conditions {
    #[prost(bool, optional, tag = "1")]
    ready: Option<bool>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Port {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(int32, optional, tag = "3")]
    port: Option<i32>,
}

impl Lens for EndpointSlice {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let ports = first(self.ports.iter().map(Port::text));
        let addresses = self.endpoints.iter().flat_map(|endpoint| &endpoint.addresses).cloned();
        let cells = vec![
            Cell::text(strings.share(&self.address_type)),
            Cell::text(strings.share(&ports)),
            Cell::text(first(addresses)),
            age(meta),
        ];
        Row { health: self.health(), cells, link: None }
    }
}

impl EndpointSlice {
    /// Traffic goes to endpoints that are ready; one that says nothing counts as ready.
    fn ready(&self) -> usize {
        let ready = |end: &&Endpoint| end.conditions.as_ref().and_then(|conditions| conditions.ready) != Some(false);
        self.endpoints.iter().filter(ready).count()
    }

    fn health(&self) -> Health {
        match (self.ready(), self.endpoints.len()) {
            (_, 0) => Health::Done,
            (ready, all) if ready == all => Health::Good,
            _ => Health::Warn,
        }
    }
}

impl Port {
    fn text(&self) -> String {
        match (self.port, &self.name) {
            (Some(port), _) => port.to_string(),
            (None, Some(name)) => name.clone(),
            (None, None) => "*".to_owned(),
        }
    }
}

/// The first three, and how many more there are.
fn first(texts: impl Iterator<Item = String>) -> String {
    const MOST: usize = 3;
    let mut texts = texts.fuse();
    let text = texts.by_ref().take(MOST).collect::<Vec<_>>().join(",");
    match texts.count() {
        0 if text.is_empty() => "<unset>".to_owned(),
        0 => text,
        more => format!("{text} + {more} more..."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn a_slice_reads_as_in_kubectl() {
        let slice = row(
            &KIND,
            json!({
                "addressType": "IPv4", "ports": [{"port": 8080, "name": "http"}, {"name": "any"}, {}, {"port": 1}, {"port": 2}],
                "endpoints": [{"addresses": ["10.0.0.1", "10.0.0.2"]}, {"addresses": ["10.0.0.3"]}]
            }),
        );
        assert_eq!(text(&slice), ["IPv4", "8080,any,* + 2 more...", "10.0.0.1,10.0.0.2,10.0.0.3", "60m"]);
        let empty = row(&KIND, json!({"addressType": "IPv6", "ports": null, "endpoints": null}));
        assert_eq!(text(&empty), ["IPv6", "<unset>", "<unset>", "60m"]);
    }

    #[test]
    fn endpoints_that_are_not_ready_are_a_warning() {
        let end = |ready| json!({"addresses": ["10.0.0.1"], "conditions": {"ready": ready}});
        for (endpoints, health) in [
            (json!([]), Health::Done),
            (json!([end(json!(true)), end(json!(null))]), Health::Good),
            (json!([end(json!(true)), end(json!(false))]), Health::Warn),
        ] {
            assert_eq!(row(&KIND, json!({"endpoints": endpoints})).health, health);
            let ready = endpoints.as_array().unwrap().iter().filter(|end| end["conditions"]["ready"] != false).count();
            let of = Cell::Ratio(ready as u32, endpoints.as_array().unwrap().len() as u32);
            assert_eq!(row(&DETAIL, json!({"endpoints": endpoints})).cell(READY), &of);
        }
    }
}
