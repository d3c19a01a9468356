//! Leases: who leads, and since when.

use prost::Message;
use serde::Deserialize;

use crate::kinds::lens::{Lens, Meta, Row, age, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Door, Health, Kind, Reading};

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Lease {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    #[prost(string, optional, tag = "1")]
    holder_identity: Option<String>,
}

impl Lens for Lease {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let holder = self.spec.as_ref().and_then(|spec| spec.holder_identity.as_deref()).unwrap_or_default();
        let cells = vec![Cell::text(reading.strings.share(holder)), age(meta)];
        Row { health: Health::Good, cells, link: None }
    }
}

pub static KIND: Kind = Kind {
    name: "leases",
    aliases: &["lease"],
    address: Address { group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", namespaced: true },
    columns: &[Column::new("HOLDER", 30), Column::new("AGE", 5).number()],
    door: Door::Lens(read::<Lease>),
    verbs: verbs::COMMON,
    ..Kind::kube()
};
