//! Resource quotas: the server's own table, and how much of each is used.

use std::collections::BTreeMap;

use prost::Message;
use serde::Deserialize;

use crate::kinds::kube::facts::{self, Trouble, scalar};
use crate::kinds::lens::{Meta, Quantity, Row, decode, object, or_default};
use crate::kinds::verbs;
use crate::model::{
    Address, Around, Cell, Column, Description, Door, Health, Kind, Object, Reading, Result, Section, Value, Wire,
    cores,
};

pub static KIND: Kind = Kind {
    name: "resourcequotas",
    aliases: &["quota", "resourcequota"],
    address: Address { group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas", namespaced: true },
    description: Description::of(describe),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

/// Quotas as describe shows them: a row for each resource.
pub static DETAIL: Kind = Kind {
    name: "resourcequotas",
    address: KIND.address,
    columns: &[Column::new("RESOURCE", 20), Column::new("USED", 8), Column::new("HARD", 8)],
    door: Door::Lens(read),
    ..Kind::kube()
};

#[derive(Message, Deserialize)]
#[serde(default)]
struct Quota {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Status {
    #[prost(btree_map = "string, message", tag = "1")]
    #[serde(deserialize_with = "or_default")]
    hard: BTreeMap<String, Quantity>,
    #[prost(btree_map = "string, message", tag = "2")]
    #[serde(deserialize_with = "or_default")]
    used: BTreeMap<String, Quantity>,
}

fn read(reading: &mut Reading<'_>, wire: Wire, bytes: &[u8], rows: &mut Vec<Object>) -> Result<()> {
    let quota: Quota = decode(wire, bytes)?;
    let (meta, status) = (quota.metadata.unwrap_or_default(), quota.status.unwrap_or_default());
    for (resource, hard) in &status.hard {
        let used = status.used.get(resource).map_or("0", |used| used.text.as_str());
        let cells = [resource.as_str(), used, hard.text.as_str()].map(Cell::text).to_vec();
        let health = if is_used_up(used, &hard.text) { Health::Warn } else { Health::Good };
        let mut row = object(&meta, reading, Row { health, cells, link: None });
        row.id.part = reading.strings.share(resource);
        rows.push(row);
    }
    Ok(())
}

fn is_used_up(used: &str, hard: &str) -> bool {
    cores(used).zip(cores(hard)).is_some_and(|(used, hard)| used >= hard)
}

fn describe(body: &Value, _: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let mut trouble = Trouble::default();
    let mut section = Section::new("Quota");
    let scopes = facts::strings(spec, "scopes").join(", ");
    section.pair("Scopes", scopes);
    let hard = status["hard"].as_object().or(spec["hard"].as_object());
    for (i, (resource, hard)) in hard.into_iter().flatten().enumerate() {
        if i == 0 {
            section.row(["RESOURCE", "USED", "HARD"].map(Cell::text));
        }
        let (used, hard) = (scalar(&status["used"][resource]), scalar(hard));
        if is_used_up(&used, &hard) {
            trouble.add(resource, &format!("used up: {used} of {hard}"), Health::Warn);
        }
        section.row([resource.as_str(), used.as_str(), hard.as_str()].map(Cell::text));
    }
    trouble.section().into_iter().chain([section]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{named, rows, section, text};

    #[test]
    fn a_quota_tells_what_is_used_up() {
        let body = named(json!({"spec": {"scopes": ["NotTerminating"]}, "status": {
            "hard": {"pods": "3", "requests.cpu": "2", "requests.memory": "1Gi"}, "used": {"pods": "3", "requests.cpu": "1500m", "requests.memory": "64Mi"}}}));
        let sections = describe(&body, &Around::default());
        assert_eq!(section(&sections, "Trouble"), ["pods: used up: 3 of 3 (warn)"]);
        let table = ["RESOURCE USED HARD", "pods 3 3", "requests.cpu 1500m 2", "requests.memory 64Mi 1Gi"];
        assert_eq!(section(&sections, "Quota")[1..], table);
        let rows = rows(&DETAIL, &body);
        assert_eq!(rows.iter().map(|row| text(row).join(" ")).collect::<Vec<_>>(), table[1..]);
        assert_eq!((rows[0].health, rows[1].health), (Health::Warn, Health::Good));
    }
}
