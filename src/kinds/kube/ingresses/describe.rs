//! An ingress in words: who answers which path, and which services are missing.

use std::collections::BTreeSet;

use crate::kinds::kube::facts::{Trouble, items, scalar, strings, text};
use crate::kinds::kube::services;
use crate::model::{Around, Cell, Health, Link, Object, Scope, Section, Value};

pub const SERVICES: &str = "Services";

pub fn describe(body: &Value, around: &Around<'_>) -> Vec<Section> {
    let (spec, status) = (&body["spec"], &body["status"]);
    let trouble = trouble(spec, around).section();
    trouble.into_iter().chain([ingress(spec, status), rules(spec)]).collect()
}

/// The services of its namespace; those that it names are kept.
pub fn services(body: &Value) -> Option<Link> {
    let scope = Scope::namespace(text(&body["metadata"], "namespace"));
    (!named(&body["spec"]).is_empty()).then(|| Link::to(&services::KIND, scope))
}

pub fn is_named(body: &Value, _: &Around<'_>, service: &Object) -> bool {
    named(&body["spec"]).contains(service.id.name.as_str())
}

fn paths(spec: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    items(spec, "rules").iter().flat_map(|rule| items(&rule["http"], "paths").iter().map(move |path| (rule, path)))
}

/// The names of all services that requests are sent to.
fn named(spec: &Value) -> BTreeSet<&str> {
    let backends = paths(spec).map(|(_, path)| &path["backend"]).chain([&spec["defaultBackend"]]);
    backends.map(|backend| text(&backend["service"], "name")).filter(|name| !name.is_empty()).collect()
}

fn trouble(spec: &Value, around: &Around<'_>) -> Trouble {
    let mut trouble = Trouble::default();
    let Some(services) = around.whole(SERVICES) else { return trouble };
    for name in named(spec) {
        if !services.iter().any(|service| service.id.name == name) {
            trouble.add("Backend", &format!("there is no service {name} in this namespace"), Health::Bad);
        }
    }
    trouble
}

fn ingress(spec: &Value, status: &Value) -> Section {
    let mut section = Section::new("Ingress");
    section.pair("Class", text(spec, "ingressClassName"));
    let entrances = items(&status["loadBalancer"], "ingress").iter();
    let addresses = entrances.map(|at| [text(at, "ip"), text(at, "hostname")].concat());
    section.pair("Addresses", addresses.collect::<Vec<_>>().join(", "));
    section.pair("All else goes to", backend(&spec["defaultBackend"]));
    for tls in items(spec, "tls") {
        let hosts = strings(tls, "hosts").join(", ");
        let hosts = if hosts.is_empty() { "all hosts".to_owned() } else { hosts };
        section.pair(
            "TLS",
            match text(tls, "secretName") {
                "" => hosts,
                secret => format!("{hosts}: secret {secret}"),
            },
        );
    }
    section
}

fn rules(spec: &Value) -> Section {
    let mut section = Section::new("Rules");
    for (i, (rule, path)) in paths(spec).enumerate() {
        if i == 0 {
            section.row(["HOST", "PATH", "MATCHES", "BACKEND"].map(Cell::text));
        }
        let or = |text: &str, all: &str| Cell::text(if text.is_empty() { all } else { text });
        section.row([
            or(text(rule, "host"), "*"),
            or(text(path, "path"), "/"),
            Cell::text(text(path, "pathType")),
            Cell::text(backend(&path["backend"])),
        ]);
    }
    section
}

/// `web:80`, or the resource that answers.
fn backend(backend: &Value) -> String {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    let port = [scalar(&service["port"]["number"]), text(&service["port"], "name").to_owned()].concat();
    match (text(service, "name"), text(resource, "name")) {
        ("", "") => String::new(),
        ("", name) => format!("{}/{name}", text(resource, "kind")),
        (name, _) => format!("{name}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::kube::testing::{around, named, row, section, titles};
    use crate::kinds::kube::{ingresses, services};

    #[test]
    fn an_ingress_tells_where_requests_go_and_what_is_missing() {
        let to = |name: &str, port: Value| json!({"service": {"name": name, "port": port}});
        let body = named(
            json!({"spec": {"ingressClassName": "nginx", "defaultBackend": to("other", json!({"name": "http"})),
            "tls": [{"hosts": ["shop.example.com"], "secretName": "cert"}],
            "rules": [{"host": "shop.example.com", "http": {"paths": [
                {"path": "/cart", "pathType": "Prefix", "backend": to("cart", json!({"number": 80}))},
                {"pathType": "ImplementationSpecific", "backend": {"resource": {"kind": "Bucket", "name": "static"}}}]}}]}}),
        );
        let service =
            |name: &str| row(&services::KIND, json!({"metadata": {"name": name}, "spec": {"type": "ClusterIP"}}));
        let services = [service("cart"), service("unrelated")];
        let around = around(&ingresses::KIND, &body, &[&services]);
        assert_eq!(around.objects(SERVICES).len(), 1);
        let sections = describe(&body, &around);
        assert_eq!(section(&sections, "Trouble"), ["Backend: there is no service other in this namespace (bad)"]);
        assert_eq!(
            section(&sections, "Ingress"),
            ["Class: nginx", "All else goes to: other:http", "TLS: shop.example.com: secret cert",]
        );
        assert_eq!(
            section(&sections, "Rules")[1..],
            ["shop.example.com /cart Prefix cart:80", "shop.example.com / ImplementationSpecific Bucket/static",]
        );
        assert!(!titles(&describe(&body, &Around::default())).contains(&"Trouble"));
    }
}
