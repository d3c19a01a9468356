//! Addresses of services, the endpoints behind them, and what gateway controllers say of gateways and routes.

use std::sync::Arc;

use serde_json::{Value, json};

use super::World;
use super::body::{is_leaving, list, name, namespace, reference, selects, set_condition, text, the, uid};
use super::build::named_port;
use super::chance::{hash, letters};
use super::status::is_ready;
use crate::demo::store::{Key, Store};
use crate::model::Time;

const SLICES: &str = "endpointslices.discovery.k8s.io";
pub const GATEWAYS: &str = "gateway.shop.example/controller";
/// Whose load balancers nobody gives an address.
const WITHOUT_ADDRESSES: &str = "shop-staging";

impl World {
    pub(super) fn service(&mut self, store: &mut Store, key: &Key) {
        let Some(service) = store.object(key).cloned() else { return };
        let external = text(&service, "spec.type") == "ExternalName";
        if !external && text(&service, "spec.clusterIP").is_empty() {
            let ip = self.cluster_ip(&service);
            store.update(the(key.resource), &key.namespace, &key.name, |service| {
                service["spec"]["clusterIP"] = json!(ip);
                service["spec"]["clusterIPs"] = json!([ip]);
                if service["spec"]["type"].is_null() {
                    service["spec"]["type"] = json!("ClusterIP");
                }
            });
        }
        balance(store, key, &service);
        if !external && service["spec"]["selector"].as_object().is_some_and(|all| !all.is_empty()) {
            slice(store, &service);
        }
        self.watch_canary(store);
    }

    /// Since when, and until when, a route sends requests to a canary that has no ready endpoint: gateways log it.
    fn watch_canary(&mut self, store: &Store) {
        let route = store.find(the("httproutes.gateway.networking.k8s.io"), "shop", "checkout");
        let backends = route.map(|route| list(&route["spec"]["rules"][0], "backendRefs")).unwrap_or_default();
        let sent = backends.iter().any(|to| to["name"] == "checkout-canary" && to["weight"].as_i64() != Some(0));
        let mine = |slice: &Value| slice["metadata"]["labels"]["kubernetes.io/service-name"] == "checkout-canary";
        let ready =
            |slice: &Value| list(slice, "endpoints").iter().any(|endpoint| endpoint["conditions"]["ready"] == true);
        let lost = sent && !store.list(the(SLICES), Some("shop")).any(|(_, slice)| mine(slice) && ready(slice));
        match (lost, self.gaps.last_mut()) {
            (true, None) => self.gaps.push((store.now.plus_millis(-50 * 60_000), None)),
            (true, Some((_, Some(_)))) => self.gaps.push((store.now, None)),
            (false, Some((_, end @ None))) => *end = Some(store.now),
            (true, Some((_, None))) | (false, _) => {}
        }
    }

    fn cluster_ip(&self, service: &Value) -> String {
        let bits = hash(&format!("{}{}{}", self.seed, namespace(service), name(service)));
        format!("10.96.{}.{}", bits % 64, 2 + (bits >> 16) % 250)
    }

    pub(super) fn gateway(&mut self, store: &mut Store, key: &Key) {
        let Some(gateway) = store.object(key).cloned() else { return };
        let now = store.now;
        let listeners = list(&gateway, "spec.listeners");
        let attached: Vec<i64> =
            listeners.iter().map(|listener| attached(store, &gateway, text(listener, "name"))).collect();
        store.update(the(key.resource), &key.namespace, &key.name, |gateway| {
            let mut status = gateway["status"].clone();
            if !status.is_object() {
                status = json!({});
            }
            if !status["addresses"].is_array() {
                status["addresses"] = json!([{"type": "IPAddress", "value": "203.0.113.17"}]);
            }
            let generation = gateway["metadata"]["generation"].clone();
            conclude(&mut status, &[("Accepted", "The resource is accepted"), ("Programmed", "Gateway is programmed on the data plane")], &generation, now);
            let old = status["listeners"].as_array().cloned().unwrap_or_default();
            let one = |(listener, count): (&Value, &i64)| {
                let before = old.iter().find(|other| other["name"] == listener["name"]);
                let mut out = json!({"name": listener["name"], "attachedRoutes": count,
                    "supportedKinds": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}, {"group": "gateway.networking.k8s.io", "kind": "GRPCRoute"}],
                    "conditions": before.map(|before| before["conditions"].clone()).unwrap_or_default()});
                let said = [("Accepted", "Listener is accepted"), ("ResolvedRefs", "References are resolved"), ("Programmed", "Listener is programmed")];
                conclude(&mut out, &said, &generation, now);
                out
            };
            let listeners = gateway["spec"]["listeners"].as_array().cloned().unwrap_or_default();
            status["listeners"] = listeners.iter().zip(&attached).map(one).collect();
            gateway["status"] = status;
        });
    }

    /// Every parent says whether it takes the route, and whether the backends exist.
    pub(super) fn route(&mut self, store: &mut Store, key: &Key) {
        let Some(route) = store.object(key).cloned() else { return };
        let now = store.now;
        let missing = missing_backend(store, &route);
        let gateways: Vec<bool> =
            list(&route, "spec.parentRefs").iter().map(|parent| parent_there(store, &route, parent)).collect();
        store.update(the(key.resource), &key.namespace, &key.name, |route| {
            let generation = route["metadata"]["generation"].clone();
            let old = list(route, "status.parents").to_vec();
            let one = |(parent, there): (&Value, &bool)| {
                let before = old.iter().find(|other| other["parentRef"] == *parent);
                let mut out = json!({"parentRef": parent, "controllerName": GATEWAYS,
                    "conditions": before.map(|before| before["conditions"].clone()).unwrap_or_default()});
                let (value, reason, text) = if *there {
                    ("True", "Accepted", "Route is accepted")
                } else {
                    ("False", "NoMatchingParent", "No listener matches this parentRef")
                };
                set_condition(&mut out, "Accepted", value, reason, text, now);
                match &missing {
                    None => set_condition(
                        &mut out,
                        "ResolvedRefs",
                        "True",
                        "ResolvedRefs",
                        "All references are resolved",
                        now,
                    ),
                    Some(name) => set_condition(
                        &mut out,
                        "ResolvedRefs",
                        "False",
                        "BackendNotFound",
                        &format!("Service {name:?} not found"),
                        now,
                    ),
                }
                observed(&mut out, &generation);
                out
            };
            let parents: Vec<Value> = list(route, "spec.parentRefs").iter().zip(&gateways).map(one).collect();
            route["status"] = json!({"parents": parents});
        });
        let gateways: Vec<Key> =
            list(&route, "spec.parentRefs").iter().map(|parent| gateway_key(&route, parent)).collect();
        for gateway in gateways {
            self.gateway(store, &gateway);
        }
        self.watch_canary(store);
    }
}

fn gateway_key(route: &Value, parent: &Value) -> Key {
    let place = parent["namespace"].as_str().unwrap_or(namespace(route));
    Key::new(the("gateways.gateway.networking.k8s.io"), place, text(parent, "name"))
}

fn parent_there(store: &Store, route: &Value, parent: &Value) -> bool {
    if parent["kind"] == "Service" {
        return store
            .find(the("services"), parent["namespace"].as_str().unwrap_or(namespace(route)), text(parent, "name"))
            .is_some();
    }
    let section = text(parent, "sectionName");
    let has = |gateway: &Arc<Value>| {
        section.is_empty() || list(gateway, "spec.listeners").iter().any(|listener| listener["name"] == section)
    };
    store.object(&gateway_key(route, parent)).is_some_and(has)
}

fn missing_backend(store: &Store, route: &Value) -> Option<String> {
    let backends = list(route, "spec.rules").iter().flat_map(|rule| list(rule, "backendRefs"));
    let is_missing = |backend: &&Value| {
        let place = backend["namespace"].as_str().unwrap_or(namespace(route));
        backend["kind"].as_str().is_none_or(|kind| kind == "Service")
            && store.find(the("services"), place, text(backend, "name")).is_none()
    };
    backends.clone().find(is_missing).map(|backend| text(backend, "name").to_owned())
}

fn attached(store: &Store, gateway: &Value, listener: &str) -> i64 {
    let mut count = 0;
    for id in ["httproutes.gateway.networking.k8s.io", "grpcroutes.gateway.networking.k8s.io"] {
        for (_, route) in store.list(the(id), None) {
            let meant = |parent: &Value| {
                let key = gateway_key(route, parent);
                let section = text(parent, "sectionName");
                key.name == name(gateway)
                    && key.namespace == namespace(gateway)
                    && (section.is_empty() || section == listener)
            };
            count += i64::from(list(route, "spec.parentRefs").iter().any(meant));
        }
    }
    count
}

/// Conditions of the Gateway API carry the generation that they are about.
fn conclude(status: &mut Value, said: &[(&str, &str)], generation: &Value, now: Time) {
    for (kind, message) in said {
        set_condition(status, kind, "True", kind, message, now);
    }
    observed(status, generation);
}

fn observed(status: &mut Value, generation: &Value) {
    for condition in status["conditions"].as_array_mut().into_iter().flatten() {
        condition["observedGeneration"] = generation.clone();
        if let Some(condition) = condition.as_object_mut() {
            condition.shift_remove("lastProbeTime");
        }
    }
}

fn balance(store: &mut Store, key: &Key, service: &Value) {
    let wants = text(service, "spec.type") == "LoadBalancer" && namespace(service) != WITHOUT_ADDRESSES;
    if wants && list(service, "status.loadBalancer.ingress").is_empty() {
        let address = format!("203.0.113.{}", 20 + hash(name(service)) % 200);
        store.update(the(key.resource), &key.namespace, &key.name, |service| {
            service["status"]["loadBalancer"] = json!({"ingress": [{"ip": address, "ipMode": "VIP"}]});
        });
    }
}

/// One slice per service, which follows its pods.
fn slice(store: &mut Store, service: &Value) {
    let called = format!("{}-{}", name(service), letters(hash(uid(service)), 5));
    let pods: Vec<Arc<Value>> = store
        .list(the("pods"), Some(namespace(service)))
        .filter(|(_, pod)| is_endpoint(service, pod))
        .map(|(_, pod)| pod.clone())
        .collect();
    let endpoints: Vec<Value> = pods.iter().map(|pod| endpoint(service, pod)).collect();
    let ports = ports(service, pods.first().map(|pod| &**pod));
    let old = store.find(the(SLICES), namespace(service), &called);
    if old.is_some_and(|old| old["endpoints"] == json!(endpoints) && old["ports"] == json!(ports)) {
        return;
    }
    let mut labels = json!({"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io", "kubernetes.io/service-name": name(service)});
    for (key, value) in service["metadata"]["labels"].as_object().into_iter().flatten() {
        labels[key] = value.clone();
    }
    let born = if old.is_some() { Value::Null } else { service["metadata"]["creationTimestamp"].clone() };
    let changed = store.now.rfc3339();
    store.put(the(SLICES), json!({
        "metadata": {"name": called, "generateName": format!("{}-", name(service)), "namespace": namespace(service), "labels": labels,
            "creationTimestamp": born, "annotations": {"endpoints.kubernetes.io/last-change-trigger-time": changed},
            "ownerReferences": [reference(service)]},
        "addressType": "IPv4", "endpoints": endpoints, "ports": ports}));
}

fn is_endpoint(service: &Value, pod: &Value) -> bool {
    let over = ["Succeeded", "Failed"].contains(&text(pod, "status.phase"));
    !over && !text(pod, "status.podIP").is_empty() && selects(&service["spec"]["selector"], &pod["metadata"]["labels"])
}

fn endpoint(service: &Value, pod: &Value) -> Value {
    let (leaving, ready) = (is_leaving(pod), is_ready(pod));
    let early = service["spec"]["publishNotReadyAddresses"] == true;
    json!({"addresses": [text(pod, "status.podIP")],
        "conditions": {"ready": (ready && !leaving) || early, "serving": ready, "terminating": leaving},
        "nodeName": pod["spec"]["nodeName"], "zone": zone(text(pod, "spec.nodeName")),
        "targetRef": {"kind": "Pod", "namespace": namespace(pod), "name": name(pod), "uid": uid(pod)}})
}

pub fn zone(node: &str) -> &'static str {
    const ZONES: &[&str] = &["eu-west-1a", "eu-west-1b", "eu-west-1c"];
    ZONES[usize::from(node.bytes().last().unwrap_or(0)) % ZONES.len()]
}

fn ports(service: &Value, pod: Option<&Value>) -> Vec<Value> {
    let one = |port: &Value| {
        let target = &port["targetPort"];
        let named = target.as_str().and_then(|name| pod.and_then(|pod| named_port(pod, name)));
        let number = named.or_else(|| target.as_i64()).or_else(|| port["port"].as_i64());
        let mut out =
            json!({"name": text(port, "name"), "protocol": port["protocol"].as_str().unwrap_or("TCP"), "port": number});
        if port["appProtocol"].is_string() {
            out["appProtocol"] = port["appProtocol"].clone();
        }
        out
    };
    list(service, "spec.ports").iter().map(one).collect()
}
