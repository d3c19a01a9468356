//! Services. EXTERNAL-IP and PORT(S) follow kubectl's printer (k8s.io/kubernetes, pkg/printers/internalversion).

mod describe;

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;
use serde::Deserialize;

use super::pods::or_none;
use crate::kinds::lens::{Lens, Meta, Row, age, join, or_default, read};
use crate::kinds::verbs;
use crate::model::{Address, Cell, Column, Description, Door, Health, Kind, Link, Reading, Related, Scope, Str};

pub static KIND: Kind = Kind {
    name: "services",
    aliases: &["svc", "service"],
    address: Address { group: "", version: "v1", kind: "Service", plural: "services", namespaced: true },
    columns: &[
        Column::new("TYPE", 12),
        Column::new("CLUSTER-IP", 15),
        Column::new("EXTERNAL-IP", 11),
        Column::new("PORT(S)", 16),
        Column::new("AGE", 4).number().rank(2),
        Column::new("SELECTOR", 16).rank(4).wide(),
    ],
    door: Door::Lens(read::<Service>),
    description: Description::of(describe::describe)
        .with(&[Related::new(describe::SLICES, describe::slices), Related::new("Pods", describe::pods)]),
    verbs: verbs::COMMON,
    ..Kind::kube()
};

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Service {
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
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    ports: Vec<Port>,
    #[prost(btree_map = "string, string", tag = "2")]
    #[serde(deserialize_with = "or_default")]
    selector: BTreeMap<String, String>,
    #[prost(string, tag = "4")]
    r#type: String,
    #[prost(string, repeated, tag = "5")]
    #[serde(rename = "externalIPs", deserialize_with = "or_default")]
    external_ips: Vec<String>,
    #[prost(string, tag = "10")]
    external_name: String,
    #[prost(string, repeated, tag = "18")]
    #[serde(rename = "clusterIPs", deserialize_with = "or_default")]
    cluster_ips: Vec<String>,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Port {
    #[prost(string, tag = "2")]
    protocol: String,
    #[prost(int32, tag = "3")]
    port: i32,
    #[prost(int32, tag = "5")]
    node_port: i32,
}

#[derive(Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[prost(message, optional, tag = "1")]
    load_balancer: Option<LoadBalancer>,
}

/// What a load balancer gave; ingresses have the same.
#[derive(Message, Deserialize)]
#[serde(default)]
pub struct LoadBalancer {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    pub ingress: Vec<Entrance>,
}

#[derive(Message, Deserialize)]
#[serde(default)]
pub struct Entrance {
    #[prost(string, tag = "1")]
    pub ip: String,
    #[prost(string, tag = "2")]
    pub hostname: String,
}

impl LoadBalancer {
    /// Addresses in order, each once: the IP of an entrance, or its name when it has none.
    pub fn addresses(&self) -> BTreeSet<&str> {
        let address = |entrance: &'_ Entrance| !entrance.ip.is_empty() || !entrance.hostname.is_empty();
        let known = self.ingress.iter().filter(|entrance| address(entrance));
        known.map(|entrance| if entrance.ip.is_empty() { &*entrance.hostname } else { &*entrance.ip }).collect()
    }

    pub fn text(&self) -> String {
        self.addresses().into_iter().collect::<Vec<_>>().join(",")
    }
}

const PENDING: &str = "<pending>";

impl Lens for Service {
    fn meta(&mut self) -> Option<Meta> {
        self.metadata.take()
    }

    fn row(&self, meta: &Meta, reading: &mut Reading<'_>) -> Row {
        let Some(spec) = &self.spec else {
            return Row { cells: vec![Cell::None; KIND.columns.len()], ..Row::default() };
        };
        let external = self.external(spec);
        let health = if external == PENDING { Health::Progress } else { Health::Good };
        let strings = &mut *reading.strings;
        let cells = vec![
            Cell::text(strings.share(&spec.r#type)),
            Cell::text(spec.cluster_ips.first().map_or("<none>", String::as_str)),
            Cell::text(strings.share(&external)),
            or_none(strings, &ports(&spec.ports)),
            age(meta),
            or_none(strings, &join(&spec.selector)),
        ];
        Row { health, cells, link: pods(meta, &spec.selector) }
    }
}

impl Service {
    fn external(&self, spec: &Spec) -> String {
        let fixed = spec.external_ips.join(",");
        let or = |text: String, word: &str| if text.is_empty() { word.to_owned() } else { text };
        match spec.r#type.as_str() {
            "ClusterIP" | "NodePort" => or(fixed, "<none>"),
            "LoadBalancer" => {
                let given = self.status.as_ref().and_then(|status| status.load_balancer.as_ref());
                let given = given.map(LoadBalancer::text).unwrap_or_default();
                let parts = [given, fixed].into_iter().filter(|part| !part.is_empty());
                or(parts.collect::<Vec<_>>().join(","), PENDING)
            }
            "ExternalName" => spec.external_name.clone(),
            _ => "<unknown>".to_owned(),
        }
    }
}

/// `80/TCP`, or `80:30080/TCP` when nodes open a port for it.
fn ports(ports: &[Port]) -> String {
    let text = |port: &Port| match port.node_port {
        ..=0 => format!("{}/{}", port.port, port.protocol),
        node => format!("{}:{node}/{}", port.port, port.protocol),
    };
    ports.iter().map(text).collect::<Vec<_>>().join(",")
}

/// The pods behind it. A service without a selector has none of its own.
fn pods(meta: &Meta, selector: &BTreeMap<String, String>) -> Option<Link> {
    if selector.is_empty() {
        return None;
    }
    let scope = Scope::namespace(Str::from(meta.namespace.as_str())).labels(join(selector));
    Some(Link::to(&super::pods::KIND, scope))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{cell, row, text};

    #[test]
    fn a_service_reads_as_in_kubectl() {
        let service = row(
            &KIND,
            json!({
                "spec": {"type": "NodePort", "clusterIPs": ["10.0.0.1", "fd00::1"], "selector": {"b": "2", "a": "1"},
                    "ports": [{"port": 80, "nodePort": 30080, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]}
            }),
        );
        assert_eq!(text(&service), ["NodePort", "10.0.0.1", "<none>", "80:30080/TCP,53/UDP", "60m", "a=1,b=2"]);
        let scope = Scope::namespace("shop").labels("a=1,b=2");
        assert_eq!(KIND.link(&service), Some(Link::to(&crate::kinds::kube::pods::KIND, scope)));
    }

    #[test]
    fn the_external_address_depends_on_the_type() {
        let ingress =
            json!([{"ip": "9.9.9.9"}, {"hostname": "lb.example.com"}, {"ip": "1.1.1.1", "hostname": "x"}, {}]);
        for (spec, ingress, expected, health) in [
            (json!({"type": "ClusterIP"}), json!(null), "<none>", Health::Good),
            (json!({"type": "ClusterIP", "externalIPs": ["8.8.8.8"]}), json!(null), "8.8.8.8", Health::Good),
            (json!({"type": "LoadBalancer"}), json!(null), "<pending>", Health::Progress),
            (json!({"type": "LoadBalancer"}), ingress.clone(), "1.1.1.1,9.9.9.9,lb.example.com", Health::Good),
            (
                json!({"type": "LoadBalancer", "externalIPs": ["8.8.8.8"]}),
                json!([{"ip": "9.9.9.9"}]),
                "9.9.9.9,8.8.8.8",
                Health::Good,
            ),
            (json!({"type": "ExternalName", "externalName": "example.com"}), json!(null), "example.com", Health::Good),
            (json!({"type": "Odd"}), json!(null), "<unknown>", Health::Good),
        ] {
            let service = row(&KIND, json!({"spec": spec, "status": {"loadBalancer": {"ingress": ingress}}}));
            assert_eq!((cell(&service, "EXTERNAL-IP").as_str(), service.health), (expected, health));
        }
    }

    #[test]
    fn a_service_without_a_selector_leads_to_no_pods() {
        let service =
            row(&KIND, json!({"spec": {"type": "ExternalName", "externalName": "example.com", "selector": null}}));
        assert_eq!(KIND.link(&service), None);
        assert_eq!((cell(&service, "CLUSTER-IP"), cell(&service, "PORT(S)")), ("<none>".into(), "<none>".into()));
        assert_eq!(cell(&service, "SELECTOR"), "<none>");
    }
}
