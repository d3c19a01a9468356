//! Limit ranges: the server's own table, and what they allow.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Meta, Quantity, Row, decode, object, or_default};
use crate::kinds::verbs;
use crate::model::{
    Address, Around, Cell, Column, Description, Door, Error, Health, Kind, Object, Reading, Result, Section, Value,
    Wire,
};

pub static KIND: Kind = Kind {
    name: "limitranges",
    aliases: &["limits", "limitrange"],
    address: Address { group: "", version: "v1", kind: "LimitRange", plural: "limitranges", namespaced: true },
    description: Description::of(describe),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

const COLUMNS: &[Column] = &[
    Column::new("FOR", 10),
    Column::new("RESOURCE", 8),
    Column::new("MIN", 6),
    Column::new("MAX", 6),
    Column::new("DEFAULT REQUEST", 6),
    Column::new("DEFAULT LIMIT", 6),
    Column::new("MAX LIMIT/REQUEST", 6),
];

/// Limit ranges as describe shows them: a row for each resource of each sort of thing.
pub static DETAIL: Kind =
    Kind { name: "limitranges", address: KIND.address, columns: COLUMNS, door: Door::Lens(read), ..Kind::kube() };

type Quantities = BTreeMap<String, Quantity>;

#[derive(Message, Deserialize)]
#[serde(default)]
struct Range {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Spec {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    limits: Vec<Limit>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Limit {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(btree_map = "string, message", tag = "2")]
    #[serde(deserialize_with = "or_default")]
    max: Quantities,
    #[prost(btree_map = "string, message", tag = "3")]
    #[serde(deserialize_with = "or_default")]
    min: Quantities,
    #[prost(btree_map = "string, message", tag = "4")]
    #[serde(deserialize_with = "or_default")]
    default: Quantities,
    #[prost(btree_map = "string, message", tag = "5")]
    #[serde(deserialize_with = "or_default")]
    default_request: Quantities,
    #[prost(btree_map = "string, message", tag = "6")]
    #[serde(deserialize_with = "or_default")]
    max_limit_request_ratio: Quantities,
}

impl Limit {
    fn rows(&self) -> impl Iterator<Item = (&str, Vec<Cell>)> {
        let (amounts, ratios) =
            ([&self.min, &self.max, &self.default_request, &self.default], &self.max_limit_request_ratio);
        let all = amounts.into_iter().chain([ratios]);
        let resources: BTreeSet<&str> = all.flat_map(BTreeMap::keys).map(String::as_str).collect();
        resources.into_iter().map(move |resource| {
            let said =
                |amounts: &'_ Quantities| amounts.get(resource).map_or_else(String::new, |amount| amount.text.clone());
            let cells = amounts.map(|amounts| Cell::text(said(amounts)));
            let names = [self.r#type.as_str(), resource].map(Cell::text);
            (resource, names.into_iter().chain(cells).chain([Cell::text(said(ratios))]).collect())
        })
    }
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let range: Range = decode(wire, bytes)?;
    let (meta, spec) = (range.metadata.unwrap_or_default(), range.spec.unwrap_or_default());
    for limit in &spec.limits {
        for (resource, cells) in limit.rows() {
            let mut row = object(&meta, reading, Row { health: Health::Good, cells, link: None });
            row.id.part = reading.strings.share(&format!("{} {resource}", limit.r#type));
            rows.push(row);
        }
    }
    Ok(())
}

fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let mut section = Section::new("Limits");
    let range: Result<Spec> = Spec::deserialize(&body["spec"]).map_err(|e| Error::Invalid(e.to_string()));
    let limits = range.map(|spec| spec.limits).unwrap_or_default();
    if !limits.is_empty() {
        section.row(COLUMNS.iter().map(|column| Cell::text(&*column.title)));
    }
    for (_, cells) in limits.iter().flat_map(Limit::rows) {
        section.row(cells);
    }
    vec![section]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{named, rows, section, text};

    #[test]
    fn a_limit_range_is_a_table() {
        let body = named(
            json!({"spec": {"limits": [{"type": "Container", "max": {"cpu": "2", "memory": "1Gi"}, "min": {"cpu": "100m"},
            "default": {"cpu": 1}, "defaultRequest": {"cpu": "500m"}, "maxLimitRequestRatio": {"memory": "2"}}]}}),
        );
        let table = ["Container cpu 100m 2 500m 1", "Container memory  1Gi   2"];
        let shown = section(&describe(&body, &Around::default()), "Limits");
        assert_eq!(shown[0], "FOR RESOURCE MIN MAX DEFAULT REQUEST DEFAULT LIMIT MAX LIMIT/REQUEST");
        assert_eq!(shown[1..], table);
        assert_eq!(rows(&DETAIL, &body).iter().map(|row| text(row).join(" ")).next(), Some(format!("{} ", table[0])));
    }
}
