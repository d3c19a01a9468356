//! A service as people read it: how to reach it, and what answers.

use crate::kinds::describe::conditions;
use crate::model::{Cell, Link, Scope, Section, Value};

pub fn describe(body: &Value) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    [vec![service(spec, status), ports(spec)], conditions(status).into_iter().collect()].concat()
}

fn service(spec: &Value, status: &Value) -> Section {
    let mut section = Section::new("Service");
    let text = |key: &str| spec[key].as_str().unwrap_or_default();
    section.pair("type", text("type"));
    section.pair("selector", selector(body_selector(spec)).replace(',', "\n"));
    section.pair("cluster IPs", list(&spec["clusterIPs"]));
    section.pair("IP families", [text("ipFamilyPolicy").to_owned(), list(&spec["ipFamilies"])].join(" ").trim());
    section.pair("external IPs", list(&spec["externalIPs"]));
    section.pair("external name", text("externalName"));
    section.pair("load balancer class", text("loadBalancerClass"));
    section.pair("load balancer", entrances(&status["loadBalancer"]["ingress"]));
    section.pair("source ranges", list(&spec["loadBalancerSourceRanges"]));
    section.pair("external traffic", text("externalTrafficPolicy"));
    section.pair("internal traffic", text("internalTrafficPolicy"));
    section.pair("traffic distribution", text("trafficDistribution"));
    section.pair("session affinity", text("sessionAffinity"));
    if let Some(port) = spec["healthCheckNodePort"].as_i64() {
        section.cell("health check port", Cell::Count(port));
    }
    if spec["publishNotReadyAddresses"] == true {
        section.pair("unready addresses", "published");
    }
    section
}

fn ports(spec: &Value) -> Section {
    let mut section = Section::new("Ports");
    let ports = spec["ports"].as_array().map_or(&[][..], Vec::as_slice);
    if ports.is_empty() {
        return section;
    }
    section.row(["NAME", "PORT", "TARGET", "NODE PORT", "PROTOCOL", "APP PROTOCOL"].map(Cell::text));
    for port in ports {
        let keys = ["name", "port", "targetPort", "nodePort", "protocol", "appProtocol"];
        section.row(keys.map(|key| word(&port[key])));
    }
    section
}

fn word(value: &Value) -> Cell {
    match value.as_i64() {
        Some(number) => Cell::Count(number),
        None => Cell::text(value.as_str().unwrap_or_default()),
    }
}

fn list(words: &Value) -> String {
    words.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

fn entrances(list: &Value) -> String {
    let address = |entrance: &Value| entrance["ip"].as_str().or(entrance["hostname"].as_str()).map(str::to_owned);
    list.as_array().into_iter().flatten().filter_map(address).collect::<Vec<_>>().join(", ")
}

fn body_selector(spec: &Value) -> impl Iterator<Item = (&str, &str)> {
    let labels = spec["selector"].as_object().into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}

fn selector<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    labels.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

fn here(body: &Value) -> Option<Scope> {
    Some(Scope::namespace(body["metadata"]["namespace"].as_str()?))
}

/// The slices that controllers keep for it.
pub fn slices(body: &Value) -> Option<Link> {
    let name = body["metadata"]["name"].as_str()?;
    Some(Link { kind: "endpointslices", scope: here(body)?.labels(format!("kubernetes.io/service-name={name}")) })
}

/// The pods it selects; none when it selects nothing.
pub fn pods(body: &Value) -> Option<Link> {
    let labels = selector(body_selector(&body["spec"]));
    if labels.is_empty() {
        return None;
    }
    Some(Link { kind: "pods", scope: here(body)?.labels(labels) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"type": "LoadBalancer", "clusterIPs": ["10.0.0.1", "fd00::1"], "selector": {"app": "web", "tier": "front"},
                "ports": [{"name": "http", "port": 80, "targetPort": "web", "nodePort": 30080, "protocol": "TCP"}]},
            "status": {"loadBalancer": {"ingress": [{"ip": "9.9.9.9"}, {"hostname": "lb"}]},
                "conditions": [{"type": "Ready", "status": "True"}]}
        })
    }

    #[test]
    fn it_tells_how_to_reach_the_service() {
        let sections = describe(&body());
        let titles: Vec<_> = sections.iter().map(|section| section.title.as_str()).collect();
        assert_eq!(titles, ["Service", "Ports", "Conditions"]);
        let mut expected = Section::new("Service");
        expected.pair("type", "LoadBalancer").pair("selector", "app=web\ntier=front");
        expected.pair("cluster IPs", "10.0.0.1, fd00::1").pair("load balancer", "9.9.9.9, lb");
        assert_eq!(sections[0], expected);
        let row =
            [Cell::text("http"), Cell::Count(80), Cell::text("web"), Cell::Count(30080), Cell::text("TCP"), Cell::None];
        assert_eq!(sections[1].facts[1], crate::model::Fact::Row(Box::new(row)));
    }

    #[test]
    fn slices_and_pods_are_found_by_labels() {
        let scope = |labels: &str| Scope::namespace("shop").labels(labels);
        let slices_link = Link { kind: "endpointslices", scope: scope("kubernetes.io/service-name=web") };
        assert_eq!(slices(&body()), Some(slices_link));
        assert_eq!(pods(&body()), Some(Link { kind: "pods", scope: scope("app=web,tier=front") }));
        assert_eq!(pods(&json!({"metadata": {"name": "x", "namespace": "y"}, "spec": {"selector": {}}})), None);
    }
}
