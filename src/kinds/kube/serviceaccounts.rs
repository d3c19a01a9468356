//! Service accounts: who workloads are.

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Lens, Meta, Row, age, or_default, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Door, Health, Kind, Reading};

#[derive(Message, Deserialize)]
#[serde(default)]
struct ServiceAccount {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    /// Counted, not read.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    secrets: Vec<Reference>,
}

#[derive(Message, Deserialize)]
struct Reference {}

impl Lens for ServiceAccount {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, _: &mut Reading<'_>) -> Row {
        let cells = vec![Cell::Count(self.secrets.len() as i64), age(meta)];
        Row { health: Health::Good, cells, link: None }
    }
}

pub static KIND: Kind = Kind {
    name: "serviceaccounts",
    aliases: &["sa", "serviceaccount"],
    address: Address { group: "", version: "v1", kind: "ServiceAccount", plural: "serviceaccounts", namespaced: true },
    columns: &[Column::new("SECRETS", 7), Column::new("AGE", 4).number().rank(2)],
    door: Door::Lens(read::<ServiceAccount>),
    verbs: verbs::COMMON,
    ..Kind::kube()
};
