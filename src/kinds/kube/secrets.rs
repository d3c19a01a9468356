//! Secrets: their type and how many keys they hold. The values never leave the bytes that came.

use prost::Message;
use serde::Deserialize;

use super::configmaps::{Entry, keys};
use crate::kinds::lens::{Lens, Meta, Row, age, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Door, Health, Kind, Reading};

pub static KIND: Kind = Kind {
    name: "secrets",
    aliases: &["sec", "secret"],
    address: Address { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true },
    columns: &[Column::new("TYPE", 20), Column::new("DATA", 4), Column::new("AGE", 4).number().rank(2)],
    door: Door::Lens(read::<Secret>),
    verbs: verbs::COMMON,
    is_secret: true,
    ..Kind::kube()
};

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Secret {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "keys")]
    data: Vec<Entry>,
    #[prost(string, tag = "3")]
    r#type: String,
}

impl Lens for Secret {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let cells =
            vec![Cell::text(reading.strings.share(&self.r#type)), Cell::Count(self.data.len() as i64), age(meta)];
        Row { health: Health::Good, cells, link: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{row, text};

    #[test]
    fn a_secret_shows_its_type_and_how_many_keys_it_has() {
        let secret = row(&KIND, json!({"type": "kubernetes.io/tls", "data": {"tls.crt": "QQ==", "tls.key": "Qg=="}}));
        assert_eq!(text(&secret), ["kubernetes.io/tls", "2", "60m"]);
    }

    #[test]
    fn no_value_reaches_the_row_or_the_lens() {
        let body = json!({"type": "Opaque", "data": {"password": "Y2FuYXJ5"}});
        assert!(!format!("{:?}", row(&KIND, body.clone())).contains("Y2FuYXJ5"));
        let lens: Secret = serde_json::from_value(body).unwrap();
        assert!(!format!("{lens:?}").contains("Y2FuYXJ5"));
    }
}
