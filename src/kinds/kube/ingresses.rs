//! Ingresses. HOSTS, ADDRESS and PORTS follow kubectl's printer (k8s.io/kubernetes, pkg/printers/internalversion).

mod describe;

use prost::Message;
use serde::Deserialize;

use super::services::LoadBalancer;
use crate::kinds::lens::{Lens, Meta, Row, age, or_default, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Description, Door, Health, Kind, Reading, Related};

pub static KIND: Kind = Kind {
    name: "ingresses",
    aliases: &["ing", "ingress"],
    address: Address {
        group: "networking.k8s.io",
        version: "v1",
        kind: "Ingress",
        plural: "ingresses",
        namespaced: true,
    },
    columns: &[
        Column::new("CLASS", 10),
        Column::new("HOSTS", 30),
        Column::new("ADDRESS", 15),
        Column::new("PORTS", 7).rank(3),
        Column::new("AGE", 4).number().rank(2),
    ],
    door: Door::Lens(read::<Ingress>),
    description: Description::of(describe::describe)
        .with(&[Related::new(describe::SERVICES, describe::services).keep(describe::is_named)]),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

#[derive(Message, Deserialize)]
#[serde(default)]
struct Ingress {
    #[prost(message, optional, tag = "1")]
    metadata: Option<Meta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "or_default")]
    tls: Vec<Tls>,
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "or_default")]
    rules: Vec<Rule>,
    #[prost(string, optional, tag = "4")]
    ingress_class_name: Option<String>,
}

/// Only that there is one matters.
#[derive(Message, Deserialize)]
struct Tls {}

#[derive(Message, Deserialize)]
#[serde(default)]
struct Rule {
    #[prost(string, tag = "1")]
    host: String,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(message, optional, tag = "1")]
    load_balancer: Option<LoadBalancer>,
}

impl Lens for Ingress {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let strings = &mut *reading.strings;
        let (class, rules, tls) = match &self.spec {
            Some(spec) => (spec.ingress_class_name.as_deref(), spec.rules.as_slice(), !spec.tls.is_empty()),
            None => (None, &[][..], false),
        };
        let given = self.status.as_ref().and_then(|status| status.load_balancer.as_ref());
        let address = given.map(LoadBalancer::text).unwrap_or_default();
        let cells = vec![
            Cell::text(strings.share(class.unwrap_or("<none>"))),
            Cell::text(hosts(rules)),
            Cell::text(strings.share(&address)),
            Cell::text(strings.share(if tls { "80, 443" } else { "80" })),
            age(meta),
        ];
        Row { health: Health::Good, cells, link: None }
    }
}

/// The first three hosts. How many more there are is counted from all rules, also those for any host.
fn hosts(rules: &[Rule]) -> String {
    const MOST: usize = 3;
    let mut named = rules.iter().enumerate().filter(|(_, rule)| !rule.host.is_empty());
    let first: Vec<_> = named.by_ref().take(MOST).collect();
    let Some((last, _)) = first.last() else { return "*".to_owned() };
    let text = first.iter().map(|(_, rule)| rule.host.as_str()).collect::<Vec<_>>().join(",");
    let more = first.len() == MOST && last + 1 < rules.len();
    if more { format!("{text} + {} more...", rules.len() - MOST) } else { text }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};

    #[test]
    fn an_ingress_reads_as_in_kubectl() {
        let ingress = row(
            &KIND,
            json!({
                "spec": {"ingressClassName": "nginx", "tls": [{"hosts": ["a.example.com"]}], "rules": [{"host": "a.example.com"}]},
                "status": {"loadBalancer": {"ingress": [{"ip": "9.9.9.9"}, {"hostname": "lb"}]}}
            }),
        );
        assert_eq!(text(&ingress), ["nginx", "a.example.com", "9.9.9.9,lb", "80, 443", "60m"]);
        let bare = row(&KIND, json!({"spec": {"defaultBackend": {}}}));
        assert_eq!(text(&bare), ["<none>", "*", "", "80", "60m"]);
    }

    #[test]
    fn more_than_three_hosts_are_counted() {
        for (hosts, expected) in [
            (vec!["a", "b", "c"], "a,b,c"),
            (vec!["", ""], "*"),
            (vec!["a", "", "b"], "a,b"),
            (vec!["a", "b", "c", "d", "e"], "a,b,c + 2 more..."),
            (vec!["", "a", "b", "c"], "a,b,c"),
            (vec!["a", "b", "c", ""], "a,b,c + 1 more..."),
        ] {
            let rules: Vec<_> = hosts.iter().map(|host| json!({"host": host})).collect();
            assert_eq!(cell(&row(&KIND, json!({"spec": {"rules": rules}})), "HOSTS"), expected);
        }
    }
}
